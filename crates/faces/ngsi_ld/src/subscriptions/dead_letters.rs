//! `/subscriptions/{id}/deadLetters`: what a receiver refused, listed, sent again, removed. Not of the standard
//! (docs/ngsi-ld.md, "Dead letters").

use http::StatusCode;
use senne_model::{EntityId, ErrorKind, Json, Problem};

use super::{
    dead::{DeadLetter, DeadLetters},
    registry::missing,
    sender::Letter,
};
use crate::{
    http::{Answer, Call, Media, Offer, no_content, object, page_links, plain_json, read_page},
    read::read_json,
};

/// `GET`: the letters, oldest first, each with its reason and its body.
pub(crate) async fn list(call: Call) -> Answer {
    call.administer()?;
    call.media(Offer::Plain)?;
    let page = read_page(&call)?;
    let id = known(&call).await?;
    let all = call.face.subscriptions.dead.of(&call.hub.tenant, &id);
    let mut items = Vec::new();
    for letter in all.iter().skip(page.offset).take(page.limit) {
        items.push(letter.shown(DeadLetters::body(&call.face.hub, letter).await));
    }
    let mut response = plain_json(StatusCode::OK, &Json::Array(items));
    let more = all.len() > page.offset.saturating_add(page.limit);
    let count = page.count.then_some(all.len() as u64);
    page_links(&mut response, &call, Media::Json, &page, more, count);
    Ok(response)
}

/// `POST …/resend`: sends letters again, those in `ids` or all; what arrives is removed. A letter whose body was too large
/// to keep is left: a replay from its change sends it.
pub(crate) async fn resend(mut call: Call) -> Answer {
    call.administer()?;
    let id = known(&call).await?;
    let ids = asked_ids(&mut call).await?;
    let subscriptions = &call.face.subscriptions;
    let runner = subscriptions.find(&call.hub.tenant, &id).ok_or_else(missing)?;
    let compiled = runner.ready().await.ok_or_else(|| {
        let detail = "the context of this subscription cannot be had now; come back later";
        Problem::new(ErrorKind::Overloaded, detail)
    })?;
    let letters = subscriptions.dead.of(&call.hub.tenant, &id);
    let chosen = |letter: &&DeadLetter| ids.as_ref().is_none_or(|ids| ids.contains(&letter.id));
    let (mut sent, mut failed) = (Vec::new(), Vec::new());
    for letter in letters.iter().filter(chosen) {
        let Some(body) = DeadLetters::body(&call.face.hub, letter).await else {
            failed.push((letter, "its body was too large to keep; use replay from its change".to_owned()));
            continue;
        };
        let link = compiled.endpoint.links_context();
        let post = Letter {
            body: body.to_string().into_bytes(),
            link: link.then(|| call.face.contexts.link(&compiled.terms, &runner.kept.origin)),
            tenant: call.hub.tenant.clone(),
        };
        match subscriptions.sender.send(&compiled.endpoint, &post).await {
            Ok(()) => sent.push(letter.id.clone()),
            Err(failure) => failed.push((letter, failure.reason)),
        }
    }
    subscriptions.dead.remove(&call.face.hub, &call.hub.tenant, &id, Some(&sent)).await?;
    let failed = failed
        .into_iter()
        .map(|(letter, reason)| object([("id", Json::text(&letter.id)), ("reason", Json::from(reason))]));
    let body = object([
        ("sent", Json::Array(sent.into_iter().map(Json::from).collect())),
        ("failed", Json::Array(failed.collect())),
    ]);
    Ok(plain_json(StatusCode::OK, &body))
}

/// `DELETE`: removes all.
pub(crate) async fn clear(call: Call) -> Answer {
    call.administer()?;
    let id = known(&call).await?;
    call.face.subscriptions.dead.remove(&call.face.hub, &call.hub.tenant, &id, None).await?;
    Ok(no_content())
}

async fn known(call: &Call) -> Result<EntityId, Problem> {
    let id = call.id()?;
    call.face.subscriptions.load().await?;
    call.face.subscriptions.find(&call.hub.tenant, &id).ok_or_else(missing)?;
    Ok(id)
}

/// The ids that a body names; none when there is no body.
async fn asked_ids(call: &mut Call) -> Result<Option<Vec<String>>, crate::http::Refusal> {
    if !call.headers.contains_key(http::header::CONTENT_TYPE) {
        return Ok(None);
    }
    let (bytes, _, _share) = call.bytes(call.face.options.entity_bytes_max).await?;
    let document = read_json(&bytes)?;
    let Some(ids) = document.get("ids") else { return Ok(None) };
    let wrong = || Problem::bad("an array of ids of dead letters is needed here").field("ids");
    let items = ids.as_array().ok_or_else(wrong)?;
    let ids =
        items.iter().map(|id| id.as_str().map(str::to_owned).ok_or_else(wrong)).collect::<Result<_, _>>()?;
    Ok(Some(ids))
}
