//! What is to be done with an entity that was sent, when another is there or none.

use senne_model::{Entity, ErrorKind, Operation, Problem, Write};

use crate::{
    call::Call,
    entities::missing,
    query,
    read::{EntityIn, Fragment, THING},
};

/// What is to be done with an entity.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// It is made, and must not be there.
    Create,
    /// It is made, or its attributes are written beside those that are there.
    Append,
    /// The same with attributes that are not there.
    AppendStrict,
    /// Attributes that are there get other values.
    Update,
    /// Its attributes are all that there are from now on.
    Replace,
    /// It goes, or these of its attributes.
    Delete,
}

impl Action {
    /// The words of NGSI-v2, and those of NGSI-v1 that are still met.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "append" | "APPEND" => Self::Append,
            "appendStrict" | "APPEND_STRICT" => Self::AppendStrict,
            "update" | "UPDATE" => Self::Update,
            "replace" | "REPLACE" => Self::Replace,
            "delete" | "DELETE" => Self::Delete,
            _ => return None,
        })
    }
}

/// The writes that carry it out. An entity of another type or in another service path is another entity; since one identifier has one
/// entity here, it is in the way of what would be made.
pub(crate) fn write_of(
    call: &Call,
    action: Action,
    entity: EntityIn,
    there: Option<&Entity>,
) -> Result<Vec<Write>, Problem> {
    let is_meant = match there {
        Some(there) => {
            let of_kind = entity.kind.as_ref().is_none_or(|kind| there.types.contains(kind));
            of_kind && query::place(call)?.matches(&there.scopes)
        }
        None => false,
    };
    match (action, there) {
        (Action::Create | Action::Append | Action::AppendStrict, None) => {
            anew(call, action, entity).map(|write| vec![write])
        }
        (_, Some(there)) if is_meant => Ok(written(call, action, entity, there)),
        (Action::Create | Action::Append | Action::AppendStrict, Some(_)) => Err(in_the_way()),
        (Action::Update | Action::Replace | Action::Delete, _) => Err(missing()),
    }
}

fn in_the_way() -> Problem {
    let detail = "an entity with this id is there already, of another type or in another service path; \
                  choose another id";
    Problem::new(ErrorKind::AlreadyExists, detail).field("id")
}

/// What makes an entity. Whatever is made has a type.
fn anew(call: &Call, action: Action, entity: EntityIn) -> Result<Write, Problem> {
    // Should somebody make it meanwhile, what is written over is no harm; what has to be new is refused.
    let operation = if action == Action::Append { Operation::CreateOrAppend } else { Operation::Create };
    let EntityIn { id, kind, fragment } = entity;
    let mut write = Write::new(id, operation);
    write.types.push(kind.unwrap_or_else(|| call.face.terms.expand(THING)));
    write.scopes = call.scope()?;
    (write.attributes, write.expires_at) = (fragment.attributes, fragment.expires_at);
    Ok(write)
}

/// What is written to the entity that is there.
fn written(call: &Call, action: Action, entity: EntityIn, there: &Entity) -> Vec<Write> {
    if action == Action::Delete {
        return deletions(entity);
    }
    let fragment = entity.fragment;
    vec![match action {
        Action::Append => {
            // Should somebody remove it meanwhile, it is made anew as it was.
            let mut write = appended(call, fragment, there);
            write.operation = Operation::CreateOrAppend;
            write.types.clone_from(&there.types);
            write.scopes = (!there.scopes.is_empty()).then(|| there.scopes.clone());
            write
        }
        Action::Update => updated(call, fragment, there),
        Action::Replace => replaced(fragment, there),
        Action::Create | Action::AppendStrict | Action::Delete => {
            to(there, Operation::Append { keep: true }, fragment)
        }
    }]
}

/// Attributes come to an entity, or get other values; their metadata stay unless others are given.
pub(crate) fn appended(call: &Call, mut fragment: Fragment, there: &Entity) -> Write {
    if !call.option("overrideMetadata") {
        fragment.keep_metadata(there);
    }
    to(there, Operation::Append { keep: false }, fragment)
}

/// Attributes that are there get other values.
pub(crate) fn updated(call: &Call, mut fragment: Fragment, there: &Entity) -> Write {
    if !call.option("overrideMetadata") {
        fragment.keep_metadata(there);
    }
    to(there, Operation::ReplaceAttribute, fragment)
}

/// These are all attributes from now on.
pub(crate) fn replaced(fragment: Fragment, there: &Entity) -> Write {
    let mut write = to(there, Operation::Replace, fragment);
    // A replacement would take scopes away that it does not name.
    write.scopes = (!there.scopes.is_empty()).then(|| there.scopes.clone());
    write
}

/// A write of attributes to the entity that is there.
pub(crate) fn to(there: &Entity, operation: Operation, fragment: Fragment) -> Write {
    let mut write = Write::new(there.id.clone(), operation);
    (write.attributes, write.expires_at) = (fragment.attributes, fragment.expires_at);
    write
}

/// Without attributes the entity goes, else these of its attributes.
fn deletions(entity: EntityIn) -> Vec<Write> {
    let EntityIn { id, fragment, .. } = entity;
    if fragment.attributes.is_empty() && fragment.expires_at.is_none() {
        return vec![Write::new(id, Operation::Delete)];
    }
    let one = |name| Write::new(id.clone(), Operation::DeleteAttribute { name, dataset_id: None, all: true });
    let mut writes: Vec<Write> =
        fragment.attributes.into_iter().map(|attribute| attribute.name).map(one).collect();
    if fragment.expires_at.is_some() {
        writes.push(kept_for_ever(&id));
    }
    writes
}

/// Takes away until when an entity is kept.
pub(crate) fn kept_for_ever(id: &senne_model::EntityId) -> Write {
    let mut write = Write::new(id.clone(), Operation::Append { keep: false });
    write.expires_at = Some(None);
    write
}
