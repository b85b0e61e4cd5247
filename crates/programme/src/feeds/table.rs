//! A table of open data, as CSV and as rows of JSON.

use jiff::civil::Date;
use serde_json::{Map, Value};

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Not known.
    None,
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// A whole number.
    Whole(i64),
    /// A day.
    Day(Date),
    /// Several texts; in CSV with a bar between them.
    Texts(Vec<String>),
}

impl From<Option<Self>> for Cell {
    fn from(cell: Option<Self>) -> Self {
        cell.unwrap_or(Self::None)
    }
}

impl Cell {
    pub(super) fn text(text: impl ToString) -> Self {
        Self::Text(text.to_string())
    }

    pub(super) fn maybe(text: Option<impl ToString>) -> Self {
        text.map(Self::text).into()
    }

    pub(super) fn day(day: Option<Date>) -> Self {
        day.map(Self::Day).into()
    }

    pub(super) fn number(number: Option<f64>) -> Self {
        number.map(Self::Number).into()
    }

    pub(super) fn texts<T: ToString>(texts: &[T]) -> Self {
        Self::Texts(texts.iter().map(ToString::to_string).collect())
    }

    fn csv(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Text(text) => guarded(text.clone()),
            Self::Number(number) => number.to_string(),
            Self::Whole(number) => number.to_string(),
            Self::Day(day) => day.to_string(),
            Self::Texts(texts) => guarded(texts.join("|")),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::None => Value::Null,
            Self::Text(text) => text.as_str().into(),
            Self::Number(number) => (*number).into(),
            Self::Whole(number) => (*number).into(),
            Self::Day(day) => day.to_string().into(),
            Self::Texts(texts) => texts.clone().into(),
        }
    }
}

/// A table of open data.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The type whose entities it lists.
    pub name: &'static str,
    /// Its columns, by the terms of the contract; texts in several languages have one for each, `name.fr`.
    pub columns: Vec<String>,
    /// Its rows, each with as many cells as there are columns.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// As CSV (RFC 4180) in UTF-8: a comma between, a line of names at the top, days as `2026-11-30`, a point in numbers. A text that a
    /// spreadsheet would take for a formula begins with an apostrophe, so that it does not run.
    pub fn csv(&self) -> String {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        // Writing to memory fails never; rows of another length would, and are whole by how they are made.
        let mut written = writer.write_record(&self.columns);
        for row in &self.rows {
            written = written.and_then(|()| writer.write_record(row.iter().map(Cell::csv)));
        }
        let bytes = written.ok().and_then(|()| writer.into_inner().ok()).unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// As rows of JSON: an object for each, `null` where nothing is known.
    pub fn json(&self) -> Vec<Map<String, Value>> {
        let row = |row: &Vec<Cell>| self.columns.iter().cloned().zip(row.iter().map(Cell::json)).collect();
        self.rows.iter().map(row).collect()
    }
}

/// A text that does not run in a spreadsheet.
fn guarded(mut text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        text.insert(0, '\'');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_quotes_what_must_be_quoted() {
        let table = Table {
            name: "Project",
            columns: vec!["id".into(), "name.fr".into(), "areas".into(), "value".into(), "on".into()],
            rows: vec![vec![
                Cell::text("a"),
                Cell::text("Rue \"calme\", fin\nici"),
                Cell::texts(&["x", "y"]),
                Cell::Number(0.5),
                Cell::None,
            ]],
        };
        assert_eq!(
            table.csv(),
            "id,name.fr,areas,value,on\r\na,\"Rue \"\"calme\"\", fin\nici\",x|y,0.5,\r\n"
        );
        assert_eq!(
            serde_json::to_string(&table.json()).unwrap(),
            r#"[{"id":"a","name.fr":"Rue \"calme\", fin\nici","areas":["x","y"],"value":0.5,"on":null}]"#
        );
    }

    #[test]
    fn formulas_do_not_run_and_numbers_stay() {
        let table = Table {
            name: "Project",
            columns: vec!["name.fr".into(), "areas".into(), "value".into()],
            rows: vec![vec![Cell::text("=1+1"), Cell::texts(&["-a", "-b"]), Cell::Number(-0.5)]],
        };
        assert_eq!(table.csv(), "name.fr,areas,value\r\n'=1+1,'-a|-b,-0.5\r\n");
    }
}
