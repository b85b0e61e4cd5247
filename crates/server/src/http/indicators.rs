//! `GET /indicators`, `/indicators/{id}`, `PUT` and `DELETE` of it, `POST /indicators/trial`, `GET /indicators/{id}/values`, `/indicators/{id}/reproduction`, `POST /indicators/{id}/values`, `GET /indices`,
//! `/indices/{id}`.

use axum::{
    Extension, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use senne_city_indicators::Indicators;
use senne_http::tenant;
use senne_hub::{Context, Principal};
use senne_indicator::{Frequency, IndexAggregation, IndexChoice, IndexQuery, Period};
use senne_model::{Problem, Timestamp};

use super::problem_response;
use crate::figures::{self, ValuesAsked, enter, indicators_json, reproduction, values};

const JSON: &str = "application/json";
const YAML: &str = "application/yaml";

/// The most bytes of a file of values.
const BODY_BYTES_MAX: usize = 32 << 20;

pub(super) fn router(indicators: Indicators) -> Router {
    Router::new()
        .route("/indicators", get(all))
        .route("/indicators/trial", post(tried))
        .route("/indicators/{id}", get(declared).put(declare).delete(withdraw))
        .route("/indicators/{id}/values", get(read).post(write))
        .route("/indicators/{id}/reproduction", get(again))
        .route("/indices", get(indices))
        .route("/indices/{id}", get(index))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(indicators)
}

async fn all(
    State(indicators): State<Indicators>,
    Extension(principal): Extension<Principal>,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        let all = indicators_json(&indicators, &context(principal, &headers)?).await?;
        Ok(all.to_string())
    };
    sent(answer.await, JSON)
}

async fn declared(
    State(indicators): State<Indicators>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        context(principal, &headers)?;
        figures::declaration(&indicators, &id).await
    };
    sent(answer.await.map(|(text, _)| text), YAML)
}

async fn declare(
    State(indicators): State<Indicators>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let answer = async {
        let context = context(principal, &headers)?;
        Ok(figures::declare(&indicators, &context, Some(&id), &body).await?.to_string())
    };
    sent(answer.await, JSON)
}

async fn withdraw(
    State(indicators): State<Indicators>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let answer = async { indicators.withdraw(&context(principal, &headers)?, &id).await };
    match answer.await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(problem) => problem_response(&problem),
    }
}

async fn tried(
    State(indicators): State<Indicators>,
    Extension(principal): Extension<Principal>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let answer =
        async { Ok(figures::trial(&indicators, &context(principal, &headers)?, &body).await?.to_string()) };
    sent(answer.await, JSON)
}

async fn indices(State(indicators): State<Indicators>) -> Response {
    sent(Ok(figures::indices(&indicators).to_string()), JSON)
}

async fn index(
    State(indicators): State<Indicators>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        let asked = index_asked(&query.unwrap_or_default())?;
        let json = figures::index(&indicators, &context(principal, &headers)?, &id, &asked).await?;
        Ok(json.to_string())
    };
    sent(answer.await, JSON)
}

fn index_asked(query: &str) -> Result<IndexQuery, Problem> {
    let mut asked = IndexQuery::default();
    for (name, value) in pairs(query) {
        match name.as_str() {
            "period" => asked.period = Some(period("period", &value)?),
            "as_of" => asked.as_of = Some(moment("as_of", &value)?),
            "weights" => {
                let weights = IndexChoice::parse_weights(&value);
                asked.choice.weights =
                    weights.map_err(|error| Problem::bad(error.to_string()).field("weights"))?;
            }
            "aggregation" => {
                let known = IndexAggregation::parse(&value);
                let detail = || Problem::bad(format!("`{value}` is not one of arithmetic, geometric"));
                asked.choice.aggregation = Some(known.ok_or_else(|| detail().field("aggregation"))?);
            }
            _ => {
                let detail = "there is no such parameter; there are period, weights, aggregation, as_of";
                return Err(Problem::bad(detail).field(name));
            }
        }
    }
    Ok(asked)
}

async fn read(
    State(indicators): State<Indicators>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        let asked = asked(&query.unwrap_or_default())?;
        let kind = if asked.format == "json" { JSON } else { "text/csv; charset=utf-8" };
        Ok((values(&indicators, &context(principal, &headers)?, &id, &asked).await?, kind))
    };
    match answer.await {
        Ok((text, kind)) => sent(Ok(text), kind),
        Err(problem) => problem_response(&problem),
    }
}

async fn write(
    State(indicators): State<Indicators>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let answer = async {
        let context = context(principal, &headers)?;
        let text = std::str::from_utf8(&body)
            .map_err(|error| Problem::bad(format!("the file is not UTF-8: {error}")).field("body"))?;
        let filters = filters(&query.unwrap_or_default())?;
        Ok(enter(&indicators, &context, &id, text, &filters).await?.to_string())
    };
    sent(answer.await, JSON)
}

async fn again(
    State(indicators): State<Indicators>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        let query = query.unwrap_or_default();
        let named = |name: &str| pairs(&query).find(|(key, _)| key == name).map(|(_, value)| value);
        let area = named("area").unwrap_or_else(|| "region".to_owned());
        let period = period("period", &named("period").unwrap_or_default())?;
        let slice = named("disaggregation");
        let context = context(principal, &headers)?;
        let of = (area.as_str(), slice.as_deref());
        Ok(reproduction(&indicators, &context, &id, of, period).await?.to_string())
    };
    sent(answer.await, JSON)
}

/// The series that is meant: `where=sex=T`.
fn filters(query: &str) -> Result<Vec<(String, String)>, Problem> {
    let filter = |(name, text): (String, String)| match (name.as_str(), text.split_once('=')) {
        ("where", Some((name, code))) => Ok((name.to_owned(), code.to_owned())),
        ("where", None) => Err(Problem::bad("write where=DIMENSION=CODE, e.g. where=sex=T").field("where")),
        _ => Err(Problem::bad("there is no such parameter; there is where").field(name)),
    };
    pairs(query).map(filter).collect()
}

fn asked(query: &str) -> Result<ValuesAsked, Problem> {
    let mut asked =
        ValuesAsked { areas: vec!["region".to_owned()], format: "json".to_owned(), ..ValuesAsked::default() };
    for (name, value) in pairs(query) {
        match name.as_str() {
            "area" => asked.areas = value.split(',').map(str::to_owned).collect(),
            "format" => asked.format = value,
            "disaggregation" => asked.disaggregation = Some(value),
            "from" => asked.from = Some(period("from", &value)?),
            "to" => asked.to = Some(period("to", &value)?),
            "as_of" => asked.as_of = Some(moment("as_of", &value)?),
            "frequency" => {
                let known = Frequency::parse(&value);
                let detail =
                    || Problem::bad(format!("`{value}` is not one of day, week, month, quarter, year"));
                asked.frequency = Some(known.ok_or_else(|| detail().field("frequency"))?);
            }
            _ => {
                let detail = "there is no such parameter; there are area, frequency, from, to, as_of, disaggregation, format";
                return Err(Problem::bad(detail).field(name));
            }
        }
    }
    Ok(asked)
}

fn period(field: &str, text: &str) -> Result<Period, Problem> {
    text.parse().map_err(|error: senne_indicator::PeriodError| Problem::bad(error.to_string()).field(field))
}

fn moment(field: &str, text: &str) -> Result<Timestamp, Problem> {
    Timestamp::parse(text).map_err(|error| Problem::bad(error.to_string()).field(field))
}

fn pairs(query: &str) -> impl Iterator<Item = (String, String)> + '_ {
    url::form_urlencoded::parse(query.as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned()))
}

fn context(principal: Principal, headers: &HeaderMap) -> Result<Context, Problem> {
    let tenant = tenant(headers, &["ngsild-tenant"])?.unwrap_or_default();
    Ok(Context::new(principal, tenant))
}

fn sent(text: Result<String, Problem>, kind: &'static str) -> Response {
    match text {
        Ok(text) => ([(header::CONTENT_TYPE, kind)], text).into_response(),
        Err(problem) => problem_response(&problem),
    }
}
