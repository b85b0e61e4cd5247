//! An attribute value as columns of a row, and back.

use senne_model::{AttributeValue, Geometry, Iri, Json, Name};

/// Integers up to this size are exact as `f64`.
const EXACT: i64 = 1 << 53;

/// The value columns of one row; `kind` says how to read them.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Parts<'a> {
    pub(crate) number: Option<f64>,
    pub(crate) text: Option<&'a str>,
    pub(crate) json: Option<String>,
    pub(crate) geometry: Option<String>,
}

/// Splits a value into columns.
pub(crate) fn split(value: &AttributeValue) -> Parts<'_> {
    match value {
        AttributeValue::Property(Json::Int(i)) => Parts {
            number: Some(*i as f64),
            json: (!(-EXACT..=EXACT).contains(i)).then(|| i.to_string()),
            ..Parts::default()
        },
        AttributeValue::Property(long @ Json::BigInt(digits)) => {
            Parts { number: long.as_f64(), json: Some(digits.to_string()), ..Parts::default() }
        }
        AttributeValue::Property(Json::Float(x)) => Parts { number: Some(*x), ..Parts::default() },
        AttributeValue::Property(Json::Text(text)) => Parts { text: Some(text), ..Parts::default() },
        AttributeValue::Property(json) | AttributeValue::JsonProperty(json) => as_json(json.to_string()),
        AttributeValue::Relationship { objects, object_type } => Parts {
            text: objects.first().map(Iri::as_str),
            json: (objects.len() != 1 || object_type.is_some()).then(|| {
                let mut members = vec![("object".into(), iris_to_json(objects))];
                members.extend(object_type.iter().map(|name| ("objectType".into(), Json::text(name))));
                Json::Object(members).to_string()
            }),
            ..Parts::default()
        },
        AttributeValue::Geo(geometry) => {
            Parts { geometry: Some(geometry.to_geojson().to_string()), ..Parts::default() }
        }
        AttributeValue::Language(texts) => as_json(Json::Object(texts.clone()).to_string()),
        AttributeValue::Vocab(iris) if iris.len() == 1 => {
            Parts { text: iris.first().map(Iri::as_str), ..Parts::default() }
        }
        AttributeValue::Vocab(iris) | AttributeValue::ListRelationship(iris) => {
            as_json(iris_to_json(iris).to_string())
        }
        AttributeValue::List(items) => as_json(Json::Array(items.clone()).to_string()),
    }
}

fn as_json<'a>(json: String) -> Parts<'a> {
    Parts { json: Some(json), ..Parts::default() }
}

fn iris_to_json(iris: &[Iri]) -> Json {
    Json::Array(iris.iter().map(|iri| Json::text(iri)).collect())
}

fn iris_from_json(json: Option<&Json>) -> Vec<Iri> {
    json.and_then(Json::as_array).unwrap_or_default().iter().filter_map(Json::as_str).map(Iri::new).collect()
}

/// Joins columns into the value; columns that do not fit their kind read as JSON null.
pub(crate) fn join(kind: &str, parts: &Parts<'_>) -> AttributeValue {
    let json = || parts.json.as_deref().and_then(|text| Json::parse(text.as_bytes()).ok());
    let iri = || parts.text.map(Iri::new).into_iter().collect::<Vec<_>>();
    match kind {
        "Relationship" => match json() {
            Some(full) => AttributeValue::Relationship {
                objects: iris_from_json(full.get("object")),
                object_type: full.get("objectType").and_then(Json::as_str).map(Name::new),
            },
            None => AttributeValue::Relationship { objects: iri(), object_type: None },
        },
        "GeoProperty" => parts
            .geometry
            .as_deref()
            .and_then(|text| Json::parse(text.as_bytes()).ok())
            .and_then(|json| Geometry::from_geojson(&json).ok())
            .map_or(AttributeValue::Property(Json::Null), AttributeValue::Geo),
        "LanguageProperty" => match json() {
            Some(Json::Object(members)) => AttributeValue::Language(members),
            _ => AttributeValue::Language(Vec::new()),
        },
        "VocabProperty" if parts.text.is_some() => AttributeValue::Vocab(iri()),
        "VocabProperty" => AttributeValue::Vocab(iris_from_json(json().as_ref())),
        "ListRelationship" => AttributeValue::ListRelationship(iris_from_json(json().as_ref())),
        "JsonProperty" => AttributeValue::JsonProperty(json().unwrap_or_default()),
        "ListProperty" => match json() {
            Some(Json::Array(items)) => AttributeValue::List(items),
            _ => AttributeValue::List(Vec::new()),
        },
        _ => AttributeValue::Property(match (json(), parts.number, parts.text) {
            (Some(json), _, _) => json,
            (None, Some(x), _) => number(x),
            (None, None, Some(text)) => Json::text(text),
            (None, None, None) => Json::Null,
        }),
    }
}

/// A number as JSON: whole numbers are integers.
pub(crate) fn number(x: f64) -> Json {
    let whole = x.fract() == 0.0 && x.abs() <= EXACT as f64 && !(x == 0.0 && x.is_sign_negative());
    if whole { Json::Int(x as i64) } else { Json::from(x) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_comes_back() {
        let iri = |text| Iri::new(text);
        let object = Json::Object(vec![("b".into(), Json::Int(1)), ("a".into(), Json::Null)]);
        for value in [
            AttributeValue::Property(Json::Int(5)),
            AttributeValue::Property(Json::Int(i64::MAX - 1)),
            AttributeValue::Property(Json::BigInt("-98765432109876543210".into())),
            AttributeValue::Property(Json::Float(-0.25)),
            AttributeValue::Property(Json::Float(-0.0)),
            AttributeValue::Property(Json::Float(1e300)),
            AttributeValue::Property(Json::text("é")),
            AttributeValue::Property(Json::text("")),
            AttributeValue::Property(Json::Bool(true)),
            AttributeValue::Property(object.clone()),
            AttributeValue::Relationship { objects: vec![iri("urn:a:1")], object_type: None },
            AttributeValue::Relationship {
                objects: vec![iri("urn:a:1")],
                object_type: Some(Name::new("urn:t:T")),
            },
            AttributeValue::Relationship { objects: vec![iri("urn:a:1"), iri("urn:a:2")], object_type: None },
            AttributeValue::Geo(Geometry::point(4.35, 50.84).unwrap()),
            AttributeValue::Language(vec![
                ("fr".into(), Json::text("Bruxelles")),
                ("nl".into(), Json::text("Brussel")),
            ]),
            AttributeValue::Vocab(vec![iri("urn:v:1")]),
            AttributeValue::Vocab(vec![iri("urn:v:1"), iri("urn:v:2")]),
            AttributeValue::JsonProperty(object),
            AttributeValue::JsonProperty(Json::text("text")),
            AttributeValue::List(vec![Json::Int(1), Json::text("x")]),
            AttributeValue::ListRelationship(vec![iri("urn:a:1")]),
        ] {
            assert_eq!(join(value.kind(), &split(&value)), value);
        }
    }

    #[test]
    fn damaged_columns_read_as_something() {
        let parts = Parts { json: Some("{".to_owned()), ..Parts::default() };
        for kind in ["GeoProperty", "LanguageProperty", "Relationship", "?", "VocabProperty", "ListProperty"]
        {
            join(kind, &parts);
        }
    }
}
