//! Pages that hold while data change, and exports.

use http::StatusCode;
use senne_model::Json;

use super::bed::{Bed, Got, bed};

async fn stations(n: usize) -> Bed {
    let bed = bed().await;
    let each: Vec<String> =
        (0..n).map(|n| format!(r#"{{"id":"urn:s:{n}","type":"Station","n":{{"value":{n}}}}}"#)).collect();
    assert_eq!(bed.post("/entityOperations/create", &format!("[{}]", each.join(","))).await.status, 201);
    bed
}

fn ids(got: &Got) -> Vec<String> {
    let list = got.json();
    let id = |entity: &Json| entity.get("id").and_then(Json::as_str).unwrap().replace("urn:s:", "");
    list.as_array().unwrap().iter().map(id).collect()
}

fn link(got: &Got, relation: &str) -> Option<String> {
    let links = got.headers.get_all("link").iter().map(|link| link.to_str().unwrap().to_owned());
    let wanted = format!("rel=\"{relation}\"");
    let link = links.into_iter().find(|link| link.contains(&wanted))?;
    Some(link.split(['<', '>']).nth(1).unwrap().trim_start_matches("/ngsi-ld/v1").to_owned())
}

/// Clauses: 5.5.9, 6.3.10.
#[tokio::test]
async fn a_page_goes_on_after_the_last_entity_that_was_shown() {
    let bed = stations(12).await;
    let first = bed.get("/entities?type=Station&limit=5&count=true").await;
    assert_eq!(ids(&first), ["0", "1", "2", "3", "4"]);
    assert_eq!(link(&first, "prev"), None);
    // Neither those that go nor those that come move the next page; the last one shown may be gone itself.
    for n in [0, 2, 4] {
        bed.delete(&format!("/entities/urn:s:{n}")).await;
    }
    bed.post("/entities", r#"{"id":"urn:s:new","type":"Station"}"#).await;
    let second = bed.get(&link(&first, "next").unwrap()).await;
    assert_eq!(ids(&second), ["5", "6", "7", "8", "9"]);
    assert_eq!(second.header("ngsild-results-count"), "10");
    let third = bed.get(&link(&second, "next").unwrap()).await;
    assert_eq!(ids(&third), ["10", "11", "new"]);
    assert_eq!(link(&third, "next"), None);
    let back = bed.get(&link(&third, "prev").unwrap()).await;
    assert_eq!(ids(&back), ["5", "6", "7", "8", "9"]);
    assert_eq!(back.header("ngsild-results-count"), "10");
    let start = bed.get(&link(&back, "prev").unwrap()).await;
    assert_eq!(ids(&start), ["1", "3"]);
    assert_eq!(link(&start, "prev"), None);
    assert_eq!(ids(&bed.get(&link(&start, "next").unwrap()).await), ["5", "6", "7", "8", "9"]);
    assert_eq!(bed.get("/entities?type=Station&after=x").await.status, StatusCode::BAD_REQUEST);
}

/// Clauses: 5.5.9, 6.3.10, 6.3.13.
#[tokio::test]
async fn offsets_and_conditions_page_alike() {
    let bed = stations(12).await;
    let got = bed.get("/entities?type=Station&q=n%3E=3&limit=4&offset=2&count=true").await;
    assert_eq!(ids(&got), ["5", "6", "7", "8"]);
    assert_eq!(got.header("ngsild-results-count"), "9");
    assert_eq!(ids(&bed.get(&link(&got, "next").unwrap()).await), ["9", "10", "11"]);
    let before = bed.get(&link(&got, "prev").unwrap()).await;
    assert_eq!(ids(&before), ["3", "4"]);
    assert_eq!(before.header("ngsild-results-count"), "9");
    assert_eq!(link(&before, "prev"), None);
}

#[tokio::test]
async fn an_export_gives_every_entity_once() {
    let bed = stations(1203).await;
    bed.post("/entities", r#"{"id":"urn:other","type":"Other"}"#).await;
    let got = bed.get_as("/entities?type=Station&format=simplified", "application/x-ndjson").await;
    assert_eq!((got.status.as_u16(), got.header("content-type")), (200, "application/x-ndjson"));
    let lines: Vec<Json> = got.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 1203);
    let numbers: Vec<_> = lines.iter().map(|line| line.get("n").and_then(Json::as_f64).unwrap()).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]));
    let few = bed.get_as("/entities?type=Station&limit=3", "application/x-ndjson").await;
    assert_eq!(few.text.lines().count(), 3);
    assert_eq!(bed.get_as("/entities?type=Station&orderBy=n", "application/x-ndjson").await.status, 422);
    assert_eq!(bed.get_as("/entities/urn:other", "application/x-ndjson").await.status, 406);
}

/// Clauses: 6.3.13.
#[tokio::test]
async fn the_count_is_given_to_older_clients_too() {
    let bed = bed().await;
    for n in 0..3 {
        bed.post("/entities", &format!(r#"{{"id":"urn:a:{n}","type":"T"}}"#)).await;
    }
    for path in [
        "/entities?type=T&count=true",
        "/entities?type=T&options=count",
        "/entities?type=T&options=keyValues,count",
    ] {
        let got = bed.get(&format!("{path}&limit=1")).await;
        assert_eq!((got.status.as_u16(), got.header("ngsild-results-count")), (200, "3"), "{path}");
    }
    let refused = bed.get("/entities?type=T&options=count&count=false").await;
    assert_eq!(
        (refused.status.as_u16(), refused.header("ngsild-results-count")),
        (200, ""),
        "what is said plainly counts"
    );
}

#[tokio::test]
async fn an_offset_beyond_all_data_is_refused() {
    let bed = stations(1).await;
    for offset in ["1000000001", "9223372036854775807", "9223372036854775808", "18446744073709551615"] {
        for path in
            ["/entities?type=Station", "/entities?type=Station&q=n==0&count=true", "/subscriptions?limit=1"]
        {
            let refused = bed.get(&format!("{path}&offset={offset}")).await;
            let told = (refused.status.as_u16(), refused.at("field"));
            assert_eq!(told, (403, Json::text("offset")), "{path} {offset}");
        }
    }
    let far = bed.get("/entities?type=Station&offset=1000000000").await;
    assert_eq!((far.status.as_u16(), far.text.as_str()), (200, "[]"));
}
