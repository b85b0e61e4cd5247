//! `GET /jsonldContexts/{id}`: the document, or what is known of it.

use http::StatusCode;
use senne_context::ContextKind;
use senne_model::{ErrorKind, Problem};

use crate::http::{Answer, Call, Offer, plain_json, put};

pub(crate) async fn serve(call: Call) -> Answer {
    let media = call.media(Offer::Plain)?;
    let details = call.parameters.flag("details")?;
    let id = call.path("id");
    if senne_context::is_core_url(id) {
        if !details {
            return Err(not_served().into());
        }
        return Ok(plain_json(StatusCode::OK, &super::core_details(id)));
    }
    let contexts = &call.face.contexts;
    let stored = contexts.document(&call.hub, id).await?;
    if details {
        let answer = plain_json(StatusCode::OK, &super::details(&call, &stored));
        // It was found in the storage once more; a hosted one is counted when its terms are used.
        if stored.kind != ContextKind::Hosted {
            contexts.looked_at(&stored.url);
        }
        return Ok(answer);
    }
    if matches!(stored.kind, ContextKind::Cached | ContextKind::Preloaded) {
        return Err(not_served().into());
    }
    let mut response = plain_json(StatusCode::OK, &stored.document);
    put(&mut response, http::header::CONTENT_TYPE, media.text());
    Ok(response)
}

fn not_served() -> Problem {
    let detail = "this context is not served from here; ask its own URL, or ask for details=true";
    Problem::new(ErrorKind::NotSupported, detail)
}
