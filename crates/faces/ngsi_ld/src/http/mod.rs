//! What every operation shares: reading a request, negotiating, refusing, answering.

mod accept;
mod answer;
mod ask;
mod body;
mod call;
mod join;
mod parameters;
mod prefer;
mod query;
mod refusal;
mod shape;

pub(crate) use accept::{Media, Offer, negotiate};
pub(crate) use answer::{
    PageLinks, batch_result, context_text, created, entity_links, json_answer, no_content, object,
    page_links, plain_json, put, update_result,
};
pub(crate) use ask::{Ask, AskGeo, IDS_MAX, NAMES_MAX, PATTERNS_MAX, SELECTORS_MAX, check_count};
pub(crate) use call::{Body, Call, context_link, tenant};
pub(crate) use join::{Join, JoinKind, check_links, read_join};
pub(crate) use parameters::Parameters;
pub(crate) use prefer::{apply_preference, in_preferred_version};
pub(crate) use query::{EntityPage, narrow, read_entity_page, read_page, read_query};
pub(crate) use refusal::{Refusal, problem_json};
pub(crate) use shape::read_shape;

/// What a handler gives back.
pub(crate) type Answer = Result<axum::response::Response, Refusal>;

/// Where the face is mounted.
pub(crate) const BASE: &str = "/ngsi-ld/v1";

/// The header that names a snapshot (clause 6.3.22).
pub(crate) const SNAPSHOT_HEADER: http::HeaderName = http::HeaderName::from_static("ngsild-snapshot");

/// The header that names an entity map (clause 6.4.3.2).
pub(crate) const MAP_HEADER: http::HeaderName = http::HeaderName::from_static("ngsild-entitymap");
