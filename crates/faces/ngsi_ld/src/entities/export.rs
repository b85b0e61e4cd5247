//! All entities of a query, one a line (`Accept: application/x-ndjson`): beyond the standard, for whole types.

use axum::{body::Body, response::Response};
use bytes::Bytes;
use futures::stream;
use senne_hub::{Context, Page, Place};
use senne_language::Query;
use senne_model::{ErrorKind, Problem};

use crate::{
    contexts::Terms,
    http::{Answer, Call, Media, json_answer},
    write::{Pen, Shape, write_entity},
};

/// Entities that are in memory at once.
const AT_ONCE: usize = 500;

/// What is being exported, and how far it has come.
struct Export {
    call: Call,
    terms: Terms,
    query: Query,
    shape: Shape,
    place: Place,
    /// How many may still be given.
    left: usize,
}

/// Answers at once and goes on while the reader takes; memory is bounded by some hundred entities. The pages follow
/// one another by the order of creation, so that each entity that is there all the while comes exactly once.
pub(super) fn export(call: Call, terms: Terms, query: Query, shape: Shape) -> Answer {
    for name in ["orderBy", "join", "offset"] {
        if call.parameters.get(name).is_some_and(|value| value != "@none") {
            let detail = "an export comes in the order of creation, whole and without linked entities";
            return Err(Problem::new(ErrorKind::NotSupported, detail).field(name).into());
        }
    }
    let left = call.parameters.number("limit")?.unwrap_or(usize::MAX);
    let head = json_answer(&call, &terms, Media::Lines, false, Vec::new());
    let export = Export { call, terms, query, shape, place: Place::Start, left };
    let lines = stream::try_unfold(Some(export), |export| async move {
        match export {
            Some(export) => export.next().await,
            None => Ok(None),
        }
    });
    let (mut parts, _) = head.into_parts();
    parts.headers.remove(http::header::CONTENT_LENGTH);
    Ok(Response::from_parts(parts, Body::from_stream(lines)))
}

impl Export {
    async fn next(mut self) -> Result<Option<(Bytes, Option<Self>)>, std::io::Error> {
        if self.left == 0 {
            return Ok(None);
        }
        let asked = &self.call.hub;
        // The whole may take longer than one request may; each step is bounded by itself.
        let context = Context::new(asked.principal.clone(), asked.tenant.clone());
        let page = Page { limit: AT_ONCE.min(self.left), place: self.place, ..Page::default() };
        let found = self.call.face.hub.query(&context, &self.query, &page).await;
        // A reader that is cut off knows that it does not have everything.
        let found = found.map_err(|problem| {
            tracing::error!(detail = %problem.detail, "an export broke off: {problem}");
            std::io::Error::other(problem)
        })?;
        let mut pen = Pen::new(&self.terms, 768 * found.entities.len());
        for entity in &found.entities {
            write_entity(&mut pen, entity, &self.shape);
            pen.end_line();
        }
        let bytes = Bytes::from(pen.finish());
        self.left -= found.entities.len();
        let Some((_, last)) = found.span else { return Ok(None) };
        self.place = Place::After(last);
        Ok(Some((bytes, found.more.then_some(self))))
    }
}
