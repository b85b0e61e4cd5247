//! `GET /attributes` (clause 6.27; 5.2.27 and 5.2.28).

use crate::{
    contexts::random,
    http::{Answer, Call, Offer, json_answer},
    write::Pen,
};

pub(crate) async fn attributes(call: Call) -> Answer {
    call.parameters.only(&["details", "local", "count"])?;
    let media = call.media(Offer::Plain)?;
    let terms = call.terms().await?;
    let survey = call.face.hub.survey(&call.hub).await?;
    let in_body = crate::http::context_text(&terms, media);
    let mut pen = Pen::new(&terms, 1024);
    if call.parameters.flag("details")? {
        let types = super::survey::types_of(&survey);
        pen.open_array();
        for used in &survey.attributes {
            pen.open();
            pen.key("id");
            pen.text(&used.name);
            pen.key("type");
            pen.text("Attribute");
            pen.key("attributeName");
            pen.name(&used.name);
            super::survey::write_types(&mut pen, &types, &used.name);
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
        survey.attributes.iter().for_each(|used| pen.name(&used.name));
        pen.close_array();
        pen.context(in_body.as_deref());
        pen.close();
    }
    Ok(json_answer(&call, &terms, media, in_body.is_some(), pen.finish()))
}
