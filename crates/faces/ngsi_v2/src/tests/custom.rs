//! Notifications in words of the subscriber.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
};
use parking_lot::Mutex;

use super::{
    bed::{Bed, bed},
    subscriptions::until,
};

/// Method, path with query, headers, body.
type Heard = Arc<Mutex<Vec<(String, String, HeaderMap, String)>>>;

/// A receiver on a free port that takes whatever comes.
async fn receiver() -> (String, Heard) {
    let heard: Heard = Arc::default();
    let hear = async |State(heard): State<Heard>, request: Request<Body>| {
        let (parts, body) = request.into_parts();
        let body = String::from_utf8(to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap();
        heard.lock().push((parts.method.to_string(), parts.uri.to_string(), parts.headers, body));
        StatusCode::NO_CONTENT
    };
    let router = Router::new().fallback(hear).with_state(Arc::clone(&heard));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, heard)
}

/// Subscribes to rooms, with what a notification is besides.
async fn subscribe(bed: &Bed, told: &str) -> String {
    let body = format!(
        r#"{{"subject":{{"entities":[{{"idPattern":".*","type":"Room"}}]}},"notification":{{{told}}}}}"#
    );
    let made = bed.post("/subscriptions", &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.header("location").trim_start_matches("/v2").to_owned()
}

const ROOM: &str =
    r#"{"id":"Room1","type":"Room","temperature":23.4,"status":"a b","place":{"city":"Ixelles"}}"#;

#[tokio::test]
async fn templates_are_filled_in_every_part_of_a_request() {
    let (bed, (url, heard)) = (bed().await, receiver().await);
    let custom = format!(
        r#""httpCustom":{{"url":"{url}/at/${{id}}/${{status}}","method":"PUT","qs":{{"type":"${{type}}"}},
        "headers":{{"Authorization":"Basic%20QQ%3D%3D","x-${{type}}":"${{temperature}}","Fiware-ServicePath":""}},
        "payload":"%22${{id}}%22 has ${{temperature}} in ${{place.city}}"}}"#
    );
    subscribe(&bed, &custom).await;
    let path = [("fiware-servicepath", "/north")];
    assert_eq!(bed.send("POST", "/entities?options=keyValues", &path, ROOM).await.status, 201);
    until("the notification", || heard.lock().len() == 1).await;
    let (method, place, headers, body) = heard.lock()[0].clone();
    assert_eq!((method.as_str(), place.as_str()), ("PUT", "/at/Room1/a%20b?type=Room"));
    assert_eq!(body, "\"Room1\" has 23.4 in Ixelles");
    for (name, value) in [
        ("content-type", "text/plain"),
        ("authorization", "Basic QQ=="),
        ("x-room", "23.4"),
        ("ngsiv2-attrsformat", "custom"),
    ] {
        assert_eq!(headers.get(name).unwrap(), value, "{name}");
    }
    assert!(headers.get("fiware-servicepath").is_none());
}

#[tokio::test]
async fn bodies_are_made_of_json_of_a_changed_entity_or_of_nothing() {
    let bed = bed().await;
    for (more, format, body) in [
        (
            r#""json":{"t":"${temperature}","all":["${status}!",1,"${none}"]}"#,
            "custom",
            r#"{"t":23.4,"all":["a b!",1,null]}"#,
        ),
        (
            r#""ngsi":{"id":"urn:x:${id}","level":{"value":"${temperature}"},"status":{"type":"Word","value":"s"}}"#,
            "normalized",
            r#"{"subscriptionId":"ID","data":[{"id":"urn:x:Room1","type":"Room",
            "status":{"type":"Word","value":"s","metadata":{}},"level":{"type":"Number","value":23.4,"metadata":{}}}]}"#,
        ),
        (r#""payload":null"#, "keyValues", ""),
        (
            r#""payload":"""#,
            "keyValues",
            r#"{"subscriptionId":"ID","data":[{"id":"Room1","type":"Room","status":"a b"}]}"#,
        ),
    ] {
        let (url, heard) = receiver().await;
        let told = format!(
            r#""httpCustom":{{"url":"{url}",{more}}},"attrs":["level","status"],"attrsFormat":"keyValues""#
        );
        let place = subscribe(&bed, &told).await;
        assert_eq!(bed.post("/entities?options=keyValues", ROOM).await.status, 201);
        until(more, || heard.lock().len() == 1).await;
        let (_, _, headers, got) = heard.lock()[0].clone();
        let id = place.trim_start_matches("/subscriptions/");
        assert_eq!(got, body.replace("ID", id).replace("\n            ", ""), "{more}");
        assert_eq!(headers.get("ngsiv2-attrsformat").unwrap(), format, "{more}");
        assert_eq!(bed.delete(&place).await.status, 204);
        assert_eq!(bed.delete("/entities/Room1").await.status, 204);
    }
}

#[tokio::test]
async fn a_notification_says_where_its_entity_is() {
    let (bed, (url, heard)) = (bed().await, receiver().await);
    let everywhere = [("fiware-service", "parks"), ("fiware-servicepath", "/north/#")];
    let body = format!(
        r#"{{"subject":{{"entities":[{{"idPattern":".*"}}]}},"notification":{{"http":{{"url":"{url}"}}}}}}"#
    );
    assert_eq!(bed.send("POST", "/subscriptions", &everywhere, &body).await.status, 201);
    let pond = [("fiware-service", "parks"), ("fiware-servicepath", "/north/pond")];
    assert_eq!(bed.send("POST", "/entities?options=keyValues", &pond, ROOM).await.status, 201);
    until("the notification", || heard.lock().len() == 1).await;
    let headers = heard.lock()[0].2.clone();
    assert_eq!(headers.get("fiware-service").unwrap(), "parks");
    assert_eq!(headers.get("fiware-servicepath").unwrap(), "/north/pond");
}
