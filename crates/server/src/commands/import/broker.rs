//! A broker over HTTP: the one that is copied, or the one that is copied into.

use std::{path::Path, time::Duration};

use anyhow::{Context, bail};
use reqwest::{Client, Method, Response, StatusCode, header};
use serde::de::DeserializeOwned;

/// How often a request that got no answer, or the answer "later", is sent again.
const TRIES: u32 = 6;

/// The largest answer that is taken.
const ANSWER_BYTES_MAX: usize = 256 << 20;

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

    /// Sends until there is an answer other than "later"; whatever is sent bears being received twice.
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
                Ok(response) if response.status() == StatusCode::SERVICE_UNAVAILABLE => {
                    "it says: later".clone_into(&mut last);
                }
                Ok(response) => match read(response).await {
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
            bail!("the answer is {}: {}", self.status, self.text());
        }
        serde_json::from_slice(&self.body).context("the answer is not the JSON that was expected")
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

/// A text as one part of a query.
pub(super) fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
