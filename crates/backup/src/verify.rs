//! Whether a backup can be restored: everything is read against its checksum, one snapshot is restored and opened, and what is in it
//! is compared with what the snapshot says.

use std::{collections::HashMap, path::PathBuf};

use senne_hub::{Findings, Hub, HubConfig};
use senne_model::Timestamp;
use tokio::runtime::Handle;

use crate::{BackupError, Pace, Progress, Repository, Snapshot, Watch, disk, restore::write_out, sum::Sum};

/// What a verification found.
#[derive(Debug, Default)]
pub struct Verified {
    /// Snapshots that were looked at.
    pub snapshots: usize,
    /// Files and chunks that were read.
    pub files: usize,
    /// The snapshot that was restored and opened, when that was begun.
    pub restored: Option<PathBuf>,
    /// What is damaged or not as the snapshot says: one line each, with the file.
    pub damage: Vec<String>,
}

/// Reads everything that snapshots name, then restores the newest one not after `at` into a temporary folder of the repository, opens
/// it, compares counts and change numbers and lets the doctor look. Blocks, also on `handle`.
pub fn verify(
    repository: &Repository,
    at: Option<Timestamp>,
    pace: &Pace,
    handle: &Handle,
    watch: Watch<'_>,
) -> Result<Verified, BackupError> {
    repository.tidy()?;
    let mut verified = Verified::default();
    let mut wanted: HashMap<(Sum, bool), u64> = HashMap::new();
    for listed in repository.snapshots()? {
        verified.snapshots += 1;
        match listed.snapshot {
            Err(error) => verified.damage.push(error.to_string()),
            Ok(snapshot) => gather(&snapshot, &mut wanted),
        }
    }
    read_all(repository, &wanted, pace, watch, &mut verified);
    if verified.damage.is_empty() {
        let chosen = repository.choose(at)?;
        let snapshot = chosen.snapshot?;
        verified.restored = Some(chosen.path);
        let folder = repository.unfinished().join("verify");
        disk::make_folder(&folder)?;
        write_out(repository, &snapshot, &folder, pace, watch)?;
        watch(&Progress { what: "doctor", bytes: 0, bytes_total: 0 });
        let found = handle.block_on(open(&folder, &snapshot));
        repository.tidy()?;
        verified.damage.extend(found?);
    }
    Ok(verified)
}

/// What a snapshot names: chunks count as one piece each, whole files with their bytes.
fn gather(snapshot: &Snapshot, wanted: &mut HashMap<(Sum, bool), u64>) {
    for file in &snapshot.files {
        match &file.chunks {
            Some(chunks) => wanted.extend(chunks.iter().map(|sum| ((*sum, true), 0))),
            None => drop(wanted.insert((file.sum, false), file.bytes)),
        }
    }
}

fn read_all(
    repository: &Repository,
    wanted: &HashMap<(Sum, bool), u64>,
    pace: &Pace,
    watch: Watch<'_>,
    verified: &mut Verified,
) {
    let bytes_total = wanted.values().sum();
    let mut bytes = 0;
    for ((sum, chunk), size) in wanted {
        let read = if *chunk {
            repository.contents.chunk(*sum).map(|plain| pace.took(plain.len() as u64))
        } else {
            repository.contents.check_whole(*sum, *size, pace)
        };
        match read {
            Ok(()) => verified.files += 1,
            Err(error) => verified.damage.push(error.to_string()),
        }
        bytes += size;
        watch(&Progress { what: "verify", bytes, bytes_total });
    }
}

async fn open(folder: &std::path::Path, snapshot: &Snapshot) -> Result<Vec<String>, BackupError> {
    let hub = Hub::open(HubConfig::new(folder)).await.map_err(BackupError::Hub)?;
    let found = compare(&hub, snapshot).await;
    hub.stop().await;
    let (mut differences, findings) = found.map_err(BackupError::Hub)?;
    differences.extend(findings.damage());
    Ok(differences)
}

async fn compare(hub: &Hub, snapshot: &Snapshot) -> Result<(Vec<String>, Findings), senne_model::Problem> {
    let (state, history) = (hub.store_statistics()?, hub.history_statistics());
    let counts = [
        ("the newest change", hub.head().0, snapshot.head),
        ("entities", state.entities, snapshot.entities),
        ("observations in tables", history.rows, snapshot.observations),
    ];
    let differences = counts.iter().filter(|(_, found, said)| found != said);
    let lines = differences.map(|(what, found, said)| {
        format!("{what}: the restored folder has {found}, the snapshot says {said}")
    });
    Ok((lines.collect(), hub.check().await?))
}
