//! Who calls.

use std::net::SocketAddr;

use axum::http::{HeaderMap, header};
use senne_hub::Principal;
use senne_model::{ErrorKind, Problem};

use super::Server;
use crate::key::same_key;

/// The holder of the key is the administrator; with `--open`, so is everybody on this machine; all others are
/// anonymous. A wrong key is refused rather than taken for nobody's.
pub(super) fn principal(
    server: &Server,
    headers: &HeaderMap,
    address: Option<SocketAddr>,
) -> Result<Principal, Problem> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let key = value.to_str().ok().and_then(|text| text.strip_prefix("Bearer ")).map(str::trim);
        return match key {
            Some(key) if same_key(key, &server.admin_key) => {
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

/// Whether the request was not sent by a page of another site in somebody's browser.
fn same_site(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
    matches!(site, None | Some("same-origin" | "none"))
}
