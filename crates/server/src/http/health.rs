//! Is it alive, is it ready, how is it doing.

use std::net::SocketAddr;

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use senne_hub::{Action, Context, Principal};
use senne_model::{Problem, TenantName};

use super::{Server, caller::is_here, problem_response};

/// A follower may be this many changes behind and the server still counts as ready.
const READY_LAG_MAX: u64 = 1_000_000;

/// The process answers.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// The store answers and the followers keep up.
pub(super) async fn ready(State(server): State<Server>) -> Response {
    let mut lines = String::new();
    let mut ready = server.hub.can_write();
    if !ready {
        lines.push_str("writes: refused until the store has been read again\n");
    }
    for follower in server.hub.followers() {
        ready &= follower.lag <= READY_LAG_MAX;
        lines.push_str(&format!("{}: {} behind\n", follower.name, follower.lag));
    }
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, format!("{}\n{lines}", if ready { "ready" } else { "not ready" })).into_response()
}

/// Prometheus text format 0.0.4. How much a city has and who follows it is for its own people: they ask from this machine or with the key.
pub(super) async fn metrics(State(server): State<Server>, request: Request) -> Response {
    if let Err(problem) = may_measure(&server, &request) {
        return problem_response(&problem);
    }
    server.hub.followers();
    let text = server.metrics.render();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

fn may_measure(server: &Server, request: &Request) -> Result<(), Problem> {
    let extensions = request.extensions();
    let address = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
    if is_here(request.headers(), request.uri(), address) {
        return Ok(());
    }
    let principal = extensions.get::<Principal>().cloned().unwrap_or_default();
    server.hub.decide(&Context::new(principal, TenantName::default()), Action::Administer).map(|_| ())
}
