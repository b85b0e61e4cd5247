//! `/temporal/entities` over HTTP.

use senne_model::Json;

use super::bed::{bed, bed_with, options};

const PAST: &str = r#"{"id":"urn:t:1","type":"T","x":[
    {"type":"Property","value":1,"observedAt":"2024-01-01T00:00:00Z"},
    {"type":"Property","value":3,"observedAt":"2024-01-01T02:00:00Z"},
    {"type":"Property","value":2,"observedAt":"2024-01-01T01:00:00Z"}]}"#;

/// Clauses: 4.5.6, 5.6.11, 5.6.12, 5.7.3, 5.7.4.
#[tokio::test]
async fn the_past_is_added_and_read() {
    let bed = bed().await;
    let made = bed.post("/temporal/entities", PAST).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.header("location"), "/ngsi-ld/v1/temporal/entities/urn:t:1");
    assert_eq!(bed.post("/temporal/entities", PAST).await.status, 204);
    assert_eq!(
        bed.get("/entities/urn:t:1").await.at("x/value"),
        Json::Int(3),
        "the newest stands in the state"
    );

    let all = bed.get("/temporal/entities/urn:t:1").await;
    assert_eq!(all.status, 200);
    assert_eq!(all.at("x/0/type"), Json::text("Property"));
    let range = "timerel=between&timeAt=2024-01-01T00:30:00Z&endTimeAt=2024-01-01T03:00:00Z";
    let values = bed.get(&format!("/temporal/entities/urn:t:1?{range}&format=temporalValues")).await;
    assert!(values.at("x/values").to_string().contains(r#"[2,"2024-01-01T01:00:00Z"]"#), "{}", values.text);
    assert!(!values.text.contains("2024-01-01T00:00:00Z"));
    let listed =
        bed.get(&format!("/temporal/entities?type=T&{range}&options=temporalValues&count=true")).await;
    assert_eq!(listed.at("0/id"), Json::text("urn:t:1"));
    assert_eq!(listed.header("ngsild-results-count"), "1");
    let summed = bed.get(&format!("/temporal/entities?type=T&{range}&format=aggregatedValues&aggrMethods=avg,max&aggrPeriodDuration=PT1H")).await;
    assert_eq!(summed.status, 200, "{}", summed.text);
    assert!(summed.at("0/x/avg").as_array().is_some());
    let document = r#"{"type":"Query","entities":[{"type":"T"}],
        "temporalQ":{"timerel":"after","timeAt":"2024-01-01T00:30:00Z"}}"#;
    assert_eq!(
        bed.post("/temporal/entityOperations/query", document).await.at("0/id"),
        Json::text("urn:t:1")
    );

    assert_eq!(
        bed.post(
            "/temporal/entities/urn:t:1/attrs",
            r#"{"y":[{"value":1,"observedAt":"2024-01-01T00:00:00Z"}]}"#
        )
        .await
        .status,
        204
    );
    assert_eq!(bed.post("/temporal/entities/urn:none:1/attrs", r#"{"y":[{"value":1}]}"#).await.status, 404);
}

/// Clauses: 4.5.19, 5.7.3, 5.7.4.
#[tokio::test]
async fn what_is_no_number_is_summed_up_as_far_as_it_can_be() {
    let bed = bed().await;
    let past = r#"{"id":"urn:t:1","type":"T",
        "open":[{"type":"Property","value":true,"observedAt":"2024-01-01T00:00:00Z"},
            {"type":"Property","value":false,"observedAt":"2024-01-01T01:00:00Z"}],
        "state":[{"type":"Property","value":"shut","observedAt":"2024-01-01T00:00:00Z"},
            {"type":"Property","value":"ajar","observedAt":"2024-01-01T01:00:00Z"}],
        "checked":[{"type":"Property","value":{"@type":"DateTime","@value":"2024-01-01T12:00:00+02:00"},
            "observedAt":"2024-01-01T00:00:00Z"}, {"type":"Property",
            "value":{"@type":"DateTime","@value":"2024-01-01T11:00:00Z"},"observedAt":"2024-01-01T01:00:00Z"}],
        "driver":[{"type":"Relationship","object":"urn:p:1","observedAt":"2024-01-01T00:00:00Z"}]}"#;
    let made = bed.post("/temporal/entities", past).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let ask = |methods: &str, more: &str| {
        format!(
            "/temporal/entities?type=T&timerel=after&timeAt=2023-01-01T00:00:00Z&format=aggregatedValues&aggrMethods={methods}{more}"
        )
    };
    let got = bed.get(&ask("min,max,avg,totalCount", "")).await;
    assert_eq!(got.status, 200, "{}", got.text);
    let first = |member: &str| got.at(&format!("0/{member}/0/0"));
    assert_eq!(["state/min", "state/max"].map(first), ["ajar", "shut"].map(Json::text), "{}", got.text);
    assert_eq!((first("state/avg"), first("state/totalCount")), (Json::Null, Json::Int(2)));
    assert_eq!((first("open/max"), first("open/avg")), (Json::Int(1), Json::Float(0.5)));
    assert_eq!(first("checked/max").get("@value"), Some(&Json::text("2024-01-01T11:00:00Z")));
    assert_eq!(got.at("0/driver/type"), Json::text("Relationship"));
    assert_eq!(first("driver/totalCount"), Json::Int(1));
    // What no method fits is left out, and refused where it is asked for by its name.
    let means = bed.get(&ask("avg", "")).await;
    assert!(means.text.contains("\"open\"") && !means.text.contains("\"state\""), "{}", means.text);
    let refused = bed.get(&ask("avg", "&attrs=state")).await;
    assert_eq!((refused.status.as_u16(), refused.at("field")), (400, Json::text("aggrMethods")));
    assert!(refused.at("type").to_string().contains("InvalidRequest"), "{}", refused.text);
    let one = bed.get("/temporal/entities/urn:t:1?format=aggregatedValues&aggrMethods=max&attrs=state").await;
    assert_eq!(one.at("state/max/0/0"), Json::text("shut"), "{}", one.text);
}

/// Clauses: 4.11, 5.7.3, 5.7.4.
#[tokio::test]
async fn wrong_questions_name_the_parameter() {
    let bed = bed().await;
    bed.post("/temporal/entities", PAST).await;
    for (query, field) in [
        ("timerel=before", "timeAt"),
        ("timerel=between&timeAt=2024-01-01T00:00:00Z", "endTimeAt"),
        ("timerel=during&timeAt=2024-01-01T00:00:00Z", "timerel"),
        ("lastN=0", "lastN"),
        ("asOf=yesterday", "asOf"),
        ("format=aggregatedValues", "aggrMethods"),
        ("format=aggregatedValues&aggrMethods=median", "aggrMethods"),
    ] {
        let got = bed.get(&format!("/temporal/entities/urn:t:1?{query}")).await;
        assert_eq!((got.status.as_u16(), got.at("field")), (400, Json::text(field)), "{query}");
    }
    assert_eq!(bed.get("/temporal/entities?type=T").await.at("field"), Json::text("timerel"));
    assert_eq!(bed.get("/temporal/entities/urn:none:1").await.status, 404);
}

/// Clauses: 5.7.3, 6.3.10.
#[tokio::test]
async fn a_cut_answer_says_what_it_covers() {
    let mut options = options();
    options.temporal_points_max = 2;
    let bed = bed_with(options).await;
    let past: Vec<String> =
        (0..5).map(|n| format!(r#"{{"value":{n},"observedAt":"2024-01-01T0{n}:00:00Z"}}"#)).collect();
    bed.post("/temporal/entities", &format!(r#"{{"id":"urn:t:1","type":"T","x":[{}]}}"#, past.join(",")))
        .await;
    let cut = bed.get("/temporal/entities/urn:t:1?timerel=after&timeAt=2023-12-31T00:00:00Z").await;
    assert_eq!(cut.status, 206);
    assert_eq!(cut.header("content-range"), "date-time 2023-12-31T00:00:00Z-2024-01-01T01:00:00Z/*");
}

/// Clauses: 5.6.16.
#[tokio::test]
async fn a_past_that_is_deleted_is_gone_and_the_state_stays() {
    let bed = bed().await;
    bed.post("/temporal/entities", PAST).await;
    bed.post("/temporal/entities", &PAST.replace("urn:t:1", "urn:t:2")).await;
    bed.hub.flush().await.unwrap();
    assert_eq!(bed.delete("/temporal/entities/urn:none:1").await.status, 404);
    assert_eq!(bed.delete("/temporal/entities/urn:t:1").await.status, 204);
    let range = "timerel=after&timeAt=2023-01-01T00:00:00Z";
    let past = bed.get(&format!("/temporal/entities/urn:t:1?{range}")).await;
    assert!(past.status == 404 || !past.text.contains("2024-01-01"), "{}", past.text);
    assert_eq!(bed.get("/entities/urn:t:1").await.at("x/value"), Json::Int(3));
    let other = bed.get(&format!("/temporal/entities/urn:t:2?{range}")).await;
    assert!(other.text.contains("2024-01-01T01:00:00Z"), "{}", other.text);
    // It goes on as ever.
    bed.post(
        "/temporal/entities/urn:t:1/attrs",
        r#"{"x":[{"value":9,"observedAt":"2024-01-02T00:00:00Z"}]}"#,
    )
    .await;
    let past = bed.get(&format!("/temporal/entities/urn:t:1?{range}")).await;
    assert!(past.text.contains("2024-01-02") && !past.text.contains("2024-01-01"), "{}", past.text);
}
