//! The command line.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Parser, ValueEnum};
use tempfile::TempDir;

use crate::beside::Peer;

/// Measures the senne binary and prints a table: rates, latencies, memory, bytes, and how they stand to the aims.
#[derive(Parser, Debug)]
#[command(name = "senne-bench", version, max_term_width = 100)]
pub(crate) struct Options {
    /// The parts to measure; all of them when none is named.
    #[arg(value_enum, value_name = "PART")]
    pub(crate) parts: Vec<Part>,
    /// The binary; by default the one beside this program.
    #[arg(long, value_name = "FILE")]
    pub(crate) senne: Option<PathBuf>,
    /// How long each rate is measured, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub(crate) seconds: u64,
    /// How many keep-alive connections write and read single entities.
    #[arg(long, value_name = "NUMBER", default_value_t = 64)]
    pub(crate) connections: usize,
    /// How many entities the large city has.
    #[arg(long, value_name = "NUMBER", default_value_t = 1_000_000)]
    pub(crate) large: u64,
    /// The folder of recorded data; when it is absent, made-up rows are loaded instead, and the table says so.
    #[arg(long, value_name = "DIR", env = "SENNE_SHARED_DATA", default_value = "../shared/data")]
    pub(crate) recorded: PathBuf,
    /// Where the cities of the bench are put, and removed again: a disk, not memory, for fsync to mean something.
    /// By default beside this program.
    #[arg(long, value_name = "DIR")]
    pub(crate) work: Option<PathBuf>,
    /// Measure subscriptions instead: how many notifications are due, how many arrive, through a kill -9 too.
    #[arg(long)]
    pub(crate) subscriptions: bool,
    /// How many subscriptions there are.
    #[arg(long, value_name = "NUMBER", default_value_t = 10_000, requires = "subscriptions")]
    pub(crate) subscriptions_count: u64,
    /// How many changes are written a second, whether the server keeps up or not.
    #[arg(long, value_name = "NUMBER", default_value_t = 5_000, requires = "subscriptions")]
    pub(crate) changes_per_second: u64,
    /// How many changes one request brings.
    #[arg(long, value_name = "NUMBER", default_value_t = 10, requires = "subscriptions")]
    pub(crate) changes_per_request: u64,
    /// Measure Senne beside another NGSI-LD broker that runs at HOST:PORT; may be said several times.
    #[arg(long, value_name = "NAME=HOST:PORT")]
    pub(crate) beside: Vec<Peer>,
    /// Be the bare server that sets the limit, with its data in this folder.
    #[arg(long, hide = true, value_name = "DIR")]
    pub(crate) serve_limit: Option<PathBuf>,
}

/// A part of the bench.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Single durable creates, beside a bare server that sets the limit.
    Creates,
    /// A city of 100,000 and then of a million entities: batches, reads, queries, memory, start.
    City,
    /// Recorded files: load, bytes on disk, a month of one series.
    Load,
}

impl Options {
    pub(crate) fn wants(&self, part: Part) -> bool {
        self.parts.is_empty() || self.parts.contains(&part)
    }

    /// The binary to measure.
    pub(crate) fn binary(&self) -> anyhow::Result<PathBuf> {
        let path = match &self.senne {
            Some(path) => path.clone(),
            None => std::env::current_exe()?.with_file_name("senne"),
        };
        if !path.is_file() {
            bail!("{} is not there; build it with `cargo build --release -p senne-server`", path.display());
        }
        Ok(path)
    }

    /// A folder for one part, removed when dropped.
    pub(crate) fn folder(&self) -> anyhow::Result<TempDir> {
        let base = match &self.work {
            Some(base) => base.clone(),
            None => std::env::current_exe()?.parent().context("this program is in no folder")?.to_owned(),
        };
        TempDir::with_prefix_in("bench-", &base).with_context(|| base.display().to_string())
    }
}
