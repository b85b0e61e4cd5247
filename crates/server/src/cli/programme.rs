//! `senne programme`

use std::path::PathBuf;

use clap::{Args, Subcommand, builder::PossibleValuesParser};

use super::{ReportFormat, Target};

#[derive(Args, Debug)]
pub(crate) struct Programme {
    #[command(subcommand)]
    pub(crate) command: ProgrammeCommand,
}

#[derive(Subcommand, Debug)]
pub(crate) enum ProgrammeCommand {
    /// Write entities of a programme: YAML or JSON, a list of them in each file. A second load of the same files changes nothing.
    Load(ProgrammeLoad),
    /// The projects by pillar, with their state and how much of their work is done.
    List(ProgrammeList),
    /// Make a decision again from what it was made of, and compare.
    Replay(ProgrammeReplay),
}

#[derive(Args, Debug)]
pub(crate) struct ProgrammeLoad {
    /// The files, in the order in which they are written; what refers to another may come before it.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) target: Target,
}

#[derive(Args, Debug)]
pub(crate) struct ProgrammeList {
    #[command(flatten)]
    pub(crate) target: Target,
    /// The language of names.
    #[arg(long, value_name = "LANGUAGE", default_value = "en", value_parser = PossibleValuesParser::new(["fr", "nl", "en"]))]
    pub(crate) language: String,
    /// How to print.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: ReportFormat,
}

#[derive(Args, Debug)]
pub(crate) struct ProgrammeReplay {
    /// The decision, by its identifier or the last part of it.
    #[arg(value_name = "DECISION")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) target: Target,
}
