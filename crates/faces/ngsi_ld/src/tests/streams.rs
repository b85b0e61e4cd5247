//! Subscriptions read as streams: Server-Sent Events and WebSocket, over a real connection.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use futures::StreamExt;
use senne_hub::{Hub, HubConfig, Principal};
use senne_model::Json;
use tokio_tungstenite::tungstenite::Message;
use tower::ServiceExt;

use super::bed::{Bed, S3, STATION, bed, options, request};

const STREAM: &str = r#"{"id":"urn:sub:1","type":"Subscription","entities":[{"type":"AirQualityObserved"}],"watchedAttributes":["NO2"],
    "q":"NO2>10","notification":{"format":"keyValues","endpoint":{"uri":"urn:senne:stream"}}}"#;

/// The face on a port of loopback.
async fn serve(bed: &Bed) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = bed.router.clone();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("{address}/ngsi-ld/v1/subscriptions/urn:sub:1")
}

async fn set(bed: &Bed, value: i64) {
    assert_eq!(bed.patch(&format!("{S3}/attrs/NO2"), &format!(r#"{{"value":{value}}}"#)).await.status, 204);
}

/// An open stream of events.
struct Events {
    response: reqwest::Response,
    text: String,
}

impl Events {
    async fn open(url: &str, last: Option<&str>) -> Self {
        let mut request = reqwest::Client::new().get(format!("http://{url}/events"));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// The next event: id, kind, data.
    async fn next(&mut self) -> (String, String, Json) {
        loop {
            if let Some((event, rest)) = self.text.clone().split_once("\n\n") {
                self.text = rest.to_owned();
                let field =
                    |name: &str| event.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned));
                if let Some(data) = field("data: ") {
                    return (
                        field("id: ").unwrap(),
                        field("event: ").unwrap(),
                        serde_json::from_str(&data).unwrap(),
                    );
                }
                continue;
            }
            let chunk = tokio::time::timeout(Duration::from_secs(10), self.response.chunk()).await;
            let chunk = chunk.expect("an event comes").unwrap().expect("the stream goes on");
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

fn value(notification: &Json) -> i64 {
    let data = notification.get("data").unwrap().as_array().unwrap();
    data[0].get("NO2").unwrap().as_f64().unwrap() as i64
}

#[tokio::test]
async fn events_come_and_go_on_where_the_reader_was() {
    let bed = bed().await;
    assert_eq!(bed.post("/subscriptions", STREAM).await.status, 201);
    bed.post("/entities", STATION).await;
    let url = serve(&bed).await;
    let mut events = Events::open(&url, None).await;
    set(&bed, 30).await;
    set(&bed, 5).await;
    set(&bed, 31).await;
    let (id, kind, first) = events.next().await;
    assert_eq!((kind.as_str(), value(&first)), ("notification", 30));
    assert_eq!(value(&events.next().await.2), 31);
    drop(events);
    set(&bed, 32).await;
    // The reader saw the first and comes back.
    let mut events = Events::open(&url, Some(&id)).await;
    assert_eq!(value(&events.next().await.2), 31);
    assert_eq!(value(&events.next().await.2), 32);
    // Nothing was sent anywhere.
    let shown = bed.get("/subscriptions/urn:sub:1").await;
    assert!(shown.at("notification").get("timesSent").is_none());
    // A stream ends with its subscription.
    assert_eq!(bed.delete("/subscriptions/urn:sub:1").await.status, 204);
    set(&bed, 33).await;
    let end = tokio::time::timeout(Duration::from_secs(20), events.response.chunk()).await.expect("it ends");
    assert!(end.unwrap().is_none());
}

#[tokio::test]
async fn a_socket_tells_the_same() {
    let bed = bed().await;
    assert_eq!(bed.post("/subscriptions", STREAM).await.status, 201);
    bed.post("/entities", STATION).await;
    let url = serve(&bed).await;
    let (mut socket, _) = tokio_tungstenite::connect_async(format!("ws://{url}/socket")).await.unwrap();
    set(&bed, 30).await;
    let message =
        tokio::time::timeout(Duration::from_secs(10), socket.next()).await.unwrap().unwrap().unwrap();
    let Message::Text(text) = message else { panic!("{message:?}") };
    let json: Json = serde_json::from_str(text.as_str()).unwrap();
    assert_eq!(value(json.get("notification").unwrap()), 30);
    let Some(Json::Int(id)) = json.get("id").cloned() else { panic!("{json}") };
    set(&bed, 31).await;
    socket.close(None).await.unwrap();
    let again = format!("ws://{url}/socket?lastEventId={id}");
    let (mut socket, _) = tokio_tungstenite::connect_async(again).await.unwrap();
    let message =
        tokio::time::timeout(Duration::from_secs(10), socket.next()).await.unwrap().unwrap().unwrap();
    assert!(message.to_text().unwrap().contains("31"), "{message}");
}

#[tokio::test]
async fn what_is_no_stream_is_refused() {
    let bed = bed().await;
    assert_eq!(bed.post("/subscriptions", STREAM).await.status, 201);
    assert_eq!(bed.get("/subscriptions/urn:sub:9/events").await.status, 404);
    assert_eq!(bed.get("/subscriptions/urn:sub:1/socket").await.status, 400);
    let wrong = bed.get("/subscriptions/urn:sub:1/events?lastEventId=x").await;
    assert_eq!((wrong.status.as_u16(), wrong.at("field")), (400, Json::text("Last-Event-ID")));
}

#[tokio::test]
async fn one_stranger_does_not_take_all_streams() {
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub::open(HubConfig::new(folder.path())).await.unwrap();
    let router = Router::new().nest("/ngsi-ld/v1", crate::router(hub, options()).unwrap());
    let clerk = Principal::Administrator { name: "clerk".to_owned() };
    let create = request("POST", "/subscriptions").header("content-type", "application/json");
    let create = create.extension(clerk.clone()).body(Body::from(STREAM)).unwrap();
    assert_eq!(router.clone().oneshot(create).await.unwrap().status(), 201);
    let open = async |who: &Principal, from: [u8; 4]| {
        let asked = request("GET", "/subscriptions/urn:sub:1/events").extension(who.clone());
        let asked = asked.extension(ConnectInfo(SocketAddr::from((from, 7000))));
        router.clone().oneshot(asked.body(Body::empty()).unwrap()).await.unwrap()
    };
    let (stranger, here, there) = (Principal::Anonymous, [193, 190, 130, 15], [193, 190, 130, 16]);
    let mut streams = Vec::new();
    for _ in 0..64 {
        let stream = open(&stranger, here).await;
        assert_eq!(stream.status(), 200);
        streams.push(stream);
    }
    let refused = open(&stranger, here).await;
    assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].to_str().unwrap()), (503, "1"));
    assert_eq!(open(&stranger, there).await.status(), 200);
    assert_eq!(open(&clerk, here).await.status(), 200);
    streams.pop();
    assert_eq!(open(&stranger, here).await.status(), 200);
}
