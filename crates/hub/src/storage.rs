//! What Senne takes on disk and in memory, for who keeps house.

use std::{io, path::Path};

use senne_history::Storage;
use senne_model::{ChangeNo, Json, Problem, Timestamp};
use senne_policy::{Action, decide};

use crate::{Context, FollowerStatus, Hub};

/// How the machine is used.
#[derive(Clone, Debug)]
pub struct StorageReport {
    /// The past of all tenants.
    pub history: Storage,
    /// How followers stand.
    pub followers: Vec<FollowerStatus>,
    /// The backup that was taken last, as far as this folder knows.
    pub backup: Option<LastBackup>,
}

/// A backup that was taken, as it is noted in the data folder. Whether it is still there, only its repository knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastBackup {
    /// The moment of the state that it holds.
    pub taken: Timestamp,
    /// The newest change in it.
    pub head: ChangeNo,
    /// The folder with the backups.
    pub to: String,
}

/// The file with the note.
const LAST_BACKUP: &str = "last-backup.json";

impl LastBackup {
    /// Notes it in a data folder, in place of the one before.
    ///
    /// # Errors
    /// When the file cannot be written; the backup stands all the same.
    pub fn note(&self, folder: &Path) -> io::Result<()> {
        let json = Json::Object(vec![
            ("taken".into(), Json::text(&self.taken.to_string())),
            ("head".into(), Json::Int(i64::try_from(self.head.0).unwrap_or(i64::MAX))),
            ("to".into(), Json::text(&self.to)),
        ]);
        let (file, unfinished) = (folder.join(LAST_BACKUP), folder.join("last-backup.unfinished"));
        std::fs::write(&unfinished, json.to_string())?;
        std::fs::rename(unfinished, file)
    }

    /// What is noted in a data folder; nothing when there is no note that can be read.
    pub fn read(folder: &Path) -> Option<Self> {
        let json: Json =
            serde_json::from_str(&std::fs::read_to_string(folder.join(LAST_BACKUP)).ok()?).ok()?;
        let Some(Json::Int(head)) = json.get("head") else { return None };
        Some(Self {
            taken: Timestamp::parse(json.get("taken")?.as_str()?).ok()?,
            head: ChangeNo(u64::try_from(*head).ok()?),
            to: json.get("to")?.as_str()?.to_owned(),
        })
    }
}

impl Hub {
    /// What all tenants take, and how followers stand; for administrators alone.
    pub async fn storage(&self, context: &Context) -> Result<StorageReport, Problem> {
        decide(&context.principal, &context.tenant, Action::Administer)?;
        let history = context.within(async { Ok(self.inner.history.storage().await?) }).await?;
        let backup = LastBackup::read(&self.inner.config.folder);
        Ok(StorageReport { history, followers: self.followers(), backup })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_read_as_it_was_written() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(LastBackup::read(dir.path()), None);
        for head in [7, 8] {
            let taken = Timestamp::parse("2026-11-30T03:00:00Z").unwrap();
            let last = LastBackup { taken, head: ChangeNo(head), to: "/backup/\"senne\"".to_owned() };
            last.note(dir.path()).unwrap();
            assert_eq!(LastBackup::read(dir.path()), Some(last));
        }
        std::fs::write(dir.path().join(LAST_BACKUP), "{").unwrap();
        assert_eq!(LastBackup::read(dir.path()), None);
    }
}
