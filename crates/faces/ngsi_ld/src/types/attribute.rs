//! `GET /attributes/{attr}` (clause 6.28; 5.2.28).

use senne_model::Problem;

use crate::{
    http::{Answer, Call, Offer, json_answer},
    write::Pen,
};

pub(crate) async fn attribute(call: Call) -> Answer {
    let media = call.media(Offer::Plain)?;
    let terms = call.terms().await?;
    let name = terms.expand(call.path("attr"));
    let mut attributes = super::survey::all_attributes(&call.face.hub, &call.hub).await?;
    let seen = attributes
        .remove(&name)
        .ok_or_else(|| Problem::not_found(format!("no entity has the attribute {name}")))?;
    let in_body = crate::http::context_text(&terms, media);
    let mut pen = Pen::new(&terms, 512);
    pen.open();
    pen.key("id");
    pen.text(&name);
    pen.key("type");
    pen.text("Attribute");
    pen.key("attributeName");
    pen.name(&name);
    pen.key("attributeCount");
    pen.integer(seen.count);
    pen.key("attributeTypes");
    pen.texts(seen.kinds.iter().copied());
    pen.key("typeNames");
    pen.open_array();
    seen.types.iter().for_each(|kind| pen.name(kind));
    pen.close_array();
    pen.context(in_body.as_deref());
    pen.close();
    Ok(json_answer(&call, &terms, media, in_body.is_some(), pen.finish()))
}
