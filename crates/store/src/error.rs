//! What can go wrong in a store.

use senne_model::{CodecError, ErrorKind, Problem};

/// A failure of the store: of a whole group, or of a request that met a damaged row. Nothing of it was stored.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk is full. Reads go on; writes work again when there is room.
    #[error("the disk is full; nothing was stored, free some space and send it again")]
    Full,
    /// SQLite reported something else.
    #[error("SQLite: {0}")]
    Sqlite(rusqlite::Error),
    /// A row is not what was written.
    #[error("state.sqlite: table {table}, row {row} is damaged (checksum); run `senne doctor`")]
    Damaged {
        /// The table.
        table: &'static str,
        /// The key of the row.
        row: String,
    },
    /// The structure of the file is not sound.
    #[error("state.sqlite is damaged ({0}); run `senne doctor`")]
    Corrupt(rusqlite::Error),
    /// A record could not be read.
    #[error("a stored record is damaged ({0}); run `senne doctor`")]
    Codec(#[from] CodecError),
    /// A file or a folder could not be used.
    #[error("{path}: {error}")]
    File {
        /// Which.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// Whoever asked has gone, or their time is over.
    #[error("nobody waits for the answer any more")]
    Abandoned,
    /// A thread ended with a panic.
    #[error("{0} broke off")]
    Broke(&'static str),
    /// The data were written by a newer program, or the SQLite library is too old.
    #[error("{0}")]
    Version(String),
    /// The operating system gave no thread.
    #[error("a thread could not be started: {0}")]
    Thread(#[from] std::io::Error),
}

impl StoreError {
    /// Whether it is about one row alone: who does not need that row goes on.
    pub(crate) fn is_of_one_row(&self) -> bool {
        matches!(self, Self::Damaged { .. } | Self::Codec(_))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::Full,
            Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => {
                Self::Corrupt(error)
            }
            _ => Self::Sqlite(error),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let kind = match error {
            StoreError::Full => ErrorKind::StorageFull,
            StoreError::Abandoned => ErrorKind::Timeout,
            _ => ErrorKind::Internal,
        };
        Problem::new(kind, error.to_string())
    }
}
