//! `POST /v2/entities`: 201; with `options=upsert` 204, and what is there already stays beside what is written.

use http::{StatusCode, header};

use crate::{
    before::Before,
    call::{Answer, Call, bare, put},
    change::{Action, write_of},
    names::{id_out, name_out},
    read::{self, THING},
};

pub(crate) async fn create(call: Call) -> Answer {
    call.writes()?;
    call.scope()?;
    let terms = &call.face.terms;
    let entity = read::entity(&call.json().await?, call.option("keyValues"), terms)?;
    let (id, kind) = (entity.id.clone(), entity.kind.clone());
    let upsert = call.option("upsert");
    let action = if upsert { Action::Append } else { Action::Create };
    let there = if upsert { Before::look(&call, &id).await? } else { None };
    for write in write_of(&call, action, entity, there.as_deref())? {
        call.face.write(&call.hub, write).await?;
    }
    let mut response = bare(if upsert { StatusCode::NO_CONTENT } else { StatusCode::CREATED });
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let kind = kind.or_else(|| there.and_then(|there| there.types.first().cloned()));
    let kind = kind.map_or_else(|| THING.to_owned(), |kind| name_out(terms, &kind).into_owned());
    let place = format!("/v2/entities/{}?type={}", encode(&id_out(&id)).replace("%3A", ":"), encode(&kind));
    put(&mut response, header::LOCATION, &place);
    Ok(response)
}
