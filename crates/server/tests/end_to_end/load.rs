//! Recorded real data: five street stations of Ixelles, with their faults.

use std::{path::PathBuf, process::Stdio, time::Duration};

use serde_json::Value;

use crate::support::{Chance, City, root, setting, shared_data, words};

/// Values of each station.
const VALUES: [(&str, u64); 5] =
    [("S1", 70_256), ("S11", 99_924), ("S3", 513_183), ("S5", 472_043), ("S8", 332_168)];
const VALUES_ALL: u64 = 1_487_574;
const ROWS: &str = "148953 rows, 1487574 values";

const COUNTS: &str = "SELECT substr(entity, strpos(entity, ':S') + 1) AS station, count(*) AS n FROM observation \
                      WHERE type = 'AirQualityObserved' AND observed_at IS NOT NULL GROUP BY entity ORDER BY station";

fn feed() -> PathBuf {
    root().join("feeds/ixelles-air.yaml")
}

fn counts(city: &City) -> Vec<(String, u64)> {
    let pair = |row: &Value| {
        let station = row["station"].as_str().unwrap().rsplit(':').next().unwrap().to_owned();
        (station, row["n"].as_u64().unwrap())
    };
    city.sql(COUNTS).iter().map(pair).collect()
}

fn wanted() -> Vec<(String, u64)> {
    VALUES.iter().map(|(station, n)| ((*station).to_owned(), *n)).collect()
}

#[test]
fn the_stations_of_ixelles_are_stored_to_the_value() {
    let Some(shared) = shared_data() else { return };
    let city = City::new();
    let output = city.load(&feed(), &shared);
    assert!(output.status.success(), "{}", words(&output));
    assert!(words(&output).contains(ROWS), "{}", words(&output));
    assert_eq!(counts(&city), wanted());
    assert_eq!(wanted().iter().map(|(_, n)| n).sum::<u64>(), VALUES_ALL);

    let january = "FROM observation WHERE entity LIKE '%:S3' AND attribute = 'no2' \
                   AND observed_at >= '2024-01-01T00:00:00Z' AND observed_at < '2024-02-01T00:00:00Z'";
    assert_eq!(city.number(&format!("SELECT count(number) AS n {january}")), 1539.0);
    let mean = city.number(&format!("SELECT avg(number) AS mean {january}"));
    assert!((mean - 29.826).abs() < 0.0005, "the plain mean is {mean}");

    the_failed_sensor_is_flagged(&city);
    the_gap_is_a_gap(&city);

    let again = city.load(&feed(), &shared);
    assert!(again.status.success(), "{}", words(&again));
    assert_eq!(counts(&city), wanted(), "a second load changes nothing");
}

/// What is flagged as failed (4 on the QARTOD scale), in percent, of S5's NO2 and of that of a station that works.
fn the_failed_sensor_is_flagged(city: &City) {
    let share = |station: &str, from: &str| {
        city.number(&format!(
            "SELECT 100.0 * sum(CASE WHEN quality = 4 THEN 1 ELSE 0 END) / count(*) AS share FROM observation \
             WHERE entity LIKE '%:{station}' AND attribute = 'no2' AND observed_at >= '{from}'"
        ))
    };
    let (broken, works) = (share("S5", "2024-02-01T00:00:00Z"), share("S3", "2024-01-01T00:00:00Z"));
    assert!(broken > 95.0, "of S5's NO2 after January 2024 {broken} % are flagged as failed");
    assert!(works < 5.0, "of S3's NO2 {works} % are flagged as failed");
}

/// S8 was silent for 2,905 hours: nothing stands in that time.
fn the_gap_is_a_gap(city: &City) {
    let hours = city.number(
        "SELECT max(gap) AS hours FROM (SELECT (extract(epoch FROM observed_at) - extract(epoch FROM \
         lag(observed_at) OVER (ORDER BY observed_at))) / 3600 AS gap FROM observation \
         WHERE entity LIKE '%:S8' AND attribute = 'no2')",
    );
    assert!((hours - 2905.0).abs() < 1.0, "the longest gap of S8 is {hours} h");
}

#[test]
fn a_load_that_was_killed_goes_on() {
    let Some(shared) = shared_data() else { return };
    let city = City::new();
    let mut chance = Chance::new(setting("SENNE_SEED", 1));
    for _ in 0..3 {
        let mut load = city.load_command(&feed(), &shared).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(chance.between(500, 4_000)));
        load.kill().unwrap();
        load.wait().unwrap();
    }
    let output = city.load(&feed(), &shared);
    assert!(output.status.success(), "{}", words(&output));
    assert_eq!(counts(&city), wanted());
}
