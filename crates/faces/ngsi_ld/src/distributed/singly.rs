//! A batch for a source that takes no batches: each entity by itself (clauses 5.6.7–5.6.10, 5.6.20).

use http::Method;
use senne_model::{EntityId, Json};

use super::{
    batch::AskedBatch,
    batch_result::BatchResult,
    failure::Failure,
    forward::{Naming, Outgoing},
    operation::Batch,
};
use crate::registrations::{Registration, Serves};

/// Whether a source serves a batch in one way or another.
pub(super) fn serves(asked: &AskedBatch<'_>, registration: &Registration) -> bool {
    let has = |one: Serves| registration.operations.has(one);
    has(asked.batch.serves())
        || match asked.batch {
            Batch::Create => has(Serves::CreateEntity),
            Batch::Upsert => has(Serves::CreateEntity) || has(present(asked)),
            Batch::Update if keeps(asked) => has(Serves::AppendAttrs),
            Batch::Update => has(Serves::UpdateEntity),
            Batch::Merge => has(Serves::MergeEntity),
            Batch::Delete => has(Serves::DeleteEntity),
        }
}

/// What an upsert does to an entity that is there.
fn present(asked: &AskedBatch<'_>) -> Serves {
    if asked.parameters.option("update") { Serves::UpdateEntity } else { Serves::ReplaceEntity }
}

fn keeps(asked: &AskedBatch<'_>) -> bool {
    asked.parameters.option("noOverwrite")
}

/// Sends each entity.
pub(super) async fn forward(
    asked: &AskedBatch<'_>,
    registration: &std::sync::Arc<Registration>,
    naming: &Naming,
    ids: Vec<EntityId>,
    bodies: Vec<Json>,
) -> BatchResult {
    let mut all = BatchResult::default();
    for (id, body) in ids.into_iter().zip(bodies) {
        match one(asked, registration, naming, &id, body).await {
            Ok(created) => all.done(&id, created),
            // It came round to who shares it, as in a batch.
            Err(Failure::Loop) if !registration.is_proxied() => {}
            Err(failure) => all.take_in(BatchResult::failed(&[id], &failure, Some(registration))),
        }
    }
    all
}

/// Whether the entity was created.
async fn one(
    asked: &AskedBatch<'_>,
    registration: &Registration,
    naming: &Naming,
    id: &EntityId,
    body: Json,
) -> Result<bool, Failure> {
    if !matches!(asked.batch, Batch::Create | Batch::Upsert) {
        let serves = match asked.batch {
            Batch::Delete => Serves::DeleteEntity,
            Batch::Merge => Serves::MergeEntity,
            _ if keeps(asked) => Serves::AppendAttrs,
            _ => Serves::UpdateEntity,
        };
        return send(asked, registration, naming, serves, id, body).await.map(|()| false);
    }
    if registration.operations.has(Serves::CreateEntity) {
        match send(asked, registration, naming, Serves::CreateEntity, id, body.clone()).await {
            Ok(()) => return Ok(true),
            Err(Failure::Refused { status: 409, .. }) if asked.batch == Batch::Upsert => {}
            Err(failure) => return Err(failure),
        }
    }
    let serves = present(asked);
    if !registration.operations.has(serves) {
        return Err(Failure::NotOffered);
    }
    send(asked, registration, naming, serves, id, body).await.map(|()| false)
}

async fn send(
    asked: &AskedBatch<'_>,
    registration: &Registration,
    naming: &Naming,
    serves: Serves,
    id: &EntityId,
    body: Json,
) -> Result<(), Failure> {
    let entity = || vec!["entities".to_owned(), id.to_string()];
    let attributes = || vec!["entities".to_owned(), id.to_string(), "attrs".to_owned()];
    let (method, path) = match serves {
        Serves::CreateEntity => (Method::POST, vec!["entities".to_owned()]),
        Serves::ReplaceEntity => (Method::PUT, entity()),
        Serves::MergeEntity => (Method::PATCH, entity()),
        Serves::DeleteEntity => (Method::DELETE, entity()),
        Serves::AppendAttrs => (Method::POST, attributes()),
        _ => (Method::PATCH, attributes()),
    };
    let mut query = Vec::new();
    if serves == Serves::AppendAttrs {
        query.push(("options".to_owned(), "noOverwrite".to_owned()));
    }
    let body = (serves != Serves::DeleteEntity).then_some(body);
    let outgoing = Outgoing { method, path, query, body, ..Outgoing::default() };
    let reply = asked.face.forwarder.send(asked.trip, registration, naming, outgoing).await?;
    if reply.status == 207 {
        return Err(super::parts::partial(&reply.json().unwrap_or(Json::Null)));
    }
    Ok(())
}
