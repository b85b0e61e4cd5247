//! What a snapshot says: every file of the data folder with its checksum, and where state and history stood.

use std::{
    fs,
    path::{Component, Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{BackupError, sum::Sum};

/// The form of snapshots that this program writes and reads.
pub(crate) const FORM: u32 = 1;

/// One snapshot of a data folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    pub(crate) form: u32,
    /// The version of the program that wrote it.
    pub program: String,
    /// The moment of the state, in microseconds UTC.
    pub taken: i64,
    /// The newest change of the state.
    pub head: u64,
    /// The log holds every change after this one.
    pub pruned: u64,
    /// The tables of history hold every change up to this one.
    pub durable: u64,
    /// Entities of all tenants.
    pub entities: u64,
    /// Observations in the tables of history; the log holds those after them.
    pub observations: u64,
    /// Every file, by path.
    pub files: Vec<Entry>,
}

/// One file of the data folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Relative to the data folder, `/` between parts.
    pub path: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// Its mode: who may read it.
    pub(crate) mode: u32,
    /// The checksum of its bytes.
    pub(crate) sum: Sum,
    /// The checksums of its chunks, in order; `None` when the file is kept whole.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) chunks: Option<Vec<Sum>>,
}

#[derive(Serialize)]
struct Sealed<'a> {
    sum: Sum,
    snapshot: &'a RawValue,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Opened<'a> {
    sum: Sum,
    #[serde(borrow)]
    snapshot: &'a RawValue,
}

impl Snapshot {
    /// How many bytes the files have.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// The snapshot as text, with the checksum of what it says.
    pub(crate) fn seal(&self) -> Result<String, String> {
        let snapshot = serde_json::value::to_raw_value(self).map_err(|e| e.to_string())?;
        let sealed = Sealed { sum: Sum::of(snapshot.get().as_bytes()), snapshot: &snapshot };
        serde_json::to_string(&sealed).map_err(|e| e.to_string())
    }

    /// Reads a snapshot, and refuses one that is not as it was written.
    pub(crate) fn read(path: &Path) -> Result<Self, BackupError> {
        let bytes = fs::read(path).map_err(BackupError::disk("reading", path))?;
        Self::open(&bytes).map_err(|what| BackupError::damaged(path, what))
    }

    fn open(bytes: &[u8]) -> Result<Self, String> {
        let opened: Opened<'_> =
            serde_json::from_slice(bytes).map_err(|e| format!("it is not what was written ({e})"))?;
        if Sum::of(opened.snapshot.get().as_bytes()) != opened.sum {
            return Err("it is not what was written (checksum)".to_owned());
        }
        let snapshot: Self = serde_json::from_str(opened.snapshot.get()).map_err(|e| e.to_string())?;
        if snapshot.form != FORM {
            return Err(format!(
                "it has form {}, this program knows form {FORM}; use a newer one",
                snapshot.form
            ));
        }
        if let Some(file) = snapshot.files.iter().find(|file| file.place().is_none()) {
            return Err(format!("the path `{}` leads out of the data folder", file.path));
        }
        Ok(snapshot)
    }
}

impl Entry {
    /// The path, when it stays within the data folder.
    pub(crate) fn place(&self) -> Option<PathBuf> {
        let path = PathBuf::from(&self.path);
        let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
        (plain && !self.path.is_empty()).then_some(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(path: &str) -> Snapshot {
        let entry =
            Entry { path: path.to_owned(), bytes: 3, mode: 0o600, sum: Sum::of(b"abc"), chunks: None };
        Snapshot {
            form: FORM,
            program: "senne 0".to_owned(),
            taken: 1,
            head: 2,
            pruned: 1,
            durable: 2,
            entities: 3,
            observations: 4,
            files: vec![entry],
        }
    }

    #[test]
    fn every_flipped_bit_is_seen() {
        let text = snapshot("a/b").seal().unwrap();
        assert_eq!(Snapshot::open(text.as_bytes()).unwrap(), snapshot("a/b"));
        for place in 0..text.len() {
            for bit in 0..8 {
                let mut bytes = text.clone().into_bytes();
                bytes[place] ^= 1 << bit;
                assert!(Snapshot::open(&bytes).is_err(), "byte {place}, bit {bit}");
            }
        }
        assert!(Snapshot::open(&text.as_bytes()[..text.len() - 1]).is_err());
    }

    #[test]
    fn no_path_leads_out() {
        for path in ["../a", "/etc/passwd", "a/../../b", "", "./a"] {
            let text = snapshot(path).seal().unwrap();
            let opened = Snapshot::open(text.as_bytes());
            assert!(opened.is_err_and(|what| what.contains("leads out")), "{path}");
        }
    }
}
