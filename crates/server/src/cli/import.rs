//! `senne import`

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Args, Debug)]
pub(crate) struct Import {
    #[command(subcommand)]
    pub(crate) what: ImportCommand,
}

#[derive(Subcommand, Debug)]
pub(crate) enum ImportCommand {
    /// Copy another NGSI-LD broker into a running Senne: contexts, entities, their past, registrations, subscriptions.
    NgsiLd(ImportNgsiLd),
}

#[derive(Args, Debug)]
pub(crate) struct ImportNgsiLd {
    /// The broker to copy, e.g. `http://orion:1026` or with the path of its API, `…/ngsi-ld/v1`.
    #[arg(value_name = "URL")]
    pub(crate) from: String,
    /// The running Senne that it is copied into.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:7000")]
    pub(crate) into: String,
    /// The tenant to copy; the default tenant when not said.
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub(crate) from_tenant: String,
    /// The tenant to copy into.
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub(crate) tenant: String,
    /// A file with the administrator's key of the Senne that it is copied into.
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// A file with a bearer token for the broker that is copied.
    #[arg(long, value_name = "FILE")]
    pub(crate) from_key_file: Option<PathBuf>,
    /// Where it is noted how far the copy has come; the same command goes on from there.
    #[arg(long, value_name = "FILE", default_value = "senne-import.json")]
    pub(crate) state: PathBuf,
    /// Leave out the past.
    #[arg(long)]
    pub(crate) without_history: bool,
    /// Copy subscriptions as paused, so that receivers are not told twice while both brokers run.
    #[arg(long)]
    pub(crate) pause_subscriptions: bool,
    /// Entities that are copied at once.
    #[arg(long, value_name = "COUNT", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) page: u32,
    /// No progress line, only the closing report.
    #[arg(long)]
    pub(crate) quiet: bool,
}
