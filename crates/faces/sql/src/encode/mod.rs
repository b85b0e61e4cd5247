//! Rows as bytes, batch by batch: what is written is handed on, and only what a format must keep is kept.

mod arrow;
mod cells;
mod csv_text;
mod json;
mod ndjson;
mod parquet_file;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};
use senne_model::Problem;

use crate::http::Format;

/// Writes one answer.
pub(crate) trait Encoder: Send {
    /// Writes rows; before the first ones, what stands at the beginning.
    fn rows(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), Problem>;

    /// Writes what stands at the end.
    fn end(&mut self, truncated: bool, out: &mut Vec<u8>) -> Result<(), Problem>;

    /// Writes a problem after rows that went out already; `false` when the format has no place for it.
    fn fail(&mut self, _problem: &Problem, _out: &mut Vec<u8>) -> bool {
        false
    }
}

/// The encoder of a format.
pub(crate) fn encoder(format: Format, schema: &SchemaRef) -> Result<Box<dyn Encoder>, Problem> {
    Ok(match format {
        Format::Json => Box::new(json::Json::new(schema)),
        Format::Ndjson => Box::new(ndjson::Ndjson::new(schema)),
        Format::Csv => Box::new(csv_text::Csv::new(schema)),
        Format::Arrow => Box::new(arrow::Arrow::new(schema)?),
        Format::Parquet => Box::new(parquet_file::Parquet::new(schema)?),
    })
}

/// What the format has no word for, in words that say what to do.
fn unwritable(format: &str) -> impl FnOnce(ArrowError) -> Problem {
    let detail =
        format!("the answer has a column that cannot be written as {format}; cast it in the question");
    move |error| Problem::bad(format!("{detail} ({error})")).field("sql")
}

#[cfg(test)]
mod tests;
