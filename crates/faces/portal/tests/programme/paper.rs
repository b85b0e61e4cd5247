//! The report and the one page as PDF.

use axum::{
    body::Body,
    http::{HeaderMap, Request, StatusCode},
};
use lopdf::Document;

use crate::promised::{Office, view};

async fn get(office: &Office, path: &str, known: Option<&str>) -> (StatusCode, HeaderMap, Vec<u8>) {
    let request = Request::get(path).header("host", "city.example");
    let request = known.iter().fold(request, |request, tag| request.header("if-none-match", *tag));
    office.bytes(request.body(Body::empty()).unwrap()).await
}

/// The text of all pages, without spaces and without the signs that divide words.
fn text(pdf: &Document) -> String {
    let pages: Vec<u32> = pdf.get_pages().keys().copied().collect();
    pdf.extract_text(&pages).unwrap().chars().filter(|c| !c.is_whitespace() && *c != '\u{ad}').collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_and_the_one_page_are_printed_in_every_language() {
    let office = Office::new(view()).await;
    for (path, said, sheets) in [
        ("/fr/programme/report.pdf", "RapportduprogrammeSituationau", 5..40),
        ("/nl/programme/report.pdf?pillar=mobility", "Mobiliteit", 2..20),
        ("/en/programme/brief.pdf", "Wheredoestheprogrammestand?", 1..2),
        ("/fr/programme/brief.pdf?pillar=mobility", "Oùenestlepilier", 1..2),
        ("/nl/programme/brief.pdf", "Waarstaathetprogramma?", 1..2),
    ] {
        let (status, headers, bytes) = get(&office, path, None).await;
        assert_eq!(
            (status, &headers["content-type"]),
            (StatusCode::OK, &"application/pdf".parse().unwrap()),
            "{path}"
        );
        let pdf = Document::load_mem(&bytes).unwrap();
        assert!(sheets.contains(&pdf.get_pages().len()), "{path}: {} sheets", pdf.get_pages().len());
        let text = text(&pdf);
        assert!(text.contains(said), "{path}: {text}");
        // The page where it can be read on is cited, not the file.
        assert!(text.contains("http://city.example/") && !text.contains(".pdf"), "{path}: {text}");
        let (again, ..) = get(&office, path, headers["etag"].to_str().ok()).await;
        assert_eq!(again, StatusCode::NOT_MODIFIED, "{path}");
    }
    office.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pillar_that_is_not_there_is_not_printed() {
    let office = Office::new(view()).await;
    for path in ["/en/programme/report.pdf?pillar=nothing", "/en/programme/brief.pdf?pillar=nothing"] {
        assert_eq!(get(&office, path, None).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    let page = office.page("/en/programme/report?pillar=mobility").await;
    assert!(page.contains("href=\"/en/programme/report.pdf?pillar=mobility\""));
    office.hub.stop().await;
}
