//! `GET /csourceRegistrations/{id}` (clause 6.9.3.1).

use super::{present::present, registry::missing};
use crate::{
    http::{Answer, Call, Offer, context_text, json_answer},
    write::Pen,
};

pub(crate) async fn retrieve(call: Call) -> Answer {
    call.administer()?;
    let media = call.media(Offer::Plain)?;
    let (id, terms) = (call.id()?, call.terms().await?);
    call.face.registrations.load().await?;
    let registration = call.face.registrations.find(&call.hub.tenant, &id).ok_or_else(missing)?;
    let in_body = context_text(&terms, media);
    let mut pen = Pen::new(&terms, 1024);
    let shown = present(&registration, None, &terms, call.parameters.option("sysAttrs"));
    pen.object_with_context(&shown, in_body.as_deref());
    Ok(json_answer(&call, &terms, media, in_body.is_some(), pen.finish()))
}
