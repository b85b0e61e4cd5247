//! `GET /charts/series`: the data of charts, for pages and programs (`docs/charts.md`).

mod asked;
mod json;

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use axum::{
    Extension,
    extract::{RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use senne_http::problem;
use senne_hub::{Context, Principal, model::TenantName};
use senne_model::{Problem, Timestamp};

pub(crate) use self::asked::attribute_name;
use crate::{address, portal::Portal};

/// How long the answer about a range that has ended may be kept; values that come late and corrections still change it.
const CLOSED: &str = "private, max-age=300";
const OPEN: &str = "private, no-cache";

/// `GET /charts/series?entity=…&attribute=…&from=…&to=…&pixels=…&zone=…`
pub(crate) async fn series(
    State(portal): State<Arc<Portal>>,
    principal: Option<Extension<Principal>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let principal = principal.map_or(Principal::Anonymous, |Extension(principal)| principal);
    let query = query.unwrap_or_default();
    answer(&portal, principal, &headers, &query).await.unwrap_or_else(|problem| problem::response(&problem))
}

async fn answer(
    portal: &Portal,
    principal: Principal,
    headers: &HeaderMap,
    query: &str,
) -> Result<Response, Problem> {
    let context = Context::new(principal, tenant(portal, headers)?);
    let now = Timestamp::now();
    let asked = asked::read(&portal.hub, &context, &address::parameters(query), now).await?;
    let charts = portal.hub.charts(&context, &asked).await?;
    let mut series = Vec::with_capacity(charts.len());
    for chart in &charts {
        let entity = portal.hub.entity(&context, &chart.entity).await.ok();
        series.push(json::of(portal.hub.contracts(), entity.as_deref(), chart));
    }
    let body = serde_json::json!({ "series": series }).to_string();
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    let tag = format!("W/\"{:x}\"", hasher.finish());
    let closed = asked.iter().all(|query| query.to < now);
    let dress = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CACHE_CONTROL, if closed { CLOSED } else { OPEN }.to_owned()),
        (header::VARY, "authorization, ngsild-tenant, accept-encoding".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::ETAG, tag.clone()),
    ];
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if known.split(',').any(|one| one.trim() == tag) {
        return Ok((StatusCode::NOT_MODIFIED, dress).into_response());
    }
    Ok((dress, body).into_response())
}

fn tenant(portal: &Portal, headers: &HeaderMap) -> Result<TenantName, Problem> {
    let named = senne_http::tenant(headers, &[senne_http::TENANT_HEADER])?;
    Ok(named.unwrap_or_else(|| portal.options.tenant.clone()))
}
