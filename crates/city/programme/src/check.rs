//! Whether what would be written holds together with what stands there: the rules of programmes, for drafts, loads and single writes alike.

use std::{collections::HashMap, sync::Arc};

use senne_hub::Context;
use senne_model::{Entity, EntityId, ErrorKind, Json, Problem};
use senne_programme::{
    View,
    from_simple::is_removed,
    rules::{Fault, Thing, day, looks_beyond, needed, said},
};

use crate::Programmes;

/// Entities in simple form that are written together, by their identifiers; what comes later counts.
pub(crate) struct Beside<'a>(HashMap<&'a str, Vec<&'a Json>>);

impl<'a> Beside<'a> {
    pub(crate) fn of(entities: &'a [Json]) -> Self {
        let mut all: HashMap<&str, Vec<&Json>> = HashMap::new();
        for entity in entities.iter().filter(|entity| looks_beyond(text(entity, "type"))) {
            all.entry(text(entity, "id")).or_default().push(entity);
        }
        Self(all)
    }

    /// What is written at a term of an entity; `Some(None)` when it is taken away.
    fn said(&self, id: &str, term: &str) -> Option<Option<Json>> {
        self.0.get(id)?.iter().rev().find_map(|entity| written(entity, term))
    }
}

impl Programmes {
    /// Whether an entity in simple form contradicts itself, as it would stand.
    ///
    /// # Errors
    /// With the attribute that is to be mended.
    pub(crate) async fn holds(
        &self,
        context: &Context,
        view: &View,
        entity: &Json,
        beside: &Beside<'_>,
    ) -> Result<(), Problem> {
        let before = if looks_beyond(text(entity, "type")) {
            self.present(context, text(entity, "id")).await?
        } else {
            None
        };
        let begins_on = |project: &str| match beside.said(project, "startsOn") {
            Some(said) => said.as_ref().and_then(day),
            None => view.programme.begins_on(project),
        };
        let says = says(entity, Some(beside), before.as_deref());
        let thing = Thing {
            kind: text(entity, "type"),
            says: &says,
            touched: &|term| written(entity, term).is_some(),
            begins_on: &begins_on,
        };
        refused(entity, thing.contradictions())
    }

    /// Whether an entity in simple form says all that a programme needs, as it would stand. What lacked something before may still lack it.
    ///
    /// # Errors
    /// With the attribute that is missing.
    pub(crate) async fn is_enough(&self, context: &Context, entity: &Json) -> Result<(), Problem> {
        let kind = text(entity, "type");
        if needed(kind).is_empty() {
            return Ok(());
        }
        let before = self.present(context, text(entity, "id")).await?;
        let says = says(entity, None, before.as_deref());
        let touched = |term: &str| written(entity, term).is_some();
        let thing = Thing { kind, says: &says, touched: &touched, begins_on: &|_| None };
        let mut faults = thing.alone();
        faults.extend(thing.lacks().into_iter().filter(|fault| before.is_none() || touched(fault.term)));
        refused(entity, faults)
    }

    /// An entity as it is now.
    async fn present(&self, context: &Context, id: &str) -> Result<Option<Arc<Entity>>, Problem> {
        let Ok(id) = EntityId::parse(id) else { return Ok(None) };
        match self.hub().entity(context, &id).await {
            Ok(entity) => Ok(Some(entity)),
            Err(problem) if problem.kind == ErrorKind::NotFound => Ok(None),
            Err(problem) => Err(problem),
        }
    }
}

/// What would stand at a term.
fn says<'a>(
    entity: &'a Json,
    beside: Option<&'a Beside<'a>>,
    before: Option<&'a Entity>,
) -> impl Fn(&str) -> Option<Json> + use<'a> {
    move |term| {
        let beside = || beside?.said(text(entity, "id"), term);
        written(entity, term).or_else(beside).unwrap_or_else(|| said(before?, term))
    }
}

/// What an entity in simple form writes at a term; `Some(None)` when it is taken away.
fn written(entity: &Json, term: &str) -> Option<Option<Json>> {
    let json = entity.get(term).filter(|json| **json != Json::Null)?;
    Some((!is_removed(json)).then(|| json.clone()))
}

fn refused(entity: &Json, faults: Vec<Fault>) -> Result<(), Problem> {
    match faults.first() {
        Some(fault) => Err(Problem::bad(fault.of(text(entity, "id")).to_string()).field(fault.term)),
        None => Ok(()),
    }
}

fn text<'a>(entity: &'a Json, term: &str) -> &'a str {
    entity.get(term).and_then(Json::as_str).unwrap_or_default()
}
