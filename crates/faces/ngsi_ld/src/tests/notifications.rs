//! What notifications tell: changes, removals, linked entities, data sets, formats.

use senne_model::Json;

use super::{
    bed::{Bed, S3, STATION, bed},
    receiver::Receiver,
};

/// A subscription to all stations with more members, and more in `notification`.
async fn subscribe(bed: &Bed, receiver: &Receiver, more: &str, notification: &str) {
    let body = format!(
        r#"{{"id":"urn:sub:1","type":"Subscription","entities":[{{"type":"AirQualityObserved"}}]{more},
            "notification":{{"endpoint":{{"uri":"{}"}}{notification}}}}}"#,
        receiver.url
    );
    let made = bed.post("/subscriptions", &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
}

/// The first entity of a notification.
fn data(notification: &(http::HeaderMap, Json)) -> Json {
    notification.1.get("data").unwrap().as_array().unwrap()[0].clone()
}

fn at(json: &Json, path: &str) -> Json {
    path.split('/').fold(json.clone(), |json, step| {
        json.get(step).cloned().unwrap_or_else(|| panic!("no {path} in {json}"))
    })
}

/// Clauses: 4.5.7, 5.8.6.
#[tokio::test]
async fn a_removed_attribute_is_told_as_null() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    bed.post("/entities", STATION).await;
    subscribe(&bed, &receiver, r#","notificationTrigger":["attributeDeleted"]"#, "").await;
    assert_eq!(bed.delete(&format!("{S3}/attrs/name")).await.status, 204);
    assert_eq!(bed.delete(&format!("{S3}/attrs/location")).await.status, 204);
    let got = receiver.wait_for(2).await;
    let (first, second) = (data(&got[0]), data(&got[1]));
    assert_eq!(at(&first, "name/value"), Json::text("urn:ngsi-ld:null"));
    assert_eq!(at(&first, "name/type"), Json::text("Property"));
    assert!(first.get("NO2").is_some());
    assert_eq!(at(&second, "location/value"), Json::text("urn:ngsi-ld:null"));
}

/// Clauses: 4.5.7, 5.8.6.
#[tokio::test]
async fn changes_show_what_was_before() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    bed.post("/entities", STATION).await;
    let triggers = r#","notificationTrigger":["attributeUpdated","attributeDeleted","entityDeleted"]"#;
    subscribe(&bed, &receiver, triggers, r#","showChanges":true"#).await;
    bed.patch(&format!("{S3}/attrs/name"), r#"{"value":"other"}"#).await;
    bed.patch(&format!("{S3}/attrs/refDevice"), r#"{"object":"urn:ngsi-ld:Device:8"}"#).await;
    bed.delete(&format!("{S3}/attrs/location")).await;
    bed.delete(S3).await;
    let got = receiver.wait_for(4).await;
    assert_eq!(at(&data(&got[0]), "name/value"), Json::text("other"));
    assert_eq!(at(&data(&got[0]), "name/previousValue"), Json::text("Avenue Louise"));
    assert!(at(&data(&got[0]), "NO2").get("previousValue").is_none());
    assert_eq!(at(&data(&got[1]), "refDevice/previousObject"), Json::text("urn:ngsi-ld:Device:7"));
    assert_eq!(at(&data(&got[2]), "location/previousValue/type"), Json::text("Point"));
    let gone = data(&got[3]);
    assert!(gone.get("deletedAt").is_some() && gone.get("scope").is_none());
    assert_eq!(at(&gone, "name/previousValue"), Json::text("other"));
    assert_eq!(at(&gone, "NO2/value"), Json::text("urn:ngsi-ld:null"));
}

/// Clauses: 5.8.6.
#[tokio::test]
async fn a_removed_entity_is_told_when_it_met_the_conditions() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    bed.post("/entities", STATION).await;
    bed.post("/entities", &STATION.replace("S3", "S4").replace("29.5", "5")).await;
    let more = r#","q":"NO2>20","scopeQ":"/Brussels/#","notificationTrigger":["entityDeleted"]"#;
    subscribe(&bed, &receiver, more, r#","sysAttrs":true"#).await;
    bed.delete("/entities/urn:ngsi-ld:AirQualityObserved:S4").await;
    bed.delete(S3).await;
    let got = receiver.wait_for(1).await;
    let gone = data(&got[0]);
    assert_eq!(at(&gone, "id"), Json::text("urn:ngsi-ld:AirQualityObserved:S3"));
    let members = gone.as_object().unwrap();
    let mut names: Vec<&str> = members.iter().map(|(name, _)| &**name).collect();
    names.sort_unstable();
    assert_eq!(names, ["createdAt", "deletedAt", "id", "modifiedAt", "type"]);
}

/// Clauses: 5.8.6.
#[tokio::test]
async fn what_is_written_again_as_it_was_is_no_news() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    bed.post("/entities", STATION).await;
    subscribe(&bed, &receiver, "", "").await;
    for value in ["Avenue Louise", "Avenue Louise", "new"] {
        let body = format!(r#"{{"name":{{"type":"Property","value":"{value}"}}}}"#);
        assert_eq!(bed.patch(&format!("{S3}/attrs"), &body).await.status, 204);
    }
    let got = receiver.wait_for(1).await;
    assert_eq!(at(&data(&got[0]), "name/value"), Json::text("new"));
    assert_eq!(got.len(), 1);
}

/// Clauses: 4.5.23, 5.8.6.
#[tokio::test]
async fn linked_entities_are_told_beside_or_inside() {
    let (bed, receiver, inside) = (bed().await, Receiver::start().await, Receiver::start().await);
    bed.post(
        "/entities",
        r#"{"id":"urn:ngsi-ld:Device:7","type":"Device","serial":{"type":"Property","value":"x7"}}"#,
    )
    .await;
    bed.post("/entities", STATION).await;
    subscribe(&bed, &receiver, "", r#","join":"flat""#).await;
    let body = format!(
        r#"{{"id":"urn:sub:2","type":"Subscription","entities":[{{"type":"AirQualityObserved"}}],
            "notification":{{"endpoint":{{"uri":"{}"}},"join":"inline","format":"concise","attributes":["refDevice"]}}}}"#,
        inside.url
    );
    assert_eq!(bed.post("/subscriptions", &body).await.status, 201);
    bed.patch(&format!("{S3}/attrs/NO2"), r#"{"value":1}"#).await;
    let got = receiver.wait_for(1).await;
    let all = got[0].1.get("data").unwrap().as_array().unwrap().to_vec();
    assert_eq!(all.len(), 2);
    assert_eq!(at(&all[1], "serial/value"), Json::text("x7"));
    let got = inside.wait_for(1).await;
    assert_eq!(at(&data(&got[0]), "refDevice/entity/serial"), Json::text("x7"));
    assert!(data(&got[0]).get("NO2").is_none());
}

/// Clauses: 4.9, 5.8.6.
#[tokio::test]
async fn a_condition_may_lead_through_a_relationship() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    for (id, level) in [("urn:ngsi-ld:Device:7", 0.3), ("urn:ngsi-ld:Device:8", 0.9)] {
        let body =
            format!(r#"{{"id":"{id}","type":"Device","level":{{"type":"Property","value":{level}}}}}"#);
        bed.post("/entities", &body).await;
    }
    subscribe(&bed, &receiver, r#","q":"refDevice{level}<0.5""#, "").await;
    bed.post("/entities", &STATION.replace("S3", "S4").replace("Device:7", "Device:8")).await;
    bed.post("/entities", STATION).await;
    let got = receiver.wait_for(1).await;
    assert_eq!(at(&data(&got[0]), "id"), Json::text("urn:ngsi-ld:AirQualityObserved:S3"));
}

/// Clauses: 4.5.5, 4.5.16, 5.8.6.
#[tokio::test]
async fn data_sets_and_geojson() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    let body = format!(
        r#"{{"id":"urn:sub:1","type":"Subscription","entities":[{{"type":"AirQualityObserved"}}],"datasetId":["urn:d:1"],
            "notification":{{"format":"keyValues","endpoint":{{"uri":"{}","accept":"application/geo+json",
            "receiverInfo":[{{"key":"Prefer","value":"body=json"}}]}}}}}}"#,
        receiver.url
    );
    assert_eq!(bed.post("/subscriptions", &body).await.status, 201);
    let station = STATION.replace(
        r#""name": {"type": "Property", "value": "Avenue Louise"}"#,
        r#""name": [{"type":"Property","value":"a"},{"type":"Property","value":"b","datasetId":"urn:d:1"}]"#,
    );
    assert_eq!(bed.post("/entities", &station).await.status, 201);
    let (headers, body) = receiver.wait_for(1).await.remove(0);
    assert_eq!(headers["content-type"], "application/geo+json");
    assert!(headers.contains_key("link"));
    let collection = at(&body, "data");
    assert!(collection.get("@context").is_none());
    let feature = at(&collection, "features").as_array().unwrap()[0].clone();
    assert_eq!(at(&feature, "properties/name"), Json::text("b"));
    assert!(at(&feature, "properties").get("NO2").is_none());
}

/// Clauses: 5.2.12, 5.8.6.
#[tokio::test]
async fn the_clock_tells_what_matches() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    bed.post("/entities", STATION).await;
    bed.post("/entities", &STATION.replace("S3", "S4").replace("29.5", "5")).await;
    subscribe(&bed, &receiver, r#","timeInterval":0.2,"q":"NO2>20""#, "").await;
    let got = receiver.wait_for(2).await;
    assert_eq!(got[0].1.get("data").unwrap().as_array().unwrap().len(), 1);
    assert_ne!(got[0].1.get("id"), got[1].1.get("id"));
    assert_eq!(bed.delete("/subscriptions/urn:sub:1").await.status, 204);
}

/// Clauses: 5.5.8, 5.8.2.
#[tokio::test]
async fn a_fragment_replaces_whole_members() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    subscribe(&bed, &receiver, r#","description":"old","throttling":60"#, r#","format":"keyValues""#).await;
    let patch = format!(
        r#"{{"description":"urn:ngsi-ld:null","throttling":null,"notification":{{"endpoint":{{"uri":"{}"}}}}}}"#,
        receiver.url
    );
    assert_eq!(bed.patch("/subscriptions/urn:sub:1", &patch).await.status, 204);
    let shown = bed.get("/subscriptions/urn:sub:1").await;
    assert!(shown.json().get("description").is_none() && shown.json().get("throttling").is_none());
    assert!(shown.at("notification").get("format").is_none());
    assert!(shown.at("jsonldContext").as_str().unwrap().contains("core-context"));
    let bad = bed.patch("/subscriptions/urn:sub:1", r#"{"notification":null}"#).await;
    assert_eq!((bad.status.as_u16(), bad.at("field")), (400, Json::text("notification")));
    let past = bed.patch("/subscriptions/urn:sub:1", r#"{"expiresAt":"2020-01-01T00:00:00Z"}"#).await;
    assert_eq!(past.status, 400);
    let state = bed.get("/subscriptions/urn:sub:1?options=sysAttrs").await;
    assert!(state.json().get("urn:senne:ns#lag").is_some());
}

/// Clauses: 5.2.14, 5.8.3.
#[tokio::test]
async fn before_the_first_notification_there_is_nothing_to_say_of_it() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    subscribe(&bed, &receiver, r#","q":"name==%22Avenue%20Louise%22""#, "").await;
    let shown = bed.get("/subscriptions/urn:sub:1").await;
    assert!(shown.at("notification").get("status").is_none());
    assert_eq!(shown.at("notificationTrigger/1"), Json::text("attributeUpdated"));
    bed.post("/entities", STATION).await;
    receiver.wait_for(1).await;
    let preferred =
        super::bed::request("GET", "/subscriptions/urn:sub:1").header("prefer", "NGSI-LD=\"1.5\"");
    let got = bed.send(preferred.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(got.header("preference-applied"), "ngsi-ld=1.5");
    for unknown in ["?other=1", "?options=other"] {
        let got = bed.get(&format!("/subscriptions{unknown}")).await;
        assert_eq!(got.status, 400);
        assert!(got.text.contains("InvalidRequest"), "{}", got.text);
    }
}

/// Clauses: 4.3.6.8, 5.8.6.
#[tokio::test]
async fn an_older_version_and_all_instances_at_once() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    let station = STATION.replace(
        r#""name": {"type": "Property", "value": "Avenue Louise"}"#,
        r#""name": [{"type":"Property","value":"a"},{"type":"Property","value":"b","datasetId":"urn:d:1"}],
           "words": {"type":"LanguageProperty","languageMap":{"en":"x"}}"#,
    );
    assert_eq!(bed.post("/entities", &station).await.status, 201);
    let more = r#","ngsildConformance":"1.3","notificationTrigger":["attributeDeleted"]"#;
    subscribe(&bed, &receiver, more, "").await;
    assert_eq!(bed.delete(&format!("{S3}/attrs/name?deleteAll=true")).await.status, 204);
    let told = data(&receiver.wait_for(1).await[0]);
    assert_eq!(at(&told, "name/value"), Json::text("urn:ngsi-ld:null"));
    assert!(told.get("scope").is_none(), "scopes came with 1.4");
}

/// Clauses: 5.8.6.
#[tokio::test]
async fn two_changes_of_one_commit_are_told_each_with_its_own_value() {
    let (bed, receiver) = (bed().await, Receiver::start().await);
    bed.post("/entities", STATION).await;
    subscribe(&bed, &receiver, r#","q":"NO2>90""#, "").await;
    let one = |value: u32| {
        format!(
            r#"{{"id":"urn:ngsi-ld:AirQualityObserved:S3","type":"AirQualityObserved","NO2":{{"type":"Property","value":{value}}}}}"#
        )
    };
    let batch = format!("[{},{},{}]", one(95), one(96), one(5));
    let written = bed.post("/entityOperations/upsert?options=update", &batch).await;
    assert!(written.status.is_success(), "{}", written.text);
    let got = receiver.wait_for(2).await;
    let values: Vec<Json> = got.iter().map(|one| at(&data(one), "NO2/value")).collect();
    assert_eq!(values, [Json::Int(95), Json::Int(96)]);
}
