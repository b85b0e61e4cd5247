//! `/entityOperations` (clauses 6.14–6.17, 6.23, 6.31).

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod merge;
pub(crate) mod query;
pub(crate) mod update;
pub(crate) mod upsert;

mod incoming;

pub(crate) use incoming::own_contexts;

use axum::response::Response;
use http::StatusCode;
use senne_hub::WriteOptions;
use senne_model::{EntityId, Json, Operation, Outcome, Problem};

use crate::{
    http::{Answer, Call, batch_result, no_content, plain_json},
    read::{BatchItem, Mode},
};

/// What became of a batch.
struct Done {
    created: Vec<EntityId>,
    others: Vec<EntityId>,
    errors: Vec<(Option<EntityId>, Problem)>,
}

/// Reads a batch and writes each of its entities in the same way.
async fn write_all(
    mut call: Call,
    operation: Operation,
    mode: Mode,
) -> Result<(Call, Done), crate::http::Refusal> {
    let mode = Mode { simplified: call.is_simplified(), ..mode };
    let items = incoming::read(&mut call, mode).await?;
    let done = write_items(&call, items, &operation).await?;
    Ok((call, done))
}

async fn write_items(call: &Call, items: Vec<BatchItem>, operation: &Operation) -> Result<Done, Problem> {
    let mut done = Done { created: Vec::new(), others: Vec::new(), errors: Vec::new() };
    let (mut writes, mut ids) = (Vec::with_capacity(items.len()), Vec::with_capacity(items.len()));
    for BatchItem { id, entity } in items {
        match entity.and_then(|entity| entity.into_write(operation.clone())) {
            Ok(write) => {
                ids.push(write.entity.clone());
                writes.push(write);
            }
            Err(problem) => done.errors.push((id, problem)),
        }
    }
    if *operation == Operation::Merge {
        (writes, ids) = merge::fit(call, writes, &mut done.errors).await?;
    }
    if writes.is_empty() {
        return Ok(done);
    }
    let results = call.face.hub.write(&call.hub, writes, WriteOptions::default()).await?;
    for (id, result) in ids.into_iter().zip(results) {
        match result {
            Ok(written) if written.outcome == Outcome::Created => done.created.push(id),
            Ok(written) if !written.not_updated.is_empty() => {
                done.errors.push((Some(id), left(&written.not_updated)));
            }
            Ok(_) => done.others.push(id),
            Err(problem) => done.errors.push((Some(id), problem)),
        }
    }
    Ok(done)
}

/// An entity some of whose attributes were left as they are.
fn left(not_updated: &[(senne_model::Name, String)]) -> Problem {
    let each: Vec<String> = not_updated.iter().map(|(name, reason)| format!("{name} {reason}")).collect();
    Problem::bad(format!("not everything was updated: {}", each.join("; ")))
}

impl Done {
    /// The answer: 207 when anything failed; else 201 with what was created, or 204.
    fn answer(self) -> Response {
        if !self.errors.is_empty() {
            let success: Vec<EntityId> = self.created.into_iter().chain(self.others).collect();
            return batch_result(&success, &self.errors);
        }
        if self.created.is_empty() {
            return no_content();
        }
        let ids = self.created.iter().map(|id| Json::text(id)).collect();
        plain_json(StatusCode::CREATED, &Json::Array(ids))
    }
}

async fn simple(call: Call, operation: Operation, mode: Mode) -> Answer {
    write_all(call, operation, mode).await.map(|(_, done)| done.answer())
}
