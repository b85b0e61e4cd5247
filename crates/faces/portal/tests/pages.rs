//! The pages over a real hub in a temporary folder.
#![allow(
    clippy::unwrap_used,
    clippy::type_complexity,
    clippy::many_single_char_names,
    clippy::unnecessary_literal_bound,
    unreachable_pub,
    reason = "a made-up city for tests, which may fail"
)]

mod city;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use senne_face_portal::{PortalOptions, router};
use senne_hub::{Context, Hub, HubConfig, Principal, WriteOptions};
use senne_model::{TenantName, Timestamp};
use tower::ServiceExt;

struct Town {
    app: Router,
    hub: Hub,
    _folder: tempfile::TempDir,
}

impl Town {
    async fn new(days: i64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let hub = Hub::open(HubConfig::new(folder.path())).await.unwrap();
        if days > 0 {
            let context = Context::new(Principal::Service { name: "test".to_owned() }, TenantName::default());
            for part in city::writes(Timestamp::now(), days).chunks(5_000) {
                let written = hub.write(&context, part.to_vec(), WriteOptions::default()).await.unwrap();
                let refused: Vec<_> = written.iter().filter_map(|w| w.as_ref().err()).collect();
                assert!(refused.is_empty(), "{:?}", refused.first());
            }
        }
        let options = PortalOptions {
            figures: city::MadeUp::shared(),
            contact: Some("help@example.org".to_owned()),
            ..PortalOptions::default()
        };
        Self { app: router(hub.clone(), options), hub, _folder: folder }
    }

    async fn ask(&self, request: Request<Body>) -> (StatusCode, axum::http::HeaderMap, String) {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = to_bytes(response.into_body(), 64 << 20).await.unwrap();
        (status, headers, String::from_utf8_lossy(&body).into_owned())
    }

    async fn page(&self, path: &str) -> String {
        let (status, _, body) = self.ask(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_there_in_every_language() {
    let town = Town::new(2).await;
    let station = city::station_id("AirQualityObserved", 1);
    let area = city::commune_id("21009");
    for language in ["fr", "nl", "en"] {
        let paths = [
            "/".to_owned(),
            "/map".to_owned(),
            "/map?type=WeatherObserved&type=OffStreetParking&page=2".to_owned(),
            "/areas?sort=-name".to_owned(),
            "/data".to_owned(),
            "/contract/AirQualityObserved".to_owned(),
            "/accessibility".to_owned(),
            "/search?q=elsene".to_owned(),
            format!("/area/{}", &*area),
            format!("/entity/{}", &*station),
            format!("/entity/{}?range=24h", &*station),
            format!("/entity/{}?range=30d", &*station),
            format!("/entity/{}?range=1y&end=2024-01-31T00:00:00Z", &*station),
        ];
        for path in paths {
            let body = town.page(&format!("/{language}{path}")).await;
            assert!(body.contains(&format!("<html lang=\"{language}\"")), "{path}");
            assert!(!body.contains("style=\""), "the policy refuses styles in the page: {path}");
            assert!(body.contains("<h1>"), "{path}");
        }
    }
    town.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_station_shows_now_and_then_with_quality() {
    let town = Town::new(7).await;
    let body = town.page(&format!("/en/entity/{}", &*city::station_id("AirQualityObserved", 1))).await;
    assert!(body.contains("Nitrogen dioxide") && body.contains("chart-line"), "{body}");
    let gap = town.page(&format!("/en/entity/{}", &*city::station_id("AirQualityObserved", 2))).await;
    assert!(gap.contains("Nothing reliable for"), "the silence of two days is said");
    let path = gap.split("chart-line\" d=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(path.matches('M').count() >= 2, "the line breaks at the gap");
    let failed = town.page(&format!("/en/entity/{}", &*city::station_id("AirQualityObserved", 5))).await;
    assert!(failed.contains("quality-fail") && failed.contains("chart-failed"), "a failed sensor is hollow");
    let simulated = town.page(&format!("/en/entity/{}", &*city::station_id("OffStreetParking", 0))).await;
    assert!(simulated.matches("tag-simulated").count() >= 3, "the label stands wherever the value stands");
    town.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_say_what_pages_say() {
    let town = Town::new(2).await;
    let station = city::station_id("AirQualityObserved", 1);
    let csv = town.page(&format!("/fr/entity/{}/data.csv?range=24h", &*station)).await;
    assert!(csv.starts_with("entity,attribute,observed_at,recorded_at,value,unit_code,quality,tests\r\n"));
    assert!(csv.lines().count() > 3 * 100, "{}", csv.lines().count());
    let stations: serde_json::Value =
        serde_json::from_str(&town.page("/portal/nl/stations.geojson?type=WeatherObserved").await).unwrap();
    let features = stations["features"].as_array().unwrap();
    assert_eq!(features.len(), 13);
    assert!(features[0]["properties"]["link"].as_str().unwrap().starts_with("/nl/entity/"));
    let areas: serde_json::Value =
        serde_json::from_str(&town.page("/portal/fr/areas.geojson").await).unwrap();
    assert_eq!(areas["features"].as_array().unwrap().len(), 19);
    assert_eq!(areas["features"][0]["properties"]["schematic"], true);
    assert_eq!(town.page("/fr/areas.csv").await.lines().count(), 20);
    town.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_city_says_what_to_do() {
    let town = Town::new(0).await;
    for path in ["/fr/", "/fr/map", "/fr/areas", "/fr/data", "/fr/search?q=x"] {
        town.page(path).await;
    }
    assert!(town.page("/fr/").await.contains("senne load"));
    town.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_a_page_too() {
    let town = Town::new(0).await;
    for path in [
        "/fr/nope",
        "/fr/nope/deeper",
        "/nl/entity/urn:ngsi-ld:Device:none",
        "/nl/entity/no-iri",
        "/en/area/urn:ngsi-ld:AdministrativeArea:0",
        "/en/contract/Nope",
        "/en/entity/%00%FF",
    ] {
        let (status, headers, body) = town.ask(Request::get(path).body(Body::empty()).unwrap()).await;
        assert!(status == StatusCode::NOT_FOUND || status == StatusCode::BAD_REQUEST, "{path}: {status}");
        if status == StatusCode::NOT_FOUND {
            assert!(body.contains("<main"), "{path}");
            assert!(
                headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().starts_with("default-src 'none'")
            );
        }
    }
    town.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_page_is_in_the_language_of_the_reader() {
    let town = Town::new(0).await;
    for (accept, to) in [("nl-BE,nl;q=0.9", "/nl/"), ("de", "/fr/"), ("en", "/en/")] {
        let request = Request::get("/").header(header::ACCEPT_LANGUAGE, accept).body(Body::empty()).unwrap();
        let (status, headers, _) = town.ask(request).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        assert_eq!(headers[header::LOCATION], to);
    }
    let form = Request::post("/portal/theme")
        .body(Body::from("theme=dark&back=%2Ffr%2Fmap%3Ftype%3DDevice"))
        .unwrap();
    let (status, headers, _) = town.ask(form).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(headers[header::LOCATION], "/fr/map?type=Device");
    assert!(headers[header::SET_COOKIE].to_str().unwrap().starts_with("theme=dark;"));
    let dark = Request::get("/fr/").header(header::COOKIE, "a=b; theme=dark").body(Body::empty()).unwrap();
    assert!(town.ask(dark).await.2.contains("data-theme=\"dark\""));
    town.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_of_others_do_not_become_markup() {
    let town = Town::new(0).await;
    let mut writes = city::writes(Timestamp::now(), 0);
    let evil = "<script>alert(1)</script>\" onload=\"x";
    for write in &mut writes {
        for attribute in write.attributes.iter_mut().filter(|a| a.name.local() == "name") {
            attribute.instances[0].value =
                senne_model::AttributeValue::Property(senne_model::Json::text(evil));
        }
    }
    let context = Context::new(Principal::Service { name: "test".to_owned() }, TenantName::default());
    town.hub.write(&context, writes, WriteOptions::default()).await.unwrap();
    let station = format!("/fr/entity/{}", &*city::station_id("AirQualityObserved", 1));
    for path in ["/fr/", "/fr/map", "/fr/areas", "/fr/search?q=script", "/fr/search?q=<script>", &station] {
        let path = path.replace('<', "%3C").replace('>', "%3E");
        let body = town.page(&path).await;
        assert!(!body.contains("<script>alert") && !body.contains("\" onload"), "{path}");
    }
    town.hub.stop().await;
}
