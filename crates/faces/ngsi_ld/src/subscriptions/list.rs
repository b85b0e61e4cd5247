//! `GET /subscriptions` (clause 6.10.3.2).

use super::present::present;
use crate::{
    http::{Answer, Call, Offer, apply_preference, context_text, json_answer, page_links, read_page},
    write::Pen,
};

pub(crate) async fn list(call: Call) -> Answer {
    call.parameters.only(&["limit", "offset", "count", "local", "options"])?;
    call.parameters.only_options(&["sysAttrs"])?;
    call.administer()?;
    let media = call.media(Offer::Plain)?;
    let (terms, page) = (call.terms().await?, read_page(&call)?);
    call.face.subscriptions.load().await?;
    let all = call.face.subscriptions.of(&call.hub.tenant);
    let shown = all.iter().skip(page.offset).take(page.limit);
    let in_body = context_text(&terms, media);
    let mut pen = Pen::new(&terms, 1024);
    pen.open_array();
    for runner in shown {
        pen.object_with_context(&present(&call, runner, &terms), in_body.as_deref());
    }
    pen.close_array();
    let mut response = json_answer(&call, &terms, media, in_body.is_some(), pen.finish());
    let more = all.len() > page.offset.saturating_add(page.limit);
    let count = page.count.then_some(all.len() as u64);
    page_links(&mut response, &call, media, &page, more, count);
    apply_preference(&mut response, &call.headers);
    Ok(response)
}
