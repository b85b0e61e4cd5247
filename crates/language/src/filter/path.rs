//! Where compared values stand: `temperature`, `temperature.observedAt`, `address[city]`, `sensor{Device:humidity}`.

use senne_model::Name;

/// A path from an entity to values.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// Relationships to follow first, outermost first; usually none.
    pub links: Vec<Link>,
    /// The attribute, then sub-attributes or system members, at least one.
    pub steps: Vec<Step>,
    /// The trailing path in brackets: members of a JSON value, or a language tag (`*` is any).
    pub member: Vec<Box<str>>,
}

/// One relationship to follow to other entities.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The relationship.
    pub relation: Step,
    /// The types that its target may have; empty means any.
    pub types: Vec<Step>,
}

/// A name as it was written and as it is expanded.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The term as the client wrote it.
    pub term: Box<str>,
    /// The expanded name.
    pub name: Name,
}

impl Path {
    /// The expanded name of the attribute of the entity itself where the path starts.
    pub fn attribute(&self) -> &Name {
        match (self.links.first(), self.steps.first()) {
            (Some(link), _) => &link.relation.name,
            (None, Some(step)) => &step.name,
            // The parser never makes a path without a step; a hand-made one leads nowhere.
            (None, None) => NOWHERE.get_or_init(|| Name::new("")),
        }
    }

    /// Whether this is a member that the system sets, such as `modifiedAt`.
    pub(crate) fn is_system(&self) -> bool {
        self.links.is_empty()
            && matches!(self.steps.as_slice(), [step] if SystemMember::of_entity(&step.term).is_some())
    }

    /// Whether this is the name of one attribute of the entity and nothing else (nor a system member).
    pub fn is_plain(&self) -> bool {
        let no_member = |step: &Step| SystemMember::of_entity(&step.term).is_none();
        self.links.is_empty()
            && self.member.is_empty()
            && matches!(self.steps.as_slice(), [step] if no_member(step))
    }
}

static NOWHERE: std::sync::OnceLock<Name> = std::sync::OnceLock::new();

/// Members of entities and attribute instances that are not attributes but can be compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SystemMember {
    ObservedAt,
    CreatedAt,
    ModifiedAt,
    UnitCode,
    DatasetId,
    ObjectType,
    Quality,
}

impl SystemMember {
    /// The member of an attribute instance by its term in the core context.
    pub(crate) fn of_instance(term: &str) -> Option<Self> {
        Some(match term {
            "observedAt" => Self::ObservedAt,
            "createdAt" => Self::CreatedAt,
            "modifiedAt" => Self::ModifiedAt,
            "unitCode" => Self::UnitCode,
            "datasetId" => Self::DatasetId,
            "objectType" => Self::ObjectType,
            "quality" => Self::Quality,
            _ => return None,
        })
    }

    /// The member of an entity by its term in the core context.
    pub(crate) fn of_entity(term: &str) -> Option<Self> {
        match term {
            "createdAt" => Some(Self::CreatedAt),
            "modifiedAt" => Some(Self::ModifiedAt),
            _ => None,
        }
    }
}
