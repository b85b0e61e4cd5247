//! The embedded adapter: one SQLite file in WAL mode with `synchronous=FULL`, one writer, pools of readers.

mod back;
mod erase;
mod examine;
mod expiry;
mod fill;
mod group;
mod image;
mod pages;
mod pruning;
mod read;
mod readers;
mod schema;
mod select;
mod sums;
mod types;
mod wal;
mod writer;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use parking_lot::{Mutex, RwLock};
use rusqlite::Connection;
use senne_model::{Change, ChangeNo, Entity, EntityId, Finding, Name, Names, TenantName, Timestamp};

pub use self::examine::{Examined, examine, repair};
pub use self::image::{Standing, StateImage};
use self::{readers::Pools, wal::WriteAheadLog};
use crate::{
    Selected, Selection, Store, StoreError, StoreSettings, StoreStatistics, StoreWriter, StoredErasure,
    Survey, Trace,
    cache::{Row, StateCache},
    columns::{Columns, Counts},
};

/// The first SQLite version without the WAL-reset bug.
const SQLITE_VERSION_MIN: i32 = 3_051_003;

/// The state, the log and the cursors in `DIR/state.sqlite`.
pub struct SqliteStore {
    shared: Arc<Shared>,
    writer: Mutex<Option<(Connection, WriteAheadLog)>>,
}

/// What the writer and the readers share.
struct Shared {
    path: PathBuf,
    names: RwLock<Names>,
    tenants: RwLock<Vec<(TenantName, i64)>>,
    cache: StateCache,
    columns: Columns,
    head: AtomicU64,
    readers: Pools,
}

impl SqliteStore {
    /// Opens or creates the store in a folder.
    pub fn open(folder: &Path, settings: StoreSettings) -> Result<Self, StoreError> {
        if rusqlite::version_number() < SQLITE_VERSION_MIN {
            return Err(StoreError::Version(format!(
                "SQLite {} has a bug that can lose writes; 3.51.3 or newer is needed",
                rusqlite::version()
            )));
        }
        std::fs::create_dir_all(folder)
            .map_err(|error| StoreError::File { path: folder.display().to_string(), error })?;
        let path = folder.join("state.sqlite");
        // From here on the file changes: what was noted of its pages no longer holds.
        pages::forget(folder)?;
        let mut connection = schema::open_writer(&path)?;
        let log = WriteAheadLog::watch(&mut connection, path.clone())?;
        let names = schema::load_names(&connection)?;
        let tenants = schema::load_tenants(&connection)?;
        let head = schema::load_log_state(&connection)?.0;
        let readers = Pools::new(&path, settings.readers);
        let cache = StateCache::new(settings.cached_bytes);
        let columns = Columns::new(settings.indexed);
        let shared = Shared {
            path,
            names: RwLock::new(names),
            tenants: RwLock::new(tenants),
            cache,
            columns,
            head: AtomicU64::new(head.0),
            readers,
        };
        Ok(Self { shared: Arc::new(shared), writer: Mutex::new(Some((connection, log))) })
    }
}

impl SqliteStore {
    /// Makes the store of a folder whose past was put together elsewhere: nothing in it, and a log that goes on after `head`.
    ///
    /// # Errors
    /// When the folder has a store in which something happened already.
    pub fn begin_after(folder: &Path, head: ChangeNo) -> Result<(), StoreError> {
        let store = Self::open(folder, StoreSettings::default())?;
        if store.head() != ChangeNo(0) {
            let what = format!("{} is not new; its log stands at {}", folder.display(), store.head().0);
            return Err(StoreError::Version(what));
        }
        let writer = store.writer.lock().take();
        let Some((connection, _)) = writer else { return Ok(()) };
        writer::set_log_state(&connection, head, head)
    }
}

impl Shared {
    fn tenant(&self, name: &str) -> Option<i64> {
        self.tenants.read().iter().find(|(n, _)| &**n == name).map(|(_, no)| *no)
    }

    fn tenant_name(&self, no: i64) -> Option<TenantName> {
        self.tenants.read().iter().find(|(_, n)| *n == no).map(|(name, _)| name.clone())
    }
}

impl Store for SqliteStore {
    fn writer(&self) -> Option<Box<dyn StoreWriter>> {
        let (connection, log) = self.writer.lock().take()?;
        Some(Box::new(writer::SqliteWriter::new(connection, log, Arc::clone(&self.shared))))
    }

    fn entity(&self, tenant: &TenantName, id: &EntityId) -> Result<Option<Arc<Entity>>, StoreError> {
        let Some(tenant) = self.shared.tenant(tenant) else { return Ok(None) };
        let key = (tenant, id.clone());
        if let Some(row) = self.shared.cache.get(&key) {
            return Ok(live(row.entity, Timestamp::now()));
        }
        let epoch = self.shared.cache.epoch();
        let found =
            self.shared.readers.lookups.with(|c| read::entity(c, tenant, id, &self.shared.names.read()))?;
        Ok(found.and_then(|row: Row| {
            let entity = Arc::clone(&row.entity);
            self.shared.cache.fill(key, row, epoch);
            live(entity, Timestamp::now())
        }))
    }

    fn select(&self, tenant: &TenantName, selection: &Selection<'_>) -> Result<Selected, StoreError> {
        let Some(tenant) = self.shared.tenant(tenant) else {
            return Ok(Selected { count: selection.count.then_some(0), ..Selected::default() });
        };
        self.shared.readers.queries.with(|c| {
            // The caller may have gone while this waited for its turn.
            selection.go_on()?;
            select::select(c, tenant, selection, &self.shared)
        })
    }

    fn scan(&self, tenant: &TenantName, each: &mut dyn FnMut(Arc<Entity>) -> bool) -> Result<(), StoreError> {
        let Some(tenant) = self.shared.tenant(tenant) else { return Ok(()) };
        self.shared.readers.walks.with(|c| read::scan(c, tenant, &self.shared.names, each))
    }

    fn expired(&self, now: Timestamp, max: usize) -> Result<Vec<(TenantName, EntityId)>, StoreError> {
        let found = self.shared.readers.lookups.with(|c| expiry::due(c, now, max))?;
        let named = |(no, id)| self.shared.tenant_name(no).map(|tenant| (tenant, id));
        Ok(found.into_iter().filter_map(named).collect())
    }

    fn survey(&self, tenant: &TenantName) -> Result<Survey, StoreError> {
        let Some(tenant) = self.shared.tenant(tenant) else { return Ok(Survey::default()) };
        if let Some(survey) = self.shared.columns.survey(tenant) {
            return Ok(survey);
        }
        // The next one finds it counted; this one counts by itself.
        fill::columns(&self.shared);
        let mut counts = Counts::default();
        let mut each = |entity: Arc<Entity>| {
            counts.change(tenant, None, Some(&entity));
            true
        };
        self.shared.readers.queries.with(|c| read::scan(c, tenant, &self.shared.names, &mut each))?;
        Ok(counts.survey(tenant))
    }

    fn types(&self, tenant: &TenantName) -> Result<Vec<(Name, u64)>, StoreError> {
        let Some(tenant) = self.shared.tenant(tenant) else { return Ok(Vec::new()) };
        self.shared.readers.queries.with(|c| read::types(c, tenant))
    }

    fn changes(&self, after: ChangeNo, max: usize) -> Result<Vec<Arc<Change>>, StoreError> {
        self.shared.readers.queries.with(|c| read::changes(c, after, max, &self.shared))
    }

    fn head(&self) -> ChangeNo {
        ChangeNo(self.shared.head.load(Ordering::Acquire))
    }

    fn pruned(&self) -> Result<ChangeNo, StoreError> {
        self.shared.readers.lookups.with(read::pruned)
    }

    fn cursor(&self, follower: &str) -> Result<Option<ChangeNo>, StoreError> {
        self.shared.readers.lookups.with(|c| read::cursor(c, follower))
    }

    fn position(&self, tenant: &TenantName, source: &str) -> Result<Option<String>, StoreError> {
        let Some(tenant) = self.shared.tenant(tenant) else { return Ok(None) };
        self.shared.readers.lookups.with(|c| read::position(c, tenant, source))
    }

    fn erasures(&self) -> Result<Vec<StoredErasure>, StoreError> {
        self.shared.readers.lookups.with(|c| erase::stored(c, &self.shared))
    }

    fn trace(&self, tenant: &TenantName, entities: &[EntityId]) -> Result<Trace, StoreError> {
        let Some(tenant) = self.shared.tenant(tenant) else { return Ok(Trace::default()) };
        self.shared.readers.queries.with(|c| erase::trace(c, tenant, entities, &self.shared))
    }

    fn tenants(&self) -> Result<Vec<TenantName>, StoreError> {
        Ok(self.shared.tenants.read().iter().map(|(name, _)| name.clone()).collect())
    }

    fn statistics(&self) -> Result<StoreStatistics, StoreError> {
        let mut statistics = self.shared.readers.queries.with(read::statistics)?;
        statistics.bytes = ["", "-wal"]
            .iter()
            .filter_map(|suffix| std::fs::metadata(format!("{}{suffix}", self.shared.path.display())).ok())
            .map(|file| file.len())
            .sum();
        Ok(statistics)
    }

    fn check(&self) -> Result<Vec<Finding>, StoreError> {
        let connection = schema::open_reader(&self.shared.path)?;
        Ok(examine::connection(&connection, &self.shared.path.display().to_string()).findings)
    }

    fn seal(&self) -> Result<(), StoreError> {
        self.shared.readers.rest();
        let connection = schema::open_reader(&self.shared.path)?;
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        drop(connection);
        pages::note(self.shared.path.parent().unwrap_or(Path::new(".")))
    }
}

/// What is still valid of an entity.
fn live(entity: Arc<Entity>, now: Timestamp) -> Option<Arc<Entity>> {
    if !entity.has_expired(now) {
        return Some(entity);
    }
    if entity.is_expired(now) {
        return None;
    }
    let mut left = Entity::clone(&entity);
    left.strip_expired(now);
    Some(Arc::new(left))
}
