//! A portal over a made-up city in a temporary folder.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use senne_face_portal::{PortalOptions, router};
use senne_hub::{Context, Hub, HubConfig, Principal, WriteOptions};
use senne_model::{TenantName, Timestamp};
use tower::ServiceExt;

use crate::city;

pub(crate) struct Town {
    pub(crate) app: Router,
    pub(crate) hub: Hub,
    _folder: tempfile::TempDir,
}

impl Town {
    pub(crate) async fn new(days: i64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let hub = Hub::open(HubConfig::new(folder.path())).await.unwrap();
        if days > 0 {
            let context = Context::new(Principal::Service { name: "test".to_owned() }, TenantName::default());
            for part in city::writes(Timestamp::now(), days).chunks(5_000) {
                let written = hub.write(&context, part.to_vec(), WriteOptions::default()).await.unwrap();
                let refused: Vec<_> = written.iter().filter_map(|w| w.as_ref().err()).collect();
                assert!(refused.is_empty(), "{:?}", refused.first());
            }
        }
        let options = PortalOptions {
            figures: city::MadeUp::shared(),
            contact: Some("help@example.org".to_owned()),
            ..PortalOptions::default()
        };
        Self { app: router(hub.clone(), options), hub, _folder: folder }
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> (StatusCode, axum::http::HeaderMap, String) {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = to_bytes(response.into_body(), 64 << 20).await.unwrap();
        (status, headers, String::from_utf8_lossy(&body).into_owned())
    }

    pub(crate) async fn page(&self, path: &str) -> String {
        let (status, _, body) = self.ask(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }
}
