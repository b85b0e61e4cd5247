//! The doctor finds one flipped bit in any file of a city that was stopped, and mends what can be made anew.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{Chance, City, senne, setting, words};

/// A city with entities, values over two months, and several flushes.
fn city() -> City {
    let city = City::new();
    for day in 1..=3 {
        let server = city.serve();
        let mut client = server.client();
        for n in 0..40 {
            let id = format!("urn:ngsi-ld:AirQualityObserved:{n}");
            let month = 1 + n % 2;
            let at = format!("2024-{month:02}-{day:02}T{:02}:00:00Z", n % 24);
            let entity = json!([{ "id": id, "type": "AirQualityObserved",
                "no2": { "type": "Property", "value": 10 + n + day, "observedAt": at } }]);
            let answer = client.json("POST", "/ngsi-ld/v1/entityOperations/upsert", &entity);
            assert!(answer.status < 300, "{}", answer.text());
        }
        assert!(server.stop());
    }
    city
}

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, into);
        } else if path.metadata().unwrap().len() > 0 {
            into.push(path);
        }
    }
    into.sort();
}

fn report(city: &City, more: &[&str]) -> (i32, Value) {
    let output = senne(&["doctor", "--format", "json"], &city.data(), more);
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", words(&output)));
    (output.status.code().unwrap(), report)
}

fn damage(report: &Value) -> Vec<&Value> {
    report["findings"].as_array().unwrap().iter().filter(|found| found["grade"] == "damage").collect()
}

/// What the city says of its past.
fn counts(city: &City) -> Vec<Value> {
    let question = "SELECT (SELECT count(*) FROM observation) AS n, (SELECT sum(number) FROM observation) AS s, \
         (SELECT sum(count) FROM hourly) AS h, (SELECT sum(sum) FROM daily) AS d, (SELECT sum(sum) FROM series) AS a, \
         (SELECT count(*) FROM entity) AS e";
    city.sql(question)
}

fn flip(path: &Path, byte: usize, bit: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[byte] ^= 1 << bit;
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn one_flipped_bit_in_any_file_is_found_and_named() {
    let city = city();
    let (code, sound) = report(&city, &["--thorough"]);
    assert_eq!((code, sound["findings"].clone()), (0, json!([])), "a sound city: {sound:#}");
    assert!(sound["buckets"].as_u64().unwrap() > 40, "{sound:#}");
    let mut there = Vec::new();
    files(&city.data(), &mut there);
    let mut chance = Chance::new(setting("SENNE_SEED", 1));
    let runs = setting("SENNE_FLIPS", 60);
    let mut missed = Vec::new();
    for run in 0..runs {
        // Each file in turn, so that every kind is met; then by chance.
        let path = match run as usize {
            run if run < there.len() => &there[run],
            _ => &there[chance.between(0, there.len() as u64) as usize],
        };
        let whole = std::fs::read(path).unwrap();
        let (byte, bit) = (chance.between(0, whole.len() as u64) as usize, chance.between(0, 8) as usize);
        flip(path, byte, bit);
        let (code, found) = report(&city, &[]);
        let named = damage(&found).iter().any(|found| Path::new(found["file"].as_str().unwrap()) == path);
        if code != 1 || !named {
            missed.push(format!("{}: byte {byte}, bit {bit}: {found:#}", path.display()));
        }
        std::fs::write(path, whole).unwrap();
    }
    let kinds = there.len();
    println!("{runs} bits flipped in {kinds} files, {} missed", missed.len());
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    assert_eq!(report(&city, &[]).0, 0);
}

/// Breaks it, sees it found, mends it, sees it sound, with all values there.
#[test]
fn what_can_be_made_anew_is_mended() {
    let city = city();
    let before = counts(&city);
    let history = city.data().join("history/default");
    let mut there = Vec::new();
    files(&city.data(), &mut there);
    let one = |part: &str, ending: &str| {
        there
            .iter()
            .find(|p| p.to_str().unwrap().contains(part) && p.to_str().unwrap().ends_with(ending))
            .unwrap()
            .clone()
    };
    let cases = [
        one("observation_hour/", ".parquet"),
        one("observation_day/", ".parquet"),
        one("observation_series/", ".parquet"),
        one("observation_hour/_delta_log", ".json"),
        history.join("observation.sums"),
        history.join("observation_day.sums"),
        city.data().join("history/durable.txt"),
        city.data().join("admin-key"),
        city.data().join("state.sums"),
    ];
    for path in cases {
        flip(&path, std::fs::metadata(&path).unwrap().len() as usize / 2, 3);
        let (code, found) = report(&city, &[]);
        assert_eq!(code, 1, "{}: {found:#}", path.display());
        let (code, mended) = report(&city, &["--repair", "--yes"]);
        assert_eq!(code, 0, "{}: {mended:#}", path.display());
        assert!(!mended["repaired"].as_array().unwrap().is_empty(), "{mended:#}");
        assert_eq!(counts(&city), before, "{}", path.display());
        let server = city.serve();
        assert!(server.stop());
    }
    let orphan = history.join("observation/0-0.unfinished");
    std::fs::write(&orphan, "x").unwrap();
    let (code, found) = report(&city, &[]);
    assert_eq!((code, found["findings"][0]["grade"].as_str()), (0, Some("leftover")), "{found:#}");
    assert_eq!(report(&city, &["--repair", "--yes"]).0, 0);
    assert!(!orphan.exists());
    assert_eq!(counts(&city), before);
}

#[test]
fn observations_are_given_up_only_when_that_is_said() {
    let city = city();
    let mut there = Vec::new();
    files(&city.data().join("history/default/observation"), &mut there);
    let path = there.iter().find(|path| path.extension().is_some_and(|e| e == "parquet")).unwrap();
    flip(path, 100, 1);
    let (code, kept) = report(&city, &["--repair", "--yes"]);
    assert_eq!(code, 1, "{kept:#}");
    assert!(path.exists());
    let (code, given) = report(&city, &["--repair", "--yes", "--accept-loss"]);
    assert_eq!(code, 0, "{given:#}");
    let said = given["repaired"].to_string();
    assert!(said.contains("values of type AirQualityObserved are lost"), "{said}");
    let counts = &counts(&city)[0];
    assert_eq!((counts["n"].as_u64(), counts["h"].as_u64()), (Some(100), Some(100)), "{counts}");
    assert_eq!(report(&city, &["--thorough"]).0, 0);
}
