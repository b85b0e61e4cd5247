//! Which operation answers which path (clause 6.2, table 6.2-1).

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderName, Method, StatusCode};
use senne_hub::Hub;
use senne_model::Problem;
use tower::util::MapRequest;

use crate::{
    attributes, batch, distributed, entities, entity_maps,
    face::Face,
    http::{Refusal, SNAPSHOT_HEADER},
    info, jsonld_contexts,
    options::NgsiLdOptions,
    registration_subscriptions, registrations, snapshots, subscriptions, temporal, types,
};

/// The NGSI-LD operations on a hub, to be mounted at `/ngsi-ld/v1`. Who asks is taken from a request extension
/// of type [`senne_hub::Principal`]; without one the caller is anonymous. Must be called inside a tokio
/// runtime: subscriptions begin to be delivered at once.
///
/// # Errors
/// When a preloaded context is no JSON-LD context, or the HTTP client cannot be made.
pub fn router(hub: Hub, options: NgsiLdOptions) -> Result<Router, Problem> {
    let face = Arc::new(Face::new(hub, options)?);
    face.subscriptions.start();
    face.snapshots.start();
    face.registrations.start();
    face.registration_subscriptions.start();
    face.relays.start();
    let routes = Router::new()
        .merge(entity_routes())
        .merge(batch_routes())
        .merge(temporal_routes())
        .merge(entity_map_routes())
        .merge(snapshot_routes())
        .merge(other_routes())
        .merge(registration_routes())
        .fallback(nowhere)
        .method_not_allowed_fallback(async || Refusal::MethodNotAllowed);
    let distribute = middleware::from_fn_with_state(Arc::clone(&face), distributed::distribute);
    let routes =
        routes.layer(distribute).layer(middleware::from_fn(echo_tenant)).layer(DefaultBodyLimit::disable());
    let whole: Router = routes.with_state(face);
    // What no route takes may be a known path with a slash at its end, as many clients write it.
    let trimmed = MapRequest::new(whole.clone(), without_slash as fn(Request) -> Request);
    Ok(whole.fallback_service(trimmed))
}

/// The same request without the slash at the end of its path. Where an id is needed, it is missing before the slash.
fn without_slash(mut request: Request) -> Request {
    let path = request.uri().path();
    let of_one = matches!(*request.method(), Method::PUT | Method::PATCH);
    if of_one && path.ends_with("/entities/") {
        return request;
    }
    let Some(shorter) = path.strip_suffix('/').filter(|shorter| !shorter.is_empty()) else { return request };
    let query = request.uri().query().map_or(String::new(), |query| format!("?{query}"));
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = format!("{shorter}{query}").parse().ok();
    if let Ok(uri) = http::Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
    request
}

/// What no route takes. A part of a path that is empty names nothing, which is the caller's fault.
async fn nowhere(request: Request) -> Refusal {
    let path = request.uri().path();
    if path.contains("//") || path.ends_with("/entities/") {
        let detail = "an identifier in the path is empty, or has slashes that are not percent-encoded";
        return Problem::bad(detail).field("id").into();
    }
    Problem::not_found("there is no such resource in NGSI-LD").into()
}

type Routes = Router<Arc<Face>>;

fn entity_routes() -> Routes {
    Router::new()
        .route(
            "/entities",
            post(entities::create::create).get(entities::query::query).delete(entities::purge::purge),
        )
        .route(
            "/entities/{id}",
            get(entities::retrieve::retrieve)
                .put(entities::replace::replace)
                .patch(entities::merge::merge)
                .delete(entities::delete::delete),
        )
        .route("/entities/{id}/attrs", post(attributes::append::append).patch(attributes::update::update))
        .route(
            "/entities/{id}/attrs/{attr}",
            get(attributes::retrieve::retrieve)
                .patch(attributes::partial::partial)
                .put(attributes::replace::replace)
                .delete(attributes::delete::delete),
        )
        .route(
            "/entities/{id}/attrs/{attr}/value",
            get(attributes::value::retrieve).put(attributes::value::replace),
        )
}

fn batch_routes() -> Routes {
    Router::new()
        .route("/entityOperations/create", post(batch::create::create))
        .route("/entityOperations/upsert", post(batch::upsert::upsert))
        .route("/entityOperations/update", post(batch::update::update))
        .route("/entityOperations/merge", post(batch::merge::merge))
        .route("/entityOperations/delete", post(batch::delete::delete))
        .route("/entityOperations/query", post(batch::query::query))
}

fn temporal_routes() -> Routes {
    Router::new()
        .route("/temporal/entities", post(temporal::add::add).get(temporal::query::query))
        .route("/temporal/entities/{id}", get(temporal::retrieve::retrieve).delete(temporal::delete::delete))
        .route("/temporal/entities/{id}/attrs", post(temporal::add::add_attributes))
        .route(
            "/temporal/entities/{id}/attrs/{attr}",
            axum::routing::delete(temporal::delete_attribute::delete_attribute),
        )
        .route(
            "/temporal/entities/{id}/attrs/{attr}/{instance}",
            axum::routing::patch(temporal::amend::amend).delete(temporal::delete_instance::delete_instance),
        )
        .route("/temporal/entityOperations/query", post(temporal::query_document::query_document))
}

fn entity_map_routes() -> Routes {
    use entity_maps::create;
    Router::new()
        .route("/entityMaps", get(create::by_parameters).post(create::by_document))
        .route("/temporal/entityMaps", get(create::by_temporal_parameters).post(create::by_temporal_document))
        .route(
            "/entityMaps/{id}",
            get(entity_maps::retrieve::retrieve)
                .patch(entity_maps::update::update)
                .delete(entity_maps::remove::remove),
        )
}

fn snapshot_routes() -> Routes {
    Router::new()
        .route("/snapshots", post(snapshots::create::create).delete(snapshots::purge::purge))
        .route(
            "/snapshots/{id}",
            get(snapshots::retrieve::retrieve)
                .patch(snapshots::update::update)
                .delete(snapshots::remove::remove),
        )
        .route("/snapshots/{id}/clone", post(snapshots::duplicate::duplicate))
}

fn other_routes() -> Routes {
    Router::new()
        .route("/info/sourceIdentity", get(info::source_identity::source_identity))
        .route("/types", get(types::entity_types::entity_types))
        .route("/types/{type}", get(types::entity_type::entity_type))
        .route("/attributes", get(types::attributes::attributes))
        .route("/attributes/{attr}", get(types::attribute::attribute))
        .route("/subscriptions", post(subscriptions::create::create).get(subscriptions::list::list))
        .route(
            "/subscriptions/{id}",
            get(subscriptions::retrieve::retrieve)
                .patch(subscriptions::update::update)
                .delete(subscriptions::remove::remove),
        )
        .route(
            "/subscriptions/{id}/deadLetters",
            get(subscriptions::dead_letters::list).delete(subscriptions::dead_letters::clear),
        )
        .route("/subscriptions/{id}/deadLetters/resend", post(subscriptions::dead_letters::resend))
        .route("/subscriptions/{id}/events", get(subscriptions::events::events))
        .route("/subscriptions/{id}/socket", get(subscriptions::socket::socket))
        .route("/subscriptions/{id}/replay", post(subscriptions::replay::replay))
        .route("/jsonldContexts", post(jsonld_contexts::add::add).get(jsonld_contexts::list::list))
        .route(
            "/jsonldContexts/{id}",
            get(jsonld_contexts::serve::serve).delete(jsonld_contexts::remove::remove),
        )
}

fn registration_routes() -> Routes {
    use registration_subscriptions as watching;
    Router::new()
        .route("/csourceRegistrations", post(registrations::create::create).get(registrations::list::list))
        .route("/csourceRegistrations/", post(registrations::create::create).get(registrations::list::list))
        .route(
            "/csourceRegistrations/{id}",
            get(registrations::retrieve::retrieve)
                .patch(registrations::update::update)
                .delete(registrations::remove::remove),
        )
        .route("/remote-notify", post(distributed::notified))
        .route("/csourceSubscriptions", post(watching::create::create).get(watching::list::list))
        .route("/csourceSubscriptions/", post(watching::create::create).get(watching::list::list))
        .route(
            "/csourceSubscriptions/{id}",
            get(watching::retrieve::retrieve)
                .patch(watching::update::update)
                .delete(watching::remove::remove),
        )
}

/// The tenant and the snapshot of a request stand in its answer too (clauses 6.3.14, 6.3.22).
async fn echo_tenant(request: Request, next: Next) -> Response {
    let tenant = request.headers().get("ngsild-tenant").cloned();
    let snapshot = request.headers().get(SNAPSHOT_HEADER).cloned();
    let mut response = next.run(request).await;
    if let Some(snapshot) = snapshot.filter(|_| response.status() != StatusCode::BAD_REQUEST) {
        response.headers_mut().insert(SNAPSHOT_HEADER, snapshot);
    }
    if let Some(tenant) = tenant.filter(|_| response.status() != StatusCode::BAD_REQUEST) {
        response.headers_mut().insert(HeaderName::from_static("ngsild-tenant"), tenant);
    }
    response.into_response()
}
