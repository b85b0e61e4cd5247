//! Counting what the tables take.

use std::{
    collections::{BTreeMap, HashSet},
    path::Path,
    time::UNIX_EPOCH,
};

use senne_model::{TenantName, Timestamp};

use crate::{PartitionStorage, TableStorage, TenantStorage, files::FileSet, schema::Kind, tenant::Tenant};

/// No more files than this are looked at in one table.
const FILES_MAX: usize = 200_000;

/// What one tenant takes. Reads folders: call it off the async threads.
pub(crate) fn of_tenant(name: TenantName, tenant: &Tenant) -> TenantStorage {
    let (buffer_rows, buffer_bytes, _) = tenant.waiting();
    let files = tenant.files();
    let tables = Kind::ALL.into_iter().map(|kind| of_table(&tenant.dir, kind, &files(kind))).collect();
    TenantStorage { tenant: name, buffer_rows, buffer_bytes, tables }
}

fn of_table(dir: &Path, kind: Kind, set: &FileSet) -> TableStorage {
    let mut parts: BTreeMap<(&str, &str), PartitionStorage> = BTreeMap::new();
    for file in &set.files {
        let part = parts.entry((&file.part, &file.type_name)).or_insert_with(|| PartitionStorage {
            type_name: file.type_name.clone(),
            part: file.part.clone(),
            run_files: 0,
            beside: 0,
        });
        if file.name.run.is_some() { part.run_files += 1 } else { part.beside += 1 }
    }
    let named: HashSet<&str> = set.files.iter().filter_map(|file| file.path.rsplit('/').next()).collect();
    let mut removed = Removed::default();
    removed.walk(&dir.join(kind.folder()), &named, 0);
    TableStorage {
        name: kind.folder(),
        rows: set.rows(),
        bytes: set.bytes(),
        partitions: parts.into_values().rev().collect(),
        written_at: set.files.iter().map(|file| file.written).max().map(Timestamp::from_micros),
        removed_files: removed.files,
        removed_bytes: removed.bytes,
        removed_since: removed.oldest.map(Timestamp::from_micros),
    }
}

/// Parquet files that no version names.
#[derive(Default)]
struct Removed {
    seen: usize,
    files: usize,
    bytes: u64,
    oldest: Option<i64>,
}

impl Removed {
    /// Partitions are two folders deep.
    fn walk(&mut self, folder: &Path, named: &HashSet<&str>, depth: usize) {
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        for entry in entries.flatten() {
            self.seen += 1;
            if self.seen > FILES_MAX {
                return;
            }
            let (name, Ok(kind)) = (entry.file_name(), entry.file_type()) else { continue };
            let Some(name) = name.to_str() else { continue };
            if kind.is_dir() && depth < 2 && name != "_delta_log" {
                self.walk(&entry.path(), named, depth + 1);
            } else if name.ends_with(".parquet") && !named.contains(name) {
                self.take(&entry);
            }
        }
    }

    fn take(&mut self, entry: &std::fs::DirEntry) {
        let Ok(about) = entry.metadata() else { return };
        self.files += 1;
        self.bytes += about.len();
        let written = about.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        let written = written.and_then(|since| i64::try_from(since.as_micros()).ok());
        self.oldest = self.oldest.into_iter().chain(written).min();
    }
}
