//! Answers as text: tables for people, CSV, JSON and lines of JSON.

mod people;

use std::io::Write as _;

use senne_hub::Table;
use senne_model::Json;

use crate::cli::Format;

pub(crate) use people::{Look, cut, grid, printable, records};

/// The answer in the form asked for.
pub(crate) fn render(table: &Table, format: Format) -> String {
    match format {
        Format::Table => format!("{}{}\n", grid(table, Look::default()), count(table, "--rows")),
        Format::Csv => csv(table),
        Format::Json => json(table),
        Format::Ndjson => json_lines(table),
    }
}

/// How many rows there are; `more` is where the person says that there may be more.
pub(crate) fn count(table: &Table, more: &str) -> String {
    let rows = table.rows.len();
    let more = if table.truncated { format!(", and there are more (see {more})") } else { String::new() };
    format!("{rows} row{}{more}", if rows == 1 { "" } else { "s" })
}

/// Writes to the standard output; who reads it may have left, which is an error and no defect.
pub(crate) fn print(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn cell(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::Text(text) => text.to_string(),
        other => other.to_string(),
    }
}

fn csv(table: &Table) -> String {
    let quote = |text: String| {
        if text.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text
        }
    };
    let line =
        |cells: Vec<String>| format!("{}\n", cells.into_iter().map(quote).collect::<Vec<_>>().join(","));
    let mut out = line(table.columns.iter().map(|c| c.name.clone()).collect());
    table.rows.iter().for_each(|row| out.push_str(&line(row.iter().map(cell).collect())));
    out
}

fn objects(table: &Table) -> impl Iterator<Item = String> {
    table.rows.iter().map(|row| {
        let members = table.columns.iter().zip(row).map(|(c, v)| (c.name.as_str().into(), v.clone()));
        Json::Object(members.collect()).to_string()
    })
}

fn json(table: &Table) -> String {
    let lines: Vec<String> = objects(table).collect();
    if lines.is_empty() { "[]\n".to_owned() } else { format!("[\n{}\n]\n", lines.join(",\n")) }
}

fn json_lines(table: &Table) -> String {
    objects(table).map(|line| line + "\n").collect()
}

#[cfg(test)]
mod tests {
    use senne_hub::{Column, ColumnKind};

    use super::*;

    fn table() -> Table {
        let column = |name: &str, kind| Column { name: name.to_owned(), kind };
        Table {
            columns: vec![column("station", ColumnKind::Text), column("mean", ColumnKind::Number)],
            rows: vec![
                vec![Json::text("Flagey, \"Ixelles\""), Json::Float(29.5)],
                vec![Json::text("S8"), Json::Null],
            ],
            truncated: false,
        }
    }

    #[test]
    fn a_table_for_people_aligns_numbers() {
        assert_eq!(
            render(&table(), Format::Table),
            "station            mean\n─────────────────  ────\nFlagey, \"Ixelles\"  29.5\nS8\n2 rows\n"
        );
    }

    #[test]
    fn csv_quotes_what_needs_it() {
        assert_eq!(render(&table(), Format::Csv), "station,mean\n\"Flagey, \"\"Ixelles\"\"\",29.5\nS8,\n");
    }

    #[test]
    fn json_is_json() {
        let text = render(&table(), Format::Json);
        let parsed: Json = serde_json::from_str(&text).unwrap();
        assert_eq!(parsed.as_array().unwrap()[0].get("mean"), Some(&Json::Float(29.5)));
    }

    #[test]
    fn lines_of_json_are_json_each() {
        let text = render(&table(), Format::Ndjson);
        let lines: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[1].get("mean"), Some(&Json::Null));
    }
}
