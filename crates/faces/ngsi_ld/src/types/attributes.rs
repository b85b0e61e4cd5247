//! `GET /attributes` (clause 6.27; 5.2.27 and 5.2.28).

use crate::{
    contexts::random,
    http::{Answer, Call, Offer, json_answer},
    write::Pen,
};

pub(crate) async fn attributes(call: Call) -> Answer {
    let media = call.media(Offer::Plain)?;
    let terms = call.terms().await?;
    let attributes = super::survey::all_attributes(&call.face.hub, &call.hub).await?;
    let in_body = crate::http::context_text(&terms, media);
    let mut pen = Pen::new(&terms, 1024);
    if call.parameters.flag("details")? {
        pen.open_array();
        for (name, seen) in &attributes {
            pen.open();
            pen.key("id");
            pen.text(name);
            pen.key("type");
            pen.text("Attribute");
            pen.key("attributeName");
            pen.name(name);
            pen.key("typeNames");
            pen.open_array();
            seen.types.iter().for_each(|kind| pen.name(kind));
            pen.close_array();
            pen.context(in_body.as_deref());
            pen.close();
        }
        pen.close_array();
    } else {
        pen.open();
        pen.key("id");
        pen.text(&format!("urn:ngsi-ld:AttributeList:{:016x}", random()));
        pen.key("type");
        pen.text("AttributeList");
        pen.key("attributeList");
        pen.open_array();
        attributes.keys().for_each(|name| pen.name(name));
        pen.close_array();
        pen.context(in_body.as_deref());
        pen.close();
    }
    Ok(json_answer(&call, &terms, media, in_body.is_some(), pen.finish()))
}
