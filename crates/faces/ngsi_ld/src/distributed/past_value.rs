//! What one value of the past, as a broker tells it, gives to sums (clause 4.5.19.1).

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
};

use senne_model::{Flag, Json, Timestamp};

use crate::kind::{Kind, NULL_MARKER};

/// One value.
pub(super) struct Value<'j> {
    kind: Kind,
    json: &'j Json,
    flag: Flag,
}

/// What a value gives.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Gives {
    /// Truth counts as 1, untruth as 0.
    Number(f64),
    /// How many elements a list has.
    Size(f64),
    /// A text, a date or a moment.
    Ordered(Place),
    /// A time of the day in microseconds: it has a mean.
    TimeOfDay(i64),
    /// The targets of a relationship.
    Targets,
    /// Nothing but that it is there.
    Nothing,
}

/// Where a text stands among others: moments and times of the day by what they mean.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Micros(i64),
    Text(Box<str>),
}

impl<'j> Value<'j> {
    /// The value of an instance, whose quality stands under this name; none where the instance tells that a value was removed.
    pub(super) fn of(instance: &'j Json, quality: &str) -> Option<Self> {
        let member = |kind: Kind| instance.get(kind.member()).map(|json| (kind, json));
        let kind = instance.get("type").and_then(Json::as_str).and_then(Kind::parse);
        let (kind, json) = match kind {
            Some(kind) => member(kind)?,
            None => Kind::ALL.into_iter().find_map(member)?,
        };
        let removed = instance.get("deletedAt").is_some() || json.as_str() == Some(NULL_MARKER);
        (!removed).then(|| Self { kind, json, flag: flag(instance.get(quality)) })
    }

    /// Whether it counts; of values that may be flagged, those alone that are usable where that is wanted.
    pub(super) fn counts(&self, gives: &Gives, usable_only: bool) -> bool {
        let usable = matches!(self.flag, Flag::Good | Flag::NotEvaluated);
        let is_number = matches!(gives, Gives::Number(_));
        (usable || !usable_only) && (is_number || self.flag != Flag::Missing)
    }

    pub(super) fn gives(&self) -> Gives {
        match self.kind {
            Kind::Relationship | Kind::ListRelationship => Gives::Targets,
            Kind::Property | Kind::List => of_json(self.json),
            _ => Gives::Nothing,
        }
    }

    /// The value itself, where it is told as it is.
    pub(super) fn json(&self) -> &'j Json {
        self.json
    }

    /// Notes what it has, to count what is different: of relationships each target for itself.
    pub(super) fn note_contents(&self, seen: &mut HashSet<u64>) {
        match self.kind {
            Kind::Relationship | Kind::ListRelationship => {
                let targets = self.json.as_array().unwrap_or(std::slice::from_ref(self.json));
                let target = |one: &Json| one.get("object").unwrap_or(one).to_string();
                seen.extend(targets.iter().map(|one| hashed(target(one))));
            }
            _ => {
                let number = self.json.as_f64().filter(|_| self.kind == Kind::Property);
                let content = number.map_or_else(|| hashed(self.json.to_string()), |x| hashed(x.to_bits()));
                seen.insert(content);
            }
        }
    }
}

fn hashed(content: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    hasher.finish()
}

/// What the tests of a contract said, where the broker that has the value tells it.
fn flag(quality: Option<&Json>) -> Flag {
    let word = quality.map(|quality| quality.get("value").unwrap_or(quality)).and_then(Json::as_str);
    Flag::ALL.into_iter().find(|flag| Some(flag.word()) == word).unwrap_or_default()
}

fn of_json(value: &Json) -> Gives {
    match value {
        Json::Bool(truth) => Gives::Number(f64::from(u8::from(*truth))),
        Json::Array(items) => Gives::Size(items.len() as f64),
        Json::Text(text) => Gives::Ordered(Place::Text(text.clone())),
        Json::Object(_) => typed(value).unwrap_or(Gives::Nothing),
        number => number.as_f64().map_or(Gives::Nothing, Gives::Number),
    }
}

/// A value with a type, e.g. `{"@type": "DateTime", "@value": "2024-…"}` (clause 4.6.3).
fn typed(value: &Json) -> Option<Gives> {
    let text = value.get("@value")?.as_str()?;
    let as_text = || Place::Text(text.into());
    let kind = value.get("@type")?.as_str()?.rsplit(['/', '#', ':']).next()?;
    match kind {
        "DateTime" => {
            let at = Timestamp::parse(text).map(|at| Place::Micros(at.micros()));
            Some(Gives::Ordered(at.unwrap_or_else(|_| as_text())))
        }
        "Date" => Some(Gives::Ordered(as_text())),
        "Time" => Some(time_of_day(text).map_or_else(|| Gives::Ordered(as_text()), Gives::TimeOfDay)),
        _ => None,
    }
}

/// Microseconds since midnight.
fn time_of_day(text: &str) -> Option<i64> {
    let text = text.strip_suffix('Z').unwrap_or(text);
    Timestamp::parse(&format!("1970-01-01T{text}Z")).ok().map(Timestamp::micros)
}

/// A time of the day from microseconds since midnight.
pub(super) fn clock(micros: f64) -> Json {
    let at = Timestamp::from_micros(micros.round() as i64).to_string();
    let time = at.split_once('T').map_or("", |(_, time)| time);
    Json::Object(vec![("@type".into(), Json::text("Time")), ("@value".into(), Json::text(time))])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance(text: &str) -> Json {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn each_kind_of_value_gives_what_the_standard_says() {
        let noon = Gives::TimeOfDay(12 * 3_600_000_000);
        for (text, gives) in [
            (r#"{"type":"Property","value":2.5}"#, Gives::Number(2.5)),
            (r#"{"value":true}"#, Gives::Number(1.0)),
            (r#"{"type":"Property","value":[1,[2]]}"#, Gives::Size(2.0)),
            (r#"{"type":"ListProperty","valueList":[1]}"#, Gives::Size(1.0)),
            (r#"{"type":"Property","value":"x"}"#, Gives::Ordered(Place::Text("x".into()))),
            (r#"{"value":{"@type":"Time","@value":"12:00:00Z"}}"#, noon),
            (
                r#"{"value":{"@type":"DateTime","@value":"1970-01-01T01:00:00+01:00"}}"#,
                Gives::Ordered(Place::Micros(0)),
            ),
            (r#"{"type":"Relationship","object":"urn:a:1"}"#, Gives::Targets),
            (r#"{"type":"Property","value":{"a":1}}"#, Gives::Nothing),
            (r#"{"type":"GeoProperty","value":{"type":"Point","coordinates":[1,2]}}"#, Gives::Nothing),
        ] {
            let instance = instance(text);
            assert_eq!(Value::of(&instance, "q").unwrap().gives(), gives, "{text}");
        }
        let noon = clock(12.0 * 3.6e9).to_string();
        assert_eq!(noon, r#"{"@type":"Time","@value":"12:00:00Z"}"#);
    }

    #[test]
    fn what_was_removed_is_no_value_and_what_is_missing_counts_nothing() {
        for text in [r#"{"value":1,"deletedAt":"2024-01-01T00:00:00Z"}"#, r#"{"value":"urn:ngsi-ld:null"}"#] {
            assert!(Value::of(&instance(text), "q").is_none(), "{text}");
        }
        for (text, in_all, usable) in [
            (r#"{"value":1}"#, true, true),
            (r#"{"value":1,"q":{"type":"Property","value":"suspect"}}"#, true, false),
            (r#"{"value":1,"q":"good"}"#, true, true),
            (r#"{"value":"x","q":{"value":"missing"}}"#, false, false),
        ] {
            let instance = instance(text);
            let value = Value::of(&instance, "q").unwrap();
            let counts = |usable_only| value.counts(&value.gives(), usable_only);
            assert_eq!((counts(false), counts(true)), (in_all, usable), "{text}");
        }
    }

    #[test]
    fn the_same_contents_are_told_by_their_value() {
        let mut seen = HashSet::new();
        for text in [
            r#"{"value":5}"#,
            r#"{"value":5.0}"#,
            r#"{"value":"5"}"#,
            r#"{"type":"Relationship","object":["urn:a:1","urn:a:2"]}"#,
            r#"{"type":"Relationship","object":"urn:a:2"}"#,
        ] {
            Value::of(&instance(text), "q").unwrap().note_contents(&mut seen);
        }
        assert_eq!(seen.len(), 4);
    }
}
