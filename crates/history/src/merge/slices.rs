//! Rows of many batches on their way into one.

use std::{collections::HashMap, sync::Arc};

use datafusion::arrow::{
    array::RecordBatch,
    compute::{concat_batches, interleave_record_batch},
    error::ArrowError,
};

use super::cursor::Slice;
use crate::{HistoryError, rollup};

/// Rows are handed over when there are so many.
const ROWS: usize = 65_536;
/// Slices of fewer rows on average are copied row by row.
const SHORT_ROWS: usize = 32;

/// Slices in order.
#[derive(Debug, Default)]
pub(super) struct Slices {
    parts: Vec<Slice>,
    rows: usize,
}

impl Slices {
    pub(super) fn take(&mut self, slice: Slice) {
        if slice.rows == 0 {
            return;
        }
        self.rows += slice.rows;
        match self.parts.last_mut() {
            Some(last) if Arc::ptr_eq(&last.batch, &slice.batch) && last.start + last.rows == slice.start => {
                last.rows += slice.rows;
            }
            _ => self.parts.push(slice),
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.rows >= ROWS
    }

    /// Hands over what is there as one batch.
    pub(super) fn give(
        &mut self,
        to: &mut dyn FnMut(RecordBatch) -> Result<(), HistoryError>,
    ) -> Result<(), HistoryError> {
        let parts = std::mem::take(&mut self.parts);
        let rows = std::mem::take(&mut self.rows);
        let Some(first) = parts.first() else { return Ok(()) };
        let batch = if rows / parts.len() < SHORT_ROWS {
            interleave(&parts)
        } else {
            let slices: Vec<RecordBatch> =
                parts.iter().map(|part| part.batch.slice(part.start, part.rows)).collect();
            concat_batches(&first.batch.schema(), &slices)
        };
        to(batch.map_err(rollup::failed)?)
    }
}

fn interleave(parts: &[Slice]) -> Result<RecordBatch, ArrowError> {
    let mut numbers: HashMap<*const RecordBatch, usize> = HashMap::new();
    let mut batches: Vec<&RecordBatch> = Vec::new();
    let mut places = Vec::new();
    for part in parts {
        let number = *numbers.entry(Arc::as_ptr(&part.batch)).or_insert_with(|| {
            batches.push(&part.batch);
            batches.len() - 1
        });
        places.extend((part.start..part.start + part.rows).map(|row| (number, row)));
    }
    interleave_record_batch(&batches, &places)
}
