//! Tables for people, CSV and JSON.

use senne_hub::Table;
use senne_model::Json;

use crate::cli::Format;

/// Cells are cut at this many characters in a table for people.
const CELL_MAX: usize = 60;

/// The answer in the form asked for.
pub(crate) fn render(table: &Table, format: Format) -> String {
    match format {
        Format::Table => for_people(table),
        Format::Csv => csv(table),
        Format::Json => json(table),
    }
}

fn cell(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::Text(text) => text.to_string(),
        other => other.to_string(),
    }
}

fn for_people(table: &Table) -> String {
    let short = |text: String| {
        if text.chars().count() > CELL_MAX {
            text.chars().take(CELL_MAX - 1).chain(['…']).collect()
        } else {
            text
        }
    };
    let header: Vec<String> = table.columns.iter().map(|c| c.name.clone()).collect();
    let rows: Vec<Vec<String>> =
        table.rows.iter().map(|row| row.iter().map(|v| short(cell(v))).collect()).collect();
    let width =
        |i: usize| rows.iter().chain([&header]).filter_map(|row| row.get(i)).map(|t| t.chars().count()).max();
    let widths: Vec<usize> = (0..header.len()).map(|i| width(i).unwrap_or(0)).collect();
    let numeric: Vec<bool> = (0..header.len())
        .map(|i| {
            table
                .rows
                .iter()
                .all(|row| matches!(row.get(i), Some(Json::Null | Json::Int(_) | Json::Float(_))))
        })
        .collect();
    let line = |cells: &[String]| {
        let parts = cells.iter().enumerate().map(|(i, text)| {
            let pad = " ".repeat(widths[i].saturating_sub(text.chars().count()));
            if numeric[i] { format!("{pad}{text}") } else { format!("{text}{pad}") }
        });
        format!("{}\n", parts.collect::<Vec<_>>().join("  ").trim_end())
    };
    let mut out = line(&header);
    out.push_str(&line(&widths.iter().map(|w| "─".repeat(*w)).collect::<Vec<_>>()));
    rows.iter().for_each(|row| out.push_str(&line(row)));
    let more = if table.truncated { ", and there are more (see --rows)" } else { "" };
    out.push_str(&format!("{} row{}{more}\n", rows.len(), if rows.len() == 1 { "" } else { "s" }));
    out
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

fn json(table: &Table) -> String {
    let object = |row: &Vec<Json>| {
        let members = table.columns.iter().zip(row).map(|(c, v)| (c.name.as_str().into(), v.clone()));
        Json::Object(members.collect())
    };
    let lines: Vec<String> = table.rows.iter().map(|row| object(row).to_string()).collect();
    if lines.is_empty() { "[]\n".to_owned() } else { format!("[\n{}\n]\n", lines.join(",\n")) }
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
}
