//! Two versions of the past of entities as one (clauses 4.5.5, 5.7.3.4, 5.7.4.4).
//!
//! Of two instances of one data set at one moment, that of an auxiliary source never counts, else the later changed, else the first.
//! Of two values of a series at one moment the first stays, as nothing says which was changed later.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet, hash_map::Entry},
};

use senne_language::Method;
use senne_model::{Json, Timestamp};

use super::{
    names::is_attribute,
    past_instances::{Instances, as_list, dataset, instant, moment},
};

/// In which form the past is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    /// Every instance with its members.
    Instances,
    /// Series of values and their times, or of aggregates (clauses 4.5.9, 4.5.19).
    Series,
}

/// Members that hold the values of a series (clause 4.5.9).
const VALUES: [&str; 7] =
    ["values", "objects", "languageMaps", "vocabs", "jsons", "valueLists", "objectLists"];

impl Form {
    /// Takes a version in: an entity, or a list of them. What an auxiliary source has is taken where there is no
    /// instance of the same moment.
    pub(super) fn merge(self, into: Json, from: Json, auxiliary: bool) -> Json {
        match (into, from) {
            (Json::Array(mut items), Json::Array(others)) => {
                let places = items.iter().enumerate().rev();
                let mut places: HashMap<_, _> = places.map(|(place, item)| (id_of(item), place)).collect();
                for other in others {
                    match places.entry(id_of(&other)) {
                        Entry::Occupied(there) => {
                            let item = &mut items[*there.get()];
                            let before = std::mem::replace(item, Json::Null);
                            *item = self.merge(before, other, auxiliary);
                        }
                        Entry::Vacant(free) => {
                            free.insert(items.len());
                            items.push(other);
                        }
                    }
                }
                Json::Array(items)
            }
            (Json::Object(mut members), Json::Object(others)) => {
                let places = members.iter().enumerate().rev();
                let mut places: HashMap<_, _> =
                    places.map(|(place, (name, _))| (name.clone(), place)).collect();
                for (name, other) in others.into_iter().filter(|(name, _)| is_attribute(name)) {
                    match places.entry(name) {
                        Entry::Occupied(there) => {
                            let there = &mut members[*there.get()].1;
                            let before = std::mem::replace(there, Json::Null);
                            *there = self.attribute(before, other, auxiliary);
                        }
                        Entry::Vacant(free) => {
                            let name = free.key().clone();
                            free.insert(members.len());
                            members.push((name, other));
                        }
                    }
                }
                Json::Object(members)
            }
            (there, _) => there,
        }
    }

    /// Instances side by side, by time; simplified series of one data set as one series.
    fn attribute(self, into: Json, from: Json, auxiliary: bool) -> Json {
        let mut instances = Instances::of(self, as_list(into));
        for other in as_list(from) {
            instances.take_in(other, auxiliary);
        }
        let mut list = instances.into_list();
        list.sort_by_cached_key(|instance| Reverse(moment(instance)));
        match <[Json; 1]>::try_from(list) {
            Ok([only]) if self.is_series(&only) => only,
            Ok(one) => Json::Array(one.into()),
            Err(list) => Json::Array(list),
        }
    }

    /// Members that hold a series or aggregates: lists of pairs or triples.
    fn series_members(self, instance: &Json) -> impl Iterator<Item = &str> {
        let members = instance.as_object().unwrap_or_default().iter();
        let nested = |value: &Json| {
            value.as_array().is_some_and(|items| items.iter().all(|item| item.as_array().is_some()))
        };
        let holds =
            move |name: &str, value: &Json| self == Self::Series && is_of_series(name) && nested(value);
        members.filter(move |(name, value)| holds(name, value)).map(|(name, _)| &**name)
    }

    pub(super) fn is_series(self, instance: &Json) -> bool {
        self.series_members(instance).next().is_some()
    }

    pub(super) fn join_series(self, into: &mut Json, from: Json, auxiliary: bool) {
        let names: Vec<String> = self.series_members(&from).map(str::to_owned).collect();
        let Json::Object(others) = from else { return };
        let Json::Object(members) = into else { return };
        for (name, value) in others.into_iter().filter(|(name, _)| names.iter().any(|one| **one == **name)) {
            let Json::Array(mut points) = value else { continue };
            match members.iter_mut().find(|(there, _)| *there == name) {
                Some((_, Json::Array(there))) => {
                    // Sums of several brokers over one period stand beside each other until they are made anew.
                    if auxiliary || VALUES.contains(&&*name) {
                        let taken: HashSet<Timestamp> = there.iter().filter_map(point_moment).collect();
                        points.retain(|point| point_moment(point).is_none_or(|at| !taken.contains(&at)));
                    }
                    there.extend(points);
                    there.sort_by_cached_key(point_moment);
                    there.dedup_by(|a, b| same_point(a, b));
                }
                _ => members.push((name, Json::Array(points))),
            }
        }
    }

    /// Leaves the newest `count` instances of each attribute and data set: every broker gave so many.
    pub(super) fn newest(self, past: &mut Json, count: usize) {
        match past {
            Json::Array(entities) => entities.iter_mut().for_each(|entity| self.newest(entity, count)),
            Json::Object(members) => {
                for (_, value) in members.iter_mut().filter(|(name, _)| is_attribute(name)) {
                    match value {
                        Json::Array(instances) => self.newest_of(instances, count),
                        one => self.newest_points(one, count),
                    }
                }
            }
            _ => {}
        }
    }

    /// Instances stand newest first.
    fn newest_of(self, instances: &mut Vec<Json>, count: usize) {
        instances.iter_mut().for_each(|instance| self.newest_points(instance, count));
        let mut seen: HashMap<Option<String>, usize> = HashMap::new();
        instances.retain(|instance| {
            let before = seen.entry(dataset(instance).map(str::to_owned)).or_default();
            *before += 1;
            *before <= count
        });
    }

    /// The points of a simplified series stand oldest first.
    fn newest_points(self, series: &mut Json, count: usize) {
        let names: Vec<String> = self.series_members(series).map(str::to_owned).collect();
        let Json::Object(members) = series else { return };
        for (_, value) in members.iter_mut().filter(|(name, _)| names.iter().any(|one| **one == **name)) {
            if let Json::Array(points) = value {
                points.drain(..points.len().saturating_sub(count));
            }
        }
    }
}

fn is_of_series(member: &str) -> bool {
    VALUES.contains(&member) || Method::ALL.iter().any(|method| method.word() == member)
}

/// When a point of a series is, or when its period begins.
fn point_moment(point: &Json) -> Option<Timestamp> {
    instant(point.as_array()?.get(1)?)
}

/// Whether two points have the same value at the same times.
fn same_point(one: &Json, other: &Json) -> bool {
    let (Some([value, times @ ..]), Some([same, others @ ..])) = (one.as_array(), other.as_array()) else {
        return one == other;
    };
    let alike = |(a, b): (&Json, &Json)| a == b || instant(a).is_some() && instant(a) == instant(b);
    value == same && times.len() == others.len() && times.iter().zip(others).all(alike)
}

fn id_of(entity: &Json) -> Option<String> {
    entity.get("id").and_then(Json::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(form: Form, a: &str, b: &str, auxiliary: bool) -> String {
        form.merge(serde_json::from_str(a).unwrap(), serde_json::from_str(b).unwrap(), auxiliary).to_string()
    }

    fn merged(a: &str, b: &str, auxiliary: bool) -> String {
        joined(Form::Instances, a, b, auxiliary)
    }

    #[test]
    fn instances_stand_by_time_and_once() {
        let here = r#"{"id":"urn:a:1","type":"T","p":[{"value":1,"observedAt":"2024-01-01T00:00:00Z"}]}"#;
        let there = r#"{"id":"urn:a:1","type":"T","p":[{"value":2,"observedAt":"2024-01-02T00:00:00Z"},{"value":1,"observedAt":"2024-01-01T00:00:00Z"}],"q":[{"value":3}]}"#;
        assert_eq!(
            merged(here, there, false),
            r#"{"id":"urn:a:1","type":"T","p":[{"value":2,"observedAt":"2024-01-02T00:00:00Z"},{"value":1,"observedAt":"2024-01-01T00:00:00Z"}],"q":[{"value":3}]}"#
        );
    }

    #[test]
    fn an_auxiliary_source_fills_gaps() {
        let here = r#"[{"id":"urn:a:1","p":[{"value":1,"observedAt":"2024-01-01T00:00:00Z"}]}]"#;
        let there =
            r#"[{"id":"urn:a:1","p":[{"value":9,"observedAt":"2024-01-01T00:00:00Z"}]},{"id":"urn:a:2"}]"#;
        assert_eq!(
            merged(here, there, true),
            r#"[{"id":"urn:a:1","p":[{"value":1,"observedAt":"2024-01-01T00:00:00Z"}]},{"id":"urn:a:2"}]"#
        );
    }

    #[test]
    fn series_are_joined_by_time() {
        let here = r#"{"id":"urn:a:1","p":{"type":"Property","values":[[2,"2024-01-02T00:00:00Z"]]}}"#;
        let there = r#"{"id":"urn:a:1","p":{"type":"Property","values":[[1,"2024-01-01T00:00:00Z"],[2,"2024-01-02T00:00:00.000Z"]]}}"#;
        assert_eq!(
            joined(Form::Series, here, there, false),
            r#"{"id":"urn:a:1","p":{"type":"Property","values":[[1,"2024-01-01T00:00:00Z"],[2,"2024-01-02T00:00:00Z"]]}}"#
        );
    }

    #[test]
    fn of_one_moment_one_value_of_a_series_stays_and_sums_stand_apart() {
        let series = |member: &str, value: u32| {
            format!(
                r#"{{"id":"urn:a:1","p":{{"type":"Property","{member}":[[{value},"2024-01-01T00:00:00Z"]]}}}}"#
            )
        };
        for auxiliary in [false, true] {
            let (here, there) = (series("values", 1), series("values", 2));
            assert_eq!(joined(Form::Series, &here, &there, auxiliary), here);
            let sums = joined(Form::Series, &series("sum", 1), &series("sum", 2), auxiliary);
            assert_eq!(sums.contains("[2,"), !auxiliary, "{sums}");
        }
    }

    #[test]
    fn instances_of_two_data_sets_are_two_whatever_their_numbers() {
        let at = |set: &str| {
            format!(
                r#"{{"value":1,"instanceId":"urn:i:1","datasetId":"urn:d:{set}","observedAt":"2024-01-01T00:00:00Z"}}"#
            )
        };
        let past = |instances: &str| format!(r#"{{"id":"urn:a:1","p":[{instances}]}}"#);
        let both = past(&format!("{},{}", at("a"), at("b")));
        assert_eq!(merged(&past(&at("a")), &past(&at("b")), false), both);
    }

    #[test]
    fn of_one_moment_one_instance_stays() {
        let at = |value: i32, modified: u32| {
            format!(
                r#"{{"id":"urn:a:1","p":[{{"value":{value},"observedAt":"2024-01-01T00:00:00Z","modifiedAt":"2024-02-0{modified}T00:00:00Z"}}]}}"#
            )
        };
        assert!(merged(&at(1, 1), &at(2, 2), false).contains("\"value\":2"));
        assert_eq!(merged(&at(1, 2), &at(2, 1), false), at(1, 2));
        assert_eq!(merged(&at(1, 1), &at(2, 2), true), at(1, 1));
    }

    #[test]
    fn the_newest_of_all_stay() {
        let instance = |day: u32, set: &str| {
            format!(r#"{{"value":{day},"datasetId":"urn:d:{set}","observedAt":"2024-01-0{day}T00:00:00Z"}}"#)
        };
        let list = [(3, "a"), (2, "a"), (1, "a"), (1, "b")].map(|(day, set)| instance(day, set)).join(",");
        let series = r#"{"type":"Property","values":[[1,"2024-01-01T00:00:00Z"],[2,"2024-01-02T00:00:00Z"],[3,"2024-01-03T00:00:00Z"]]}"#;
        let mut past: Json =
            serde_json::from_str(&format!(r#"[{{"id":"urn:a:1","type":"T","p":[{list}],"q":{series}}}]"#))
                .unwrap();
        Form::Series.newest(&mut past, 2);
        let text = past.to_string();
        assert!(
            !text.contains(&instance(1, "a"))
                && text.contains(&instance(1, "b"))
                && text.contains(&instance(2, "a"))
        );
        assert!(text.contains(r#""values":[[2,"2024-01-02T00:00:00Z"],[3,"#), "{text}");
    }

    #[test]
    fn a_value_of_lists_is_no_series() {
        let text = r#"{"id":"urn:a:1","p":[{"type":"JsonProperty","json":[[1,2],[3,4]],"observedAt":"2024-01-01T00:00:00Z"}]}"#;
        let mut past: Json = serde_json::from_str(text).unwrap();
        for form in [Form::Instances, Form::Series] {
            form.newest(&mut past, 1);
            assert_eq!(past.to_string(), text);
        }
        // An attribute of the attribute may have the name of a member of series.
        let named = r#"{"id":"urn:a:1","p":[{"type":"Property","value":1,"values":[[1,2],[3,4]]}]}"#;
        let mut past: Json = serde_json::from_str(named).unwrap();
        Form::Instances.newest(&mut past, 1);
        assert_eq!(past.to_string(), named);
    }

    #[test]
    fn one_moment_may_be_written_in_different_ways() {
        let at = |value: u32, time: &str, modified: &str| {
            format!(r#"{{"value":{value},"observedAt":"{time}","modifiedAt":"{modified}"}}"#)
        };
        let past = |instance: &str| format!(r#"{{"id":"urn:a:1","p":[{instance}]}}"#);
        let here = at(1, "2024-01-01T00:00:00Z", "2024-02-01T00:00:00.500Z");
        let there = at(2, "2024-01-01T01:00:00+01:00", "2024-02-01T00:00:00Z");
        assert_eq!(merged(&past(&here), &past(&there), false), past(&here));
        assert_eq!(merged(&past(&there), &past(&here), false), past(&here));
        let later = at(3, "2024-01-01T00:30:00Z", "2024-02-01T00:00:00Z");
        let both = past(&format!("{later},{there}"));
        assert_eq!(merged(&past(&there), &past(&later), false), both);
    }

    #[test]
    fn the_time_to_join_grows_with_the_number_of_instances_alone() {
        let began = std::time::Instant::now();
        let instance = |n: u32, value: u32| {
            let (hour, minute, second) = (n / 3600, n / 60 % 60, n % 60);
            format!(r#"{{"value":{value},"observedAt":"2024-01-01T{hour:02}:{minute:02}:{second:02}Z"}}"#)
        };
        let past = |value: u32| -> Json {
            let list: Vec<String> = (0..40_000).map(|n| instance(n, value)).collect();
            serde_json::from_str(&format!(r#"{{"id":"urn:a:1","p":[{}]}}"#, list.join(","))).unwrap()
        };
        let joined = Form::Instances.merge(past(1), past(2), false);
        assert_eq!(joined.get("p").and_then(Json::as_array).map(<[Json]>::len), Some(40_000));
        let entities = |tail: &str| -> Json {
            let list: Vec<String> = (0..40_000).map(|n| format!(r#"{{"id":"urn:{tail}:{n}"}}"#)).collect();
            serde_json::from_str(&format!("[{}]", list.join(","))).unwrap()
        };
        let joined = Form::Instances.merge(entities("a"), entities("b"), false);
        assert_eq!(joined.as_array().map(<[Json]>::len), Some(80_000));
        // Each compared with each other takes minutes.
        assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
    }

    #[test]
    fn an_instance_that_gave_way_is_no_longer_known() {
        let one = |id: &str, second: u32, modified: u32| {
            format!(
                r#"{{"value":1,"instanceId":"urn:i:{id}","observedAt":"2024-01-01T00:00:0{second}Z","modifiedAt":"2024-02-0{modified}T00:00:00Z"}}"#
            )
        };
        let past = |instances: &str| format!(r#"{{"id":"urn:a:1","p":[{instances}]}}"#);
        let (later, other) = (one("b", 1, 2), one("a", 5, 1));
        let got = merged(&past(&one("a", 1, 1)), &past(&format!("{later},{other}")), false);
        assert_eq!(got, past(&format!("{other},{later}")));
    }
}
