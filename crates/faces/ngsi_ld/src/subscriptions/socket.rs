//! `GET /subscriptions/{id}/socket`: notifications over a WebSocket (RFC 6455), one text message each:
//! `{"id": number of the change, "notification": {…}}`, or `{"id": …, "gap": {…}}`.

use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade, rejection::WebSocketUpgradeRejection};
use senne_model::{ErrorKind, Problem};
use tokio_util::sync::CancellationToken;

use super::stream::{Event, Stream, gap};
use crate::http::{Answer, Call};

/// How often the reader is asked whether it is still there; after two questions without a word it is let go.
const BEAT: Duration = Duration::from_secs(30);

/// How long a reader may take to take a message.
const PATIENCE: Duration = Duration::from_secs(60);

/// The largest message of a reader: it has nothing to say but that it is there.
const BYTES_MAX: usize = 4096;

pub(crate) async fn socket(
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    call: Call,
) -> Answer {
    let upgrade = upgrade.map_err(|error| {
        let detail = format!("a WebSocket is opened here: {error}; use /events for Server-Sent Events");
        Problem::new(ErrorKind::InvalidRequest, detail)
    })?;
    let stream = Stream::open(&call).await?;
    let stop = call.face.options.stop.clone();
    let upgrade = upgrade.max_message_size(BYTES_MAX).max_frame_size(BYTES_MAX);
    Ok(upgrade.on_upgrade(move |socket| talk(socket, stream, stop)))
}

async fn talk(mut socket: WebSocket, mut stream: Stream, stop: CancellationToken) {
    let mut unanswered = 0;
    let mut beat = tokio::time::interval(BEAT);
    beat.tick().await;
    loop {
        let message = tokio::select! {
            () = stop.cancelled() => break,
            event = stream.next() => match event {
                Some(event) => written(event),
                None => break,
            },
            _ = beat.tick() => {
                if unanswered >= 2 {
                    break;
                }
                unanswered += 1;
                Message::Ping(bytes::Bytes::new())
            }
            said = socket.recv() => match said {
                None | Some(Err(_) | Ok(Message::Close(_))) => return,
                Some(Ok(_)) => {
                    unanswered = 0;
                    continue;
                }
            },
        };
        if !matches!(tokio::time::timeout(PATIENCE, socket.send(message)).await, Ok(Ok(()))) {
            return;
        }
    }
    // The reader may be gone already.
    let _ = tokio::time::timeout(PATIENCE, socket.send(Message::Close(None))).await;
}

fn written(event: Event) -> Message {
    let (no, kind, data) = match event {
        Event::Notification(no, data) => (no, "notification", String::from_utf8_lossy(&data).into_owned()),
        Event::Gap(after, upto) => (upto, "gap", gap(after, upto).to_string()),
    };
    Message::Text(format!("{{\"id\":{no},\"{kind}\":{data}}}").into())
}
