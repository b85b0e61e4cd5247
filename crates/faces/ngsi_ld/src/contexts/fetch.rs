//! Fetching from addresses that callers name, without letting them reach into the operator's own network.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use http::header;
use reqwest::{
    Client, ClientBuilder, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::{Attempt, Policy},
};
use senne_http::address::is_public;
use senne_model::{ErrorKind, Json, Problem, Timestamp};

use super::cached::Freshness;

/// How many redirects are followed.
const REDIRECTS_MAX: usize = 5;

/// A client that refuses private addresses, unless they are allowed. `redirects` says whether redirects are
/// followed; they are checked like the first address.
pub(crate) fn client(allow_private: bool, timeout: Duration, redirects: bool) -> Result<Client, Problem> {
    let policy = Policy::custom(move |attempt: Attempt<'_>| {
        if attempt.previous().len() > REDIRECTS_MAX {
            attempt.error("too many redirects")
        } else if check_url(attempt.url(), allow_private).is_err() {
            attempt.error("a redirect leads to a private address")
        } else {
            attempt.follow()
        }
    });
    let policy = if redirects { policy } else { Policy::none() };
    finish(base(timeout).redirect(policy), allow_private)
}

/// A client for notifications: no redirects, and names of headers written as receivers that compare letters expect
/// them (`Link`, `X-Key`; RFC 9110 §5.1 says that case does not matter).
pub(crate) fn sending_client(allow_private: bool, timeout: Duration) -> Result<Client, Problem> {
    finish(base(timeout).redirect(Policy::none()).http1_title_case_headers(), allow_private)
}

fn base(timeout: Duration) -> ClientBuilder {
    Client::builder()
        .timeout(timeout)
        .connect_timeout(timeout.min(Duration::from_secs(5)))
        .no_proxy()
        .user_agent(concat!("senne/", env!("CARGO_PKG_VERSION")))
}

fn finish(mut builder: ClientBuilder, allow_private: bool) -> Result<Client, Problem> {
    if !allow_private {
        builder = builder.dns_resolver(std::sync::Arc::new(PublicOnly));
    }
    builder.build().map_err(|error| Problem::internal(format!("the HTTP client could not be made: {error}")))
}

/// Checks an address that a caller named: http or https, and not literally a private one.
pub(crate) fn check_url(url: &Url, allow_private: bool) -> Result<(), Problem> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Problem::bad("only http and https addresses are used"));
    }
    let literal = match url.host() {
        Some(url::Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
        Some(url::Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
        Some(url::Host::Domain(_)) => None,
        None => return Err(Problem::bad("the address has no host")),
    };
    if !allow_private && literal.is_some_and(|ip| !is_public(ip)) {
        return Err(Problem::bad("private and loopback addresses are not used; the operator can allow them"));
    }
    Ok(())
}

/// The addresses that a name leads to: public ones only, unless private ones are allowed.
pub(crate) async fn addresses(
    host: &str,
    port: u16,
    allow_private: bool,
) -> std::io::Result<Vec<SocketAddr>> {
    let found: Vec<SocketAddr> = tokio::net::lookup_host((host, port)).await?.collect();
    let usable: Vec<SocketAddr> =
        found.into_iter().filter(|address| allow_private || is_public(address.ip())).collect();
    if usable.is_empty() {
        let reason = "the name leads to private addresses only; the operator can allow them";
        return Err(std::io::Error::new(std::io::ErrorKind::PermissionDenied, reason));
    }
    Ok(usable)
}

/// Resolves names to public addresses only, so that a public name cannot stand for a private host.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let public = addresses(name.as_str(), 0, false).await?;
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// What came of asking for a document.
pub(super) enum Fetched {
    New(Json, Freshness),
    /// The one that is known is still the newest.
    Unchanged(Freshness),
}

/// Fetches a context document of at most `bytes_max`; when one is `known` only a newer one is sent. One that cannot be
/// had is 504, one that is no JSON-LD context is 400 (clauses 5.5.2 and 5.5.6).
pub(super) async fn fetch_context(
    client: &Client,
    url: &str,
    allow_private: bool,
    bytes_max: usize,
    known: Option<&Freshness>,
) -> Result<Fetched, Problem> {
    let failed = |why: String| unavailable(url, &why);
    let address = Url::parse(url).map_err(|error| failed(error.to_string()))?;
    check_url(&address, allow_private).map_err(|problem| failed(problem.detail))?;
    let mut request =
        client.get(address).header(header::ACCEPT, "application/ld+json, application/json;q=0.9, */*;q=0.1");
    let validators = known.map(|known| {
        [(header::IF_NONE_MATCH, &known.etag), (header::IF_MODIFIED_SINCE, &known.last_modified)]
    });
    for (name, value) in validators.into_iter().flatten() {
        if let Some(value) = value {
            request = request.header(name, value);
        }
    }
    let mut response = request.send().await.map_err(|error| failed(reasons(&error)))?;
    let mut freshness = Freshness::of(response.headers(), Timestamp::now());
    if let (http::StatusCode::NOT_MODIFIED, Some(known)) = (response.status(), known) {
        freshness.etag = freshness.etag.or_else(|| known.etag.clone());
        freshness.last_modified = freshness.last_modified.or_else(|| known.last_modified.clone());
        return Ok(Fetched::Unchanged(freshness));
    }
    if !response.status().is_success() {
        return Err(failed(format!("it was answered with {}", response.status())));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| failed(reasons(&error)))? {
        if bytes.len() + chunk.len() > bytes_max {
            return Err(failed(format!("it is larger than {bytes_max} bytes")));
        }
        bytes.extend_from_slice(&chunk);
    }
    let invalid =
        |why: &str| Problem::bad(format!("what is at {url} is no JSON-LD context: {why}")).field("@context");
    let document = crate::read::read_json(&bytes).map_err(|problem| invalid(&problem.detail))?;
    if document.get("@context").is_none() {
        return Err(invalid("it has no member `@context`"));
    }
    Ok(Fetched::New(document, freshness))
}

/// A context that cannot be had: 504.
pub(super) fn unavailable(url: &str, why: &str) -> Problem {
    let detail = format!("the JSON-LD context {url} could not be obtained: {why}");
    Problem::new(ErrorKind::ContextUnavailable, detail).field("@context")
}

/// An error with its causes: the outer one alone seldom says what happened.
pub(crate) fn reasons(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_pass() {
        let check = |text: &str, private| check_url(&Url::parse(text).unwrap(), private).is_ok();
        assert!(check("https://example.org/c.jsonld", false));
        assert!(!check("file:///etc/passwd", true));
        assert!(!check("http://127.0.0.1:8080/", false));
        assert!(!check("http://[::1]/", false));
        assert!(!check("http://2130706433/", false));
        assert!(check("http://127.0.0.1:8080/", true));
    }
}
