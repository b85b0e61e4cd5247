//! Joining small files of one partition into few large ones.

use std::{collections::BTreeMap, sync::Arc};

use senne_model::Timestamp;

use crate::{
    HistoryError,
    engine::Engine,
    files::FileEntry,
    flush,
    gather::Gathered,
    log_table::{Commit, LogTable},
    parquet_file::FileWriter,
    rollup, rollup_rows,
    schema::{Kind, observation},
    tenant::Tenant,
};

/// Files of one size are joined when there are this many of them, so that a row is written anew only as often as its
/// partition grows fourfold.
const SMALL_FILES: usize = 4;
/// A file with fewer rows is small.
const SMALL_ROWS: u64 = 1 << 20;
/// At most so many observations are joined at once: they are sorted in memory.
const ROWS_AT_ONCE: u64 = 2 << 20;
/// At most so many rows of roll-ups are joined at once.
const ROLLUP_ROWS_AT_ONCE: u64 = 4 << 20;
/// Small files that got no company for this long are joined whatever their size, in microseconds.
const QUIET: i64 = 24 * 3_600 * 1_000_000;
/// How many sorted rows are handed to the Parquet writer at once.
const WRITE_ROWS: usize = 65_536;

/// Compacts the tables of a tenant; gives how many files went.
pub(crate) async fn compact(engine: &Arc<Engine>, tenant: &Tenant) -> Result<usize, HistoryError> {
    let mut tables = tenant.tables.lock().await;
    let (mut gone, now) = (0, Timestamp::now().micros());
    for kind in Kind::ALL {
        let table = if kind == Kind::Observation { &mut tables.observation } else { tables.rollup(kind) };
        for files in candidates(kind, &table.files.files, now) {
            gone += files.len();
            compact_files(engine, table, files).await?;
        }
    }
    tenant.switch(&tables, std::collections::HashMap::new());
    Ok(gone)
}

/// The files of each partition that are to be joined. Of roll-ups it is all or none: a row that replaces others may be
/// joined only together with everything that it replaces.
fn candidates(kind: Kind, files: &[Arc<FileEntry>], now: i64) -> Vec<Vec<Arc<FileEntry>>> {
    let mut partitions: BTreeMap<(&str, &str), Vec<Arc<FileEntry>>> = BTreeMap::new();
    for file in files {
        partitions.entry((&file.type_name, &file.part)).or_default().push(Arc::clone(file));
    }
    let chosen = partitions.into_values().map(|files| match kind {
        Kind::Observation => of_observations(files, now),
        Kind::Hour | Kind::Day => of_rollups(files),
    });
    chosen.filter(|files| files.len() > 1).collect()
}

fn of_rollups(files: Vec<Arc<FileEntry>>) -> Vec<Arc<FileEntry>> {
    let all: u64 = files.iter().map(|file| file.rows).sum();
    let small = files.iter().filter(|file| file.rows < SMALL_ROWS).count();
    if small < SMALL_FILES || all > ROLLUP_ROWS_AT_ONCE { Vec::new() } else { files }
}

/// The smallest files, up to the first size of which there are enough; all small ones, when nothing came for a while.
fn of_observations(mut files: Vec<Arc<FileEntry>>, now: i64) -> Vec<Arc<FileEntry>> {
    files.retain(|file| file.rows < SMALL_ROWS);
    files.sort_by_key(|file| file.rows);
    let newest = files.iter().filter_map(|file| file.bounds.recorded).map(|recorded| recorded.1).max();
    let quiet = newest.is_some_and(|newest| newest < now - QUIET);
    let size = |file: &Arc<FileEntry>| file.rows.max(1).ilog(SMALL_FILES as u64);
    let enough = files.chunk_by(|a, b| size(a) == size(b)).find(|same| same.len() >= SMALL_FILES);
    let largest = match enough.and_then(<[_]>::last) {
        _ if quiet => u32::MAX,
        Some(file) => size(file),
        None => return Vec::new(),
    };
    let mut rows = 0;
    files.retain(|file| {
        rows += file.rows;
        size(file) <= largest && rows <= ROWS_AT_ONCE
    });
    files
}

async fn compact_files(
    engine: &Engine,
    table: &mut LogTable,
    files: Vec<Arc<FileEntry>>,
) -> Result<(), HistoryError> {
    let Some(first) = files.first().cloned() else { return Ok(()) };
    let kind = table.files.kind();
    let batches = flush::read_files(engine, table, files.clone()).await?;
    let dir = table.dir().to_owned();
    let work = move || {
        if kind == Kind::Observation {
            return write_observations(&dir, &first, batches).map(|file| vec![file]);
        }
        let rows = rollup::merge(rollup_rows::from_batches(&batches).map_err(rollup::failed)?);
        flush::write_rollups(kind, &dir, rows)
    };
    let added = tokio::task::spawn_blocking(work).await.map_err(rollup::failed)??;
    table.commit(Commit { added, removed: files, change: None }).await
}

fn write_observations(
    dir: &std::path::Path,
    like: &FileEntry,
    batches: Vec<datafusion::arrow::array::RecordBatch>,
) -> Result<FileEntry, HistoryError> {
    let kind = Kind::Observation;
    let rows = Gathered::new(batches).map_err(rollup::failed)?;
    let texts = rows
        .take_texts(&[observation::UNIT, observation::KIND, observation::TYPES])
        .map_err(rollup::failed)?;
    let (keys, schema) = (rows.sorted(), kind.file_schema());
    let mut file = FileWriter::new(kind, dir, &like.type_name, &like.part)?;
    for part in keys.chunks(WRITE_ROWS) {
        file.write(&rows.take(part, &schema, &texts).map_err(rollup::failed)?)?;
    }
    file.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Bounds;

    const DAY: i64 = QUIET;

    fn file(part: &str, rows: u64, recorded: i64) -> Arc<FileEntry> {
        Arc::new(FileEntry {
            path: format!("type=A/month={part}/{rows}-{recorded}.parquet"),
            bytes: rows * 4,
            rows,
            type_name: "A".to_owned(),
            part: part.to_owned(),
            bounds: Bounds { recorded: Some((recorded, recorded)), ..Bounds::default() },
        })
    }

    fn chosen(files: &[Arc<FileEntry>], now: i64) -> Vec<Vec<u64>> {
        let rows = |files: Vec<Arc<FileEntry>>| files.iter().map(|file| file.rows).collect();
        candidates(Kind::Observation, files, now).into_iter().map(rows).collect()
    }

    #[test]
    fn files_of_one_size_are_joined_with_the_smaller_ones() {
        let sizes = [70_000, 5_000, 5_100, 5_200, 40, 5_300, 2_000_000];
        let files: Vec<_> = sizes.iter().map(|rows| file("2024-01", *rows, 0)).collect();
        assert_eq!(chosen(&files, 0), [[40, 5_000, 5_100, 5_200, 5_300]]);
        assert!(chosen(&files[..3], 0).is_empty(), "three are too few");
    }

    #[test]
    fn a_month_that_is_over_becomes_one_file() {
        let files = [file("2024-01", 70_000, 0), file("2024-01", 5_000, 0), file("2024-02", 9, 0)];
        assert!(chosen(&files, DAY - 1).is_empty());
        assert_eq!(chosen(&files, DAY + 1), [[5_000, 70_000]]);
    }

    #[test]
    fn no_more_is_joined_than_fits_in_memory() {
        let files: Vec<_> = (0..4).map(|n| file("2024-01", 900_000 + n, 0)).collect();
        assert_eq!(chosen(&files, 0), [[900_000, 900_001]]);
    }

    /// A month of flushes every ten minutes: the files stay few, and a row is written a few times only.
    #[test]
    fn rows_are_written_anew_seldom() {
        let (mut files, mut written, mut most) = (Vec::new(), 0, 0);
        for flush in 0..4_320_u64 {
            files.push(file("2024-01", 6_000 + flush % 7, 0));
            for joined in candidates(Kind::Observation, &files, 0) {
                let rows: u64 = joined.iter().map(|file| file.rows).sum();
                files.retain(|file| !joined.iter().any(|gone| Arc::ptr_eq(gone, file)));
                files.push(file("2024-01", rows, 0));
                written += rows;
            }
            most = most.max(files.iter().filter(|file| file.rows < SMALL_ROWS).count());
        }
        let all: u64 = files.iter().map(|file| file.rows).sum();
        assert!(written < 6 * all, "each row was written {} times", written / all);
        assert!(most <= 16, "{most} small files at once");
    }
}
