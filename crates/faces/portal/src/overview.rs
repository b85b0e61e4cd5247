//! The present of the city, as home, map, lists and search show it.

use std::sync::Arc;

use senne_hub::{
    Context, Hub, Page,
    language::{GeoFilter, GeoRelation, Query, TypeExpression},
};
use senne_model::{ChangeNo, Entity, EntityId, Geometry, Name, Problem, Timestamp};

use crate::describe;

/// How many entities are read at once, and in all.
const PAGE: usize = 2_000;
const ENTITIES_MAX: usize = 50_000;

/// The open entities that have a place.
#[derive(Default)]
pub(crate) struct Overview {
    /// The newest change when this was read.
    pub(crate) head: ChangeNo,
    /// What stands at a point, with that point (longitude, latitude).
    pub(crate) stations: Vec<Station>,
    /// The areas with an outline, by name code.
    pub(crate) areas: Vec<Arc<Entity>>,
    /// Whether there were more entities than are shown.
    pub(crate) more: bool,
}

/// An entity with its place.
#[derive(Clone)]
pub(crate) struct Station {
    pub(crate) entity: Arc<Entity>,
    pub(crate) at: (f64, f64),
}

impl Overview {
    pub(crate) async fn read(hub: &Hub, context: &Context) -> Result<Self, Problem> {
        let mut overview = Self { head: hub.head(), stations: Vec::new(), areas: Vec::new(), more: false };
        let types = hub.types(context).await?.into_iter().map(|kind| kind.name);
        let placed: Vec<Name> = types.filter(|kind| !is_said_of_the_city(kind.local())).collect();
        let Some(types) = TypeExpression::one_of(placed) else { return Ok(overview) };
        let query = Query { types: Some(types), ..Query::default() };
        let mut page = Page { limit: PAGE, ..Page::default() };
        for _ in 0..ENTITIES_MAX / PAGE {
            let found = hub.query(context, &query, &page).await?;
            page.after = found.entities.last().map(|last| last.id.clone());
            overview.more = found.more;
            found.entities.into_iter().for_each(|entity| overview.take(hub, entity));
            if !overview.more || page.after.is_none() {
                break;
            }
        }
        overview.areas.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(overview)
    }

    fn take(&mut self, hub: &Hub, entity: Arc<Entity>) {
        let Some(place) = entity.location() else { return };
        let is_area = describe::contract_of(hub.contracts(), &entity).is_some_and(describe::is_area);
        match place.as_point() {
            Some(at) if !is_area => self.stations.push(Station { entity, at }),
            None if is_area => self.areas.push(entity),
            _ => {}
        }
    }

    pub(crate) fn area(&self, id: &EntityId) -> Option<&Arc<Entity>> {
        self.areas.iter().find(|area| area.id == *id)
    }

    /// The area around a place.
    pub(crate) fn area_around(&self, place: &Geometry) -> Option<&Arc<Entity>> {
        self.areas.iter().find(|area| {
            let around = GeoFilter::new(GeoRelation::Contains, place.clone(), location());
            area.location().is_some_and(|shape| around.matches_geometry(shape))
        })
    }

    /// The stations inside an area.
    pub(crate) fn inside(&self, area: &Entity) -> Vec<&Station> {
        let Some(shape) = area.location() else { return Vec::new() };
        let within = GeoFilter::new(GeoRelation::Within, shape.clone(), location());
        let is_inside = |station: &&Station| {
            station.entity.location().is_some_and(|place| within.matches_geometry(place))
        };
        self.stations.iter().filter(is_inside).collect()
    }

    /// Whether any outline is schematic, and whether anything was made by the simulator.
    pub(crate) fn schematic(&self) -> bool {
        self.areas.iter().any(|area| describe::schematic(area))
    }

    pub(crate) fn simulated(&self) -> bool {
        self.stations.iter().any(|station| describe::simulated(&station.entity))
    }
}

/// What is said about the city does not stand in it: a large programme would leave no room for what does.
fn is_said_of_the_city(kind: &str) -> bool {
    senne_programme::TYPES.contains(&kind)
        || ["Evaluation", "Indicator", "KeyPerformanceIndicator"].contains(&kind)
}

/// The newest moment at which any of these stations observed an attribute, by the last part of its name.
pub(crate) fn newest<'a>(stations: impl IntoIterator<Item = &'a Station>, term: &str) -> Option<Timestamp> {
    let attributes = stations.into_iter().flat_map(|station| &station.entity.attributes);
    let named = attributes.filter(|a| a.name.local().eq_ignore_ascii_case(term));
    named.filter_map(|a| a.main().and_then(|instance| instance.observed_at)).max()
}

fn location() -> Name {
    Name::new("https://uri.etsi.org/ngsi-ld/location")
}
