//! `GET /types` (clause 6.25; 5.2.24 and 5.2.25).

use crate::{
    contexts::random,
    http::{Answer, Call, Offer, json_answer},
    write::Pen,
};

pub(crate) async fn entity_types(call: Call) -> Answer {
    let media = call.media(Offer::Plain)?;
    let terms = call.terms().await?;
    let mut types = call.face.hub.types(&call.hub).await?;
    types.sort_by(|a, b| a.name.cmp(&b.name));
    let in_body = crate::http::context_text(&terms, media);
    let mut pen = Pen::new(&terms, 1024);
    if call.parameters.flag("details")? {
        pen.open_array();
        for kind in &types {
            let attributes = super::survey::attributes_of(&call.face.hub, &call.hub, &kind.name).await?;
            pen.open();
            pen.key("id");
            pen.text(&kind.name);
            pen.key("type");
            pen.text("EntityType");
            pen.key("typeName");
            pen.name(&kind.name);
            pen.key("attributeNames");
            pen.open_array();
            attributes.keys().for_each(|name| pen.name(name));
            pen.close_array();
            pen.context(in_body.as_deref());
            pen.close();
        }
        pen.close_array();
    } else {
        pen.open();
        pen.key("id");
        pen.text(&format!("urn:ngsi-ld:EntityTypeList:{:016x}", random()));
        pen.key("type");
        pen.text("EntityTypeList");
        pen.key("typeList");
        pen.open_array();
        types.iter().for_each(|kind| pen.name(&kind.name));
        pen.close_array();
        pen.context(in_body.as_deref());
        pen.close();
    }
    Ok(json_answer(&call, &terms, media, in_body.is_some(), pen.finish()))
}
