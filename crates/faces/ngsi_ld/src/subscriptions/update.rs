//! `PATCH /subscriptions/{id}` (clause 6.11.3.2).

use senne_model::{Json, Problem};

use super::{
    compiled::read_merged,
    create::{draft, refuse_context},
    document,
    registry::missing,
};
use crate::{
    http::{Answer, Call, no_content},
    read::read_json,
};

pub(crate) async fn update(mut call: Call) -> Answer {
    call.administer()?;
    let id = call.id()?;
    let body = call.body().await?;
    let mut patch = read_json(&body.bytes)?;
    refuse_context(&patch, &body)?;
    let Json::Object(members) = &mut patch else {
        return Err(Problem::bad("a JSON object is needed here").into());
    };
    members.retain(|(name, _)| &**name != "@context");
    if members.iter().any(|(name, value)| &**name == "id" && value.as_str() != Some(&id)) {
        return Err(Problem::bad("the `id` in the body is not the one in the path").field("id").into());
    }
    let brings_names = ["q", "entities", "geoQ", "csf"].iter().any(|name| patch.get(name).is_some());
    document::rename(&mut patch, &body.terms, document::Direction::Expand);
    document::check_expiry(&patch)?;
    let subscriptions = &call.face.subscriptions;
    subscriptions.load().await?;
    if brings_names {
        // Notifications name it from now on.
        subscriptions.find(&call.hub.tenant, &id).ok_or_else(missing)?;
        call.face.contexts.keep_implicit(&call.hub.tenant, &body.terms).await?;
    }
    loop {
        let before = subscriptions.find(&call.hub.tenant, &id).ok_or_else(missing)?;
        // Expressions are read by the context with which they came; a fragment that brings none keeps the old one.
        let terms = if brings_names {
            body.terms.clone()
        } else {
            call.face.contexts.by_text(&before.kept.context.to_string()).await?
        };
        let merged = document::merge(&before.kept.document, &patch);
        let document = read_merged(merged, &terms, subscriptions.allow_private)?;
        let draft = draft(&call, id.clone(), document, terms).await?;
        // When somebody else has changed it meanwhile, this change is put on top of that one.
        if subscriptions.replace(draft, &before).await? {
            return Ok(no_content());
        }
    }
}
