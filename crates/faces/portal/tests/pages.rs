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
mod town;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use senne_hub::{Context, Principal, WriteOptions};
use senne_model::{TenantName, Timestamp};

use town::Town;

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
            "/indicators".to_owned(),
            "/indicators?area=21009&framework=nothing".to_owned(),
            "/indicator/quiet-nights".to_owned(),
            "/indicator/quiet-nights?area=21009&frequency=month".to_owned(),
            "/indicator/quiet-nights?area=nowhere&frequency=century&beside=nothing".to_owned(),
            "/indicator/unemployment-rate?area=21009".to_owned(),
            "/index/calm".to_owned(),
            "/index/calm?period=2026-06&weight-nights=2&aggregation=geometric".to_owned(),
            "/index/calm?period=soon&weight-nights=much&aggregation=median".to_owned(),
            "/profile/21009".to_owned(),
            "/profile/04000".to_owned(),
            format!("/profile/{}", &*area),
            "/data".to_owned(),
            "/contract/AirQualityObserved".to_owned(),
            "/accessibility".to_owned(),
            "/search?q=elsene".to_owned(),
            format!("/area/{}", &*area),
            format!("/entity/{}", &*station),
            format!("/entity/{}?range=24h", &*station),
            format!("/entity/{}/past/no2", &*station),
            format!("/entity/{}/past/no2?from=2015-01-01T00:00:00Z&to=2035-01-01T00:00:00Z", &*station),
            format!("/entity/{}/past/no2?from=0001-01-01T00:00:00Z&to=9999-01-01T00:00:00Z", &*station),
            format!("/entity/{}/past/so2?from=2015-01-01T00:00:00Z&to=2015-01-02T00:00:00Z", &*station),
            "/compare".to_owned(),
            "/compare?q=ixelles".to_owned(),
            format!("/compare?series={}~no2", &*station),
            format!("/compare?series={0}~no2&series={0}~o3&series={0}~no2&q=station", &*station),
            format!("/compare?series={}~so2&from=2015-01-01T00:00:00Z&to=2015-01-02T00:00:00Z", &*station),
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
async fn an_indicator_says_what_it_rests_on() {
    let town = Town::new(1).await;
    let page = town.page("/en/indicator/quiet-nights").await;
    for wanted in [
        "Quiet nights, Brussels-Capital Region, May 2026",
        "No clear change from May 2025",
        "Target: at least 60.0\u{a0}% by 2030. It is met.",
        "chart-spread",
        "chart-suspect",
        "Definition &#60;1&#62;",
        "not published: too few",
        "class=\"area step-",
        "strip-mark step-",
        "class=\"area class-suppressed",
        "From May 2025 to May 2026: of 15, 15 rise and 0 fall.",
        "0123456789abcdef",
        "/indicators/quiet-nights/reproduction?area=04000&#38;period=2026-05",
        "format=sdmx",
        "chart-beside",
        "without the season</p>",
        "Of what moves around the trend",
        "Kind of day, May 2026",
        "All together",
        "beside=weather",
    ] {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    assert!(!page.contains("heat-map"), "months are no days");
    let daily = town.page("/en/indicator/quiet-nights?frequency=day").await;
    assert!(daily.contains("59 days from 1\u{a0}March 2024 to 29\u{a0}April 2024"), "{daily}");
    assert!(daily.contains("<title>10\u{a0}March 2024: no value</title>"), "{daily}");
    let weather = town.page("/en/indicator/quiet-nights?beside=weather").await;
    assert!(
        weather.contains("for `rain` has no values here") && !weather.contains("chart-beside"),
        "{weather}"
    );
    let empty = town.page("/nl/indicator/unemployment-rate").await;
    assert!(empty.contains("nog geen waarde") && empty.contains("Enquête"), "{empty}");
    let all = town.page("/fr/indicators").await;
    assert!(all.contains("1 indicateurs sur 3") && all.contains("source habituelle"), "{all}");
    assert!(town.page("/en/").await.contains("Quiet nights"));
    let nobody = Request::get("/en/indicator/nothing").body(Body::empty()).unwrap();
    assert_eq!(town.ask(nobody).await.0, StatusCode::NOT_FOUND);
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
async fn what_is_told_in_english_is_marked_as_english() {
    let town = Town::new(0).await;
    let request = Request::get("/fr/compare?series=urn:a:1").body(Body::empty()).unwrap();
    let (status, _, body) = town.ask(request).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
    assert!(body.contains("<html lang=\"fr\"") && body.contains("<p class=\"small\" lang=\"en\">"), "{body}");
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

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_only_beside_others_has_its_chart_too() {
    let town = Town::new(0).await;
    let station = city::station_id("AirQualityObserved", 1);
    let mut writes = city::writes(Timestamp::now(), 1);
    for write in writes.iter_mut().filter(|write| write.entity == station) {
        for attribute in write.attributes.iter_mut().filter(|a| a.name.local() == "no2") {
            attribute.instances[0].dataset_id = Some(senne_model::Iri::new("urn:sensor:left"));
        }
    }
    let context = Context::new(Principal::Service { name: "test".to_owned() }, TenantName::default());
    for part in writes.chunks(5_000) {
        let written = town.hub.write(&context, part.to_vec(), WriteOptions::default()).await.unwrap();
        assert!(written.iter().all(Result::is_ok));
    }
    let page = town.page(&format!("/en/entity/{}", &*station)).await;
    assert!(page.contains("Nitrogen dioxide") && !page.contains("Nothing was measured"), "{page}");
    let past = town.page(&format!("/en/entity/{}/past/no2", &*station)).await;
    assert!(past.contains("chart-line") && past.contains("dataset=urn:sensor:left"), "{past}");
    town.hub.stop().await;
}

/// A series as JSON, for an administrator or for anybody.
async fn series(
    town: &Town,
    query: &str,
    known: bool,
) -> (StatusCode, axum::http::HeaderMap, serde_json::Value) {
    let mut request = Request::get(format!("/charts/series?{query}")).body(Body::empty()).unwrap();
    if known {
        request.extensions_mut().insert(Principal::Administrator { name: "test".to_owned() });
    }
    let (status, headers, body) = town.ask(request).await;
    (status, headers, serde_json::from_str(&body).unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn charts_have_their_data_as_json() {
    let town = Town::new(3).await;
    let station = city::station_id("AirQualityObserved", 1);
    let past = "from=2020-01-01T00:00:00Z&to=2021-01-01T00:00:00Z";
    let both = format!("entity={}&attribute=no2&attribute=pm25&{past}", &*station);
    let (status, headers, body) = series(&town, &both, false).await;
    assert_eq!((status, body["series"].as_array().unwrap().len()), (StatusCode::OK, 2));
    assert_eq!(body["series"][0]["unit"]["code"], "GQ");
    assert!(body["series"][0]["plausible"][1].as_f64().unwrap() > 100.0);
    assert_eq!((&body["series"][0]["resolution"], &body["series"][0]["count"]), (&"raw".into(), &0.into()));
    assert!(headers[header::CACHE_CONTROL].to_str().unwrap().contains("max-age"));
    let again = Request::get(format!("/charts/series?{both}"))
        .header(header::IF_NONE_MATCH, headers[header::ETAG].clone())
        .body(Body::empty())
        .unwrap();
    assert_eq!(town.ask(again).await.0, StatusCode::NOT_MODIFIED);
    let (_, headers, body) =
        series(&town, &format!("entity={}&attribute=no2&pixels=100", &*station), false).await;
    let one = &body["series"][0];
    assert_eq!((&one["resolution"], &one["source"]), (&"PT2H".into(), &"hourly".into()));
    let buckets = one["buckets"].as_array().unwrap();
    let counted: u64 = buckets.iter().map(|b| b["count"].as_u64().unwrap()).sum();
    assert_eq!((counted, one["count"].as_u64().unwrap()), (433, 433));
    assert!(buckets.iter().all(|b| b["min"].as_f64() <= b["mean"].as_f64()));
    assert_eq!(headers[header::CACHE_CONTROL], "private, no-cache");
    town.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn charts_show_nobody_what_is_hidden() {
    let town = Town::new(0).await;
    let id = senne_model::EntityId::trusted("urn:x:Secret:1");
    let mut write = senne_model::Write::new(id, senne_model::Operation::Observe);
    write.types.push(senne_model::Name::new("https://example.org/Secret"));
    let value = senne_model::AttributeValue::Property(senne_model::Json::Float(7.0));
    let name = senne_model::Name::new("https://uri.etsi.org/ngsi-ld/default-context/level");
    write
        .attributes
        .push(senne_model::Attribute::new(name, senne_model::Instance::new(value).at(Timestamp::now())));
    let context = Context::new(Principal::Service { name: "test".to_owned() }, TenantName::default());
    town.hub.write(&context, vec![write], WriteOptions::default()).await.unwrap();
    let to = Timestamp::from_micros(Timestamp::now().micros() + 60_000_000);
    let query = format!("entity=urn:x:Secret:1&attribute=level&to={to}");
    let (status, _, hidden) = series(&town, &query, false).await;
    let (missing, _, nothing) = series(&town, &query.replace("Secret:1", "Secret:2"), false).await;
    assert_eq!((status, missing), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    assert_eq!(hidden.to_string().replace("Secret:1", "Secret:2"), nothing.to_string(), "the two look alike");
    let (status, _, body) = series(&town, &query, true).await;
    assert_eq!((status, &body["series"][0]["points"][0]["value"]), (StatusCode::OK, &7.0.into()));
    let page = Request::get("/en/entity/urn:x:Secret:1/past/level").body(Body::empty()).unwrap();
    assert_eq!(town.ask(page).await.0, StatusCode::NOT_FOUND);
    town.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn charts_refuse_what_makes_no_sense() {
    let town = Town::new(1).await;
    let id = city::station_id("AirQualityObserved", 1);
    let seven = "attribute=no2&".repeat(7);
    for (query, field) in [
        ("attribute=no2&entity=not-an-iri".to_owned(), "entity"),
        (format!("entity={}", &*id), "attribute"),
        (format!("entity={}&{seven}", &*id), "attribute"),
        (format!("entity={0}&entity={0}&attribute=a&attribute=b&attribute=c", &*id), "entity"),
        (format!("entity={}&attribute=no2&pixels=0", &*id), "pixels"),
        (format!("entity={}&attribute=no2&pixels=4097", &*id), "pixels"),
        (format!("entity={}&attribute=no2&pixels=-1", &*id), "pixels"),
        (format!("entity={}&attribute=no2&from=yesterday", &*id), "from"),
        (format!("entity={}&attribute=no2&from=2024-01-02T00:00:00Z&to=2024-01-01T00:00:00Z", &*id), "to"),
        (format!("entity={}&attribute=no2&zone=../../etc/passwd", &*id), "zone"),
        (format!("entity={}&attribute=no2&points=9", &*id), "points"),
    ] {
        let (status, headers, body) = series(&town, &query, false).await;
        assert_eq!((status, &body["field"]), (StatusCode::BAD_REQUEST, &field.into()), "{query}");
        assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json");
    }
    for path in [
        format!("/en/entity/{}/past/no2?from=x", &*id),
        format!("/en/entity/{}/past/no2?from=2024-01-02T00:00:00Z&to=2024-01-01T00:00:00Z", &*id),
    ] {
        let (status, _, body) = town.ask(Request::get(&path).body(Body::empty()).unwrap()).await;
        assert!(status == StatusCode::BAD_REQUEST && body.contains("<main"), "{path}");
    }
    let strange = format!("entity={}&attribute=%27%3B%20DROP%20TABLE%20x%20--", &*id);
    assert_eq!(series(&town, &strange, true).await.0, StatusCode::OK);
    town.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_storage_page_is_for_the_administrator_alone() {
    let town = Town::new(1).await;
    town.hub.flush().await.unwrap();
    for language in ["fr", "nl", "en"] {
        let ask = |principal: Principal| {
            let mut request = Request::get(format!("/{language}/storage")).body(Body::empty()).unwrap();
            request.extensions_mut().insert(principal);
            town.ask(request)
        };
        let (status, _, refused) = ask(Principal::Anonymous).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        assert!(refused.contains("<main") && !refused.contains("observation_hour"));
        let (status, _, page) = ask(Principal::Administrator { name: "test".to_owned() }).await;
        assert_eq!(status, StatusCode::OK);
        for word in ["observation_hour", "AirQualityObserved 20", "history", "meter-above"] {
            assert!(page.contains(word), "{word}");
        }
    }
    town.hub.stop().await;
}
