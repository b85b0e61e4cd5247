//! Which tenant a request is about.

use axum::http::HeaderMap;
use senne_model::{Problem, TenantName};

/// The headers that may name it: as in NGSI-LD, and as database tools do.
const HEADERS: [&str; 2] = [senne_http::TENANT_HEADER, "database"];

/// The tenant that the request names.
pub(crate) fn tenant(headers: &HeaderMap) -> Result<TenantName, Problem> {
    Ok(senne_http::tenant(headers, &HEADERS)?.unwrap_or_default())
}
