//! How long the pages of a programme of 5,000 projects and 100,000 milestones take.
//!
//! `cargo bench -p senne-face-portal --bench programme`, or `make bench-programme`.
#![allow(clippy::unwrap_used, reason = "a bench that cannot run says so")]

#[path = "../../../../programme/tests/size/city.rs"]
mod city;

use std::{sync::Arc, time::Instant};

use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use city::{MILESTONES_EACH, PROJECTS, city};
use jiff::civil::date;
use senne_face_portal::{Answer, PortalOptions, Programmes, router};
use senne_hub::{Context, Hub, HubConfig};
use senne_model::ChangeNo;
use senne_programme::{Programme, View};
use tower::ServiceExt as _;

/// Each page is asked for so often.
const TIMES: usize = 40;

struct Kept(Arc<View>);

impl Programmes for Kept {
    fn view<'a>(&'a self, _: &'a Context) -> Answer<'a, Arc<View>> {
        let view = Arc::clone(&self.0);
        Box::pin(async { Ok(view) })
    }
}

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub::open(HubConfig::new(folder.path())).await.unwrap();
    let view = View::of(Programme::read(&city()), date(2026, 11, 30), ChangeNo(1));
    let options = PortalOptions { programmes: Arc::new(Kept(Arc::new(view))), ..PortalOptions::default() };
    let app = router(hub.clone(), options);
    println!("{PROJECTS} projects, {} milestones\n", PROJECTS * MILESTONES_EACH);
    println!("| page | p50, ms | p95, ms | KiB | aim of p95, ms |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    for (path, aim) in [
        ("/fr/programme", "150"),
        ("/fr/programme?sort=drift&descending=true&page=20", "150"),
        ("/fr/programme?text=project+4&state=running", "150"),
        ("/fr/programme/roadmap", ""),
        ("/fr/programme/pillar/0", ""),
        ("/fr/programme/project/project-17", ""),
        ("/fr/programme/brief", ""),
        ("/fr/programme/report", "10,000"),
    ] {
        let mut times = Vec::with_capacity(TIMES);
        let mut size = 0;
        for _ in 0..TIMES {
            let begun = Instant::now();
            let request = Request::get(path).body(Body::empty()).unwrap();
            let response = app.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            size = to_bytes(response.into_body(), usize::MAX).await.unwrap().len();
            times.push(begun.elapsed().as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        let at = |part: f64| times[((TIMES as f64 * part) as usize).min(TIMES - 1)];
        println!("| {path} | {:.1} | {:.1} | {} | {aim} |", at(0.5), at(0.95), size >> 10);
    }
    hub.stop().await;
}
