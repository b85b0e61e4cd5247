//! Which operation answers which path.

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, post},
};
use http::StatusCode;
use senne_hub::Hub;
use senne_model::{Json, Problem};

use crate::{
    attributes::{all, one, value},
    batch,
    call::answer,
    entities,
    face::Face,
    options::NgsiV2Options,
    refusal::Refusal,
    registrations, subscriptions, types,
};

/// The operations of NGSI-v2 on a hub, to be mounted at `/v2`. Who asks is taken from a request extension of type
/// [`senne_hub::Principal`]; without one the caller is anonymous. Must be called inside a tokio runtime: subscriptions begin to be
/// delivered at once.
///
/// # Errors
/// When the HTTP client cannot be made.
pub fn router(hub: Hub, options: NgsiV2Options) -> Result<Router, Problem> {
    let face = Arc::new(Face::new(hub, options)?);
    face.subscriptions.start();
    let routes = Router::new()
        .route("/", get(async || answer(StatusCode::OK, &resources())))
        .merge(entity_routes())
        .merge(other_routes())
        .fallback(async || Refusal::from(Problem::not_found("there is no such resource in NGSI-v2")));
    Ok(routes.layer(DefaultBodyLimit::disable()).with_state(face))
}

fn entity_routes() -> Router<Arc<Face>> {
    Router::new()
        .route("/entities", post(entities::create::create).get(entities::list::list))
        .route("/entities/{id}", get(entities::retrieve::retrieve).delete(entities::delete::delete))
        .route(
            "/entities/{id}/attrs",
            get(all::retrieve).post(all::append).patch(all::update).put(all::replace),
        )
        .route("/entities/{id}/attrs/{attr}", get(one::retrieve).put(one::replace).delete(one::delete))
        .route("/entities/{id}/attrs/{attr}/value", get(value::retrieve).put(value::replace))
}

fn other_routes() -> Router<Arc<Face>> {
    Router::new()
        .route("/types", get(types::list))
        .route("/types/{type}", get(types::one))
        .route("/op/update", post(batch::update))
        .route("/op/query", post(batch::query))
        .route("/op/notify", post(batch::notify))
        .route("/registrations", post(registrations::create).get(registrations::list))
        .route("/registrations/{id}", get(registrations::one).delete(registrations::one))
        .route("/subscriptions", post(subscriptions::create).get(subscriptions::list))
        .route(
            "/subscriptions/{id}",
            get(subscriptions::retrieve).patch(subscriptions::update).delete(subscriptions::remove),
        )
}

fn resources() -> Json {
    let each = ["entities", "types", "subscriptions", "registrations"]
        .map(|name| (Box::from(format!("{name}_url")), Json::from(format!("/v2/{name}"))));
    Json::Object(each.into_iter().collect())
}
