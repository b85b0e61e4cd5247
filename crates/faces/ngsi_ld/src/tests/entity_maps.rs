//! Entity maps: made, used, bounded, gone.

use senne_model::Json;

use super::bed::{Bed, Got, bed, request};

async fn fleet() -> Bed {
    let bed = bed().await;
    for n in 0..5 {
        let body =
            format!(r#"{{"id":"urn:v:{n}","type":"Vehicle","speed":{{"type":"Property","value":{n}}}}}"#);
        assert_eq!(bed.post("/entities", &body).await.status, 201);
    }
    bed
}

async fn with_map(bed: &Bed, path: &str, map: &str) -> Got {
    let request = request("GET", path).header("ngsild-entitymap", map);
    bed.send(request.body(axum::body::Body::empty()).unwrap()).await
}

fn ids(got: &Got) -> Vec<String> {
    let list = got.json();
    let id = |one: &Json| one.get("id").and_then(Json::as_str).map(str::to_owned);
    list.as_array().unwrap_or_default().iter().filter_map(id).collect()
}

/// The identifier at the end of the place of a map.
fn id_of(got: &Got) -> String {
    got.header("ngsild-entitymap").rsplit('/').next().unwrap_or_default().to_owned()
}

/// Clauses: 4.5.25, 5.14.1, 5.14.2, 5.14.3, 5.14.4.
#[tokio::test]
async fn a_map_is_made_read_changed_and_removed() {
    let bed = fleet().await;
    let made = bed.get("/entityMaps?type=Vehicle&q=speed%3E2").await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.at("type"), Json::text("EntityMap"));
    let map = made.json().get("entityMap").cloned().unwrap();
    assert_eq!(map.to_string(), r#"{"urn:v:3":["@none"],"urn:v:4":["@none"]}"#);
    let place = format!("/entityMaps/{}", id_of(&made));
    assert_eq!(bed.get(&place).await.json(), made.json());
    let wrong = bed.patch(&place, r#"{"expiresAt":"tomorrow"}"#).await;
    assert_eq!((wrong.status.as_u16(), wrong.at("field")), (400, Json::text("expiresAt")));
    let injected = r#"{"expiresAt":"2099-01-01T00:00:00Z","entityMap":{"urn:v:9":["@none"]}}"#;
    assert_eq!(bed.patch(&place, injected).await.status, 204);
    let after = bed.get(&place).await;
    assert!(!after.text.contains("urn:v:9") && !after.text.contains("2099"), "{}", after.text);
    assert_ne!(after.at("expiresAt"), made.at("expiresAt"));
    assert_eq!(bed.delete(&place).await.status, 204);
    for status in [bed.get(&place).await.status, bed.delete(&place).await.status] {
        assert_eq!(status, 404);
    }
    assert_eq!(bed.get("/entityMaps/word").await.status, 400);
    assert_eq!(bed.get("/entityMaps?id=urn:v:1").await.status, 400, "too wide");
    let short = bed.get("/entityMaps?type=Vehicle&entityMapLifetime=1hour").await;
    assert_eq!(short.at("field"), Json::text("entityMapLifetime"));
    let document = r#"{"type":"Query","entities":[{"type":"Vehicle"}],"q":"speed==1"}"#;
    assert!(bed.post("/entityMaps", document).await.text.contains("urn:v:1"));
}

/// Clauses: 5.7.2, 5.14.2.
#[tokio::test]
async fn an_expired_map_cannot_be_used() {
    let bed = fleet().await;
    let made = bed.get("/entityMaps?type=Vehicle").await;
    let place = format!("/entityMaps/{}", id_of(&made));
    assert_eq!(bed.patch(&place, r#"{"expiresAt":"2000-01-01T00:00:00Z"}"#).await.status, 204);
    assert_eq!(bed.get(&place).await.status, 404);
    let used = with_map(&bed, "/entities?type=Vehicle", made.header("ngsild-entitymap")).await;
    assert_eq!(used.status, 201, "a new one is made");
    assert_ne!(id_of(&used), id_of(&made));
}

/// Clauses: 5.5.9, 5.5.14.
#[tokio::test]
async fn a_map_fixes_the_pages_of_a_query() {
    let bed = fleet().await;
    let made = bed.get("/entities?type=Vehicle&entityMap=true&limit=2").await;
    assert_eq!((made.status.as_u16(), ids(&made).len()), (201, 2), "{}", made.text);
    let map = made.header("ngsild-entitymap").to_owned();
    // What comes later is not in it; what goes is left out, and pages are filled.
    let late = r#"{"id":"urn:v:9","type":"Vehicle","speed":{"type":"Property","value":9}}"#;
    bed.post("/entities", late).await;
    bed.delete("/entities/urn:v:1").await;
    let page = with_map(&bed, "/entities?type=Vehicle&limit=3", &map).await;
    assert_eq!((page.status.as_u16(), page.header("ngsild-entitymap")), (200, map.as_str()));
    assert_eq!(ids(&page), ["urn:v:0", "urn:v:2", "urn:v:3"]);
    assert!(page.headers.get_all("link").iter().any(|link| link.to_str().unwrap().contains("offset=3")));
    let last = with_map(&bed, "/entities?type=Vehicle&limit=3&offset=3", &map).await;
    assert_eq!(ids(&last), ["urn:v:4"]);
    assert!(!last.headers.get_all("link").iter().any(|link| link.to_str().unwrap().contains("next")));
    let counted = with_map(&bed, "/entities?type=Vehicle&limit=1&count=true", &map).await;
    assert_eq!((counted.header("ngsild-results-count"), ids(&counted).len()), ("4", 1));
    let kept = bed.get(&format!("/entityMaps/{}", id_of(&made))).await;
    assert!(!kept.text.contains("urn:v:1\"") && kept.text.contains("urn:v:4"), "{}", kept.text);
    // The filter is put to them anew.
    let body = r#"{"speed":{"type":"Property","value":50}}"#;
    bed.patch("/entities/urn:v:2/attrs", body).await;
    assert_eq!(ids(&with_map(&bed, "/entities?type=Vehicle&q=speed%3C10", &map).await).len(), 3);
}

/// Clauses: 5.7.4, 5.14.5.
#[tokio::test]
async fn a_map_of_the_past_holds_who_has_one() {
    let bed = fleet().await;
    let range = "timerel=after&timeAt=2000-01-01T00:00:00Z&timeproperty=createdAt";
    assert_eq!(bed.get("/temporal/entityMaps?type=Vehicle").await.status, 400);
    let made = bed.get(&format!("/temporal/entityMaps?type=Vehicle&{range}")).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert!(made.text.contains("urn:v:4"));
    let before = "timerel=before&timeAt=2000-01-01T00:00:00Z&timeproperty=createdAt";
    let none = bed.get(&format!("/temporal/entityMaps?type=Vehicle&{before}")).await;
    assert_eq!(none.at("entityMap").to_string(), "{}");
    let one = bed.get(&format!("/temporal/entities?type=Vehicle&id=urn:v:2&{range}&entityMap=true")).await;
    assert_eq!(one.status, 201, "{}", one.text);
    let map = one.header("ngsild-entitymap").to_owned();
    let used = with_map(&bed, &format!("/temporal/entities?type=Vehicle&{range}"), &map).await;
    assert_eq!((used.status.as_u16(), ids(&used)), (200, vec!["urn:v:2".to_owned()]));
    assert_eq!(used.header("ngsild-entitymap"), map);
    let single = bed.get(&format!("/temporal/entities/urn:v:3?{range}&entityMap=true")).await;
    assert_eq!(single.status, 200);
    assert!(bed.get(&format!("/entityMaps/{}", id_of(&single))).await.text.contains("urn:v:3"));
}
