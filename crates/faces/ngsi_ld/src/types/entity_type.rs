//! `GET /types/{type}` (clause 6.26; 5.2.26).

use senne_model::Problem;

use crate::{
    http::{Answer, Call, Offer, json_answer},
    write::Pen,
};

pub(crate) async fn entity_type(call: Call) -> Answer {
    call.parameters.only(&["local"])?;
    let media = call.media(Offer::Plain)?;
    let terms = call.terms().await?;
    let name = terms.expand(call.path("type"));
    let types = call.face.hub.types(&call.hub).await?;
    let kind = types.into_iter().find(|kind| kind.name == name && kind.count > 0);
    let kind = kind.ok_or_else(|| Problem::not_found(format!("there are no entities of the type {name}")))?;
    let survey = call.face.hub.survey(&call.hub).await?;
    let uses = survey.types.into_iter().find(|(kind, _)| *kind == name).map(|(_, uses)| uses);
    let in_body = crate::http::context_text(&terms, media);
    let mut pen = Pen::new(&terms, 1024);
    pen.open();
    pen.key("id");
    pen.text(&name);
    pen.key("type");
    pen.text("EntityTypeInfo");
    pen.key("typeName");
    pen.name(&name);
    pen.key("entityCount");
    pen.integer(kind.count);
    pen.key("attributeDetails");
    pen.open_array();
    for used in &uses.unwrap_or_default() {
        pen.open();
        pen.key("id");
        pen.text(&used.name);
        pen.key("type");
        pen.text("Attribute");
        pen.key("attributeName");
        pen.name(&used.name);
        super::survey::write_kinds(&mut pen, used);
        pen.close();
    }
    pen.close_array();
    pen.context(in_body.as_deref());
    pen.close();
    Ok(json_answer(&call, &terms, media, in_body.is_some(), pen.finish()))
}
