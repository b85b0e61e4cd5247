//! Sums of the past over several brokers: of the values that all have together, each moment once.

use senne_model::Json;

use super::{
    bed::{Bed, Got, bed, bed_with, options},
    brokers::{Broker, Source, VEHICLES, broker, register},
};

const PAST: &str = r#","operations":["queryTemporal","retrieveTemporal"]"#;
const DAYS: &str = "timerel=between&timeAt=2024-01-01T00:00:00Z&endTimeAt=2024-01-05T00:00:00Z";
const QUERY: &str = "GET /ngsi-ld/v1/temporal/entities";

async fn two() -> (Broker, Broker) {
    let (here, there) = (broker().await, broker().await);
    register(&here.bed, "1", &there.url, VEHICLES, PAST).await;
    (here, there)
}

/// Adds speeds of a vehicle: each with its day and hour in January 2024.
async fn add(bed: &Bed, vehicle: u32, speeds: &[(&str, i32)]) {
    let one = |(at, value): &(&str, i32)| {
        format!(r#"{{"type":"Property","value":{value},"observedAt":"2024-01-{at}:00:00Z"}}"#)
    };
    let list: Vec<String> = speeds.iter().map(one).collect();
    let past = format!(r#"{{"id":"urn:v:{vehicle}","type":"Vehicle","speed":[{}]}}"#, list.join(","));
    let added = bed.post("/temporal/entities?local=true", &past).await;
    assert!(added.status.is_success(), "{}", added.text);
}

fn sums(methods: &str) -> String {
    format!("{DAYS}&format=aggregatedValues&aggrMethods={methods}")
}

fn firsts(got: &Got, speed: &str, methods: &[&str]) -> Vec<Json> {
    methods.iter().map(|method| got.at(&format!("{speed}/{method}/0/0"))).collect()
}

/// Clauses: 4.5.19, 5.7.3, 5.7.4.
#[tokio::test]
async fn sums_are_of_the_values_of_all_brokers_and_each_moment_counts_once() {
    let (here, there) = two().await;
    add(&here.bed, 1, &[("01T06", 100), ("02T06", 200)]).await;
    add(&there.bed, 1, &[("01T12", 300), ("02T06", 200)]).await;
    let methods = ["avg", "sum", "min", "max", "totalCount", "distinctCount", "sumsq"];
    let expected = [200, 600, 100, 300, 3, 3, 140_000].map(Json::Int).to_vec();
    let asked = sums(&methods.join(","));
    let list = here.bed.get(&format!("/temporal/entities?type=Vehicle&{asked}")).await;
    assert_eq!(firsts(&list, "0/speed", &methods), expected, "{}", list.text);
    let whole = r#"[[200,"2024-01-01T00:00:00Z","2024-01-05T00:00:00Z"]]"#;
    assert_eq!(list.at("0/speed/avg").to_string(), whole);
    assert_eq!(
        (list.at("0/id"), list.at("0/type")),
        (Json::text("urn:v:1"), Json::text("Vehicle")),
        "{}",
        list.text
    );
    let one = here.bed.get(&format!("/temporal/entities/urn:v:1?{asked}")).await;
    assert_eq!(firsts(&one, "speed", &methods), expected, "{}", one.text);
    // Each day for itself.
    let days = here.bed.get(&format!("/temporal/entities/urn:v:1?{asked}&aggrPeriodDuration=P1D")).await;
    let each = r#"[[400,"2024-01-01T00:00:00Z","2024-01-02T00:00:00Z"],[200,"2024-01-02T00:00:00Z","2024-01-03T00:00:00Z"]]"#;
    assert_eq!(days.at("speed/sum").to_string(), each, "{}", days.text);
    // Each broker alone tells what it has.
    let local = here.bed.get(&format!("/temporal/entities/urn:v:1?{asked}&local=true")).await;
    assert_eq!(firsts(&local, "speed", &["sum", "totalCount"]), [300, 2].map(Json::Int));
}

/// Clauses: 4.5.19, 5.7.4.
#[tokio::test]
async fn sums_that_a_document_asks_for_are_of_all_brokers_too() {
    let (here, there) = two().await;
    add(&here.bed, 1, &[("01T06", 100)]).await;
    add(&there.bed, 1, &[("01T12", 300)]).await;
    add(&there.bed, 2, &[("01T12", 5)]).await;
    let range = r#""timerel":"between","timeAt":"2024-01-01T00:00:00Z","endTimeAt":"2024-01-05T00:00:00Z""#;
    let methods = r#""aggrMethods":["avg","totalCount"]"#;
    for (times, more) in [
        (format!("{range},{methods}"), String::new()),
        (range.to_owned(), format!(r#","aggrParams":{{{methods},"aggrPeriodDuration":"PT0S"}}"#)),
    ] {
        for selectors in [
            r#"{"type":"Vehicle"}"#,
            r#"{"type":"Vehicle","id":"urn:v:1"},{"type":"Vehicle","idPattern":"^urn:v:2$"}"#,
        ] {
            let document =
                format!(r#"{{"type":"Query","entities":[{selectors}],"temporalQ":{{{times}}}{more}}}"#);
            let got = here.bed.post("/temporal/entityOperations/query", &document).await;
            let told = [("0/speed", [200, 2]), ("1/speed", [5, 1])];
            for (speed, expected) in told {
                let expected = expected.map(Json::Int);
                assert_eq!(firsts(&got, speed, &["avg", "totalCount"]), expected, "{document}: {}", got.text);
            }
        }
    }
}

/// Clauses: 4.5.19, 5.7.3.
#[tokio::test]
async fn the_newest_of_all_brokers_are_summed_up() {
    let (here, there) = two().await;
    add(&here.bed, 1, &[("01T06", 100)]).await;
    add(&there.bed, 1, &[("02T06", 300), ("03T06", 500)]).await;
    let asked = sums("sum,totalCount");
    let got = here.bed.get(&format!("/temporal/entities/urn:v:1?{asked}&lastN=2")).await;
    assert_eq!(firsts(&got, "speed", &["sum", "totalCount"]), [800, 2].map(Json::Int), "{}", got.text);
}

/// Clauses: 4.5.19, 5.7.3.
#[tokio::test]
async fn values_are_asked_for_where_periods_are_shared_alone() {
    let (here, source) = (bed().await, Source::start().await);
    register(&here, "1", &source.url, VEHICLES, PAST).await;
    add(&here, 1, &[("01T06", 100)]).await;
    let second = r#"{"id":"urn:v:1","type":"Vehicle","speed":{"type":"Property","sum":[[5,"2024-01-02T00:00:00Z","2024-01-03T00:00:00Z"]]}}"#;
    source.answers(&format!("{QUERY}/urn:v:1"), 200, second);
    let path = format!("/temporal/entities/urn:v:1?{}&aggrPeriodDuration=P1D", sums("sum"));
    let got = here.get(&path).await;
    assert_eq!(got.at("speed/sum").as_array().map(<[Json]>::len), Some(2), "{}", got.text);
    assert_eq!(source.take().len(), 1);
    add(&here, 1, &[("02T06", 200)]).await;
    here.get(&path).await;
    let asked = source.take();
    assert_eq!(asked.len(), 2, "{asked:?}");
    let target = &asked[1].target;
    assert!(target.contains("&options=sysAttrs") && target.contains("timerel=between"), "{target}");
    assert!(!target.contains("aggr") && !target.contains("format"), "{target}");
}

/// Clauses: 5.5.9, 5.7.4.
#[tokio::test]
async fn values_are_asked_for_of_the_entities_that_are_shown_alone() {
    let (here, source) = (bed().await, Source::start().await);
    register(&here, "1", &source.url, VEHICLES, PAST).await;
    let told = |n: u32| {
        format!(
            r#"{{"id":"urn:v:{n}","type":"Vehicle","speed":{{"type":"Property","sum":[[1,"2024-01-01T00:00:00Z","2024-01-05T00:00:00Z"]]}}}}"#
        )
    };
    for n in 1..=3 {
        add(&here, n, &[("01T06", 100)]).await;
    }
    source.answers(QUERY, 200, &format!("[{}]", [1, 2, 3].map(told).join(",")));
    let got = here.get(&format!("/temporal/entities?type=Vehicle&{}&limit=1&offset=1", sums("sum"))).await;
    assert_eq!(super::brokers::ids(&got.json()), ["urn:v:2"], "{}", got.text);
    let asked = source.take();
    assert_eq!(asked.len(), 2, "{asked:?}");
    let target = &asked[1].target;
    assert!(target.contains("&id=urn:v:2&") && !target.contains("urn:v:1"), "{target}");
}

/// Clauses: 4.5.19, 5.5.2, 5.7.4, 6.3.2.
#[tokio::test]
async fn more_values_than_can_be_had_at_once_are_had_in_parts_or_refused() {
    let mut few = options();
    few.temporal_points_max = 3;
    let (here, there) = (bed_with(few).await, broker().await);
    register(&here, "1", &there.url, VEHICLES, PAST).await;
    for n in 1..=2 {
        add(&here, n, &[("01T06", 100), ("01T07", 200)]).await;
        add(&there.bed, n, &[("01T12", 300)]).await;
    }
    let path = format!("/temporal/entities?type=Vehicle&{}", sums("avg,totalCount"));
    let got = here.get(&path).await;
    for speed in ["0/speed", "1/speed"] {
        assert_eq!(firsts(&got, speed, &["avg", "totalCount"]), [200, 3].map(Json::Int), "{}", got.text);
    }
    add(&here, 1, &[("01T08", 1), ("01T09", 1)]).await;
    let refused = here.get(&path).await;
    assert_eq!(
        (refused.status.as_u16(), refused.at("field")),
        (403, Json::text("timeAt")),
        "{}",
        refused.text
    );
    // What is at one broker alone is summed up, however much it is.
    let local = here.get(&format!("{path}&local=true")).await;
    assert_eq!(firsts(&local, "0/speed", &["totalCount"]), [Json::Int(4)], "{}", local.text);
}

/// Clauses: 4.3.6.5, 4.5.19, 5.7.3.
#[tokio::test]
async fn sums_are_of_values_under_the_names_of_each_source() {
    let (here, source) = (bed().await, Source::start().await);
    let info =
        format!(r#"{PAST},"contextSourceInfo":[{{"key":"jsonldContext","value":"{}/context"}}]"#, source.url);
    register(&here, "1", &source.url, VEHICLES, &info).await;
    add(&here, 1, &[("01T06", 100)]).await;
    // It answers both questions with both: sums, and the value that they are of.
    let told = r#"{"id":"urn:v:1","type":"Vehicle","vitesse":{"type":"Property","value":300,"observedAt":"2024-01-02T00:00:00Z",
        "avg":[[300,"2024-01-01T00:00:00Z","2024-01-05T00:00:00Z"]]}}"#;
    source.answers(&format!("{QUERY}/urn:v:1"), 200, told);
    let got = here.get(&format!("/temporal/entities/urn:v:1?{}", sums("avg"))).await;
    assert_eq!(firsts(&got, "speed", &["avg"]), [Json::Int(200)], "{}", got.text);
}
