//! Values of several brokers summed up together, period by period (clause 4.5.19).

use std::collections::{BTreeMap, HashSet};

use senne_language::{Buckets, Method, Period, TimeFilter};
use senne_model::{Json, Problem, Timestamp};

use super::{
    names::is_attribute,
    past_instances::{at, dataset},
    past_value::{Gives, Place, Value, clock},
};
use crate::{kind::Kind, write::whole};

/// How values are to be summed up.
#[derive(Clone, Debug)]
pub(super) struct Summing {
    pub(super) methods: Vec<Method>,
    pub(super) period: Period,
    /// In which days and months begin; else periods begin where the range begins.
    pub(super) zone: Option<String>,
    pub(super) time: TimeFilter,
    /// Only the newest so many values of each series count.
    pub(super) last: Option<usize>,
    pub(super) usable_only: bool,
    /// What the quality of a value is called in the names of the request.
    pub(super) quality: String,
}

/// The values of one period.
#[derive(Default)]
struct Sum {
    numbers: Sums,
    sizes: Sums,
    times: Sums,
    /// Values that are no numbers.
    others: u64,
    targets: bool,
    least: Option<(Place, Json)>,
    greatest: Option<(Place, Json)>,
    distinct: HashSet<u64>,
}

#[derive(Default)]
struct Sums {
    count: u64,
    sum: f64,
    squares: f64,
    least: f64,
    greatest: f64,
}

/// The sums of one series by the beginnings of their periods, each with its end.
type Summed = BTreeMap<Timestamp, (Timestamp, Sum)>;

impl Summing {
    /// The attributes of an entity, of which every instance is told, as sums. What no method fits is left out.
    pub(super) fn sum_up(&self, entity: &Json) -> Result<Vec<(Box<str>, Json)>, Problem> {
        let buckets = Buckets::new(self.period, self.zone.as_deref(), self.origin(entity))?;
        let mut all = Vec::new();
        for (name, instances) in attributes(entity) {
            let mut by_set: BTreeMap<Option<&str>, Summed> = BTreeMap::new();
            let mut span = (Timestamp::MIN, Timestamp::MIN);
            for instance in instances {
                let summed = by_set.entry(dataset(instance)).or_default();
                self.add(summed, instance, (&buckets, &mut span));
            }
            let series = by_set.into_iter().filter_map(|(set, summed)| self.told(set, &summed));
            match <[Json; 1]>::try_from(series.collect::<Vec<_>>()) {
                Ok([only]) => all.push((name.into(), only)),
                Err(none) if none.is_empty() => {}
                Err(several) => all.push((name.into(), Json::Array(several))),
            }
        }
        Ok(all)
    }

    /// Where periods begin: with the range, else with the first value that there is.
    fn origin(&self, entity: &Json) -> Option<Timestamp> {
        if self.zone.is_some() {
            return None;
        }
        let places = || attributes(entity).flat_map(|(_, instances)| instances);
        self.time.from.or_else(|| places().filter_map(|instance| self.place(instance)).min())
    }

    fn place(&self, instance: &Json) -> Option<Timestamp> {
        at(instance, self.time.property.term())
    }

    /// Adds an instance that has a place on the time line. `span` is the period of the one before: most come in order.
    fn add(
        &self,
        summed: &mut Summed,
        instance: &Json,
        (buckets, span): (&Buckets, &mut (Timestamp, Timestamp)),
    ) {
        let Some(at) = self.place(instance) else { return };
        let Some(value) = Value::of(instance, &self.quality) else { return };
        let gives = value.gives();
        if !value.counts(&gives, self.usable_only) {
            return;
        }
        if !(span.0..span.1).contains(&at) {
            *span = buckets.around(at);
        }
        let sum = &mut summed.entry(span.0).or_insert_with(|| (span.1, Sum::default())).1;
        if self.methods.contains(&Method::DistinctCount) {
            value.note_contents(&mut sum.distinct);
        }
        sum.add(gives, value.json());
    }

    /// A series of sums; none when no method tells anything of it.
    fn told(&self, set: Option<&str>, summed: &Summed) -> Option<Json> {
        let sums = || summed.values().map(|(_, sum)| sum);
        let kind = if sums().any(|sum| sum.targets) { Kind::Relationship } else { Kind::Property };
        let mut members: Vec<(Box<str>, Json)> = vec![("type".into(), Json::text(kind.word()))];
        members.extend(set.map(|set| ("datasetId".into(), Json::text(set))));
        let mut tells = false;
        for method in &self.methods {
            let triple = |(from, (to, sum)): (&Timestamp, &(Timestamp, Sum))| {
                let result = sum.result(*method);
                tells |= result != Json::Null;
                let (from, to) = self.span(*from, *to);
                Json::Array(vec![result, Json::from(from.to_string()), Json::from(to.to_string())])
            };
            let triples = summed.iter().map(triple).collect();
            members.push((method.word().into(), Json::Array(triples)));
        }
        tells.then_some(Json::Object(members))
    }

    /// A period as it is told: the whole is the range that was asked for.
    fn span(&self, from: Timestamp, to: Timestamp) -> (Timestamp, Timestamp) {
        if self.period.is_whole() {
            return (self.time.from.unwrap_or(from), self.time.to.unwrap_or(to));
        }
        (from, to)
    }
}

/// The attributes of an entity with their instances.
pub(super) fn attributes(entity: &Json) -> impl Iterator<Item = (&str, &[Json])> {
    let members = entity.as_object().unwrap_or_default().iter();
    let attributes = members.filter(|(name, _)| is_attribute(name));
    attributes.map(|(name, value)| (&**name, value.as_array().unwrap_or(std::slice::from_ref(value))))
}

impl Sum {
    fn add(&mut self, gives: Gives, json: &Json) {
        if let Gives::Number(x) = gives {
            return self.numbers.add(x);
        }
        self.others += 1;
        match gives {
            Gives::Size(size) => self.sizes.add(size),
            Gives::Ordered(place) => self.order(place, json),
            Gives::TimeOfDay(micros) => {
                self.times.add(micros as f64);
                self.order(Place::Micros(micros), json);
            }
            Gives::Targets => self.targets = true,
            Gives::Number(_) | Gives::Nothing => {}
        }
    }

    fn order(&mut self, place: Place, json: &Json) {
        if self.least.as_ref().is_none_or(|(least, _)| place < *least) {
            self.least = Some((place.clone(), json.clone()));
        }
        if self.greatest.as_ref().is_none_or(|(greatest, _)| place > *greatest) {
            self.greatest = Some((place, json.clone()));
        }
    }

    /// What a method gives; null where it fits none of the values. Where numbers and others come together, numbers are meant.
    fn result(&self, method: Method) -> Json {
        let end = |end: Option<&(Place, Json)>| end.map_or(Json::Null, |(_, json)| json.clone());
        // Sizes have no deviation.
        let of_sizes = !matches!(method, Method::StandardDeviation | Method::SumOfSquares);
        match method {
            Method::TotalCount => whole((self.numbers.count + self.others) as f64),
            Method::DistinctCount => whole(self.distinct.len() as f64),
            _ if self.numbers.count > 0 => self.numbers.result(method),
            _ if self.sizes.count > 0 && of_sizes => self.sizes.result(method),
            Method::Minimum => end(self.least.as_ref()),
            Method::Maximum => end(self.greatest.as_ref()),
            Method::Average if self.times.count > 0 => clock(self.times.sum / self.times.count as f64),
            _ => Json::Null,
        }
    }
}

impl Sums {
    fn add(&mut self, x: f64) {
        let first = self.count == 0;
        self.least = if first { x } else { self.least.min(x) };
        self.greatest = if first { x } else { self.greatest.max(x) };
        self.count += 1;
        self.sum += x;
        self.squares += x * x;
    }

    fn result(&self, method: Method) -> Json {
        let n = self.count as f64;
        let mean = self.sum / n;
        whole(match method {
            Method::TotalCount | Method::DistinctCount => n,
            Method::Sum => self.sum,
            Method::Average => mean,
            Method::Minimum => self.least,
            Method::Maximum => self.greatest,
            // Rounding can push a variance of zero below it.
            Method::StandardDeviation => (self.squares / n - mean * mean).max(0.0).sqrt(),
            Method::SumOfSquares => self.squares,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summing(methods: &str, period: &str) -> Summing {
        let time = TimeFilter::parse(Some("after"), Some("2024-01-01T00:00:00Z"), None, None).unwrap();
        Summing {
            methods: Method::parse(methods).unwrap(),
            period: Period::parse(period).unwrap(),
            zone: None,
            time,
            last: None,
            usable_only: false,
            quality: "quality".to_owned(),
        }
    }

    fn summed(summing: &Summing, attribute: &str) -> String {
        let entity = format!(r#"{{"id":"urn:a:1","type":"T","p":{attribute}}}"#);
        let all = summing.sum_up(&serde_json::from_str(&entity).unwrap()).unwrap();
        all.into_iter().map(|(name, sums)| format!("{name} {sums}")).collect::<Vec<_>>().concat()
    }

    fn series(values: &[&str]) -> String {
        let one = |(day, value): (usize, &&str)| {
            format!(r#"{{"type":"Property","value":{value},"observedAt":"2024-01-0{}T06:00:00Z"}}"#, day + 1)
        };
        format!("[{}]", values.iter().enumerate().map(one).collect::<Vec<_>>().join(","))
    }

    #[test]
    fn every_method_is_of_all_numbers_of_a_period() {
        let all = "avg,sum,min,max,totalCount,distinctCount,stddev,sumsq";
        let values = series(&["2", "4", "4", "4", "5", "5", "7", "9"]);
        let got = summed(&summing(all, "PT0S"), &values);
        let span = r#""2024-01-01T00:00:00Z","9999-12-30T00:00:00Z""#;
        let member = |word: &str, x: u32| format!(r#""{word}":[[{x},{span}]]"#);
        let expected: Vec<String> = [
            ("avg", 5),
            ("sum", 40),
            ("min", 2),
            ("max", 9),
            ("totalCount", 8),
            ("distinctCount", 5),
            ("stddev", 2),
            ("sumsq", 232),
        ]
        .map(|(word, x)| member(word, x))
        .to_vec();
        assert_eq!(got, format!(r#"p {{"type":"Property",{}}}"#, expected.join(",")));
    }

    #[test]
    fn periods_begin_with_the_range_else_with_the_first_value() {
        let mut asked = summing("sum", "P2D");
        let values = series(&["1", "2", "4"]);
        let got = summed(&asked, &values);
        let first = r#"[[3,"2024-01-01T00:00:00Z","2024-01-03T00:00:00Z"],[4,"2024-01-03T00:00:00Z","2024-01-05T00:00:00Z"]]"#;
        assert_eq!(got, format!(r#"p {{"type":"Property","sum":{first}}}"#));
        asked.time.from = None;
        let got = summed(&asked, &values);
        assert!(got.contains(r#"[3,"2024-01-01T06:00:00Z","2024-01-03T06:00:00Z"]"#), "{got}");
        // Days of a place begin at its midnight.
        asked.zone = Some("Europe/Brussels".to_owned());
        asked.period = Period::DAY;
        let got = summed(&asked, &values);
        assert!(got.contains(r#"[1,"2023-12-31T23:00:00Z","2024-01-01T23:00:00Z"]"#), "{got}");
    }

    #[test]
    fn what_has_no_place_on_the_time_line_or_no_method_is_left_out() {
        let mixed = r#"[{"value":1,"observedAt":"2024-01-01T06:00:00Z"},{"value":9,"modifiedAt":"2024-01-01T06:00:00Z"},
            {"value":5,"datasetId":"urn:d:1","observedAt":"2024-01-02T06:00:00Z"}]"#;
        let got = summed(&summing("max", "PT0S"), mixed);
        assert!(got.starts_with(r#"p [{"type":"Property","max":[[1,"#), "{got}");
        assert!(got.contains(r#"{"type":"Property","datasetId":"urn:d:1","max":[[5,"#), "{got}");
        let texts = series(&[r#""b""#, r#""a""#]);
        assert_eq!(summed(&summing("avg", "PT0S"), &texts), "");
        let got = summed(&summing("min,totalCount,avg", "PT0S"), &texts);
        assert!(
            got.contains(r#""min":[["a","#)
                && got.contains(r#""totalCount":[[2,"#)
                && got.contains(r#""avg":[[null,"#)
        );
        let mut usable = summing("sum,totalCount", "PT0S");
        usable.usable_only = true;
        let flagged = r#"[{"value":1,"observedAt":"2024-01-01T06:00:00Z"},
            {"value":9,"observedAt":"2024-01-02T06:00:00Z","quality":{"type":"Property","value":"fail"}}]"#;
        let got = summed(&usable, flagged);
        assert!(got.contains(r#""sum":[[1,"#) && got.contains(r#""totalCount":[[1,"#), "{got}");
    }
}
