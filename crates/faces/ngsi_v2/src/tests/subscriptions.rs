//! Subscriptions and what is sent.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{Router, extract::State, http::HeaderMap, routing::post};
use parking_lot::Mutex;
use senne_model::Json;

use super::bed::{Bed, bed};

pub(super) type Heard = Arc<Mutex<Vec<(HeaderMap, Json)>>>;

/// A receiver on a free port that refuses the first so many notifications.
pub(super) async fn receiver(refusals: usize) -> (String, Heard) {
    let heard: Heard = Arc::default();
    let left = Arc::new(Mutex::new(refusals));
    let hear = async move |State((heard, left)): State<(Heard, Arc<Mutex<usize>>)>,
                           headers: HeaderMap,
                           body: String| {
        let mut left = left.lock();
        if *left > 0 {
            *left -= 1;
            return http::StatusCode::SERVICE_UNAVAILABLE;
        }
        heard.lock().push((headers, serde_json::from_str(&body).unwrap()));
        http::StatusCode::NO_CONTENT
    };
    let router = Router::new().route("/told", post(hear)).with_state((Arc::clone(&heard), left));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/told", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, heard)
}

pub(super) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < end, "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

pub(super) async fn subscribe(bed: &Bed, url: &str, more: &str, told: &str) -> String {
    let body = format!(
        r#"{{"description":"rooms","subject":{{"entities":[{{"idPattern":".*","type":"Room"}}],
        "condition":{{"attrs":["temperature"],"expression":{{"q":"temperature>20"}}}}}},
        "notification":{{"http":{{"url":"{url}"}}{told}}}{more}}}"#
    );
    let made = bed.post("/subscriptions", &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.header("location").trim_start_matches("/v2").to_owned()
}

pub(super) async fn room(bed: &Bed, id: &str, temperature: i64, status: &str) {
    let body = format!(r#"{{"id":"{id}","type":"Room","temperature":{temperature},"status":"{status}"}}"#);
    let got = bed.post("/entities?options=keyValues,upsert", &body).await;
    assert!(matches!(got.status, 201 | 204), "{}", got.text);
}

#[tokio::test]
async fn what_is_asked_for_is_told_as_it_is_asked_for() {
    let (bed, (url, heard)) = (bed().await, receiver(0).await);
    let place = subscribe(&bed, &url, "", r#","attrs":["temperature"],"attrsFormat":"keyValues""#).await;
    room(&bed, "Cold", 10, "a").await;
    room(&bed, "Warm", 25, "a").await;
    // Nothing of what is watched changes.
    room(&bed, "Warm", 25, "b").await;
    room(&bed, "Warm", 26, "b").await;
    until("two notifications", || heard.lock().len() == 2).await;
    let told: Vec<String> =
        heard.lock().iter().map(|(_, body)| body.get("data").unwrap().to_string()).collect();
    assert!(told[0].contains(r#""temperature":2"#) && !told[0].contains("status"), "{told:?}");
    assert_eq!(told[1], r#"[{"id":"Warm","type":"Room","temperature":26}]"#);
    let headers = heard.lock()[0].0.clone();
    assert_eq!(headers.get("ngsiv2-attrsformat").unwrap(), "keyValues");
    let shown = bed.get(&place).await;
    assert_eq!(
        (shown.at("status"), shown.at("notification/timesSent")),
        (Json::text("active"), Json::Int(2))
    );
    assert_eq!(bed.get("/subscriptions?options=count").await.header("fiware-total-count"), "1");
    assert_eq!(bed.patch(&place, r#"{"status":"inactive"}"#).await.status, 204);
    room(&bed, "Warm", 30, "b").await;
    assert_eq!(bed.patch(&place, r#"{"status":"active"}"#).await.status, 204);
    room(&bed, "Warm", 31, "b").await;
    until("the third", || heard.lock().len() == 3).await;
    assert!(heard.lock()[2].1.to_string().contains("31"));
    assert_eq!(bed.delete(&place).await.status, 204);
    assert_eq!(bed.get(&place).await.status, 404);
}

#[tokio::test]
async fn a_notification_that_fails_is_sent_again_and_one_shot_is_one() {
    let (bed, (url, heard)) = (bed().await, receiver(2).await);
    let place = subscribe(&bed, &url, r#","status":"oneshot""#, "").await;
    room(&bed, "Warm", 25, "a").await;
    until("the notification", || heard.lock().len() == 1).await;
    room(&bed, "Warm", 26, "a").await;
    let end = Instant::now() + Duration::from_secs(20);
    while bed.get(&place).await.at("status") != Json::text("inactive") {
        assert!(Instant::now() < end);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let shown = bed.get(&place).await;
    assert_eq!(
        (shown.at("notification/timesSent"), shown.at("notification/failsCounter")),
        (Json::Int(3), Json::Int(0))
    );
    assert_eq!(heard.lock().len(), 1);
    assert_eq!(heard.lock()[0].1.get("data").unwrap().as_array().map(<[Json]>::len), Some(1));
}

#[tokio::test]
async fn what_is_wrong_with_a_subscription_is_named() {
    let bed = bed().await;
    let subject = r#""subject":{"entities":[{"id":"A"}]}"#;
    for (body, status, field) in [
        (format!("{{{subject}}}"), 400, "notification"),
        (r#"{"notification":{"http":{"url":"http://x.org/"}}}"#.to_owned(), 400, "subject"),
        (
            format!(r#"{{{subject},"notification":{{"http":{{"url":"mqtt://x"}}}}}}"#),
            400,
            "notification.http.url",
        ),
        (
            format!(r#"{{{subject},"notification":{{"httpCustom":{{"url":"http://x.org/","topic":"a"}}}}}}"#),
            501,
            "notification.httpCustom.topic",
        ),
        (
            format!(r#"{{{subject},"notification":{{"http":{{"url":"http://x.org/"}}}},"expires":"soon"}}"#),
            400,
            "expires",
        ),
    ] {
        let got = bed.post("/subscriptions", &body).await;
        assert_eq!((got.status, got.at("field")), (status, Json::text(field)), "{body}: {}", got.text);
    }
}
