//! What was acknowledged survives `kill -9`, exactly once (invariants S1, S2 and the hand-over to history).

mod crowd;
mod ledger;

use std::{collections::BTreeMap, time::Duration};

use crate::support::{Chance, City, Server, setting, words};
use crowd::Crowd;
use ledger::Ledger;

/// Rows of each file that is loaded, and the values in a row.
const FILE_ROWS: u64 = 1_500;
const ROW_VALUES: u64 = 2;

const FEED: &str = r#"
id: crash-test
title: { fr: Essai, nl: Proef, en: Trial }
licence: CC0-1.0
attribution: nobody
source: { files: ["*.csv"] }
format: { kind: csv }
time: { column: at, zone: UTC }
entities:
  - id: "urn:ngsi-ld:Loaded:{{ place }}"
    type: Loaded
    attributes:
      first: { column: first, kind: number }
      second: { column: second, kind: number }
"#;

/// A file with numbers that no other file has.
fn file(number: u64) -> String {
    let mut text = String::from("at,place,first,second\n");
    for row in 0..FILE_ROWS {
        let serial = number * FILE_ROWS + row;
        let at = senne_model::Timestamp::from_micros((1_700_000_000 + serial as i64) * 1_000_000);
        text.push_str(&format!("{at},{},{},{}\n", row % 7, serial * 2, serial * 2 + 1));
    }
    text
}

/// The numbers of a column, with how often each is there.
fn tally(server: &Server, question: &str) -> BTreeMap<u64, u64> {
    let headers = [("Senne-Rows-Max", "1000000"), ("Content-Type", "text/plain")];
    let answer = server.client().send("POST", "/sql", &headers, question.as_bytes());
    assert_eq!(answer.status, 200, "{question}: {}\n{}", answer.text(), server.log_end());
    let answer = answer.json();
    assert_eq!(answer["truncated"], false, "{question}");
    let mut tally = BTreeMap::new();
    for row in answer["rows"].as_array().unwrap() {
        let number = row[0].as_f64().or_else(|| row[0].as_str()?.rsplit(':').next()?.parse().ok()).unwrap();
        *tally.entry(number as u64).or_default() += row[1].as_u64().unwrap();
    }
    tally
}

/// Every acknowledged entity is there, once; and none that nobody sent.
fn check_entities(server: &Server, ledger: &Ledger) {
    let there = tally(server, "SELECT id, count(*) FROM entity WHERE type = 'Probe' GROUP BY id");
    ledger.check("entity", &ledger.entities(), &there);
    let mut client = server.client();
    for number in ledger.entities().iter().rev().take(20) {
        let answer = client.get(&format!("/ngsi-ld/v1/entities/urn:ngsi-ld:Probe:{number}"));
        assert_eq!(answer.status, 200, "acknowledged entity {number}: {}", answer.text());
    }
}

/// Every acknowledged observation is in history, once.
fn check_observations(server: &Server, ledger: &Ledger) {
    let question = "SELECT number, count(*) FROM observation WHERE type = 'Probe' GROUP BY number";
    ledger.check("observation", &ledger.observations(), &tally(server, question));
}

fn end(server: Server, chance: &mut Chance) {
    // Every third one is killed while it stops, which is when history is handed over to its tables.
    if chance.between(0, 3) == 0 {
        server.ask_to_stop();
        std::thread::sleep(Duration::from_millis(chance.between(0, 250)));
    }
    server.kill();
}

/// Whoever knows its address may ask it to stop, though it has not answered anything yet.
#[test]
fn a_server_that_is_starting_can_be_asked_to_stop() {
    let city = City::new();
    for _ in 0..8 {
        assert!(Server::begin(&city.data(), &["--open"]).stop(), "it ended by the signal");
    }
}

#[test]
fn acknowledged_writes_survive_kill_9() {
    let (kills, seed) = (setting("SENNE_KILLS", 12), setting("SENNE_SEED", 1));
    let mut chance = Chance::new(seed);
    let city = City::new();
    let feed = city.file("feed.yaml", FEED);
    let (folder, recent) = (city.files().join("rows"), city.files().join("recent"));
    let ledger = Ledger::default();
    for round in 0..kills {
        city.file(&format!("rows/{round:05}.csv"), &file(round));
        city.file(&format!("recent/{round:05}.csv"), &file(round));
        // A load begins by asking for the position of every file: with few of them it soon writes.
        std::fs::remove_file(recent.join(format!("{:05}.csv", round.wrapping_sub(3)))).ok();
        let server = city.serve();
        check_entities(&server, &ledger);
        if round % 10 == 9 {
            check_observations(&server, &ledger);
        }
        let crowd = Crowd::gather(&server, &ledger);
        let mut load = city
            .load_command(&feed, &recent)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(chance.between(30, 900)));
        end(server, &mut chance);
        load.kill().ok();
        load.wait().unwrap();
        crowd.wait();
    }

    let server = city.serve();
    let output = city.load(&feed, &folder);
    assert!(output.status.success(), "{}", words(&output));
    check_all(&server, &ledger, kills);
    assert!(server.stop(), "a stop that was asked for ends well");
    let server = city.serve();
    check_all(&server, &ledger, kills);
    assert!(server.stop());
    let doctor = crate::support::senne(&["doctor"], &city.data(), &[]);
    assert!(doctor.status.success(), "{}", words(&doctor));
    println!(
        "{kills} kills, seed {seed}: {} acknowledged entities, {} acknowledged observations, {} loaded values; \
         lost 0, twice 0",
        ledger.entities().len(),
        ledger.observations().len(),
        kills * FILE_ROWS * ROW_VALUES
    );
}

fn check_all(server: &Server, ledger: &Ledger, files: u64) {
    check_entities(server, ledger);
    check_observations(server, ledger);
    let loaded =
        tally(server, "SELECT number, count(*) FROM observation WHERE type = 'Loaded' GROUP BY number");
    let wanted: Vec<u64> = (0..files * FILE_ROWS * ROW_VALUES).collect();
    assert_eq!(loaded.len(), wanted.len(), "loaded values");
    assert!(
        loaded.iter().zip(&wanted).all(|((number, times), wanted)| number == wanted && *times == 1),
        "loaded values, each once"
    );
}
