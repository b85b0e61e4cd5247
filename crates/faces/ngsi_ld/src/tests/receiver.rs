//! A small server on loopback: it receives notifications and serves context documents.

use std::sync::{
    Arc,
    atomic::{AtomicU16, Ordering},
};

use axum::{Router, extract::Request, http::StatusCode, routing::any};
use parking_lot::Mutex;
use senne_model::Json;

#[derive(Clone)]
pub(super) struct Receiver {
    pub(super) url: String,
    got: Arc<Mutex<Vec<(http::HeaderMap, Json)>>>,
    status: Arc<AtomicU16>,
}

impl Receiver {
    pub(super) async fn start() -> Self {
        Self::start_at("127.0.0.1:0").await
    }

    pub(super) async fn start_at(address: &str) -> Self {
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        let url = format!("http://{}/notify", listener.local_addr().unwrap());
        let receiver = Self { url, got: Arc::default(), status: Arc::new(AtomicU16::new(200)) };
        let mine = receiver.clone();
        let answer = move |request: Request| {
            let mine = mine.clone();
            async move {
                let (parts, body) = request.into_parts();
                if parts.uri.path() == "/context" {
                    return (
                        StatusCode::OK,
                        r#"{"@context":{"NO2":"https://example.org/v#no2"}}"#.to_owned(),
                    );
                }
                let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
                let status = StatusCode::from_u16(mine.status.load(Ordering::SeqCst)).unwrap();
                if status.is_success() {
                    mine.got.lock().push((parts.headers, serde_json::from_slice(&bytes).unwrap()));
                }
                (status, String::new())
            }
        };
        tokio::spawn(
            async move { axum::serve(listener, Router::new().fallback(any(answer))).await.unwrap() },
        );
        receiver
    }

    pub(super) fn answer_with(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    pub(super) fn all(&self) -> Vec<(http::HeaderMap, Json)> {
        self.got.lock().clone()
    }

    /// Waits until so many notifications have come; panics after ten seconds.
    pub(super) async fn wait_for(&self, count: usize) -> Vec<(http::HeaderMap, Json)> {
        for _ in 0..1000 {
            if self.all().len() >= count {
                return self.all();
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("{} of {count} notifications came", self.all().len());
    }

    pub(super) fn context_url(&self) -> String {
        self.url.replace("/notify", "/context")
    }
}
