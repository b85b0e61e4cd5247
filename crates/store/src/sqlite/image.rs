//! An image of the state as it is at one moment, taken beside a process that goes on writing to it.

use std::path::{Path, PathBuf};

use rusqlite::{
    Connection, OpenFlags,
    backup::{Backup, StepResult},
};
use senne_model::ChangeNo;

use super::{read, schema};
use crate::StoreError;

/// So many pages (1 MiB) are copied between two looks at the caller's pace.
const STEP_PAGES: i32 = 256;

/// Where state, log and followers stand at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The newest change.
    pub head: ChangeNo,
    /// The log holds every change after this one.
    pub pruned: ChangeNo,
    /// Up to where each follower's work is on disk, by name.
    pub cursors: Vec<(String, ChangeNo)>,
    /// Entities in all tenants.
    pub entities: u64,
}

impl Standing {
    /// Up to where the work of a follower is on disk; zero when it is not known.
    pub fn cursor(&self, follower: &str) -> ChangeNo {
        self.cursors.iter().find(|(name, _)| name == follower).map(|(_, no)| *no).unwrap_or_default()
    }
}

/// Looks at the state of a folder without changing it, whether or not a server writes to it.
pub struct StateImage {
    connection: Connection,
    path: PathBuf,
}

impl StateImage {
    /// The name of the file that holds the state; what SQLite keeps beside it has names that begin so.
    pub const FILE: &str = "state.sqlite";

    /// Opens the state of a folder; it must be there.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(Self::FILE);
        std::fs::metadata(&path)
            .map_err(|error| StoreError::File { path: path.display().to_string(), error })?;
        // To write is needed after a crash: what stands in the write-ahead log must be found again.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags)?;
        connection.busy_timeout(schema::BUSY)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(Self { connection, path })
    }

    /// Up to where the work of a follower is on disk now; zero when it is not known.
    pub fn cursor(&self, follower: &str) -> Result<ChangeNo, StoreError> {
        Ok(read::cursor(&self.connection, follower)?.unwrap_or_default())
    }

    /// From here on one moment is seen, whatever others write; until it is held anew or dropped. What others write meanwhile
    /// stays in the write-ahead log, which grows for as long.
    pub fn hold(&self) -> Result<Standing, StoreError> {
        self.release();
        self.connection.execute_batch("BEGIN")?;
        let (head, pruned): (i64, i64) =
            self.connection
                .query_row("SELECT head, pruned FROM log_state", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut statement = self.connection.prepare("SELECT follower, no FROM cursor ORDER BY follower")?;
        let rows =
            statement.query_map([], |row| Ok((row.get(0)?, ChangeNo(row.get::<_, i64>(1)? as u64))))?;
        let cursors = rows.collect::<Result<_, _>>()?;
        let entities: i64 = self.connection.query_row("SELECT count(*) FROM entity", [], |row| row.get(0))?;
        Ok(Standing {
            head: ChangeNo(head as u64),
            pruned: ChangeNo(pruned as u64),
            cursors,
            entities: entities as u64,
        })
    }

    /// Lets go of the moment that is held, if one is.
    pub fn release(&self) {
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK").ok();
        }
    }

    /// How many bytes the state has at the moment that is held.
    pub fn bytes(&self) -> Result<u64, StoreError> {
        let pages: i64 = self.connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
        Ok(pages as u64 * schema::PAGE_BYTES)
    }

    /// Copies the state of the moment that is held to a new file, page by page and in place: a state that did not change gives the
    /// same bytes. `pace` is told the bytes copied so far and may wait, or end the copying by an error. The file is not yet synced.
    pub fn copy(
        &self,
        to: &Path,
        pace: &mut dyn FnMut(u64) -> std::io::Result<()>,
    ) -> Result<(), StoreError> {
        let mut target = Connection::open(to)?;
        target.pragma_update(None, "journal_mode", "OFF")?;
        target.pragma_update(None, "synchronous", "OFF")?;
        let copying = Backup::new(&self.connection, &mut target)?;
        loop {
            let step = copying.step(STEP_PAGES)?;
            let progress = copying.progress();
            let done = u64::try_from(progress.pagecount - progress.remaining).unwrap_or(0);
            pace(done * schema::PAGE_BYTES)
                .map_err(|error| StoreError::File { path: to.display().to_string(), error })?;
            match step {
                StepResult::Done => return Ok(()),
                StepResult::More => {}
                _ => std::thread::sleep(std::time::Duration::from_millis(10)),
            }
        }
    }
}

impl std::fmt::Debug for StateImage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StateImage").field("path", &self.path).finish_non_exhaustive()
    }
}
