//! From type and value of NGSI-v2 to the values of our model.

use senne_model::{AttributeValue, Geometry, Iri, Json, Problem};

use crate::names::id_in;

/// What a value means by its type.
pub(crate) fn read(kind: Option<&str>, value: Json) -> Result<AttributeValue, Problem> {
    Ok(match (kind, value) {
        // Our properties have no null; a JSON property may.
        (_, Json::Null) => AttributeValue::JsonProperty(Json::Null),
        (Some("geo:json"), value) => {
            AttributeValue::Geo(Geometry::from_geojson(geometry_in(&value)).map_err(geo)?)
        }
        (Some("geo:point"), Json::Text(text)) => AttributeValue::Geo(point(&text)?),
        (Some(kind @ ("geo:line" | "geo:box" | "geo:polygon")), value) => {
            AttributeValue::Geo(Geometry::from_geojson(&shape(kind, &value)?).map_err(geo)?)
        }
        (Some("Relationship" | "Reference"), value) => {
            // What names no entity stays the value that it is.
            relationship(&value).unwrap_or(AttributeValue::Property(value))
        }
        (_, value) => AttributeValue::Property(value),
    })
}

/// The geometry of a feature, or of a collection of one feature, is what is meant by it (Orion, "GeoJSON").
fn geometry_in(value: &Json) -> &Json {
    let feature = match (value.get("type").and_then(Json::as_str), value.get("features")) {
        (Some("FeatureCollection"), Some(Json::Array(features))) if features.len() == 1 => &features[0],
        _ => value,
    };
    match feature.get("type").and_then(Json::as_str) {
        Some("Feature") => feature.get("geometry").unwrap_or(value),
        _ => value,
    }
}

/// The entities that a relationship leads to; an array of one stays an array.
fn relationship(value: &Json) -> Option<AttributeValue> {
    let one = |value: &Json| id_in(value.as_str()?).ok().map(|id| Iri::new(&id));
    let Json::Array(items) = value else {
        let objects = vec![one(value)?];
        return Some(AttributeValue::Relationship { objects, object_type: None });
    };
    let objects: Vec<Iri> = items.iter().map(one).collect::<Option<_>>()?;
    match objects.len() {
        0 => None,
        1 => Some(AttributeValue::ListRelationship(objects)),
        _ => Some(AttributeValue::Relationship { objects, object_type: None }),
    }
}

fn geo(problem: impl std::fmt::Display) -> Problem {
    Problem::bad(problem.to_string()).field("value")
}

/// A point as "latitude, longitude".
fn point(text: &str) -> Result<Geometry, Problem> {
    let (latitude, longitude) = pair(text)?;
    Geometry::point(longitude, latitude).ok_or_else(|| geo("a point is out of the world"))
}

/// A position as "latitude, longitude".
pub(crate) fn pair(text: &str) -> Result<(f64, f64), Problem> {
    let wrong = || Problem::bad("write latitude and longitude, e.g. \"50.84, 4.35\"").field("value");
    let (latitude, longitude) = text.split_once(',').ok_or_else(wrong)?;
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|x| x.is_finite());
    Ok((number(latitude).ok_or_else(wrong)?, number(longitude).ok_or_else(wrong)?))
}

/// A line, box or polygon, given as an array of points, as GeoJSON.
fn shape(kind: &str, value: &Json) -> Result<Json, Problem> {
    let wrong =
        || Problem::bad("an array of points is needed, each as \"latitude, longitude\"").field("value");
    let texts = value.as_array().ok_or_else(wrong)?;
    let points: Vec<(f64, f64)> =
        texts.iter().map(|text| pair(text.as_str().ok_or_else(wrong)?)).collect::<Result<_, _>>()?;
    shape_of(kind.trim_start_matches("geo:"), &points).ok_or_else(wrong)
}

/// The GeoJSON of a geometry of NGSI-v2: points are (latitude, longitude).
pub(crate) fn shape_of(kind: &str, points: &[(f64, f64)]) -> Option<Json> {
    let position = |(latitude, longitude): &(f64, f64)| {
        Json::Array(vec![Json::Float(*longitude), Json::Float(*latitude)])
    };
    let list = |points: &[(f64, f64)]| Json::Array(points.iter().map(position).collect());
    let (word, coordinates) = match (kind, points) {
        ("point", [only]) => ("Point", position(only)),
        ("line", [_, _, ..]) => ("LineString", list(points)),
        ("polygon", [_, _, _, _, ..]) => ("Polygon", Json::Array(vec![list(points)])),
        ("box", [(south, west), (north, east)]) => {
            let ring = [(*south, *west), (*south, *east), (*north, *east), (*north, *west), (*south, *west)];
            ("Polygon", Json::Array(vec![list(&ring)]))
        }
        _ => return None,
    };
    Some(Json::Object(vec![("type".into(), Json::text(word)), ("coordinates".into(), coordinates)]))
}
