//! `GET /attributes/{attr}` (clause 6.28; 5.2.28).

use senne_model::Problem;

use crate::{
    http::{Answer, Call, Offer, json_answer},
    write::Pen,
};

pub(crate) async fn attribute(call: Call) -> Answer {
    call.parameters.only(&["local"])?;
    let media = call.media(Offer::Plain)?;
    let terms = call.terms().await?;
    let name = terms.expand(call.path("attr"));
    let survey = call.face.hub.survey(&call.hub).await?;
    let used = survey
        .attributes
        .iter()
        .find(|used| used.name == name)
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
    pen.integer(super::survey::instances(used));
    super::survey::write_kinds(&mut pen, used);
    super::survey::write_types(&mut pen, &super::survey::types_of(&survey), &name);
    pen.context(in_body.as_deref());
    pen.close();
    Ok(json_answer(&call, &terms, media, in_body.is_some(), pen.finish()))
}
