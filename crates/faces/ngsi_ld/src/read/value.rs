//! The value of each kind of attribute, checked for its form.

use senne_model::{AttributeValue, Geometry, Iri, Json, Problem, is_iri};

use super::{Mode, Names, attribute::refuse_marker};
use crate::kind::{Kind, NULL_MARKER};

/// Reads the member that holds the value of a kind.
pub(crate) fn read_value(
    kind: Kind,
    value: Json,
    mode: Mode,
    names: &mut Names,
) -> Result<AttributeValue, Problem> {
    if value == Json::Null && kind != Kind::Json {
        let remedy =
            "null is not a value; leave the attribute out, or write \"urn:ngsi-ld:null\" to remove it";
        return Err(Problem::bad(remedy));
    }
    refuse_marker(&value, mode)?;
    if kind == Kind::Property && !mode.merges() && holds_marker(&value) {
        let detail = "within a value, \"urn:ngsi-ld:null\" removes a member: that is for merges";
        return Err(Problem::bad(detail));
    }
    match kind {
        Kind::Property => Ok(match geometry_of(&value)? {
            Some(geometry) => AttributeValue::Geo(geometry),
            None => AttributeValue::Property(value),
        }),
        Kind::Geo if value.as_str() == Some(NULL_MARKER) => Ok(AttributeValue::Property(value)),
        Kind::Geo => match value.as_str().map(serde_json::from_str::<Json>) {
            // A geometry may be written as a text (clause 4.7.1).
            Some(Ok(geometry)) => Geometry::from_geojson(&geometry).map(AttributeValue::Geo),
            _ => Geometry::from_geojson(&value).map(AttributeValue::Geo),
        },
        Kind::Relationship => {
            Ok(AttributeValue::Relationship { objects: targets(value, "object")?, object_type: None })
        }
        Kind::ListRelationship => list_targets(value, mode).map(AttributeValue::ListRelationship),
        Kind::Language => language_map(value, mode).map(AttributeValue::Language),
        Kind::Vocab => vocabulary(value, names).map(AttributeValue::Vocab),
        Kind::Json => match &value {
            Json::Object(_) | Json::Null => Ok(AttributeValue::JsonProperty(value)),
            Json::Array(items) if items.iter().all(|item| matches!(item, Json::Object(_))) => {
                Ok(AttributeValue::JsonProperty(value))
            }
            marker if marker.as_str() == Some(NULL_MARKER) => Ok(AttributeValue::JsonProperty(value)),
            _ => Err(Problem::bad("an object is needed here, or an array of them")),
        },
        Kind::List => match value {
            Json::Array(items) => {
                items.iter().try_for_each(|item| refuse_marker(item, mode))?;
                Ok(AttributeValue::List(items))
            }
            marker if marker.as_str() == Some(NULL_MARKER) => Ok(AttributeValue::List(vec![marker])),
            _ => Err(Problem::bad("an array is needed here")),
        },
    }
}

/// Whether the marker stands somewhere within a value, and is not the value.
fn holds_marker(value: &Json) -> bool {
    let one = |item: &Json| item.as_str() == Some(NULL_MARKER) || holds_marker(item);
    match value {
        Json::Array(items) => items.iter().any(one),
        Json::Object(members) => members.iter().any(|(_, item)| one(item)),
        _ => false,
    }
}

/// The geometry, when a value is one: an object of a GeoJSON geometry type with coordinates. A concise
/// GeoProperty is known by nothing else.
pub(super) fn geometry_of(value: &Json) -> Result<Option<Geometry>, Problem> {
    const SHAPES: [&str; 6] =
        ["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"];
    let shape = value.get("type").and_then(Json::as_str).filter(|shape| SHAPES.contains(shape));
    match (shape, value.get("coordinates")) {
        (Some(shape), Some(coordinates)) => Geometry::parse(shape, coordinates).map(Some),
        _ => Ok(None),
    }
}

fn targets(value: Json, what: &str) -> Result<Vec<Iri>, Problem> {
    let one = |text: &Json| {
        let iri = text.as_str().filter(|text| is_iri(text));
        iri.map(Iri::new).ok_or_else(|| {
            Problem::bad(format!("the {what} of a relationship is the IRI of an entity, or an array of them"))
        })
    };
    match value {
        Json::Array(items) if !items.is_empty() => items.iter().map(one).collect(),
        other => Ok(vec![one(&other)?]),
    }
}

/// Targets in an order, each as `{"object": IRI}` or as the IRI alone (clause 4.5.22).
fn list_targets(value: Json, mode: Mode) -> Result<Vec<Iri>, Problem> {
    let items = match value {
        Json::Array(items) => items,
        marker if marker.as_str() == Some(NULL_MARKER) => vec![marker],
        _ => return Err(Problem::bad("an array of {\"object\": IRI} is needed here")),
    };
    let one = |(place, item): (usize, Json)| {
        refuse_marker(&item, mode)?;
        let target = item.get("object").cloned().unwrap_or(item);
        let iri = target.as_str().filter(|text| is_iri(text)).map(Iri::new);
        iri.ok_or_else(|| Problem::bad("the IRI of an entity is needed here").field(format!("[{place}]")))
    };
    items.into_iter().enumerate().map(one).collect()
}

fn language_map(value: Json, mode: Mode) -> Result<Vec<(Box<str>, Json)>, Problem> {
    if value.as_str() == Some(NULL_MARKER) {
        return Ok(vec![("@none".into(), value)]);
    }
    let Json::Object(members) = value else {
        return Err(Problem::bad(
            "an object of language tags to texts is needed here, e.g. {\"fr\": \"rue\"}",
        ));
    };
    let is_text = |value: &Json| match value {
        Json::Text(_) => true,
        Json::Array(items) => items.iter().all(|item| matches!(item, Json::Text(_))),
        _ => false,
    };
    for (tag, text) in &members {
        let fits = !tag.is_empty()
            && tag.len() <= 64
            && (&**tag == "@none" || tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
        if !fits {
            return Err(Problem::bad("a language tag has letters, digits and hyphens (BCP 47), or is @none")
                .field(&**tag));
        }
        refuse_marker(text, mode).map_err(|problem| problem.field(&**tag))?;
        if !is_text(text) {
            return Err(Problem::bad("a text, or an array of texts, is needed here").field(&**tag));
        }
    }
    Ok(members)
}

fn vocabulary(value: Json, names: &mut Names) -> Result<Vec<Iri>, Problem> {
    let mut one = |term: &Json| {
        let term = term
            .as_str()
            .ok_or_else(|| Problem::bad("a term or an IRI is needed here, or an array of them"))?;
        if term == NULL_MARKER {
            return Ok(Iri::new(term));
        }
        names.expand(term).map(|name| Iri::new(&name))
    };
    match &value {
        Json::Array(items) if !items.is_empty() => items.iter().map(one).collect(),
        other => Ok(vec![one(other)?]),
    }
}
