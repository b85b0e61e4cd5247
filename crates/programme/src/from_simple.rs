//! From entities as people write them, simplified, to writes.
//!
//! An entity is an object with `id`, `type` and its attributes by their terms. What kind an attribute is of says the caller, who knows the
//! contract of the type; where nobody says it, the shape of the value does.

mod kind;
mod removed;
mod value;

use senne_context::Context;
use senne_contract::ValueKind;
use senne_model::{Attribute, EntityId, Instance, Json, Operation, Write};

pub use removed::{REMOVED, is_removed, removals, to_simple};

/// Why an entity cannot be written. The text names the entity and the attribute, and says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SimpleError {
    /// It is no object.
    #[error("an entity is an object with `id`, `type` and its attributes; this is {found}")]
    NoObject {
        /// What it is.
        found: &'static str,
    },
    /// Its identifier is missing or none.
    #[error("an entity has no `id` that is an IRI, but {found}; write e.g. urn:ngsi-ld:Project:cycle-track")]
    Id {
        /// What stands there.
        found: String,
    },
    /// Its type is missing or none.
    #[error("{id} has no `type`; write the name of its contract, e.g. Project")]
    Type {
        /// The entity.
        id: String,
    },
    /// An attribute is not what it should be.
    #[error("`{attribute}` of {id} is {found}; write {wanted}")]
    Attribute {
        /// The entity.
        id: String,
        /// The attribute.
        attribute: String,
        /// What it is.
        found: String,
        /// What to write.
        wanted: String,
    },
    /// An attribute stands twice.
    #[error("`{attribute}` of {id} stands twice; keep one of both")]
    Twice {
        /// The entity.
        id: String,
        /// The attribute.
        attribute: String,
    },
}

/// The write that creates an entity, or adds to it what is written here.
///
/// `kind` says of a type and an attribute, both by their terms, what kind the attribute is of; nothing when it is not known. `null` stands
/// for what is not there and is passed over, and so is what is to be taken away: see [`removals`].
///
/// # Errors
/// When the entity has no identifier or no type, or an attribute is not of its kind.
pub fn from_simple(
    entity: &Json,
    kind: impl Fn(&str, &str) -> Option<ValueKind>,
) -> Result<Write, SimpleError> {
    let Json::Object(members) = entity else {
        return Err(SimpleError::NoObject { found: value::sort(entity) });
    };
    let id = entity.get("id");
    let found = || SimpleError::Id { found: id.map_or("nothing".to_owned(), value::shown) };
    let id = id.and_then(Json::as_str).and_then(|id| EntityId::parse(id).ok()).ok_or_else(found)?;
    let no_type = || SimpleError::Type { id: id.to_string() };
    let type_term = entity.get("type").and_then(Json::as_str).filter(|term| !term.is_empty());
    let type_term = type_term.ok_or_else(no_type)?;
    let core = Context::default_core();
    let mut write = Write::new(id.clone(), Operation::CreateOrAppend);
    write.types.push(core.expand(type_term));
    for (term, json) in members {
        if matches!(&**term, "id" | "type" | "@context") || *json == Json::Null || is_removed(json) {
            continue;
        }
        let name = core.expand(term);
        if write.attributes.iter().any(|attribute| attribute.name == name) {
            return Err(SimpleError::Twice { id: id.to_string(), attribute: term.to_string() });
        }
        let known = kind(type_term, term).unwrap_or_else(|| kind::of_shape(json));
        let value = value::of(known, json).map_err(|wanted| SimpleError::Attribute {
            id: id.to_string(),
            attribute: term.to_string(),
            found: value::shown(json),
            wanted,
        })?;
        write.attributes.push(Attribute::new(name, Instance::new(value)));
    }
    Ok(write)
}

#[cfg(test)]
mod tests {
    use senne_model::AttributeValue;

    use super::*;

    fn json(text: &str) -> Json {
        serde_json::from_str(text).unwrap()
    }

    fn by_shape(text: &str) -> Result<Write, SimpleError> {
        from_simple(&json(text), |_, _| None)
    }

    #[test]
    fn shapes_say_what_attributes_are() {
        let write = by_shape(
            r#"{"id": "urn:ngsi-ld:Project:a", "type": "Project", "name": {"fr": "Rue", "nl": "Straat", "en": "Street"},
                "description": {"en": "A street"}, "refPillar": "urn:ngsi-ld:Pillar:x",
                "refAreas": ["urn:ngsi-ld:A:1", "urn:ngsi-ld:A:2"], "location": {"type": "Point", "coordinates": [4.3, 50.8]},
                "scores": {"effect": 3}, "decidedBy": ["Ada"], "year": 2026, "done": true, "kind": "x", "nothing": null}"#,
        )
        .unwrap();
        let kinds: Vec<&str> = write.attributes.iter().map(|one| one.instances[0].value.kind()).collect();
        assert_eq!(
            kinds,
            [
                "LanguageProperty",
                "LanguageProperty",
                "Relationship",
                "Relationship",
                "GeoProperty",
                "JsonProperty",
                "ListProperty",
                "Property",
                "Property",
                "Property"
            ]
        );
        assert_eq!(&*write.attributes[1].name, "http://purl.org/dc/terms/description");
        assert_eq!(&*write.attributes[4].name, "https://uri.etsi.org/ngsi-ld/location");
        assert_eq!((write.operation, write.types.len()), (Operation::CreateOrAppend, 1));
    }

    #[test]
    fn kinds_that_are_known_come_before_shapes() {
        let kinds = |_: &str, term: &str| match term {
            "code" => Some(ValueKind::Text),
            "criteria" => Some(ValueKind::List),
            "year" => Some(ValueKind::Integer),
            _ => None,
        };
        let text = r#"{"id": "urn:a:b", "type": "T", "code": "urn:ngsi-ld:x", "criteria": {"id": "a"}}"#;
        let write = from_simple(&json(text), kinds).unwrap();
        assert_eq!(write.attributes[0].instances[0].value.as_text(), Some("urn:ngsi-ld:x"));
        assert!(matches!(write.attributes[1].instances[0].value, AttributeValue::List(_)));
        let wrong = from_simple(&json(r#"{"id": "urn:a:b", "type": "T", "year": "2026"}"#), kinds);
        assert_eq!(
            wrong.unwrap_err().to_string(),
            "`year` of urn:a:b is \"2026\"; write a whole number, without quotation marks"
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        let told = |text: &str| by_shape(text).unwrap_err().to_string();
        assert_eq!(told("[]"), "an entity is an object with `id`, `type` and its attributes; this is a list");
        assert!(told(r#"{"type": "T"}"#).contains("but nothing;"));
        assert!(told(r#"{"id": "a b", "type": "T"}"#).contains("but \"a b\";"));
        assert_eq!(
            told(r#"{"id": "urn:a:b"}"#),
            "urn:a:b has no `type`; write the name of its contract, e.g. Project"
        );
        let wrong = r#"{"id": "urn:a:b", "type": "T", "place": {"type": "Point", "coordinates": [400, 50]}}"#;
        assert!(told(wrong).starts_with("`place` of urn:a:b is "), "{}", told(wrong));
    }
}
