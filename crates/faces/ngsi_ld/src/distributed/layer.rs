//! The layer in front of the local operations: where registrations fit, a request is shared with sources.
//!
//! Without registrations in its tenant a request passes with one look into a map.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderName, HeaderValue, StatusCode};
use senne_hub::{Action, Grant, Principal};
use senne_model::{EntityId, Problem};

use super::{
    batch::AskedBatch,
    discovery,
    failure::Failure,
    incoming_body::Received,
    operation::Operation,
    past,
    provision::{refused, understand},
    purge,
    relays::Came,
    trip::Trip,
};
use crate::{
    face::Face,
    http::{BASE, Parameters, plain_json, tenant},
};

/// How long sources may take together for one request.
const PATIENCE: Duration = Duration::from_secs(20);

/// Shares a request with sources where registrations say so.
pub(crate) async fn distribute(State(face): State<Arc<Face>>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let on_its_way = on_its_way(&face, &head).await;
    let request = Request::from_parts(head, body);
    match on_its_way {
        Ok(Some((operation, caller, trip))) => shared(&face, operation, caller, trip, request, next).await,
        Ok(None) => next.run(request).await,
        Err(problem) => refused(problem),
    }
}

/// What is to be shared; `None` when the request is answered here alone.
async fn on_its_way(
    face: &Face,
    head: &http::request::Parts,
) -> Result<Option<(Operation, senne_hub::Context, Arc<Trip>)>, Problem> {
    let path = head.uri.path();
    let Some(operation) = Operation::of(&head.method, path.strip_prefix(BASE).unwrap_or(path)) else {
        return Ok(None);
    };
    let headers = &head.headers;
    // A malformed tenant or parameter is refused in the usual way; a snapshot is always local (clause 6.3.18).
    let (Ok(tenant), Ok(parameters)) = (tenant(headers), Parameters::parse(head.uri.query())) else {
        return Ok(None);
    };
    let (Ok(local), false) = (parameters.flag("local"), headers.contains_key("ngsild-snapshot")) else {
        return Ok(None);
    };
    let principal = head.extensions.get::<Principal>().cloned().unwrap_or_default();
    if let Operation::Subscribe(_) = operation {
        // Also without registrations: those that come later are watched for. Also where it is to stay here: that
        // is kept with it.
        let alias = face.alias(&tenant).await?;
        let trip = Trip::new(headers, alias, Instant::now() + PATIENCE);
        return Ok(Some((operation, senne_hub::Context::new(principal, tenant), trip)));
    }
    if local {
        return Ok(None);
    }
    face.registrations.load().await?;
    if face.registrations.is_empty(&tenant) {
        return Ok(None);
    }
    let reads = matches!(operation, Operation::Read | Operation::Discover(_) | Operation::Past(_));
    let action = if reads { Action::Read } else { Action::Write };
    // Who may not do it here may not have it done elsewhere; what sources have is not classed by contracts,
    // so that listings and pasts of it are for those who may see everything.
    let grant = match senne_policy::decide(&principal, &tenant, action) {
        Err(_) => return Ok(None),
        Ok(grant) if grant != Grant::Everything && operation != Operation::Read => return Ok(None),
        Ok(grant) => grant,
    };
    let alias = face.alias(&tenant).await?;
    let caller = senne_hub::Context::new(principal, tenant);
    let trip = Trip::granted(headers, alias, Instant::now() + PATIENCE, grant);
    Ok(Some((operation, caller, trip)))
}

/// Has a subscription made, changed (by its id) or removed here, and tells the relays that it is not as it was.
async fn subscribed(
    face: &Arc<Face>,
    trip: &Trip,
    caller: &senne_hub::Context,
    id: Option<String>,
    request: Request,
    next: Next,
) -> Response {
    if id.is_none() && trip.via.is_loop(&trip.alias) {
        // What it is a copy of is here already: each change would be told twice.
        return plain_json(StatusCode::LOOP_DETECTED, &Failure::Loop.whole_json());
    }
    let local = Parameters::parse(request.uri().query()).is_ok_and(|all| all.flag("local").unwrap_or(false));
    let came = id.is_none().then(|| Came::new(&trip.headers, local));
    let response = next.run(request).await;
    let made = response.headers().get(http::header::LOCATION).and_then(|value| value.to_str().ok());
    let id = id.or_else(|| made?.rsplit('/').next().map(super::operation::percent_decoded));
    if let (true, Some(Ok(id))) = (response.status().is_success(), id.map(|id| EntityId::parse(&id))) {
        let (relays, tenant) = (Arc::clone(&face.relays), caller.tenant.clone());
        // By itself: what was subscribed stands, also when the subscriber hangs up now.
        let noted = tokio::spawn(async move {
            if let Err(problem) = relays.subscription_changed(&tenant, &id, came).await {
                tracing::warn!(%problem, "`{id}` is not yet watched for elsewhere: {problem}");
            }
        });
        if let Err(error) = noted.await {
            tracing::error!("a subscription could not be watched for elsewhere: {error}");
        }
    }
    response
}

async fn shared(
    face: &Arc<Face>,
    operation: Operation,
    caller: senne_hub::Context,
    trip: Arc<Trip>,
    mut request: Request,
    next: Next,
) -> Response {
    let Ok(parameters) = Parameters::parse(request.uri().query()) else { return next.run(request).await };
    let writes = matches!(operation, Operation::Write(_) | Operation::Batch(_) | Operation::Purge);
    if writes && trip.via.is_loop(&trip.alias) {
        // It is under way here already: done once more, it would be done twice.
        return plain_json(StatusCode::LOOP_DETECTED, &Failure::Loop.whole_json());
    }
    let mut response = match operation {
        Operation::Read => {
            request.extensions_mut().insert(Arc::clone(&trip));
            next.run(request).await
        }
        Operation::Subscribe(id) => subscribed(face, &trip, &caller, id, request, next).await,
        Operation::Discover(serves) => discovery::discover(face, &trip, &caller, serves, request, next).await,
        Operation::Past(serves) => past::read(face, &trip, &caller, serves, request, next).await,
        Operation::Purge => purge::purge(face, &trip, &caller, &parameters, request, next).await,
        Operation::Write(write) => {
            let read = Received::read(face, request, &parameters, face.options.entity_bytes_max).await;
            let (request, received) = match read {
                Ok(read) => read,
                Err(problem) => return refused(problem),
            };
            let Some(received) = received else { return next.run(request).await };
            let asked = understand(face, &trip, &caller, &write, &parameters, &received).await;
            match asked {
                None => next.run(request).await,
                Some(asked) => match asked.carry_out(request, next).await {
                    Ok(response) => response,
                    Err((request, next)) => next.run(request).await,
                },
            }
        }
        Operation::Batch(batch) => {
            let read = Received::read(face, request, &parameters, face.options.batch_bytes_max).await;
            let (request, received) = match read {
                Ok(read) => read,
                Err(problem) => return refused(problem),
            };
            let Some(received) = received else { return next.run(request).await };
            let asked = AskedBatch {
                face,
                trip: &trip,
                caller: &caller,
                batch,
                parameters: &parameters,
                received: &received,
            };
            match asked.carry_out(request, next).await {
                Ok(response) => response,
                Err((request, next)) => next.run(request).await,
            }
        }
    };
    if let Some(Ok(value)) = trip.warnings().map(|text| HeaderValue::from_str(&text)) {
        response.headers_mut().insert(HeaderName::from_static("ngsild-warning"), value);
    }
    response
}
