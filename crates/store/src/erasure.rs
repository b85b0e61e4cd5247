//! The erasure of entities as the store takes part in it. The steps are those of `docs/lifecycle-erasure.md`.

use std::sync::Arc;

use senne_model::{Change, ChangeNo, EntityId, TenantName};

/// What is to be erased.
#[derive(Clone, Debug)]
pub struct Erasure {
    /// Its own identifier, which no other erasure has.
    pub id: String,
    /// The tenant.
    pub tenant: TenantName,
    /// The entities.
    pub entities: Vec<EntityId>,
    /// What the log calls them from now on, in the same order.
    pub pseudonyms: Vec<EntityId>,
    /// Whether the present state stays.
    pub past_only: bool,
    /// What is known of it, without the identifiers, as text of the caller.
    pub record: String,
}

/// What the store has done for an erasure.
#[derive(Clone, Debug)]
pub struct Erased {
    /// Everything recorded up to this change is erased.
    pub upto: ChangeNo,
    /// The changes that the erasure itself is, one for each entity.
    pub changes: Vec<Arc<Change>>,
    /// What was there.
    pub trace: Trace,
}

/// What state and log have of some entities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// How many of them are there now.
    pub entities: u64,
    /// How many changes the log holds of them.
    pub changes: u64,
}

/// An erasure that was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredErasure {
    /// Its own identifier.
    pub id: String,
    /// The tenant.
    pub tenant: TenantName,
    /// Everything recorded up to this change is erased.
    pub upto: ChangeNo,
    /// Whether the present state stays.
    pub past_only: bool,
    /// What the store had.
    pub trace: Trace,
    /// The caller's text.
    pub record: String,
    /// The entities; `None` when they were let go of.
    pub entities: Option<Vec<EntityId>>,
    /// Whether it is carried out and proven.
    pub settled: bool,
}
