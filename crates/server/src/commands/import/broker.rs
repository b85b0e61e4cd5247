//! A broker over HTTP: the one that is copied, or the one that is copied into.

use std::{
    hash::{Hash, Hasher},
    path::Path,
    time::Duration,
};

use anyhow::{Context, bail};
use reqwest::{Client, Method, Response, StatusCode, header};
use serde::de::DeserializeOwned;

/// How often a request that got no answer, or one that may be another soon, is sent.
const TRIES: u32 = 6;

/// The largest answer that is taken.
const ANSWER_BYTES_MAX: usize = 256 << 20;

/// An empty list has no more bytes, whatever is around it.
const EMPTY_BYTES: usize = 8;

/// One tenant of one broker.
pub(super) struct Broker {
    client: Client,
    /// With the path of the API, without a slash at its end.
    base: String,
    tenant: String,
    key: Option<String>,
}

/// An answer that was read to its end.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: header::HeaderMap,
    pub(super) body: Vec<u8>,
}

/// The key in a file.
pub(super) fn key(file: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    Ok(text.trim().to_owned())
}

impl Broker {
    pub(super) fn new(url: &str, tenant: &str, key: Option<String>) -> anyhow::Result<Self> {
        let url = url.trim_end_matches('/');
        let base = if url.ends_with("/ngsi-ld/v1") { url.to_owned() } else { format!("{url}/ngsi-ld/v1") };
        url::Url::parse(&base).with_context(|| format!("`{url}` is no URL; write e.g. http://orion:1026"))?;
        let client = Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(300))
            .build()
            .context("the HTTP client could not start")?;
        Ok(Self { client, base, tenant: tenant.to_owned(), key })
    }

    /// Which tenant of which broker this is.
    pub(super) fn place(&self) -> String {
        format!("{} (tenant {})", self.base, self.tenant)
    }

    /// The address of a resource of the API; an address that a link gave is resolved.
    pub(super) fn address(&self, path: &str) -> String {
        let full = url::Url::parse(&format!("{}/", self.base)).and_then(|base| base.join(path));
        match full {
            Ok(url) if path.starts_with("http") || path.starts_with("/ngsi-ld/") => url.into(),
            _ => format!("{}{path}", self.base),
        }
    }

    pub(super) async fn get(&self, path: &str) -> anyhow::Result<Answer> {
        self.send(Method::GET, path, None).await
    }

    pub(super) async fn post(&self, path: &str, body: Vec<u8>) -> anyhow::Result<Answer> {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Sends until there is an answer that says what became of the request; whatever is sent bears being received twice. An
    /// answer that speaks of who asks, or of how the broker is just now, ends the copy where it stands.
    async fn send(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> anyhow::Result<Answer> {
        let address = self.address(path);
        let mut wait = Duration::from_millis(200);
        let mut last = String::new();
        for _ in 0..TRIES {
            let mut request =
                self.client.request(method.clone(), &address).header(header::ACCEPT, "application/json");
            if self.tenant != "default" {
                request = request.header("NGSILD-Tenant", &self.tenant);
            }
            if let Some(key) = &self.key {
                request = request.bearer_auth(key);
            }
            if let Some(body) = &body {
                request = request.header(header::CONTENT_TYPE, "application/json").body(body.clone());
            }
            match request.send().await {
                Ok(response) => match read(response).await {
                    Ok(answer) if answer.is_worth_another_try() => last = answer.words(),
                    Ok(answer) if answer.is_passing() => {
                        bail!("{address} says {}; {}", answer.words(), answer.remedy());
                    }
                    Ok(answer) => return Ok(answer),
                    Err(error) => last = error.to_string(),
                },
                Err(error) => last = error.to_string(),
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
        bail!("{address} gave no answer ({last}); the same command goes on when it does")
    }
}

async fn read(mut response: Response) -> anyhow::Result<Answer> {
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > ANSWER_BYTES_MAX {
            bail!("an answer is larger than {ANSWER_BYTES_MAX} bytes; ask for smaller pages with --page");
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, headers, body })
}

impl Answer {
    /// The body of an answer that went well.
    pub(super) fn json<T: DeserializeOwned>(&self) -> anyhow::Result<T> {
        if !self.status.is_success() {
            bail!("the answer is {}", self.words());
        }
        serde_json::from_slice(&self.body).context("the answer is not the JSON that was expected")
    }

    /// Whether the same request may be answered otherwise in a moment.
    fn is_worth_another_try(&self) -> bool {
        matches!(self.status.as_u16(), 408 | 429 | 502 | 503 | 504)
    }

    /// Whether the answer says nothing of what was sent: another key, more room or another day, and it is taken.
    fn is_passing(&self) -> bool {
        match self.status.as_u16() {
            // What is too much to ask is 403 too, whoever asks (GS CIM 009 clause 6.3.2).
            403 => !self.text().contains("TooComplex") && !self.text().contains("TooManyResults"),
            status => is_passing(status),
        }
    }

    fn remedy(&self) -> &'static str {
        match self.status.as_u16() {
            401 | 403 => {
                "give a key that may do this, with --key-file or --from-key-file; the copy goes on from here"
            }
            _ => "the same command goes on from here when that is mended",
        }
    }

    /// What tells this body from others.
    pub(super) fn mark(&self) -> u64 {
        let mut hasher = std::hash::DefaultHasher::new();
        self.body.hash(&mut hasher);
        hasher.finish()
    }

    /// Status and beginning of the body, for people.
    pub(super) fn words(&self) -> String {
        format!("{} {}", self.status, self.text())
    }

    /// The beginning of the body, for people.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).chars().take(300).collect()
    }

    /// Whether the broker does not know such a thing.
    pub(super) fn is_unknown(&self) -> bool {
        matches!(self.status.as_u16(), 404 | 405 | 422 | 501)
    }

    /// The address of the next page.
    pub(super) fn next(&self) -> Option<String> {
        let links = self.headers.get_all(header::LINK).iter().filter_map(|link| link.to_str().ok());
        let next = links
            .flat_map(|text| text.split(",<").flat_map(|part| part.split(", <")))
            .find(|link| link.contains("rel=\"next\"") || link.contains("rel=next"))?;
        Some(next.trim_start_matches(['<', ' ']).split('>').next()?.to_owned())
    }
}

/// Whether a status is of who asks or of how the broker is just now, and says nothing of what was sent.
pub(super) fn is_passing(status: u16) -> bool {
    match status {
        401 | 403 | 408 | 429 => true,
        // It never will.
        501 => false,
        status => status >= 500,
    }
}

/// The address of the page after one that was full and named no next one: not every broker names it. Where a link has been followed,
/// the broker does, and there is none.
pub(super) fn after_full(address: &str, elements: usize) -> Option<String> {
    let (path, query) = address.split_once('?')?;
    let number = |name: &str| {
        let value = query.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('='))?;
        value.parse::<usize>().ok()
    };
    let (limit, offset) = (number("limit")?, number("offset").unwrap_or(0));
    let is_ours = !path.starts_with("http") && !path.starts_with("/ngsi-ld/");
    if !is_ours || elements == 0 || elements < limit {
        return None;
    }
    let rest = query.split('&').filter(|part| !part.starts_with("offset="));
    Some(format!("{path}?{}&offset={}", rest.collect::<Vec<_>>().join("&"), offset + elements))
}

/// Refuses a full page that comes again: a broker that knows no pages would be asked without end.
pub(super) fn is_other(page: &Answer, before: &mut Option<u64>) -> anyhow::Result<()> {
    if before.replace(page.mark()) == Some(page.mark()) && page.body.len() > EMPTY_BYTES {
        bail!("the other broker gives the same page again; name a larger one with --page");
    }
    Ok(())
}

/// The address of a page with so many elements on it, wherever the page begins.
pub(super) fn with_limit(address: &str, limit: u32) -> String {
    let Some((path, query)) = address.split_once('?') else { return address.to_owned() };
    let one = |part: &str| match part.split_once('=') {
        Some(("limit", _)) => format!("limit={limit}"),
        _ => part.to_owned(),
    };
    format!("{path}?{}", query.split('&').map(one).collect::<Vec<_>>().join("&"))
}

/// A text as one part of a query.
pub(super) fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        let status = StatusCode::from_u16(status).unwrap();
        Answer { status, headers: header::HeaderMap::new(), body: body.as_bytes().to_vec() }
    }

    #[test]
    fn what_may_be_otherwise_tomorrow_is_no_refusal() {
        for passing in [401, 403, 408, 429, 500, 502, 503, 504, 507] {
            assert!(answer(passing, "").is_passing(), "{passing}");
        }
        for lasting in [200, 201, 204, 206, 207, 400, 404, 409, 413, 422, 501] {
            assert!(!answer(lasting, "").is_passing(), "{lasting}");
        }
        let complex = r#"{"type":"https://uri.etsi.org/ngsi-ld/errors/TooComplexQuery"}"#;
        assert!(!answer(403, complex).is_passing());
    }

    #[test]
    fn the_page_after_a_full_one_is_known_without_a_link() {
        let first = "/entities?type=A&options=sysAttrs&limit=20";
        let second = format!("{first}&offset=20");
        assert_eq!(after_full(first, 20), Some(second.clone()));
        assert_eq!(after_full(&second, 20), Some(format!("{first}&offset=40")));
        assert_eq!(after_full(&second, 19), None, "the last page");
        assert_eq!(after_full(&second, 0), None);
        assert_eq!(after_full("/ngsi-ld/v1/entities?type=A&limit=20&after=x", 20), None, "a link");
        assert_eq!(after_full("https://example.org/entities?limit=20", 20), None, "a link");
    }

    #[test]
    fn a_page_that_comes_again_ends_the_copy() {
        let (page, other) = (answer(200, r#"[{"id":"urn:a"}]"#), answer(200, r#"[{"id":"urn:b"}]"#));
        let mut before = None;
        for page in [&page, &other, &page, &answer(200, "[]"), &answer(200, "[]")] {
            assert!(is_other(page, &mut before).is_ok());
        }
        assert!(is_other(&page, &mut before).is_ok() && is_other(&page, &mut before).is_err());
    }

    #[test]
    fn a_page_is_asked_for_in_another_size() {
        let link = "/ngsi-ld/v1/entities?type=A&limit=200&offset=400&limitless=limit=1";
        let smaller = "/ngsi-ld/v1/entities?type=A&limit=20&offset=400&limitless=limit=1";
        assert_eq!(with_limit(link, 20), smaller);
        assert_eq!(with_limit("/ngsi-ld/v1/entities", 20), "/ngsi-ld/v1/entities");
    }
}
