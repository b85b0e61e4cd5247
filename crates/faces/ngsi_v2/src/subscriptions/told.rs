//! What a change tells: the entity as the change left it, and what befell it.

use std::sync::Arc;

use senne_model::{Entity, Name};

/// What befell an entity (Orion, "Subscriptions based in alteration type").
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Alteration {
    Create,
    /// Something of it is other than before.
    Change,
    /// It was written, and is as before.
    Update,
    Delete,
}

impl Alteration {
    /// The word of NGSI-v2.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Create => "entityCreate",
            Self::Change => "entityChange",
            Self::Update => "entityUpdate",
            Self::Delete => "entityDelete",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        [Self::Create, Self::Change, Self::Update, Self::Delete].into_iter().find(|one| one.word() == word)
    }
}

/// What waits to be told.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) entity: Arc<Entity>,
    pub(super) alteration: Alteration,
    /// The attributes that are other than before, where no others are told.
    pub(super) changed: Option<Vec<Name>>,
}
