//! The pages of a programme, over the made-up programme of the repository.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail as tests do")]

#[path = "programme/courses.rs"]
mod courses;
#[path = "programme/drafts.rs"]
mod drafts;
#[path = "programme/paper.rs"]
mod paper;
mod promised;

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use senne_model::Json;
use senne_programme::{DraftState, View};

use promised::{Office, measured_in, view};

/// Addresses of every kind of page; `{}` of a project, a pillar and so on is its last part.
fn addresses(view: &View) -> Vec<String> {
    let programme = &view.programme;
    let last = |id: &str| id.rsplit(':').next().unwrap().to_owned();
    let mut paths: Vec<String> = [
        "",
        "?sort=drift&descending=true&page=2",
        "?state=running&text=rue&pillar=nothing",
        "?sort=nonsense&page=0&colour=blue",
        "/roadmap",
        "/roadmap?page=99",
        "/calls",
        "/brief",
        "/brief?pillar=mobility",
        "/report",
        "/data",
        "/drafts",
    ]
    .map(str::to_owned)
    .into();
    paths.extend(programme.projects.keys().map(|id| format!("/project/{}", last(id.as_str()))));
    paths.extend(programme.pillars.keys().map(|id| format!("/pillar/{}", last(id.as_str()))));
    paths.extend(programme.objectives.keys().map(|id| format!("/objective/{}", last(id.as_str()))));
    paths.extend(programme.calls.keys().map(|id| format!("/call/{}", last(id.as_str()))));
    paths.extend(programme.decisions.keys().map(|id| format!("/decision/{}", last(id.as_str()))));
    paths.extend(programme.memoranda.keys().map(|id| format!("/memorandum/{}", last(id.as_str()))));
    paths
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_there_in_every_language() {
    let view = view();
    let office = Office::new(view.clone()).await;
    for language in ["fr", "nl", "en"] {
        for path in addresses(&view) {
            let path = format!("/{language}/programme{path}");
            let body = office.page(&path).await;
            assert!(body.contains(&format!("<html lang=\"{language}\"")), "{path}");
            assert!(!body.contains("style=\""), "the policy refuses styles in the page: {path}");
            assert_eq!(body.matches("<h1").count(), 1, "{path}");
            let text = shown(&body);
            for wrong in ["NaN", "Some(", "urn:ngsi-ld:Organisation:", "{0}", "{1}"] {
                assert!(!text.contains(wrong), "{path} shows {wrong}");
            }
            assert!(text.lines().all(|line| line.trim() != "None"), "{path} shows None");
        }
    }
    office.hub.stop().await;
}

/// What stands between tags.
fn shown(body: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in body.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push('\n');
            }
            c if !inside => text.push(c),
            _ => {}
        }
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_city_without_a_programme_is_told_how_to_begin() {
    let office = Office::new(View::default()).await;
    for path in ["", "/roadmap", "/calls", "/brief", "/report", "/data", "/drafts"] {
        let body = office.page(&format!("/en/programme{path}")).await;
        assert!(body.contains("<h1"), "{path}");
    }
    for path in [
        "/project/a",
        "/pillar/a",
        "/objective/a",
        "/call/a",
        "/decision/a",
        "/memorandum/a",
        "/data/a.csv",
        "/brief?pillar=a",
    ] {
        let request = Request::get(format!("/en/programme{path}")).body(Body::empty()).unwrap();
        assert_eq!(office.ask(false, request).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    office.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_evaluated_projects_are_told_rightly() {
    let office = Office::new(view()).await;
    let works = office.page("/en/programme/project/calm-street-bailli").await;
    let nothing = office.page("/en/programme/project/calm-signs-aumale").await;
    let harms = office.page("/en/programme/project/signal-timing-vanderkindere").await;
    for (page, wanted) in [
        (&works, "lower by 16.8 vehicles in 5 minutes than it would be"),
        (&works, "as much as was promised. Promised: \u{2212}24 to \u{2212}12 vehicles in 5 minutes."),
        (&harms, "the opposite of what was promised. Promised: \u{2212}4 to 0 vehicles in 5 minutes."),
        (&nothing, "can be told from chance"),
        (&nothing, "Promised: \u{2212}8 to \u{2212}2 vehicles in 5 minutes."),
    ] {
        assert!(shown(page).replace('\u{a0}', " ").contains(wanted), "{wanted}: {}", shown(page));
    }
    // What was promised and what was measured stand in one group, on one scale.
    for page in [&works, &nothing, &harms] {
        let groups: Vec<&str> = page.split("<tbody>").filter(|one| one.contains("pair-measured")).collect();
        let [group] = groups.as_slice() else { panic!("{} groups", groups.len()) };
        assert!(group.contains("pair-expected") && !group.contains("pair-none"), "{group}");
        assert!(
            group.contains("/en/indicator/motor-traffic-counts") || group.contains("Nearer to the project")
        );
    }
    // Names of persons who signed are public only where the reader may see them; this view holds them, the hub would not.
    assert!(works.contains("calm-street-bailli"));
    office.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_matrix_fills_what_can_be_compared_and_says_what_cannot() {
    let cells = |page: &str| -> Vec<String> {
        let cell = |part: &str| part.split("</span>").next().unwrap_or_default().replace('\u{a0}', " ");
        page.split("<span class=\"unseen\">").map(cell).filter(|text| text.contains("in 5 minutes")).collect()
    };
    let office = Office::new(view()).await;
    let drawn = cells(&office.page("/en/programme/pillar/mobility").await);
    for wanted in
        ["\u{2212}16.8 vehicles in 5 minutes", "+13.7 vehicles in 5 minutes", "No effect can be told"]
    {
        let found = drawn.iter().any(|cell| cell.contains(wanted) && cell.contains("\u{2212}"));
        assert!(found, "{wanted}: {drawn:#?}");
    }
    assert!(!drawn.iter().any(|cell| cell.contains("not compared")), "{drawn:#?}");
    office.hub.stop().await;

    let office = Office::new(measured_in("vehicles an hour")).await;
    let drawn = cells(&office.page("/en/programme/pillar/mobility").await);
    assert!(
        drawn.iter().filter(|cell| cell.contains("another unit than promised")).count() >= 3,
        "{drawn:#?}"
    );
    assert!(!drawn.iter().any(|cell| cell.contains("vehicles an hour")), "{drawn:#?}");
    let page = office.page("/en/programme/project/calm-street-bailli").await;
    let text = shown(&page).replace('\u{a0}', " ");
    assert!(text.contains("What was promised is in another unit, so the two are not compared."), "{text}");
    assert!(!text.contains("as much as was promised"), "{text}");
    let groups = page.split("<tbody>").filter(|one| one.contains("pair-measured"));
    assert!(groups.clone().count() == 1 && groups.clone().all(|group| group.contains("pair-none")), "{page}");
    let claims = office.page("/en/programme/objective/less-motor-traffic").await;
    assert!(claims.contains("Traffic in Rue du Bailli"), "what stands for the indicator is named");
    office.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn feeds_and_tables_are_served() {
    let office = Office::new(view()).await;
    for (path, kind, within) in [
        ("/calendar.ics", "text/calendar", "BEGIN:VCALENDAR"),
        ("/news.atom", "application/atom+xml", "<feed"),
        ("/data/Project.csv", "text/csv", "calm-street-bailli"),
        ("/data/Project.json", "application/json", "calm-street-bailli"),
    ] {
        let request = Request::get(format!("/en/programme{path}")).header("host", "city.example");
        let (status, headers, body) = office.ask(false, request.body(Body::empty()).unwrap()).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        assert!(headers["content-type"].to_str().unwrap().starts_with(kind), "{path}: {headers:?}");
        assert!(body.contains(within), "{path}: {body}");
    }
    office.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_are_shown_inside_and_settled() {
    let office = Office::new(view()).await;
    let outside = office.page("/en/programme/drafts").await;
    assert!(!outside.contains("objective-sensors-2026-11"), "a stranger sees no draft");
    let inside = office.inside("/en/programme/drafts").await;
    assert!(inside.contains("objective-sensors-2026-11"), "{inside}");
    let draft = office.inside("/fr/programme/draft/objective-sensors-2026-11").await;
    assert!(draft.contains("Au moins 95"), "{draft}");
    let request = Request::get("/en/programme/draft/objective-sensors-2026-11").body(Body::empty()).unwrap();
    assert_ne!(office.ask(false, request).await.0, StatusCode::OK);
    let path = "/en/programme/draft/objective-sensors-2026-11";
    let (status, ..) = office.send(true, path, "do=publish&by=Grace&note=well").await;
    assert!(status.is_redirection() || status.is_success(), "{status}");
    let written = office.written.lock().unwrap().clone();
    assert_eq!(written.len(), 1, "{written:?}");
    assert!(
        written[0].starts_with("settle urn:ngsi-ld:Draft:objective-sensors-2026-11 Publish"),
        "{written:?}"
    );
    office.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_lacks_something_is_not_published() {
    let mut half = view();
    let mut draft = half.programme.drafts.values().next().unwrap().clone();
    draft.id = "urn:ngsi-ld:Draft:half".into();
    draft.about = "urn:ngsi-ld:Pillar:half".to_owned();
    draft.kind = "Pillar".to_owned();
    draft.state = DraftState::Review;
    draft.content = Json::Object(Vec::new());
    half.programme.drafts.insert(draft.id.clone(), draft);
    let office = Office::new(half).await;
    let (status, _, body) = office.send(true, "/en/programme/draft/half", "do=publish&by=Grace").await;
    assert_eq!(status, StatusCode::OK);
    assert!(body.contains("role=\"alert\""), "{body}");
    assert!(office.written.lock().unwrap().is_empty(), "nothing is published");
    office.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_writes_looks_at_what_was_written() {
    let office = Office::new(view()).await;
    for (inside, kept) in [(true, "private, no-cache"), (false, "private, max-age=10")] {
        for path in ["?page=1", "/data/Project.csv", "/data/Project.json", "/calendar.ics", "/news.atom"] {
            let request = Request::get(format!("/en/programme{path}")).body(Body::empty()).unwrap();
            let (_, headers, _) = office.ask(inside, request).await;
            assert_eq!(headers["cache-control"], kept, "{path}");
        }
    }
    office.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_are_there_and_keep_what_was_typed() {
    let office = Office::new(view()).await;
    for kind in ["Pillar", "Objective", "Project", "Milestone", "CallForProjects", "ExpectedEffect", "Risk"] {
        let form = office.inside(&format!("/nl/programme/new/{kind}")).await;
        assert!(form.contains("<form") && form.contains("name=\"form.id\""), "{kind}: {form}");
    }
    let propose = "/en/programme/call/open-city-2026/propose";
    assert!(office.page(propose).await.contains("<form"));
    let (status, _, body) = office.send(true, propose, "name-en=Benches+for+Jette&do=hand-in").await;
    assert_eq!(status, StatusCode::OK);
    assert!(body.contains("Benches for Jette") && body.contains("role=\"alert\""), "{body}");
    assert!(office.written.lock().unwrap().is_empty(), "what lacks half of it is not handed in");
    let choose = office.inside("/en/programme/call/calm-and-green-2025/choose").await;
    assert!(choose.contains("<form") && choose.contains("calm-street-bailli"), "{choose}");
    office.hub.stop().await;
}
