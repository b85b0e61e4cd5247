//! `POST /v2/entities`: 201; with `options=upsert` 204 when the entity was there and its attributes were replaced.

use http::{StatusCode, header};
use senne_model::{Operation, Outcome};

use crate::{
    call::{Answer, Call, bare, put},
    names::{id_out, name_out},
    read,
};

pub(crate) async fn create(call: Call) -> Answer {
    let terms = &call.face.terms;
    let entity = read::entity(&call.json().await?, call.option("keyValues"), terms)?;
    let operation = if call.option("upsert") { Operation::CreateOrReplace } else { Operation::Create };
    let write = entity.into_write(operation, call.scope()?, terms);
    let (id, kind) = (write.entity.clone(), write.types.first().cloned());
    let written = call.face.write(&call.hub, write).await?;
    let made = written.outcome == Outcome::Created;
    let mut response = bare(if made { StatusCode::CREATED } else { StatusCode::NO_CONTENT });
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let kind = kind.map(|kind| name_out(terms, &kind).into_owned()).unwrap_or_default();
    let place = format!("/v2/entities/{}?type={}", encode(&id_out(&id)).replace("%3A", ":"), encode(&kind));
    put(&mut response, header::LOCATION, &place);
    Ok(response)
}
