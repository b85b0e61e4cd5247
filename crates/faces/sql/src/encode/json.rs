//! `application/json`: one object with the columns, the rows, and whether there were more.

use arrow_array::RecordBatch;
use arrow_json::writer::EncoderOptions;
use arrow_schema::{DataType, FieldRef, SchemaRef};
use senne_model::Problem;

use super::{Encoder, cells, unwritable};

/// `{"columns": [names], "kinds": [kinds], "rows": [[cells]], "truncated": false}`
pub(super) struct Json {
    fields: Vec<FieldRef>,
    options: EncoderOptions,
    rows: usize,
    begun: bool,
}

impl Json {
    pub(super) fn new(schema: &SchemaRef) -> Self {
        Self { fields: schema.fields().to_vec(), options: cells::options(), rows: 0, begun: false }
    }

    fn begin(&mut self, out: &mut Vec<u8>) {
        if std::mem::replace(&mut self.begun, true) {
            return;
        }
        let names: Vec<&str> = self.fields.iter().map(|field| field.name().as_str()).collect();
        let kinds: Vec<&str> = self.fields.iter().map(|field| kind(field.data_type())).collect();
        let head = format!(
            r#"{{"columns":{},"kinds":{},"rows":["#,
            serde_json::Value::from(names),
            serde_json::Value::from(kinds)
        );
        out.extend_from_slice(head.as_bytes());
    }
}

impl Encoder for Json {
    fn rows(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), Problem> {
        self.begin(out);
        let mut columns = cells::columns(&self.fields, batch, &self.options).map_err(unwritable("JSON"))?;
        for row in 0..batch.num_rows() {
            out.extend_from_slice(if self.rows == 0 { b"\n[" } else { b",\n[" });
            self.rows += 1;
            for (place, column) in columns.iter_mut().enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                column.write(row, out);
            }
            out.push(b']');
        }
        Ok(())
    }

    fn end(&mut self, truncated: bool, out: &mut Vec<u8>) -> Result<(), Problem> {
        self.begin(out);
        out.extend_from_slice(format!("],\"truncated\":{truncated}}}\n").as_bytes());
        Ok(())
    }
}

/// What the cells of a column are.
fn kind(data: &DataType) -> &'static str {
    match data {
        DataType::Boolean => "boolean",
        data if data.is_integer() => "integer",
        data if data.is_numeric() => "number",
        DataType::Utf8 | DataType::LargeUtf8 => "text",
        DataType::Timestamp(_, _) => "time",
        _ => "other",
    }
}
