//! Writing one Parquet file of sorted rows, durably.

use std::{
    fs::File,
    path::Path,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, RecordBatch},
        compute::{max, min},
        datatypes::{Int32Type, Int64Type, TimestampMicrosecondType},
    },
    parquet::{
        arrow::ArrowWriter,
        basic::{Compression, Encoding, ZstdLevel},
        file::properties::{EnabledStatistics, WriterProperties},
        schema::types::ColumnPath,
    },
};
use senne_model::Timestamp;

use crate::{
    HistoryError, disk,
    files::{Bounds, FileEntry},
    schema::Kind,
};

/// Rows of a row group.
const GROUP_ROWS: usize = 1 << 20;
/// Rows of a page: what is read at least of each column for one series.
const PAGE_ROWS: usize = 8192;
/// Bounds of texts are kept in full up to this length, in bytes: identifiers begin alike.
const BOUND_BYTES: usize = 256;

static PROPERTIES: LazyLock<WriterProperties> = LazyLock::new(|| {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).unwrap_or_default()))
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_write_batch_size(PAGE_ROWS)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_statistics_truncate_length(Some(BOUND_BYTES))
        .set_column_index_truncate_length(Some(BOUND_BYTES))
        .set_created_by("senne".to_owned());
    // Neighbours differ little.
    for name in
        ["observed_at", "recorded_at", "change", "position", "start", "generation", "first_at", "last_at"]
    {
        properties = properties
            .set_column_dictionary_enabled(ColumnPath::from(name), false)
            .set_column_encoding(ColumnPath::from(name), Encoding::DELTA_BINARY_PACKED);
    }
    // Pages of these are never passed by for their bounds.
    for name in [
        "number",
        "text",
        "json",
        "geometry",
        "sub_attributes",
        "sum",
        "sum_squares",
        "min",
        "max",
        "first",
        "last",
    ] {
        properties =
            properties.set_column_statistics_enabled(ColumnPath::from(name), EnabledStatistics::Chunk);
    }
    properties.build()
});

/// A file under way.
#[derive(Debug)]
pub(crate) struct FileWriter {
    kind: Kind,
    full: std::path::PathBuf,
    writer: ArrowWriter<File>,
    entry: FileEntry,
}

impl FileWriter {
    /// Begins a file in the folder of a table. It counts as an orphan until a commit names it.
    pub(crate) fn new(
        kind: Kind,
        table_dir: &Path,
        type_name: &str,
        part: &str,
    ) -> Result<Self, HistoryError> {
        let folder = format!("type={}/{}={part}", path_part(type_name), kind.time_partition());
        let path = format!("{folder}/part-{}.parquet", unique());
        let full = table_dir.join(&path);
        disk::make_folder(&table_dir.join(&folder))?;
        let file = File::options()
            .write(true)
            .create_new(true)
            .open(&full)
            .map_err(disk::error("creating", &full))?;
        let writer = ArrowWriter::try_new(file, kind.file_schema(), Some(PROPERTIES.clone()));
        let entry = FileEntry {
            path,
            bytes: 0,
            rows: 0,
            type_name: type_name.to_owned(),
            part: part.to_owned(),
            bounds: Bounds::default(),
        };
        Ok(Self { kind, writer: writer.map_err(|e| failed(&full, e))?, full, entry })
    }

    /// Adds rows that follow those before in the order of the table; the columns are those of the files.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), HistoryError> {
        self.entry.rows += batch.num_rows() as u64;
        widen(&mut self.entry.bounds, bounds(self.kind, batch));
        self.writer.write(batch).map_err(|e| failed(&self.full, e))
    }

    /// Ends the file and makes it durable.
    pub(crate) fn finish(mut self) -> Result<FileEntry, HistoryError> {
        self.writer.finish().map_err(|e| failed(&self.full, e))?;
        let file = self.writer.inner();
        file.sync_all().map_err(disk::error("syncing", &self.full))?;
        self.entry.bytes = file.metadata().map_err(disk::error("measuring", &self.full))?.len();
        self.full.parent().map_or(Ok(()), disk::sync)?;
        Ok(self.entry)
    }
}

fn failed(path: &Path, cause: datafusion::parquet::errors::ParquetError) -> HistoryError {
    HistoryError::Query { step: "writing a Parquet file", detail: format!("{}: {cause}", path.display()) }
}

/// A file name that no other file has, even after a restart within the same microsecond.
fn unique() -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    format!("{:x}-{:x}-{count:x}", Timestamp::now().micros(), std::process::id())
}

/// A type as part of a path: only characters that need no escaping anywhere. The log holds the true name.
fn path_part(type_name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    type_name.chars().take(64).map(plain).collect()
}

fn bounds(kind: Kind, batch: &RecordBatch) -> Bounds {
    let column = |name: &str| batch.column_by_name(name);
    let times = |name: &str| {
        let array = column(name)?.as_primitive_opt::<TimestampMicrosecondType>()?;
        Some((min(array)?, max(array)?))
    };
    let integers = |name: &str| {
        let array = column(name)?.as_primitive_opt::<Int64Type>()?;
        Some((min(array)?, max(array)?))
    };
    let observation = kind == Kind::Observation;
    Bounds {
        attribute: column("attribute").and_then(text_bounds),
        entity: column("entity").and_then(text_bounds),
        time: times(if observation { "observed_at" } else { "start" }),
        recorded: times("recorded_at"),
        change: integers(if observation { "change" } else { "generation" }),
        untimed: Some(batch.column(kind.time_column()).null_count() as u64),
    }
}

fn text_bounds(column: &ArrayRef) -> Option<(String, String)> {
    let column = column.as_dictionary_opt::<Int32Type>()?;
    let values = column.values().as_string_opt::<i32>()?;
    let mut seen = vec![false; values.len()];
    for key in column.keys().iter().flatten() {
        seen[key as usize] = true;
    }
    let texts = || seen.iter().enumerate().filter(|(_, seen)| **seen).map(|(i, _)| values.value(i));
    Some((texts().min()?.to_owned(), texts().max()?.to_owned()))
}

fn widen(bounds: &mut Bounds, more: Bounds) {
    fn both<T: Ord>(a: &mut Option<(T, T)>, b: Option<(T, T)>) {
        *a = match (a.take(), b) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
    }
    both(&mut bounds.attribute, more.attribute);
    both(&mut bounds.entity, more.entity);
    both(&mut bounds.time, more.time);
    both(&mut bounds.recorded, more.recorded);
    both(&mut bounds.change, more.change);
    bounds.untimed = Some(bounds.untimed.unwrap_or(0) + more.untimed.unwrap_or(0));
}
