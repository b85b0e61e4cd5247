//! `docs/ngsi-ld-clauses.md` says which tests hold each clause of the standard. It is made from the tests: every test of the
//! NGSI-LD face that stands for clauses names them in its doc comment. `SENNE_WRITE=1` writes the page anew.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::support::root;

const PAGE: &str = "docs/ngsi-ld-clauses.md";
const TESTS: &str = "crates/faces/ngsi_ld/src/tests";

/// The clauses of ETSI GS CIM 009 V1.9.1 that ask something of a broker, in order, with the request that carries them out.
const CLAUSES: &str = include_str!("clauses.txt");

/// What is known of one clause.
struct Clause {
    number: &'static str,
    title: &'static str,
    request: &'static str,
}

fn clauses() -> Vec<Clause> {
    let one = |line: &'static str| {
        let mut parts = line.splitn(3, '|').map(str::trim);
        let (number, title) = (parts.next().unwrap(), parts.next().unwrap());
        Clause { number, title, request: parts.next().unwrap_or_default() }
    };
    CLAUSES.lines().filter(|line| !line.is_empty()).map(one).collect()
}

/// The tests of a file with the clauses that they name.
fn of_file(text: &str) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    let mut named: Vec<String> = Vec::new();
    for line in text.lines() {
        if let Some(list) = line.strip_prefix("/// Clauses: ") {
            named = list.trim_end_matches('.').split(", ").map(str::to_owned).collect();
        } else if let Some(rest) = line.strip_prefix("async fn ").or_else(|| line.strip_prefix("fn ")) {
            let name = rest.split('(').next().unwrap_or_default().to_owned();
            if !named.is_empty() {
                found.push((name, std::mem::take(&mut named)));
            }
        }
    }
    found
}

/// By clause, the tests that name it, as `file: test`.
fn tests_by_clause() -> BTreeMap<String, Vec<String>> {
    let mut by_clause: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut paths: Vec<_> =
        std::fs::read_dir(root().join(TESTS)).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.is_file()) {
        let file = path.file_stem().unwrap().to_string_lossy().into_owned();
        for (test, clauses) in of_file(&std::fs::read_to_string(path).unwrap()) {
            for clause in clauses {
                by_clause.entry(clause).or_default().push(format!("{file}: {}", test.replace('_', " ")));
            }
        }
    }
    by_clause
}

fn page(clauses: &[Clause], tests: &BTreeMap<String, Vec<String>>) -> String {
    let mut page = String::from(
        "# NGSI-LD, clause by clause\n\n\
         Made from the tests: each clause of ETSI GS CIM 009 V1.9.1 that asks something of a broker, and the tests of \
         `crates/faces/ngsi_ld` that hold Senne to it. Deviations stand in [ngsi-ld.md](ngsi-ld.md). Written anew by \
         `SENNE_WRITE=1 cargo test --workspace --test end_to_end clauses`.\n",
    );
    let mut part = "";
    for clause in clauses {
        let chapter = clause.number.split('.').next().unwrap_or_default();
        if chapter != part {
            part = chapter;
            let name = match chapter {
                "4" => "Information model and languages",
                "5" => "Operations and data types",
                "6" => "HTTP binding",
                _ => "MQTT notifications",
            };
            let _ = write!(page, "\n## {name}\n\n| clause | what | tests |\n|---|---|---|\n");
        }
        let request =
            if clause.request.is_empty() { String::new() } else { format!("<br>`{}`", clause.request) };
        let held = tests.get(clause.number).map(|list| list.join("<br>")).unwrap_or_default();
        let _ = writeln!(page, "| {} | {}{request} | {held} |", clause.number, clause.title);
    }
    page
}

#[test]
fn every_clause_is_held_by_a_test_and_the_page_says_by_which() {
    let (clauses, tests) = (clauses(), tests_by_clause());
    let unknown: Vec<&String> =
        tests.keys().filter(|number| !clauses.iter().any(|clause| clause.number == **number)).collect();
    assert!(unknown.is_empty(), "tests name clauses that clauses.txt does not have: {unknown:?}");
    let bare: Vec<&str> =
        clauses.iter().map(|clause| clause.number).filter(|number| !tests.contains_key(*number)).collect();
    assert!(bare.is_empty(), "no test names these clauses: {bare:?}");
    let (path, made) = (root().join(PAGE), page(&clauses, &tests));
    if std::env::var_os("SENNE_WRITE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == made, "{PAGE} is not what the tests say; write it anew with SENNE_WRITE=1");
}
