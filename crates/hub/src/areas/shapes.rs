//! The outlines of areas, and which of them a point lies in.

use std::sync::Arc;

use geo::{BoundingRect, Intersects};
use senne_history::Area;
use senne_model::{AttributeValue, Entity, EntityId, Json};

/// The type of the entities that describe areas.
pub(super) const TERM: &str = "AdministrativeArea";
/// The level of an area that does not say its own.
const SOME_LEVEL: &str = "area";

/// All areas of a tenant; those without outline have nobody in them.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    areas: Vec<Outlined>,
}

#[derive(Debug)]
struct Outlined {
    area: Area,
    outline: Option<(geo::Rect, geo::Geometry)>,
}

impl Shapes {
    pub(super) fn of(entities: &[Arc<Entity>]) -> Self {
        let mut areas: Vec<Outlined> = entities.iter().map(|entity| outlined(entity)).collect();
        areas.sort_by(|a, b| a.area.id.as_str().cmp(b.area.id.as_str()));
        Self { areas }
    }

    pub(super) fn areas(&self) -> impl Iterator<Item = &Area> {
        self.areas.iter().map(|outlined| &outlined.area)
    }

    /// An area by its number.
    pub(super) fn area(&self, number: usize) -> &Area {
        &self.areas[number].area
    }

    /// The numbers of the areas that a point (longitude, latitude) lies in or on; of each level the first alone, so that an entity on
    /// a border counts once.
    pub(super) fn around(&self, (longitude, latitude): (f64, f64)) -> Vec<usize> {
        let point = geo::Coord { x: longitude, y: latitude };
        let mut found: Vec<usize> = Vec::new();
        for (number, outlined) in self.areas.iter().enumerate() {
            let inside = outlined
                .outline
                .as_ref()
                .is_some_and(|(bounds, outline)| bounds.intersects(&point) && outline.intersects(&point));
            let level = &outlined.area.level;
            if inside && found.iter().all(|other| self.areas[*other].area.level != *level) {
                found.push(number);
            }
        }
        found
    }
}

fn outlined(entity: &Entity) -> Outlined {
    let value = |local: &str| {
        let attribute = entity.attributes.iter().find(|attribute| attribute.name.local() == local)?;
        attribute.instances.first().map(|instance| &instance.value)
    };
    let outline = entity.location().and_then(|geometry| {
        let shape = geometry.shape();
        let has_inside = matches!(shape, geo::Geometry::Polygon(_) | geo::Geometry::MultiPolygon(_));
        Some((shape.bounding_rect()?, shape.clone())).filter(|_| has_inside)
    });
    let area = Area {
        id: entity.id.clone(),
        name: value("name").and_then(text),
        level: value("level").and_then(text).unwrap_or_else(|| SOME_LEVEL.to_owned()),
        code: value("nisCode").and_then(text),
        parent: match value("containedInPlace") {
            Some(AttributeValue::Relationship { objects, .. }) => {
                objects.first().and_then(|iri| EntityId::parse(iri.as_str()).ok())
            }
            _ => None,
        },
        geometry: entity.location().map(|geometry| geometry.to_geojson().to_string()),
    };
    Outlined { area, outline }
}

/// A text, or the first language of several.
fn text(value: &AttributeValue) -> Option<String> {
    let json = match value {
        AttributeValue::Property(json) => json,
        AttributeValue::Language(texts) => {
            let of = |tag: &str| texts.iter().find(|(language, _)| &**language == tag);
            let (_, json) = of("fr").or_else(|| of("en")).or_else(|| texts.first())?;
            json
        }
        _ => return None,
    };
    match json {
        Json::Text(text) => Some(text.to_string()),
        Json::Int(n) => Some(n.to_string()),
        _ => None,
    }
}
