//! Two versions of the past of entities as one (clauses 4.5.5, 5.7.3.4, 5.7.4.4).
//!
//! Of two instances of one data set at one moment, that of an auxiliary source never counts, else the later changed, else the first.

use senne_model::Json;

use super::names::is_attribute;

/// Takes a version in: an entity, or a list of them. What an auxiliary source has is taken where there is no
/// instance of the same moment.
pub(super) fn merge(into: Json, from: Json, auxiliary: bool) -> Json {
    match (into, from) {
        (Json::Array(mut items), Json::Array(others)) => {
            for other in others {
                let same = items.iter_mut().find(|item| item.get("id") == other.get("id"));
                match same {
                    Some(item) => {
                        let before = std::mem::replace(item, Json::Null);
                        *item = merge(before, other, auxiliary);
                    }
                    None => items.push(other),
                }
            }
            Json::Array(items)
        }
        (Json::Object(mut members), Json::Object(others)) => {
            for (name, other) in others.into_iter().filter(|(name, _)| is_attribute(name)) {
                match members.iter_mut().find(|(there, _)| *there == name) {
                    Some((_, there)) => {
                        let before = std::mem::replace(there, Json::Null);
                        *there = attribute(before, other, auxiliary);
                    }
                    None => members.push((name, other)),
                }
            }
            Json::Object(members)
        }
        (there, _) => there,
    }
}

/// Instances side by side, by time; simplified series of one data set as one series.
fn attribute(into: Json, from: Json, auxiliary: bool) -> Json {
    let mut list = as_list(into);
    for other in as_list(from) {
        let series = list.iter_mut().find(|there| is_series(there) && dataset(there) == dataset(&other));
        match series {
            Some(there) if is_series(&other) => join_series(there, other),
            _ => match list.iter_mut().find(|there| same_instance(there, &other)) {
                Some(there) if !auxiliary && changed(&other) > changed(there) => *there = other,
                Some(_) => {}
                None => list.push(other),
            },
        }
    }
    list.sort_by(|a, b| moment(b).cmp(moment(a)));
    if list.len() == 1 && is_series(&list[0]) { list.remove(0) } else { Json::Array(list) }
}

fn as_list(value: Json) -> Vec<Json> {
    match value {
        Json::Array(items) => items,
        one => vec![one],
    }
}

fn dataset(instance: &Json) -> Option<&str> {
    instance.get("datasetId").and_then(Json::as_str)
}

fn moment(instance: &Json) -> &str {
    let member = |name: &str| instance.get(name).and_then(Json::as_str);
    member("observedAt").or_else(|| member("modifiedAt")).unwrap_or_default()
}

/// Members that hold a simplified series or aggregates: arrays of arrays.
fn series_members(instance: &Json) -> impl Iterator<Item = &str> {
    let members = instance.as_object().unwrap_or_default().iter();
    let nested = |value: &Json| {
        value.as_array().is_some_and(|items| items.iter().all(|item| item.as_array().is_some()))
    };
    members.filter(move |(name, value)| &**name != "value" && nested(value)).map(|(name, _)| &**name)
}

fn is_series(instance: &Json) -> bool {
    series_members(instance).next().is_some()
}

fn join_series(into: &mut Json, from: Json) {
    let names: Vec<String> = series_members(&from).map(str::to_owned).collect();
    let Json::Object(others) = from else { return };
    let Json::Object(members) = into else { return };
    for (name, value) in others.into_iter().filter(|(name, _)| names.iter().any(|one| **one == **name)) {
        let Json::Array(points) = value else { continue };
        match members.iter_mut().find(|(there, _)| *there == name) {
            Some((_, Json::Array(there))) => {
                there.extend(points);
                let time =
                    |point: &Json| point.as_array().and_then(|pair| pair.get(1)?.as_str().map(str::to_owned));
                there.sort_by_key(time);
                there.dedup();
            }
            _ => members.push((name, Json::Array(points))),
        }
    }
}

fn changed(instance: &Json) -> &str {
    instance.get("modifiedAt").and_then(Json::as_str).unwrap_or_default()
}

/// Whether two instances are one: by their id, else by data set and moment.
fn same_instance(there: &Json, other: &Json) -> bool {
    let id = |instance: &Json| instance.get("instanceId").and_then(Json::as_str).map(str::to_owned);
    let same_id = id(there).is_some() && id(there) == id(other);
    let observed = |instance: &Json| instance.get("observedAt").and_then(Json::as_str).map(str::to_owned);
    same_id
        || observed(there).is_some() && observed(there) == observed(other) && dataset(there) == dataset(other)
}

/// Leaves the newest `count` instances of each attribute and data set: every broker gave so many.
pub(super) fn newest(past: &mut Json, count: usize) {
    match past {
        Json::Array(entities) => entities.iter_mut().for_each(|entity| newest(entity, count)),
        Json::Object(members) => {
            for (_, value) in members.iter_mut().filter(|(name, _)| is_attribute(name)) {
                match value {
                    Json::Array(instances) => newest_of(instances, count),
                    one => newest_points(one, count),
                }
            }
        }
        _ => {}
    }
}

/// Instances stand newest first.
fn newest_of(instances: &mut Vec<Json>, count: usize) {
    instances.iter_mut().for_each(|instance| newest_points(instance, count));
    let mut seen: Vec<(Option<String>, usize)> = Vec::new();
    instances.retain(|instance| {
        let set = dataset(instance).map(str::to_owned);
        let place = seen.iter().position(|(there, _)| *there == set).unwrap_or_else(|| {
            seen.push((set, 0));
            seen.len() - 1
        });
        seen[place].1 += 1;
        seen[place].1 <= count
    });
}

/// The points of a simplified series stand oldest first.
fn newest_points(series: &mut Json, count: usize) {
    let names: Vec<String> = series_members(series).map(str::to_owned).collect();
    let Json::Object(members) = series else { return };
    for (_, value) in members.iter_mut().filter(|(name, _)| names.iter().any(|one| **one == **name)) {
        if let Json::Array(points) = value {
            points.drain(..points.len().saturating_sub(count));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(a: &str, b: &str, auxiliary: bool) -> String {
        merge(serde_json::from_str(a).unwrap(), serde_json::from_str(b).unwrap(), auxiliary).to_string()
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
        let there = r#"{"id":"urn:a:1","p":{"type":"Property","values":[[1,"2024-01-01T00:00:00Z"],[2,"2024-01-02T00:00:00Z"]]}}"#;
        assert_eq!(
            merged(here, there, false),
            r#"{"id":"urn:a:1","p":{"type":"Property","values":[[1,"2024-01-01T00:00:00Z"],[2,"2024-01-02T00:00:00Z"]]}}"#
        );
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
        newest(&mut past, 2);
        let text = past.to_string();
        assert!(
            !text.contains(&instance(1, "a"))
                && text.contains(&instance(1, "b"))
                && text.contains(&instance(2, "a"))
        );
        assert!(text.contains(r#""values":[[2,"2024-01-02T00:00:00Z"],[3,"#), "{text}");
    }
}
