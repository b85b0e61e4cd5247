//! Who calls.

use std::net::SocketAddr;

use axum::http::{HeaderMap, header};
use senne_face_sql::{FLIGHT_PATH, basic_password};
use senne_hub::Principal;
use senne_model::{ErrorKind, Problem, TenantName};

use super::Server;
use crate::key::same_key;

/// The holder of the key is the administrator; with `--open`, so is everybody on this machine; all others are
/// anonymous. A wrong key is refused rather than taken for nobody's.
pub(super) fn principal(
    server: &Server,
    headers: &HeaderMap,
    path: &str,
    address: Option<SocketAddr>,
) -> Result<Principal, Problem> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        return match value.to_str().ok().and_then(|text| key(text, path)) {
            Some(key) if same_key(&key, &server.admin_key) => {
                Ok(Principal::Administrator { name: "administrator".to_owned() })
            }
            _ => {
                Err(Problem::new(ErrorKind::Unauthenticated, "this key is not known").field("Authorization"))
            }
        };
    }
    // A proxy on this machine speaks for callers elsewhere: those are not let in by `--open`.
    let forwarded = headers.contains_key("x-forwarded-for") || headers.contains_key(header::FORWARDED);
    let local = address.is_some_and(|address| address.ip().to_canonical().is_loopback());
    if server.open && local && !forwarded && same_site(headers) {
        return Ok(Principal::Administrator { name: "open".to_owned() });
    }
    Ok(Principal::Anonymous)
}

/// The key in a header. Database tools send it as a password; elsewhere that is not taken, since a browser would send it along
/// with the requests of any page.
fn key(header: &str, path: &str) -> Option<String> {
    let password = || path.starts_with(FLIGHT_PATH).then(|| basic_password(header))?;
    header.strip_prefix("Bearer ").map(|key| key.trim().to_owned()).or_else(password)
}

/// Whether the request was not sent by a page of another site in somebody's browser.
fn same_site(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
    matches!(site, None | Some("same-origin" | "none"))
}

/// The tenant that the request names, as in NGSI-LD.
pub(super) fn tenant(headers: &HeaderMap) -> Result<TenantName, Problem> {
    Ok(senne_http::tenant(headers, &[senne_http::TENANT_HEADER])?.unwrap_or_default())
}
