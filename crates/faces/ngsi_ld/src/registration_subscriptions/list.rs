//! `GET /csourceSubscriptions` (clauses 5.11.5, 6.12.3.2).

use senne_model::Json;

use super::{
    document::{Direction, rename},
    present::present,
};
use crate::{
    http::{Answer, Call, Offer, context_text, json_answer, page_links, read_page},
    write::Pen,
};

pub(crate) async fn list(call: Call) -> Answer {
    call.administer()?;
    let media = call.media(Offer::Plain)?;
    let (terms, page) = (call.terms().await?, read_page(&call)?);
    call.face.registration_subscriptions.load().await?;
    let all = call.face.registration_subscriptions.of(&call.hub.tenant);
    let in_body = context_text(&terms, media);
    let mut pen = Pen::new(&terms, 1024);
    pen.open_array();
    // Beside those that clients made stand those that the broker keeps for subscriptions to entities.
    let mut shown: Vec<Json> =
        all.iter().map(|runner| present(runner, &terms, call.parameters.option("sysAttrs"))).collect();
    for mut document in call.face.relays.shown(&call.hub.tenant) {
        rename(&mut document, &terms, Direction::Compact);
        shown.push(document);
    }
    for document in shown.iter().skip(page.offset).take(page.limit) {
        pen.object_with_context(document, in_body.as_deref());
    }
    pen.close_array();
    let mut response = json_answer(&call, &terms, media, in_body.is_some(), pen.finish());
    let more = shown.len() > page.offset.saturating_add(page.limit);
    page_links(&mut response, &call, media, &page, more, page.count.then_some(shown.len() as u64));
    Ok(response)
}
