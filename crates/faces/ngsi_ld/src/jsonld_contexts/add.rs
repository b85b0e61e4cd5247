//! `POST /jsonldContexts`: keep a context here.

use senne_model::{Json, Problem};

use crate::{
    http::{Answer, Call, created},
    read::read_json,
};

pub(crate) async fn add(mut call: Call) -> Answer {
    call.administer()?;
    let (bytes, _, share) = call.bytes(call.face.options.context_bytes_max).await?;
    let document = read_json(&bytes)?;
    drop(share);
    let Some(context) = document.get("@context") else {
        return Err(Problem::bad("an object with the member `@context` is needed here")
            .field("@context")
            .into());
    };
    // A context that cannot be used is refused now, not when the first request names it.
    call.face.contexts.by_text(&context.to_string()).await?;
    let kept = Json::Object(vec![("@context".into(), context.clone())]);
    Ok(created("jsonldContexts", &call.face.contexts.host(&call.hub.tenant, kept).await?))
}
