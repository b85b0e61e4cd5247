//! `senne export`: the same from a folder and from its server; what is exported in NGSI-LD is loaded again and is the same.

use serde_json::{Value, json};

use crate::support::{City, Client, senne, words};

const AT: [&str; 3] = ["2024-01-01T00:00:00Z", "2024-01-01T01:00:00Z", "2024-02-01T00:00:00Z"];

fn fill(client: &mut Client) {
    for (name, kind) in [("a", "Probe"), ("b", "Probe"), ("c:é,/?", "Other")] {
        for (count, at) in AT.iter().enumerate() {
            let level = json!({ "type": "Property", "value": count as f64 + 0.5, "observedAt": at, "unitCode": "GQ" });
            let link = json!({ "type": "Relationship", "object": "urn:ngsi-ld:Probe:a" });
            let place =
                json!({ "type": "GeoProperty", "value": { "type": "Point", "coordinates": [4.35, 50.85] } });
            let words = json!({ "type": "LanguageProperty", "languageMap": { "fr": "eau, \"pure\"\nfin", "nl": "water" } });
            let entity = json!([{
                "id": format!("urn:ngsi-ld:{kind}:{name}"), "type": kind, "level": level, "next": link, "location": place,
                "words": words, "https://example.org/own#x": { "type": "Property", "value": [1, null, { "a": true }] }
            }]);
            let answer = client.json("POST", "/ngsi-ld/v1/entityOperations/upsert?options=update", &entity);
            assert!(matches!(answer.status, 201 | 204), "{}", answer.text());
        }
    }
}

fn export(city: &City, arguments: &[&str]) -> Vec<u8> {
    let out = city.files().join("out");
    let mut all = vec!["export", "--out", out.to_str().unwrap()];
    all.extend_from_slice(arguments);
    let output = senne(&all, &city.data(), &[]);
    assert!(output.status.success(), "{arguments:?}: {}", words(&output));
    assert!(words(&output).contains(", whole"), "{}", words(&output));
    assert!(!city.files().join("out.unfinished").exists());
    std::fs::read(out).unwrap()
}

fn parsed(bytes: &[u8]) -> Vec<Value> {
    serde_json::from_slice(bytes).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(bytes)))
}

#[test]
fn ngsi_ld_comes_back() {
    let city = City::new();
    let server = city.serve();
    fill(&mut server.client());
    let there = export(&city, &["entities"]);
    let past_there = export(&city, &["observations"]);
    assert!(server.stop());
    let (here, past) = (export(&city, &["entities"]), export(&city, &["observations"]));
    assert_eq!(parsed(&here), parsed(&there), "from the folder as from its server");
    assert_eq!(parsed(&past), parsed(&past_there));
    assert_eq!((parsed(&here).len(), parsed(&past).len()), (3, 3));
    assert_eq!(parsed(&export(&city, &["entities", "--type", "Other"])).len(), 1);
    let january = export(&city, &["observations", "--from", AT[0], "--to", AT[2], "--type", "Probe"]);
    assert_eq!(parsed(&january).len(), 2);
    assert_eq!(parsed(&january)[0]["level"].as_array().unwrap().len(), 2);

    // The past first: the newest of it is the present, and what has no time comes with the entities.
    let again = City::new();
    let server = again.serve();
    let mut client = server.client();
    for entity in parsed(&past) {
        let answer = client.json("POST", "/ngsi-ld/v1/temporal/entities", &entity);
        assert!(matches!(answer.status, 201 | 204), "{}", answer.text());
    }
    let answer = client.json("POST", "/ngsi-ld/v1/entityOperations/upsert", &Value::from(parsed(&here)));
    assert!(matches!(answer.status, 201 | 204), "{}", answer.text());
    assert_eq!(parsed(&export(&again, &["entities"])), parsed(&here));
    let values = |entities: Vec<Value>| -> Vec<Value> {
        let level = |entity: &Value| {
            let points = entity["level"].as_array().unwrap().iter();
            let each = points.map(|p| json!([p["value"], p["observedAt"], p["unitCode"]]));
            json!([entity["id"], entity["type"], each.collect::<Vec<_>>()])
        };
        entities.iter().map(level).collect()
    };
    assert_eq!(values(parsed(&export(&again, &["observations"]))), values(parsed(&past)));
    assert!(server.stop());
}

#[test]
fn rows_in_three_forms() {
    let city = City::new();
    let server = city.serve();
    fill(&mut server.client());
    let forms = |city: &City| {
        let lines = |format: &str, more: &[&str]| {
            let mut arguments = vec!["observations", "--format", format];
            arguments.extend_from_slice(more);
            let text = String::from_utf8(export(city, &arguments)).unwrap();
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort_unstable();
            lines
        };
        let parquet = export(city, &["observations", "--format", "parquet"]);
        assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
        (
            lines("ndjson", &[]),
            lines("ndjson", &["--type", "Probe", "--from", AT[2]]),
            lines("csv", &["--type", "Other"]),
        )
    };
    let there = forms(&city);
    assert!(server.stop());
    assert_eq!(forms(&city), there);
    assert!(there.0.len() > 9 && there.0.iter().all(|line| line.starts_with('{')), "{:?}", there.0);
    assert_eq!(there.1.len(), 2, "{:?}", there.1);
    let missing = senne(&["export", "--out", "/nowhere/file"], &city.data(), &[]);
    assert!(!missing.status.success());
    let odd = senne(&["export", "--from", AT[0]], &city.data(), &["entities"]);
    assert!(words(&odd).contains("go with observations"), "{}", words(&odd));
}
