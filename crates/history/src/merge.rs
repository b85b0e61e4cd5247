//! Joining sorted files into one sorted run, row group by row group: memory is bounded however large the files are.

mod buckets;
mod cursor;
mod slices;

use std::{path::Path, sync::Arc};

use datafusion::arrow::array::RecordBatch;

pub(crate) use self::{buckets::Buckets, cursor::evolved};
use self::{cursor::Cursor, slices::Slices};
use crate::{
    HistoryError,
    files::FileEntry,
    parquet_file::{FileName, FileWriter},
    schema::Kind,
};

/// A run begins a new file after so many rows, so that no file grows without end.
const FILE_ROWS_MAX: u64 = 16 << 20;

/// Joins files of one partition that are each in the order of the table into new files in that order. Of roll-ups, rows of one
/// bucket become one row. `whole` says that these are all files of the partition: what comes out is then a run.
pub(crate) fn merge(
    kind: Kind,
    table_dir: &Path,
    files: &[Arc<FileEntry>],
    whole: bool,
) -> Result<Vec<FileEntry>, HistoryError> {
    let Some(first) = files.first() else { return Ok(Vec::new()) };
    let name = if whole { FileName::run() } else { FileName::part() };
    let mut sink = Sink {
        kind,
        table_dir,
        type_name: &first.type_name,
        part: &first.part,
        name,
        open: None,
        done: Vec::new(),
    };
    let mut cursors = Vec::with_capacity(files.len());
    for file in files {
        cursors.extend(Cursor::open(kind, table_dir, file)?);
    }
    if kind == Kind::Observation {
        run(&mut cursors, &mut |batch| sink.write(&batch))?;
    } else {
        let mut buckets = Buckets::new(kind);
        run(&mut cursors, &mut |batch| buckets.push(&batch)?.iter().try_for_each(|batch| sink.write(batch)))?;
        buckets.finish()?.iter().try_for_each(|batch| sink.write(batch))?;
    }
    sink.finish()
}

/// Hands over all rows in order.
fn run(
    cursors: &mut Vec<Cursor>,
    give: &mut dyn FnMut(RecordBatch) -> Result<(), HistoryError>,
) -> Result<(), HistoryError> {
    let mut slices = Slices::default();
    while let Some(least) = cursors.iter().map(Cursor::series).min().cloned() {
        let mut of_series: Vec<usize> =
            (0..cursors.len()).filter(|i| *cursors[*i].series() == least).collect();
        while !of_series.is_empty() {
            of_series.sort_by_key(|i| cursors[*i].moment());
            let until = of_series.get(1).map(|i| cursors[*i].moment());
            let first = of_series[0];
            slices.take(cursors[first].slice_until(until));
            if slices.is_full() {
                slices.give(give)?;
            }
            cursors[first].advance()?;
            if cursors[first].is_at_end() || *cursors[first].series() != least {
                of_series.remove(0);
            }
        }
        cursors.retain(|cursor| !cursor.is_at_end());
    }
    slices.give(give)
}

/// Where merged rows go.
struct Sink<'a> {
    kind: Kind,
    table_dir: &'a Path,
    type_name: &'a str,
    part: &'a str,
    name: FileName,
    open: Option<FileWriter>,
    done: Vec<FileEntry>,
}

impl Sink<'_> {
    fn write(&mut self, batch: &RecordBatch) -> Result<(), HistoryError> {
        if self.open.as_ref().is_some_and(|file| file.rows() >= FILE_ROWS_MAX) {
            self.close()?;
        }
        let file = match &mut self.open {
            Some(file) => file,
            None => self.open.insert(FileWriter::begin(
                self.kind,
                self.table_dir,
                self.type_name,
                self.part,
                self.name.next(),
            )?),
        };
        file.write(batch)
    }

    fn close(&mut self) -> Result<(), HistoryError> {
        if let Some(file) = self.open.take() {
            self.done.push(file.finish()?);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<FileEntry>, HistoryError> {
        self.close()?;
        Ok(self.done)
    }
}
