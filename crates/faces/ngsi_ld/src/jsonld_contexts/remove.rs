//! `DELETE /jsonldContexts/{id}`; with `reload=true` a fetched context is fetched anew instead.

use senne_context::ContextKind;
use senne_model::Problem;

use crate::http::{Answer, Call, no_content};

pub(crate) async fn remove(call: Call) -> Answer {
    call.administer()?;
    let stored = call.face.contexts.document(call.path("id")).await?;
    let fetched = matches!(stored.kind, ContextKind::Cached | ContextKind::Preloaded);
    if call.parameters.flag("reload")? {
        if !fetched {
            return Err(Problem::bad("only a fetched context can be fetched anew").field("reload").into());
        }
        call.face.contexts.refresh(&stored.url).await?;
        return Ok(no_content());
    }
    if stored.kind == ContextKind::Hosted {
        call.face.contexts.unhost(&stored.url).await?;
    }
    call.face.contexts.forget(&stored.url);
    Ok(no_content())
}
