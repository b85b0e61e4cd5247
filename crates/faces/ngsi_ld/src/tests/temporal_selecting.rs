//! Temporal queries choose entities by what they were in the range.

use senne_model::Json;

use super::bed::{Bed, Got, bed, bed_with, options};

const RANGE: &str = "timerel=between&timeAt=2026-03-01T00:00:00Z&endTimeAt=2026-03-02T00:00:00Z";
const IN: &str = "2026-03-01T12:00:00Z";
const OUT: &str = "2026-01-05T00:00:00Z";

async fn add(bed: &Bed, id: &str, members: &str) {
    let members = members.replace("IN", IN).replace("OUT", OUT);
    let made =
        bed.post("/temporal/entities", &format!(r#"{{"id":"urn:t:{id}","type":"T",{members}}}"#)).await;
    assert_eq!(made.status, 201, "{}", made.text);
}

/// The ids of an answer, in its order, without what they have in common.
fn ids(got: &Got) -> Vec<String> {
    assert!(matches!(got.status.as_u16(), 200 | 201 | 206), "{}", got.text);
    let list = got.json();
    let id = |one: &Json| one.get("id").and_then(Json::as_str).map(|id| id.replace("urn:t:", ""));
    list.as_array().unwrap_or_default().iter().filter_map(id).collect()
}

async fn ask(bed: &Bed, more: &str) -> Vec<String> {
    ids(&bed.get(&format!("/temporal/entities?type=T&{RANGE}&{more}")).await)
}

async fn fleet() -> Bed {
    let bed = bed().await;
    add(
        &bed,
        "fast",
        r#""speed":[{"type":"Property","value":30,"observedAt":"IN"},{"type":"Property","value":90,"observedAt":"OUT"}],
        "route":[{"type":"Property","value":"550","observedAt":"IN"}],
        "location":[{"type":"GeoProperty","value":{"type":"Point","coordinates":[2.29,48.85]},"observedAt":"IN"}]"#,
    )
    .await;
    add(
        &bed,
        "slow",
        r#""speed":[{"type":"Property","value":10,"observedAt":"IN"},{"type":"Property","value":80,"observedAt":"OUT"}],
        "location":[{"type":"GeoProperty","value":{"type":"Point","coordinates":[2.29,48.85]},"observedAt":"OUT"}]"#,
    )
    .await;
    add(&bed, "never", r#""speed":[{"type":"Property","value":99,"observedAt":"OUT"}]"#).await;
    add(
        &bed,
        "sets",
        r#""speed":[{"type":"Property","value":5,"observedAt":"IN"},{"type":"Property","value":60,"observedAt":"IN","datasetId":"urn:d:1"}]"#,
    )
    .await;
    bed
}

/// Clauses: 4.9, 4.10, 4.11, 5.7.4.
#[tokio::test]
async fn values_and_places_in_the_range_decide() {
    let bed = fleet().await;
    for flushed in [false, true] {
        if flushed {
            bed.hub.flush().await.unwrap();
        }
        assert_eq!(ask(&bed, "").await, ["fast", "sets", "slow"]);
        assert_eq!(ask(&bed, "q=speed%3E25").await, ["fast", "sets"]);
        assert_eq!(ask(&bed, "q=speed%3E70").await, Vec::<String>::new());
        assert_eq!(ask(&bed, "q=!route;speed%3C20").await, ["sets", "slow"]);
        assert_eq!(ask(&bed, "q=route%3D%3D%22550%22,%22551%22").await, ["fast"]);
        let near = "georel=near%3BmaxDistance%3D%3D2000&geometry=Point&coordinates=[2.29,48.85]";
        assert_eq!(ask(&bed, near).await, ["fast"]);
        assert_eq!(ask(&bed, "attrs=route").await, ["fast"]);
        // A condition on what is not shown.
        let got = bed.get(&format!("/temporal/entities?type=T&{RANGE}&pick=id,route&q=speed%3E25")).await;
        assert_eq!(ids(&got), ["fast"]);
        assert!(!got.text.contains("speed"), "{}", got.text);
    }
}

/// Clauses: 5.5.9, 5.7.4, 6.3.13.
#[tokio::test]
async fn pages_and_counts_are_of_what_matches() {
    let bed = fleet().await;
    let first = bed.get(&format!("/temporal/entities?type=T&{RANGE}&q=speed%3E8&limit=2&count=true")).await;
    assert_eq!(
        (ids(&first), first.header("ngsild-results-count")),
        (vec!["fast".to_owned(), "sets".to_owned()], "3")
    );
    let next = |got: &Got| {
        got.headers.get_all("link").iter().any(|link| link.to_str().unwrap().contains("offset=2"))
    };
    assert!(next(&first), "{:?}", first.headers);
    assert_eq!(ask(&bed, "q=speed%3E8&limit=2&offset=2").await, ["slow"]);
    assert_eq!(ask(&bed, "q=speed%3E8&limit=2&offset=4").await, Vec::<String>::new());
    assert_eq!(ask(&bed, "orderBy=id;desc").await, ["slow", "sets", "fast"]);
    assert_eq!(
        bed.get(&format!("/temporal/entities?type=T&{RANGE}&orderBy=speed")).await.at("field"),
        Json::text("orderBy")
    );
    let none = bed.get(&format!("/temporal/entities?type=T&{RANGE}&limit=0&count=true")).await;
    assert_eq!((none.text.as_str(), none.header("ngsild-results-count")), ("[]", "3"));
}

/// Clauses: 5.7.4.
#[tokio::test]
async fn what_is_no_longer_there_is_found_by_its_past() {
    let bed = fleet().await;
    assert_eq!(bed.delete("/entities/urn:t:fast").await.status, 204);
    assert_eq!(ask(&bed, "q=speed%3E25").await, ["fast", "sets"]);
    assert_eq!(ask(&bed, "id=urn:t:fast").await, ["fast"]);
    let gone = "timeproperty=deletedAt&timerel=after&timeAt=2020-01-01T00:00:00Z";
    let got = bed.get(&format!("/temporal/entities?type=T&{gone}")).await;
    assert_eq!(ids(&got), ["fast"]);
    assert!(got.text.contains("urn:ngsi-ld:null") && got.text.contains("deletedAt"), "{}", got.text);
    // Its past erased, it is found no more.
    assert_eq!(bed.delete("/temporal/entities/urn:t:fast").await.status, 204);
    assert_eq!(ask(&bed, "").await, ["sets", "slow"]);
}

/// Clauses: 4.18, 4.19, 5.7.4.
#[tokio::test]
async fn scopes_count_while_they_are_valid() {
    let bed = bed().await;
    let speed = |value: &str, at: &str| {
        format!(r#"{{"type":"Property","value":"{value}","observedAt":"2026-03-01T{at}:00Z"}}"#)
    };
    let scope = |value: &str, at: &str| {
        format!(r#"{{"type":"Property","value":{value},"observedAt":"2026-03-01T{at}:00Z"}}"#)
    };
    for (id, scopes, speeds) in [
        ("ab", vec![scope(r#""/A/B""#, "10:00")], vec![speed("ab", "12:05")]),
        ("both", vec![scope(r#"["/A/B","/C"]"#, "10:00")], vec![speed("both", "12:05")]),
        ("bare", vec![], vec![speed("bare", "12:05")]),
        ("mid", vec![scope(r#""/M""#, "12:10")], vec![speed("midpre", "12:05"), speed("midpost", "12:20")]),
        (
            "rep",
            vec![scope(r#""/R""#, "10:00"), scope(r#""/S""#, "12:30")],
            vec![speed("old", "12:05"), speed("new", "12:40")],
        ),
        ("late", vec![scope(r#""/Z""#, "14:00")], vec![speed("late", "12:05")]),
    ] {
        let scopes =
            if scopes.is_empty() { String::new() } else { format!(r#""scope":[{}],"#, scopes.join(",")) };
        add(&bed, id, &format!(r#"{scopes}"speed":[{}]"#, speeds.join(","))).await;
    }
    let range = "timerel=between&timeAt=2026-03-01T12:00:00Z&endTimeAt=2026-03-01T13:00:00Z";
    for flushed in [false, true] {
        if flushed {
            bed.hub.flush().await.unwrap();
        }
        for (wanted, found, has, not) in [
            ("/A/B", vec!["ab", "both"], "/A/B", "bare"),
            ("/A/%23", vec!["ab", "both"], "/A/B", "bare"),
            ("/%23", vec!["ab", "both", "mid", "rep"], "/R", "late"),
            ("(/A/B;/C)", vec!["both"], "/C", "\"ab\""),
            ("/M", vec!["mid"], "midpost", "midpre"),
            ("/R", vec!["rep"], "old", "new"),
            ("/S", vec!["rep"], "new", "\"old\""),
            ("/Z", vec![], "[]", "late"),
        ] {
            let got = bed.get(&format!("/temporal/entities?type=T&scopeQ={wanted}&{range}")).await;
            assert_eq!(ids(&got), found, "{wanted}");
            assert!(got.text.contains(has) && !got.text.contains(not), "{wanted}: {}", got.text);
        }
    }
    // The state has the newest.
    assert_eq!(bed.get("/entities/urn:t:rep").await.at("scope"), Json::text("/S"));
}

/// Clauses: 4.18, 5.7.3.
#[tokio::test]
async fn scopes_set_by_other_operations_have_a_past_too() {
    let bed = bed().await;
    let car = r#"{"id":"urn:t:1","type":"T","scope":"/A","speed":{"type":"Property","value":1}}"#;
    assert_eq!(bed.post("/entities", car).await.status, 201);
    assert_eq!(bed.patch("/entities/urn:t:1", r#"{"scope":["/B","/C"]}"#).await.status, 204);
    let got = bed.get("/temporal/entities/urn:t:1").await;
    let scopes = got.at("scope");
    assert_eq!(scopes.as_array().map(<[Json]>::len), Some(2), "{}", got.text);
    assert_eq!(got.at("scope/0/value"), Json::text("/A"));
    assert!(got.at("scope/1").get("instanceId").is_none(), "{}", got.text);
    let picked = bed.get("/temporal/entities/urn:t:1?pick=id,scope").await;
    assert!(picked.text.contains("/A") && !picked.text.contains("speed"), "{}", picked.text);
    let omitted = bed.get("/temporal/entities/urn:t:1?omit=scope").await;
    assert!(!omitted.text.contains("/A") && omitted.text.contains("speed"), "{}", omitted.text);
}

/// Clauses: 6.3.10.
#[tokio::test]
async fn a_page_of_values_is_an_option() {
    let bed = bed_with(crate::NgsiLdOptions { temporal_page_values: Some(3), ..options() }).await;
    let series = |name: &str, day: &str| {
        let each: Vec<String> =
            (0..3).map(|n| format!(r#"{{"value":{n},"observedAt":"2024-01-{day}T0{n}:00:00Z"}}"#)).collect();
        format!(r#""{name}":[{}]"#, each.join(","))
    };
    add(&bed, "1", &format!("{},{}", series("x", "01"), series("y", "01"))).await;
    add(&bed, "2", &series("x", "05")).await;
    let whole = bed.get("/temporal/entities/urn:t:2?timerel=after&timeAt=2023-12-31T00:00:00Z").await;
    assert_eq!(whole.status, 200, "{}", whole.text);
    let cut = bed.get("/temporal/entities/urn:t:1?timerel=after&timeAt=2023-12-31T00:00:00Z").await;
    assert_eq!(cut.status, 206);
    assert_eq!(cut.header("content-range"), "date-time 2023-12-31T00:00:00Z-2024-01-01T01:00:00Z/*");
    let last = bed.get("/temporal/entities/urn:t:1?timerel=before&timeAt=2024-02-01T00:00:00Z&lastN=3").await;
    assert_eq!(last.header("content-range"), "date-time 2024-02-01T00:00:00Z-2024-01-01T01:00:00Z/3");
    let listed = bed.get("/temporal/entities?type=T&timerel=after&timeAt=2023-12-31T00:00:00Z").await;
    assert_eq!((listed.status.as_u16(), ids(&listed).len()), (206, 2));
}

/// Clauses: 4.5.19, 5.7.4.
#[tokio::test]
async fn a_document_may_ask_for_sums() {
    let bed = fleet().await;
    let ask = |parameters: &str| {
        format!(
            r#"{{"type":"Query","entities":[{{"type":"T"}}],"aggrParams":{parameters},
            "temporalQ":{{"timerel":"after","timeAt":"2020-01-01T00:00:00Z"}}}}"#
        )
    };
    let path = "/temporal/entityOperations/query";
    let got = bed.post(path, &ask(r#"{"aggrMethods":["max"],"aggrPeriodDuration":"PT0S"}"#)).await;
    assert_eq!(got.at("0/speed/max/0/0"), Json::Int(90), "{}", got.text);
    for (wrong, field) in [
        (r#"{"aggrMethods":["median"]}"#, "aggrMethods"),
        (r#"{"aggrMethods":["max"],"aggrPeriodDuration":"1 day"}"#, "aggrPeriodDuration"),
        ("7", "aggrParams"),
    ] {
        let got = bed.post(path, &ask(wrong)).await;
        assert_eq!((got.status.as_u16(), got.at("field")), (400, Json::text(field)), "{wrong}");
    }
}

/// Clauses: 4.5.19.
#[tokio::test]
async fn periods_begin_with_the_range_or_the_first_value() {
    let bed = fleet().await;
    let sums = "aggrMethods=sum&aggrPeriodDuration=P1D&attrs=speed";
    let got = bed.get(&format!("/temporal/entities/urn:t:slow?format=aggregatedValues&{sums}")).await;
    assert_eq!(
        got.at("speed/sum/0"),
        Json::Array(vec![Json::Int(80), Json::text(OUT), Json::text("2026-01-06T00:00:00Z")])
    );
    assert_eq!(got.at("speed/sum/1/1"), Json::text("2026-03-01T00:00:00Z"), "{}", got.text);
    let from = "timerel=after&timeAt=2026-03-01T09:30:00Z";
    let got = bed.get(&format!("/temporal/entities/urn:t:slow?format=aggregatedValues&{sums}&{from}")).await;
    assert_eq!(got.at("speed/sum/0/1"), Json::text("2026-03-01T09:30:00Z"), "{}", got.text);
    let day = "timezone=Europe/Brussels";
    let got =
        bed.get(&format!("/temporal/entities/urn:t:slow?format=aggregatedValues&{sums}&{from}&{day}")).await;
    assert_eq!(got.at("speed/sum/0/1"), Json::text("2026-02-28T23:00:00Z"), "{}", got.text);
    // `format` goes before `options`, and methods in a document are enough.
    let got = bed
        .get(&format!("/temporal/entities/urn:t:slow?format=temporalValues&options=aggregatedValues&{sums}"))
        .await;
    assert_eq!(got.at("speed/values/0/0"), Json::Int(80), "{}", got.text);
    let document = r#"{"type":"Query","entities":[{"type":"T","id":"urn:t:slow"}],
        "temporalQ":{"timerel":"after","timeAt":"2020-01-01T00:00:00Z","aggrMethods":["max"]}}"#;
    let got = bed.post("/temporal/entityOperations/query", document).await;
    assert_eq!(got.at("0/speed/max/0/0"), Json::Int(80), "{}", got.text);
    assert_eq!(
        bed.get("/temporal/entities/urn:t:slow?pick=speed&omit=speed").await.at("field"),
        Json::text("omit")
    );
}

/// Clauses: 5.6.11.
#[tokio::test]
async fn a_past_is_made_once_and_then_added_to() {
    let bed = fleet().await;
    let more = r#"{"id":"urn:t:never","type":"T","speed":[{"type":"Property","value":1,"observedAt":"2026-03-01T12:00:00Z"}]}"#;
    assert_eq!(bed.post("/temporal/entities", more).await.status, 204);
    let outside = "/temporal/entities/urn:t:never?timerel=before&timeAt=2020-01-01T00:00:00Z";
    assert_eq!(bed.get(outside).await.status, 404);
}

/// Clauses: 4.9, 5.7.4.
#[tokio::test]
async fn more_values_than_are_looked_at_once_change_no_answer() {
    let mut options = options();
    options.temporal_step_points = 40;
    let bed = bed_with(options).await;
    for (id, last) in [("a", 1), ("b", 95), ("c", 2), ("d", 96)] {
        let value = |n: u32| {
            let value = if n == 29 { last } else { 0 };
            format!(r#"{{"type":"Property","value":{value},"observedAt":"2026-03-01T12:{n:02}:00Z"}}"#)
        };
        let values = (0..30).map(value).collect::<Vec<_>>().join(",");
        add(&bed, id, &format!(r#""speed":[{values}]"#)).await;
    }
    assert_eq!(ask(&bed, "q=speed%3E90").await, ["b", "d"]);
    let sums = "options=aggregatedValues&aggrMethods=max&aggrPeriodDuration=PT0S";
    assert_eq!(ask(&bed, sums).await, ["a", "b", "c", "d"]);
    let long = (0..60)
        .map(|n| format!(r#"{{"type":"Property","value":0,"observedAt":"2026-03-01T13:{n:02}:00Z"}}"#));
    add(&bed, "e", &format!(r#""speed":[{}]"#, long.collect::<Vec<_>>().join(","))).await;
    let got = bed.get(&format!("/temporal/entities?type=T&{RANGE}&q=speed%3E90")).await;
    assert_eq!((got.status.as_u16(), got.at("field")), (403, Json::text("timeAt")));
    // What is found among those that were looked at stands.
    assert_eq!(ask(&bed, "q=speed==0&id=urn:t:e").await, ["e"]);
}
