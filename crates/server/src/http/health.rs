//! Is it alive, is it ready, how is it doing.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::Server;

/// A follower may be this many changes behind and the server still counts as ready.
const READY_LAG_MAX: u64 = 1_000_000;

/// The process answers.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// The store answers and the followers keep up.
pub(super) async fn ready(State(server): State<Server>) -> Response {
    let mut lines = String::new();
    let mut ready = true;
    for follower in server.hub.followers() {
        ready &= follower.lag <= READY_LAG_MAX;
        lines.push_str(&format!("{}: {} behind\n", follower.name, follower.lag));
    }
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, format!("{}\n{lines}", if ready { "ready" } else { "not ready" })).into_response()
}

/// Prometheus text format 0.0.4.
pub(super) async fn metrics(State(server): State<Server>) -> Response {
    server.hub.followers();
    let text = server.metrics.render();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}
