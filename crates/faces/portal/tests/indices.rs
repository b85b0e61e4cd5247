//! Composite indices and profiles of places.
#![allow(
    clippy::unwrap_used,
    clippy::type_complexity,
    clippy::many_single_char_names,
    clippy::unnecessary_literal_bound,
    unreachable_pub,
    dead_code,
    reason = "a made-up city for tests, which may fail"
)]

mod city;
mod town;

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use town::Town;

#[tokio::test(flavor = "multi_thread")]
async fn an_index_is_never_without_its_parts() {
    let town = Town::new(1).await;
    let page = town.page("/en/index/calm").await;
    for wanted in [
        "In June 2026, Anderlecht stands highest with 90 of 100",
        "For 17 of 18 areas the place is unsure",
        "class=\"part-0\"",
        "meter-unknown",
        "dot-interval",
        "1 to 3",
        "tag-simulated",
        "/en/indicator/quiet-nights",
        "The parts are exact",
        "draws: values within",
        "/indices/calm",
        // What the places hang on, and what each indicator's leaving changes.
        "The places hang most on the values, within their intervals: 70% of their variance",
        "Ixelles \u{2212}4",
        "Quiet nights (+42.5)",
        "Where this figure comes from",
        "curl",
    ] {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    assert!(!page.contains("class=\"altered\""), "nothing was chosen");
    let here = "<span aria-current=\"page\">Calm</span>";
    assert!(page.contains(here), "the breadcrumb ends with this page: {page}");
    assert!(town.page("/nl/indicators").await.contains("/nl/index/calm"));
    let nobody = Request::get("/en/index/nothing").body(Body::empty()).unwrap();
    assert_eq!(town.ask(nobody).await.0, StatusCode::NOT_FOUND);
    town.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_is_made_otherwise_by_who_reads_it() {
    let town = Town::new(1).await;
    let page = town.page("/en/index/calm?weight-nights=2,5&aggregation=geometric").await;
    for wanted in [
        "class=\"altered\"",
        "value=\"2,5\"",
        "value=\"geometric\" checked",
        "18 of 18 areas change place",
        "falls by 17 places",
        "beyond the possible places",
        "weights=nights:2.5&#38;aggregation=geometric",
    ] {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    // What is declared stays above, whatever is chosen.
    assert!(page.contains("Anderlecht stands highest with 90"), "{page}");
    for wrong in ["weight-nights=much", "weight-nights=-1", "weight-nights=0", "aggregation=median"] {
        let page = town.page(&format!("/en/index/calm?{wrong}")).await;
        assert!(page.contains("role=\"alert\"") && !page.contains("class=\"altered\""), "{wrong}");
    }
    assert!(town.page("/en/index/calm?weight-nights=much").await.contains("value=\"much\" aria-invalid"));
    town.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_says_what_stands_out_and_no_place_without_its_interval() {
    let town = Town::new(1).await;
    let page = town.page("/en/profile/21009").await;
    for wanted in [
        "<h1>Ixelles</h1>",
        "1 of 3 indicators have a value here.",
        // 55 against 66 in May 2026, each ± 2.
        "Quiet nights: worse than the Region, 55.0\u{a0}% (95 %: 53.0 to 57.0) against 66.0\u{a0}%",
        "clearly worse",
        // A year before it was three points lower, which intervals of ± 2 leave open.
        "no clear change",
        "id=\"indicator-quiet-nights\"",
        "of 15",
        "/en/index/calm",
        "No project has been evaluated here.",
        "/en/profile/21009/data.csv",
        "senne indicator reproduce quiet-nights 2026-05 --area 21009",
        "Formula 0123456789abcdef, data up to change 42",
        "as_of=",
        "100 × 550 ÷ 1000",
        "Labour force survey",
    ] {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    // The fourth is too small to publish: no value, no place.
    let small = town.page("/en/profile/21004").await;
    assert!(small.contains("not published: too few") && !small.contains("of 15"), "{small}");
    let region = town.page("/fr/profile/04000").await;
    assert!(region.contains("En un an") && !region.contains("Places possibles (95"), "{region}");
    let csv = town.page("/nl/profile/21009/data.csv").await;
    let line = csv.lines().nth(1).unwrap();
    assert!(line.contains("quiet-nights") && line.contains(",worse,") && line.contains(",15,"), "{csv}");
    assert_eq!(line.split(',').count(), csv.lines().next().unwrap().split(',').count(), "{csv}");
    assert!(
        town.page(&format!("/en/area/{}", &*city::commune_id("21009"))).await.contains("/en/profile/21009")
    );
    assert!(town.page("/nl/indicators?area=21009").await.contains("/nl/profile/21009"));
    for path in ["/en/profile/99999", "/en/profile/99999/data.csv"] {
        let nobody = Request::get(path).body(Body::empty()).unwrap();
        assert_eq!(town.ask(nobody).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    town.hub.stop().await;
}
