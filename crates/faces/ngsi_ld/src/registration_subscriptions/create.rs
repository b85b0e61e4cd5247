//! `POST /csourceSubscriptions` (clauses 5.11.2, 6.12.3.1).

use senne_model::{EntityId, Json, Problem, Timestamp};

use super::{
    document,
    state::{Counters, Told},
    stored::Kept,
};
use crate::{
    contexts::random,
    http::{Answer, Call, created},
};

pub(crate) async fn create(mut call: Call) -> Answer {
    call.administer()?;
    let body = call.body().await?;
    let document = document::read(&body)?;
    document::check(&document)?;
    let ends = document.get("expiresAt").and_then(Json::as_str).and_then(|text| Timestamp::parse(text).ok());
    let now = Timestamp::now();
    if ends.is_some_and(|at| at <= now) {
        return Err(Problem::bad("this moment has passed; choose a later one").field("expiresAt").into());
    }
    let id = match document.get("id").and_then(Json::as_str) {
        Some(id) => EntityId::parse(id)?,
        None => EntityId::parse(&format!("urn:ngsi-ld:Subscription:{:016x}", random()))?,
    };
    let kept = Kept {
        id: id.clone(),
        tenant: call.hub.tenant.clone(),
        document,
        context: body.terms.to_json(),
        origin: call.origin(),
        created_at: now,
        modified_at: now,
        told: Told::new(),
        counters: Counters::default(),
    };
    call.face.registration_subscriptions.create(kept, body.terms.clone()).await?;
    Ok(created("csourceSubscriptions", &id))
}
