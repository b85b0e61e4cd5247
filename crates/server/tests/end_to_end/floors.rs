//! The floors of the house: an arrow may only point down (see ARCHITECTURE.md).

use std::{collections::BTreeMap, process::Command};

use serde_json::Value;

use crate::support::root;

/// What a folder may stand on: everything on a lower floor.
const FLOORS: [(&str, u8); 20] = [
    ("crates/model", 0),
    ("crates/impact", 0),
    ("crates/composite", 0),
    ("crates/chart", 0),
    ("crates/print", 0),
    ("crates/language", 1),
    ("crates/context", 1),
    ("crates/contract", 1),
    ("crates/http", 1),
    ("crates/indicator", 2),
    ("crates/programme", 2),
    ("crates/store", 2),
    ("crates/policy", 3),
    ("crates/history", 3),
    ("crates/hub", 4),
    ("crates/faces/", 5),
    ("crates/city/", 5),
    ("crates/intake", 5),
    ("crates/backup", 5),
    ("crates/server", 6),
];

/// Stands outside: it measures the binary and is used by nobody.
const OUTSIDE: &str = "crates/bench";

/// Libraries that have one home, so that everything else builds in seconds and no rule hides in a face.
const HOMES: [(&[&str], &[&str], &str); 6] = [
    (
        &["datafusion", "deltalake"],
        &["crates/history"],
        "ask the hub: `Hub::past`, `Hub::aggregate` and `Hub::ask` know nothing of how the past is kept",
    ),
    (
        &["arrow", "parquet"],
        &["crates/history", "crates/faces/sql"],
        "ask the hub: `Hub::past`, `Hub::aggregate` and `Hub::sql` speak plain data",
    ),
    (
        &["axum", "tower-http", "hyper"],
        &["crates/server", "crates/faces/", "crates/http", OUTSIDE],
        "only the server and the faces know HTTP; give this crate a plain function and let a face call it",
    ),
    (
        &["senne-chart"],
        &["crates/faces/"],
        "only a face draws; hand the values to the face and let it draw them",
    ),
    (&["typst"], &["crates/print"], "hand a `senne_print::Document` to `senne_print::pdf`"),
    (&["rusqlite"], &["crates/store", OUTSIDE], "ask the store's port (`senne_store::Store`)"),
];

/// Tested by values alone (ARCHITECTURE.md): they read nothing and wait for nothing.
const PURE: [&str; 10] = [
    "crates/model",
    "crates/language",
    "crates/context",
    "crates/contract",
    "crates/impact",
    "crates/composite",
    "crates/chart",
    "crates/print",
    "crates/indicator",
    "crates/programme",
];

/// What reads, writes, waits or speaks over a wire.
const IMPURE: [&str; 12] = [
    "tokio",
    "tokio-util",
    "futures",
    "async-trait",
    "reqwest",
    "hyper",
    "http",
    "tower",
    "rusqlite",
    "object_store",
    "tempfile",
    "rustix",
];

struct Crate {
    name: String,
    folder: String,
    needs: Vec<String>,
}

fn crates() -> Vec<Crate> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let base = format!("{}/", text(&metadata["workspace_root"]));
    let of = |package: &Value| Crate {
        name: text(&package["name"]),
        folder: text(&package["manifest_path"]).replace(&base, "").replace("/Cargo.toml", ""),
        needs: package["dependencies"].as_array().unwrap().iter().map(|need| text(&need["name"])).collect(),
    };
    metadata["packages"].as_array().unwrap().iter().map(of).collect()
}

fn floor(folder: &str) -> Option<u8> {
    let fits = |place: &str| if place.ends_with('/') { folder.starts_with(place) } else { folder == place };
    FLOORS.iter().find(|(place, _)| fits(place)).map(|(_, floor)| *floor)
}

/// What is wrong with the arrows between these crates; each line says what to do.
fn faults(crates: &[Crate]) -> Vec<String> {
    let folders: BTreeMap<&str, &str> = crates.iter().map(|c| (c.name.as_str(), c.folder.as_str())).collect();
    let mut faults = Vec::new();
    for Crate { name, folder, needs } in crates {
        if folder == OUTSIDE {
            continue;
        }
        let Some(own) = floor(folder) else {
            faults.push(format!(
                "`{folder}` stands on no floor: decide where it belongs, write it into ARCHITECTURE.md and into \
                 `FLOORS` of this test"
            ));
            continue;
        };
        for need in needs {
            let Some(other) = folders.get(need.as_str()) else { continue };
            match floor(other) {
                Some(floor) if floor < own => {}
                Some(floor) if floor == own => faults.push(format!(
                    "`{name}` imports `{need}`, which is its neighbour on the same floor. Neighbours do not know each \
                     other: ask the hub, and if the hub lacks a word for it, add the word there"
                )),
                _ => faults.push(format!(
                    "`{name}` imports `{need}`, which stands above it. An arrow may only point down: move what both \
                     need to a lower floor, or let the upper one hand it in (a trait, as `Follower` and `Judge` do)"
                )),
            }
        }
    }
    faults
}

/// Libraries that were imported outside their home.
fn strays(crates: &[Crate]) -> Vec<String> {
    let mut strays = Vec::new();
    for Crate { name, folder, needs } in crates {
        for (libraries, homes, instead) in HOMES {
            let at_home =
                homes.iter().any(|home| folder == home || (home.ends_with('/') && folder.starts_with(home)));
            let family =
                |need: &&String| libraries.iter().any(|l| *need == l || need.starts_with(&format!("{l}-")));
            for need in needs.iter().filter(family).filter(|_| !at_home) {
                strays.push(format!(
                    "`{name}` imports `{need}`, whose home is {}; {instead}",
                    homes.join(", ")
                ));
            }
        }
    }
    strays
}

#[test]
fn arrows_point_down() {
    let faults = faults(&crates());
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn heavy_libraries_stay_at_home() {
    let strays = strays(&crates());
    assert!(strays.is_empty(), "\n{}\n", strays.join("\n"));
}

/// Pure crates that import what does I/O, for their tests too.
fn impure(crates: &[Crate]) -> Vec<String> {
    let pure = crates.iter().filter(|one| PURE.contains(&one.folder.as_str()));
    let found = pure.flat_map(|one| {
        let needs = one.needs.iter().filter(|need| IMPURE.contains(&need.as_str()));
        needs.map(|need| {
            format!(
                "`{}` imports `{need}`; it is tested by values alone: let its caller read and wait",
                one.name
            )
        })
    });
    found.collect()
}

#[test]
fn pure_crates_read_nothing_and_wait_for_nothing() {
    let crates = crates();
    for folder in PURE {
        assert!(crates.iter().any(|one| one.folder == folder), "{folder} is no crate");
    }
    let found = impure(&crates);
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn wrong_arrows_are_seen() {
    let make = |name: &str, folder: &str, needs: &[&str]| Crate {
        name: name.to_owned(),
        folder: folder.to_owned(),
        needs: needs.iter().map(|n| (*n).to_owned()).collect(),
    };
    let house = [
        make("senne-model", "crates/model", &["senne-hub"]),
        make("senne-hub", "crates/hub", &["senne-model", "datafusion-common"]),
        make("senne-face-a", "crates/faces/a", &["senne-hub", "senne-face-b"]),
        make("senne-face-b", "crates/faces/b", &["senne-hub", "axum"]),
        make("senne-new", "crates/new", &[]),
        make("senne-chart", "crates/chart", &["tokio"]),
    ];
    let found = faults(&house).join("\n");
    assert!(found.contains("`senne-model` imports `senne-hub`, which stands above"), "{found}");
    assert!(found.contains("`senne-face-a` imports `senne-face-b`, which is its neighbour"), "{found}");
    assert!(found.contains("`crates/new` stands on no floor"), "{found}");
    assert_eq!(faults(&house).len(), 3);
    assert_eq!(strays(&house).len(), 1);
    assert_eq!(impure(&house).len(), 1);
}
