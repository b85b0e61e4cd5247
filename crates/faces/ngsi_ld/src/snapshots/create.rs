//! `POST /snapshots` (clauses 5.16.1, 6.36.3.1): answered at once, filled behind that.

use senne_model::{EntityId, Json};

use super::{
    document::{Purpose, read},
    fill::fill,
    kept::Kept,
};
use crate::{
    contexts::random,
    http::{Answer, Call, Refusal, created},
    read::read_json,
};

pub(crate) async fn create(mut call: Call) -> Answer {
    call.administer()?;
    let (kept, terms) = drafted(&mut call, Purpose::Create).await?;
    call.face.snapshots.add(&kept).await?;
    let answer = created("snapshots", &kept.id);
    tokio::spawn(fill(call, terms, kept));
    Ok(answer)
}

/// The snapshot that the body asks for, with the context of its queries.
pub(super) async fn drafted(
    call: &mut Call,
    purpose: Purpose,
) -> Result<(Kept, crate::contexts::Terms), Refusal> {
    let body = call.body().await?;
    let document = read_json(&body.bytes)?;
    let members = read(&document, purpose, call.face.snapshots.allow_private)?;
    let id = match document.get("id").and_then(Json::as_str) {
        Some(id) => EntityId::parse(id)?,
        None => EntityId::parse(&format!("urn:ngsi-ld:Snapshot:{:016x}", random()))?,
    };
    Ok((Kept::new(id, call.hub.tenant.clone(), members, random()), body.terms.clone()))
}
