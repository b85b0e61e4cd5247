//! `POST /jsonldContexts`: keep a context here.

use senne_model::{ErrorKind, Json, Problem};

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
        let detail = "an object with the member `@context` is needed here";
        return Err(Problem::new(ErrorKind::InvalidRequest, detail).field("@context").into());
    };
    // A context that cannot be used is refused now, not when the first request names it. One that leads to documents
    // that cannot be had now may be whole later.
    check_form(context)?;
    match call.face.contexts.by_text(&context.to_string()).await {
        Err(problem) if problem.kind != ErrorKind::ContextUnavailable => return Err(problem.into()),
        _ => {}
    }
    let kept = Json::Object(vec![("@context".into(), context.clone())]);
    Ok(created("jsonldContexts", &call.face.contexts.host(&call.hub.tenant, kept).await?))
}

/// URLs, objects, null, and arrays of these; nothing else can be a context (JSON-LD 1.1 §9.15).
fn check_form(context: &Json) -> Result<(), Problem> {
    match context {
        Json::Null | Json::Text(_) | Json::Object(_) => Ok(()),
        Json::Array(items) => items.iter().try_for_each(check_form),
        _ => Err(Problem::bad("a context is a URL, an object, null, or an array of these").field("@context")),
    }
}
