//! Serves the portal over a made-up city in a temporary folder, to look at its pages:
//! `cargo run -p senne-face-portal --example look -- 127.0.0.1:8026`
#![allow(
    clippy::unwrap_used,
    clippy::type_complexity,
    clippy::many_single_char_names,
    clippy::unnecessary_literal_bound,
    unreachable_pub,
    reason = "a made-up city for tests, which may fail"
)]

#[path = "../tests/city/mod.rs"]
mod city;

use senne_face_portal::{PortalOptions, router};
use senne_hub::{Context, Hub, HubConfig, Principal, WriteOptions};
use senne_model::{Problem, TenantName, Timestamp};

const DAYS: i64 = 10;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8026".to_owned());
    let folder = tempfile::tempdir()?;
    let hub = Hub::open(HubConfig::new(folder.path())).await.map_err(said)?;
    let context = Context::new(Principal::Service { name: "look".to_owned() }, TenantName::default());
    for part in city::writes(Timestamp::now(), DAYS).chunks(5_000) {
        hub.write(&context, part.to_vec(), WriteOptions::default()).await.map_err(said)?;
    }
    let app = router(hub, PortalOptions { figures: city::MadeUp::shared(), ..PortalOptions::default() });
    let listener = tokio::net::TcpListener::bind(&address).await?;
    eprintln!("look at http://{address}/");
    axum::serve(listener, app).await?;
    Ok(())
}

fn said(problem: Problem) -> String {
    problem.to_string()
}
