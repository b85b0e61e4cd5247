//! Indicators of quality of life, computed from the past by SQL, with what they rest on.
//!
//! The first: the daily mean of nitrogen dioxide per station and commune against the WHO guideline.

mod areas;
mod day;
mod no2;

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use senne_hub::{Context, Hub};
use senne_model::{Problem, TenantName};

pub use areas::AreaIndex;
pub use no2::{AreaDay, StationDay};

/// How long the map of areas is used before it is made anew.
const AREAS_KEPT: Duration = Duration::from_secs(60);

/// Computes indicators for whoever may read what they rest on.
pub struct Indicators {
    hub: Hub,
    areas: Mutex<HashMap<TenantName, (Instant, Arc<AreaIndex>)>>,
}

impl Indicators {
    /// Indicators over the data of a hub.
    pub fn new(hub: Hub) -> Self {
        Self { hub, areas: Mutex::default() }
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
        if let Some((made, areas)) = self.areas.lock().get(&context.tenant)
            && made.elapsed() < AREAS_KEPT
        {
            return Ok(Arc::clone(areas));
        }
        let areas = Arc::new(AreaIndex::load(&self.hub, context).await?);
        self.areas.lock().insert(context.tenant.clone(), (Instant::now(), Arc::clone(&areas)));
        Ok(areas)
    }
}
