//! An answer on its way out.
//!
//! A small one is held until it is whole: what goes wrong meanwhile is a problem with its status. A larger one goes out while it
//! comes, in bounded memory; what then goes wrong breaks it off in a way that a reader sees.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::Response,
};
use bytes::Bytes;
use futures::stream;
use http_body::Frame;
use http_body_util::StreamBody;
use senne_model::Problem;

use super::Format;
use crate::{
    encode::{Encoder, encoder},
    feed::{Event, Feed},
};

/// So much of an answer is held before it goes out, in bytes.
const HELD_BYTES_MAX: usize = 256 << 10;

/// Says whether there were more rows than the limit: a header of a small answer, a trailer of a larger one.
const TRUNCATED: HeaderName = HeaderName::from_static("senne-truncated");
/// Says what the limit was.
const ROWS_MAX: HeaderName = HeaderName::from_static("senne-rows-max");

/// Sends the rows in this form.
pub(super) async fn respond(format: Format, feed: Feed, may_be_cut: bool) -> Result<Response, Problem> {
    let rows_max = feed.limits().rows_max;
    let mut writing = Writing { encoder: encoder(format, feed.schema())?, feed, may_be_cut };
    let mut held = Vec::new();
    let mut truncated = None;
    while truncated.is_none() && held.len() < HELD_BYTES_MAX {
        truncated = writing.step(&mut held).await?;
    }
    let mut response = match truncated {
        Some(truncated) => whole(held, truncated),
        None => flowing(held, writing),
    };
    dress(response.headers_mut(), format, rows_max);
    Ok(response)
}

fn dress(headers: &mut HeaderMap, format: Format, rows_max: usize) {
    let kind = match format {
        Format::Csv => "text/csv; charset=utf-8; header=present",
        other => other.media(),
    };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::VARY, HeaderValue::from_static("accept, authorization, ngsild-tenant"));
    let file = match format {
        Format::Json | Format::Ndjson => None,
        Format::Csv => Some("attachment; filename=\"senne.csv\""),
        Format::Arrow => Some("attachment; filename=\"senne.arrows\""),
        Format::Parquet => Some("attachment; filename=\"senne.parquet\""),
    };
    if let Some(file) = file {
        headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(file));
    }
    if rows_max < usize::MAX {
        headers.insert(ROWS_MAX, HeaderValue::from(rows_max));
    }
}

fn whole(bytes: Vec<u8>, truncated: bool) -> Response {
    let mut response = Response::new(Body::from(bytes));
    response.headers_mut().insert(TRUNCATED, word(truncated));
    response
}

fn flowing(held: Vec<u8>, writing: Writing) -> Response {
    let frames = stream::unfold(Step::Held(held, writing), next);
    let mut response = Response::new(Body::new(StreamBody::new(frames)));
    response.headers_mut().insert(header::TRAILER, HeaderValue::from_name(TRUNCATED));
    response
}

fn word(truncated: bool) -> HeaderValue {
    HeaderValue::from_static(if truncated { "true" } else { "false" })
}

/// One answer being written.
struct Writing {
    feed: Feed,
    encoder: Box<dyn Encoder>,
    may_be_cut: bool,
}

impl Writing {
    /// Writes what comes next; at the end gives whether there were more rows.
    async fn step(&mut self, out: &mut Vec<u8>) -> Result<Option<bool>, Problem> {
        match self.feed.next().await? {
            Event::Rows(batch) => self.encoder.rows(&batch, out).map(|()| None),
            Event::End { truncated: true } if !self.may_be_cut => Err(self.feed.cut()),
            Event::End { truncated } => self.encoder.end(truncated, out).map(|()| Some(truncated)),
        }
    }
}

/// Where a flowing answer stands.
enum Step {
    Held(Vec<u8>, Writing),
    Rows(Writing),
    Trailer(bool),
    Done,
}

type Framed = Result<Frame<Bytes>, Problem>;

async fn next(step: Step) -> Option<(Framed, Step)> {
    match step {
        Step::Held(bytes, writing) => Some((Ok(Frame::data(bytes.into())), Step::Rows(writing))),
        Step::Rows(writing) => Some(more(writing).await),
        Step::Trailer(truncated) => {
            let trailers = HeaderMap::from_iter([(TRUNCATED, word(truncated))]);
            Some((Ok(Frame::trailers(trailers)), Step::Done))
        }
        Step::Done => None,
    }
}

/// The next bytes, of which there are some.
async fn more(mut writing: Writing) -> (Framed, Step) {
    let mut out = Vec::new();
    while out.is_empty() {
        match writing.step(&mut out).await {
            Ok(None) => {}
            Ok(Some(truncated)) => return (Ok(Frame::data(out.into())), Step::Trailer(truncated)),
            Err(problem) => return break_off(writing, problem),
        }
    }
    (Ok(Frame::data(out.into())), Step::Rows(writing))
}

/// Ends what has begun: by a last line where the form has a place for it, else by breaking the connection.
fn break_off(mut writing: Writing, problem: Problem) -> (Framed, Step) {
    let mut out = Vec::new();
    if writing.encoder.fail(&problem, &mut out) {
        return (Ok(Frame::data(out.into())), Step::Done);
    }
    tracing::info!("an answer in SQL was broken off: {}", senne_http::problem::told(&problem));
    (Err(problem), Step::Done)
}
