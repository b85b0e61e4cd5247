//! What waits outlives a change of its subscription; one that is told once is told once.

use std::time::{Duration, Instant};

use senne_model::Json;

use super::{
    bed::{Bed, bed, bed_in},
    subscriptions::{receiver, room, subscribe, until},
};

pub(super) async fn until_at(bed: &Bed, place: &str, path: &str, wanted: Json) {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        let got = bed.get(place).await;
        if got.status == 200 && got.at(path) == wanted {
            return;
        }
        assert!(Instant::now() < end, "{path}: {}", got.text);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn what_waits_is_told_after_a_change_of_the_subscription() {
    let bed = bed().await;
    // A receiver that takes connections and never answers.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/told", silent.local_addr().unwrap());
    let place = subscribe(&bed, &url, "", "").await;
    for n in 1..=5 {
        room(&bed, &format!("R{n}"), 25, "a").await;
    }
    // The first is on its way and the others wait.
    let _open = silent.accept().await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let (url, heard) = receiver(0).await;
    let change = format!(r#"{{"notification":{{"http":{{"url":"{url}"}}}}}}"#);
    assert_eq!(bed.patch(&place, &change).await.status, 204);
    until("those that waited", || heard.lock().len() >= 4).await;
    let told: Vec<String> = heard.lock().iter().map(|(_, body)| body.to_string()).collect();
    for n in 2..=5 {
        assert!(told.iter().any(|body| body.contains(&format!("\"R{n}\""))), "R{n}: {told:?}");
    }
}

#[tokio::test]
async fn one_that_was_told_once_is_not_told_again_after_a_restart() {
    let (first, (url, heard)) = (bed().await, receiver(0).await);
    let place = subscribe(&first, &url, r#","status":"oneshot""#, "").await;
    room(&first, "Warm", 25, "a").await;
    until("the notification", || heard.lock().len() == 1).await;
    until_at(&first, &place, "status", Json::text("inactive")).await;
    first.hub.stop().await;
    let Bed { folder, .. } = first;
    let bed = bed_in(folder).await;
    until_at(&bed, &place, "status", Json::text("inactive")).await;
    // A change of something else does not make it new.
    assert_eq!(bed.patch(&place, r#"{"description":"rooms that were warm"}"#).await.status, 204);
    let (fence, passed) = receiver(0).await;
    subscribe(&bed, &fence, "", "").await;
    room(&bed, "Warm", 30, "a").await;
    until("the other subscription", || passed.lock().len() == 1).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(heard.lock().len(), 1);
}

#[tokio::test]
async fn one_that_could_not_be_told_waits_for_the_next_change() {
    let (bed, (url, heard)) = (bed().await, receiver(4).await);
    let place = subscribe(&bed, &url, r#","status":"oneshot""#, "").await;
    room(&bed, "Warm", 25, "a").await;
    until_at(&bed, &place, "notification/failsCounter", Json::Int(4)).await;
    assert_eq!(bed.get(&place).await.at("status"), Json::text("oneshot"));
    room(&bed, "Warm", 26, "a").await;
    until("the notification", || heard.lock().len() == 1).await;
    until_at(&bed, &place, "status", Json::text("inactive")).await;
}
