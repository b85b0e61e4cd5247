//! A city in a folder of its own.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

use super::Server;

/// A data folder, and beside it a place for files of the test. All is removed at the end.
pub(crate) struct City {
    folder: TempDir,
}

impl City {
    pub(crate) fn new() -> Self {
        let folder = TempDir::with_prefix("senne-").unwrap();
        std::fs::create_dir(folder.path().join("files")).unwrap();
        Self { folder }
    }

    /// The data folder of the binary.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A folder for files of the test.
    pub(crate) fn files(&self) -> PathBuf {
        self.folder.path().join("files")
    }

    /// Writes a file of the test.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.files().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Starts a server whose callers from this machine are administrators.
    pub(crate) fn serve(&self) -> Server {
        Server::start(&self.data(), &["--open"])
    }

    /// Starts a server that wants a key.
    pub(crate) fn serve_closed(&self) -> Server {
        Server::start(&self.data(), &[])
    }

    /// The answer to a question in SQL, as JSON rows, asked by `senne sql` of the folder.
    pub(crate) fn sql(&self, question: &str) -> Vec<serde_json::Value> {
        let output = senne(&["sql", "--format", "json", "--rows", "5000000"], &self.data(), &[question]);
        assert!(output.status.success(), "`senne sql` failed on {question}: {}", words(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The one number that a question in SQL has for an answer.
    pub(crate) fn number(&self, question: &str) -> f64 {
        let rows = self.sql(question);
        let first = rows.first().and_then(|row| row.as_object()).and_then(|row| row.values().next());
        first
            .and_then(serde_json::Value::as_f64)
            .unwrap_or_else(|| panic!("no number for {question}: {rows:?}"))
    }

    /// `senne load FEED --from FROM` into this city.
    pub(crate) fn load(&self, feed: &Path, from: &Path) -> Output {
        self.load_command(feed, from).output().unwrap()
    }

    /// The same, not yet started.
    pub(crate) fn load_command(&self, feed: &Path, from: &Path) -> Command {
        let mut command = command();
        command.arg("load").arg(feed).arg("--from").arg(from).arg("--data").arg(self.data()).arg("--quiet");
        command
    }
}

/// Runs `senne ARGUMENTS --data DATA MORE`.
pub(crate) fn senne(arguments: &[&str], data: &Path, more: &[&str]) -> Output {
    command().args(arguments).arg("--data").arg(data).args(more).output().unwrap()
}

/// The binary, with nothing of the caller's settings.
pub(crate) fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_senne"));
    for name in ["SENNE_DATA", "SENNE_URL", "SENNE_LISTEN", "SENNE_LOG", "SENNE_LOG_FORMAT"] {
        command.env_remove(name);
    }
    command.env("COLUMNS", "100").stdin(Stdio::null());
    command
}

/// All that a command said.
pub(crate) fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
