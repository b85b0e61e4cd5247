//! Reference data that lies beside the project; without it these tests say so and end.

use std::{collections::HashMap, path::PathBuf};

use senne_composite::{CompositeError, Table, Value};

/// A table of text by column; `NA` and nothing are missing.
pub(crate) struct Sheet {
    pub(crate) names: Vec<String>,
    columns: HashMap<String, Vec<String>>,
}

/// A file of the reference data, or nothing when it is absent.
pub(crate) fn text(name: &str) -> Option<String> {
    let folder = std::env::var_os("SENNE_SHARED_DATA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    let path = folder.join("composite").join(name);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        eprintln!("skipped: {} is not there", path.display());
    }
    text
}

/// The fields of a line; a quoted field may hold separators.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for sign in line.chars() {
        match sign {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            _ => fields.last_mut().unwrap().push(sign),
        }
    }
    fields
}

/// A file with a header line.
pub(crate) fn sheet(name: &str) -> Option<Sheet> {
    let text = text(name)?;
    let names = fields(text.lines().next().unwrap());
    let mut columns: HashMap<String, Vec<String>> = HashMap::new();
    for line in text.lines().skip(1).filter(|line| !line.trim().is_empty()) {
        for (name, field) in names.iter().zip(fields(line)) {
            columns.entry(name.clone()).or_default().push(field);
        }
    }
    Some(Sheet { names, columns })
}

impl Sheet {
    pub(crate) fn texts(&self, name: &str) -> &[String] {
        self.columns.get(name).unwrap_or_else(|| panic!("no column {name} in {:?}", self.names))
    }

    pub(crate) fn values(&self, name: &str) -> Vec<Value> {
        let value = |text: &String| text.parse().ok().filter(|value: &f64| value.is_finite());
        self.texts(name).iter().map(value).collect()
    }

    /// Units by some codes.
    pub(crate) fn table(&self, unit: &str, codes: &[&str]) -> Table {
        let columns = codes.iter().map(|code| ((*code).to_owned(), self.values(code))).collect();
        Table::new(self.texts(unit).to_vec(), columns).unwrap()
    }

    /// Units by all codes.
    pub(crate) fn whole(&self, unit: &str) -> Table {
        let codes: Vec<&str> = self.names.iter().map(String::as_str).filter(|name| *name != unit).collect();
        self.table(unit, &codes)
    }
}

/// Both agree to this part of the greater one; below one, to this much.
#[track_caller]
pub(crate) fn close(what: &str, found: f64, wanted: f64, tolerance: f64) {
    let scale = wanted.abs().max(found.abs()).max(1.0);
    assert!((found - wanted).abs() <= tolerance * scale, "{what}: {found} is not {wanted} ± {tolerance}");
}

/// Both agree to this part of the greater one, however small; a zero may be missed by 1e-12.
#[track_caller]
pub(crate) fn near(what: &str, found: f64, wanted: f64, tolerance: f64) {
    let allowed = (tolerance * wanted.abs().max(found.abs())).max(1e-12);
    assert!((found - wanted).abs() <= allowed, "{what}: {found} is not {wanted} ± {tolerance}");
}

/// Every value of `wanted` is found, missing where it is missing there; answers how many values were compared.
#[track_caller]
pub(crate) fn same(found: &Table, wanted: &Table, tolerance: f64) -> usize {
    let mut compared = 0;
    for (code, column) in wanted.columns() {
        for (unit, value) in wanted.units().iter().zip(column) {
            let own = found.value(unit, code);
            match (own, value) {
                (Some(own), Some(value)) => near(&format!("{unit} {code}"), own, *value, tolerance),
                (own, value) => assert_eq!(own, *value, "{unit} {code}"),
            }
            compared += 1;
        }
    }
    compared
}

/// What an error says.
#[track_caller]
pub(crate) fn words<T: std::fmt::Debug>(outcome: Result<T, CompositeError>) -> String {
    outcome.unwrap_err().to_string()
}
