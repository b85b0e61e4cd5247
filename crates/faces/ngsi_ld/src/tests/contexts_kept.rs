//! Contexts kept on disk, asked for anew, preloaded, without internet, and whose they are.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, body::Body, extract::Request, http::StatusCode, response::IntoResponse, routing::any};
use parking_lot::Mutex;
use senne_model::Json;

use super::bed::{Bed, S3, STATION, bed, bed_in, bed_with, options, request};

/// A server of one context, which can be changed or taken away; it counts who asks, and who asks for news only.
#[derive(Clone)]
struct Server {
    url: String,
    document: Arc<Mutex<(StatusCode, String)>>,
    asked: Arc<AtomicUsize>,
    for_news: Arc<AtomicUsize>,
}

impl Server {
    async fn start(document: &str) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            url: format!("http://{}/context", listener.local_addr().unwrap()),
            document: Arc::new(Mutex::new((StatusCode::OK, document.to_owned()))),
            asked: Arc::default(),
            for_news: Arc::default(),
        };
        let mine = server.clone();
        let answer = move |request: Request| {
            let mine = mine.clone();
            async move {
                mine.asked.fetch_add(1, Ordering::SeqCst);
                let (status, document) = mine.document.lock().clone();
                let tag = format!("\"{}\"", document.len());
                if request
                    .headers()
                    .get("if-none-match")
                    .is_some_and(|known| known.as_bytes() == tag.as_bytes())
                {
                    mine.for_news.fetch_add(1, Ordering::SeqCst);
                    return StatusCode::NOT_MODIFIED.into_response();
                }
                (status, [("etag", tag)], document).into_response()
            }
        };
        tokio::spawn(
            async move { axum::serve(listener, Router::new().fallback(any(answer))).await.unwrap() },
        );
        server
    }

    fn serve(&self, status: StatusCode, document: &str) {
        *self.document.lock() = (status, document.to_owned());
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn path(&self) -> String {
        format!("/jsonldContexts/{}", self.url.replace('/', "%2F"))
    }
}

const NO2: &str = r#"{"@context":{"NO2":"https://example.org/v#no2"}}"#;

fn link(url: &str) -> String {
    format!("<{url}>; rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\"")
}

/// The status of a query that names a context, and whether its terms were used.
async fn ask(bed: &Bed, url: &str) -> (u16, bool) {
    let got = bed.send(request("GET", S3).header("link", link(url)).body(Body::empty()).unwrap()).await;
    (got.status.as_u16(), got.text.contains("\"NO2\""))
}

/// Clauses: 5.5.7, 5.13.4, 6.3.16.
#[tokio::test]
async fn a_fetched_context_survives_a_restart_and_the_end_of_its_server() {
    let (first, server) = (bed().await, Server::start(NO2).await);
    let post = request("POST", "/entities")
        .header("content-type", "application/json")
        .header("link", link(&server.url));
    assert_eq!(first.send(post.body(Body::from(STATION)).unwrap()).await.status, 201);
    assert_eq!(server.asked(), 1);
    server.serve(StatusCode::NOT_FOUND, "");
    let bed = bed_in(first.into_folder().await, options()).await;
    assert_eq!(ask(&bed, &server.url).await, (200, true));
    assert_eq!(server.asked(), 1, "nobody was asked again");
    let details = bed.get(&format!("{}?details=true", server.path())).await;
    assert_eq!(details.at("kind"), Json::text("Cached"));
    assert!(details.json().get("expiresAt").is_some());
    // A reload that fails keeps the old one, be it gone or broken.
    assert_eq!(bed.delete(&format!("{}?reload=true", server.path())).await.status, 504);
    server.serve(StatusCode::OK, "no json");
    assert_eq!(bed.delete(&format!("{}?reload=true", server.path())).await.status, 504);
    assert_eq!(ask(&bed, &server.url).await, (200, true));
    // One that is removed is asked for again.
    assert_eq!(bed.delete(&server.path()).await.status, 204);
    server.serve(StatusCode::OK, NO2);
    assert_eq!(ask(&bed, &server.url).await, (200, true));
    assert_eq!(server.asked(), 4);
}

/// Clauses: 5.13.5.
#[tokio::test]
async fn a_reload_asks_for_news_only() {
    let (bed, server) = (bed().await, Server::start(NO2).await);
    bed.post("/entities", STATION).await;
    ask(&bed, &server.url).await;
    assert_eq!(bed.delete(&format!("{}?reload=true", server.path())).await.status, 204);
    assert_eq!((server.asked(), server.for_news.load(Ordering::SeqCst)), (2, 1));
    server.serve(StatusCode::OK, r#"{"@context":{"NO2":"https://example.org/other#no2"}}"#);
    assert_eq!(bed.delete(&format!("{}?reload=true", server.path())).await.status, 204);
    let post = request("POST", "/entities")
        .header("content-type", "application/json")
        .header("link", link(&server.url));
    let station = STATION.replace("S3", "S4");
    assert_eq!(bed.send(post.body(Body::from(station)).unwrap()).await.status, 201);
    let got = bed.get("/entities/urn:ngsi-ld:AirQualityObserved:S4").await;
    assert!(got.json().get("https://example.org/other#no2").is_some(), "{}", got.text);
}

/// Clauses: 5.5.7, 5.13.2.
#[tokio::test]
async fn what_is_no_context_is_a_fault_of_the_request() {
    let (bed, server) = (bed().await, Server::start("no json").await);
    bed.post("/entities", STATION).await;
    assert_eq!(ask(&bed, &server.url).await.0, 400);
    let other = Server::start(r#"{"x":1}"#).await;
    assert_eq!(ask(&bed, &other.url).await.0, 400);
    let dead = Server::start("").await;
    dead.serve(StatusCode::INTERNAL_SERVER_ERROR, "");
    assert_eq!(ask(&bed, &dead.url).await.0, 504);
}

/// Clauses: 5.5.7, 6.3.2.
#[tokio::test]
async fn a_server_that_hangs_costs_less_than_five_seconds() {
    let (bed, listener) = (bed().await, tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap());
    bed.post("/entities", STATION).await;
    let url = format!("http://{}/context", listener.local_addr().unwrap());
    let began = std::time::Instant::now();
    assert_eq!(ask(&bed, &url).await.0, 504);
    assert!(began.elapsed().as_secs_f64() < 5.0);
    let again = std::time::Instant::now();
    assert_eq!(ask(&bed, &url).await.0, 504);
    assert!(again.elapsed().as_secs_f64() < 1.0, "it is not asked again at once");
}

/// Clauses: 5.5.7.
#[tokio::test]
async fn without_internet_only_what_was_given_is_known() {
    let mut alone = options();
    alone.context_offline = true;
    let core = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.6.jsonld";
    alone.context_preload = vec![
        ("https://city.example/c.jsonld".to_owned(), NO2.to_owned()),
        (core.to_owned(), r#"{"@context":{}}"#.to_owned()),
    ];
    let (bed, server) = (bed_with(alone).await, Server::start(NO2).await);
    let post = request("POST", "/entities")
        .header("content-type", "application/json")
        .header("link", link("https://city.example/c.jsonld"));
    assert_eq!(bed.send(post.body(Body::from(STATION)).unwrap()).await.status, 201);
    assert_eq!(ask(&bed, "https://city.example/c.jsonld").await, (200, true));
    assert_eq!(ask(&bed, core).await.0, 200);
    assert_eq!(ask(&bed, &server.url).await.0, 504);
    assert_eq!(server.asked(), 0);
    // Who removes what the operator gave finds it again: it is never fetched.
    let path = "/jsonldContexts/https:%2F%2Fcity.example%2Fc.jsonld";
    assert_eq!(bed.delete(&format!("{path}?reload=true")).await.status, 204);
    assert_eq!(bed.delete(path).await.status, 204);
    assert_eq!(ask(&bed, "https://city.example/c.jsonld").await, (200, true));
}

/// Clauses: 4.14, 5.13.3, 5.13.4.
#[tokio::test]
async fn hosted_contexts_belong_to_their_tenant() {
    let first = bed().await;
    let post = request("POST", "/jsonldContexts")
        .header("content-type", "application/json")
        .header("ngsild-tenant", "one");
    let made = first.send(post.body(Body::from(NO2)).unwrap()).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let path = made.header("location").strip_prefix("/ngsi-ld/v1").unwrap().to_owned();
    let bed = bed_in(first.into_folder().await, options()).await;
    for (tenant, status) in [("one", 200), ("two", 404)] {
        let get = request("GET", &path).header("ngsild-tenant", tenant).body(Body::empty()).unwrap();
        assert_eq!(bed.send(get).await.status, status, "{tenant}");
        let list =
            request("GET", "/jsonldContexts").header("ngsild-tenant", tenant).body(Body::empty()).unwrap();
        assert_eq!(bed.send(list).await.text.contains(path.rsplit('/').next().unwrap()), status == 200);
    }
    assert_eq!(bed.delete(&path).await.status, 404);
}

/// Clauses: 4.4, 5.13.3, 5.13.5.
#[tokio::test]
async fn the_core_contexts_are_known_and_stay() {
    let bed = bed().await;
    for version in 3..=9 {
        let path = format!(
            "/jsonldContexts/https:%2F%2Furi.etsi.org%2Fngsi-ld%2Fv1%2Fngsi-ld-core-context-v1.{version}.jsonld"
        );
        assert_eq!(bed.get(&format!("{path}?details=true")).await.status, 200, "{version}");
        assert_eq!(bed.get(&path).await.status, 422);
        assert_eq!(bed.delete(&path).await.status, 400);
        assert_eq!(bed.delete(&format!("{path}?reload=true")).await.status, 204);
    }
}

/// Clauses: 5.8.1, 5.13.4.
#[tokio::test]
async fn a_context_inside_a_subscription_gets_a_url_that_stays() {
    let first = bed().await;
    let body = r#"{"id":"urn:sub:1","type":"Subscription","entities":[{"type":"T"}],
        "notification":{"endpoint":{"uri":"http://127.0.0.1:9/x"}},"@context":[{"NO2":"https://example.org/v#no2"}]}"#;
    assert_eq!(first.post("/subscriptions", body).await.status, 201);
    let bed = bed_in(first.into_folder().await, options()).await;
    // Its terms are resolved in its own task after a start.
    let mut url = None;
    for _ in 0..500 {
        let shown = bed.get("/subscriptions/urn:sub:1").await.json();
        url = shown.get("jsonldContext").and_then(Json::as_str).map(str::to_owned);
        if url.is_some() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let url = url.expect("the subscription names its context");
    let path = url.split("/ngsi-ld/v1").nth(1).unwrap();
    assert!(bed.get(path).await.text.contains("https://example.org/v#no2"));
    let kinds = bed.get("/jsonldContexts?kind=ImplicitlyCreated&details=true").await;
    assert_eq!(kinds.at("0/kind"), Json::text("ImplicitlyCreated"));
}

/// Clauses: 5.8.2, 5.13.4.
#[tokio::test]
async fn a_context_inside_a_change_of_a_subscription_stays_too() {
    let bed = bed().await;
    let body = r#"{"id":"urn:sub:1","type":"Subscription","entities":[{"type":"T"}],
        "notification":{"endpoint":{"uri":"http://127.0.0.1:9/x"}}}"#;
    assert_eq!(bed.post("/subscriptions", body).await.status, 201);
    let change = r#"{"q":"NO2>1","@context":[{"NO2":"https://example.org/v#no2"}]}"#;
    assert_eq!(bed.patch("/subscriptions/urn:sub:2", change).await.status, 404);
    assert_eq!(bed.get("/jsonldContexts?kind=ImplicitlyCreated").await.text, "[]");
    assert_eq!(bed.patch("/subscriptions/urn:sub:1", change).await.status, 204);
    assert!(bed.get("/jsonldContexts?kind=ImplicitlyCreated").await.text.contains("/jsonldContexts/"));
    let bed = bed_in(bed.into_folder().await, options()).await;
    assert!(bed.get("/jsonldContexts?kind=ImplicitlyCreated").await.text.contains("/jsonldContexts/"));
}

/// Clauses: 5.13.2, 5.13.4.
#[tokio::test]
async fn a_hosted_context_is_named_by_its_path_and_served_as_asked() {
    let bed = bed().await;
    let made = bed.post("/jsonldContexts", NO2).await;
    let path = made.header("location").to_owned();
    let own = path.strip_prefix("/ngsi-ld/v1").unwrap();
    assert_eq!(bed.get_as(own, "*/*").await.header("content-type"), "application/json");
    assert_eq!(bed.get_as(own, "application/ld+json").await.header("content-type"), "application/ld+json");
    let station = STATION.replacen('{', &format!(r#"{{"@context":"{path}","#), 1);
    assert_eq!(bed.post("/entities", &station).await.status, 201);
    assert!(bed.get(S3).await.json().get("https://example.org/v#no2").is_some());
    assert_eq!(bed.get(&format!("{own}?details=true")).await.at("numberOfHits"), Json::Int(1));
}

#[tokio::test]
async fn a_context_that_another_broker_serves_is_fetched_from_there() {
    let (bed, server) = (bed().await, Server::start(NO2).await);
    let url = server.url.replace("/context", "/ngsi-ld/v1/jsonldContexts/abc");
    let post = request("POST", "/entities").header("content-type", "application/json");
    let post = post.header("link", link(&url)).body(Body::from(STATION)).unwrap();
    let made = bed.send(post).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(ask(&bed, &url).await, (200, true));
    assert_eq!(server.asked(), 1);
    let details = bed.get(&format!("/jsonldContexts/{}?details=true", url.replace('/', "%2F"))).await;
    assert_eq!((details.at("kind"), details.at("URL")), (Json::text("Cached"), Json::from(url)));
}

/// Clauses: 5.13.2.
#[tokio::test]
async fn a_context_may_lead_to_what_cannot_be_had_now_but_not_to_nonsense() {
    let bed = bed().await;
    let away = r#"{"@context":["http://127.0.0.1:9/away.jsonld"]}"#;
    assert_eq!(bed.post("/jsonldContexts", away).await.status, 201);
    for wrong in [r#"{"@context":["http://127.0.0.1:9/away.jsonld",5]}"#, r#"{"@context":true}"#] {
        let got = bed.post("/jsonldContexts", wrong).await;
        assert_eq!(got.status, 400, "{}", got.text);
        assert!(got.text.contains("BadRequestData"), "{}", got.text);
    }
    let without = bed.post("/jsonldContexts", r#"{"x":1}"#).await;
    assert!(without.text.contains("InvalidRequest"), "{}", without.text);
}
