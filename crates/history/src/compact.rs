//! Joining small files of one partition into few large ones.

use std::{collections::BTreeMap, sync::Arc};

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

/// A partition is compacted when it has at least this many small files.
const SMALL_FILES: usize = 4;
/// A file with fewer rows is small.
const SMALL_ROWS: u64 = 1 << 20;
/// At most so many rows are joined at once: they are sorted in memory.
const ROWS_AT_ONCE: u64 = 4 << 20;
/// How many sorted rows are handed to the Parquet writer at once.
const WRITE_ROWS: usize = 65_536;

/// Compacts the tables of a tenant; gives how many files went.
pub(crate) async fn compact(engine: &Arc<Engine>, tenant: &Tenant) -> Result<usize, HistoryError> {
    let mut tables = tenant.tables.lock().await;
    let mut gone = 0;
    for kind in Kind::ALL {
        let table = if kind == Kind::Observation { &mut tables.observation } else { tables.rollup(kind) };
        for files in candidates(table) {
            gone += files.len();
            compact_files(engine, table, files).await?;
        }
    }
    tenant.switch(&tables, std::collections::HashMap::new());
    Ok(gone)
}

/// The files of each partition that has many small ones. Of observations only the small ones are joined. Of roll-ups it is
/// all or none: a row that replaces others may be joined only together with everything that it replaces.
fn candidates(table: &LogTable) -> Vec<Vec<Arc<FileEntry>>> {
    let mut partitions: BTreeMap<(&str, &str), Vec<Arc<FileEntry>>> = BTreeMap::new();
    for file in &table.files.files {
        partitions.entry((&file.type_name, &file.part)).or_default().push(Arc::clone(file));
    }
    let observations = table.files.kind() == Kind::Observation;
    let small = |file: &Arc<FileEntry>| file.rows < SMALL_ROWS;
    let mut chosen = Vec::new();
    for mut files in partitions.into_values() {
        if files.iter().filter(|file| small(file)).count() < SMALL_FILES {
            continue;
        }
        let all: u64 = files.iter().map(|file| file.rows).sum();
        if observations {
            files.retain(small);
            files.sort_by_key(|file| file.rows);
            let mut rows = 0;
            files.retain(|file| {
                rows += file.rows;
                rows <= ROWS_AT_ONCE
            });
        } else if all > ROWS_AT_ONCE {
            continue;
        }
        if files.len() > 1 {
            chosen.push(files);
        }
    }
    chosen
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
