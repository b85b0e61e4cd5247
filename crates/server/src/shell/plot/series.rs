//! The lines of a plot, read from an answer.

use senne_hub::Table;
use senne_model::{Json, Timestamp};

use crate::shell::command::{PlotOf, nearest};

/// More lines than these cannot be told apart.
pub(super) const LINES_MAX: usize = 6;

/// One line: its points from left to right. A point without a value breaks it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// The series; empty when there is only one.
    pub(super) name: String,
    /// The points.
    pub(super) points: Vec<(f64, Option<f64>)>,
}

/// What is drawn.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Drawing {
    /// The column from left to right.
    pub(super) x_name: String,
    /// The column upwards.
    pub(super) y_name: String,
    /// Whether `x` is microseconds UTC.
    pub(super) time: bool,
    /// The lines.
    pub(super) lines: Vec<Line>,
    /// How many more series there are.
    pub(super) left_out: usize,
    /// Whether one line has several points over one `x`: it was meant to be several lines.
    pub(super) folded: bool,
}

/// Reads the columns that are asked for; the error is a sentence for the person.
pub(super) fn read(table: &Table, of: &PlotOf) -> Result<Drawing, String> {
    let named = |name: &Option<String>| name.as_ref().map(|name| column(table, name)).transpose();
    let (x, y, by) = (named(&of.x)?, named(&of.y)?, named(&of.by)?);
    let all = || 0..table.columns.len();
    let x = x.or_else(|| all().find(|i| Some(*i) != y && is(table, *i, time)));
    let x = x.or_else(|| all().find(|i| Some(*i) != y && Some(*i) != by && is(table, *i, Json::as_f64)));
    let x = x.ok_or("the answer has no column of times or numbers to go from left to right")?;
    let y = y.or_else(|| all().find(|i| *i != x && Some(*i) != by && is(table, *i, Json::as_f64)));
    let y = y.ok_or("the answer has no column of numbers to go upwards")?;
    let name = |i: usize| table.columns[i].name.clone();
    let as_time = is(table, x, time);
    if !as_time && !is(table, x, Json::as_f64) {
        return Err(format!("`{}` is neither times nor numbers", name(x)));
    }
    if !is(table, y, Json::as_f64) {
        return Err(format!("`{}` is not numbers", name(y)));
    }
    let place = |row: &[Json]| row.get(x).and_then(|at| if as_time { time(at) } else { at.as_f64() });
    let mut lines: Vec<Line> = Vec::new();
    let mut position = std::collections::HashMap::new();
    for row in &table.rows {
        let series = by.map_or_else(String::new, |by| series_name(row.get(by)));
        let at = *position.entry(series.clone()).or_insert(lines.len());
        if at == lines.len() {
            lines.push(Line { name: series, points: Vec::new() });
        }
        lines[at].points.extend(place(row).map(|x| (x, row.get(y).and_then(Json::as_f64))));
    }
    let left_out = lines.len().saturating_sub(LINES_MAX);
    lines.truncate(LINES_MAX);
    lines.iter_mut().for_each(|line| line.points.sort_by(|a, b| a.0.total_cmp(&b.0)));
    let folded = lines.iter().any(|line| line.points.windows(2).any(|pair| pair[0].0 == pair[1].0));
    Ok(Drawing { x_name: name(x), y_name: name(y), time: as_time, lines, left_out, folded })
}

fn series_name(value: Option<&Json>) -> String {
    match value {
        None | Some(Json::Null) => "∅".to_owned(),
        Some(Json::Text(text)) => text.to_string(),
        Some(other) => other.to_string(),
    }
}

fn column(table: &Table, name: &str) -> Result<usize, String> {
    let names = || table.columns.iter().map(|column| column.name.as_str());
    let same = names().position(|column| column == name);
    same.or_else(|| names().position(|column| column.eq_ignore_ascii_case(name))).ok_or_else(|| {
        let near =
            nearest(name, names()).map_or_else(String::new, |near| format!("; the nearest is `{near}`"));
        format!("the answer has no column `{name}`{near}")
    })
}

/// Whether the column has a value and all its values can be read so.
fn is(table: &Table, column: usize, read: impl Fn(&Json) -> Option<f64>) -> bool {
    let values = table.rows.iter().filter_map(|row| row.get(column));
    let mut values = values.filter(|value| **value != Json::Null).peekable();
    values.peek().is_some() && values.all(|value| read(value).is_some())
}

/// A time or a date in microseconds UTC.
fn time(value: &Json) -> Option<f64> {
    let text = value.as_str()?;
    let at = Timestamp::parse(text).or_else(|_| Timestamp::parse(&format!("{text}T00:00:00Z"))).ok()?;
    Some(at.micros() as f64)
}
