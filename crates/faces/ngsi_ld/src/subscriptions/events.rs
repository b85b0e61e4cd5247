//! `GET /subscriptions/{id}/events`: notifications as Server-Sent Events (WHATWG HTML, "Server-sent events").

use std::{convert::Infallible, time::Duration};

use axum::{body::Body, response::Response};
use bytes::Bytes;
use http::header;
use tokio_util::sync::CancellationToken;

use super::stream::{Event, Stream, gap};
use crate::http::{Answer, Call, put};

/// After so long without an event a comment says that the stream is alive.
const BEAT: Duration = Duration::from_secs(15);

/// How long a browser waits before it comes back, in milliseconds.
const RETRY: &[u8] = b"retry: 3000\n\n";

pub(crate) async fn events(call: Call) -> Answer {
    let stream = Stream::open(&call).await?;
    let stop = call.face.options.stop.clone();
    let start = futures::stream::once(std::future::ready(Ok(Bytes::from_static(RETRY))));
    let rest = futures::stream::unfold((stream, stop), |(mut stream, stop)| async move {
        let bytes = next(&mut stream, &stop).await?;
        Some((Ok::<_, Infallible>(bytes), (stream, stop)))
    });
    let mut response = Response::new(Body::from_stream(futures::StreamExt::chain(start, rest)));
    put(&mut response, header::CONTENT_TYPE, "text/event-stream");
    put(&mut response, header::CACHE_CONTROL, "no-store");
    // Proxies that gather answers before they pass them on are asked not to.
    put(&mut response, http::HeaderName::from_static("x-accel-buffering"), "no");
    Ok(response)
}

async fn next(stream: &mut Stream, stop: &CancellationToken) -> Option<Bytes> {
    tokio::select! {
        () = stop.cancelled() => None,
        event = stream.next() => event.map(written),
        () = tokio::time::sleep(BEAT) => Some(Bytes::from_static(b": alive\n\n")),
    }
}

/// An event as it stands on the wire. JSON has no line breaks of its own.
fn written(event: Event) -> Bytes {
    let (no, kind, data) = match event {
        Event::Notification(no, data) => (no, "notification", data),
        Event::Gap(after, upto) => (upto, "gap", gap(after, upto).to_string().into_bytes()),
    };
    let mut out = format!("id: {no}\nevent: {kind}\ndata: ").into_bytes();
    out.extend_from_slice(&data);
    out.extend_from_slice(b"\n\n");
    out.into()
}
