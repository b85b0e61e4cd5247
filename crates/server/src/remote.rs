//! A Senne that runs elsewhere, asked over HTTP.

use std::time::Duration;

use anyhow::Context;
use reqwest::{Client, RequestBuilder, StatusCode};
use senne_hub::{Column, ColumnKind, Table};
use senne_intake::SinkReceipt;
use senne_model::{ErrorKind, Json, Problem, Write, encode_writes};

/// How often a request that got no answer, or the answer "later", is sent again.
const TRIES: u32 = 6;

/// The way to a Senne over HTTP.
#[derive(Clone)]
pub(crate) struct Remote {
    client: Client,
    base: String,
    key: Option<String>,
    tenant: String,
}

impl Remote {
    pub(crate) fn new(url: &str, key: Option<String>) -> anyhow::Result<Self> {
        let client = Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(300))
            .build();
        let base = url.trim_end_matches('/').to_owned();
        Ok(Self {
            client: client.context("the HTTP client could not start")?,
            base,
            key,
            tenant: "default".to_owned(),
        })
    }

    pub(crate) fn in_tenant(mut self, tenant: &str) -> Self {
        tenant.clone_into(&mut self.tenant);
        self
    }

    fn dress(&self, request: RequestBuilder) -> RequestBuilder {
        let request = request.header("NGSILD-Tenant", &self.tenant);
        match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }

    /// Sends until there is an answer other than "later". What is sent must bear being received twice; batches
    /// do, since their position makes the second time show.
    async fn send(&self, make: impl Fn() -> RequestBuilder) -> Result<Json, Problem> {
        let mut wait = Duration::from_millis(200);
        let mut last = Problem::new(ErrorKind::Timeout, "there was no answer");
        for _ in 0..TRIES {
            match self.dress(make()).send().await {
                Ok(response) if response.status() == StatusCode::SERVICE_UNAVAILABLE => {
                    last = Problem::new(ErrorKind::Overloaded, "the server says: later");
                }
                Ok(response) => return read(response).await,
                Err(error) if error.is_connect() => {
                    last = Problem::new(ErrorKind::Timeout, format!("{}: {error}", self.base));
                }
                Err(error) => {
                    return Err(Problem::new(ErrorKind::Timeout, format!("{}: {error}", self.base)));
                }
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
        Err(last)
    }

    pub(crate) async fn send_writes(
        &self,
        writes: &[Write],
        position: Option<(String, String)>,
    ) -> Result<SinkReceipt, Problem> {
        let body = bytes::Bytes::from(encode_writes(writes));
        let place: Vec<(&str, String)> = match position {
            Some((source, position)) => vec![("source", source), ("position", position)],
            None => Vec::new(),
        };
        let url = format!("{}/intake/batch", self.base);
        let answer = self.send(|| self.client.post(&url).query(&place).body(body.clone())).await?;
        crate::sink::from_json(&answer)
            .ok_or_else(|| Problem::internal("the server's receipt cannot be read"))
    }

    pub(crate) async fn fetch_position(&self, source: &str) -> Result<Option<String>, Problem> {
        let url = format!("{}/intake/position", self.base);
        let answer = self.send(|| self.client.get(&url).query(&[("source", source)])).await?;
        Ok(answer.get("position").and_then(Json::as_str).map(str::to_owned))
    }

    /// Asks for an erasure; what was asked for is told by the server.
    pub(crate) async fn erase(&self, order: &Json) -> Result<Json, Problem> {
        let (url, body) = (format!("{}/erasures", self.base), order.to_string());
        self.send(|| self.client.post(&url).body(body.clone())).await
    }

    /// Asks, and gives the answer as it comes; problems are read.
    pub(crate) async fn open(
        &self,
        request: axum::http::Request<String>,
    ) -> Result<reqwest::Response, Problem> {
        let (parts, body) = request.into_parts();
        let url = format!("{}{}", self.base, parts.uri);
        let sent = self.client.request(parts.method, url).headers(parts.headers).body(body);
        // An export lasts as long as it lasts.
        let sent = self.dress(sent).timeout(Duration::from_hours(24)).send().await;
        let response = sent.map_err(|e| Problem::new(ErrorKind::Timeout, format!("{}: {e}", self.base)))?;
        if response.status().is_success() {
            return Ok(response);
        }
        Err(read(response).await.err().unwrap_or_else(|| Problem::internal("the answer is odd")))
    }

    /// The text at an address.
    pub(crate) async fn text(&self, address: &str) -> Result<String, Problem> {
        let sent = self.dress(self.client.get(format!("{}{address}", self.base))).send().await;
        let response = sent.map_err(|e| Problem::new(ErrorKind::Timeout, format!("{}: {e}", self.base)))?;
        if !response.status().is_success() {
            return Err(read(response).await.err().unwrap_or_else(|| Problem::internal("the answer is odd")));
        }
        response.text().await.map_err(|e| Problem::new(ErrorKind::Timeout, e.to_string()))
    }

    /// Sends a text to an address; the answer is JSON.
    pub(crate) async fn post_text(&self, address: &str, text: String) -> Result<serde_json::Value, Problem> {
        let (url, body) = (format!("{}{address}", self.base), bytes::Bytes::from(text));
        let answer = self.send(|| self.client.post(&url).body(body.clone())).await?;
        serde_json::to_value(&answer).map_err(|e| Problem::internal(e.to_string()))
    }

    pub(crate) async fn sql(&self, question: &str, rows_max: usize) -> Result<Table, Problem> {
        let url = format!("{}/sql", self.base);
        let make = || self.client.post(&url).header("Senne-Rows-Max", rows_max).body(question.to_owned());
        let answer = self.send(make).await?;
        let list = |name: &str| answer.get(name).and_then(Json::as_array).unwrap_or_default();
        let columns = list("columns")
            .iter()
            .filter_map(Json::as_str)
            .map(|name| Column { name: name.to_owned(), kind: ColumnKind::Other });
        Ok(Table {
            columns: columns.collect(),
            rows: list("rows").iter().filter_map(Json::as_array).map(<[Json]>::to_vec).collect(),
            truncated: answer.get("truncated") == Some(&Json::Bool(true)),
        })
    }
}

async fn read(response: reqwest::Response) -> Result<Json, Problem> {
    let status = response.status();
    let text = response.text().await.map_err(|e| Problem::new(ErrorKind::Timeout, e.to_string()))?;
    let body: Json = serde_json::from_str(&text).unwrap_or_default();
    if status.is_success() {
        return Ok(body);
    }
    let kind = match status.as_u16() {
        400 | 422 => ErrorKind::BadRequest,
        401 => ErrorKind::Unauthenticated,
        403 => ErrorKind::Forbidden,
        404 => ErrorKind::NotFound,
        413 => ErrorKind::TooLarge,
        507 => ErrorKind::StorageFull,
        _ => ErrorKind::Internal,
    };
    let detail = body.get("detail").and_then(Json::as_str).unwrap_or("the server gave no reason");
    Err(Problem::new(kind, format!("{status}: {detail}")))
}
