//! One file written anew without some of its rows, batch by batch.

use std::{fs::File, path::Path};

use datafusion::{
    arrow::{
        array::{Array, AsArray, BooleanArray, RecordBatch},
        compute::filter_record_batch,
        datatypes::{Int32Type, Int64Type},
        error::ArrowError,
    },
    parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder,
};

use super::Hidden;
use crate::{
    HistoryError, disk,
    files::FileEntry,
    merge::evolved,
    parquet_file::{FileName, FileWriter},
    schema::Kind,
};

/// Rows of a batch.
const BATCH_ROWS: usize = 65_536;

/// Writes a file anew without the rows of some entities.
pub(super) fn without(
    kind: Kind,
    table_dir: &Path,
    old: &FileEntry,
    hidden: &Hidden,
) -> Result<Option<FileEntry>, HistoryError> {
    keeping(kind, table_dir, old, |batch| staying(kind, batch, hidden))
}

/// Writes the rows that stay, in their order, into a file that takes the place of the old one; `None` when none stays.
pub(crate) fn keeping(
    kind: Kind,
    table_dir: &Path,
    old: &FileEntry,
    staying: impl Fn(&RecordBatch) -> Result<RecordBatch, ArrowError>,
) -> Result<Option<FileEntry>, HistoryError> {
    let path = table_dir.join(&old.path);
    let file = File::open(&path).map_err(disk::error("opening", &path))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(|builder| builder.with_batch_size(BATCH_ROWS).build())
        .map_err(|e| failed(&path, e))?;
    let mut fresh: Option<FileWriter> = None;
    for batch in reader {
        let batch = batch.and_then(|batch| evolved(kind, batch)).map_err(|e| failed(&path, e))?;
        let kept = staying(&batch).map_err(|e| failed(&path, e))?;
        if kept.num_rows() == 0 {
            continue;
        }
        let file = match &mut fresh {
            Some(file) => file,
            None => fresh.insert(begin(kind, table_dir, old)?),
        };
        file.write(&kept)?;
    }
    fresh.map(FileWriter::finish).transpose()
}

fn begin(kind: Kind, table_dir: &Path, old: &FileEntry) -> Result<FileWriter, HistoryError> {
    let name = FileName::in_place_of(&old.path);
    let file = FileWriter::begin(kind, table_dir, &old.type_name, &old.part, name)?;
    Ok(file.written_at(old.written))
}

/// The rows of a batch that stay.
fn staying(kind: Kind, batch: &RecordBatch, hidden: &Hidden) -> Result<RecordBatch, ArrowError> {
    let entities = batch.column(batch.schema_ref().index_of("entity")?).as_dictionary::<Int32Type>();
    let texts = entities.values().as_string::<i32>();
    let mine: Vec<bool> = texts.iter().map(|text| hidden.means(text.unwrap_or_default())).collect();
    if !mine.contains(&true) {
        return Ok(batch.clone());
    }
    let changes = match kind {
        Kind::Observation => {
            Some(batch.column(batch.schema_ref().index_of("change")?).as_primitive::<Int64Type>())
        }
        Kind::Hour | Kind::Day | Kind::Series => None,
    };
    let stays = |row: usize| {
        if entities.keys().is_null(row) {
            return true;
        }
        let text = entities.keys().value(row) as usize;
        !mine[text] || changes.is_some_and(|changes| !hidden.takes(texts.value(text), changes.value(row)))
    };
    let mask: BooleanArray = (0..batch.num_rows()).map(|row| Some(stays(row))).collect();
    filter_record_batch(batch, &mask)
}

fn failed(path: &Path, cause: impl std::fmt::Display) -> HistoryError {
    HistoryError::Query { step: "writing a file anew", detail: format!("{}: {cause}", path.display()) }
}
