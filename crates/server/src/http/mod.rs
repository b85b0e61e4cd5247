//! The HTTP server: who is connected, who calls, the faces, health and metrics.

mod caller;
pub(crate) mod connections;
mod erasures;
mod health;
mod indicators;
mod intake;
mod programme;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    middleware::{self, Next},
    response::Response,
    routing::{get, post},
};
use metrics_exporter_prometheus::PrometheusHandle;
use senne_city_indicators::Indicators;
use senne_city_programme::Programmes;
use senne_face_sql::{FLIGHT_PATH, grpc_refusal};
use senne_hub::{Hub, Principal};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};

pub(crate) use senne_http::problem::response as problem_response;

/// How long a request may take before it is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// What every handler of the server may use.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) hub: Hub,
    pub(crate) indicators: Indicators,
    pub(crate) programmes: Programmes,
    pub(crate) metrics: PrometheusHandle,
    pub(crate) admin_key: Arc<str>,
    /// Whether callers on the loopback are administrators.
    pub(crate) open: bool,
}

/// The faces as routers. They are handed in, so that this module knows none of them.
pub(crate) struct Faces {
    pub(crate) ngsi_ld: Router,
    /// NGSI-v2, where it is wanted.
    pub(crate) ngsi_v2: Option<Router>,
    pub(crate) portal: Router,
    /// Has its own limits of time: a question in SQL may take long.
    pub(crate) sql: Router,
}

/// All routes.
pub(crate) fn router(server: Server, faces: Faces) -> Router {
    let house = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/intake/batch", post(intake::batch))
        .route("/intake/position", get(intake::position))
        .with_state(server.clone())
        .merge(indicators::router(server.indicators.clone()))
        .merge(programme::router(server.programmes.clone(), server.indicators.clone()));
    // Beside the others, since it may take long.
    let erasures = Router::new().route("/erasures", post(erasures::erase)).with_state(server.clone());
    let ngsi_v2 = faces.ngsi_v2.map_or_else(Router::new, |face| Router::new().nest("/v2", face));
    Router::new()
        .nest("/ngsi-ld/v1", faces.ngsi_ld)
        .merge(ngsi_v2)
        .merge(house)
        .merge(faces.portal.layer(CompressionLayer::new()))
        .layer(middleware::from_fn(give_up))
        .merge(faces.sql)
        .merge(erasures)
        .layer(middleware::from_fn_with_state(server, introduce))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            problem_response(&senne_model::Problem::internal("a defect of ours; it has been logged"))
        }))
}

/// Says who calls, and counts the request.
async fn introduce(State(server): State<Server>, mut request: Request, next: Next) -> Response {
    let address = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
    let path = request.uri().path();
    let principal: Principal = match caller::principal(&server, request.headers(), request.uri(), address) {
        Ok(principal) => principal,
        Err(problem) if path.starts_with(FLIGHT_PATH) => return grpc_refusal(&problem),
        Err(problem) => return problem_response(&problem),
    };
    request.extensions_mut().insert(principal);
    metrics::counter!("senne_http_requests_total").increment(1);
    let response = next.run(request).await;
    if response.status().is_server_error() {
        metrics::counter!("senne_http_failures_total").increment(1);
    }
    response
}

/// Gives a request up when it takes too long.
async fn give_up(request: Request, next: Next) -> Response {
    match tokio::time::timeout(PATIENCE, next.run(request)).await {
        Ok(response) => response,
        Err(_) => problem_response(&senne_model::Problem::new(
            senne_model::ErrorKind::Timeout,
            "the answer took too long; ask for less at once",
        )),
    }
}
