//! An accepted write, as it stands in the log.

use smallvec::SmallVec;

use crate::{ChangeNo, EntityId, Instance, Name, TenantName, Timestamp};

/// One accepted write to one entity, numbered in log order.
#[derive(Clone, PartialEq, Debug)]
pub struct Change {
    /// Its place in the log.
    pub no: ChangeNo,
    /// The tenant.
    pub tenant: TenantName,
    /// Who wrote, as the name of the principal.
    pub actor: Box<str>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The entity.
    pub entity: EntityId,
    /// The types of the entity after the change (before it, when it was deleted).
    pub types: SmallVec<[Name; 1]>,
    /// What happened to the entity.
    pub kind: ChangeKind,
    /// What happened to its attributes, instance by instance.
    pub attributes: Vec<ChangedAttribute>,
}

/// What happened to the entity as a whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChangeKind {
    /// It came to be.
    Created,
    /// It was changed.
    Updated,
    /// It was removed.
    Deleted,
    /// It was erased, or stood in a change that was: nothing but the number, the tenant and the moment is left.
    Erased,
}

/// What stands in the place of an entity that was erased.
const ERASED: &str = "urn:senne:erased";

impl Change {
    /// What stands in the log in the place of this change once its entity is erased. Numbers stay dense, so that followers
    /// pass over it.
    pub fn erased(&self) -> Self {
        Self {
            no: self.no,
            tenant: self.tenant.clone(),
            actor: "senne".into(),
            recorded_at: self.recorded_at,
            entity: EntityId::trusted(ERASED),
            types: SmallVec::new(),
            kind: ChangeKind::Erased,
            attributes: Vec::new(),
        }
    }
}

/// What happened to one attribute instance.
#[derive(Clone, PartialEq, Debug)]
pub struct ChangedAttribute {
    /// The expanded name.
    pub name: Name,
    /// What happened.
    pub effect: Effect,
    /// The new instance; for a removal, the one that was there.
    pub instance: Instance,
}

/// What happened to one attribute instance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// A new attribute, or a new instance of it.
    Created,
    /// An instance that was there has a new value.
    Updated,
    /// It was removed.
    Deleted,
    /// It went to the past only, because the state holds a newer one.
    Past,
}
