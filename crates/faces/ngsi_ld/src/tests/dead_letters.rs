//! Dead letters and replay.

use senne_model::Json;

use super::{
    bed::{Bed, S3, STATION, bed, bed_in, options},
    receiver::Receiver,
};

const LETTERS: &str = "/subscriptions/urn:sub:1/deadLetters";

async fn subscribe(bed: &Bed, url: &str) {
    let body = format!(
        r#"{{"id":"urn:sub:1","type":"Subscription","entities":[{{"type":"AirQualityObserved"}}],
            "notification":{{"endpoint":{{"uri":"{url}"}}}}}}"#
    );
    assert_eq!(bed.post("/subscriptions", &body).await.status, 201);
}

/// Waits until so many letters are kept.
async fn letters(bed: &Bed, count: usize) -> Vec<Json> {
    for _ in 0..1000 {
        let all = bed.get(LETTERS).await.json().as_array().unwrap().to_vec();
        if all.len() >= count {
            return all;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the letters did not come");
}

/// Clauses: 5.8.6.
#[tokio::test]
async fn what_is_refused_is_kept_and_sent_again() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    receiver.answer_with(400);
    subscribe(&bed, &receiver.url).await;
    bed.post("/entities", STATION).await;
    let kept = letters(&bed, 1).await;
    assert!(kept[0].get("reason").unwrap().to_string().contains("400"));
    assert_eq!(kept[0].get("tries"), Some(&Json::Int(5)));
    assert!(kept[0].get("notification").unwrap().get("data").is_some());

    // They survive a restart, and a second refusal.
    let bed = bed.restart().await;
    let refused = bed.post(&format!("{LETTERS}/resend"), "{}").await;
    assert_eq!(refused.at("failed").as_array().unwrap().len(), 1, "{}", refused.text);
    receiver.answer_with(200);
    let sent = bed.post(&format!("{LETTERS}/resend"), "{}").await;
    assert_eq!(sent.at("sent").as_array().unwrap().len(), 1, "{}", sent.text);
    assert_eq!(receiver.wait_for(1).await[0].1.get("id"), kept[0].get("id"));
    assert!(bed.get(LETTERS).await.json().as_array().unwrap().is_empty());
}

#[tokio::test]
async fn letters_go_when_they_are_cleared_and_with_their_subscription() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    receiver.answer_with(404);
    subscribe(&bed, &receiver.url).await;
    bed.post("/entities", STATION).await;
    letters(&bed, 1).await;
    assert_eq!(bed.delete(LETTERS).await.status, 204);
    assert!(bed.get(LETTERS).await.json().as_array().unwrap().is_empty());
    assert_eq!(bed.get("/subscriptions/urn:sub:9/deadLetters").await.status, 404);
    bed.patch(&format!("{S3}/attrs/NO2"), r#"{"value":3}"#).await;
    letters(&bed, 1).await;
    assert_eq!(bed.delete("/subscriptions/urn:sub:1").await.status, 204);
    let bed = bed_in(bed.into_folder().await, options()).await;
    subscribe(&bed, &receiver.url).await;
    assert!(bed.get(LETTERS).await.json().as_array().unwrap().is_empty());
}

/// Clauses: 5.8.6.
#[tokio::test]
async fn changes_are_told_again_from_a_position_or_a_moment() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    subscribe(&bed, &receiver.url).await;
    bed.post("/entities", STATION).await;
    let first = receiver.wait_for(1).await;
    let middle = senne_model::Timestamp::now();
    bed.patch(&format!("{S3}/attrs/NO2"), r#"{"value":1}"#).await;
    bed.patch(&format!("{S3}/attrs/NO2"), r#"{"value":2}"#).await;
    receiver.wait_for(3).await;
    let replay = "/subscriptions/urn:sub:1/replay";
    let asked = bed.post(replay, r#"{"after":0}"#).await;
    assert_eq!(asked.status, 202, "{}", asked.text);
    let got = receiver.wait_for(6).await;
    assert_eq!(got[3].1.get("id"), first[0].1.get("id"), "the same change has the same id");
    assert_eq!(bed.post(replay, &format!(r#"{{"from":"{middle}"}}"#)).await.status, 202);
    let got = receiver.wait_for(8).await;
    assert_eq!(got[6].1.get("id"), got[1].1.get("id"));
    for (body, field) in [
        (r#"{"after":99999999}"#, "after"),
        (r#"{"from":"yesterday"}"#, "from"),
        (r#"{"after":1,"from":"x"}"#, "after"),
    ] {
        let wrong = bed.post(replay, body).await;
        assert_eq!((wrong.status.as_u16(), wrong.at("field")), (400, Json::text(field)), "{body}");
    }
    // It goes on as before.
    bed.patch(&format!("{S3}/attrs/NO2"), r#"{"value":3}"#).await;
    receiver.wait_for(9).await;
}
