//! Indicators of quality of life: declared in YAML, computed from the past by SQL, published as entities, with what they rest on.
//!
//! A follower notes which days changes touch; a worker asks for these days alone, puts months, years and larger areas together by their
//! parts, and writes what differs. See `docs/indicators.md`.

mod areas;
mod book;
mod calendar;
mod cell;
mod codes;
mod compute;
mod day;
mod derived;
mod desk;
mod enter;
mod entity;
mod held;
mod hierarchy;
mod index;
mod leaf;
mod leaves;
mod no2;
mod own;
mod publish;
mod published;
mod question;
mod reproduce;
mod rows;
mod shelf;
mod slices;
mod slot;
mod spans;
mod touched;

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::{Mutex, RwLock};
use senne_hub::{Action, Context, Grant, Hub};
use senne_indicator::{Catalogue, Declaration};
use senne_model::{Problem, TenantName};

pub use areas::AreaIndex;
pub use codes::AreaCodes;
pub use desk::Progress;
pub use no2::{AreaDay, StationDay};
pub use own::Trial;
pub use published::FiguresOf;

/// How long the map of areas is used before it is made anew.
const AREAS_KEPT: Duration = Duration::from_secs(60);

/// The maps of areas of a tenant, for those who see everything and for those who see what is open, and when each was made.
type AreasByTenant = HashMap<(TenantName, bool), (Instant, Arc<AreaIndex>)>;

/// Computes indicators for whoever may read what they rest on.
#[derive(Clone)]
pub struct Indicators {
    hub: Hub,
    brought: Arc<Catalogue>,
    catalogue: Arc<RwLock<Arc<Catalogue>>>,
    areas: Arc<Mutex<AreasByTenant>>,
    indices: Arc<index::Kept>,
    leaves: Arc<leaves::Leaves>,
}

impl Indicators {
    /// Indicators over the data of a hub: those that Senne brings, before the city's own are read ([`Indicators::reload`]).
    pub fn new(hub: Hub, catalogue: Catalogue) -> Self {
        let brought = Arc::new(catalogue);
        let catalogue = Arc::new(RwLock::new(Arc::clone(&brought)));
        let leaves = leaves::Leaves::of(hub.folder());
        Self { hub, brought, catalogue, areas: Arc::default(), indices: Arc::default(), leaves }
    }

    /// What is declared now.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        Arc::clone(&self.catalogue.read())
    }

    /// An indicator by its id; an error that says that there is none.
    pub fn indicator(&self, id: &str) -> Result<Declaration, Problem> {
        self.catalogue()
            .indicator(id)
            .cloned()
            .ok_or_else(|| Problem::not_found(format!("there is no indicator `{id}`")).field("indicator"))
    }

    /// Computes indicators in full, now: those named, or all; `tell` is called after each.
    pub async fn compute(&self, ids: &[String], tell: &mut dyn FnMut(Progress)) -> Result<(), Problem> {
        for id in ids {
            self.indicator(id)?;
        }
        if ids.is_empty() {
            // What comes from now on is computed once somebody follows the log, which is kept until then.
            self.hub.begin_at(desk::NAME, self.hub.head()).await?;
        }
        self.desk()?.compute(ids, tell).await
    }

    /// Computes from now on what changes touch, and what was never computed. Ends with the hub.
    pub fn keep_up(&self) -> Result<(), Problem> {
        Arc::new(self.desk()?).start()
    }

    fn desk(&self) -> Result<desk::Desk, Problem> {
        desk::Desk::new(self.clone())
    }

    /// The daily mean NO2 of each station, for civil days in Brussels from `from` to `to` (`2024-01-31`, both
    /// included), ordered by station and day.
    pub async fn no2_by_station(
        &self,
        context: &Context,
        from: &str,
        to: &str,
    ) -> Result<Vec<StationDay>, Problem> {
        let areas = self.areas(context).await?;
        no2::by_station(&self.hub, context, &areas, from, to).await
    }

    /// The same per administrative area: the mean of its stations' means, each station weighing the same.
    pub async fn no2_by_area(
        &self,
        context: &Context,
        from: &str,
        to: &str,
    ) -> Result<Vec<AreaDay>, Problem> {
        Ok(no2::by_area(&self.no2_by_station(context, from, to).await?))
    }

    async fn areas(&self, context: &Context) -> Result<Arc<AreaIndex>, Problem> {
        let everything = self.hub.decide(context, Action::Read)? == Grant::Everything;
        let key = (context.tenant.clone(), everything);
        if let Some((made, areas)) = self.areas.lock().get(&key)
            && made.elapsed() < AREAS_KEPT
        {
            return Ok(Arc::clone(areas));
        }
        let areas = Arc::new(AreaIndex::load(&self.hub, context).await?);
        // Anybody can name any tenant: what nobody asked about for a while is not kept.
        let mut kept = self.areas.lock();
        kept.retain(|_, (made, _)| made.elapsed() < AREAS_KEPT);
        kept.insert(key, (Instant::now(), Arc::clone(&areas)));
        Ok(areas)
    }
}
