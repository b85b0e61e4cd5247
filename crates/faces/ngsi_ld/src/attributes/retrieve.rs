//! `GET /entities/{id}/attrs/{attr}`: one attribute (TS 104 176).

use senne_language::Projection;

use super::find;
use crate::{
    http::{Answer, Call, Offer, json_answer, read_shape},
    write::{Pen, write_attribute_alone},
};

pub(crate) async fn retrieve(call: Call) -> Answer {
    let media = call.media(Offer::Plain)?;
    let terms = call.terms().await?;
    let mut shape = read_shape(&call, &terms, media)?;
    shape.members = Projection::default();
    let (entity, name) = find(&call).await?;
    let mut pen = Pen::new(&terms, 512);
    let attribute = entity.attribute(&name).filter(|a| a.instances.iter().any(|i| shape.wants(i)));
    let attribute = attribute.ok_or_else(|| super::no_attribute(&entity.id, &name))?;
    write_attribute_alone(&mut pen, attribute, &shape);
    Ok(json_answer(&call, &terms, media, shape.context_in_body.is_some(), pen.finish()))
}
