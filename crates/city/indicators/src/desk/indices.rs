//! Composite indices follow the values that they are made of.

use std::{
    collections::{BTreeSet, HashMap},
    time::{Duration, Instant},
};

use senne_indicator::{Catalogue, Period};
use senne_model::TenantName;

use super::Desk;
use crate::{held::Job, shelf::Shelf, touched::Key};

/// An index is made at most so often: its thousand draws cost more than the values that it follows.
const EVERY: Duration = Duration::from_secs(15);

impl Desk {
    /// Makes the indices that are touched and whose time has come.
    pub(super) async fn indices(
        &self,
        shelf: &mut Shelf,
        catalogue: &Catalogue,
        touched: HashMap<Key, BTreeSet<Period>>,
    ) {
        for (key, periods) in touched {
            let job = Job::Index(key.clone());
            let Some(index) = catalogue.composite(&key.1) else {
                shelf.held.done(&job);
                continue;
            };
            if shelf.indices.get(&key).is_none_or(|last| last.elapsed() >= EVERY) {
                shelf.indices.insert(key.clone(), Instant::now());
                match self.indicators.publish_index(&key.0, index, &periods).await {
                    Ok(_) => {
                        shelf.held.done(&job);
                        continue;
                    }
                    Err(problem) => {
                        let index = &index.id;
                        tracing::warn!(index, "an index could not be written and is tried again: {problem}");
                    }
                }
            }
            shelf.held.wait(job);
            self.touched.lock().indices.entry(key).or_default().extend(periods);
        }
    }

    /// Writes the indices that have not been written by their present declaration, and all when changes were missed; gives whether one
    /// failed.
    pub(super) async fn catch_up_indices(
        &self,
        tenants: &[TenantName],
        catalogue: &Catalogue,
        missed: bool,
    ) -> bool {
        let mut failed = false;
        for tenant in tenants {
            for index in &catalogue.composites {
                if !missed && self.indicators.is_index_published(tenant, index).await {
                    continue;
                }
                match self.indicators.publish_whole_index(tenant, index).await {
                    Ok(count) => tracing::info!(index = index.id, count, "an index was written in full"),
                    Err(problem) => {
                        let index = &index.id;
                        tracing::warn!(index, "an index could not be written and is tried again: {problem}");
                        failed = true;
                    }
                }
            }
        }
        failed
    }
}
