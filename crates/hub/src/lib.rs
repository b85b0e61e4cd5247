//! Write path, read path, followers, tenants: the one door through which faces, modules and intake pass.
//!
//! Every call takes a [`Context`]; without it nothing can be asked. Decisions of policy happen here, once.

mod ahead;
mod areas;
mod chart;
mod clock;
mod commit;
mod config;
mod context;
mod erase;
mod expire;
mod follow;
mod history_follower;
mod housekeeping;
mod open;
mod past;
mod read;
mod snapshots;
mod sql;
mod storage;
mod tail;
mod write;

use std::sync::Arc;

use parking_lot::Mutex;
use senne_contract::Contracts;
use senne_history::History;
use senne_model::ChangeNo;
use senne_store::Store;

pub use ahead::Ahead;
pub use chart::CHART_SERIES_MAX;
pub use config::HubConfig;
pub use context::Context;
pub use erase::{ErasureRequest, Extent, Preview, Proof, Target};
pub use follow::{Follower, FollowerStatus};
pub use read::{Found, Page, TypeCount};
pub use senne_contract as contract;
pub use senne_history::{
    Aggregation, Bucket, ChartBucket, ChartPoint, ChartQuery, ChartSeries, ChartSource, Column, ColumnKind,
    Description, EntityPast, Findings, FoundEntity, InstanceKey, PIXELS_MAX, Parameters, PastQuery, Point,
    Question, Rows, SeriesBuckets, SeriesPast, SqlLimits, Statistics as HistoryStatistics, Storage, Table,
    TableStorage, TenantStorage, arrow,
};
pub use senne_language as language;
pub use senne_model as model;
pub use senne_policy::{Action, Grant, Principal};
pub use senne_store::{AttributeUse, Place, StoreStatistics, Survey, Written};
pub use sql::Answer;
pub use storage::{LastBackup, StorageReport};
pub use write::WriteOptions;

/// A running hub. Cheap to clone; all clones are the same hub.
#[derive(Clone)]
pub struct Hub {
    inner: Arc<Inner>,
}

struct Inner {
    config: HubConfig,
    contracts: Arc<Contracts>,
    store: Arc<dyn Store>,
    history: Arc<History>,
    commit: commit::CommitQueue,
    tail: Arc<tail::Tail>,
    sql_turns: sql::Turns,
    areas: Arc<areas::AreaIndex>,
    /// One erasure is carried out at a time.
    erasing: tokio::sync::Mutex<()>,
    /// Whether somebody waits for their turn to carry out erasures.
    erasures_wait: std::sync::atomic::AtomicBool,
    followers: Mutex<Vec<Arc<follow::Running>>>,
    stop: tokio_util::sync::CancellationToken,
    tasks: tokio_util::task::TaskTracker,
}

impl Hub {
    /// The contracts in force.
    pub fn contracts(&self) -> &Contracts {
        &self.inner.contracts
    }

    /// What the caller may see when it does this; an error when it may not at all.
    pub fn decide(&self, context: &Context, action: Action) -> Result<Grant, senne_model::Problem> {
        senne_policy::decide(&context.principal, &context.tenant, action)
    }

    /// The data folder.
    pub fn folder(&self) -> &std::path::Path {
        &self.inner.config.folder
    }

    /// The newest change on disk.
    pub fn head(&self) -> ChangeNo {
        self.inner.store.head()
    }

    /// The tenants that there are, without Senne's own companions of them.
    pub fn tenants(&self) -> Result<Vec<senne_model::TenantName>, senne_model::Problem> {
        Ok(self
            .inner
            .store
            .tenants()?
            .into_iter()
            .filter(|tenant| !tenant.is_system() && !tenant.is_snapshot())
            .collect())
    }

    /// How followers stand.
    pub fn followers(&self) -> Vec<FollowerStatus> {
        let head = self.head();
        self.inner.followers.lock().iter().map(|running| running.status(head)).collect()
    }

    /// Sizes of the store.
    pub fn store_statistics(&self) -> Result<StoreStatistics, senne_model::Problem> {
        Ok(self.inner.store.statistics()?)
    }

    /// Sizes of the past.
    pub fn history_statistics(&self) -> HistoryStatistics {
        self.inner.history.statistics()
    }

    /// Looks for damage in store and history, reading every file of both.
    pub async fn check(&self) -> Result<Findings, senne_model::Problem> {
        let mut found = self.inner.history.check().await?;
        let state = self.inner.store.check()?;
        found.findings.extend(state);
        Ok(found)
    }
}
