//! Which tenant a request is about.

use axum::http::HeaderMap;
use senne_model::{Problem, TenantName};

/// The headers that may name it: as in NGSI-LD, and as database tools do.
const HEADERS: [&str; 2] = ["ngsild-tenant", "database"];

/// The tenant that the request names.
pub(crate) fn tenant(headers: &HeaderMap) -> Result<TenantName, Problem> {
    let named = HEADERS.iter().find_map(|name| headers.get(*name));
    match named.map(|value| value.to_str()) {
        None => Ok(TenantName::default()),
        Some(Ok(name)) => TenantName::parse(name),
        Some(Err(_)) => Err(Problem::bad("a tenant name is plain text").field("NGSILD-Tenant")),
    }
}
