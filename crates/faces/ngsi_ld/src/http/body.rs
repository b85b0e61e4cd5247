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

/// Reads a JSON body of at most `bytes_max`; `shares` has one permit per KiB.
pub(super) async fn receive(
    method: &Method,
    headers: &HeaderMap,
    body: Body,
    bytes_max: usize,
    shares: &Arc<Semaphore>,
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
    let share = tokio::time::timeout(PATIENCE, Arc::clone(shares).acquire_many_owned(permits)).await;
    let Ok(Ok(share)) = share else {
        return Err(Problem::new(ErrorKind::Overloaded, "too many large requests are under way").into());
    };
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
