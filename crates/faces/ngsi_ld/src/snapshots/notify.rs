//! Telling the maker of a snapshot how far it is (clauses 5.3.4, 5.16.6).

use std::time::Duration;

use http::header;
use senne_model::{Json, Timestamp};

use super::{document::headers, kept::Kept};
use crate::{contexts::random, http::object};

/// The pauses before it is told again when that failed.
const PAUSES: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(25)];

/// Tells the receiver, if there is one, in a task of its own. After four failures it is given up.
pub(super) fn tell(client: &reqwest::Client, kept: &Kept) {
    let Some(endpoint) = kept.member("endpoint").and_then(Json::as_str) else { return };
    let (client, endpoint, id) = (client.clone(), endpoint.to_owned(), kept.id.clone());
    let body = notification(kept).to_string();
    let more = kept.member("receiverInfo").and_then(|info| headers(info).ok()).unwrap_or_default();
    tokio::spawn(async move {
        for pause in PAUSES.into_iter().map(Some).chain([None]) {
            let mut request =
                client.post(&endpoint).header(header::CONTENT_TYPE, "application/json").body(body.clone());
            for (name, value) in &more {
                request = request.header(name, value);
            }
            match request.send().await {
                Ok(response) if response.status().is_success() => return,
                Ok(response) => {
                    tracing::warn!(snapshot = %id, status = %response.status(), "`{endpoint}` refused a notification");
                }
                Err(error) => {
                    tracing::warn!(snapshot = %id, %error, "`{endpoint}` could not be told of a snapshot");
                }
            }
            let Some(pause) = pause else { return };
            tokio::time::sleep(pause).await;
        }
    });
}

fn notification(kept: &Kept) -> Json {
    let details = |list: &[Json]| Json::Array(list.to_vec());
    object([
        ("id", Json::from(format!("urn:ngsi-ld:SnapshotNotification:{:016x}", random()))),
        ("type", Json::text("SnapshotNotification")),
        ("snapshotId", Json::text(&kept.id)),
        ("notifiedAt", Json::from(Timestamp::now().to_string())),
        ("expiresAt", Json::from(kept.expires_at.to_string())),
        ("snapshotPriority", Json::Int(kept.priority())),
        ("snapshotStatus", Json::text(kept.status.word())),
        ("snapshotQueriesDetails", details(&kept.details)),
        ("temporalSnapshotQueriesDetails", details(&kept.temporal_details)),
    ])
}
