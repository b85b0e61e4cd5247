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
        let survey = call.face.hub.survey(&call.hub).await?;
        pen.open_array();
        for kind in &types {
            let uses = survey.types.iter().find(|(name, _)| *name == kind.name);
            pen.open();
            pen.key("id");
            pen.text(&kind.name);
            pen.key("type");
            pen.text("EntityType");
            pen.key("typeName");
            pen.name(&kind.name);
            pen.key("attributeNames");
            pen.open_array();
            uses.into_iter().flat_map(|(_, uses)| uses).for_each(|used| pen.name(&used.name));
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
