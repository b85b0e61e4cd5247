//! `GET /csourceSubscriptions/{id}` (clauses 5.11.4, 6.13.3.1).

use super::{present::present, registry::missing};
use crate::{
    http::{Answer, Call, Offer, context_text, json_answer},
    write::Pen,
};

pub(crate) async fn retrieve(call: Call) -> Answer {
    call.administer()?;
    let media = call.media(Offer::Plain)?;
    let (id, terms) = (call.id()?, call.terms().await?);
    call.face.registration_subscriptions.load().await?;
    let runner = call.face.registration_subscriptions.find(&call.hub.tenant, &id).ok_or_else(missing)?;
    let in_body = context_text(&terms, media);
    let mut pen = Pen::new(&terms, 1024);
    let shown = present(&runner, &terms, call.parameters.option("sysAttrs"));
    pen.object_with_context(&shown, in_body.as_deref());
    Ok(json_answer(&call, &terms, media, in_body.is_some(), pen.finish()))
}
