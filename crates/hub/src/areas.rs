//! Which entity was in which area, when: kept up to date from the history of locations, at the moment that somebody asks.
//!
//! Entities that stand still have one stay without bounds. One that moves has a stay for each time that it came into other areas. A
//! location counts from the moment that it was observed, else recorded; the first one counts for all time before it.

mod shapes;
mod stays;

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use parking_lot::Mutex;

use senne_history::{Areas, Everything, Membership, Question, SqlLimits, Surroundings, Table};
use senne_language::{Query, TypeExpression};
use senne_model::{Change, ChangeNo, EntityId, Json, Name, Problem, TenantName, Timestamp};
use senne_policy::Grant;

use self::{
    shapes::{Shapes, TERM},
    stays::Stays,
};
use crate::{Context, Hub, Page, Place};

/// So many locations are read at once.
const LOCATIONS_AT_ONCE: usize = 50_000;
/// So many areas are read at once, or fewer when they take much.
const AREAS_AT_ONCE: usize = 10_000;

/// The areas of all tenants.
#[derive(Debug, Default)]
pub(crate) struct AreaIndex {
    tenants: Mutex<HashMap<TenantName, Arc<tokio::sync::Mutex<Places>>>>,
    moved: Mutex<HashMap<TenantName, Moved>>,
}

/// The newest changes that history has taken and that move something; none since the start where it says 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd)]
struct Moved {
    /// Of an area: its outline, its name, that it is gone.
    areas: ChangeNo,
    /// Of a location of anything.
    locations: ChangeNo,
}

/// The areas of one tenant, and who was in them.
#[derive(Debug, Default)]
struct Places {
    shapes: Shapes,
    /// The change of an area up to which the shapes are known; none before they are read.
    outlined: Option<ChangeNo>,
    stays: HashMap<EntityId, Stays>,
    /// Locations up to this change are in.
    locations: i64,
    /// Those of whom a location came late: all their stays are to be found out anew.
    late: BTreeSet<EntityId>,
    /// What had moved when this was looked at last; none before the first time.
    seen: Option<Moved>,
    /// What was made for those who see everything, and for those who see what is open.
    made: [Option<Arc<Areas>>; 2],
}

impl AreaIndex {
    /// Forgets who was where in a tenant; it is found out anew when somebody asks.
    pub(crate) fn forget(&self, tenant: &TenantName) {
        self.tenants.lock().remove(tenant);
    }

    /// Notes what moves; called before history says that it has taken these changes.
    pub(crate) fn take(&self, changes: &[Arc<Change>]) {
        for change in changes {
            let of_area = change.types.iter().any(|name| name.local() == TERM);
            let of_location = change.attributes.iter().any(|changed| changed.name.local() == LOCATION_TERM);
            if !of_area && !of_location {
                continue;
            }
            let mut moved = self.moved.lock();
            let moved = moved.entry(change.tenant.clone()).or_default();
            if of_area {
                moved.areas = change.no;
            }
            if of_location {
                moved.locations = change.no;
            }
        }
    }

    fn moved(&self, tenant: &TenantName) -> Moved {
        self.moved.lock().get(tenant).copied().unwrap_or_default()
    }
}

impl Hub {
    /// The areas that a caller may see, with who was in them; nothing is done when the question cannot be about them.
    pub(crate) async fn areas(
        &self,
        context: &Context,
        grant: Grant,
        question: &str,
    ) -> Result<Arc<Areas>, Problem> {
        if !question.to_ascii_lowercase().contains("area") {
            return Ok(Arc::default());
        }
        // Anybody can name any tenant: nothing is remembered of those that are not there.
        if !self.inner.store.tenants()?.contains(&context.tenant) {
            return Ok(Arc::default());
        }
        let places = Arc::clone(self.inner.areas.tenants.lock().entry(context.tenant.clone()).or_default());
        let mut places = places.lock().await;
        self.refresh(context, &mut places).await?;
        let slot = usize::from(grant != Grant::Everything);
        if let Some(made) = &places.made[slot] {
            return Ok(Arc::clone(made));
        }
        let made = Arc::new(self.make(context, grant, &places));
        places.made[slot] = Some(Arc::clone(&made));
        Ok(made)
    }

    async fn refresh(&self, context: &Context, places: &mut Places) -> Result<(), Problem> {
        self.wait_for_history().await?;
        // Read before looking: what moves meanwhile is looked at the next time.
        let moved = self.inner.areas.moved(&context.tenant);
        if places.seen == Some(moved) {
            return Ok(());
        }
        if places.outlined != Some(moved.areas) {
            // Outlines changed: everybody is looked at again.
            let shapes = Shapes::of(&self.area_entities(context).await?);
            *places = Places { shapes, outlined: Some(moved.areas), ..Places::default() };
        }
        // Whoever asks may be gone at any step: the next one goes on from there.
        loop {
            let (rows, more) = self.locations(context, places.locations).await?;
            for row in rows {
                places.take(&row);
            }
            while let Some(entity) = places.late.first().cloned() {
                self.again(context, places, &entity).await?;
                places.late.remove(&entity);
            }
            if !more {
                places.seen = Some(moved);
                return Ok(());
            }
        }
    }

    /// All stays of an entity anew: a location came late, or was corrected.
    async fn again(&self, context: &Context, places: &mut Places, entity: &EntityId) -> Result<(), Problem> {
        let text = format!(
            "{LOCATION} FROM observation_corrected WHERE {IS_LOCATION} AND entity = '{}' \
             ORDER BY {MOMENT}, change",
            entity.as_str().replace('\'', "''")
        );
        let mut stays = Stays::default();
        for row in self.everything(context, &text).await?.rows {
            if let Some(location) = Location::read(&row) {
                stays.go_on(location.moment, places.shapes.around(location.middle));
            }
        }
        places.stays.insert(entity.clone(), stays);
        places.made = [None, None];
        Ok(())
    }

    async fn area_entities(&self, context: &Context) -> Result<Vec<Arc<senne_model::Entity>>, Problem> {
        let service = Context {
            principal: senne_policy::Principal::Service { name: "areas".to_owned() },
            ..context.clone()
        };
        let known = self.inner.contracts.iter().find(|contract| contract.type_term == TERM);
        let name = known.map_or_else(|| Name::new(TERM), |contract| contract.type_name.clone());
        let types = TypeExpression::parse(TERM, &|_| name.clone())?;
        let query = Query { types: Some(types), ..Query::default() };
        let (mut page, mut all) = (Page::first(AREAS_AT_ONCE), Vec::new());
        loop {
            let found = self.query(&service, &query, &page).await?;
            all.extend(found.entities);
            match found.span {
                Some((_, last)) if found.more => page.place = Place::After(last),
                _ => return Ok(all),
            }
        }
    }

    /// Locations that were recorded after a change, by their changes; and whether there may be more. Of a change all or none.
    async fn locations(&self, context: &Context, after: i64) -> Result<(Vec<Vec<Json>>, bool), Problem> {
        let text = format!(
            "{LOCATION} FROM observation WHERE {IS_LOCATION} AND change > {after} \
             ORDER BY change, {MOMENT} LIMIT {LOCATIONS_AT_ONCE}"
        );
        let mut rows = self.everything(context, &text).await?.rows;
        if rows.len() < LOCATIONS_AT_ONCE {
            return Ok((rows, false));
        }
        // The last change may go on behind the limit: it comes with the next ones, or as a whole when it is alone.
        let (first, last) = (rows.first().map(|row| change_of(row)), rows.last().map(|row| change_of(row)));
        let Some(last) = last else { return Ok((rows, false)) };
        if first == Some(last) {
            let text = format!(
                "{LOCATION} FROM observation WHERE {IS_LOCATION} AND change = {last} ORDER BY {MOMENT}"
            );
            rows = self.everything(context, &text).await?.rows;
        } else {
            rows.retain(|row| change_of(row) != last);
        }
        Ok((rows, true))
    }

    /// Senne's own question about the past.
    pub(crate) async fn everything(&self, context: &Context, text: &str) -> Result<Table, Problem> {
        let limits = SqlLimits { rows_max: usize::MAX, ..SqlLimits::default() };
        let around = Surroundings {
            entities: Arc::new(NoEntities),
            sight: Arc::new(Everything),
            contracts: Arc::new([]),
            areas: Arc::default(),
        };
        self.inner.history.sql(&context.tenant, Question { limits, ..Question::new(text) }, around).await
    }

    fn make(&self, context: &Context, grant: Grant, places: &Places) -> Areas {
        let seen = |id: &EntityId| {
            grant == Grant::Everything
                || self.inner.store.entity(&context.tenant, id).ok().flatten().is_some_and(|entity| {
                    let location =
                        entity.attributes.iter().find(|attribute| attribute.name.local() == LOCATION_TERM);
                    location.is_some_and(|location| {
                        grant.allows_types(&entity.types, &self.inner.contracts)
                            && grant.allows_attribute(&entity.types, &location.name, &self.inner.contracts)
                    })
                })
        };
        let areas: Vec<_> = places.shapes.areas().filter(|area| seen(&area.id)).cloned().collect();
        let mut memberships = Vec::new();
        for (entity, stays) in places.stays.iter().filter(|(entity, _)| seen(entity)) {
            for (from, to, area) in stays.spans() {
                let area = places.shapes.area(area);
                memberships.push(Membership {
                    entity: entity.clone(),
                    level: area.level.clone(),
                    area: area.id.clone(),
                    from: from.map(Timestamp::from_micros),
                    to: to.map(Timestamp::from_micros),
                });
            }
        }
        Areas::new(&areas, &memberships)
    }
}

impl Places {
    /// Takes the next location.
    fn take(&mut self, row: &[Json]) {
        self.locations = self.locations.max(change_of(row));
        let Some(location) = Location::read(row) else { return };
        let found = self.shapes.around(location.middle);
        if !self.stays.entry(location.entity.clone()).or_default().go_on(location.moment, found) {
            self.late.insert(location.entity);
        }
        self.made = [None, None];
    }
}

/// The attribute that says where something is.
const LOCATION_TERM: &str = "location";
const LOCATION: &str = "SELECT entity, observed_at, recorded_at, geometry, change";
const IS_LOCATION: &str = "attribute = 'location' AND geometry IS NOT NULL";
const MOMENT: &str = "coalesce(observed_at, recorded_at)";

/// Nothing is asked about the present.
struct NoEntities;

impl senne_history::EntitySource for NoEntities {
    fn scan(&self, _each: &mut dyn FnMut(Arc<senne_model::Entity>)) -> Result<(), Problem> {
        Ok(())
    }
}

/// Where an entity was.
struct Location {
    entity: EntityId,
    /// Microseconds.
    moment: i64,
    /// Longitude and latitude of its middle.
    middle: (f64, f64),
}

/// The change that a row of [`LOCATION`] is of.
fn change_of(row: &[Json]) -> i64 {
    match row.get(4) {
        Some(Json::Int(change)) => *change,
        _ => i64::MAX,
    }
}

impl Location {
    fn read(row: &[Json]) -> Option<Self> {
        let text = |i: usize| row.get(i).and_then(Json::as_str);
        let moment = text(1).or_else(|| text(2)).and_then(|at| Timestamp::parse(at).ok())?;
        let geometry: Json = serde_json::from_str(text(3)?).ok()?;
        let geometry = senne_model::Geometry::from_geojson(&geometry).ok()?;
        Some(Self { entity: EntityId::trusted(text(0)?), moment: moment.micros(), middle: geometry.middle() })
    }
}

#[cfg(test)]
mod tests {
    use senne_policy::Principal;

    use super::*;
    use crate::HubConfig;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_tenant_that_is_not_there_leaves_nothing_in_memory() {
        let folder = tempfile::tempdir().unwrap();
        let hub = Hub::open(HubConfig::new(folder.path())).await.unwrap();
        for n in 0..3 {
            let tenant = TenantName::parse(&format!("nobody-{n}")).unwrap();
            let context = Context::new(Principal::Anonymous, tenant);
            let table = hub.sql(&context, "SELECT count(*) FROM area", 1).await.unwrap();
            assert_eq!(table.rows, [[Json::Int(0)]]);
        }
        assert!(hub.inner.areas.tenants.lock().is_empty());
        hub.stop().await;
    }
}
