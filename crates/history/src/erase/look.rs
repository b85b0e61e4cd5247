//! Reading every file of a tenant again, to see that nothing is left of some entities.

use std::{collections::BTreeSet, fs::File, path::Path};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, RecordBatch},
        datatypes::{DataType, Int32Type, Int64Type},
    },
    parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder,
};
use senne_model::{EntityId, Needles};

use super::Hidden;
use crate::{HistoryError, disk, files::FileSet, schema::Kind};

/// What was found when everything was read again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Files that were read from the first value to the last.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Places that should be empty and are not.
    pub left: u64,
    /// Places where something of others names one of the entities: a relationship, a text.
    pub mentions: u64,
}

impl Look {
    /// Adds what was found elsewhere.
    pub fn join(&mut self, other: Self) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.left += other.left;
        self.mentions += other.mentions;
    }
}

/// Reads the files of one table.
pub(crate) fn look(table_dir: &Path, files: &FileSet, hidden: &Hidden) -> Result<Look, HistoryError> {
    let needles = Needles::new(hidden.entities.iter());
    let (mut all, mut living) = (Look::default(), BTreeSet::new());
    for entry in &files.files {
        let path = table_dir.join(&entry.path);
        let failed = |e: &dyn std::fmt::Display| HistoryError::Query {
            step: "looking for what was erased",
            detail: format!("{}: {e}", path.display()),
        };
        let file = File::open(&path).map_err(disk::error("opening", &path))?;
        let reader =
            ParquetRecordBatchReaderBuilder::try_new(file).and_then(ParquetRecordBatchReaderBuilder::build);
        for batch in reader.map_err(|e| failed(&e))? {
            let batch = batch.map_err(|e| failed(&e))?;
            all.join(in_batch(files.kind(), &batch, hidden, &needles, &mut living));
        }
        all.files += 1;
        all.bytes += entry.bytes;
    }
    // Bounds of files may name those that were made again.
    let needles = Needles::new(hidden.entities.iter().filter(|id| !living.contains(*id)));
    for path in checkpoints(table_dir) {
        let failed = |e: &dyn std::fmt::Display| HistoryError::Query {
            step: "looking for what was erased",
            detail: format!("{}: {e}", path.display()),
        };
        let file = File::open(&path).map_err(disk::error("opening", &path))?;
        all.bytes += file.metadata().map_or(0, |file| file.len());
        let reader =
            ParquetRecordBatchReaderBuilder::try_new(file).and_then(ParquetRecordBatchReaderBuilder::build);
        for batch in reader.map_err(|e| failed(&e))? {
            let batch = batch.map_err(|e| failed(&e))?;
            all.left += batch.columns().iter().map(|column| inside(column, &needles)).sum::<u64>();
        }
        all.files += 1;
    }
    Ok(all)
}

/// The checkpoints of the log of a table: they hold the bounds of each file.
fn checkpoints(table_dir: &Path) -> Vec<std::path::PathBuf> {
    let listed = std::fs::read_dir(table_dir.join("_delta_log")).into_iter().flatten().flatten();
    let paths = listed.map(|entry| entry.path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "parquet")).collect()
}

/// How often an identifier is in the texts of a column, however deep they lie.
fn inside(column: &ArrayRef, needles: &Needles) -> u64 {
    match column.data_type() {
        DataType::Struct(_) => column.as_struct().columns().iter().map(|inner| inside(inner, needles)).sum(),
        DataType::Map(_, _) => {
            column.as_map().entries().columns().iter().map(|inner| inside(inner, needles)).sum()
        }
        DataType::List(_) => inside(column.as_list::<i32>().values(), needles),
        DataType::LargeUtf8 => {
            let texts = column.as_string::<i64>().iter().flatten();
            texts.map(|text| needles.count(text.as_bytes(), 0) as u64).sum()
        }
        DataType::Utf8View => {
            let texts = column.as_string_view().iter().flatten();
            texts.map(|text| needles.count(text.as_bytes(), 0) as u64).sum()
        }
        _ => mentions(column, needles),
    }
}

fn in_batch(
    kind: Kind,
    batch: &RecordBatch,
    hidden: &Hidden,
    needles: &Needles,
    living: &mut BTreeSet<EntityId>,
) -> Look {
    let mut found = Look::default();
    for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
        if field.name() == "entity" {
            found.left += rows_left(kind, batch, column, hidden, living);
        } else {
            found.mentions += mentions(column, needles);
        }
    }
    found
}

/// Rows of the entities that should have gone. Those that were made again since are noted as living.
fn rows_left(
    kind: Kind,
    batch: &RecordBatch,
    column: &ArrayRef,
    hidden: &Hidden,
    living: &mut BTreeSet<EntityId>,
) -> u64 {
    let Some(entities) = column.as_dictionary_opt::<Int32Type>() else { return 0 };
    let Some(texts) = entities.values().as_string_opt::<i32>() else { return 0 };
    let changes = match kind {
        Kind::Observation => batch.column_by_name("change").and_then(|c| c.as_primitive_opt::<Int64Type>()),
        Kind::Hour | Kind::Day | Kind::Series => {
            batch.column_by_name("generation").and_then(|c| c.as_primitive_opt::<Int64Type>())
        }
    };
    let mine: Vec<bool> = texts.iter().map(|text| text.is_some_and(|text| hidden.means(text))).collect();
    let mut left = 0;
    for row in (0..batch.num_rows()).filter(|row| entities.keys().is_valid(*row)) {
        let text = entities.keys().value(row) as usize;
        if !mine[text] {
            continue;
        }
        if changes.is_none_or(|changes| hidden.takes(texts.value(text), changes.value(row))) {
            left += 1;
        } else if !living.contains(texts.value(text)) {
            living.insert(EntityId::trusted(texts.value(text)));
        }
    }
    left
}

fn mentions(column: &ArrayRef, needles: &Needles) -> u64 {
    let texts = match column.data_type() {
        DataType::Dictionary(_, _) => {
            column.as_dictionary_opt::<Int32Type>().and_then(|column| column.values().as_string_opt::<i32>())
        }
        _ => column.as_string_opt::<i32>(),
    };
    let found = texts.into_iter().flat_map(|texts| texts.iter().flatten());
    found.map(|text| needles.count(text.as_bytes(), 0) as u64).sum()
}
