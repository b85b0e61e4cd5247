//! What is loaded: recorded files when they are there, made-up ones otherwise.

use std::path::{Path, PathBuf};

use anyhow::Context;

/// Files and the feed that reads them.
pub(crate) struct Source {
    /// What the table says of it.
    pub(crate) name: &'static str,
    pub(crate) feed: PathBuf,
    /// The folder to which the feed's file names are relative.
    pub(crate) from: PathBuf,
}

const FEED: &str = r#"
id: made-up-air
title: { fr: Air inventé, nl: Verzonnen lucht, en: Made-up air }
licence: CC0-1.0
attribution: nobody
source: { files: ["made-up/*.csv"] }
format: { kind: csv }
time: { column: at, zone: UTC }
entities:
  - id: "urn:ngsi-ld:AirQualityObserved:made-up:{{ station }}"
    type: AirQualityObserved
    attributes:
      no2: { column: no2, unit: GQ }
      o3: { column: o3, unit: GQ }
      pm1: { column: pm1, unit: GQ }
      pm25: { column: pm25, unit: GQ }
      pm10: { column: pm10, unit: GQ }
      temperature: { column: temperature, unit: CEL }
"#;

/// The recorded stations of Ixelles and Beijing; else stations that nobody built.
pub(crate) fn sources(recorded: &Path, work: &Path) -> anyhow::Result<Vec<Source>> {
    let feeds = Path::new("feeds");
    let known = [("Ixelles, recorded", "ixelles-air.yaml"), ("Beijing, recorded", "beijing-air.yaml")];
    if recorded.is_dir() && feeds.is_dir() {
        let source = |(name, file)| Source { name, feed: feeds.join(file), from: recorded.to_owned() };
        return Ok(known.map(source).into());
    }
    eprintln!("  no recorded data in {}: made-up rows are loaded", recorded.display());
    let folder = work.join("made-up");
    std::fs::create_dir_all(&folder)?;
    for station in 0..5_u64 {
        std::fs::write(folder.join(format!("{station}.csv")), rows(station)).context("made-up rows")?;
    }
    let feed = work.join("made-up.yaml");
    std::fs::write(&feed, FEED)?;
    Ok(vec![Source { name: "made-up stations", feed, from: work.to_owned() }])
}

/// A year of ten-minute rows with two decimals and a daily rhythm.
fn rows(station: u64) -> String {
    let mut text = String::from("at,station,no2,o3,pm1,pm25,pm10,temperature\n");
    let mut chance = station + 1;
    for row in 0..52_560_u64 {
        let (month, day, minutes) = (row / 4_380 + 1, row / 144 % 28 + 1, row % 144 * 10);
        let mut noise = || {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (chance >> 40) as f64 / (1_u64 << 24) as f64
        };
        let rush = 1.0 + (minutes as f64 / 1440.0 * std::f64::consts::TAU * 2.0).sin().abs();
        let mut value = |scale: f64| scale * rush + noise() * scale / 4.0;
        text.push_str(&format!(
            "2025-{month:02}-{day:02}T{:02}:{:02}:00Z,{station},{:.2},{:.2},{:.2},{:.2},{:.2},{:.2}\n",
            minutes / 60,
            minutes % 60,
            value(15.0),
            value(30.0),
            value(4.0),
            value(7.0),
            value(12.0),
            value(9.0)
        ));
    }
    text
}
