//! What a request asks: the statement, its parameters, the form of the answer, and how much it may use.

use std::time::Duration;

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, Method, header},
};
use senne_hub::{Parameters, Question, SqlLimits};
use senne_model::{ChangeNo, ErrorKind, Problem};
use serde::Deserialize;

use super::{Format, Refusal, parameters};
use crate::places::numbered;

/// The longest body, in bytes.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// So long a body may take to arrive.
const BODY_PATIENCE: Duration = Duration::from_secs(20);

/// Rows of a JSON answer whose caller names no number.
const JSON_ROWS: usize = 10_000;

/// How long a JSON answer may take whose caller names no time.
const JSON_TIME: Duration = Duration::from_secs(30);

/// Longer than any caller may ask; the hub cuts it.
const TIME_MAX: Duration = Duration::from_secs(24 * 3600);

/// A request as it came.
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) query: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Body,
}

/// What it asks.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) question: Question,
    pub(super) format: Format,
    /// Whether the answer may end before all rows are there: the caller has named a number, or the form says it in a field.
    pub(super) may_be_cut: bool,
}

/// The words of a question, from the address or the body.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    query: Option<String>,
    parameters: Option<serde_json::Value>,
    rows: Option<usize>,
    seconds: Option<f64>,
    format: Option<String>,
    as_of: Option<u64>,
}

/// Reads a request.
pub(super) async fn read(request: Request) -> Result<Asked, Refusal> {
    let address = words_of_form(request.query.as_bytes())?;
    let body = match request.method {
        Method::POST => words_of_body(&request.headers, request.body).await?,
        _ => Words::default(),
    };
    asked(body.or(address), &request.headers)
}

impl Words {
    /// What is said here, and for the rest what is said there.
    fn or(self, other: Self) -> Self {
        Self {
            query: self.query.or(other.query),
            parameters: self.parameters.or(other.parameters),
            rows: self.rows.or(other.rows),
            seconds: self.seconds.or(other.seconds),
            format: self.format.or(other.format),
            as_of: self.as_of.or(other.as_of),
        }
    }
}

fn asked(words: Words, headers: &HeaderMap) -> Result<Asked, Refusal> {
    let format = match &words.format {
        Some(name) => Format::named(name)?,
        None => Format::accepted(headers)?,
    };
    let text = words.query.filter(|text| !text.trim().is_empty()).ok_or_else(|| {
        Problem::new(ErrorKind::InvalidRequest, "there is no question; send a statement in SQL")
            .field("query")
    })?;
    let parameters = words.parameters.map_or(Ok(Parameters::None), parameters::read)?;
    let rows = words.rows.or(rows_of(headers));
    let may_be_cut = rows.is_some() || format == Format::Json;
    let limits = limits(format, rows, words.seconds)?;
    let text = if matches!(parameters, Parameters::Values(_)) { numbered(&text) } else { text };
    let as_of = words.as_of.map(ChangeNo);
    Ok(Asked { question: Question { parameters, limits, as_of, ..Question::new(text) }, format, may_be_cut })
}

fn limits(format: Format, rows: Option<usize>, seconds: Option<f64>) -> Result<SqlLimits, Problem> {
    let usual = match format {
        Format::Json => SqlLimits { rows_max: JSON_ROWS, time_max: JSON_TIME, ..SqlLimits::default() },
        _ => SqlLimits { rows_max: usize::MAX, time_max: TIME_MAX, ..SqlLimits::default() },
    };
    let time_max = match seconds {
        None => usual.time_max,
        Some(seconds) if seconds > 0.0 => {
            Duration::try_from_secs_f64(seconds).unwrap_or(TIME_MAX).min(TIME_MAX)
        }
        Some(_) => return Err(Problem::bad("the seconds are a number above zero").field("seconds")),
    };
    Ok(SqlLimits { rows_max: rows.unwrap_or(usual.rows_max), time_max, ..usual })
}

/// The header that other Sennes send.
fn rows_of(headers: &HeaderMap) -> Option<usize> {
    headers.get("senne-rows-max")?.to_str().ok()?.parse().ok()
}

async fn words_of_body(headers: &HeaderMap, body: Body) -> Result<Words, Refusal> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let read: fn(&[u8]) -> Result<Words, Problem> = match kind.as_str() {
        "" | "text/plain" | "application/sql" => words_of_text,
        "application/json" => words_of_json,
        "application/x-www-form-urlencoded" => words_of_form_or_text,
        _ => return Err(Refusal::UnknownMedia),
    };
    Ok(read(&bytes_of(body).await?)?)
}

async fn bytes_of(body: Body) -> Result<bytes::Bytes, Problem> {
    let late = |_| Problem::new(ErrorKind::Timeout, "the question did not arrive in time");
    let long = |_| {
        let detail = format!("the body is longer than {} KiB, or broke off", BODY_BYTES_MAX >> 10);
        Problem::new(ErrorKind::TooLarge, detail)
    };
    tokio::time::timeout(BODY_PATIENCE, to_bytes(body, BODY_BYTES_MAX)).await.map_err(late)?.map_err(long)
}

fn words_of_text(bytes: &[u8]) -> Result<Words, Problem> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| invalid(format!("the question is not UTF-8: {error}")).field("query"))?;
    Ok(Words { query: Some(text.to_owned()).filter(|text| !text.trim().is_empty()), ..Words::default() })
}

fn words_of_json(bytes: &[u8]) -> Result<Words, Problem> {
    serde_json::from_slice(bytes).map_err(|error| invalid(format!("the body cannot be read: {error}")))
}

/// What curl sends as a form unless it is told otherwise is most often the bare statement.
fn words_of_form_or_text(bytes: &[u8]) -> Result<Words, Problem> {
    if bytes.starts_with(b"query=") { words_of_form(bytes) } else { words_of_text(bytes) }
}

fn words_of_form(bytes: &[u8]) -> Result<Words, Problem> {
    let mut words = Words::default();
    for (name, value) in url::form_urlencoded::parse(bytes) {
        match &*name {
            "query" => words.query = Some(value.into_owned()),
            "format" => words.format = Some(value.into_owned()),
            "rows" => words.rows = Some(number(&name, &value)?),
            "seconds" => words.seconds = Some(number(&name, &value)?),
            "as_of" => words.as_of = Some(number(&name, &value)?),
            "parameters" => {
                let read = serde_json::from_str(&value);
                words.parameters =
                    Some(read.map_err(|e| invalid(format!("this is not JSON: {e}")).field("parameters"))?);
            }
            _ => {
                let detail =
                    "there is no such parameter; there are query, parameters, rows, seconds, format, as_of";
                return Err(invalid(detail).field(name));
            }
        }
    }
    Ok(words)
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, Problem> {
    value.parse().map_err(|_| Problem::bad("this is not a number that fits here").field(name))
}

fn invalid(detail: impl Into<String>) -> Problem {
    Problem::new(ErrorKind::InvalidRequest, detail)
}

#[cfg(test)]
mod tests;
