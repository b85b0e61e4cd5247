//! `text/csv` with a header line (RFC 4180).

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, StringArray};
use arrow_csv::{WriterBuilder, writer::Terminator};
use arrow_json::writer::EncoderOptions;
use arrow_schema::{ArrowError, DataType, Field, FieldRef, Schema, SchemaRef};
use senne_model::Problem;

use super::{Encoder, cells, unwritable};

/// Lists and structures stand in their cells as JSON; a null is an empty cell.
pub(super) struct Csv {
    fields: Vec<FieldRef>,
    flat: SchemaRef,
    options: EncoderOptions,
    begun: bool,
}

impl Csv {
    pub(super) fn new(schema: &SchemaRef) -> Self {
        let flat = |field: &FieldRef| {
            let kind = if field.data_type().is_nested() { &DataType::Utf8 } else { field.data_type() };
            Field::new(field.name(), kind.clone(), true)
        };
        let fields = schema.fields().to_vec();
        let flat: Vec<Field> = fields.iter().map(flat).collect();
        Self { fields, flat: Arc::new(Schema::new(flat)), options: cells::options(), begun: false }
    }

    fn flatten(&self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let flat = |(field, column): (&FieldRef, &ArrayRef)| {
            if column.data_type().is_nested() {
                texts(field, column, &self.options)
            } else {
                Ok(Arc::clone(column))
            }
        };
        let columns = self.fields.iter().zip(batch.columns()).map(flat).collect::<Result<_, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        RecordBatch::try_new_with_options(Arc::clone(&self.flat), columns, &options)
    }

    fn write(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), ArrowError> {
        let header = !std::mem::replace(&mut self.begun, true);
        let builder = WriterBuilder::new().with_header(header).with_line_terminator(Terminator::CRLF);
        builder.build(out).write(batch)
    }
}

impl Encoder for Csv {
    fn rows(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), Problem> {
        let flat = self.flatten(batch).map_err(unwritable("CSV"))?;
        self.write(&flat, out).map_err(unwritable("CSV"))
    }

    fn end(&mut self, _truncated: bool, out: &mut Vec<u8>) -> Result<(), Problem> {
        if self.begun {
            return Ok(());
        }
        let empty = RecordBatch::new_empty(Arc::clone(&self.flat));
        self.write(&empty, out).map_err(unwritable("CSV"))
    }
}

fn texts(field: &FieldRef, column: &ArrayRef, options: &EncoderOptions) -> Result<ArrayRef, ArrowError> {
    let mut cells = cells::Cells::new(field, column, options)?;
    let text = |row: usize| {
        let mut text = Vec::new();
        cells.write(row, &mut text);
        (!cells.is_null(row)).then(|| String::from_utf8_lossy(&text).into_owned())
    };
    Ok(Arc::new((0..column.len()).map(text).collect::<StringArray>()))
}
