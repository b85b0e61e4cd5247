//! `GET /subscriptions/{id}` (clause 6.11.3.1).

use super::{present::present, registry::missing};
use crate::{
    http::{Answer, Call, Offer, apply_preference, context_text, json_answer},
    write::Pen,
};

pub(crate) async fn retrieve(call: Call) -> Answer {
    call.administer()?;
    let media = call.media(Offer::Plain)?;
    let terms = call.terms().await?;
    call.face.subscriptions.load().await?;
    let runner = call.face.subscriptions.find(&call.hub.tenant, &call.id()?).ok_or_else(missing)?;
    let in_body = context_text(&terms, media);
    let mut pen = Pen::new(&terms, 1024);
    pen.object_with_context(&present(&call, &runner, &terms), in_body.as_deref());
    let mut response = json_answer(&call, &terms, media, in_body.is_some(), pen.finish());
    // A subscription is told alike in all versions.
    apply_preference(&mut response, &call.headers);
    Ok(response)
}
