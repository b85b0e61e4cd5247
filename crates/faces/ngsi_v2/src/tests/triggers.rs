//! What a subscription is told of, and with which values.

use senne_model::Json;

use super::{
    bed::{Bed, bed},
    subscriptions::{Heard, receiver, room, until},
    telling::until_at,
};

async fn subscribe(bed: &Bed, subject: &str, told: &str) -> String {
    let body = format!(r#"{{"subject":{{{subject}}},"notification":{{{told}}}}}"#);
    let made = bed.post("/subscriptions", &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.header("location").trim_start_matches("/v2").to_owned()
}

/// Waits until what was written before has been looked at.
async fn quiet(bed: &Bed) {
    let taken = || bed.hub.followers().iter().filter(|one| one.name == "ngsi-v2").all(|one| one.lag == 0);
    until("the follower", taken).await;
}

fn data(heard: &Heard) -> Vec<String> {
    heard.lock().iter().map(|(_, body)| body.get("data").unwrap_or(body).to_string()).collect()
}

const ROOMS: &str = r#""entities":[{"idPattern":".*","type":"Room"}]"#;

#[tokio::test]
async fn each_of_several_quick_changes_is_told_with_its_own_value() {
    let (bed, (url, heard)) = (bed().await, receiver(0).await);
    let condition = r#""condition":{"attrs":["temperature"],"expression":{"q":"temperature>20"}}"#;
    let told = format!(r#""http":{{"url":"{url}"}},"attrs":["temperature"],"attrsFormat":"keyValues""#);
    subscribe(&bed, &format!("{ROOMS},{condition}"), &told).await;
    // One request, one commit: when the first change is looked at, the last one stands already.
    let of = |value: i64| format!(r#"{{"id":"A","type":"Room","temperature":{value}}}"#);
    let entities = [21, 22, 23, 5].map(of).join(",");
    let body = format!(r#"{{"actionType":"append","entities":[{entities}]}}"#);
    assert_eq!(bed.post("/op/update?options=keyValues", &body).await.status, 204);
    until("three notifications", || heard.lock().len() == 3).await;
    let wanted = [21, 22, 23].map(|value| format!("[{}]", of(value)));
    assert_eq!(data(&heard), wanted);
}

/// One request for each write and no wait between: whatever stands when the first one is looked at, each is told as it was.
#[tokio::test]
async fn what_is_gone_already_is_told_as_it_was() {
    let (bed, (url, heard)) = (bed().await, receiver(0).await);
    let condition = r#""condition":{"attrs":["temperature"],"expression":{"q":"status==a"}}"#;
    let told = format!(r#""http":{{"url":"{url}"}},"attrsFormat":"keyValues""#);
    subscribe(&bed, &format!("{ROOMS},{condition}"), &told).await;
    let entity = |value: i64, status: &str| {
        format!(r#"{{"id":"A","type":"Room","temperature":{value},"status":"{status}"}}"#)
    };
    for round in 0..20 {
        heard.lock().clear();
        for (value, status) in [(20, "a"), (21, "a"), (22, "b"), (23, "a")] {
            room(&bed, "A", value, status).await;
        }
        assert_eq!(bed.delete("/entities/A").await.status, 204);
        until("three notifications", || heard.lock().len() == 3).await;
        let wanted = [20, 21, 23].map(|value| format!("[{}]", entity(value, "a")));
        // The members of what is put together again have no order of their own.
        let read = |text: &String| serde_json::from_str::<serde_json::Value>(text).unwrap();
        let told: Vec<_> = data(&heard).iter().map(read).collect();
        assert_eq!(told, wanted.iter().map(read).collect::<Vec<_>>(), "round {round}");
    }
}

#[tokio::test]
async fn creations_changes_and_removals_are_told_apart() {
    let bed = bed().await;
    for (types, wanted) in [
        (r#"["entityCreate"]"#, vec!["entityCreate"]),
        (r#"["entityDelete"]"#, vec!["entityDelete"]),
        (r#"["entityUpdate"]"#, vec!["entityChange", "entityChange"]),
        (r#"["entityChange","entityDelete"]"#, vec!["entityChange", "entityDelete"]),
    ] {
        let (url, heard) = receiver(0).await;
        let condition = format!(r#""condition":{{"attrs":["temperature"],"alterationTypes":{types}}}"#);
        let told = format!(r#""http":{{"url":"{url}"}},"attrs":["alterationType"],"attrsFormat":"values""#);
        let place = subscribe(&bed, &format!("{ROOMS},{condition}"), &told).await;
        room(&bed, "A", 20, "a").await;
        room(&bed, "A", 21, "a").await;
        room(&bed, "A", 21, "b").await;
        assert_eq!(bed.delete("/entities/A").await.status, 204);
        let wanted: Vec<String> = wanted.iter().map(|word| format!(r#"[["{word}"]]"#)).collect();
        until(types, || heard.lock().len() >= wanted.len()).await;
        quiet(&bed).await;
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        assert_eq!(data(&heard), wanted, "{types}");
        assert_eq!(bed.delete(&place).await.status, 204);
    }
}

const STATUS: &str = r#"[{"id":"A","type":"Room","status":"b"}]"#;

#[tokio::test]
async fn what_has_changed_alone_or_all_that_is_named_is_told() {
    let bed = bed().await;
    for (told, wanted) in [
        (r#""onlyChangedAttrs":true,"attrsFormat":"keyValues""#, STATUS),
        (
            r#""onlyChangedAttrs":true,"attrs":["temperature","dateModified"],"attrsFormat":"values""#,
            r#"[["20"#,
        ),
        (r#""covered":true,"attrs":["none","status"],"attrsFormat":"values""#, r#"[[null,"b"]]"#),
        (
            r#""covered":true,"attrs":["none"]"#,
            r#"[{"id":"A","type":"Room","none":{"type":"None","value":null,"metadata":{}}}]"#,
        ),
        (r#""exceptAttrs":["temperature"],"attrsFormat":"keyValues""#, STATUS),
        (
            r#""attrsFormat":"simplifiedKeyValues""#,
            r#"{"id":"A","type":"Room","temperature":20,"status":"b"}"#,
        ),
    ] {
        room(&bed, "A", 20, "a").await;
        quiet(&bed).await;
        let (url, heard) = receiver(0).await;
        let place = subscribe(&bed, ROOMS, &format!(r#""http":{{"url":"{url}"}},{told}"#)).await;
        room(&bed, "A", 20, "b").await;
        until(told, || heard.lock().len() == 1).await;
        let got = data(&heard).remove(0);
        assert!(got.starts_with(wanted), "{told}: {got}");
        assert_eq!(bed.delete(&place).await.status, 204);
    }
    let both = r#""http":{"url":"http://x.org"},"covered":true,"attrs":["a"],"onlyChangedAttrs":true"#;
    let body = format!(r#"{{"subject":{{{ROOMS}}},"notification":{{{both}}}}}"#);
    assert_eq!(bed.post("/subscriptions", &body).await.at("field"), Json::text("notification.covered"));
}

#[tokio::test]
async fn metadata_are_news_unless_it_is_said_that_they_are_not() {
    let (bed, (url, heard), (other, quiet)) = (bed().await, receiver(0).await, receiver(0).await);
    let http = |url: &str| format!(r#""http":{{"url":"{url}"}}"#);
    subscribe(&bed, ROOMS, &http(&url)).await;
    let condition = r#""condition":{"notifyOnMetadataChange":false}"#;
    subscribe(&bed, &format!("{ROOMS},{condition}"), &http(&other)).await;
    room(&bed, "A", 20, "a").await;
    let unit = r#"{"temperature":{"value":20,"metadata":{"unit":{"value":"K"}}}}"#;
    assert_eq!(bed.patch("/entities/A/attrs", unit).await.status, 204);
    until("both notifications", || heard.lock().len() == 2).await;
    room(&bed, "A", 21, "a").await;
    until("the next one", || heard.lock().len() == 3 && quiet.lock().len() == 2).await;
}

#[tokio::test]
async fn types_are_selected_by_a_pattern() {
    let (bed, (url, heard)) = (bed().await, receiver(0).await);
    let subject = r#""entities":[{"idPattern":".*","typePattern":"^Meeting"}]"#;
    let told = format!(r#""http":{{"url":"{url}"}},"attrsFormat":"keyValues""#);
    subscribe(&bed, subject, &told).await;
    for kind in ["Room", "MeetingRoom"] {
        let body = format!(r#"{{"id":"{kind}1","type":"{kind}"}}"#);
        assert_eq!(bed.post("/entities", &body).await.status, 201);
    }
    until("the notification", || !heard.lock().is_empty()).await;
    assert_eq!(data(&heard), [r#"[{"id":"MeetingRoom1","type":"MeetingRoom"}]"#]);
}

#[tokio::test]
async fn one_that_fails_too_often_is_told_no_more() {
    let (bed, (url, heard)) = (bed().await, receiver(4).await);
    let told = format!(r#""http":{{"url":"{url}"}},"maxFailsLimit":3,"timesSent":99"#);
    let place = subscribe(&bed, ROOMS, &told).await;
    room(&bed, "A", 20, "a").await;
    until_at(&bed, &place, "status", Json::text("inactive")).await;
    let shown = bed.get(&place).await;
    let reason = shown.at("notification/lastFailureReason").to_string();
    assert!(reason.contains("503"), "{reason}");
    assert_eq!(shown.text.matches("timesSent").count(), 1, "{}", shown.text);
    assert_eq!(bed.patch(&place, r#"{"status":"active"}"#).await.status, 204);
    room(&bed, "A", 21, "a").await;
    until("the next one", || heard.lock().len() == 1).await;
    until_at(&bed, &place, "notification/failsCounter", Json::Int(0)).await;
    assert_eq!(bed.get(&place).await.at("notification/lastSuccessCode"), Json::Int(204));
}

#[tokio::test]
async fn changes_of_one_subscription_at_once_are_all_kept() {
    let bed = bed().await;
    let place = subscribe(&bed, ROOMS, r#""http":{"url":"http://127.0.0.1:9/"}"#).await;
    let bodies: Vec<String> = (0..8).map(|n| format!(r#"{{"member{n}":{n}}}"#)).collect();
    let all = bodies.iter().map(|body| bed.patch(&place, body));
    for got in futures::future::join_all(all).await {
        assert_eq!(got.status, 204, "{}", got.text);
    }
    let shown = bed.get(&place).await;
    for n in 0..8 {
        assert_eq!(shown.at(&format!("member{n}")), Json::Int(n), "{}", shown.text);
    }
}

#[tokio::test]
async fn conditions_that_cannot_be_put_are_refused() {
    let bed = bed().await;
    for (subject, status, field) in [
        (r#""entities":[{"idPattern":".*","typePattern":"("}]"#, 400, "subject.typePattern"),
        (r#""entities":[{"id":7}]"#, 400, "subject.id"),
        (
            r#""entities":[{"id":"A"}],"condition":{"expression":{"q":7}}"#,
            400,
            "subject.condition.expression.q",
        ),
        (
            r#""entities":[{"id":"A"}],"condition":{"jexlExpression":"a>b"}"#,
            501,
            "subject.condition.jexlExpression",
        ),
        (r#""entities":[{"id":"A"}],"condition":{"alterationTypes":["entityGone"]}"#, 400, "alterationTypes"),
    ] {
        let told = r#""notification":{"http":{"url":"http://x.org/"}}"#;
        let got = bed.post("/subscriptions", &format!(r#"{{"subject":{{{subject}}},{told}}}"#)).await;
        assert_eq!((got.status, got.at("field")), (status, Json::text(field)), "{subject}: {}", got.text);
    }
}
