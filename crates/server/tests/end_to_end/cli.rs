//! The command line, and who is let in.

use std::{os::unix::fs::PermissionsExt, process::Output};

use serde_json::json;

use crate::support::{City, command, root, senne, words};

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn help(arguments: &[&str]) -> String {
    let output = command().args(arguments).arg("--help").output().unwrap();
    assert!(output.status.success(), "{}", words(&output));
    stdout(&output)
}

#[test]
fn help_is_a_pleasure_to_read() {
    insta::assert_snapshot!("help", help(&[]));
    for name in [
        "serve",
        "load",
        "sql",
        "impact",
        "indicator",
        "check",
        "export",
        "doctor",
        "erase",
        "backup",
        "restore",
    ] {
        insta::assert_snapshot!(format!("help_{name}"), help(&[name]));
    }
}

const FEED: &str = "id: broken
title: { fr: a, nl: b, en: c }
licence: CC0-1.0
attribution: nobody
source: { files: [\"*.csv\"] }
format: { kind: csw }
entities:
  - id: \"urn:x:{{ a }}\"
    type: Probe
";

const CONTRACT: &str = "type: Broken
version: 1
title: { fr: a, nl: b, en: c }
class: public
attributes: {}
";

const INDICATOR: &str = "id: wrong
version: 1
title: { fr: a, nl: b, en: c }
definition: { fr: a, nl: b, en: c }
pillar: economy
unit: P1
direction: sideways
measure: mean
levels: [region]
frequencies: [year]
entered: { from: { fr: a, nl: b, en: c } }
data_quality: survey
owner: nobody
";

#[test]
fn check_says_where_a_file_is_wrong() {
    let city = City::new();
    let feed = city.file("feeds/broken.yaml", FEED);
    let contract = city.file("contracts/Broken.yaml", CONTRACT);
    let indicator = city.file("indicators/wrong.yaml", INDICATOR);
    for (path, place) in
        [(feed, "broken.yaml:6:"), (contract, "Broken.yaml:4:"), (indicator, "wrong.yaml:7:")]
    {
        let output = command().arg("check").arg(&path).output().unwrap();
        let text = words(&output);
        assert!(!output.status.success(), "{text}");
        let line =
            text.lines().find(|line| line.contains(place)).unwrap_or_else(|| panic!("no {place} in\n{text}"));
        let column = line.split(place).nth(1).unwrap().split(':').next().unwrap();
        assert!(column.parse::<u32>().is_ok(), "file:line:column is wanted: {line}");
    }
}

#[test]
fn what_senne_brings_is_well() {
    let output = command().arg("check").output().unwrap();
    assert!(output.status.success(), "{}", words(&output));
    // The same from its folders, with what lies in them.
    let folders = ["contracts", "feeds", "indicators"].map(|name| root().join(name));
    let named = command().arg("check").args(folders).output().unwrap();
    assert_eq!(words(&named), words(&output));
}

/// A city with two entities in it.
fn small_city() -> City {
    let city = City::new();
    let server = city.serve();
    let mut client = server.client();
    for (name, level) in [("a", 1.5), ("b", 2.0)] {
        let at = "2024-01-01T00:00:00Z";
        let level = json!({ "type": "Property", "value": level, "observedAt": at });
        let entity = json!({ "id": format!("urn:ngsi-ld:Probe:{name}"), "type": "Probe", "level": level });
        assert_eq!(client.json("POST", "/ngsi-ld/v1/entities", &entity).status, 201);
    }
    assert!(server.stop());
    city
}

#[test]
fn sql_answers_in_three_forms() {
    let city = small_city();
    let question = "SELECT entity, number FROM observation WHERE attribute = 'level' ORDER BY entity";
    let ask = |format: &str| stdout(&senne(&["sql", "--format", format], &city.data(), &[question]));
    assert_eq!(ask("csv"), "entity,number\nurn:ngsi-ld:Probe:a,1.5\nurn:ngsi-ld:Probe:b,2.0\n");
    let rows: serde_json::Value = serde_json::from_str(&ask("json")).unwrap();
    assert_eq!(rows[1], json!({ "entity": "urn:ngsi-ld:Probe:b", "number": 2.0 }));
    assert!(ask("table").ends_with("2 rows\n"), "{}", ask("table"));
    // The same while a server has the folder open, and with one column that people read.
    let server = city.serve();
    assert_eq!(ask("csv"), "entity,number\nurn:ngsi-ld:Probe:a,1.5\nurn:ngsi-ld:Probe:b,2.0\n");
    drop(server);
    let wrong = senne(&["sql"], &city.data(), &["SELECT * FROM nowhere"]);
    assert!(!wrong.status.success());
    assert!(words(&wrong).contains("nowhere"), "{}", words(&wrong));
}

#[test]
fn export_and_doctor() {
    let city = small_city();
    let entities = senne(&["export"], &city.data(), &[]);
    assert!(entities.status.success(), "{}", words(&entities));
    let entities: Vec<serde_json::Value> = serde_json::from_slice(&entities.stdout).unwrap();
    assert_eq!(entities.len(), 2);
    let to = city.files().join("observations.csv");
    let output =
        senne(&["export", "--format", "csv", "--out", to.to_str().unwrap()], &city.data(), &["observations"]);
    assert!(output.status.success(), "{}", words(&output));
    assert_eq!(std::fs::read_to_string(&to).unwrap().lines().count(), 3);
    let doctor = senne(&["doctor"], &city.data(), &[]);
    assert!(doctor.status.success(), "{}", words(&doctor));
    assert!(words(&doctor).contains("no damage found"));
    let server = city.serve();
    let busy = senne(&["doctor"], &city.data(), &[]);
    assert!(busy.status.success() && words(&busy).contains("left out"), "{}", words(&busy));
    let busy = senne(&["doctor", "--repair", "--yes"], &city.data(), &[]);
    assert_eq!(busy.status.code(), Some(2), "{}", words(&busy));
    assert!(words(&busy).contains("in use"), "{}", words(&busy));
    drop(server);
    assert_eq!(senne(&["doctor"], &city.files().join("nowhere"), &[]).status.code(), Some(2));
}

#[test]
fn only_the_key_opens() {
    let city = City::new();
    let server = city.serve_closed();
    let key_file = city.data().join("admin-key");
    assert_eq!(std::fs::metadata(&key_file).unwrap().permissions().mode() & 0o777, 0o600);
    let key = std::fs::read_to_string(&key_file).unwrap();
    let mut administrator = server.client().with("Authorization", &format!("Bearer {}", key.trim()));
    let open = json!({ "id": "urn:ngsi-ld:AirQualityObserved:1", "type": "AirQualityObserved", "no2": 12 });
    let closed = json!({ "id": "urn:ngsi-ld:Secret:1", "type": "Secret", "a": 1 });
    let path = "/ngsi-ld/v1/entities";
    assert_eq!(administrator.json("POST", path, &open).status, 201);
    assert_eq!(administrator.json("POST", path, &closed).status, 201);

    let mut anonymous = server.client();
    let denied = anonymous.json("POST", path, &closed);
    assert_eq!(
        (denied.status, denied.header("WWW-Authenticate")),
        (401, Some("Bearer")),
        "{}",
        denied.text()
    );
    let seen = anonymous.send("POST", "/sql", &[], b"SELECT id FROM entity");
    assert_eq!(seen.json()["rows"], json!([["urn:ngsi-ld:AirQualityObserved:1"]]), "{}", seen.text());
    assert_eq!(anonymous.send("POST", "/intake/batch", &[], b"").status, 401);
    assert_eq!(anonymous.get("/intake/position?source=x").status, 401);
    assert_eq!(anonymous.send("DELETE", &format!("{path}/urn:ngsi-ld:Secret:1"), &[], b"").status, 401);
    assert_eq!(
        anonymous.get(&format!("{path}/urn:ngsi-ld:AirQualityObserved:1")).status,
        200,
        "open data are open"
    );
    assert_eq!(
        anonymous.get(&format!("{path}/urn:ngsi-ld:Secret:1")).status,
        404,
        "the rest is not even there"
    );

    for header in ["Bearer wrong", "Bearer ", "Basic YTpi", &format!("Bearer {}x", key.trim())] {
        let mut stranger = server.client().with("Authorization", header);
        assert_eq!(stranger.json("POST", path, &closed).status, 401, "{header}");
        assert_eq!(stranger.get("/healthz").status, 401, "a wrong key is refused everywhere: {header}");
    }
}

#[test]
fn open_means_this_machine_and_this_site() {
    let city = City::new();
    let server = city.serve();
    let path = "/ngsi-ld/v1/entities";
    let entity = json!({ "id": "urn:ngsi-ld:Probe:1", "type": "Probe", "a": 1 });
    for (name, value) in [
        ("X-Forwarded-For", "10.0.0.1"),
        ("Forwarded", "for=10.0.0.1"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Origin", "http://evil.example"),
    ] {
        assert_eq!(server.client().with(name, value).json("POST", path, &entity).status, 401, "{name}");
    }
    assert_eq!(server.client().json("POST", path, &entity).status, 201);
}
