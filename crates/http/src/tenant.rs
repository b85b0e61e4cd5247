//! The tenant that a request names.

use axum::http::HeaderMap;
use senne_model::{Problem, TenantName};

/// The header of NGSI-LD (clause 6.3.14), which the other faces take as well.
pub const TENANT_HEADER: &str = "ngsild-tenant";

/// The tenant in the first of these headers that is there; `None` when none is.
pub fn tenant(headers: &HeaderMap, names: &[&str]) -> Result<Option<TenantName>, Problem> {
    let Some(value) = names.iter().find_map(|name| headers.get(*name)) else { return Ok(None) };
    match value.to_str() {
        Ok(name) => TenantName::parse(name).map(Some),
        Err(_) => Err(Problem::bad("a tenant name is plain text").field("NGSILD-Tenant")),
    }
}
