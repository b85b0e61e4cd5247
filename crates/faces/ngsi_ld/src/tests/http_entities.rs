//! `/entities` and `/entities/{id}/attrs` over HTTP.

use axum::body::Body;
use senne_model::Json;

use super::bed::{S3, STATION, bed, request};

/// Clauses: 4.16, 5.6.1, 5.6.6, 5.7.1.
#[tokio::test]
async fn an_entity_lives_and_dies() {
    let bed = bed().await;
    let made = bed.post("/entities", STATION).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.header("location"), format!("/ngsi-ld/v1{S3}"));
    assert_eq!(bed.post("/entities", STATION).await.status, 409);

    let got = bed.get(S3).await;
    assert_eq!(got.status, 200);
    assert_eq!(got.header("content-type"), "application/json");
    assert!(got.header("link").contains("ngsi-ld-core-context"));
    assert_eq!(got.at("NO2/value"), Json::Float(29.5));
    assert_eq!(got.at("refDevice/object"), Json::text("urn:ngsi-ld:Device:7"));

    assert_eq!(bed.delete(S3).await.status, 204);
    let gone = bed.get(S3).await;
    assert_eq!(gone.status, 404);
    assert_eq!(gone.at("type"), Json::text("https://uri.etsi.org/ngsi-ld/errors/ResourceNotFound"));
    assert_eq!(gone.header("content-type"), "application/json");
    assert_eq!(bed.delete(S3).await.status, 404);
}

/// Clauses: 5.6.17, 5.6.18.
#[tokio::test]
async fn replace_and_merge() {
    let bed = bed().await;
    bed.post("/entities", STATION).await;
    let merged = bed
        .patch(
            S3,
            r#"{"NO2":{"type":"Property","value":31},"name":"urn:ngsi-ld:null","new":{"value":{"a":1}}}"#,
        )
        .await;
    assert_eq!(merged.status, 204, "{}", merged.text);
    let got = bed.get(S3).await;
    assert_eq!(got.at("NO2/value"), Json::Int(31));
    assert_eq!(got.at("NO2/unitCode"), Json::text("GQ"));
    assert!(got.json().get("name").is_none());
    bed.patch(S3, r#"{"new":{"value":{"b":2}}}"#).await;
    assert_eq!(bed.get(S3).await.at("new/value").to_string(), r#"{"a":1,"b":2}"#);

    assert_eq!(
        bed.put(
            S3,
            r#"{"type":"AirQualityObserved","PM10":{"value":7,"observedAt":"2024-01-31T12:00:00Z"}}"#
        )
        .await
        .status,
        204
    );
    let replaced = bed.get(&format!("{S3}?format=concise")).await;
    assert!(replaced.json().get("NO2").is_none());
    assert_eq!(replaced.at("PM10/value"), Json::Int(7));
    assert_eq!(bed.put("/entities/urn:none:1", r#"{"type":"T"}"#).await.status, 404);
    assert_eq!(bed.patch("/entities/urn:none:1", r#"{"x":1}"#).await.status, 404);
    assert_eq!(bed.patch(S3, r#"{"id":"urn:other:1","x":1}"#).await.status, 400);
}

/// Clauses: 5.6.2, 5.6.3, 5.6.4, 5.6.5, 5.6.19.
#[tokio::test]
async fn attributes_are_appended_updated_and_deleted() {
    let bed = bed().await;
    bed.post("/entities", STATION).await;
    let attrs = format!("{S3}/attrs");
    assert_eq!(bed.post(&attrs, r#"{"O3":{"value":60}}"#).await.status, 204);
    let kept =
        bed.post(&format!("{attrs}?options=noOverwrite"), r#"{"O3":{"value":1},"CO":{"value":2}}"#).await;
    assert_eq!(kept.status, 207);
    assert_eq!(kept.at("updated/0"), Json::text("https://uri.etsi.org/ngsi-ld/default-context/CO"));
    assert_eq!(
        kept.at("notUpdated/0/attributeName"),
        Json::text("https://uri.etsi.org/ngsi-ld/default-context/O3")
    );
    // What is not there yet is added; a removal of it finds nothing to do.
    assert_eq!(bed.patch(&attrs, r#"{"O3":{"value":61},"new":{"value":2}}"#).await.status, 204);
    assert_eq!(bed.get(S3).await.at("new/value"), Json::Int(2));
    assert_eq!(bed.patch(&attrs, r#"{"new":"urn:ngsi-ld:null"}"#).await.status, 204);
    assert!(bed.get(S3).await.json().get("new").is_none());
    assert_eq!(bed.post(&attrs, r#"{"scope":"/A"}"#).await.status, 204);
    assert_eq!(
        bed.post(&format!("{attrs}?options=noOverwrite"), r#"{"scope":["/A","/B"]}"#).await.status,
        204
    );
    assert_eq!(bed.get(S3).await.at("scope").to_string(), r#"["/A","/B"]"#);
    assert_eq!(bed.put(&format!("{attrs}/scope"), r#"{"value":"/C"}"#).await.status, 400);
    assert_eq!(bed.delete(&format!("{attrs}/scope")).await.status, 204);
    assert_eq!(bed.delete(&format!("{attrs}/scope")).await.status, 404);
    assert_eq!(bed.patch("/entities/", r#"{"new":1}"#).await.status, 400);
    let other = bed.patch(&format!("{attrs}/O3"), r#"{"object":"urn:a:1"}"#).await;
    assert_eq!((other.status.as_u16(), other.at("field")), (400, Json::text("O3.type")));
    assert_eq!(bed.patch(&attrs, r#"{"O3":{"value":62}}"#).await.status, 204);

    let no2 = format!("{attrs}/NO2");
    assert_eq!(bed.patch(&no2, r#"{"observedAt":"2024-02-01T00:00:00Z"}"#).await.status, 204);
    let got = bed.get(S3).await;
    assert_eq!((got.at("NO2/value"), got.at("NO2/unitCode")), (Json::Float(29.5), Json::text("GQ")));
    assert_eq!(got.at("NO2/observedAt"), Json::text("2024-02-01T00:00:00Z"));
    assert_eq!(bed.patch(&no2, r#"{"accuracy":{"value":0.1}}"#).await.status, 204);
    assert_eq!(bed.get(S3).await.at("NO2/accuracy/value"), Json::Float(0.1));
    assert_eq!(bed.put(&no2, r#"{"value":1}"#).await.status, 204);
    assert!(bed.get(S3).await.at("NO2").get("unitCode").is_none());
    assert_eq!(bed.patch(&format!("{attrs}/nothing"), r#"{"value":1}"#).await.status, 404);

    bed.post(&attrs, r#"{"NO2":{"value":5,"datasetId":"urn:d:1"}}"#).await;
    assert_eq!(bed.get(S3).await.at("NO2").as_array().unwrap().len(), 2);
    assert_eq!(bed.get(&format!("{S3}?datasetId=urn:d:1")).await.at("NO2/value"), Json::Int(5));
    assert_eq!(bed.delete(&format!("{no2}?datasetId=urn:d:9")).await.status, 404);
    assert_eq!(bed.delete(&format!("{no2}?datasetId=urn:d:1")).await.status, 204);
    assert_eq!(bed.get(S3).await.at("NO2/value"), Json::Int(1));
    assert_eq!(bed.delete(&format!("{no2}?deleteAll=true")).await.status, 204);
    assert!(bed.get(S3).await.json().get("NO2").is_none());
}

/// Clauses: 4.9, 4.10, 4.19, 4.21, 5.5.9, 5.7.2, 6.3.10.
#[tokio::test]
async fn queries_select_project_and_page() {
    let bed = bed().await;
    for n in 0..25 {
        let body = format!(
            r#"{{"id":"urn:s:{n}","type":"Station","n":{n},"place":{{"type":"Point","coordinates":[4.{n:02},50.8]}}}}"#
        );
        assert_eq!(bed.post("/entities", &body).await.status, 201);
    }
    let first = bed.get("/entities?type=Station&count=true&limit=10").await;
    assert_eq!(first.json().as_array().unwrap().len(), 10);
    assert_eq!(first.header("ngsild-results-count"), "25");
    let links: Vec<&str> = first.headers.get_all("link").iter().map(|link| link.to_str().unwrap()).collect();
    assert!(
        links.iter().any(|link| link.contains("rel=\"next\"") && link.contains("offset=10")),
        "{links:?}"
    );
    let mut seen = std::collections::BTreeSet::new();
    for offset in [0, 10, 20] {
        let page =
            bed.get(&format!("/entities?type=Station&limit=10&offset={offset}&format=simplified")).await;
        for entity in page.json().as_array().unwrap() {
            assert!(seen.insert(entity.get("id").unwrap().to_string()));
        }
    }
    assert_eq!(seen.len(), 25);
    let count = |path: &'static str| {
        let bed = &bed;
        async move { bed.get(path).await.json().as_array().map_or(0, <[Json]>::len) }
    };
    assert_eq!(count("/entities?type=Station&q=n%3E=20").await, 5);
    assert_eq!(count("/entities?type=Station&id=urn:s:3,urn:s:4").await, 2);
    assert_eq!(count("/entities?type=Station&idPattern=urn:s:1.$").await, 10);
    assert_eq!(count("/entities?type=Other").await, 0);
    assert_eq!(
        count("/entities?type=Station&georel=near;maxDistance==2000&geometry=Point&coordinates=[4.05,50.8]&geoproperty=place").await,
        5
    );
    assert_eq!(bed.get("/entities?type=Station&limit=0&count=true").await.text, "[]");
    assert_eq!(bed.get("/entities?type=Station&limit=0").await.status, 400);
    assert_eq!(bed.get("/entities?type=Station&limit=5000").await.status, 403);
    assert_eq!(bed.get("/entities").await.status, 400);
    assert_eq!(bed.get("/entities?local=true").await.status, 200);
    let bad = bed.get("/entities?type=Station&q=((").await;
    assert_eq!((bad.status.as_u16(), bad.at("field")), (400, Json::text("q")));
    assert_eq!(bed.get("/entities?type=Station&orderBy=n;down").await.status, 400);

    let picked = bed.get("/entities?type=Station&pick=id,n&limit=1").await;
    assert_eq!(picked.at("0").as_object().unwrap().len(), 2);
    let attrs = bed.get("/entities?type=Station&attrs=n&limit=1&options=keyValues").await;
    assert_eq!(attrs.at("0").as_object().unwrap().len(), 3);
    let omitted = bed.get("/entities?type=Station&omit=n&limit=1").await;
    assert!(omitted.at("0").get("n").is_none());
}

/// Clauses: 4.5.1, 4.5.4, 4.5.16, 6.3.6, 6.3.15.
#[tokio::test]
async fn answers_come_in_the_form_that_is_asked_for() {
    let bed = bed().await;
    bed.post("/entities", STATION).await;
    let feature = bed.get_as(S3, "application/geo+json").await;
    assert_eq!(feature.header("content-type"), "application/geo+json");
    assert_eq!(feature.at("geometry/type"), Json::text("Point"));
    assert!(feature.json().get("@context").is_some());
    let collection =
        bed.get_as("/entities?type=AirQualityObserved&options=keyValues", "application/geo+json").await;
    assert_eq!(collection.at("features/0/properties/NO2"), Json::Float(29.5));
    let bare = request("GET", S3).header("accept", "application/geo+json").header("prefer", "body=json");
    let bare = bed.send(bare.body(Body::empty()).unwrap()).await;
    assert!(bare.json().get("@context").is_none() && bare.header("link").contains("json-ld#context"));
    let linked = bed.get_as(S3, "application/ld+json").await;
    assert!(linked.json().get("@context").is_some() && linked.header("link").is_empty());
    assert_eq!(bed.get_as(S3, "text/html").await.status, 406);
    let sys = bed.get(&format!("{S3}?options=sysAttrs,keyValues")).await;
    assert!(sys.json().get("createdAt").is_some());
    assert_eq!(bed.get(&format!("{S3}?format=odd")).await.status, 400);
    assert_eq!(bed.get(&format!("{S3}?attrs=nothing")).await.status, 404);
    assert_eq!(bed.get(&format!("{S3}?type=Other")).await.status, 404);
}

/// Clauses: 4.14, 5.5.10, 6.3.14.
#[tokio::test]
async fn tenants_do_not_see_one_another() {
    let bed = bed().await;
    let create = request("POST", "/entities")
        .header("ngsild-tenant", "ixelles")
        .header("content-type", "application/json");
    let made = bed.send(create.body(Body::from(STATION)).unwrap()).await;
    assert_eq!((made.status.as_u16(), made.header("ngsild-tenant")), (201, "ixelles"));
    assert_eq!(bed.get(S3).await.status, 404);
    let own = request("GET", S3).header("ngsild-tenant", "ixelles").body(Body::empty()).unwrap();
    assert_eq!(bed.send(own).await.status, 200);
    let wrong = request("GET", S3).header("ngsild-tenant", "default~system").body(Body::empty()).unwrap();
    assert_eq!(bed.send(wrong).await.status, 400);
}

/// Many clients write a slash at the end of a path.
#[tokio::test]
async fn a_slash_at_the_end_does_no_harm() {
    let bed = bed().await;
    let made = bed.post("/entities/", STATION).await;
    assert_eq!((made.status.as_u16(), made.header("location")), (201, format!("/ngsi-ld/v1{S3}").as_str()));
    assert_eq!(bed.get("/entities/?type=AirQualityObserved").await.json().as_array().unwrap().len(), 1);
    assert_eq!(bed.post(&format!("{S3}/attrs/"), r#"{"O3":{"value":60}}"#).await.status, 204);
    assert_eq!(bed.get("/types/").await.status, 200);
    assert_eq!(bed.put("/types/", "{}").await.status, 405);
    assert_eq!(bed.get("/nothing/").await.status, 404);
    assert_eq!(bed.get("/").await.status, 404);
}

/// Clauses: 5.6.4, 6.3.5.
#[tokio::test]
async fn linked_data_writes_one_attribute_too() {
    let bed = bed().await;
    bed.post("/entities", STATION).await;
    let context = r#""@context":"https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld""#;
    let path = format!("{S3}/attrs/NO2");
    for (method, body, now) in [
        ("PATCH", format!(r#"{{"value":7,{context}}}"#), 7),
        ("PUT", format!(r#"{{"type":"Property","value":8,{context}}}"#), 8),
    ] {
        let got = bed.with_body(method, &path, &body).await;
        assert_eq!(got.status, 204, "{method}: {}", got.text);
        assert_eq!(bed.get(S3).await.at("NO2/value"), Json::Int(now), "{method}");
    }
    assert_eq!(
        bed.patch(&path, &format!("{{{context}}}")).await.status,
        400,
        "a context alone changes nothing"
    );
    let plain = request("PATCH", &path).header("content-type", "application/json");
    let got = bed.send(plain.body(Body::from(format!(r#"{{"value":9,{context}}}"#))).unwrap()).await;
    assert_eq!(got.status, 400);
    assert_eq!(got.at("field"), Json::text("@context"));
}

/// Clauses: 4.5.2, 4.6.3.
#[tokio::test]
async fn integers_of_any_length_come_back_as_they_were() {
    let bed = bed().await;
    let long = "123456789012345678901234567890";
    let entity = format!(
        r#"{{"id":"urn:n:1","type":"Number","a":{{"type":"Property","value":{long}}},"b":-18446744073709551616,
        "c":{{"type":"JsonProperty","json":{{"deep":[{long},"{long}"]}}}},"d":{{"type":"ListProperty","valueList":[{long},1]}}}}"#
    );
    assert_eq!(bed.post("/entities", &entity).await.status, 201);
    let got = bed.get("/entities/urn:n:1?format=keyValues").await;
    assert!(got.text.contains(&format!(r#""a":{long},"b":-18446744073709551616"#)), "{}", got.text);
    assert!(got.text.contains(&format!(r#"[{long},"{long}"]"#)) && got.text.contains(&format!("[{long},1]")));
    let batch = format!(r#"[{{"id":"urn:n:1","type":"Number","e":{{"type":"Property","value":{long}1}}}}]"#);
    assert_eq!(bed.post("/entityOperations/update", &batch).await.status, 204);
    let body = format!(r#"{{"type":"Property","value":{long}2}}"#);
    assert_eq!(bed.patch("/entities/urn:n:1/attrs/a", &body).await.status, 204);
    let found = bed.get(&format!("/entities?type=Number&q=a%3E{long}&format=keyValues")).await;
    assert!(
        found.text.contains(&format!("{long}1")) && found.text.contains(&format!("{long}2")),
        "{}",
        found.text
    );
    let range = "timerel=after&timeAt=2000-01-01T00:00:00Z&timeproperty=modifiedAt";
    let past = bed.get(&format!("/temporal/entities/urn:n:1?attrs=a&{range}")).await;
    assert!(past.text.contains(&format!("\"value\":{long}2")), "{}", past.text);
    let name = bed.post("/entities", r#"{"id":12345678901234567890,"type":"T"}"#).await;
    assert_eq!((name.status.as_u16(), name.text.contains('\u{e000}')), (400, false), "{}", name.text);
    let unit =
        r#"{"id":"urn:n:2","type":"T","a":{"type":"Property","value":1,"unitCode":12345678901234567890}}"#;
    let refused = bed.post("/entities", unit).await;
    assert_eq!(
        (refused.status.as_u16(), refused.text.contains('\u{e000}')),
        (400, false),
        "{}",
        refused.text
    );
}
