//! State, change log and cursors behind one port; the SQLite adapter.
//!
//! Invariants (cited by tests as S1…S5, see `docs/decisions/0002-the-heart.md`):
//! S1 a reply is given only after its changes are on disk (one fsync may serve many requests);
//! S2 state, log and positions of a group commit together or not at all;
//! S3 change numbers are dense and in commit order;
//! S4 a reader sees a whole group or nothing of it;
//! S5 the log keeps every change that some follower has not taken.

mod cache;
mod columns;
mod erasure;
mod error;
mod port;
pub mod sqlite;

pub use erasure::{Erased, Erasure, StoredErasure, Trace};
pub use error::StoreError;
pub use port::{
    AttributeUse, Group, Place, Reply, Request, Selected, Selection, Store, StoreSettings, StoreStatistics,
    StoreWriter, Survey, Written,
};
