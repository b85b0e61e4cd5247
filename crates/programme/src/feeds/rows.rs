//! The rows of each type.

mod framework;
mod results;
mod work;

pub(super) use framework::{calls, catalysts, interventions, memoranda, objectives, organisations, pillars};
pub(super) use results::{benefits, decisions, documents, effects, evaluations};
pub(super) use work::{milestones, money, projects, risks};

use serde::Serialize;

use super::{Cell, Table};
use crate::types::Words;

/// A table from its columns and rows; a column that ends with `.*` is one for each language.
fn table(name: &'static str, columns: &[&str], rows: Vec<Vec<Cell>>) -> Table {
    let mut names = Vec::with_capacity(columns.len() + 4);
    for column in columns {
        match column.strip_suffix(".*") {
            Some(stem) => names.extend(["fr", "nl", "en"].map(|tag| format!("{stem}.{tag}"))),
            None => names.push((*column).to_owned()),
        }
    }
    Table { name, columns: names, rows }
}

/// A text in three languages, as three cells.
fn words(words: Option<&Words>) -> [Cell; 3] {
    let Some(Words { fr, nl, en }) = words else { return [Cell::None, Cell::None, Cell::None] };
    [fr, nl, en].map(|text| Cell::maybe(text.as_ref()))
}

/// The word of a code, as it is written in entities.
fn code<T: Serialize>(value: T) -> Cell {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Cell::Text(word),
        _ => Cell::None,
    }
}

/// Cells of several groups in one row.
fn row<const N: usize>(groups: [Vec<Cell>; N]) -> Vec<Cell> {
    groups.into_iter().flatten().collect()
}
