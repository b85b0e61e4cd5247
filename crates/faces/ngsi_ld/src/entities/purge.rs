//! `DELETE /entities` (clauses 5.6.21 and 6.4.3.3): entities that a query finds go, or attributes of them.

use std::{collections::HashSet, sync::Arc};

use axum::response::Response;
use senne_hub::{Context, Page, Place, WriteOptions};
use senne_language::Query;
use senne_model::{Entity, EntityId, ErrorKind, Name, Operation, Problem, Write};

use crate::{
    contexts::Terms,
    entity_maps,
    http::{Answer, Call, batch_result, no_content, read_query},
};

/// Entities that are looked at in one step.
const AT_ONCE: usize = 1_000;

/// Entities of a map that are named in one step: each entity that is found is looked for among them.
const OF_MAP_AT_ONCE: usize = 500;

/// What goes of each entity.
enum Goes {
    Whole,
    These(HashSet<Name>),
    AllBut(HashSet<Name>),
}

pub(crate) async fn purge(call: Call) -> Answer {
    let terms = call.terms().await?;
    let query = read_query(&call, &terms)?;
    if query.filter.as_ref().is_some_and(senne_language::Filter::follows_links) {
        let detail = "a purge does not follow relationships; name attributes of the entity itself";
        return Err(Problem::bad(detail).field("q").into());
    }
    let goes = read_goes(&call, &terms)?;
    let Some(mapped) = entity_maps::given(&call)? else {
        return Ok(answer(&carry_out(&call, &query, &goes).await?));
    };
    let mut errors = Vec::new();
    for some in mapped.ids(&call)?.chunks(OF_MAP_AT_ONCE) {
        let wanted = some.iter().filter(|id| query.ids.is_empty() || query.ids.contains(id));
        let of_these = Query { ids: wanted.cloned().collect(), ..query.clone() };
        // No entity named would mean all.
        if !of_these.ids.is_empty() {
            errors.extend(carry_out(&call, &of_these, &goes).await?);
        }
    }
    let mut response = answer(&errors);
    mapped.mark(&mut response);
    Ok(response)
}

fn answer(errors: &[(Option<EntityId>, Problem)]) -> Response {
    if errors.is_empty() { no_content() } else { batch_result(&[], errors) }
}

fn read_goes(call: &Call, terms: &Terms) -> Result<Goes, Problem> {
    let names = |field: &str| {
        let one = |term: &str| {
            if term.contains(['{', '}']) {
                let detail = "a purge does not follow relationships; name attributes of the entity itself";
                return Err(Problem::bad(detail).field(field));
            }
            Ok(terms.expand(term))
        };
        let list = call.parameters.list(field);
        list.map(|list| list.into_iter().map(one).collect::<Result<HashSet<_>, _>>()).transpose()
    };
    match (names("drop")?, names("keep")?) {
        (Some(_), Some(_)) => Err(Problem::bad("use drop or keep, not both").field("keep")),
        (Some(drop), None) => Ok(Goes::These(drop)),
        (None, Some(keep)) => Ok(Goes::AllBut(keep)),
        (None, None) => Ok(Goes::Whole),
    }
}

/// Step by step, so that memory and commits stay small whatever is found.
async fn carry_out(
    call: &Call,
    query: &Query,
    goes: &Goes,
) -> Result<Vec<(Option<EntityId>, Problem)>, Problem> {
    let mut page = Page::first(AT_ONCE);
    let mut errors = Vec::new();
    loop {
        let context = Context::new(call.hub.principal.clone(), call.hub.tenant.clone());
        let found = call.face.hub.query(&context, query, &page).await?;
        let writes: Vec<Write> = found.entities.iter().flat_map(|entity| goes.writes(entity)).collect();
        if !writes.is_empty() {
            let ids: Vec<EntityId> = writes.iter().map(|write| write.entity.clone()).collect();
            let results = call.face.hub.write(&context, writes, WriteOptions::default()).await?;
            let failed = ids.into_iter().zip(results).filter_map(|(id, result)| Some((id, result.err()?)));
            // Whoever was quicker has done what was asked.
            let failed = failed.filter(|(_, problem)| problem.kind != ErrorKind::NotFound);
            errors.extend(failed.map(|(id, problem)| (Some(id), problem)));
        }
        match found.span {
            Some((_, last)) if found.more => page.place = Place::After(last),
            _ => return Ok(errors),
        }
    }
}

impl Goes {
    fn writes(&self, entity: &Arc<Entity>) -> Vec<Write> {
        let names: Vec<&Name> = match self {
            Self::Whole => return vec![Write::new(entity.id.clone(), Operation::Delete)],
            Self::These(drop) => {
                entity.attributes.iter().map(|a| &a.name).filter(|name| drop.contains(*name)).collect()
            }
            Self::AllBut(keep) => {
                entity.attributes.iter().map(|a| &a.name).filter(|name| !keep.contains(*name)).collect()
            }
        };
        let gone =
            |name: &Name| Operation::DeleteAttribute { name: name.clone(), dataset_id: None, all: true };
        names.into_iter().map(|name| Write::new(entity.id.clone(), gone(name))).collect()
    }
}
