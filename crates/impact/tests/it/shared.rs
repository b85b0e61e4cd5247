//! Reference data that lies beside the project; without it these tests say so and end.

use std::{collections::HashMap, path::PathBuf};

use serde_json::Value;

/// A table of text by column.
pub(crate) struct Table(HashMap<String, Vec<String>>);

/// A file of the reference data, or nothing when it is absent.
fn text(name: &str) -> Option<String> {
    let folder = std::env::var_os("SENNE_SHARED_DATA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    let path = folder.join("impact").join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        eprintln!("skipped: {} is not there", path.display());
    }
    text
}

/// What is expected, as JSON.
pub(crate) fn expected() -> Option<Value> {
    text("expected.json").map(|text| serde_json::from_str(&text).unwrap())
}

/// A file with a header line; fields have no separators inside.
pub(crate) fn table(name: &str) -> Option<Table> {
    let text = text(name)?;
    let first = text.lines().next().unwrap();
    let separator = if first.contains(';') { ';' } else { ',' };
    let fields = |line: &str| -> Vec<String> {
        line.split(separator).map(|field| field.trim().trim_matches('"').to_owned()).collect()
    };
    let names = fields(first);
    let mut columns: HashMap<String, Vec<String>> = HashMap::new();
    for line in text.lines().skip(1).filter(|line| !line.trim().is_empty()) {
        for (name, field) in names.iter().zip(fields(line)) {
            columns.entry(name.clone()).or_default().push(field);
        }
    }
    Some(Table(columns))
}

impl Table {
    pub(crate) fn texts(&self, name: &str) -> &[String] {
        let known: Vec<&String> = self.0.keys().collect();
        self.0.get(name).unwrap_or_else(|| panic!("no column {name} in {known:?}"))
    }

    pub(crate) fn numbers(&self, name: &str) -> Vec<f64> {
        self.texts(name).iter().map(|text| text.parse().unwrap_or(f64::NAN)).collect()
    }

    /// A number per row, equal for equal texts, in the order in which they first appear.
    pub(crate) fn groups(&self, name: &str) -> Vec<usize> {
        let mut known: HashMap<&str, usize> = HashMap::new();
        let mut numbers = Vec::new();
        for text in self.texts(name) {
            let next = known.len();
            numbers.push(*known.entry(text).or_insert(next));
        }
        numbers
    }
}

/// Both agree to so many units of the last place that matters.
#[track_caller]
pub(crate) fn close(what: &str, found: f64, wanted: f64, tolerance: f64) {
    assert!((found - wanted).abs() <= tolerance, "{what}: {found} is not {wanted} ± {tolerance}");
}
