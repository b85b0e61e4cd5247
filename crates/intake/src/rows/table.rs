//! Small tables that rows are joined with, e.g. the coordinates of stations by their number.

use std::{collections::HashMap, io::Read};

use senne_model::Json;

use super::{Cell, Format, Missing, Row, RowError, Rows, cell_of};

/// The most rows of a table: it is held in memory.
const ROWS_MAX: usize = 1_000_000;

/// A table by the value of its key column.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: HashMap<Box<str>, Json>,
}

impl Table {
    /// From rows that stand in the feed.
    pub(crate) fn from_rows(rows: impl Iterator<Item = Json>, key: &str) -> Result<Self, String> {
        let mut table = Self::default();
        for row in rows {
            let value = match row.get(key) {
                Some(Json::Text(text)) => text.clone(),
                Some(value @ (Json::Int(_) | Json::BigInt(_) | Json::Float(_))) => {
                    value.to_string().into_boxed_str()
                }
                _ => return Err(format!("a row of the table has no `{key}`")),
            };
            table.rows.insert(value, row);
        }
        Ok(table)
    }

    /// From a delimited file.
    pub(crate) fn from_file(
        format: &Format,
        key: &str,
        reader: Box<dyn Read + Send>,
    ) -> Result<Self, String> {
        let slots = Vec::new();
        let explain = |e: RowError| match e {
            RowError::Row(e) | RowError::Source(e) => e,
        };
        let mut source = Rows::begin(format, &slots, reader).map_err(explain)?;
        let mut rows = Vec::new();
        while let Some(read) = source.advance() {
            read.map_err(explain).map_err(|e| format!("line {}: {e}", source.line()))?;
            if rows.len() == ROWS_MAX {
                return Err(format!("a table may have {ROWS_MAX} rows"));
            }
            rows.push(match source.row() {
                Row::Delimited { record, header, .. } => {
                    let cell = |(name, cell): (&String, &[u8])| {
                        (name.as_str().into(), Json::text(String::from_utf8_lossy(cell).trim()))
                    };
                    Json::Object(header.iter().zip(record.iter()).map(cell).collect())
                }
                Row::Json { value, .. } => value.clone(),
            });
        }
        Self::from_rows(rows.into_iter(), key)
    }

    /// The row of a key.
    pub(crate) fn row(&self, key: &str) -> Option<&Json> {
        self.rows.get(key)
    }

    /// The cell of a row.
    pub(crate) fn cell<'a>(&'a self, key: &str, column: &str, missing: &Missing) -> Cell<'a> {
        cell_of(self.row(key).and_then(|row| row.get(column)), missing)
    }
}
