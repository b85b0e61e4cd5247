//! What is taken away, and values back in their simple form.

use senne_context::Context;
use senne_model::{Attribute, AttributeValue, EntityId, Instance, Iri, Json, Operation, Write};

/// What stands for an attribute that is taken away (GS CIM 009, clause 4.5.0).
pub const REMOVED: &str = "urn:ngsi-ld:null";

/// Whether a value in simple form takes its attribute away.
pub fn is_removed(json: &Json) -> bool {
    json.as_str() == Some(REMOVED)
}

/// The write that takes away what an entity in simple form says is to go; nothing when it says that of nothing. It comes after that of
/// [`super::from_simple`], and what is not there is passed over.
pub fn removals(entity: &Json) -> Option<Write> {
    let id = EntityId::parse(entity.get("id")?.as_str()?).ok()?;
    let members = entity.as_object()?.iter();
    let gone: Vec<&str> = members.filter(|(_, json)| is_removed(json)).map(|(term, _)| &**term).collect();
    if gone.is_empty() {
        return None;
    }
    let core = Context::default_core();
    let mut write = Write::new(id, Operation::Update);
    let mark = || Instance::new(AttributeValue::Property(Json::text(REMOVED)));
    write.attributes = gone.into_iter().map(|term| Attribute::new(core.expand(term), mark())).collect();
    Some(write)
}

/// A value in simple form.
pub fn to_simple(value: &AttributeValue) -> Json {
    match value {
        // A typed value of JSON-LD stands for what it holds.
        AttributeValue::Property(json) => json.get("@value").unwrap_or(json).clone(),
        AttributeValue::JsonProperty(json) => json.clone(),
        AttributeValue::Geo(place) => place.to_geojson(),
        AttributeValue::Language(members) => Json::Object(members.clone()),
        AttributeValue::List(items) => Json::Array(items.clone()),
        AttributeValue::Relationship { objects, .. } | AttributeValue::ListRelationship(objects) => {
            one_or_all(objects, |iri| iri.as_str())
        }
        AttributeValue::Vocab(iris) => {
            one_or_all(iris, |iri| iri.as_str().rsplit(['/', '#']).next().unwrap_or_default())
        }
    }
}

fn one_or_all<'a>(iris: &'a [Iri], text: impl Fn(&'a Iri) -> &'a str) -> Json {
    match iris {
        [] => Json::Null,
        [one] => Json::text(text(one)),
        all => Json::Array(all.iter().map(|iri| Json::text(text(iri))).collect()),
    }
}

#[cfg(test)]
mod tests {
    use senne_model::{NoJudge, Timestamp, apply};

    use super::{super::from_simple, *};

    fn json(text: &str) -> Json {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn what_is_taken_away_goes_and_the_rest_stays() {
        let (mut state, at) = (None, Timestamp::parse("2026-11-30T12:00:00Z").unwrap());
        let mut write = |text: &str| {
            let entity = json(text);
            let writes = [from_simple(&entity, |_, _| None).ok(), removals(&entity)];
            for write in writes.into_iter().flatten() {
                apply(&mut state, write, at, &NoJudge).unwrap();
            }
            let entity = state.clone().unwrap();
            entity.attributes.iter().map(|one| one.name.local().to_owned()).collect::<Vec<_>>()
        };
        let head = r#""id": "urn:ngsi-ld:Project:a", "type": "Project""#;
        let all =
            write(&format!(r#"{{{head}, "name": {{"en": "a"}}, "startsOn": "2026-01-01", "order": 1}}"#));
        assert_eq!(all, ["name", "startsOn", "order"]);
        let gone = r#""startsOn": "urn:ngsi-ld:null", "never": "urn:ngsi-ld:null", "order": 2"#;
        assert_eq!(write(&format!("{{{head}, {gone}}}")), ["name", "order"]);
        assert!(removals(&json(&format!("{{{head}}}"))).is_none());
    }

    #[test]
    fn relationships_have_one_target_or_many() {
        let targets =
            |ids: &[&str]| AttributeValue::ListRelationship(ids.iter().map(|id| Iri::new(id)).collect());
        assert_eq!(to_simple(&targets(&["urn:a"])), json(r#""urn:a""#));
        assert_eq!(to_simple(&targets(&["urn:a", "urn:b"])), json(r#"["urn:a", "urn:b"]"#));
        assert_eq!(to_simple(&targets(&[])), Json::Null);
    }
}
