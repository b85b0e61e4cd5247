//! Cells as JSON.

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_json::writer::{EncoderOptions, NullableEncoder, make_encoder};
use arrow_schema::{ArrowError, FieldRef};

/// How cells are written: nulls inside structures are told.
pub(super) fn options() -> EncoderOptions {
    EncoderOptions::default().with_explicit_nulls(true)
}

/// The cells of one column.
pub(super) struct Cells<'a> {
    encoder: NullableEncoder<'a>,
    nothing: bool,
}

impl<'a> Cells<'a> {
    pub(super) fn new(
        field: &'a FieldRef,
        column: &'a ArrayRef,
        options: &'a EncoderOptions,
    ) -> Result<Self, ArrowError> {
        let nothing = column.data_type().is_null();
        Ok(Self { encoder: make_encoder(field, column, options)?, nothing })
    }

    pub(super) fn is_null(&self, row: usize) -> bool {
        self.nothing || self.encoder.is_null(row)
    }

    /// Writes one cell.
    pub(super) fn write(&mut self, row: usize, out: &mut Vec<u8>) {
        if self.is_null(row) {
            out.extend_from_slice(b"null");
        } else {
            self.encoder.encode(row, out);
        }
    }
}

/// The columns of a batch.
pub(super) fn columns<'a>(
    fields: &'a [FieldRef],
    batch: &'a RecordBatch,
    options: &'a EncoderOptions,
) -> Result<Vec<Cells<'a>>, ArrowError> {
    fields.iter().zip(batch.columns()).map(|(field, column)| Cells::new(field, column, options)).collect()
}
