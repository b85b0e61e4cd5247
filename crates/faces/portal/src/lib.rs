//! The portal: HTML pages that work without JavaScript.
//!
//! A page answers a question in words before it shows a figure, a figure before a chart, and says where the figure
//! comes from. Pages are plain functions of what the hub answers to an anonymous reader; charts and maps are SVG
//! written here; scripts are islands (the map, the past, a place to be drawn), and what they show is there without them.

mod address;
mod assets;
mod chart_words;
mod charts;
mod describe;
mod figures;
mod format;
mod frame;
mod language;
mod overview;
mod pages;
mod papers;
mod portal;
mod programme;
mod provenance;
mod sentence;
mod series;
mod shelf;
mod theme;
mod turn;
mod visit;
mod words;

use std::sync::Arc;

use axum::{
    Router,
    extract::OriginalUri,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use senne_hub::Hub;

pub use figures::{
    Answer, AreaCodes, AreaDay, Figures, FiguresByArea, FiguresOf, NoFigures, RecentFigures, StationDay,
};
pub use language::Language;
pub use portal::PortalOptions;
pub use programme::{NoProgramme, Programmes};
pub use turn::in_turn;

use crate::{portal::Portal, visit::At};

/// The attribute of the first indicator, by the last part of its name.
const NO2: &str = "no2";
/// The WHO 2021 guideline for the daily mean of NO2 in µg/m³ (WHO global air quality guidelines, table 3.26), shown
/// where no figure brings its own.
const NO2_GUIDELINE: f64 = 25.0;

/// The routes of the portal: `/`, `/{language}/…` and `/portal/…`. Other addresses are left to other faces; the
/// server may send what nobody knows to [`not_found`].
pub fn router(hub: Hub, options: PortalOptions) -> Router {
    let portal = Arc::new(Portal::new(hub, options));
    let mut router = Router::new()
        .route("/", get(negotiate))
        .route("/portal/theme", post(theme::choose))
        .route("/portal/assets/{*name}", get(assets::serve))
        .merge(Router::new().route("/charts/series", get(charts::series)).with_state(Arc::clone(&portal)));
    for language in Language::ALL {
        router = router.merge(pages(At { portal: Arc::clone(&portal), language }));
    }
    router
}

fn pages(at: At) -> Router {
    let language = at.language;
    let path = |rest: &str| format!("/{language}{rest}");
    let home = path("/");
    Router::new()
        .route(&path(""), get(move || async move { Redirect::permanent(&home) }))
        .route(&path("/"), get(pages::home::show))
        .route(&path("/map"), get(pages::map::show))
        .route(&path("/entity/{id}"), get(pages::entity::show))
        .route(&path("/entity/{id}/data.csv"), get(pages::csv::show))
        .route(&path("/entity/{id}/past/{attribute}"), get(pages::past::show))
        .route(&path("/compare"), get(pages::compare::show))
        .route(&path("/area/{id}"), get(pages::area::show))
        .route(&path("/areas"), get(pages::areas::show))
        .route(&path("/areas.csv"), get(pages::areas::csv))
        .route(&path("/indicators"), get(pages::indicators::show))
        .route(&path("/indicators/declare"), get(pages::declare::show).post(pages::declare::send))
        .route(&path("/indicator/{id}"), get(pages::indicator::show))
        .route(&path("/profile/{area}"), get(pages::profile::show))
        .route(&path("/profile/{area}/data.csv"), get(pages::profile::csv::show))
        .route(&path("/index/{id}"), get(pages::index::show))
        .route(&path("/evaluations"), get(pages::evaluations::show))
        .route(&path("/evaluation/{id}"), get(pages::evaluation::show))
        .merge(pages::programme::routes(language))
        .route(&path("/contract/{term}"), get(pages::contract::show))
        .route(&path("/data"), get(pages::data::show))
        .route(&path("/accessibility"), get(pages::accessibility::show))
        .route(&path("/search"), get(pages::search::show))
        .route(&path("/storage"), get(pages::storage::show))
        .route(&path("/{*rest}"), get(pages::problem::missing))
        .route(&format!("/portal/{language}/stations.geojson"), get(pages::geojson::stations))
        .route(&format!("/portal/{language}/areas.geojson"), get(pages::geojson::areas))
        .with_state(at)
}

/// `GET /`: to the language that the browser asks for.
async fn negotiate(headers: HeaderMap) -> Response {
    let language = asked_language(&headers);
    let headers = [(header::VARY, "Accept-Language"), (header::CACHE_CONTROL, "no-cache")];
    (headers, Redirect::to(&format!("/{language}/"))).into_response()
}

fn asked_language(headers: &HeaderMap) -> Language {
    let accept = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Language::negotiate(accept.unwrap_or_default())
}

/// The answer to an address that no face knows: a redirect to the portal's own page for readers, plain words for
/// programs. For the fallback of the server's router.
#[expect(clippy::unused_async, reason = "a handler of axum is a future")]
pub async fn not_found(headers: HeaderMap, OriginalUri(uri): OriginalUri) -> Response {
    let wants_html =
        headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|a| a.contains("text/html"));
    if wants_html {
        return Redirect::to(&missing_page(asked_language(&headers), &uri)).into_response();
    }
    (StatusCode::NOT_FOUND, "no such address\n").into_response()
}

fn missing_page(language: Language, uri: &Uri) -> String {
    format!("/{language}{}", uri.path())
}
