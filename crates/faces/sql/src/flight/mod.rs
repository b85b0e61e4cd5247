//! Arrow Flight SQL: gRPC for database tools (ADBC, JDBC, ODBC).
//!
//! A ticket carries a statement and nothing else, so there is nothing to forge: whoever brings it is judged anew, by the headers of
//! the call. Only prepared statements live here, bounded in number, bytes and time, each bound to who made it and in which tenant.

mod about;
mod bind;
mod caller;
mod handshake;
mod keys;
mod prepare;
mod prepared;
mod rows;
mod service;
mod status;
mod tables;
mod turns;

use std::time::Duration;

use arrow_flight::flight_service_server::FlightServiceServer;
use axum::{
    Router,
    extract::Request,
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use senne_model::{ErrorKind, Problem};

pub use self::{handshake::password as basic_password, status::grpc_refusal};
use crate::face::Face;

/// All calls stand under this path.
pub const FLIGHT_PATH: &str = "/arrow.flight.protocol.FlightService/";

/// The largest message that is taken, in bytes: a statement, or one row of parameters.
const MESSAGE_BYTES_MAX: usize = 1 << 20;

/// How long a call may take until its answer begins.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the calls share.
struct Flight {
    face: Face,
    prepared: prepared::Prepared,
    turns: turns::Turns,
}

/// The routes.
pub(crate) fn routes(face: Face) -> Router {
    let flight = Flight { face, prepared: prepared::Prepared::default(), turns: turns::Turns::default() };
    let service = FlightServiceServer::new(flight).max_decoding_message_size(MESSAGE_BYTES_MAX);
    Router::new()
        .route_service(&format!("{FLIGHT_PATH}{{*call}}"), service)
        .layer(middleware::from_fn(give_up))
}

async fn give_up(request: Request, next: Next) -> Response {
    match tokio::time::timeout(PATIENCE, next.run(request)).await {
        Ok(response) => response,
        Err(_) => grpc_refusal(&Problem::new(ErrorKind::Timeout, "the call took too long")).into_response(),
    }
}
