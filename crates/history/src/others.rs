//! Values that are no numbers, summed up as far as that can be done (GS CIM 009 clause 4.5.19.1).

use std::{
    cmp::Ordering,
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
};

use senne_language::Method;
use senne_model::{Json, Timestamp};

use crate::{
    gather::{Gathered, Key},
    partial::Sums,
};

/// What a value that is no number gives to sums.
#[derive(Debug, PartialEq)]
pub(crate) enum Gives {
    /// Truth counts as 1, untruth as 0.
    Number(f64),
    /// How many elements a list has.
    Size(f64),
    /// A text, a date or a moment.
    Ordered(Json),
    /// A time of the day in microseconds, and as it was told: it has a mean.
    TimeOfDay(i64, Json),
    /// The targets of a relationship.
    Targets,
    /// Nothing but that it is there.
    Nothing,
}

/// Where a text stands among others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Micros(i64),
    Text(Box<str>),
}

/// Values of one bucket that are no numbers.
#[derive(Debug, Default)]
pub(crate) struct Others {
    pub(crate) count: u64,
    /// How many of them are usable.
    pub(crate) usable: u64,
    /// Whether they are the targets of relationships.
    pub(crate) targets: bool,
    sizes: Sums,
    times: Sums,
    least: Option<(Place, Json)>,
    greatest: Option<(Place, Json)>,
}

impl Others {
    pub(crate) fn add(&mut self, gives: Gives, usable: bool) {
        self.count += 1;
        self.usable += u64::from(usable);
        match gives {
            Gives::Size(size) => self.sizes.add(0, size),
            Gives::Ordered(value) => self.order((place(&value), value)),
            Gives::TimeOfDay(micros, value) => {
                self.times.add(0, micros as f64);
                self.order((Place::Micros(micros), value));
            }
            Gives::Targets => self.targets = true,
            Gives::Number(_) | Gives::Nothing => {}
        }
    }

    pub(crate) fn join(&mut self, other: Self) {
        self.count += other.count;
        self.usable += other.usable;
        self.targets |= other.targets;
        self.sizes.join(&other.sizes);
        self.times.join(&other.times);
        other.least.into_iter().chain(other.greatest).for_each(|one| self.order(one));
    }

    fn order(&mut self, one: (Place, Json)) {
        if self.least.as_ref().is_none_or(|least| one.0 < least.0) {
            self.least = Some(one.clone());
        }
        if self.greatest.as_ref().is_none_or(|greatest| one.0 > greatest.0) {
            self.greatest = Some(one);
        }
    }

    /// How many lists sums and means are of.
    pub(crate) fn summed(&self) -> u64 {
        self.sizes.count
    }

    /// The result of a method where it is a number: lists have sums and means, but no deviation.
    pub(crate) fn number(&self, method: Method) -> Option<f64> {
        let applies = matches!(method, Method::Sum | Method::Average | Method::Minimum | Method::Maximum);
        if applies { self.sizes.result(method) } else { None }
    }

    /// The result of a method where it is a text.
    pub(crate) fn text(&self, method: Method) -> Option<Json> {
        let value = |end: Option<&(Place, Json)>| end.map(|(_, value)| value.clone());
        match method {
            _ if self.sizes.count > 0 => None,
            Method::Minimum => value(self.least.as_ref()),
            Method::Maximum => value(self.greatest.as_ref()),
            Method::Average => self.times.result(Method::Average).map(clock),
            _ => None,
        }
    }
}

/// The order of texts as least and greatest are found by it.
pub(crate) fn order(one: &Json, other: &Json) -> Ordering {
    place(one).cmp(&place(other))
}

fn place(value: &Json) -> Place {
    let Some((kind, text)) = typed(value) else {
        return Place::Text(value.as_str().unwrap_or_default().into());
    };
    let micros = match kind {
        "DateTime" => Timestamp::parse(text).ok().map(Timestamp::micros),
        "Time" => time_of_day(text),
        _ => None,
    };
    micros.map_or_else(|| Place::Text(text.into()), Place::Micros)
}

/// The type and the text of a value with a type, e.g. `{"@type": "DateTime", "@value": "2024-…"}` (clause 4.6.3).
fn typed(value: &Json) -> Option<(&str, &str)> {
    let text = value.get("@value")?.as_str()?;
    let kind = value.get("@type")?.as_str()?;
    kind.rsplit(['/', '#', ':']).next().map(|kind| (kind, text))
}

/// Microseconds since midnight.
fn time_of_day(text: &str) -> Option<i64> {
    let text = text.strip_suffix('Z').unwrap_or(text);
    Timestamp::parse(&format!("1970-01-01T{text}Z")).ok().map(Timestamp::micros)
}

/// A time of the day from microseconds since midnight.
fn clock(micros: f64) -> Json {
    let at = Timestamp::from_micros(micros.round() as i64).to_string();
    let time = at.split_once('T').map_or("", |(_, time)| time);
    Json::Object(vec![("@type".into(), Json::text("Time")), ("@value".into(), Json::text(time))])
}

/// What a row without a number gives; the columns `kind`, `text` and `json` must have been read.
pub(crate) fn gives(rows: &Gathered, key: Key) -> Gives {
    match rows.text("kind", key).unwrap_or_default() {
        "Relationship" | "ListRelationship" => return Gives::Targets,
        "Property" | "ListProperty" => {}
        _ => return Gives::Nothing,
    }
    match rows.long_text("text", key) {
        Some(text) => Gives::Ordered(Json::text(text)),
        None => json(rows, key).map_or(Gives::Nothing, of_json),
    }
}

fn json(rows: &Gathered, key: Key) -> Option<Json> {
    Json::parse(rows.long_text("json", key)?.as_bytes()).ok()
}

fn of_json(value: Json) -> Gives {
    match value {
        Json::Bool(truth) => Gives::Number(f64::from(u8::from(truth))),
        Json::Array(items) => Gives::Size(items.len() as f64),
        Json::Object(_) => of_typed(value),
        _ => Gives::Nothing,
    }
}

fn of_typed(value: Json) -> Gives {
    let (ordered, micros) = match typed(&value) {
        Some(("Time", text)) => (true, time_of_day(text)),
        Some(("DateTime" | "Date", _)) => (true, None),
        _ => (false, None),
    };
    match micros {
        Some(micros) => Gives::TimeOfDay(micros, value),
        None if ordered => Gives::Ordered(value),
        None => Gives::Nothing,
    }
}

/// Notes what a row has, to count what is different: of relationships each target for itself.
pub(crate) fn note_contents(rows: &Gathered, key: Key, seen: &mut HashSet<u64>) {
    if !matches!(rows.text("kind", key), Some("Relationship" | "ListRelationship")) {
        seen.insert(rows.content_hash(key));
        return;
    }
    let mut note = |target: &str| {
        let mut hasher = DefaultHasher::new();
        target.hash(&mut hasher);
        seen.insert(hasher.finish());
    };
    match json(rows, key) {
        Some(full) => {
            let targets = full.get("object").unwrap_or(&full).as_array().unwrap_or_default();
            targets.iter().filter_map(Json::as_str).for_each(note);
        }
        None => rows.long_text("text", key).into_iter().for_each(&mut note),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Gives {
        of_json(Json::parse(text.as_bytes()).unwrap())
    }

    fn typed_as(kind: &str, text: &str) -> String {
        format!(r#"{{"@type":"{kind}","@value":"{text}"}}"#)
    }

    #[test]
    fn each_kind_of_value_gives_what_the_standard_says() {
        assert_eq!(of("true"), Gives::Number(1.0));
        assert_eq!(of("[1,[2,3]]"), Gives::Size(2.0));
        assert_eq!(of("[]"), Gives::Size(0.0));
        for nothing in ["{}", "null", r#"{"@value":"x"}"#, &typed_as("URI", "urn:a:1")] {
            assert_eq!(of(nothing), Gives::Nothing, "{nothing}");
        }
        let noon = typed_as("Time", "12:00:00Z");
        assert_eq!(of(&noon), Gives::TimeOfDay(12 * 3_600_000_000, Json::parse(noon.as_bytes()).unwrap()));
        let odd = typed_as("https://uri.etsi.org/ngsi-ld/Time", "noon");
        assert_eq!(of(&odd), Gives::Ordered(Json::parse(odd.as_bytes()).unwrap()));
    }

    #[test]
    fn moments_are_ordered_by_what_they_mean() {
        let mut all = Others::default();
        for text in ["2024-01-01T12:00:00+02:00", "2024-01-01T11:00:00Z", "2024-01-01T10:30:00Z"] {
            all.add(of(&typed_as("DateTime", text)), true);
        }
        let said = |method| all.text(method).map(|value| value.get("@value").cloned().unwrap());
        assert_eq!(said(Method::Minimum), Some(Json::text("2024-01-01T12:00:00+02:00")));
        assert_eq!(said(Method::Maximum), Some(Json::text("2024-01-01T11:00:00Z")));
        assert_eq!(said(Method::Average), None);
        assert_eq!(all.number(Method::Sum), None);
    }

    #[test]
    fn times_of_the_day_have_a_mean_and_lists_have_sizes() {
        let (mut times, mut more) = (Others::default(), Others::default());
        times.add(of(&typed_as("Time", "08:00:00Z")), true);
        more.add(of(&typed_as("Time", "09:00:01")), false);
        times.join(more);
        assert_eq!((times.count, times.usable), (2, 1));
        let mean = times.text(Method::Average).unwrap();
        assert_eq!(mean.get("@value"), Some(&Json::text("08:30:00.500Z")));
        let mut lists = Others::default();
        [of("[1,2]"), of("[]"), of("[1]")].into_iter().for_each(|list| lists.add(list, true));
        let numbers = [Method::Sum, Method::Average, Method::Minimum, Method::Maximum];
        assert_eq!(numbers.map(|method| lists.number(method)), [3.0, 1.0, 0.0, 2.0].map(Some));
        assert_eq!(lists.number(Method::StandardDeviation), None);
        assert_eq!(lists.number(Method::SumOfSquares), None);
    }
}
