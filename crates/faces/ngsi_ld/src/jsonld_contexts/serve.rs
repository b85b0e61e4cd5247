//! `GET /jsonldContexts/{id}`: the document, or what is known of it.

use http::StatusCode;
use senne_context::ContextKind;
use senne_model::{ErrorKind, Problem};

use crate::http::{Answer, Call, Media, Offer, plain_json, put};

pub(crate) async fn serve(call: Call) -> Answer {
    call.media(Offer::Plain)?;
    let stored = call.face.contexts.document(call.path("id")).await?;
    if call.parameters.flag("details")? {
        return Ok(plain_json(StatusCode::OK, &super::details(&call, &stored)));
    }
    if matches!(stored.kind, ContextKind::Cached | ContextKind::Preloaded) {
        let detail = "this context is not served from here; ask its own URL, or ask for details=true";
        return Err(Problem::new(ErrorKind::NotSupported, detail).into());
    }
    let mut response = plain_json(StatusCode::OK, &stored.document);
    put(&mut response, http::header::CONTENT_TYPE, Media::LinkedData.text());
    Ok(response)
}
