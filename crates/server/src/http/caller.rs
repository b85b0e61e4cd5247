//! Who calls.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, Uri, header, uri::Authority};
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
    uri: &Uri,
    address: Option<SocketAddr>,
) -> Result<Principal, Problem> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        return match value.to_str().ok().and_then(|text| key(text, uri.path())) {
            Some(key) if same_key(&key, &server.admin_key) => {
                Ok(Principal::Administrator { name: "administrator".to_owned() })
            }
            _ => {
                Err(Problem::new(ErrorKind::Unauthenticated, "this key is not known").field("Authorization"))
            }
        };
    }
    if server.open && is_here(headers, uri, address) {
        return Ok(Principal::Administrator { name: "open".to_owned() });
    }
    Ok(Principal::Anonymous)
}

/// Whether the caller is on this machine, and asks on its own account: a proxy here speaks for callers elsewhere, and a page of
/// another site for whoever made it.
pub(super) fn is_here(headers: &HeaderMap, uri: &Uri, address: Option<SocketAddr>) -> bool {
    let forwarded = headers.contains_key("x-forwarded-for") || headers.contains_key(header::FORWARDED);
    let local = address.is_some_and(|address| address.ip().to_canonical().is_loopback());
    local && !forwarded && same_site(headers, uri)
}

/// The key in a header. Database tools send it as a password; elsewhere that is not taken, since a browser would send it along
/// with the requests of any page.
fn key(header: &str, path: &str) -> Option<String> {
    let password = || path.starts_with(FLIGHT_PATH).then(|| basic_password(header))?;
    header.strip_prefix("Bearer ").map(|key| key.trim().to_owned()).or_else(password)
}

/// Whether the request was not sent by a page of another site in somebody's browser. Browsers that do not say so say
/// where a form comes from.
fn same_site(headers: &HeaderMap, uri: &Uri) -> bool {
    // What cannot be read is a stranger's.
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("."));
    let host = text("host").or_else(|| uri.authority().map(Authority::as_str));
    let told = matches!(text("sec-fetch-site"), None | Some("same-origin" | "none"));
    let from_here = text("origin").is_none_or(|origin| origin.split_once("://").map(|(_, at)| at) == host);
    told && from_here && host.is_none_or(is_own_name)
}

/// Whether a host is an address or a name of the network here. Any other name is somebody's, and may have been made to
/// lead to this machine, so that a page of theirs counts as of this site.
fn is_own_name(host: &str) -> bool {
    let name = host.parse::<Authority>().map_or_else(|_| host.to_owned(), |known| known.host().to_owned());
    let name = name.trim_matches(['[', ']']);
    name.parse::<IpAddr>().is_ok() || !name.contains('.') || name.ends_with(".localhost")
}

/// The tenant that the request names, as in NGSI-LD.
pub(super) fn tenant(headers: &HeaderMap) -> Result<TenantName, Problem> {
    Ok(senne_http::tenant(headers, &[senne_http::TENANT_HEADER])?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn is_let_in(sent: &[(&'static str, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for &(name, value) in sent {
            headers.insert(name, HeaderValue::from_static(value));
        }
        same_site(&headers, &Uri::from_static("/"))
    }

    #[test]
    fn who_is_elsewhere_is_not_here_whoever_asks_for_them() {
        let here = |address: &str, header: Option<(&'static str, &'static str)>| {
            let mut headers = HeaderMap::new();
            if let Some((name, value)) = header {
                headers.insert(name, HeaderValue::from_static(value));
            }
            is_here(&headers, &Uri::from_static("/"), Some(address.parse().unwrap()))
        };
        assert!(here("127.0.0.1:7", None) && here("[::1]:7", None) && here("[::ffff:127.0.0.1]:7", None));
        assert!(!here("10.0.0.2:7", None) && !here("193.190.130.15:7", None));
        for told in ["x-forwarded-for", "forwarded"] {
            assert!(!here("127.0.0.1:7", Some((told, "for=193.190.130.15"))), "{told}");
        }
        assert!(!here("127.0.0.1:7", Some(("origin", "http://evil.example"))));
    }

    #[test]
    fn a_page_of_a_stranger_is_not_of_this_site() {
        for host in ["127.0.0.1:7000", "localhost:7000", "[::1]:7000", "city.localhost", "box", "10.0.0.2"] {
            assert!(is_let_in(&[("host", host)]), "{host}");
        }
        assert!(is_let_in(&[]), "a caller that is no browser");
        // A name that was made to lead here: the browser takes its page for one of this site, and may say nothing.
        for host in ["evil.example:7000", "evil.example", "127.0.0.1.evil.example"] {
            assert!(!is_let_in(&[("host", host)]), "{host}");
            assert!(!is_let_in(&[("host", host), ("sec-fetch-site", "same-origin")]), "{host}");
        }
        assert!(!is_let_in(&[("host", "localhost"), ("sec-fetch-site", "cross-site")]));
        assert!(!is_let_in(&[("host", "localhost"), ("origin", "http://evil.example")]));
        assert!(!is_let_in(&[("host", "localhost"), ("origin", "null")]));
        assert!(is_let_in(&[("host", "localhost:7000"), ("origin", "http://localhost:7000")]));
        let second = Uri::from_static("http://evil.example:7000/");
        assert!(!same_site(&HeaderMap::new(), &second), "HTTP/2 names the host in the address");
    }
}
