//! Geo-queries: `georel`, `geometry` and `coordinates` from any text, put to places.

#![no_main]

use libfuzzer_sys::fuzz_target;
use senne_language::GeoFilter;
use senne_model::{AttributeValue, Attribute, Entity, EntityId, Geometry, Instance, Json, Name};

fn place(geojson: &str) -> Entity {
    let geometry = Geometry::from_geojson(&Json::parse(geojson.as_bytes()).unwrap()).unwrap();
    let mut entity = Entity::new(EntityId::trusted("urn:a:1"), Name::new("T"));
    let instances = vec![Instance::new(AttributeValue::Geo(geometry))].into();
    entity.attributes.push(Attribute { name: Name::new("location"), instances });
    entity
}

fuzz_target!(|text: &str| {
    let mut lines = text.lines();
    let (Some(georel), Some(geometry)) = (lines.next(), lines.next()) else { return };
    let coordinates: String = lines.collect();
    if let Ok(filter) = GeoFilter::parse(georel, geometry, &coordinates, Name::new("location")) {
        for geojson in [
            r#"{"type":"Point","coordinates":[4.35,50.85]}"#,
            r#"{"type":"LineString","coordinates":[[0,0],[10,10]]}"#,
            r#"{"type":"Polygon","coordinates":[[[0,0],[10,0],[10,10],[0,0]]]}"#,
        ] {
            let _ = filter.matches(&place(geojson));
        }
        let again = Geometry::from_geojson(&filter.reference().to_geojson()).expect("what was written is GeoJSON");
        assert_eq!(again.kind(), filter.reference().kind());
    }
});
