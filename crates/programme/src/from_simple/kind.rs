//! What kind an attribute is of when no contract says so.

use senne_contract::ValueKind;
use senne_model::Json;

/// By the shape of a value: texts by language tags are a language map, identifiers of NGSI-LD a relationship, GeoJSON a geometry.
pub(super) fn of_shape(json: &Json) -> ValueKind {
    match json {
        Json::Null | Json::Text(_) if is_urn(json) => ValueKind::Relationship,
        Json::Null | Json::Text(_) => ValueKind::Text,
        Json::Bool(_) => ValueKind::Boolean,
        Json::Int(_) | Json::BigInt(_) | Json::Float(_) => ValueKind::Number,
        Json::Array(items) if !items.is_empty() && items.iter().all(is_urn) => ValueKind::Relationship,
        Json::Array(_) => ValueKind::List,
        Json::Object(members) if !members.is_empty() && members.iter().all(is_told) => ValueKind::Language,
        Json::Object(_) if json.get("coordinates").is_some() && json.get("type").is_some() => {
            ValueKind::Geometry
        }
        Json::Object(_) => ValueKind::Object,
    }
}

fn is_urn(json: &Json) -> bool {
    json.as_str().is_some_and(|text| text.starts_with("urn:ngsi-ld:") && senne_model::is_iri(text))
}

/// A text by a language tag (BCP 47): `fr`, `nl-BE`.
fn is_told((tag, text): &(Box<str>, Json)) -> bool {
    let (language, rest) = tag.split_at_checked(2).unwrap_or((tag, ""));
    let letters = language.len() == 2 && language.bytes().all(|byte| byte.is_ascii_lowercase());
    letters && (rest.is_empty() || rest.starts_with('-')) && text.as_str().is_some()
}
