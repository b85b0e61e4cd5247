//! `POST /subscriptions` (clause 6.10.3.1).

use senne_model::{EntityId, Json, Problem};

use super::{compiled::read, registry::Draft};
use crate::{
    contexts::{Terms, random},
    http::{Answer, Body, Call, created},
    read::read_json,
};

pub(crate) async fn create(mut call: Call) -> Answer {
    call.parameters.only(&["local", "count"])?;
    call.administer()?;
    let body = call.body().await?;
    let document = read_json(&body.bytes)?;
    refuse_context(&document, &body)?;
    let document = read(document, &body.terms, call.face.subscriptions.allow_private)?;
    let id = match document.get("id").and_then(Json::as_str) {
        Some(id) => EntityId::parse(id)?,
        None => EntityId::parse(&format!("urn:ngsi-ld:Subscription:{:016x}", random()))?,
    };
    call.face.contexts.keep_implicit(&call.hub.tenant, &body.terms).await?;
    call.face.subscriptions.create(draft(&call, id.clone(), document, body.terms.clone()).await?).await?;
    Ok(created("subscriptions", &id))
}

/// A checked document with its circumstances. `jsonldContext` names the context of notifications when it is
/// not the request's own (clause 5.2.12).
pub(super) async fn draft(call: &Call, id: EntityId, document: Json, terms: Terms) -> Result<Draft, Problem> {
    let told_by = match document.get("jsonldContext").and_then(Json::as_str) {
        Some(url) => call.face.contexts.by_url(url).await?,
        None => terms.clone(),
    };
    let (tenant, owner) = (call.hub.tenant.clone(), call.hub.principal.clone());
    Ok(Draft { id, tenant, document, terms, told_by, origin: call.origin(), owner })
}

pub(super) fn refuse_context(document: &Json, body: &Body) -> Result<(), Problem> {
    if document.get("@context").is_some() && !body.is_linked_data() {
        let detail = "`@context` stands in the body of application/ld+json only; send that content type, or a Link header";
        return Err(Problem::bad(detail).field("@context"));
    }
    Ok(())
}
