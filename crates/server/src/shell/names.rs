//! The names that can stand in a statement, asked of the city itself: a view that is added shows here by itself.

use std::collections::HashMap;

use senne_hub::Table;
use senne_model::Json;

/// Views with their columns, from `information_schema`.
pub(crate) const COLUMNS_QUESTION: &str = "SELECT table_name, column_name, data_type FROM information_schema.columns \
     WHERE table_schema = 'public' ORDER BY table_name, ordinal_position";

/// Functions, from the same place.
pub(crate) const FUNCTIONS_QUESTION: &str =
    "SELECT DISTINCT routine_name FROM information_schema.routines ORDER BY routine_name";

/// What views and columns mean; the line without a column is about the view.
pub(crate) const MEANINGS_QUESTION: &str = "SELECT view, column, unit, description FROM data_dictionary";

/// A view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct View {
    /// Its name.
    pub(crate) name: String,
    /// Its columns: the name, and what it holds.
    pub(crate) columns: Vec<(String, String)>,
}

/// All names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names {
    /// The views, by name.
    pub(crate) views: Vec<View>,
    /// The functions, by name.
    pub(crate) functions: Vec<String>,
    meanings: HashMap<(String, String), String>,
}

impl Names {
    /// Reads the answers to the three questions.
    pub(crate) fn read(columns: &Table, functions: &Table, meanings: &Table) -> Self {
        let mut views: Vec<View> = Vec::new();
        for row in &columns.rows {
            let [view, column, kind] = [0, 1, 2].map(|i| text(row, i));
            if views.last().is_none_or(|last| last.name != view) {
                views.push(View { name: view.to_owned(), columns: Vec::new() });
            }
            if let Some(last) = views.last_mut() {
                last.columns.push((column.to_owned(), plain_type(kind).to_owned()));
            }
        }
        let functions = functions.rows.iter().map(|row| text(row, 0).to_owned()).collect();
        let meanings = meanings.rows.iter().map(|row| {
            let [view, column, unit, meaning] = [0, 1, 2, 3].map(|i| text(row, i));
            let unit = if unit.is_empty() { String::new() } else { format!(" ({unit})") };
            ((view.to_owned(), column.to_owned()), format!("{meaning}{unit}"))
        });
        Self { views, functions, meanings: meanings.collect() }
    }

    /// What a view, or one of its columns, is; empty when nobody said.
    pub(crate) fn meaning(&self, view: &str, column: Option<&str>) -> &str {
        let key = (view.to_owned(), column.unwrap_or_default().to_owned());
        self.meanings.get(&key).map_or("", String::as_str)
    }

    /// The view of this name.
    pub(crate) fn view(&self, name: &str) -> Option<&View> {
        self.views.iter().find(|view| view.name.eq_ignore_ascii_case(name))
    }
}

fn text(row: &[Json], column: usize) -> &str {
    row.get(column).and_then(Json::as_str).unwrap_or_default()
}

/// The engine's name of a type in a word for people; what it has no word for keeps its name.
fn plain_type(kind: &str) -> &str {
    let inner = kind.strip_prefix("Dictionary(").and_then(|rest| rest.split_once(", ")?.1.strip_suffix(')'));
    match inner.unwrap_or(kind) {
        "Utf8" | "LargeUtf8" | "Utf8View" => "text",
        "Boolean" => "true or false",
        "Float16" | "Float32" | "Float64" => "number",
        kind if kind.starts_with("Int") && !kind.starts_with("Interval") => "integer",
        kind if kind.starts_with("UInt") => "integer",
        kind if kind.starts_with("Decimal") => "number",
        kind if kind.starts_with("Timestamp") => "time",
        kind if kind.starts_with("Date") => "date",
        kind => kind,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Two views and three functions.
    pub(crate) fn sample() -> Names {
        let cells = |cells: &[&str]| cells.iter().map(|cell| Json::text(cell)).collect::<Vec<Json>>();
        let columns = [
            ["entity", "id", "Utf8"],
            ["entity", "type", "Utf8"],
            ["hourly", "entity", "Dictionary(Int32, Utf8)"],
            ["hourly", "start", "Timestamp(µs, \"UTC\")"],
            ["hourly", "count", "Int64"],
            ["hourly", "mean", "Float64"],
            ["hourly", "Odd Name", "Duration(s)"],
        ];
        let columns = Table { rows: columns.iter().map(|row| cells(row)).collect(), ..Table::default() };
        let functions = ["avg", "date_bin", "date_trunc"].map(|name| cells(&[name])).to_vec();
        let meanings = [
            ["hourly", "", "", "Each series by the hour."],
            ["hourly", "entity", "", "the entity that was observed"],
            ["hourly", "start", "", "when the hour begins (UTC)"],
            ["hourly", "mean", "GQ", "mean of the usable numbers"],
        ];
        let meanings = Table { rows: meanings.iter().map(|row| cells(row)).collect(), ..Table::default() };
        Names::read(&columns, &Table { rows: functions, ..Table::default() }, &meanings)
    }

    #[test]
    fn types_are_words() {
        let names = sample();
        let kinds: Vec<&str> =
            names.views.iter().flat_map(|view| &view.columns).map(|(_, kind)| kind.as_str()).collect();
        assert_eq!(kinds, ["text", "text", "text", "time", "integer", "number", "Duration(s)"]);
        assert_eq!(plain_type("Interval(MonthDayNano)"), "Interval(MonthDayNano)");
    }

    #[test]
    fn answers_of_another_shape_do_no_harm() {
        let odd = Table { rows: vec![vec![], vec![Json::Null, Json::Int(1)]], ..Table::default() };
        assert_eq!(Names::read(&odd, &odd, &odd).views.len(), 1);
    }
}
