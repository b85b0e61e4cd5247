//! Sums over the time in which the scopes of an entity fitted, and how many scopes are looked at.

use senne_model::Json;

use super::bed::{Bed, Got, bed, bed_with, options};

const HOUR: &str = "timerel=between&timeAt=2026-03-01T12:00:00Z&endTimeAt=2026-03-01T13:00:00Z";

/// An entity with a past of its scopes and of one attribute, each with the minute of the hour.
async fn add(bed: &Bed, id: &str, scopes: &[(&str, &str)], speeds: &[(i64, &str)]) {
    let at = |value: String, minute: &str| {
        format!(r#"{{"type":"Property","value":{value},"observedAt":"2026-03-01T{minute}:00Z"}}"#)
    };
    let scopes: Vec<String> =
        scopes.iter().map(|(scope, minute)| at(format!("\"{scope}\""), minute)).collect();
    let speeds: Vec<String> = speeds.iter().map(|(speed, minute)| at(speed.to_string(), minute)).collect();
    let (scopes, speeds) = (scopes.join(","), speeds.join(","));
    let body = format!(r#"{{"id":"urn:t:{id}","type":"T","scope":[{scopes}],"speed":[{speeds}]}}"#);
    let made = bed.post("/temporal/entities", &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
}

async fn sums(bed: &Bed, more: &str) -> Got {
    bed.get(&format!("/temporal/entities?type=T&{HOUR}&format=aggregatedValues&attrs=speed&{more}")).await
}

/// What a method gives for each period.
fn values(got: &Got, method: &str) -> Vec<f64> {
    let periods = got.at(&format!("0/speed/{method}"));
    let first = |period: &Json| period.as_array().unwrap()[0].as_f64().unwrap();
    periods.as_array().unwrap().iter().map(first).collect()
}

/// Clauses: 4.5.19, 4.18, 4.19, 5.7.4.
#[tokio::test]
async fn only_what_was_so_while_scopes_fitted_is_added_up() {
    let bed = bed().await;
    let scopes = [("/A", "10:00"), ("/B", "12:20"), ("/A/C", "12:40"), ("/A", "12:50")];
    let speeds = [(1, "12:05"), (2, "12:15"), (100, "12:25"), (4, "12:45"), (5, "12:55")];
    add(&bed, "moved", &scopes, &speeds).await;
    for flushed in [false, true] {
        if flushed {
            bed.hub.flush().await.unwrap();
        }
        let methods = "aggrMethods=sum,totalCount,min,max,avg&aggrPeriodDuration=PT0S";
        let got = sums(&bed, &format!("scopeQ=/A,/A/%23&{methods}")).await;
        let all = ["sum", "totalCount", "min", "max", "avg"];
        let whole: Vec<f64> = all.iter().flat_map(|method| values(&got, method)).collect();
        assert_eq!(whole, [12.0, 4.0, 1.0, 5.0, 3.0], "{}", got.text);
        assert_eq!(got.at("0/speed/sum/0/1"), Json::text("2026-03-01T12:00:00Z"));
        assert_eq!(got.at("0/speed/sum/0/2"), Json::text("2026-03-01T13:00:00Z"));
        assert_eq!(values(&sums(&bed, &format!("scopeQ=/B&{methods}")).await, "sum"), [100.0]);
        assert_eq!(values(&sums(&bed, &format!("scopeQ=/A/C&{methods}")).await, "avg"), [4.0]);
        assert_eq!(values(&sums(&bed, methods).await, "sum"), [112.0]);
        let halves = "scopeQ=/A&aggrMethods=sum,avg&aggrPeriodDuration=PT30M";
        let got = sums(&bed, halves).await;
        assert_eq!((values(&got, "sum"), values(&got, "avg")), (vec![3.0, 5.0], vec![1.5, 5.0]));
        let different = sums(&bed, "scopeQ=/A&aggrMethods=distinctCount&aggrPeriodDuration=PT0S").await;
        // Which values are the same in both spans cannot be told.
        assert_eq!((different.status.as_u16(), different.at("field")), (403, Json::text("aggrMethods")));
        let different = sums(&bed, "scopeQ=/A&aggrMethods=distinctCount&aggrPeriodDuration=PT30M").await;
        assert_eq!(values(&different, "distinctCount"), [2.0, 1.0]);
    }
}

/// Clauses: 4.19, 5.7.4.
#[tokio::test]
async fn more_scopes_than_are_looked_at_once_change_no_answer() {
    let bed = bed_with(crate::NgsiLdOptions { temporal_step_points: 5, ..options() }).await;
    let moves = |count: usize| -> Vec<(&'static str, &'static str)> {
        [("/A", "12:00"), ("/B", "12:10"), ("/A", "12:20"), ("/B", "12:30"), ("/C", "12:40"), ("/A", "12:50")]
            .into_iter()
            .take(count)
            .collect()
    };
    add(&bed, "1", &moves(3), &[(1, "12:25")]).await;
    add(&bed, "2", &moves(3), &[(2, "12:25")]).await;
    add(&bed, "3", &moves(6), &[(3, "12:55")]).await;
    let ask = |id: &str| format!("/temporal/entities?type=T&{HOUR}&attrs=speed&scopeQ=/A&id={id}");
    let both = bed.get(&ask("urn:t:1,urn:t:2")).await;
    assert_eq!((both.status.as_u16(), both.json().as_array().map(<[Json]>::len)), (200, Some(2)));
    let one = bed.get(&ask("urn:t:3")).await;
    assert_eq!((one.status.as_u16(), one.at("field")), (403, Json::text("scopeQ")), "{}", one.text);
}

/// Clauses: 4.23, 5.7.4.
#[tokio::test]
async fn what_is_no_collation_is_refused() {
    let bed = bed().await;
    add(&bed, "1", &[("/A", "12:00")], &[(1, "12:05")]).await;
    let ask = |collation: &str| format!("/temporal/entities?type=T&{HOUR}&collation={collation}");
    assert_eq!(bed.get(&ask("nl-BE")).await.status, 200);
    let wrong = bed.get(&ask("!!nope")).await;
    assert_eq!((wrong.status.as_u16(), wrong.at("field")), (400, Json::text("collation")), "{}", wrong.text);
}
