//! Where intake writes to. The server implements it over the hub in the same process and over HTTP.

use futures::future::BoxFuture;
use senne_model::{AttributeValue, EntityId, Name, Problem, Timestamp, Write};

/// The place that a loader or a poller writes to. It is the only door out of this crate.
pub trait Sink: Send + Sync {
    /// Commits the writes and the position `(source, position)` in one transaction: after a crash either both
    /// are there or neither is. `writes` may be empty, then the position alone is committed. A write that does
    /// not fit is reported in the receipt; an error means that nothing was written. A sink that is overloaded
    /// waits rather than refuses: a loader has nothing better to do.
    fn write(
        &self,
        writes: Vec<Write>,
        position: Option<(String, String)>,
    ) -> BoxFuture<'_, Result<SinkReceipt, Problem>>;

    /// The position that was last committed for a source.
    fn position(&self, source: &str) -> BoxFuture<'_, Result<Option<String>, Problem>>;

    /// What is held already of a part of the past, so that a changed file adds only what is new or different.
    /// All recorded versions, in the order in which they were recorded. The default knows nothing, so that a
    /// changed file is written again as a whole.
    fn known(&self, part: KnownPart) -> BoxFuture<'_, Result<Vec<KnownValue>, Problem>> {
        drop(part);
        Box::pin(async { Ok(Vec::new()) })
    }
}

/// What became of the writes of one batch.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SinkReceipt {
    /// How many entities came to be.
    pub created: u64,
    /// How many writes changed an entity or its past.
    pub updated: u64,
    /// How many writes said what was known already.
    pub unchanged: u64,
    /// The writes that were refused: index in the batch, and why.
    pub refused: Vec<(usize, Problem)>,
}

/// The part of the past that [`Sink::known`] is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownPart {
    /// These entities.
    pub entities: Vec<EntityId>,
    /// These attributes, expanded.
    pub attributes: Vec<Name>,
    /// Observed at or after this instant.
    pub from: Timestamp,
    /// Observed at or before this instant.
    pub to: Timestamp,
}

/// One value that is held already.
#[derive(Clone, PartialEq, Debug)]
pub struct KnownValue {
    /// The entity.
    pub entity: EntityId,
    /// The attribute, expanded.
    pub attribute: Name,
    /// When it was observed.
    pub observed_at: Timestamp,
    /// The value.
    pub value: AttributeValue,
}
