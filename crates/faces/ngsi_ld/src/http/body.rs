//! Reading bodies within bounds (clause 6.3.4).

use std::{sync::Arc, time::Duration};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use senne_model::{ErrorKind, Problem};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Refusal;

/// A body with its share of the memory for bodies.
pub(super) struct Received {
    pub(super) bytes: Bytes,
    pub(super) linked_data: bool,
    pub(super) share: OwnedSemaphorePermit,
}

/// How long a caller waits for others to finish before it is sent away.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often a caller who has to leave some memory to others looks whether there is more.
const GLANCE: Duration = Duration::from_millis(20);

/// The memory for bodies.
pub(super) struct Memory<'a> {
    /// One permit per KiB.
    pub(super) shares: &'a Arc<Semaphore>,
    /// How many permits this caller leaves to others.
    pub(super) left: usize,
}

impl Memory<'_> {
    /// A share of so many permits, when there is one soon.
    async fn share(&self, permits: u32) -> Result<OwnedSemaphorePermit, Problem> {
        let share = async {
            while self.left > 0 && self.shares.available_permits() < self.left + permits as usize {
                tokio::time::sleep(GLANCE).await;
            }
            Arc::clone(self.shares).acquire_many_owned(permits).await
        };
        match tokio::time::timeout(PATIENCE, share).await {
            Ok(Ok(share)) => Ok(share),
            _ => Err(Problem::new(ErrorKind::Overloaded, "too many large requests are under way")),
        }
    }
}

/// Reads a JSON body of at most `bytes_max`.
pub(super) async fn receive(
    method: &Method,
    headers: &HeaderMap,
    body: Body,
    bytes_max: usize,
    memory: &Memory<'_>,
) -> Result<Received, Refusal> {
    let linked_data = content_type(method, headers)?;
    let announced: Option<usize> =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let announced =
        announced.or_else(|| HttpBody::size_hint(&body).exact().filter(|n| *n > 0).map(|n| n as usize));
    if announced.is_none() && !headers.contains_key(header::TRANSFER_ENCODING) {
        return Err(Refusal::Bare(StatusCode::LENGTH_REQUIRED));
    }
    let bytes = announced.unwrap_or(bytes_max);
    if bytes > bytes_max {
        return Err(too_large(bytes_max));
    }
    let permits = u32::try_from(bytes / 1024 + 1).unwrap_or(u32::MAX);
    let share = memory.share(permits).await?;
    let bytes = axum::body::to_bytes(body, bytes_max).await.map_err(|error| {
        let text = error.to_string();
        if text.contains("length limit") {
            too_large(bytes_max)
        } else {
            Problem::new(ErrorKind::InvalidRequest, format!("the body could not be read: {text}")).into()
        }
    })?;
    Ok(Received { bytes, linked_data, share })
}

fn too_large(bytes_max: usize) -> Refusal {
    let detail = format!("the body is larger than {bytes_max} bytes; send it in parts");
    Problem::new(ErrorKind::TooLarge, detail).into()
}

/// Whether the body is JSON-LD; a refusal when it is no JSON at all.
fn content_type(method: &Method, headers: &HeaderMap) -> Result<bool, Refusal> {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "application/json" => Ok(false),
        "application/ld+json" => Ok(true),
        "application/merge-patch+json" if method == Method::PATCH => Ok(false),
        _ => Err(Refusal::Bare(StatusCode::UNSUPPORTED_MEDIA_TYPE)),
    }
}
