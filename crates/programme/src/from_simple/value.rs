//! A value from its simplified form.

use senne_contract::ValueKind;
use senne_model::{AttributeValue, Geometry, Iri, Json, is_iri};

/// So many characters of a value are shown in an error.
const SHOWN_MOST: usize = 60;

/// The value of an attribute of a kind.
///
/// # Errors
/// What to write instead.
pub(super) fn of(kind: ValueKind, json: &Json) -> Result<AttributeValue, String> {
    use ValueKind as K;
    let property = || Ok(AttributeValue::Property(json.clone()));
    match (kind, json) {
        // One text may stand for all languages, as contracts allow.
        (K::Number, Json::Int(_) | Json::BigInt(_) | Json::Float(_))
        | (K::Boolean, Json::Bool(_))
        | (K::Text | K::Language, Json::Text(_)) => property(),
        (K::Integer, _) if json.as_f64().is_some_and(|number| number.fract() == 0.0) => property(),
        (K::Time, Json::Text(text)) if is_time(text) => property(),
        (K::Geometry, Json::Object(_)) => {
            let geometry = Geometry::from_geojson(json);
            geometry.map(AttributeValue::Geo).map_err(|problem| format!("a GeoJSON geometry: {problem}"))
        }
        (K::Relationship, Json::Text(_)) => relationship(std::slice::from_ref(json)),
        (K::Relationship, Json::Array(items)) => relationship(items),
        (K::Language, Json::Object(members)) => language(members),
        (K::Object, Json::Object(_)) => Ok(AttributeValue::JsonProperty(json.clone())),
        (K::List, Json::Array(items)) => Ok(AttributeValue::List(items.clone())),
        (K::List, _) => Ok(AttributeValue::List(vec![json.clone()])),
        _ => Err(wanted(kind, json)),
    }
}

fn relationship(items: &[Json]) -> Result<AttributeValue, String> {
    let mut objects = Vec::with_capacity(items.len());
    for item in items {
        match item.as_str().filter(|text| is_iri(text)) {
            Some(text) => objects.push(Iri::new(text)),
            None => return Err(format!("identifiers of entities; {} is none", shown(item))),
        }
    }
    if objects.is_empty() {
        return Err("at least one identifier, or leave the attribute out".to_owned());
    }
    Ok(AttributeValue::Relationship { objects, object_type: None })
}

fn language(members: &[(Box<str>, Json)]) -> Result<AttributeValue, String> {
    if members.is_empty() {
        return Err("a text for each language, {fr, nl, en}, or leave the attribute out".to_owned());
    }
    match members.iter().find(|(_, json)| json.as_str().is_none()) {
        Some((tag, json)) => Err(format!("a text for `{tag}`; {} is none", shown(json))),
        None => Ok(AttributeValue::Language(members.to_vec())),
    }
}

/// A day, or a date-time with its offset.
fn is_time(text: &str) -> bool {
    text.parse::<jiff::civil::Date>().is_ok_and(|_| text.len() == 10)
        || senne_model::Timestamp::parse(text).is_ok()
}

fn wanted(kind: ValueKind, json: &Json) -> String {
    let quoted = json.as_str().is_some_and(|text| text.trim().parse::<f64>().is_ok());
    let unquoted = if quoted { ", without quotation marks" } else { "" };
    match kind {
        ValueKind::Number => format!("a number{unquoted}"),
        ValueKind::Integer => format!("a whole number{unquoted}"),
        ValueKind::Text => "a text".to_owned(),
        ValueKind::Boolean => "true or false".to_owned(),
        ValueKind::Time => {
            "a day, 2026-11-30, or a date-time with its offset, 2026-11-30T12:00:00+01:00".to_owned()
        }
        ValueKind::Geometry => "a GeoJSON geometry, {type, coordinates}".to_owned(),
        ValueKind::Relationship => "an identifier, urn:ngsi-ld:…, or a list of them".to_owned(),
        ValueKind::Language => "a text for each language, {fr, nl, en}".to_owned(),
        ValueKind::Object => "an object".to_owned(),
        ValueKind::List => "a list".to_owned(),
    }
}

/// A value for an error, cut when it is long.
pub(super) fn shown(json: &Json) -> String {
    let text = json.to_string();
    match text.char_indices().nth(SHOWN_MOST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// What sort of JSON something is.
pub(super) fn sort(json: &Json) -> &'static str {
    match json {
        Json::Null => "nothing",
        Json::Bool(_) => "true or false",
        Json::Int(_) | Json::BigInt(_) | Json::Float(_) => "a number",
        Json::Text(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}
