//! `GET /jsonldContexts`.

use http::StatusCode;
use senne_model::{Json, Problem};

use crate::http::{Answer, Call, Offer, plain_json};

pub(crate) async fn list(call: Call) -> Answer {
    call.media(Offer::Plain)?;
    let details = call.parameters.flag("details")?;
    let kind = call.parameters.get("kind");
    if kind.is_some_and(|kind| !["Hosted", "Cached", "ImplicitlyCreated"].contains(&kind)) {
        return Err(Problem::bad("the kinds are Hosted, Cached and ImplicitlyCreated").field("kind").into());
    }
    let all = call.face.contexts.all(&call.hub).await?;
    let chosen = all.iter().filter(|stored| kind.is_none_or(|kind| kind == super::word(stored.kind)));
    let each =
        |stored| if details { super::details(&call, stored) } else { Json::from(super::url(&call, stored)) };
    let items = chosen.map(|stored| each(stored)).collect();
    Ok(plain_json(StatusCode::OK, &Json::Array(items)))
}
