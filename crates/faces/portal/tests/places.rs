//! Places of projects: drawn or written in a proposal, handed in, shown; and decisions that are being made again.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail as tests do")]

mod promised;

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use senne_model::Json;
use senne_programme::{Indicator, Words};

use promised::{Office, view};

const PROPOSE: &str = "/en/programme/call/open-city-2026/propose";

/// What stands between tags.
fn shown(body: &str) -> String {
    body.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_is_being_made_again_says_so() {
    let page = "/en/programme/decision/calm-and-green-2025";
    let office = Office::new(view()).await;
    let made = office.page(page).await;
    assert!(made.contains("The outcome is the same."), "{}", shown(&made));
    office.hub.stop().await;
    let office = Office::busy(view()).await;
    let waits = office.page(page).await;
    assert!(waits.contains("reload the page") && !waits.contains("The outcome is"), "{}", shown(&waits));
    office.hub.stop().await;
}

/// Two areas that both lie inside a third.
async fn with_areas() -> Office {
    let mut view = view();
    let area = |name: &str, west: f64, east: f64, parent: &str| {
        let text = format!(
            r#"{{"id": "urn:ngsi-ld:AdministrativeArea:{name}", "type": "AdministrativeArea", "name": {{"en": "{name}"}},
            {parent} "location": {{"type": "Polygon", "coordinates":
            [[[{west}, 50.8], [{east}, 50.8], [{east}, 50.9], [{west}, 50.9], [{west}, 50.8]]]}}}}"#
        );
        serde_json::from_str::<Json>(&text).unwrap()
    };
    let parent = r#""containedInPlace": "urn:ngsi-ld:AdministrativeArea:Whole","#;
    let areas =
        [area("Whole", 4.3, 4.5, ""), area("West", 4.3, 4.4, parent), area("East", 4.41, 4.5, parent)];
    for area in &areas {
        let id = area.get("id").and_then(Json::as_str).unwrap();
        view.programme.areas.insert(id.into(), Words::in_language("en", id.rsplit(':').next().unwrap()));
    }
    let indicator = Indicator { id: "urn:ngsi-ld:Indicator:no2".into(), ..Indicator::default() };
    view.programme.indicators.insert(indicator.id.clone(), indicator);
    let office = Office::new(view).await;
    office.keep(&areas).await;
    office
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_told_which_areas_a_place_touches() {
    let office = with_areas().await;
    let ask = async |text: &str| {
        let request = Request::post("/en/programme/place").body(Body::from(text.to_owned())).unwrap();
        office.ask(false, request).await.2
    };
    let west = r#""urn:ngsi-ld:AdministrativeArea:West""#;
    let point = "A point at latitude 50.85000, longitude 4.35000, in West.";
    let told = ask("50.85, 4.35").await;
    for part in [format!("\"areas\":[{west}]"), format!("\"said\":\"{point}\""), "[4.35,50.85]".to_owned()] {
        assert!(told.contains(&part), "{told}");
    }
    let both = ask(r#"{"type": "LineString", "coordinates": [[4.35, 50.85], [4.45, 50.85]]}"#).await;
    assert!(both.contains("in East and West."), "{both}");
    assert!(!both.contains("Whole"), "the inner ones are meant: {both}");
    assert!(ask("4.35, 50.85").await.contains("the right way round?"));
    assert!(ask("here").await.contains(r#""fault":"Line 1"#));
    assert_eq!(ask("").await, r#"{"areas":[],"said":""}"#);
    office.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_proposes_the_areas_that_it_touches() {
    let office = with_areas().await;
    let ticked = |body: &str, name: &str| {
        body.contains(&format!("value=\"urn:ngsi-ld:AdministrativeArea:{name}\" checked"))
    };
    let empty = office.page(PROPOSE).await;
    assert!(empty.contains("class=\"place-picture\"") && !empty.contains("place-own"), "{empty}");
    let (_, _, body) = office.send(false, PROPOSE, "do=seen&place=50.85,+4.35").await;
    assert!(body.contains("place-point") && body.contains("A point at latitude"), "{}", shown(&body));
    assert!(ticked(&body, "West") && !ticked(&body, "East"), "{body}");
    let by_hand = "do=seen&place=50.85,+4.35&area=urn:ngsi-ld:AdministrativeArea:East";
    let (_, _, body) = office.send(false, PROPOSE, by_hand).await;
    assert!(ticked(&body, "East") && !ticked(&body, "West"), "what was ticked by hand counts: {body}");
    let (_, _, body) = office.send(false, PROPOSE, "do=seen&place=50.85,+4.35%0D%0Ahere").await;
    assert!(body.contains("id=\"f-place-e\"") && body.contains("Line 2"), "{}", shown(&body));
    office.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_is_handed_in() {
    let office = with_areas().await;
    let page = office.page(PROPOSE).await;
    let pillar = page.split("<option value=\"urn:ngsi-ld:Pillar:").nth(1).unwrap().split('"').next().unwrap();
    let form = format!(
        "do=send&name-en=Benches&description-en=Shade&pillar=urn:ngsi-ld:Pillar:{pillar}&other=Residents\
         &indicator=urn:ngsi-ld:Indicator:no2&sign=decrease&low=1&high=2&place=50.85,+4.35%0A50.86,+4.36\
         &starts=2027-01-01&ends=2027-12-31&seen=2027-06-01&grade=2&year1=2027&source1=region&amount1=10000"
    );
    let (status, _, body) = office.send(true, PROPOSE, &form).await;
    assert!(status.is_redirection(), "{status} {}", shown(&body));
    let drafts = office.proposed.lock().unwrap().clone();
    let content = drafts[0].content.to_string();
    let place = r#""location":{"type":"LineString","coordinates":[[4.35,50.85],[4.36,50.86]]}"#;
    assert!(content.contains(place), "{content}");
    assert!(content.contains(r#""refAreas":["urn:ngsi-ld:AdministrativeArea:West"]"#), "{content}");
    office.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_project_shows_its_place() {
    let office = with_areas().await;
    let page = "/fr/programme/project/calm-street-bailli";
    assert!(!office.page(page).await.contains("place-picture"), "nothing was drawn of it");
    let text = r#"{"id": "urn:ngsi-ld:Project:calm-street-bailli", "type": "Project",
        "location": {"type": "LineString", "coordinates": [[4.35, 50.85], [4.36, 50.86]]}}"#;
    office.keep(&[serde_json::from_str(text).unwrap()]).await;
    let body = office.page(page).await;
    assert!(body.contains("class=\"place-own\""), "{body}");
    assert!(shown(&body).contains("Une ligne de 1,3 km, à West."), "{}", shown(&body));
    office.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_a_file_already_is_told_so() {
    let office = Office::new(view()).await;
    for path in ["/data/Project.csv", "/data/Project.json", "/calendar.ics", "/news.atom"] {
        let request = || Request::get(format!("/en/programme{path}")).header("host", "city.example");
        let (_, headers, body) = office.ask(false, request().body(Body::empty()).unwrap()).await;
        let tag = headers["etag"].clone();
        let again = request().header("if-none-match", &tag).body(Body::empty()).unwrap();
        let (status, headers, text) = office.ask(false, again).await;
        assert_eq!((status, text.as_str()), (StatusCode::NOT_MODIFIED, ""), "{path}");
        assert_eq!(headers["etag"], tag);
        assert_eq!(headers["cache-control"], "private, max-age=10");
        let other = request().header("if-none-match", "\"other\"").body(Body::empty()).unwrap();
        assert_eq!(office.ask(false, other).await.2, body, "{path}");
    }
    office.hub.stop().await;
}
