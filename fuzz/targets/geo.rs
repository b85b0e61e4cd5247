//! Geo-queries: `georel`, `geometry` and `coordinates` from any text, put to places; and the same coordinates over and over, as whoever wants
//! to do harm would write them.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use senne_language::{GeoFilter, GeoRelation};
use senne_model::{Geometry, Json, Name};

/// So many positions, parts or rings become of a few.
const REPEATED: usize = 5_000;

static PLACES: LazyLock<Vec<Geometry>> = LazyLock::new(|| {
    [
        r#"{"type":"Point","coordinates":[4.35,50.85]}"#,
        r#"{"type":"MultiPoint","coordinates":[[4.35,50.85],[-180,90]]}"#,
        r#"{"type":"LineString","coordinates":[[0,0],[10,10],[0,10],[10,0]]}"#,
        r#"{"type":"MultiLineString","coordinates":[[[0,0],[10,10]],[[179,0],[-179,0]]]}"#,
        r#"{"type":"Polygon","coordinates":[[[0,0],[10,0],[10,10],[0,0]],[[6,2],[8,2],[8,4],[6,2]]]}"#,
        r#"{"type":"MultiPolygon","coordinates":[[[[0,0],[10,0],[10,10],[0,0]]],[[[20,0],[30,0],[30,10],[20,0]]]]}"#,
    ]
    .into_iter()
    .map(|text| Geometry::from_geojson(&Json::parse(text.as_bytes()).unwrap()).unwrap())
    .collect()
});

const RELATIONS: [&str; 8] = [
    "near;maxDistance==2000",
    "near;minDistance==1000000",
    "within",
    "contains",
    "overlaps",
    "intersects",
    "equals",
    "disjoint",
];

/// The outermost list again and again, each number a little further every time.
fn repeated(coordinates: &str) -> Option<Json> {
    let Json::Array(items) = Json::parse(coordinates.as_bytes()).ok()? else { return None };
    let times = REPEATED / items.len().max(1);
    let all = (0..times).flat_map(|time| items.iter().map(move |item| moved(item, time as f64 / 1e3)));
    Some(Json::Array(all.collect()))
}

fn moved(item: &Json, by: f64) -> Json {
    match item {
        Json::Array(items) => Json::Array(items.iter().map(|item| moved(item, by)).collect()),
        other => other.as_f64().map_or_else(|| other.clone(), |number| Json::Float(number + by)),
    }
}

fn put_to_places(filter: &GeoFilter) {
    for place in PLACES.iter() {
        let _ = filter.matches_geometry(place);
    }
    let _ = filter.bounds();
    let again = Geometry::from_geojson(&filter.reference().to_geojson()).expect("what was written is GeoJSON");
    assert_eq!(again.kind(), filter.reference().kind());
}

fuzz_target!(|text: &str| {
    let mut lines = text.lines();
    let (Some(georel), Some(geometry)) = (lines.next(), lines.next()) else { return };
    let coordinates: String = lines.collect();
    let location = || Name::new("location");
    if let Ok(filter) = GeoFilter::parse(georel, geometry, &coordinates, location()) {
        put_to_places(&filter);
        for relation in RELATIONS.iter().map(|words| GeoRelation::parse(words).expect("these are relations")) {
            // As it was asked for, and as it is stored.
            for place in PLACES.iter() {
                let _ = GeoFilter::new(relation, place.clone(), location()).matches_geometry(filter.reference());
            }
        }
    }
    let Some(many) = repeated(&coordinates) else { return };
    if let Ok(filter) = GeoFilter::parse(georel, geometry, &many.to_string(), location()) {
        put_to_places(&filter);
    }
    // What is stored is never refused for its shape, and must not take longer.
    let (Ok(relation), Ok(place)) = (GeoRelation::parse(georel), Geometry::parse(geometry, &many)) else { return };
    for asked in PLACES.iter() {
        let _ = GeoFilter::new(relation, asked.clone(), location()).matches_geometry(&place);
    }
});
