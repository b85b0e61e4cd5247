//! What can go wrong with a backup. The text names the file and says what to do.

use std::path::{Path, PathBuf};

use senne_history::HistoryError;
use senne_model::{ErrorKind, Problem};
use senne_store::StoreError;

/// A failure. What was written before it is used again, or removed, by the next call.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file or folder could not be read or written.
    #[error("{step} {path}: {source}")]
    Disk {
        /// What was being done, e.g. `writing`.
        step: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A file does not hold what was written into it.
    #[error("{path} is damaged: {what}; {advice}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is not as it should be.
        what: String,
        /// What to do.
        advice: &'static str,
    },
    /// It was asked for something that is not done; the text says why and what to do instead.
    #[error("{0}")]
    Refused(String),
    /// The data folder changed again and again while it was copied.
    #[error(
        "the data folder did not hold still for {tries} tries, the last one ended with: {cause}; try again when less is removed"
    )]
    Restless {
        /// How often it was tried.
        tries: usize,
        /// What the last try met.
        cause: String,
    },
    /// The state could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The history could not be read.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// A restored city could not be opened.
    #[error("the restored folder cannot be opened: {0}")]
    Hub(Problem),
}

/// For damage in the repository.
pub(crate) const ADVICE: &str = "restore another snapshot, or remove the file and take a backup, which writes it anew if the data folder still has it";

/// For damage in the data folder.
pub(crate) const ADVICE_DATA: &str = "run `senne doctor`; nothing damaged is taken into a backup";

impl BackupError {
    pub(crate) fn disk(step: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Disk { step, path, source }
    }

    pub(crate) fn damaged(path: &Path, what: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), what: what.into(), advice: ADVICE }
    }

    /// Whether something was not there that had been there a moment before.
    pub(crate) fn is_gone(&self) -> bool {
        match self {
            Self::Disk { source, .. } | Self::History(HistoryError::Disk { source, .. }) => {
                source.kind() == std::io::ErrorKind::NotFound
            }
            Self::History(HistoryError::Delta { .. }) => true,
            _ => false,
        }
    }
}

impl From<BackupError> for Problem {
    fn from(error: BackupError) -> Self {
        let kind = match &error {
            BackupError::Disk { source, .. } if source.kind() == std::io::ErrorKind::StorageFull => {
                ErrorKind::StorageFull
            }
            BackupError::Refused(_) => ErrorKind::Conflict,
            BackupError::Restless { .. } => ErrorKind::Overloaded,
            _ => ErrorKind::Internal,
        };
        Self::new(kind, error.to_string())
    }
}
