//! A place that a project names on the map: how it is written as text, said in words, drawn, and which areas it touches.

mod size;
mod text;

use std::sync::Arc;

use senne_chart::place::{Ground, PlacePicture};
use senne_hub::language::{GeoFilter, GeoRelation};
use senne_model::{AttributeValue, Entity, EntityId, Geometry, Name};

pub(super) use self::text::{TEXT_MOST, read};
use super::decision::rule::listed;
use crate::{describe, format, overview::Overview, words::Words};

/// The areas that a place touches, by name. Of an area and one inside it only the inner one is named.
pub(super) fn touched(words: Words, overview: &Overview, place: &Geometry) -> Vec<Arc<Entity>> {
    let meets = GeoFilter::new(GeoRelation::Intersects, place.clone(), location());
    let met = |area: &&Arc<Entity>| area.location().is_some_and(|shape| meets.matches_geometry(shape));
    let met: Vec<&Arc<Entity>> = overview.areas.iter().filter(met).collect();
    let outer: Vec<EntityId> = met.iter().flat_map(|area| around(area)).collect();
    let mut inner: Vec<Arc<Entity>> =
        met.into_iter().filter(|area| !outer.contains(&area.id)).map(Arc::clone).collect();
    inner.sort_by_cached_key(|area| describe::name_of(area, words.language).to_lowercase());
    inner
}

/// What an area lies in.
fn around(area: &Entity) -> Vec<EntityId> {
    let attributes = area.attributes.iter().filter(|attribute| attribute.name.local() == "containedInPlace");
    let values = attributes.flat_map(|attribute| &attribute.instances).map(|instance| &instance.value);
    let objects = values.filter_map(|value| match value {
        AttributeValue::Relationship { objects, .. } => Some(objects),
        _ => None,
    });
    objects.flatten().filter_map(|object| EntityId::parse(object.as_str()).ok()).collect()
}

/// A place in words: what it is, how large, and in which areas.
pub(super) fn said(words: Words, place: &Geometry, areas: &[Arc<Entity>]) -> String {
    let number = |x: f64| format::value(words.language, x);
    let what = match size::of(place) {
        size::Size::Points(1) => {
            let (longitude, latitude) = place.middle();
            let degrees = [latitude, longitude].map(|x| format::number(words.language, x, 5));
            words.fill("place.point", degrees)
        }
        size::Size::Points(count) => words.count("place.points", count as u64),
        size::Size::Metres(metres) if metres < 1_000.0 => {
            words.fill("place.line_m", [number(metres.round())])
        }
        size::Size::Metres(metres) => words.fill("place.line_km", [number(metres / 1_000.0)]),
        size::Size::SquareMetres(square) if square < 1e6 => {
            words.fill("place.area_ha", [number(square / 1e4)])
        }
        size::Size::SquareMetres(square) => words.fill("place.area_km", [number(square / 1e6)]),
    };
    let names: Vec<String> = areas.iter().map(|area| describe::name_of(area, words.language)).collect();
    if names.is_empty() {
        return format!("{what}{}", words.t("place.nowhere"));
    }
    format!("{what}{}", words.fill("place.in", [listed(words, &names)]))
}

/// A place over the areas of the city; `near` shows its surroundings alone, with the names of what it touches. `id` is its own on the page.
pub(super) fn picture(
    id: &str,
    words: Words,
    overview: &Overview,
    place: Option<&Geometry>,
    touched: &[Arc<Entity>],
    near: bool,
) -> String {
    let named = |area: &Entity| !near || touched.iter().any(|one| one.id == area.id);
    let name = |area: &Arc<Entity>| {
        if named(area) { describe::name_of(area, words.language) } else { String::new() }
    };
    let names: Vec<String> = overview.areas.iter().map(name).collect();
    let areas = overview.areas.iter().zip(&names);
    let ground: Vec<Ground<'_>> = areas
        .filter_map(|(area, name)| Some(Ground { shape: area.location()?.shape(), name: name.as_str() }))
        .collect();
    let description =
        place.map_or_else(|| words.t("place.none_drawn").to_owned(), |place| said(words, place, touched));
    PlacePicture {
        id,
        title: words.t("place.title"),
        description: &description,
        ground: &ground,
        place: place.map(Geometry::shape),
        near,
    }
    .svg()
}

fn location() -> Name {
    Name::new("https://uri.etsi.org/ngsi-ld/location")
}
