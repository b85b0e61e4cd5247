//! `GET` and `POST /programme`, `/programme/projects/{id}`, `POST /programme/foresee`, `POST /programme/decisions`,
//! `GET /programme/decisions/{id}`, `GET /programme/tables/{name}.csv` and `.json`.

use axum::{
    Extension, Router,
    body::{Body, to_bytes},
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use senne_city_indicators::Indicators;
use senne_city_programme::{LOAD_BYTES_MAX, Programmes};
use senne_hub::{Context, Principal};
use senne_model::{ErrorKind, Problem};
use senne_programme::{
    asking::{ChoiceOrder, Foresee},
    feeds::open_data,
};
use serde::Deserialize;
use serde_json::Value as Json;

use super::{caller::tenant, problem_response};
use crate::programme::{decision_json, foresee, loaded_json, programme_json, project_json};

const JSON: &str = "application/json";
const CSV: &str = "text/csv; charset=utf-8; header=present";
/// The largest order, in bytes.
const ORDER_BYTES_MAX: usize = 4 << 20;
/// What a text without a name is called in findings.
const UNNAMED: &str = "programme.yaml";

#[derive(Clone)]
struct Both {
    programmes: Programmes,
    indicators: Indicators,
}

pub(super) fn router(programmes: Programmes, indicators: Indicators) -> Router {
    Router::new()
        .route("/programme", get(all).post(load))
        .route("/programme/projects/{id}", get(project))
        .route("/programme/foresee", post(foreseen))
        .route("/programme/decisions", post(decide))
        .route("/programme/decisions/{id}", get(decision))
        .route("/programme/tables/{file}", get(table))
        .with_state(Both { programmes, indicators })
}

/// What is read of the programme.
struct Told {
    text: String,
    kind: &'static str,
    /// How long it may be shown again unasked. Who writes on the programme looks at once at what was written.
    kept: &'static str,
}

impl Told {
    fn new(both: &Both, context: &Context, text: String, kind: &'static str) -> Self {
        let writes = both.programmes.may_write(context).is_ok();
        Self { text, kind, kept: if writes { "private, no-cache" } else { "private, max-age=10" } }
    }

    fn json(both: &Both, context: &Context, json: &Json) -> Self {
        Self::new(both, context, json.to_string(), JSON)
    }
}

#[derive(Deserialize)]
struct Which {
    page: Option<usize>,
    file: Option<String>,
}

async fn all(
    State(both): State<Both>,
    Extension(principal): Extension<Principal>,
    Query(which): Query<Which>,
    headers: HeaderMap,
) -> Response {
    let told = async {
        let context = context(principal, &headers)?;
        let json = programme_json(&both.programmes, &context, which.page.unwrap_or(1)).await?;
        Ok(Told::json(&both, &context, &json))
    };
    tagged(&headers, told.await)
}

async fn load(
    State(both): State<Both>,
    Extension(principal): Extension<Principal>,
    Query(which): Query<Which>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let answer = async {
        let context = context(principal, &headers)?;
        let text = text(&both, &context, body, LOAD_BYTES_MAX).await?;
        let file = which.file.unwrap_or_else(|| UNNAMED.to_owned());
        Ok(loaded_json(&both.programmes.load(&context, &file, &text).await?).to_string())
    };
    sent(answer.await, JSON)
}

async fn project(
    State(both): State<Both>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let told = async {
        let context = context(principal, &headers)?;
        let json = project_json(&both.programmes, &context, &id).await?;
        Ok(Told::json(&both, &context, &json))
    };
    tagged(&headers, told.await)
}

async fn foreseen(
    State(both): State<Both>,
    Extension(principal): Extension<Principal>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let answer = async {
        let context = context(principal, &headers)?;
        let asked: Foresee = read(&bytes(body, ORDER_BYTES_MAX).await?)?;
        json(&foresee(&both.indicators, &context, &asked).await?)
    };
    sent(answer.await, JSON)
}

async fn decide(
    State(both): State<Both>,
    Extension(principal): Extension<Principal>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let answer = async {
        let context = context(principal, &headers)?;
        let order: ChoiceOrder = read(&text(&both, &context, body, ORDER_BYTES_MAX).await?)?;
        let id = both.programmes.decide(&context, &order).await?;
        Ok(decision_json(&both.programmes, &context, id.as_str()).await?.to_string())
    };
    match answer.await {
        Ok(text) => (StatusCode::CREATED, [(header::CONTENT_TYPE, JSON)], text).into_response(),
        Err(problem) => problem_response(&problem),
    }
}

async fn decision(
    State(both): State<Both>,
    Extension(principal): Extension<Principal>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let told = async {
        let context = context(principal, &headers)?;
        let json = decision_json(&both.programmes, &context, &id).await?;
        Ok(Told::json(&both, &context, &json))
    };
    tagged(&headers, told.await)
}

async fn table(
    State(both): State<Both>,
    Extension(principal): Extension<Principal>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Response {
    let told = async { table_of(&both, &context(principal, &headers)?, &file).await };
    tagged(&headers, told.await)
}

async fn table_of(both: &Both, context: &Context, file: &str) -> Result<Told, Problem> {
    let view = both.programmes.view(context).await?;
    let (name, form) = file.rsplit_once('.').unwrap_or((file, ""));
    let tables = open_data(&view.programme);
    let known: Vec<&str> = tables.iter().map(|table| table.name).collect();
    let missing = || {
        let detail = format!("there is no `{file}`; there are {}, each as .csv and .json", known.join(", "));
        Problem::not_found(detail).field("file")
    };
    let table = tables.iter().find(|table| table.name == name).ok_or_else(missing)?;
    match form {
        "csv" => Ok(Told::new(both, context, table.csv(), CSV)),
        "json" => Ok(Told::new(both, context, json(&table.json())?, JSON)),
        _ => Err(missing()),
    }
}

/// The body as a text, of those who may write: a stranger may not make us hold it.
async fn text(both: &Both, context: &Context, body: Body, most: usize) -> Result<String, Problem> {
    both.programmes.may_write(context)?;
    bytes(body, most).await
}

async fn bytes(body: Body, most: usize) -> Result<String, Problem> {
    let bytes = to_bytes(body, most).await.map_err(|_| {
        Problem::new(ErrorKind::TooLarge, format!("at most {} MiB are taken at once", most >> 20))
    })?;
    String::from_utf8(bytes.into()).map_err(|_| Problem::bad("the text is not UTF-8; send it as UTF-8"))
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Problem> {
    serde_json::from_str(text).map_err(|error| Problem::bad(format!("what is asked cannot be read: {error}")))
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, Problem> {
    serde_json::to_string(value).map_err(|error| Problem::internal(error.to_string()))
}

fn context(principal: Principal, headers: &HeaderMap) -> Result<Context, Problem> {
    Ok(Context::new(principal, tenant(headers)?))
}

fn sent(text: Result<String, Problem>, kind: &'static str) -> Response {
    match text {
        Ok(text) => ([(header::CONTENT_TYPE, kind)], text).into_response(),
        Err(problem) => problem_response(&problem),
    }
}

/// The answer to who has it already is that it has not changed.
fn tagged(headers: &HeaderMap, told: Result<Told, Problem>) -> Response {
    match told {
        Ok(Told { text, kind, kept }) => {
            let own = [
                (header::CONTENT_TYPE, kind),
                (header::CACHE_CONTROL, kept),
                (header::VARY, "Authorization, NGSILD-Tenant"),
            ];
            senne_http::tag::answer(senne_http::tag::known(headers).as_deref(), &own, text)
        }
        Err(problem) => problem_response(&problem),
    }
}
