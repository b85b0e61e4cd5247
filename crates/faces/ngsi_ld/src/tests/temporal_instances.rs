//! One value of the past: corrected, withdrawn, and an attribute's whole past withdrawn.

use senne_model::Json;

use super::bed::{Bed, Got, bed};

const CAR: &str = r#"{"id":"urn:t:1","type":"T",
    "speed":[
        {"type":"Property","value":10,"observedAt":"2024-01-01T00:00:00Z"},
        {"type":"Property","value":20,"observedAt":"2024-01-01T01:00:00Z","unitCode":"KMH"},
        {"type":"Property","value":30,"observedAt":"2024-01-01T02:00:00Z"}],
    "fuel":[
        {"type":"Property","value":1,"observedAt":"2024-01-01T00:00:00Z"},
        {"type":"Property","value":2,"observedAt":"2024-01-01T00:00:00Z","datasetId":"urn:d:1"},
        {"type":"Property","value":3,"observedAt":"2024-01-01T01:00:00Z","datasetId":"urn:d:1"}],
    "name":{"type":"Property","value":"red"}}"#;

async fn car() -> Bed {
    let bed = bed().await;
    let made = bed.post("/temporal/entities", CAR).await;
    assert_eq!(made.status, 201, "{}", made.text);
    bed
}

async fn past(bed: &Bed) -> Got {
    let got = bed.get("/temporal/entities/urn:t:1?options=sysAttrs").await;
    assert_eq!(got.status, 200, "{}", got.text);
    got
}

fn instances(got: &Got, attribute: &str) -> Vec<Json> {
    let found = got.json().get(attribute).cloned().unwrap_or(Json::Array(Vec::new()));
    found.as_array().map(<[Json]>::to_vec).unwrap_or_default()
}

fn text(instance: &Json, member: &str) -> String {
    instance.get(member).and_then(Json::as_str).unwrap_or_default().to_owned()
}

fn values(got: &Got, attribute: &str) -> Vec<String> {
    let each = instances(got, attribute);
    each.iter().map(|one| one.get("value").map(ToString::to_string).unwrap_or_default()).collect()
}

/// Clauses: 4.5.6, 5.6.14.
#[tokio::test]
async fn every_instance_has_an_id_of_its_own_that_stays() {
    let bed = car().await;
    let ids = |got: &Got| -> Vec<String> {
        let all = ["speed", "fuel", "name"].iter().flat_map(|attribute| instances(got, attribute));
        all.map(|one| text(&one, "instanceId")).collect()
    };
    let before = ids(&past(&bed).await);
    let mut unique = before.clone();
    unique.sort();
    unique.dedup();
    assert_eq!((before.len(), unique.len()), (7, 7), "{before:?}");
    bed.hub.flush().await.unwrap();
    assert_eq!(ids(&past(&bed).await), before);
}

/// Clauses: 5.6.14.
#[tokio::test]
async fn a_correction_is_a_new_version_under_the_same_id() {
    for flushed in [false, true] {
        let bed = car().await;
        if flushed {
            bed.hub.flush().await.unwrap();
        }
        let before = past(&bed).await;
        let second = instances(&before, "speed")[1].clone();
        let (id, created) = (text(&second, "instanceId"), text(&second, "createdAt"));
        let place = format!("/temporal/entities/urn:t:1/attrs/speed/{id}");
        let known_at = created.clone();
        let body = r#"{"speed":[{"type":"Property","value":25,"observedAt":"2024-01-01T01:00:00Z"}]}"#;
        let got = bed.patch(&place, body).await;
        assert_eq!(got.status, 204, "{}", got.text);
        let after = past(&bed).await;
        assert_eq!(values(&after, "speed"), ["10", "25", "30"]);
        let corrected = instances(&after, "speed")[1].clone();
        assert_eq!((text(&corrected, "instanceId"), text(&corrected, "createdAt")), (id.clone(), created));
        assert!(text(&corrected, "modifiedAt") > text(&second, "modifiedAt"));
        assert!(!after.text.contains("amendment"), "{}", after.text);
        let as_of = bed.get(&format!("/temporal/entities/urn:t:1?asOf={known_at}")).await;
        assert_eq!(values(&as_of, "speed"), ["10", "20", "30"]);
        // To another moment, under the same id, and once more.
        let moved = r#"{"type":"Property","value":26,"observedAt":"2024-03-01T05:00:00Z"}"#;
        assert_eq!(bed.patch(&place, moved).await.status, 204);
        let after = past(&bed).await;
        assert_eq!(values(&after, "speed"), ["10", "30", "26"]);
        assert_eq!(text(&instances(&after, "speed")[2], "instanceId"), id);
        let again = moved.replace("26", "27");
        assert_eq!(bed.patch(&place, &again).await.status, 204);
        assert_eq!(values(&past(&bed).await, "speed"), ["10", "30", "27"]);
        bed.hub.flush().await.unwrap();
        assert_eq!(values(&past(&bed).await, "speed"), ["10", "30", "27"]);
        let sums =
            "format=aggregatedValues&aggrMethods=sum,totalCount&timerel=after&timeAt=2023-01-01T00:00:00Z";
        let summed = bed.get(&format!("/temporal/entities/urn:t:1?attrs=speed&{sums}")).await;
        assert_eq!(summed.at("speed/sum/0/0"), Json::Int(67), "{}", summed.text);
        assert_eq!(summed.at("speed/totalCount/0/0"), Json::Int(3));
    }
}

/// Clauses: 5.6.14.
#[tokio::test]
async fn the_present_state_is_corrected_when_it_is_what_was_wrong() {
    let bed = car().await;
    let newest = text(&instances(&past(&bed).await, "speed")[2], "instanceId");
    let body = r#"{"type":"Property","value":33,"observedAt":"2024-01-01T02:00:00Z"}"#;
    let place = format!("/temporal/entities/urn:t:1/attrs/speed/{newest}");
    assert_eq!(bed.patch(&place, body).await.status, 204);
    assert_eq!(bed.get("/entities/urn:t:1").await.at("speed/value"), Json::Int(33));
    assert_eq!(values(&past(&bed).await, "speed"), ["10", "20", "33"]);
    assert_eq!(bed.delete(&place).await.status, 204);
    assert_eq!(values(&past(&bed).await, "speed"), ["10", "20"]);
    assert_eq!(bed.get("/entities/urn:t:1").await.at("speed/value"), Json::Int(33), "the state stays");
}

/// Clauses: 5.6.14, 5.6.15.
#[tokio::test]
async fn what_was_never_observed_is_corrected_and_withdrawn_in_its_place() {
    let bed = car().await;
    let first = instances(&past(&bed).await, "name")[0].clone();
    let (id, created) = (text(&first, "instanceId"), text(&first, "createdAt"));
    let place = format!("/temporal/entities/urn:t:1/attrs/name/{id}");
    assert_eq!(bed.patch(&place, r#"{"type":"Property","value":"blue"}"#).await.status, 204);
    let after = past(&bed).await;
    assert_eq!(values(&after, "name"), ["\"blue\""]);
    let now = instances(&after, "name")[0].clone();
    assert_eq!((text(&now, "instanceId"), text(&now, "createdAt")), (id, created.clone()));
    let as_of = bed.get(&format!("/temporal/entities/urn:t:1?asOf={created}")).await;
    assert_eq!(values(&as_of, "name"), ["\"red\""]);
    // By the time of its creation, which a correction does not change.
    let range =
        format!("timerel=between&timeproperty=createdAt&timeAt={created}&endTimeAt=2999-01-01T00:00:00Z");
    let found = bed.get(&format!("/temporal/entities/urn:t:1?{range}")).await;
    assert_eq!(values(&found, "name"), ["\"blue\""]);
    assert_eq!(bed.delete(&place).await.status, 204);
    for asked in ["options=sysAttrs", "everyVersion=true", &range] {
        let got = bed.get(&format!("/temporal/entities/urn:t:1?{asked}")).await;
        assert!(!got.text.contains("blue") && !got.text.contains("red"), "{asked}: {}", got.text);
    }
    assert_eq!(bed.delete(&place).await.status, 404, "it is gone");
}

/// Clauses: 5.6.15.
#[tokio::test]
async fn one_withdrawn_value_is_gone_from_every_answer_and_stays_so() {
    let bed = car().await;
    let id = text(&instances(&past(&bed).await, "speed")[0], "instanceId");
    bed.hub.flush().await.unwrap();
    assert_eq!(bed.delete(&format!("/temporal/entities/urn:t:1/attrs/speed/{id}")).await.status, 204);
    for flushed in [false, true] {
        if flushed {
            bed.hub.flush().await.unwrap();
        }
        assert_eq!(values(&past(&bed).await, "speed"), ["20", "30"]);
        let every = bed.get("/temporal/entities/urn:t:1?everyVersion=true&attrs=speed").await;
        assert_eq!(values(&every, "speed"), ["20", "30"]);
        let range = "timerel=before&timeAt=2024-01-01T00:30:00Z&attrs=speed";
        let found = bed.get(&format!("/temporal/entities?type=T&count=true&{range}")).await;
        assert_eq!((found.text.as_str(), found.header("ngsild-results-count")), ("[]", "0"));
        let sums = "format=aggregatedValues&aggrMethods=sum&timerel=after&timeAt=2023-01-01T00:00:00Z";
        let summed = bed.get(&format!("/temporal/entities/urn:t:1?attrs=speed&{sums}")).await;
        assert_eq!(summed.at("speed/sum/0/0"), Json::Int(50));
    }
}

/// Clauses: 5.6.13.
#[tokio::test]
async fn the_past_of_an_attribute_goes_by_data_set_or_whole() {
    let bed = car().await;
    let place = "/temporal/entities/urn:t:1/attrs/fuel";
    assert_eq!(bed.delete(place).await.status, 204);
    assert_eq!(values(&past(&bed).await, "fuel"), ["2", "3"]);
    assert_eq!(bed.delete(place).await.status, 404, "the default instance is gone");
    assert_eq!(bed.delete(&format!("{place}?datasetId=urn:d:2")).await.status, 404);
    assert_eq!(bed.delete(&format!("{place}?datasetId=urn:d:1")).await.status, 204);
    assert_eq!(values(&past(&bed).await, "fuel"), Vec::<String>::new());
    assert_eq!(bed.delete("/temporal/entities/urn:t:1/attrs/speed?deleteAll=true").await.status, 204);
    assert_eq!(values(&past(&bed).await, "speed"), Vec::<String>::new());
    assert_eq!(bed.get("/entities/urn:t:1").await.at("speed/value"), Json::Int(30), "the state stays");
    // What comes later lives.
    bed.post(
        "/temporal/entities/urn:t:1/attrs",
        r#"{"fuel":[{"value":9,"observedAt":"2024-01-01T00:00:00Z"}]}"#,
    )
    .await;
    assert_eq!(values(&past(&bed).await, "fuel"), ["9"]);
}

/// Clauses: 5.6.13, 5.6.14, 5.6.15.
#[tokio::test]
async fn what_is_not_there_or_not_well_named_is_told() {
    let bed = car().await;
    let id = text(&instances(&past(&bed).await, "speed")[0], "instanceId");
    let body = r#"{"type":"Property","value":1}"#;
    for (path, status) in [
        (format!("urn:none:1/attrs/speed/{id}"), 404),
        (format!("urn:t:1/attrs/fuel/{id}"), 404),
        (format!("urn:t:1/attrs/none/{id}"), 404),
        ("urn:t:1/attrs/speed/urn:ngsi-ld:Instance:99-0-1".to_owned(), 404),
        ("urn:t:1/attrs/speed/urn:other:1".to_owned(), 404),
        ("urn:t:1/attrs/speed/word".to_owned(), 400),
        (format!("word/attrs/speed/{id}"), 400),
        (format!("urn:t:1/attrs/sp(eed/{id}"), 400),
    ] {
        assert_eq!(bed.delete(&format!("/temporal/entities/{path}")).await.status, status, "{path}");
        assert_eq!(bed.patch(&format!("/temporal/entities/{path}"), body).await.status, status, "{path}");
    }
    let place = format!("/temporal/entities/urn:t:1/attrs/speed/{id}");
    let two = r#"{"speed":[{"value":1},{"value":2}]}"#;
    assert_eq!(bed.patch(&place, two).await.status, 400);
    let other = r#"{"type":"Property","value":1,"datasetId":"urn:d:9"}"#;
    assert_eq!(bed.patch(&place, other).await.at("field"), Json::text("datasetId"));
}

/// Values of all eight kinds are corrected, also of an entity that is no longer there.
/// Clauses: 5.6.14.
#[tokio::test]
async fn every_kind_of_value_is_corrected_also_when_the_entity_is_gone() {
    let bed = bed().await;
    let kinds = [
        (r#"{"type":"Property","value":1"#, r#"{"type":"Property","value":{"a":[1]}"#),
        (r#"{"type":"Relationship","object":"urn:a:1""#, r#"{"type":"Relationship","object":"urn:a:2""#),
        (
            r#"{"type":"GeoProperty","value":{"type":"Point","coordinates":[4.3,50.8]}"#,
            r#"{"type":"GeoProperty","value":{"type":"Point","coordinates":[4.4,50.9]}"#,
        ),
        (
            r#"{"type":"LanguageProperty","languageMap":{"fr":"un"}"#,
            r#"{"type":"LanguageProperty","languageMap":{"fr":"deux","nl":"twee"}"#,
        ),
        (r#"{"type":"VocabProperty","vocab":"one""#, r#"{"type":"VocabProperty","vocab":"two""#),
        (r#"{"type":"JsonProperty","json":{"x":1}"#, r#"{"type":"JsonProperty","json":{"x":2}"#),
        (r#"{"type":"ListProperty","valueList":[1,2]"#, r#"{"type":"ListProperty","valueList":[2,1]"#),
        (
            r#"{"type":"ListRelationship","objectList":[{"object":"urn:a:1"}]"#,
            r#"{"type":"ListRelationship","objectList":[{"object":"urn:a:2"},{"object":"urn:a:1"}]"#,
        ),
    ];
    let at = r#""observedAt":"2024-01-01T00:00:00Z"}"#;
    let members: Vec<String> =
        kinds.iter().enumerate().map(|(n, (old, _))| format!("\"k{n}\":[{old},{at}]")).collect();
    let made = bed
        .post("/temporal/entities", &format!(r#"{{"id":"urn:t:1","type":"T",{}}}"#, members.join(",")))
        .await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(bed.delete("/entities/urn:t:1").await.status, 204);
    let range = "timerel=before&timeAt=2024-06-01T00:00:00Z";
    for (n, (_, fresh)) in kinds.iter().enumerate() {
        let before = bed.get(&format!("/temporal/entities/urn:t:1?{range}")).await;
        let id = text(&instances(&before, &format!("k{n}"))[0], "instanceId");
        let place = format!("/temporal/entities/urn:t:1/attrs/k{n}/{id}");
        let got = bed.patch(&place, &format!("{fresh},{at}")).await;
        assert_eq!(got.status, 204, "{fresh}: {}", got.text);
        let after = bed.get(&format!("/temporal/entities/urn:t:1?{range}")).await;
        let now = instances(&after, &format!("k{n}"));
        assert_eq!(now.len(), 1, "{}", after.text);
        let wanted: Json = serde_json::from_str(&format!("{fresh}}}")).unwrap();
        for (name, value) in wanted.as_object().unwrap_or_default() {
            assert_eq!(now[0].get(name), Some(value), "{name}");
        }
        assert_eq!(bed.delete(&place).await.status, 204);
    }
    assert_eq!(bed.get("/entities/urn:t:1").await.status, 404, "a correction brings nobody back");
}
