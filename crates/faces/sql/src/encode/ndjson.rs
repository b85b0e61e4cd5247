//! `application/x-ndjson`: one object a line.

use arrow_array::RecordBatch;
use arrow_json::writer::EncoderOptions;
use arrow_schema::{FieldRef, SchemaRef};
use senne_model::Problem;

use super::{Encoder, cells, unwritable};

/// One line a row. A failure after the first rows is a last line `{"error": problem}`.
pub(super) struct Ndjson {
    fields: Vec<FieldRef>,
    /// The names as JSON, with the colon.
    names: Vec<Vec<u8>>,
    options: EncoderOptions,
}

impl Ndjson {
    pub(super) fn new(schema: &SchemaRef) -> Self {
        let name = |field: &FieldRef| format!("{}:", serde_json::Value::from(field.name().as_str()));
        let fields = schema.fields().to_vec();
        let names = fields.iter().map(|field| name(field).into_bytes()).collect();
        Self { fields, names, options: cells::options() }
    }
}

impl Encoder for Ndjson {
    fn rows(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), Problem> {
        let mut columns = cells::columns(&self.fields, batch, &self.options).map_err(unwritable("JSON"))?;
        for row in 0..batch.num_rows() {
            out.push(b'{');
            for (place, (column, name)) in columns.iter_mut().zip(&self.names).enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                out.extend_from_slice(name);
                column.write(row, out);
            }
            out.extend_from_slice(b"}\n");
        }
        Ok(())
    }

    fn end(&mut self, _truncated: bool, _out: &mut Vec<u8>) -> Result<(), Problem> {
        Ok(())
    }

    fn fail(&mut self, problem: &Problem, out: &mut Vec<u8>) -> bool {
        let line = serde_json::json!({ "error": senne_http::problem::document(problem) });
        out.extend_from_slice(format!("{line}\n").as_bytes());
        true
    }
}
