//! What a query selects: several selectors, types, conditions on terms, and what is too wide (clauses 4.9, 5.2.33, 5.7.2).

use senne_model::Json;

use super::bed::{Bed, Got, bed};

async fn some() -> Bed {
    let bed = bed().await;
    for body in [
        r#"{"id":"urn:car:1","type":"Car","speed":{"value":50}}"#,
        r#"{"id":"urn:car:2","type":["Car","Taxi"],"speed":{"value":30}}"#,
        r#"{"id":"urn:bus:1","type":"Bus","gender":{"vocab":"Male"}}"#,
        r#"{"id":"urn:tram:1","type":"Tram","scope":"/Brussels/STIB"}"#,
    ] {
        assert_eq!(bed.post("/entities", body).await.status, 201);
    }
    bed
}

fn ids(got: &Got) -> Vec<String> {
    let list = got.json();
    let id = |entity: &Json| entity.get("id").and_then(Json::as_str).unwrap().replace("urn:", "");
    list.as_array().unwrap_or_else(|| panic!("{}", got.text)).iter().map(id).collect()
}

async fn asked(bed: &Bed, selectors: &str, more: &str) -> Got {
    bed.post("/entityOperations/query", &format!(r#"{{"type":"Query","entities":{selectors}{more}}}"#)).await
}

/// Clauses: 5.2.33, 5.7.2.
#[tokio::test]
async fn one_of_several_selectors_must_fit() {
    let bed = some().await;
    let both = r#"[{"type":"Car","id":"urn:car:1"},{"type":"Tram","idPattern":"^urn:tram"},{"type":"Bus","id":"urn:car:2"}]"#;
    assert_eq!(ids(&asked(&bed, both, "").await), ["car:1", "tram:1"]);
    let any = r#"[{"type":"*","id":["urn:bus:1","urn:car:2"]},{"type":"Car;Taxi"}]"#;
    assert_eq!(ids(&asked(&bed, any, "").await), ["car:2", "bus:1"]);
    assert_eq!(ids(&asked(&bed, r#"[{"type":"Bus"},{"type":"Car;Taxi"}]"#, "").await), ["car:2", "bus:1"]);
    let slow = asked(&bed, both, r#","q":"speed<40""#).await;
    assert_eq!(ids(&slow), Vec::<String>::new());
    // An id counts more than a pattern.
    let odd = r#"[{"type":"Car","id":"urn:car:1","idPattern":"^urn:nothing"}]"#;
    assert_eq!(ids(&asked(&bed, odd, "").await), ["car:1"]);
    for wrong in
        ["[]", "[{}]", r#"[{"type":7}]"#, r#"[{"type":"Car","id":7}]"#, r#"[{"type":"Car","id":[]}]"#]
    {
        assert_eq!(asked(&bed, wrong, "").await.status, 400, "{wrong}");
    }
}

/// Clauses: 5.5.13, 5.7.2, 6.3.18.
#[tokio::test]
async fn what_asks_for_everything_must_say_so() {
    let bed = some().await;
    for wide in
        ["attrs=createdAt", "q=modifiedAt%3E%222020-01-01T00:00:00Z%22", "id=urn:car:1", "type=*&local=false"]
    {
        assert_eq!(bed.get(&format!("/entities?{wide}")).await.status, 400, "{wide}");
    }
    assert_eq!(ids(&bed.get("/entities?type=*").await).len(), 4);
    assert_eq!(ids(&bed.get("/entities?local=true&scopeQ=/Brussels/%2B").await), ["tram:1"]);
    assert_eq!(ids(&bed.get("/entities?attrs=createdAt,speed").await), ["car:1", "car:2"]);
    assert_eq!(ids(&bed.get("/entities?q=createdAt%3E%222020-01-01T00:00:00Z%22;speed").await).len(), 2);
}

/// Clauses: 4.9, 5.7.2.
#[tokio::test]
async fn compared_terms_are_expanded_on_demand() {
    let bed = some().await;
    assert_eq!(ids(&bed.get("/entities?q=gender==Male&expandValues=gender").await), ["bus:1"]);
    let body = r#","q":"gender==Male","expandValues":"gender""#;
    assert_eq!(ids(&asked(&bed, r#"[{"type":"Bus"}]"#, body).await), ["bus:1"]);
    assert_eq!(bed.get("/entities?q=speed%3E40&jsonKeys=speed").await.status, 200);
}

/// Clauses: 5.2.23, 5.7.2.
#[tokio::test]
async fn a_document_shapes_the_answer() {
    let bed = some().await;
    let got = asked(&bed, r#"[{"type":"Car"}]"#, r#","pick":["id","speed"]"#).await;
    assert_eq!(got.at("0").to_string(), r#"{"id":"urn:car:1","speed":{"type":"Property","value":50}}"#);
    for wrong in [r#","pick":[]"#, r#","temporalQ":{"timerel":"after"}"#, r#","join":"inline","joinLevel":0"#]
    {
        assert_eq!(asked(&bed, r#"[{"type":"Car"}]"#, wrong).await.status, 400, "{wrong}");
    }
}

/// Clauses: 4.17, 5.6.2, 5.6.6.
#[tokio::test]
async fn a_type_selects_what_is_written_to() {
    let bed = some().await;
    for (method, path) in [
        ("PATCH", "/entities/urn:car:1"),
        ("PUT", "/entities/urn:car:1"),
        ("POST", "/entities/urn:car:1/attrs"),
    ] {
        let path = format!("{path}?type=Bus");
        assert_eq!(
            bed.with_body(method, &path, r#"{"type":"Car","n":{"value":1}}"#).await.status,
            404,
            "{method}"
        );
    }
    assert_eq!(bed.delete("/entities/urn:car:1/attrs/speed?type=Bus").await.status, 404);
    assert_eq!(bed.delete("/entities/urn:car:1?type=Bus").await.status, 404);
    assert_eq!(bed.get("/entities/urn:car:1?type=Bus").await.status, 404);
    assert_eq!(bed.patch("/entities/urn:car:1?type=Car", r#"{"n":{"value":1}}"#).await.status, 204);
    assert_eq!(bed.delete("/entities/urn:car:1?type=Car|Bus").await.status, 204);
}

/// Clauses: 4.21, 5.7.1.
#[tokio::test]
async fn what_has_nothing_of_what_is_picked_is_not_found() {
    let bed = some().await;
    assert_eq!(ids(&bed.get("/entities?type=Car,Bus,Tram&pick=id,speed").await).len(), 4);
    let speeds = bed.get("/entities?type=Car,Bus,Tram&pick=speed").await;
    assert_eq!(speeds.json().as_array().unwrap().len(), 2);
    assert_eq!(bed.get("/entities/urn:bus:1?pick=speed").await.status, 404);
    assert_eq!(bed.get("/entities/urn:bus:1?omit=id,type,gender").await.status, 404);
    for (wrong, field) in [
        ("type=Car&pick=speed&omit=speed", "omit"),
        ("type=Car&geometryProperty=location", "geometryProperty"),
        ("type=Car&csf=((", "csf"),
        ("type=Car&idPattern=x**", "idPattern"),
        ("type=Car&colour=red", "colour"),
    ] {
        let got = bed.get(&format!("/entities?{wrong}")).await;
        assert_eq!((got.status.as_u16(), got.at("field")), (400, Json::text(field)), "{wrong}");
    }
    assert_eq!(bed.get("/attributes?limit=5").await.status, 400);
}

/// Clauses: 4.3.6.8, 6.3.21.
#[tokio::test]
async fn who_prefers_an_older_version_reads_it() {
    let bed = some().await;
    let asked = |version: &str| {
        let request = super::bed::request("GET", "/entities/urn:bus:1").header("prefer", version);
        request.body(axum::body::Body::empty()).unwrap()
    };
    let older = bed.send(asked("ngsi-ld=1.5")).await;
    assert_eq!((older.status.as_u16(), older.at("gender/type")), (203, Json::text("Property")));
    assert_eq!(older.header("preference-applied"), "ngsi-ld=1.5");
    let same = bed.send(asked("ngsi-ld=1.9")).await;
    assert_eq!((same.status.as_u16(), same.at("gender/type")), (200, Json::text("VocabProperty")));
}
