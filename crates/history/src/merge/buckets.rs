//! Roll-up rows of one bucket become one row, while sorted rows pass by.

use datafusion::arrow::{
    array::{Array, AsArray, RecordBatch, UInt32Array},
    compute::{concat_batches, interleave_record_batch, take_record_batch},
    datatypes::{Int32Type, TimestampMicrosecondType},
    error::ArrowError,
};

use crate::{
    HistoryError, rollup, rollup_rows,
    schema::{Kind, SERIES_COLUMNS},
};

/// Rows that wait for the rest of their bucket.
#[derive(Debug)]
pub(crate) struct Buckets {
    kind: Kind,
    /// The rows of the last bucket: more may come.
    held: Option<RecordBatch>,
}

impl Buckets {
    pub(crate) fn new(kind: Kind) -> Self {
        Self { kind, held: None }
    }

    /// Takes sorted rows that follow those before; gives the buckets that are complete.
    pub(crate) fn push(&mut self, batch: &RecordBatch) -> Result<Option<RecordBatch>, HistoryError> {
        let all = match self.held.take() {
            Some(held) => concat_batches(&batch.schema(), [&held, batch]).map_err(rollup::failed)?,
            None => batch.clone(),
        };
        let starts = starts(&all).map_err(rollup::failed)?;
        let last = starts.last().copied().unwrap_or(0);
        self.held = Some(all.slice(last, all.num_rows() - last));
        if last == 0 {
            return Ok(None);
        }
        self.joined(&all.slice(0, last), &starts[..starts.len() - 1]).map(Some).map_err(rollup::failed)
    }

    /// Gives the last bucket.
    pub(crate) fn finish(&mut self) -> Result<Option<RecordBatch>, HistoryError> {
        let Some(held) = self.held.take() else { return Ok(None) };
        let starts = starts(&held).map_err(rollup::failed)?;
        self.joined(&held, &starts).map(Some).map_err(rollup::failed)
    }

    /// One row for each bucket; `starts` says where each begins.
    fn joined(&self, rows: &RecordBatch, starts: &[usize]) -> Result<RecordBatch, ArrowError> {
        if starts.len() == rows.num_rows() {
            return Ok(rows.clone());
        }
        let ends = starts.iter().skip(1).copied().chain([rows.num_rows()]);
        let spans: Vec<(usize, usize)> = starts.iter().copied().zip(ends).collect();
        let several = spans.iter().filter(|(from, to)| to - from > 1);
        let numbers: UInt32Array = several.flat_map(|(from, to)| *from as u32..*to as u32).collect();
        let several = with_type(self.kind, &take_record_batch(rows, &numbers)?)?;
        let merged = rollup::merge(rollup_rows::from_batches(&[several])?);
        let width = rows.num_columns();
        let merged = rollup_rows::to_batch(self.kind, &merged)?.project(&(0..width).collect::<Vec<_>>())?;
        let mut next = 0;
        let places: Vec<(usize, usize)> = spans
            .iter()
            .map(|(from, to)| {
                if to - from == 1 {
                    return (0, *from);
                }
                next += 1;
                (1, next - 1)
            })
            .collect();
        debug_assert_eq!(next, merged.num_rows(), "one row for each bucket");
        interleave_record_batch(&[rows, &merged], &places)
    }
}

/// The files do not have the type: it is that of the partition, and the writer gives it back to the log.
fn with_type(kind: Kind, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let schema = kind.schema();
    let missing = schema.fields().iter().skip(batch.num_columns());
    let more =
        missing.map(|field| datafusion::arrow::array::new_null_array(field.data_type(), batch.num_rows()));
    RecordBatch::try_new(
        std::sync::Arc::clone(&schema),
        batch.columns().iter().cloned().chain(more).collect(),
    )
}

/// Where each bucket begins in sorted rows.
fn starts(batch: &RecordBatch) -> Result<Vec<usize>, ArrowError> {
    let mut begins = vec![false; batch.num_rows()];
    begins.iter_mut().take(1).for_each(|first| *first = true);
    for name in SERIES_COLUMNS {
        let column = batch.column(batch.schema_ref().index_of(name)?).as_dictionary::<Int32Type>();
        let (keys, values) = (column.keys(), column.values().as_string::<i32>());
        let text = |row: usize| keys.is_valid(row).then(|| values.value(keys.value(row) as usize));
        let key = |row: usize| keys.is_valid(row).then(|| keys.value(row));
        for (row, begins) in begins.iter_mut().enumerate().skip(1) {
            *begins = *begins || (key(row) != key(row - 1) && text(row) != text(row - 1));
        }
    }
    let time = batch.column(batch.schema_ref().index_of("start")?).as_primitive::<TimestampMicrosecondType>();
    for (row, begins) in begins.iter_mut().enumerate().skip(1) {
        *begins = *begins || time.value(row) != time.value(row - 1);
    }
    Ok(begins.iter().enumerate().filter(|(_, begins)| **begins).map(|(row, _)| row).collect())
}
