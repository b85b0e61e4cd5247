//! Subscriptions to registrations over HTTP, and their notifications.

use std::time::Duration;

use senne_model::Json;

use super::{
    bed::{Bed, bed},
    brokers::{VEHICLES, register},
    receiver::Receiver,
};

async fn subscribe(bed: &Bed, url: &str, more: &str) {
    let body = format!(
        r#"{{"id":"urn:sub:1","type":"Subscription","entities":[{{"type":"Vehicle"}}],"notification":{{"endpoint":{{"uri":"{url}"}}}}{more}}}"#
    );
    let made = bed.post("/csourceSubscriptions", &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
}

fn told(notification: &(http::HeaderMap, Json)) -> (String, Vec<String>) {
    let body = &notification.1;
    let reason = body.get("triggerReason").unwrap().as_str().unwrap().to_owned();
    (reason, super::brokers::ids(body.get("data").unwrap()))
}

/// Clauses: 5.11.7.
#[tokio::test]
async fn beginnings_changes_and_ends_are_told() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    register(&bed, "1", "http://127.0.0.1:9", VEHICLES, "").await;
    subscribe(&bed, &receiver.url, "").await;
    assert_eq!(told(&receiver.wait_for(1).await[0]), ("newlyMatching".into(), vec!["urn:reg:1".into()]));
    bed.patch("/csourceRegistrations/urn:reg:1", r#"{"description":"x"}"#).await;
    assert_eq!(told(&receiver.wait_for(2).await[1]), ("updated".into(), vec!["urn:reg:1".into()]));
    register(&bed, "other", "http://127.0.0.1:9", r#"{"entities":[{"type":"Tram"}]}"#, "").await;
    bed.patch("/csourceRegistrations/urn:reg:1", r#"{"information":[{"entities":[{"type":"Tram"}]}]}"#).await;
    assert_eq!(told(&receiver.wait_for(3).await[2]), ("noLongerMatching".into(), vec!["urn:reg:1".into()]));
    bed.patch("/csourceRegistrations/urn:reg:1", &format!(r#"{{"information":[{VEHICLES}]}}"#)).await;
    assert_eq!(told(&receiver.wait_for(4).await[3]).0, "newlyMatching");
    bed.delete("/csourceRegistrations/urn:reg:1").await;
    let got = receiver.wait_for(5).await;
    assert_eq!(told(&got[4]), ("noLongerMatching".into(), vec!["urn:reg:1".into()]));
    assert_eq!(got[4].1.get("type"), Some(&Json::text("ContextSourceNotification")));
    assert_eq!(got[4].1.get("subscriptionId"), Some(&Json::text("urn:sub:1")));
    let shown = bed.get("/csourceSubscriptions/urn:sub:1").await;
    assert_eq!(shown.at("notification/timesSent"), Json::Int(5));
    assert_eq!(
        (shown.at("status"), shown.at("notification/status")),
        (Json::text("active"), Json::text("ok"))
    );
}

/// Clauses: 5.11.7.
#[tokio::test]
async fn with_an_interval_everything_is_told_again() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    register(&bed, "1", "http://127.0.0.1:9", VEHICLES, "").await;
    subscribe(&bed, &receiver.url, r#","timeInterval":0.2"#).await;
    let got = receiver.wait_for(3).await;
    assert!(got.iter().all(|one| told(one).1 == ["urn:reg:1"]));
}

/// How long this thread has worked, where the system tells it.
fn worked() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

#[tokio::test]
async fn a_pause_and_an_end_with_an_interval_cost_no_work() {
    let bed = bed().await;
    subscribe(&bed, "http://127.0.0.1:9/x", r#","timeInterval":0.2,"isActive":false"#).await;
    for change in [r#"{"description":"x"}"#, r#"{"isActive":true,"expiresAt":"2020-01-01T00:00:00Z"}"#] {
        assert_eq!(bed.patch("/csourceSubscriptions/urn:sub:1", change).await.status, 204);
        let before = worked();
        tokio::time::sleep(Duration::from_secs(1)).await;
        if let (Some(before), Some(after)) = (before, worked()) {
            let spent = after.saturating_sub(before);
            assert!(spent < Duration::from_millis(400), "{change}: {spent:?}");
        }
    }
}

#[tokio::test]
async fn the_shortest_interval_is_a_tenth_of_a_second() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    register(&bed, "1", "http://127.0.0.1:9", VEHICLES, "").await;
    subscribe(&bed, &receiver.url, r#","timeInterval":0.000000001"#).await;
    let before = receiver.wait_for(2).await.len();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let after = receiver.all().len();
    assert!(after - before <= 8, "{} in half a second", after - before);
}

/// Clauses: 5.11.2, 5.11.7.
#[tokio::test]
async fn conditions_on_place_time_and_source() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    let conditions = r#","csf":"sourceType==\"sensor\"","geoQ":{"georel":"near;maxDistance==5000","geometry":"Point","coordinates":[4.35,50.85]},
        "temporalQ":{"timerel":"after","timeAt":"2020-06-01T00:00:00Z"}"#;
    subscribe(&bed, &receiver.url, conditions).await;
    let interval = r#","observationInterval":{"startAt":"2020-01-01T00:00:00Z"}"#;
    let place = r#","location":{"type":"Point","coordinates":[4.36,50.85]}"#;
    let source = r#","sourceType":"sensor""#;
    for (id, more) in [
        ("no-time", format!("{place}{source}")),
        ("no-place", format!("{interval}{source}")),
        ("no-source", format!("{interval}{place}")),
        ("all", format!("{interval}{place}{source}")),
    ] {
        register(&bed, id, "http://127.0.0.1:9", VEHICLES, &more).await;
    }
    assert_eq!(told(&receiver.wait_for(1).await[0]).1, ["urn:reg:all"]);
}

/// Clauses: 5.11.3, 5.11.7.
#[tokio::test]
async fn a_pause_is_silent_and_a_change_tells_everything() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    subscribe(&bed, &receiver.url, r#","isActive":false"#).await;
    register(&bed, "1", "http://127.0.0.1:9", VEHICLES, "").await;
    assert_eq!(bed.get("/csourceSubscriptions/urn:sub:1").await.at("status"), Json::text("paused"));
    assert_eq!(bed.patch("/csourceSubscriptions/urn:sub:1", r#"{"isActive":true}"#).await.status, 204);
    assert_eq!(told(&receiver.wait_for(1).await[0]), ("newlyMatching".into(), vec!["urn:reg:1".into()]));
    let ended = bed.patch("/csourceSubscriptions/urn:sub:1", r#"{"expiresAt":"2020-01-01T00:00:00Z"}"#).await;
    assert_eq!(ended.status, 204);
    assert_eq!(bed.get("/csourceSubscriptions/urn:sub:1").await.at("status"), Json::text("expired"));
}

/// Clauses: 5.11.7.
#[tokio::test]
async fn what_did_not_arrive_is_told_as_it_then_is_through_a_restart() {
    let (first, receiver) = (bed().await, Receiver::start().await);
    receiver.answer_with(503);
    subscribe(&first, &receiver.url, "").await;
    register(&first, "1", "http://127.0.0.1:9", VEHICLES, "").await;
    for _ in 0..500 {
        if first.get("/csourceSubscriptions/urn:sub:1").await.at("notification").get("timesFailed").is_some()
        {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let second = first.restart().await;
    receiver.answer_with(200);
    register(&second, "2", "http://127.0.0.1:9", VEHICLES, "").await;
    let mut seen = Vec::new();
    for n in 1..=2 {
        if seen.len() < 2 {
            seen.extend(told(&receiver.wait_for(n).await[n - 1]).1);
        }
    }
    seen.sort();
    assert_eq!(seen, ["urn:reg:1", "urn:reg:2"]);
}

/// Clauses: 5.11.2, 5.11.3, 5.11.4, 5.11.5, 5.11.6.
#[tokio::test]
async fn subscriptions_are_kept_house_of() {
    let bed = bed().await;
    subscribe(&bed, "http://127.0.0.1:9/x", "").await;
    let list = bed.get("/csourceSubscriptions?count=true").await;
    assert_eq!(
        (list.header("ngsild-results-count"), list.at("0/entities/0/type")),
        ("1", Json::text("Vehicle"))
    );
    for (body, field) in [
        (r#"{"type":"Sub"}"#, "type"),
        (r#"{"watchedAttributes":[]}"#, "watchedAttributes"),
        (r#"{"q":"((("}"#, "q"),
        (r#"{"notification":{"endpoint":{"uri":"nowhere"}}}"#, "notification.endpoint.uri"),
        (r#"{"notification":{"attributes":["speed"]}}"#, "notification.endpoint"),
        (r#"{"temporalQ":{"timerel":"before"}}"#, "temporalQ.timeAt"),
        (r#"{"timeInterval":0}"#, "timeInterval"),
    ] {
        let got = bed.patch("/csourceSubscriptions/urn:sub:1", body).await;
        assert_eq!((got.status.as_u16(), got.at("field")), (400, Json::text(field)), "{body}: {}", got.text);
    }
    assert_eq!(bed.delete("/csourceSubscriptions/urn:sub:1").await.status, 204);
    assert_eq!(bed.get("/csourceSubscriptions/urn:sub:1").await.status, 404);
    assert_eq!(bed.delete("/csourceSubscriptions/urn:sub:1").await.status, 404);
}

/// Clauses: 5.11.3.
#[tokio::test]
async fn two_changes_at_one_time_are_both_made() {
    let bed = bed().await;
    subscribe(&bed, "http://127.0.0.1:9/x", "").await;
    let path = "/csourceSubscriptions/urn:sub:1";
    for n in 0..5 {
        let (one, other) =
            (format!(r#"{{"description":"d{n}"}}"#), format!(r#"{{"subscriptionName":"n{n}"}}"#));
        let (one, other) = tokio::join!(bed.patch(path, &one), bed.patch(path, &other));
        assert_eq!((one.status.as_u16(), other.status.as_u16()), (204, 204));
        let shown = bed.get(path).await;
        let names = (shown.at("description"), shown.at("subscriptionName"));
        assert_eq!(names, (Json::from(format!("d{n}")), Json::from(format!("n{n}"))));
    }
}

/// Clauses: 5.11.7.
#[tokio::test]
async fn with_an_interval_what_is_gone_is_forgotten() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    register(&bed, "1", "http://127.0.0.1:9", VEHICLES, "").await;
    subscribe(&bed, &receiver.url, r#","timeInterval":0.1"#).await;
    receiver.wait_for(2).await;
    assert_eq!(bed.delete("/csourceRegistrations/urn:reg:1").await.status, 204);
    tokio::time::sleep(Duration::from_millis(400)).await;
    let before = receiver.all().len();
    register(&bed, "2", "http://127.0.0.1:9", VEHICLES, "").await;
    let first = told(&receiver.wait_for(before + 1).await[before]);
    assert_eq!(first, ("newlyMatching".into(), vec!["urn:reg:2".into()]));
}

/// Clauses: 4.9, 5.11.2.
#[tokio::test]
async fn a_condition_on_the_source_may_be_percent_encoded() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    register(&bed, "1", "http://127.0.0.1:9", VEHICLES, r#","sourceType":"sensor""#).await;
    subscribe(&bed, &receiver.url, r#","csf":"sourceType==%22sensor%22""#).await;
    assert_eq!(told(&receiver.wait_for(1).await[0]).1, ["urn:reg:1"]);
}

/// Clauses: 5.2.12, 5.11.2, 5.11.7.
#[tokio::test]
async fn throttling_joins_what_happens_within_its_period() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    subscribe(&bed, &receiver.url, r#","throttling":2.5"#).await;
    register(&bed, "1", "http://127.0.0.1:9", VEHICLES, "").await;
    assert_eq!(told(&receiver.wait_for(1).await[0]), ("newlyMatching".into(), vec!["urn:reg:1".into()]));
    let began = std::time::Instant::now();
    for n in 2..=5 {
        register(&bed, &n.to_string(), "http://127.0.0.1:9", VEHICLES, "").await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // What comes and goes within the period was never told.
    bed.delete("/csourceRegistrations/urn:reg:5").await;
    assert_eq!(receiver.all().len(), 1);
    let got = receiver.wait_for(2).await;
    assert!(began.elapsed() >= Duration::from_secs(2), "{:?}", began.elapsed());
    let rest = ["urn:reg:2", "urn:reg:3", "urn:reg:4"].map(str::to_owned).to_vec();
    assert_eq!(told(&got[1]), ("newlyMatching".into(), rest));
    tokio::time::sleep(Duration::from_millis(2800)).await;
    assert_eq!(receiver.all().len(), 2, "nothing else was to be told");
}

/// Clauses: 5.2.12, 5.11.7.
#[tokio::test]
async fn of_several_reasons_each_has_its_turn_after_a_period() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    for id in ["1", "2"] {
        register(&bed, id, "http://127.0.0.1:9", VEHICLES, "").await;
    }
    subscribe(&bed, &receiver.url, r#","throttling":1.5"#).await;
    receiver.wait_for(1).await;
    register(&bed, "3", "http://127.0.0.1:9", VEHICLES, "").await;
    bed.patch("/csourceRegistrations/urn:reg:1", r#"{"description":"x"}"#).await;
    bed.delete("/csourceRegistrations/urn:reg:2").await;
    let began = std::time::Instant::now();
    let got = receiver.wait_for(4).await;
    // The first of the three waits for the end of the period that was under way, the others for a whole one each.
    assert!(began.elapsed() >= Duration::from_secs(3), "{:?}", began.elapsed());
    let all: Vec<_> = got[1..].iter().map(told).collect();
    let of = |reason: &str, n: u32| (reason.to_owned(), vec![format!("urn:reg:{n}")]);
    assert_eq!(all, [of("updated", 1), of("noLongerMatching", 2), of("newlyMatching", 3)]);
    // What is gone is told as it was.
    let gone = got[2].1.get("data").unwrap().as_array().unwrap()[0].clone();
    assert!(gone.get("information").is_some(), "{gone}");
}

/// Clauses: 5.2.12, 5.11.2, 5.11.3.
#[tokio::test]
async fn throttling_does_not_go_with_an_interval() {
    let bed = bed().await;
    subscribe(&bed, "http://127.0.0.1:9/x", r#","throttling":5"#).await;
    let path = "/csourceSubscriptions/urn:sub:1";
    let both = bed.patch(path, r#"{"timeInterval":5}"#).await;
    assert_eq!((both.status.as_u16(), both.at("field")), (400, Json::text("throttling")));
    assert_eq!(bed.patch(path, r#"{"timeInterval":5,"throttling":null}"#).await.status, 204);
    assert_eq!(bed.get(path).await.at("timeInterval"), Json::Int(5));
}

/// Clauses: 5.11.7.
#[tokio::test]
async fn what_is_gone_is_told_as_it_was_also_at_the_second_try() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    register(&bed, "1", "http://127.0.0.1:9", VEHICLES, "").await;
    subscribe(&bed, &receiver.url, "").await;
    receiver.wait_for(1).await;
    receiver.answer_with(503);
    bed.delete("/csourceRegistrations/urn:reg:1").await;
    for _ in 0..500 {
        if bed.get("/csourceSubscriptions/urn:sub:1").await.at("notification").get("timesFailed").is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    receiver.answer_with(200);
    let gone = receiver.wait_for(2).await[1].1.get("data").unwrap().as_array().unwrap()[0].clone();
    assert!(gone.get("information").is_some(), "{gone}");
}
