//! `GET` and `PUT /entities/{id}/attrs/{attr}/value`: the value of one attribute alone (TS 104 176).

use http::StatusCode;
use senne_model::{Attribute, Instance, Iri, Operation, Problem, Write, is_iri};

use super::{find, no_attribute};
use crate::{
    http::{Answer, Call, Offer, no_content, plain_json},
    kind::Kind,
    read::{Mode, Names, read_json, read_value},
    write::value_json,
};

pub(crate) async fn retrieve(call: Call) -> Answer {
    call.media(Offer::Plain)?;
    let terms = call.terms().await?;
    let (entity, name) = find(&call).await?;
    let dataset = dataset(&call)?;
    let instance = entity.attribute(&name).and_then(|attribute| pick(attribute, dataset.as_ref()));
    let instance = instance.ok_or_else(|| no_attribute(&entity.id, &name))?;
    Ok(plain_json(StatusCode::OK, &value_json(&instance.value, &terms)))
}

/// The kind of the attribute stays; what else it has stays too.
pub(crate) async fn replace(mut call: Call) -> Answer {
    let body = call.body().await?;
    let (entity, name) = find(&call).await?;
    let dataset = dataset(&call)?;
    let there = entity.attribute(&name).and_then(|attribute| pick(attribute, dataset.as_ref()));
    let there = there.ok_or_else(|| no_attribute(&entity.id, &name))?;
    let json = read_json(&body.bytes)?;
    body.limits.check(&json).map_err(|problem| problem.field(name.local()))?;
    let mut names = Names::new(body.terms.clone());
    let value = read_value(Kind::of(&there.value), json, Mode::whole(), &mut names)
        .map_err(|problem| problem.within(name.local()))?;
    let mut instance = Instance::new(value);
    instance.dataset_id = there.dataset_id.clone();
    let mut write = Write::new(entity.id.clone(), Operation::PartialUpdate);
    write.attributes.push(Attribute::new(name, instance));
    call.face.write(&call.hub, write).await?;
    Ok(no_content())
}

fn dataset(call: &Call) -> Result<Option<Iri>, Problem> {
    match call.parameters.get("datasetId") {
        None | Some("@none") => Ok(None),
        Some(text) if is_iri(text) => Ok(Some(Iri::new(text))),
        Some(_) => Err(Problem::bad("a data set is named by an IRI").field("datasetId")),
    }
}

fn pick<'a>(attribute: &'a Attribute, dataset: Option<&Iri>) -> Option<&'a Instance> {
    match dataset {
        Some(_) => attribute.instance(dataset),
        None => attribute.main(),
    }
}
