//! What every operation shares: reading a request, negotiating, refusing, answering.

mod accept;
mod answer;
mod body;
mod call;
mod parameters;
mod query;
mod refusal;
mod shape;

pub(crate) use accept::{Media, Offer, negotiate};
pub(crate) use answer::{
    batch_result, context_text, created, entities_answer, entity_answer, json_answer, no_content, object,
    page_links, plain_json, put, update_result,
};
pub(crate) use call::{Body, Call};
pub(crate) use parameters::Parameters;
pub(crate) use query::{Ask, AskGeo, read_page, read_query};
pub(crate) use refusal::{Refusal, problem_json};
pub(crate) use shape::read_shape;

/// What a handler gives back.
pub(crate) type Answer = Result<axum::response::Response, Refusal>;

/// Where the face is mounted.
pub(crate) const BASE: &str = "/ngsi-ld/v1";
