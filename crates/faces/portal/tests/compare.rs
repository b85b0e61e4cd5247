//! Series beside each other.
#![allow(
    clippy::unwrap_used,
    clippy::type_complexity,
    clippy::many_single_char_names,
    clippy::unnecessary_literal_bound,
    unreachable_pub,
    dead_code,
    reason = "a made-up city for tests, which may fail"
)]

mod city;
mod town;

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use senne_hub::{Context, Principal, WriteOptions};
use senne_model::{
    Attribute, AttributeValue, EntityId, Instance, Json, Name, Operation, TenantName, Timestamp, Write,
};
use town::Town;

/// The numbers at the lines of the grid of each chart.
fn grids(body: &str) -> Vec<Vec<String>> {
    let charts = body.split("<svg class=\"chart\"").skip(1);
    let grid = |chart: &str| {
        let grid = chart.split("class=\"chart-grid\"").nth(1).unwrap().split("</g>").next().unwrap();
        grid.split("y1=\"").skip(1).map(|line| line.split('"').next().unwrap().to_owned()).collect()
    };
    charts.map(grid).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn series_are_compared_on_one_scale() {
    let town = Town::new(7).await;
    let [one, other, third] = [1, 2, 4].map(|n| city::station_id("AirQualityObserved", n));
    let body = town
        .page(&format!("/en/compare?series={}~no2&series={}~no2&series={}~no2", &*one, &*other, &*third))
        .await;
    let grids = grids(&body);
    assert!(grids.len() == 3 && grids.iter().all(|grid| !grid.is_empty() && *grid == grids[0]), "{grids:?}");
    assert!(body.contains("Nitrogen dioxide (NO₂): the highest mean is"), "{body}");
    assert!(body.contains("All charts have the same scale."));
    assert!(body.matches("Leave this one out").count() >= 3);
    // What leaves one out leaves the others.
    let without = body.split("class=\"links\"").nth(1).unwrap().split("href=\"").nth(3).unwrap();
    let without = without.split('"').next().unwrap().replace("&amp;", "&").replace("&#38;", "&");
    let fewer = town.page(&without).await;
    assert_eq!(self::grids(&fewer).len(), 2, "{without}");
    // Others of the same kind are offered, and lead to a comparison with one more.
    let offered = fewer.split("The same near by").nth(1).unwrap().split("href=\"").nth(1).unwrap();
    let offered = offered.split('"').next().unwrap().replace("&amp;", "&").replace("&#38;", "&");
    assert_eq!(self::grids(&town.page(&offered).await).len(), 3, "{offered}");
    let weather = city::station_id("WeatherObserved", 2);
    let mixed =
        town.page(&format!("/en/compare?series={}~no2&series={}~temperature", &*one, &*weather)).await;
    assert!(mixed.contains("units differ"), "{mixed}");
    town.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_compared_is_refused() {
    let town = Town::new(1).await;
    let station = city::station_id("AirQualityObserved", 1);
    let seven: Vec<String> = [1, 2, 4, 5, 7, 8, 10]
        .into_iter()
        .map(|n| format!("series={}~no2", &*city::station_id("AirQualityObserved", n)))
        .collect();
    let write = |id: &str| {
        let mut write = Write::new(EntityId::trusted(id), Operation::Observe);
        write.types.push(Name::new("https://example.org/Secret"));
        let level = Name::new("https://uri.etsi.org/ngsi-ld/default-context/level");
        let value = Instance::new(AttributeValue::Property(Json::Float(7.0))).at(Timestamp::now());
        write.attributes.push(Attribute::new(level, value));
        write
    };
    let context = Context::new(Principal::Service { name: "test".to_owned() }, TenantName::default());
    town.hub.write(&context, vec![write("urn:x:Secret:1")], WriteOptions::default()).await.unwrap();
    for (query, status, says) in [
        ("series=urn:x:Secret:1~level".to_owned(), StatusCode::NOT_FOUND, ""),
        (seven.join("&"), StatusCode::BAD_REQUEST, "at most 6"),
        (format!("series={}", &*station), StatusCode::BAD_REQUEST, "joined by"),
        (format!("series={}~nothing", &*station), StatusCode::NOT_FOUND, ""),
        ("series=urn:ngsi-ld:Device:none~no2".to_owned(), StatusCode::NOT_FOUND, ""),
        (format!("series={}~no2&from=yesterday", &*station), StatusCode::BAD_REQUEST, ""),
        (
            format!("series={}~no2&from=2024-01-02T00:00:00Z&to=2024-01-01T00:00:00Z", &*station),
            StatusCode::BAD_REQUEST,
            "ends before",
        ),
    ] {
        let request = Request::get(format!("/en/compare?{query}")).body(Body::empty()).unwrap();
        let (found, _, body) = town.ask(request).await;
        assert_eq!(found, status, "{query}: {body}");
        assert!(body.contains(says), "{query}: {body}");
    }
    town.hub.stop().await;
}
