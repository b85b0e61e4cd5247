//! Brokers that speak to each other over loopback, and a source that answers as it is told.

use std::{collections::HashMap, sync::Arc};

use axum::{Router, body::Body, extract::Request, http::StatusCode, response::Response, routing::any};
use parking_lot::Mutex;
use senne_model::Json;

use super::bed::{Bed, Got, bed, options, request, sent};

/// A broker that others reach under `url`.
pub(super) struct Broker {
    pub(super) bed: Bed,
    pub(super) url: String,
}

pub(super) async fn broker() -> Broker {
    let bed = bed().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = bed.router.clone();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    Broker { bed, url }
}

/// What a source was asked.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) method: String,
    /// Path and query, decoded.
    pub(super) target: String,
    pub(super) headers: http::HeaderMap,
    pub(super) body: String,
}

impl Question {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// A source that keeps what it is asked, and answers by method and path.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) url: String,
    asked: Arc<Mutex<Vec<Question>>>,
    answers: Arc<Mutex<HashMap<String, (u16, String)>>>,
}

impl Source {
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let source = Self { url, asked: Arc::default(), answers: Arc::default() };
        let mine = source.clone();
        let answer = move |request: Request| {
            let mine = mine.clone();
            async move { mine.answer(request).await }
        };
        tokio::spawn(
            async move { axum::serve(listener, Router::new().fallback(any(answer))).await.unwrap() },
        );
        source
    }

    async fn answer(&self, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let body = String::from_utf8(axum::body::to_bytes(body, 1 << 24).await.unwrap().to_vec()).unwrap();
        let path = parts.uri.path().to_owned();
        if path == "/context" {
            let context = r#"{"@context":{"vitesse":"https://uri.etsi.org/ngsi-ld/default-context/speed"}}"#;
            return Response::new(Body::from(context));
        }
        let pairs = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let query = pairs.map(|(name, value)| format!("&{name}={value}")).collect::<Vec<_>>().concat();
        let target = format!("{path}{}", query.replacen('&', "?", 1));
        let method = parts.method.to_string();
        self.asked.lock().push(Question { method: method.clone(), target, headers: parts.headers, body });
        let (status, text) =
            self.answers.lock().get(&format!("{method} {path}")).cloned().unwrap_or((404, String::new()));
        let mut response = Response::new(Body::from(text));
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        response
    }

    /// Answers `method path` so from now on.
    pub(super) fn answers(&self, what: &str, status: u16, body: &str) {
        self.answers.lock().insert(what.to_owned(), (status, body.to_owned()));
    }

    /// What it was asked since the last time.
    pub(super) fn take(&self) -> Vec<Question> {
        std::mem::take(&mut self.asked.lock())
    }
}

/// Registers `url` at a broker as a source of vehicles; `more` are members of the document.
pub(super) async fn register(bed: &Bed, id: &str, url: &str, information: &str, more: &str) {
    let body = format!(
        r#"{{"id":"urn:reg:{id}","type":"ContextSourceRegistration","endpoint":"{url}","information":[{information}]{more}}}"#
    );
    let made = bed.post("/csourceRegistrations", &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
}

pub(super) const VEHICLES: &str = r#"{"entities":[{"type":"Vehicle"}]}"#;
pub(super) const SPEED: &str =
    r#"{"entities":[{"type":"Vehicle","id":"urn:v:1"}],"propertyNames":["speed"]}"#;

pub(super) fn ids(list: &Json) -> Vec<String> {
    let id = |entity: &Json| entity.get("id").unwrap().as_str().unwrap().to_owned();
    list.as_array().unwrap().iter().map(id).collect()
}

/// What somebody unknown gets from a broker.
pub(super) async fn get_unknown(bed: &Bed, path: &str) -> Got {
    let router = Router::new().nest("/ngsi-ld/v1", crate::router(bed.hub.clone(), options()).unwrap());
    sent(&router, request("GET", path).body(Body::empty()).unwrap()).await
}
