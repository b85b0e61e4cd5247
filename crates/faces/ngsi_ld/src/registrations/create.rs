//! `POST /csourceRegistrations` (clause 6.8.3.1).

use senne_model::{EntityId, Json, Problem};

use super::document;
use crate::{
    contexts::random,
    http::{Answer, Body, Call, created},
    read::read_json,
};

pub(crate) async fn create(mut call: Call) -> Answer {
    call.administer()?;
    let body = call.body().await?;
    let document = read_json(&body.bytes)?;
    refuse_context(&document, &body)?;
    let document = document::expand(document, &body.terms)?;
    let id = match document.get("id").and_then(Json::as_str) {
        Some(id) => EntityId::parse(id)?,
        None => EntityId::parse(&format!("urn:ngsi-ld:ContextSourceRegistration:{:016x}", random()))?,
    };
    call.face.registrations.create(&call.hub, id.clone(), document).await?;
    Ok(created("csourceRegistrations", &id))
}

/// A context stands in the body of JSON-LD only (clause 6.3.5).
pub(crate) fn refuse_context(document: &Json, body: &Body) -> Result<(), Problem> {
    if document.get("@context").is_some() && !body.is_linked_data() {
        let detail = "`@context` stands in the body of application/ld+json only; send that content type, or a Link header";
        return Err(Problem::bad(detail).field("@context"));
    }
    Ok(())
}
