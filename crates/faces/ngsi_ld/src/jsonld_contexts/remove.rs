//! `DELETE /jsonldContexts/{id}`; with `reload=true` a fetched context is fetched anew instead.

use senne_context::ContextKind;
use senne_model::{ErrorKind, Problem};

use crate::http::{Answer, Call, no_content};

pub(crate) async fn remove(call: Call) -> Answer {
    call.administer()?;
    let (id, reload) = (call.path("id"), call.parameters.flag("reload")?);
    if senne_context::is_core_url(id) {
        // It is compiled in, so it is always the newest that this build knows.
        if reload {
            return Ok(no_content());
        }
        return Err(Problem::bad("the core context is compiled in and cannot be removed").field("id").into());
    }
    let contexts = &call.face.contexts;
    let not_fetched = || Problem::bad("only a fetched context can be fetched anew").field("reload");
    let stored = match contexts.document(&call.hub, id).await {
        Ok(stored) => stored,
        Err(problem) if problem.kind == ErrorKind::NotFound && reload => return Err(not_fetched().into()),
        Err(problem) => return Err(problem.into()),
    };
    if !reload {
        contexts.forget(&stored).await?;
        return Ok(no_content());
    }
    if !matches!(stored.kind, ContextKind::Cached | ContextKind::Preloaded) {
        return Err(not_fetched().into());
    }
    // Whatever is wrong with what is there now, the one that is known stays (clause 5.13.5.4).
    contexts.refresh(&stored.url).await.map_err(|problem| match problem.kind {
        ErrorKind::BadRequest | ErrorKind::InvalidRequest => {
            Problem::new(ErrorKind::ContextUnavailable, problem.detail).field("@context")
        }
        _ => problem,
    })?;
    Ok(no_content())
}
