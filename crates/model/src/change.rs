//! An accepted write, as it stands in the log.

use smallvec::SmallVec;

use crate::{Attribute, ChangeNo, Entity, EntityId, Instance, Name, TenantName, Timestamp};

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
    /// What it was as a whole, when it was removed; none in logs of older builds.
    pub before: Option<Box<Before>>,
    /// What happened to its attributes, instance by instance.
    pub attributes: Vec<ChangedAttribute>,
}

/// What a removed entity was, beside its attributes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Before {
    /// When it had been created here.
    pub created_at: Timestamp,
    /// When it had last been changed here.
    pub modified_at: Timestamp,
    /// Its scopes.
    pub scopes: Vec<Box<str>>,
}

impl From<&Entity> for Before {
    fn from(entity: &Entity) -> Self {
        Self { created_at: entity.created_at, modified_at: entity.modified_at, scopes: entity.scopes.clone() }
    }
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
            before: None,
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
    /// What an updated instance was before; none in logs of older builds.
    pub previous: Option<Box<Instance>>,
}

impl ChangedAttribute {
    /// Whether the change says anything new: an instance that was written again as it was, at another moment, does not
    /// (GS CIM 009 clause 5.8.6).
    pub fn is_news(&self) -> bool {
        let Some(previous) = &self.previous else { return true };
        let (now, then) = (&self.instance, previous);
        now.value != then.value
            || now.observed_at != then.observed_at
            || now.unit_code != then.unit_code
            || !same_parts(&now.sub_attributes, &then.sub_attributes)
    }
}

/// Whether the attributes of an attribute say the same, whenever they were written.
fn same_parts(now: &[Attribute], then: &[Attribute]) -> bool {
    now.len() == then.len()
        && now.iter().all(|part| {
            then.iter().any(|other| {
                other.name == part.name
                    && other.instances.len() == part.instances.len()
                    && part.instances.iter().zip(&other.instances).all(|(a, b)| {
                        a.value == b.value
                            && a.observed_at == b.observed_at
                            && a.unit_code == b.unit_code
                            && same_parts(&a.sub_attributes, &b.sub_attributes)
                    })
            })
        })
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
