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
use twox_hash::XxHash3_128;

use crate::{
    HistoryError, clock, disk, faults,
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
    // Pages of these are never passed by for their bounds. Those of `number` are, where all is numbers.
    for name in
        ["text", "json", "geometry", "sub_attributes", "sum", "sum_squares", "min", "max", "first", "last"]
    {
        properties =
            properties.set_column_statistics_enabled(ColumnPath::from(name), EnabledStatistics::Chunk);
    }
    properties.build()
});

/// The name of a file before its content is known: a part stands alone, the files of a run follow each other in the order of
/// the table and have no row of one bucket or series twice.
#[derive(Clone, Debug)]
pub(crate) struct FileName {
    run: bool,
    unique: String,
    index: usize,
    /// While the file is written: a name that was used before may belong to what a crash left.
    written_as: String,
}

impl FileName {
    /// A file that stands alone.
    pub(crate) fn part() -> Self {
        Self { run: false, unique: unique(), index: 0, written_as: unique() }
    }

    /// The first file of a run.
    pub(crate) fn run() -> Self {
        Self { run: true, ..Self::part() }
    }

    /// The name of a file that takes the place of another, in its run too; the checksum tells them apart.
    pub(crate) fn in_place_of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or_default();
        let parts: Vec<&str> = name.split('-').collect();
        let [kind @ ("part" | "run"), time, process, count, index, _] = parts[..] else {
            return Self::part();
        };
        let Ok(index) = index.parse() else { return Self::part() };
        Self { run: kind == "run", unique: format!("{time}-{process}-{count}"), index, written_as: unique() }
    }

    /// The name for this file; the next call names the one after it.
    pub(crate) fn next(&mut self) -> Self {
        let this = self.clone();
        self.index += 1;
        this
    }

    fn unfinished(&self) -> String {
        format!("{}-{}.unfinished", self.written_as, self.index)
    }

    /// `part-TIME-PROCESS-COUNT-INDEX-CHECKSUM.parquet`, or `run-` for a file of a run.
    fn finished(&self, checksum: u128) -> String {
        let kind = if self.run { "run" } else { "part" };
        format!("{kind}-{}-{}-{checksum:032x}.parquet", self.unique, self.index)
    }
}

/// What the name of a file says: the run it is of, and the checksum of its bytes (XXH3, 128 bits).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct NameParts {
    pub(crate) run: Option<String>,
    pub(crate) checksum: Option<u128>,
}

impl NameParts {
    /// Reads the name that ends a path; files of other writers say nothing.
    pub(crate) fn of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or_default();
        let parts: Vec<&str> = name.strip_suffix(".parquet").unwrap_or_default().split('-').collect();
        let [kind @ ("part" | "run"), time, process, count, _, checksum] = parts[..] else {
            return Self::default();
        };
        let checksum = u128::from_str_radix(checksum, 16).ok();
        Self { run: (kind == "run").then(|| format!("{time}-{process}-{count}")), checksum }
    }
}

/// A file under way.
#[derive(Debug)]
pub(crate) struct FileWriter {
    kind: Kind,
    folder: std::path::PathBuf,
    name: FileName,
    writer: ArrowWriter<Summed>,
    entry: FileEntry,
}

/// Sums up what is written.
struct Summed {
    file: File,
    sum: XxHash3_128,
    bytes: u64,
}

impl std::fmt::Debug for Summed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Summed").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl std::io::Write for Summed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.sum.write(&bytes[..count]);
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

impl FileWriter {
    /// Begins a file in the folder of a table. It counts as an orphan until a commit names it.
    pub(crate) fn begin(
        kind: Kind,
        table_dir: &Path,
        type_name: &str,
        part: &str,
        name: FileName,
    ) -> Result<Self, HistoryError> {
        let path = format!("type={}/{}={part}", path_part(type_name), kind.time_partition());
        let folder = table_dir.join(&path);
        faults::pass("write: before a file is begun", &folder)?;
        disk::make_folder(&folder)?;
        let full = folder.join(name.unfinished());
        let file = File::options()
            .write(true)
            .create_new(true)
            .open(&full)
            .map_err(disk::error("creating", &full))?;
        let summed = Summed { file, sum: XxHash3_128::new(), bytes: 0 };
        let writer = ArrowWriter::try_new(summed, kind.file_schema(), Some(PROPERTIES.clone()));
        let entry = FileEntry {
            path,
            bytes: 0,
            rows: 0,
            type_name: type_name.to_owned(),
            part: part.to_owned(),
            written: clock::now(&full).micros(),
            bounds: Bounds::default(),
            name: NameParts::default(),
        };
        Ok(Self { kind, writer: writer.map_err(|e| failed(&full, e))?, folder, name, entry })
    }

    /// Keeps the time of writing of the file that this one takes the place of: its partition is not busier than before.
    pub(crate) fn written_at(mut self, micros: i64) -> Self {
        self.entry.written = micros;
        self
    }

    /// Adds rows that follow those before in the order of the table; the columns are those of the files.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), HistoryError> {
        self.entry.rows += batch.num_rows() as u64;
        widen(&mut self.entry.bounds, bounds(self.kind, batch));
        let written = self.writer.write(batch).map_err(|e| failed(&self.unfinished(), e));
        written.inspect_err(|_| self.discard())
    }

    /// How many rows it has so far.
    pub(crate) fn rows(&self) -> u64 {
        self.entry.rows
    }

    fn unfinished(&self) -> std::path::PathBuf {
        self.folder.join(self.name.unfinished())
    }

    /// Ends the file, gives it its name and makes it durable.
    pub(crate) fn finish(mut self) -> Result<FileEntry, HistoryError> {
        match self.close() {
            Ok(()) => Ok(self.entry),
            Err(error) => {
                self.discard();
                Err(error)
            }
        }
    }

    /// On a full disk each further try would else leave another part behind.
    fn discard(&self) {
        std::fs::remove_file(self.unfinished()).ok();
    }

    fn close(&mut self) -> Result<(), HistoryError> {
        let written = self.unfinished();
        faults::pass("write: before a file is whole", &written)?;
        self.writer.finish().map_err(|e| failed(&written, e))?;
        let summed = self.writer.inner();
        summed.file.sync_all().map_err(disk::error("syncing", &written))?;
        self.entry.bytes = summed.bytes;
        let name = self.name.finished(summed.sum.finish_128());
        faults::pass("write: before a file has its name", &written)?;
        std::fs::rename(&written, self.folder.join(&name)).map_err(disk::error("naming", &written))?;
        disk::sync(&self.folder)?;
        self.entry.path = format!("{}/{name}", self.entry.path);
        self.entry.name = NameParts::of(&self.entry.path);
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_run_and_checksum() {
        let mut run = FileName::run();
        let (first, second) = (run.next().finished(1), run.next().finished(2));
        let (first, second) =
            (NameParts::of(&format!("type=A/month=2024-01/{first}")), NameParts::of(&second));
        assert_eq!((first.checksum, second.checksum), (Some(1), Some(2)));
        assert!(first.run.is_some());
        assert_eq!(first.run, second.run);
        assert_eq!(NameParts::of(&FileName::part().finished(u128::MAX)).run, None);
        let second = FileName { index: 1, ..run }.finished(7);
        let again = FileName::in_place_of(&format!("type=A/month=2024-01/{second}"));
        assert_eq!(again.finished(7), second);
        assert!(!FileName::in_place_of("type=A/x.parquet").run);
        for foreign in
            ["part-00000-c1777d7d-89d9-4790-b38a-6ee7e24456b1-c000.parquet", "part-1-2-3.parquet", ""]
        {
            assert_eq!(NameParts::of(foreign), NameParts::default());
        }
    }
}
