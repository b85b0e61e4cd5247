//! Filling a snapshot: queries are answered as for any caller, sources asked too, and what is found is copied (clause 5.16.1.4).

use std::sync::Arc;

use senne_hub::{Context, Hub, Page, Principal, WriteOptions};
use senne_language::Query;
use senne_model::{Entity, EntityId, ErrorKind, Json, Operation, Problem, TenantName, Write};

use super::{
    kept::{Kept, Status},
    past,
};
use crate::{
    contexts::Terms,
    distributed,
    face::Face,
    http::{Ask, Call, object, problem_json},
};

/// How many entities are copied at once, and how many one query may bring.
const STEP: usize = 500;
const ENTITIES_MAX: usize = 100_000;

/// Answers the queries one after the other and copies what they find, then says how it went.
pub(super) async fn fill(mut call: Call, terms: Terms, kept: Kept) {
    let mut outcomes = Vec::new();
    // What one query says of its shape and its time is nothing to the next one.
    let own = call.parameters.clone();
    for query in queries(&kept, "snapshotQueries") {
        call.parameters.clone_from(&own);
        outcomes.push(of_present(&mut call, &terms, &query, &kept).await);
    }
    let present = outcomes.len();
    for query in queries(&kept, "snapshotTemporalQueries") {
        call.parameters.clone_from(&own);
        outcomes.push(past::of_past(&mut call, &terms, &query, &kept).await);
    }
    let (status, details) = (status(&outcomes), outcomes.iter().map(detail).collect::<Vec<_>>());
    let (details, temporal) = details.split_at(present);
    settle(&call.face, &kept, status, details, temporal).await;
}

/// Copies all that another snapshot has.
pub(super) async fn copy_all(face: Arc<Face>, original: Kept, kept: Kept) {
    let copied = copy_present(&face.hub, &original, &kept).await;
    let copied = match copied {
        Ok(()) => past::copy_past(&face.hub, &original.copy, &kept.copy).await,
        failed => failed,
    };
    if let Err(problem) = &copied {
        tracing::warn!(snapshot = %kept.id, %problem, "a snapshot could not be cloned: {problem}");
    }
    let status = if copied.is_ok() { Status::Success } else { Status::Failure };
    settle(&face, &kept, status, &original.details, &original.temporal_details).await;
}

/// Enters how it went. One that was removed meanwhile leaves nothing behind.
async fn settle(face: &Face, kept: &Kept, status: Status, details: &[Json], temporal: &[Json]) {
    let (details, temporal) = (details.to_vec(), temporal.to_vec());
    let change = |kept: &mut Kept| {
        (kept.status, kept.details, kept.temporal_details) = (status, details, temporal);
    };
    match face.snapshots.change(&kept.tenant, &kept.id, change).await {
        Ok(_) => {}
        Err(problem) if problem.kind == ErrorKind::NotFound => {
            if let Err(problem) = face.hub.clear_snapshot(&kept.copy).await {
                tracing::warn!(%problem, "what a removed snapshot left stays until the next start: {problem}");
            }
        }
        Err(problem) => {
            tracing::error!(snapshot = %kept.id, %problem, "a snapshot cannot be settled: {problem}");
        }
    }
}

fn queries(kept: &Kept, member: &str) -> Vec<Json> {
    kept.member(member).and_then(Json::as_array).unwrap_or_default().to_vec()
}

/// How many entities a query brought.
pub(super) type Outcome = Result<usize, Problem>;

/// `partial` as soon as one query failed or brought nothing while another brought something.
fn status(outcomes: &[Outcome]) -> Status {
    let some = outcomes.iter().any(|outcome| matches!(outcome, Ok(1..)));
    let all_some = outcomes.iter().all(|outcome| matches!(outcome, Ok(1..)));
    let none_worked = outcomes.iter().all(Result::is_err);
    match (all_some, some, none_worked) {
        (true, true, _) => Status::Success,
        (false, true, _) => Status::Partial,
        (_, false, false) => Status::Empty,
        (_, false, true) => Status::Failure,
    }
}

/// What became of one query (clause 5.2.42).
fn detail(outcome: &Outcome) -> Json {
    match outcome {
        Ok(0) => object([("resultStatus", Json::text("empty"))]),
        Ok(_) => object([("resultStatus", Json::text("success"))]),
        Err(problem) => {
            object([("resultStatus", Json::text("failure")), ("problemDetails", problem_json(problem))])
        }
    }
}

async fn of_present(call: &mut Call, terms: &Terms, document: &Json, kept: &Kept) -> Outcome {
    call.take_shape(document)?;
    let query = Ask::from_document(document)?.into_query(terms)?;
    bounded(&query, document)?;
    let (mut page, mut count) = (Page::first(STEP), 0);
    loop {
        call.hub = renewed(&call.hub);
        let found = distributed::find(call, terms, &query, &page).await?;
        count += found.entities.len();
        if count > ENTITIES_MAX {
            let detail = format!("more than {ENTITIES_MAX} entities match; a snapshot takes at most so many");
            return Err(Problem::new(ErrorKind::TooComplex, detail));
        }
        copy(&call.face.hub, &kept.copy, found.entities.iter().map(|entity| copied(entity)).collect())
            .await?;
        if !found.more {
            return Ok(count);
        }
        page.offset += page.limit;
    }
}

/// The same circumstances with the patience of a request that begins now: who filled a snapshot is answered long since, and a
/// step of it has as much time as any request.
pub(super) fn renewed(context: &Context) -> Context {
    let fresh = Context::new(context.principal.clone(), context.tenant.clone());
    Context { deadline: fresh.deadline, ..context.clone() }
}

/// A query that asks for everything is refused, as elsewhere.
fn bounded(query: &Query, document: &Json) -> Result<(), Problem> {
    if query.needs_nothing() && document.get("entities").is_none() {
        return Err(Problem::bad("a query needs entities, attrs, q or geoQ at least").field("entities"));
    }
    Ok(())
}

/// The write that makes an entity as it is.
fn copied(entity: &Entity) -> Write {
    Write {
        types: entity.types.clone(),
        scopes: (!entity.scopes.is_empty()).then(|| entity.scopes.clone()),
        attributes: entity.attributes.clone(),
        ..Write::new(entity.id.clone(), Operation::CreateOrReplace)
    }
}

/// Writes into a copy, with the rights of the house: who may was asked when it was read.
pub(super) async fn copy(hub: &Hub, copy: &TenantName, writes: Vec<Write>) -> Result<(), Problem> {
    if writes.is_empty() {
        return Ok(());
    }
    let context = Context::new(Principal::System, copy.clone());
    let results = hub.write(&context, writes, WriteOptions::default()).await?;
    results.into_iter().try_for_each(|result| result.map(|_| ()))
}

async fn copy_present(hub: &Hub, original: &Kept, kept: &Kept) -> Result<(), Problem> {
    let mut after: Option<EntityId> = None;
    loop {
        let context = Context::new(Principal::System, original.copy.clone());
        let page = Page { after: after.clone(), ..Page::first(STEP) };
        let found = match hub.query(&context, &Query::default(), &page).await {
            Ok(found) => found,
            Err(problem) if problem.kind == ErrorKind::NoSuchTenant => return Ok(()),
            Err(problem) => return Err(problem),
        };
        after = found.entities.last().map(|entity| entity.id.clone());
        copy(hub, &kept.copy, found.entities.iter().map(|entity| copied(entity)).collect()).await?;
        if !found.more {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn a_step_has_the_time_of_a_request_of_its_own() {
        let mut first = Context::new(Principal::System, TenantName::default());
        (first.deadline, first.purpose) = (Instant::now(), Some("planning".to_owned()));
        let step = renewed(&first);
        assert!(step.deadline > Instant::now() + Duration::from_secs(10));
        assert_eq!((step.purpose, step.tenant), (first.purpose, first.tenant));
    }
}
