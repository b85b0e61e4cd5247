//! What a caller asks to be written.

use smallvec::SmallVec;

use crate::{Attribute, EntityId, Iri, Name, Timestamp};

/// One write to one entity. Names are expanded, values are checked for form; times of recording,
/// quality and tracks are set by the commit.
#[derive(Clone, PartialEq, Debug)]
pub struct Write {
    /// The entity written to.
    pub entity: EntityId,
    /// What to do.
    pub operation: Operation,
    /// The types; needed to create, added to the present ones otherwise.
    pub types: SmallVec<[Name; 1]>,
    /// The scopes; `None` leaves them.
    pub scopes: Option<Vec<Box<str>>>,
    /// Until when the entity is kept; `None` leaves it, `Some(None)` takes it away.
    pub expires_at: Option<Option<Timestamp>>,
    /// The attributes with their instances.
    pub attributes: Vec<Attribute>,
    /// Whether the simulator made it: every value is marked as simulated.
    pub simulated: bool,
}

/// How a write meets the present state (GS CIM 009 clauses 5.6.1–5.6.19).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Operation {
    /// Create the entity; an error when it exists (5.6.1).
    Create,
    /// Replace all of it; an error when it does not exist (5.6.18).
    Replace,
    /// Create it, or replace all of it (batch upsert, 5.6.8, default).
    CreateOrReplace,
    /// Create it, or append to it as [`Operation::Append`] does (batch upsert with `options=update`).
    CreateOrAppend,
    /// Add attributes, or instances of them; existing ones are overwritten unless `keep` (5.6.3, 5.6.9).
    Append {
        /// `noOverwrite`: leave what is there.
        keep: bool,
    },
    /// Overwrite those attributes that exist; the others are reported (5.6.2).
    Update,
    /// Merge deeply, as JSON Merge Patch does; `urn:ngsi-ld:null` removes (5.6.17).
    Merge,
    /// Change parts of one attribute instance (5.6.4).
    PartialUpdate,
    /// Replace one attribute instance that exists (5.6.19).
    ReplaceAttribute,
    /// Remove an attribute (5.6.5).
    DeleteAttribute {
        /// The attribute.
        name: Name,
        /// The instance; `None` is the default instance.
        dataset_id: Option<Iri>,
        /// All instances.
        all: bool,
    },
    /// Remove the entity (5.6.6).
    Delete,
    /// Take away what is no longer valid (4.22). This is how the house is kept; nobody asks for it.
    Expire,
    /// Correct the past: each instance with an [`crate::Amendment`] takes the place of one that was recorded before, or withdraws it
    /// (5.6.13–5.6.15). The entity need not be there any more; `types` are those of the past.
    Amend,
    /// Add observations: creates the entity when absent; the newest `observed_at` stands in the state, an
    /// older one goes to the past only. This is how intake writes.
    Observe,
}

impl Write {
    /// A write without attributes.
    pub fn new(entity: EntityId, operation: Operation) -> Self {
        Self {
            entity,
            operation,
            types: SmallVec::new(),
            scopes: None,
            expires_at: None,
            attributes: Vec::new(),
            simulated: false,
        }
    }
}
