//! Where an export reads: the faces of the server that has the folder open, or the same faces on the folder in this process.

use axum::{
    Router,
    body::{Body, BodyDataStream, to_bytes},
    http::{Request, Response},
};
use bytes::Bytes;
use futures::StreamExt as _;
use senne_face_ngsi_ld::NgsiLdOptions;
use senne_face_sql::SqlOptions;
use senne_hub::Principal;
use senne_model::{ErrorKind, Json, Problem};
use tower::ServiceExt as _;

use crate::{access::Access, remote::Remote};

/// The longest text of a problem, in bytes.
const PROBLEM_BYTES_MAX: usize = 64 << 10;

/// A way to the faces.
pub(super) enum Source {
    Here { faces: Router, tenant: String },
    There(Remote),
}

/// The bytes of an answer as they come, and whether it is only a part of what there is.
pub(super) struct Stream {
    bytes: Coming,
    pub(super) partial: bool,
}

enum Coming {
    Here(BodyDataStream),
    There(reqwest::Response),
}

impl Source {
    pub(super) fn new(access: &Access, tenant: &str) -> Result<Self, Problem> {
        Ok(match access {
            Access::Remote(remote) => Self::There(remote.clone().in_tenant(tenant)),
            Access::Embedded { hub, .. } => {
                let ngsi_ld = senne_face_ngsi_ld::router(hub.clone(), NgsiLdOptions::default())?;
                let sql = senne_face_sql::router(hub.clone(), SqlOptions::default());
                let faces = Router::new().nest("/ngsi-ld/v1", ngsi_ld).merge(sql);
                Self::Here { faces, tenant: tenant.to_owned() }
            }
        })
    }

    /// Asks with SQL for rows in a form: `csv`, `ndjson`, `parquet`. All rows come, or the answer breaks off.
    pub(super) async fn sql(&self, question: &str, format: &str) -> Result<Stream, Problem> {
        let request = Request::post(format!("/sql?format={format}")).header("Content-Type", "text/plain");
        self.open(request.body(question.to_owned()).map_err(|e| Problem::internal(e.to_string()))?).await
    }

    /// What the NGSI-LD face answers to a path; `None` when there is no such thing any more.
    pub(super) async fn ngsi_ld(&self, path: &str) -> Result<Option<Stream>, Problem> {
        let request = Request::get(format!("/ngsi-ld/v1{path}")).header("Accept", "application/json");
        let request = request.body(String::new()).map_err(|e| Problem::internal(e.to_string()))?;
        match self.open(request).await {
            Ok(stream) => Ok(Some(stream)),
            Err(problem) if problem.kind == ErrorKind::NotFound => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    async fn open(&self, mut request: Request<String>) -> Result<Stream, Problem> {
        match self {
            Self::There(remote) => {
                let response = remote.open(request).await?;
                let partial = response.status().as_u16() == 206;
                Ok(Stream { bytes: Coming::There(response), partial })
            }
            Self::Here { faces, tenant } => {
                let name = tenant.parse().map_err(|_| Problem::bad("a tenant has a plain name"))?;
                request.headers_mut().insert("NGSILD-Tenant", name);
                let principal = Principal::Administrator { name: "command-line".to_owned() };
                request.extensions_mut().insert(principal);
                let answer = faces.clone().oneshot(request.map(Body::from)).await;
                let Ok(response) = answer;
                if !response.status().is_success() {
                    return Err(problem(response).await);
                }
                let partial = response.status().as_u16() == 206;
                Ok(Stream { bytes: Coming::Here(response.into_body().into_data_stream()), partial })
            }
        }
    }
}

async fn problem(response: Response<Body>) -> Problem {
    let kind = if response.status().as_u16() == 404 { ErrorKind::NotFound } else { ErrorKind::BadRequest };
    let bytes = to_bytes(response.into_body(), PROBLEM_BYTES_MAX).await.unwrap_or_default();
    let body: Json = serde_json::from_slice(&bytes).unwrap_or_default();
    Problem::new(kind, body.get("detail").and_then(Json::as_str).unwrap_or("no reason was given"))
}

impl Stream {
    /// The next bytes; `None` at the end. An answer that breaks off is an error.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        let broke = |cause: String| {
            Problem::new(
                ErrorKind::Timeout,
                format!(
                    "the answer broke off, the export is cut: {cause}; export a shorter time, or one type"
                ),
            )
        };
        match &mut self.bytes {
            Coming::Here(body) => body.next().await.transpose().map_err(|e| broke(e.to_string())),
            Coming::There(response) => response.chunk().await.map_err(|e| broke(e.to_string())),
        }
    }

    /// All bytes together, for answers that are small.
    pub(super) async fn all(&mut self) -> Result<Vec<u8>, Problem> {
        let mut all = Vec::new();
        while let Some(bytes) = self.next().await? {
            all.extend_from_slice(&bytes);
        }
        Ok(all)
    }
}
