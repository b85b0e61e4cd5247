//! The port: what the hub needs of a store, and nothing of how it is done.

use std::{collections::HashSet, sync::Arc};

use senne_language::{Order, Query};
use senne_model::{
    ApplyError, Change, ChangeNo, Entity, EntityId, Finding, Judge, Name, Outcome, TenantName, Timestamp,
    Write,
};

use crate::{Erased, Erasure, StoreError, StoredErasure, Trace};

/// Reads of the state and the log. Blocking; each call takes microseconds to milliseconds.
pub trait Store: Send + Sync + 'static {
    /// The one writer. Calling it a second time is an error of the caller and gives `None`.
    fn writer(&self) -> Option<Box<dyn StoreWriter>>;

    /// An entity as it stands now.
    fn entity(&self, tenant: &TenantName, id: &EntityId) -> Result<Option<Arc<Entity>>, StoreError>;

    /// The entities that a selection asks for, in the order in which they were created unless it asks for another.
    fn select(&self, tenant: &TenantName, selection: &Selection<'_>) -> Result<Selected, StoreError>;

    /// Walks over all entities of a tenant in the order of creation, until `each` says false.
    fn scan(&self, tenant: &TenantName, each: &mut dyn FnMut(Arc<Entity>) -> bool) -> Result<(), StoreError>;

    /// At most `max` entities of which something is no longer valid, oldest first.
    fn expired(&self, now: Timestamp, max: usize) -> Result<Vec<(TenantName, EntityId)>, StoreError>;

    /// Which attributes the entities of a tenant have.
    fn survey(&self, tenant: &TenantName) -> Result<Survey, StoreError>;

    /// How many entities there are of each type.
    fn types(&self, tenant: &TenantName) -> Result<Vec<(Name, u64)>, StoreError>;

    /// Up to `max` changes after `after`, in order (whole requests, so it may be more by one request; of large ones fewer, but always some
    /// where there are any).
    fn changes(&self, after: ChangeNo, max: usize) -> Result<Vec<Arc<Change>>, StoreError>;

    /// The newest change on disk.
    fn head(&self) -> ChangeNo;

    /// The oldest change that the log still holds is the one after this.
    fn pruned(&self) -> Result<ChangeNo, StoreError>;

    /// Where a follower stands: it has taken everything up to this change.
    fn cursor(&self, follower: &str) -> Result<Option<ChangeNo>, StoreError>;

    /// How far a source has been loaded, in the source's own words.
    fn position(&self, tenant: &TenantName, source: &str) -> Result<Option<String>, StoreError>;

    /// The erasures that were ever recorded, oldest first.
    fn erasures(&self) -> Result<Vec<StoredErasure>, StoreError>;

    /// What state and log have of some entities.
    fn trace(&self, tenant: &TenantName, entities: &[EntityId]) -> Result<Trace, StoreError>;

    /// The tenants that exist.
    fn tenants(&self) -> Result<Vec<TenantName>, StoreError>;

    /// Sizes, for metrics and the operator.
    fn statistics(&self) -> Result<StoreStatistics, StoreError>;

    /// Looks for damage.
    fn check(&self) -> Result<Vec<Finding>, StoreError>;

    /// To be called when the writer has gone: notes checksums of what is on disk, for whoever looks for damage later.
    fn seal(&self) -> Result<(), StoreError>;
}

/// The one who writes. Used by one thread.
pub trait StoreWriter: Send {
    /// Commits the requests of a group in one transaction with one fsync.
    /// On an error nothing of the group is stored. A request that touches a row that is damaged fails alone: its reply is the error,
    /// nothing of it is stored, and the others are carried out.
    fn commit(&mut self, group: Vec<Request>, at: Timestamp, judge: &dyn Judge) -> Result<Group, StoreError>;

    /// To be called after a panic in any of the others, before anything else: takes back what was begun, and brings what is in
    /// memory to what is on disk. Gives the newest change there. On an error it must be called again.
    fn recover(&mut self) -> Result<ChangeNo, StoreError>;

    /// Notes how far followers have come.
    fn set_cursors(&mut self, cursors: &[(String, ChangeNo)]) -> Result<(), StoreError>;

    /// Drops log rows that every follower has taken, up to and with `upto`.
    fn prune(&mut self, upto: ChangeNo) -> Result<(), StoreError>;

    /// Records an erasure and takes state, index rows and what the log says of its entities away, in one transaction with one
    /// fsync. On an error nothing has happened.
    fn erase(&mut self, erasure: &Erasure, at: Timestamp) -> Result<Erased, StoreError>;

    /// Notes what is known of an erasure by now.
    fn note_erasure(&mut self, id: &str, record: &str) -> Result<(), StoreError>;

    /// Lets go of the identifiers that an erasure was carried out with.
    fn forget_erased(&mut self, id: &str, record: &str) -> Result<(), StoreError>;

    /// Notes that an erasure is proven.
    fn settle_erasure(&mut self, id: &str, record: &str) -> Result<(), StoreError>;

    /// Takes what was deleted off the disk: free pages are given back and the write-ahead log is emptied. `anew` writes the
    /// whole file anew. Gives whether the write-ahead log is empty; readers may hold it for a moment.
    fn scrub(&mut self, anew: bool) -> Result<bool, StoreError>;

    /// Keeps what lies beside the main file small. Called after each group; must take little time.
    fn tidy(&mut self) -> Result<(), StoreError>;
}

/// The writes of one caller, to one tenant.
#[derive(Debug, Clone)]
pub struct Request {
    /// The tenant, which is created when it is new.
    pub tenant: TenantName,
    /// The name of the principal.
    pub actor: Arc<str>,
    /// The writes, in order.
    pub writes: Vec<Write>,
    /// One that fails takes all with it.
    pub all_or_nothing: bool,
    /// (source, position): how far a source has been loaded once this is committed.
    pub position: Option<(String, String)>,
}

/// What became of the writes of one request, in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// One for each write.
    pub results: Vec<Result<Written, ApplyError>>,
}

/// What became of one write.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// What happened.
    pub outcome: Outcome,
    /// Its change; of an unchanged entity, the newest change at the time.
    pub change: ChangeNo,
    /// Attributes that were left, with the reason.
    pub not_updated: Vec<(Name, String)>,
}

/// A committed group.
#[derive(Debug)]
pub struct Group {
    /// One for each request, in their order; an error for one of which nothing was stored.
    pub replies: Vec<Result<Reply, StoreError>>,
    /// All changes of the group, in order.
    pub changes: Vec<Arc<Change>>,
}

/// Which entities are asked for, and which page of them.
#[derive(Clone, Copy)]
pub struct Selection<'a> {
    /// The conditions.
    pub query: &'a Query,
    /// Give at most this many.
    pub limit: usize,
    /// Leave out this many first.
    pub offset: usize,
    /// Go on after this entity; stable while data change.
    pub after: Option<&'a EntityId>,
    /// Where to begin; `after` counts more.
    pub place: Place,
    /// In this order; the one of creation when `None`. What compares equal comes by its id.
    pub order: Option<&'a Order>,
    /// Whether to count all that match.
    pub count: bool,
    /// What may be seen of an entity (policy), to which the query is put; `None` shows everything.
    pub see: Option<&'a (dyn Fn(Arc<Entity>) -> Option<Arc<Entity>> + Sync)>,
    /// Asked from time to time whether anybody still waits for the answer; `None`: somebody does.
    pub waited_for: Option<&'a (dyn Fn() -> bool + Sync)>,
}

impl Selection<'_> {
    /// An error when nobody waits for the answer any more.
    pub(crate) fn go_on(&self) -> Result<(), StoreError> {
        match self.waited_for {
            Some(waited_for) if !waited_for() => Err(StoreError::Abandoned),
            _ => Ok(()),
        }
    }
}

/// Where a page begins in the order of creation; it holds while data change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Place {
    /// With the first entity.
    #[default]
    Start,
    /// After the entity with this number.
    After(i64),
    /// So that it ends before the entity with this number.
    Before(i64),
}

/// A page of entities.
#[derive(Debug, Clone, Default)]
pub struct Selected {
    /// The entities.
    pub entities: Vec<Arc<Entity>>,
    /// How many match in all, when asked.
    pub count: Option<u64>,
    /// Whether there are more after these.
    pub more: bool,
    /// Whether there are more before these.
    pub less: bool,
    /// The numbers of the first and the last of them, in the order of creation.
    pub span: Option<(i64, i64)>,
}

/// Which attributes there are, in the order of their names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// Of all entities.
    pub attributes: Vec<AttributeUse>,
    /// Of the entities of each type.
    pub types: Vec<(Name, Vec<AttributeUse>)>,
}

/// How an attribute is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeUse {
    /// Its expanded name.
    pub name: Name,
    /// How many entities have it.
    pub entities: u64,
    /// How many instances there are of each kind (`Property`, `Relationship`, …).
    pub kinds: Vec<(&'static str, u64)>,
}

/// What a store is opened with.
#[derive(Debug, Clone)]
pub struct StoreSettings {
    /// Attributes whose numbers are indexed for `q`.
    pub indexed: HashSet<Name>,
    /// What entities that are kept decoded may take in memory, in bytes.
    pub cached_bytes: usize,
    /// How many readers may work at once, of those that take long.
    pub readers: usize,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self { indexed: HashSet::new(), cached_bytes: 200 << 20, readers: 8 }
    }
}

/// Sizes of a store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StoreStatistics {
    /// Bytes of the files on disk.
    pub bytes: u64,
    /// Rows in the log.
    pub log_rows: u64,
    /// Entities in all tenants.
    pub entities: u64,
}
