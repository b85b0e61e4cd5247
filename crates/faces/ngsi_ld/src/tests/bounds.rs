//! Requests that ask for more than is looked for, or that grow while they are answered.

use senne_model::Json;

use super::bed::{S3, STATION, bed};
use crate::write::LanguageChoice;

fn many(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect::<Vec<_>>().join(",")
}

/// Clauses: 5.5.2, 5.7.1, 5.7.2, 6.3.2.
#[tokio::test]
async fn lists_of_what_is_asked_for_are_bounded() {
    let bed = bed().await;
    bed.post("/entities", STATION).await;
    let by_id = |n: usize| format!(r#"{{"type":"T","id":"urn:x:{n}"}}"#);
    let by_pattern = |n: usize| format!(r#"{{"type":"T","idPattern":"^a{n}"}}"#);
    let quoted = |name: &'static str| move |n: usize| format!(r#""{name}{n}""#);
    for (entities, more, field) in [
        (many(1_001, by_id), "", "entities"),
        (many(101, by_pattern), "", "idPattern"),
        (format!(r#"{{"type":"T","id":[{}]}}"#, many(5_001, quoted("urn:x:"))), "", "id"),
        (by_id(0), many(1_001, quoted("n")).as_str(), "attrs"),
    ] {
        let attrs = if more.is_empty() { String::new() } else { format!(r#","attrs":[{more}]"#) };
        let body = format!(r#"{{"type":"Query","entities":[{entities}]{attrs}}}"#);
        let got = bed.post("/entityOperations/query", &body).await;
        assert_eq!((got.status.as_u16(), got.at("field")), (403, Json::text(field)), "{}", got.text);
    }
    let within = format!(r#"{{"type":"Query","entities":[{}]}}"#, many(1_000, by_id));
    assert_eq!(bed.post("/entityOperations/query", &within).await.status, 200);
    for name in ["attrs", "datasetId"] {
        let got = bed.get(&format!("{S3}?{name}={}", many(1_001, |n| format!("n{n}")))).await;
        assert_eq!((got.status.as_u16(), got.at("field")), (403, Json::text(name)), "{}", got.text);
    }
}

/// Clauses: 5.2.12, 5.8.1.
#[tokio::test]
async fn lists_of_a_subscription_are_bounded() {
    let bed = bed().await;
    let subscription = |what: &str| {
        let to = r#""notification":{"endpoint":{"uri":"http://127.0.0.1:9/"}}"#;
        format!(r#"{{"id":"urn:sub:1","type":"Subscription",{what},{to}}}"#)
    };
    let names = many(1_001, |n| format!(r#""n{n}""#));
    let selectors = many(1_001, |n| format!(r#"{{"type":"T","id":"urn:x:{n}"}}"#));
    for (what, field) in [
        (format!(r#""watchedAttributes":[{names}]"#), "watchedAttributes"),
        (format!(r#""entities":[{selectors}]"#), "entities"),
    ] {
        let got = bed.post("/subscriptions", &subscription(&what)).await;
        assert_eq!((got.status.as_u16(), got.at("field")), (403, Json::text(field)), "{}", got.text);
    }
    let made = bed.post("/subscriptions", &subscription(r#""watchedAttributes":["n1"]"#)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let wider = bed.patch("/subscriptions/urn:sub:1", &format!(r#"{{"watchedAttributes":[{names}]}}"#)).await;
    assert_eq!(wider.status, 403, "{}", wider.text);
}

#[test]
fn the_best_of_many_languages_count() {
    let text = format!("{},fr;q=1.0,nl;q=0.9", many(500, |n| format!("x{n};q=0.1")));
    let LanguageChoice(chosen) = LanguageChoice::parse(&text);
    assert_eq!((chosen.len(), chosen[0].as_str(), chosen[1].as_str()), (100, "fr", "nl"));
}

/// Twelve that all link to each other would stand within each other in millions of orders.
/// Clauses: 4.5.23, 5.7.1.
#[tokio::test]
async fn entities_that_link_to_each_other_are_not_written_without_end() {
    let bed = bed().await;
    for n in 0..12 {
        let others: Vec<usize> = (0..12).filter(|other| *other != n).collect();
        let others = many(others.len(), |place| format!(r#""urn:m:{}""#, others[place]));
        let body = format!(r#"{{"id":"urn:m:{n}","type":"M","to":{{"object":[{others}]}}}}"#);
        assert_eq!(bed.post("/entities", &body).await.status, 201);
    }
    for path in ["/entities/urn:m:0?", "/entities?type=M&"] {
        let got = bed.get(&format!("{path}join=inline&joinLevel=10")).await;
        assert_eq!((got.status.as_u16(), got.at("field")), (403, Json::text("joinLevel")));
    }
    let near = bed.get("/entities/urn:m:0?join=inline&joinLevel=2").await;
    assert_eq!(near.at("to/entity").as_array().map(<[Json]>::len), Some(11), "{}", near.text);
    let flat = bed.get("/entities/urn:m:0?join=flat&joinLevel=10").await;
    assert_eq!(flat.json().as_array().map(<[Json]>::len), Some(12), "{}", flat.text);
}
