//! The command line.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

mod brokers;
mod impact;
mod import;
mod indicator;
mod programme;

pub(crate) use brokers::Brokers;
pub(crate) use impact::{Impact, ImpactCommand, ImpactQuestion};
pub(crate) use import::{Import, ImportCommand, ImportNgsiLd};
pub(crate) use indicator::{
    FigureFormat, Indicator, IndicatorCommand, IndicatorCompute, IndicatorDeclare, IndicatorImport,
    IndicatorList, IndicatorReproduce, IndicatorValues, IndicatorWithdraw,
};
pub(crate) use programme::{Programme, ProgrammeCommand, ProgrammeList, ProgrammeLoad, ProgrammeReplay};

/// Senne carries a city's data from the sensor to the decision.
///
/// It takes in what sensors, feeds and public bodies send, keeps it with its whole past and quality, serves it
/// through NGSI-LD and a portal for people, and computes the indicators of quality of life from it.
///
/// First steps:
///
///   senne serve --data ./city --open --simulate     a living city to look at, on http://127.0.0.1:7000
///
///   senne load feeds/ixelles-air.yaml --from ./files --data ./city
///
///   senne sql --data ./city "SELECT type, count(*) FROM entity GROUP BY type"
///
///   senne sql --data ./city                         a shell that completes, describes and plots
#[derive(Parser, Debug)]
#[command(
    name = "senne",
    version,
    max_term_width = 100,
    propagate_version = true,
    disable_help_subcommand = true
)]
pub(crate) struct Cli {
    /// How much to log: error, warn, info, debug, trace, or a filter such as `info,senne_hub=debug`.
    #[arg(long, global = true, env = "SENNE_LOG", default_value = "info", help_heading = "Logging")]
    pub(crate) log: String,
    /// How to write the log.
    #[arg(long, global = true, env = "SENNE_LOG_FORMAT", default_value = "text", help_heading = "Logging")]
    pub(crate) log_format: LogFormat,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Run the city: NGSI-LD under /ngsi-ld/v1, the portal under /, /healthz, /readyz and /metrics.
    Serve(Serve),
    /// Load recorded data by feeds; can be stopped and taken up again, and a second load changes nothing.
    Load(Load),
    /// Ask with SQL over the views entity, observation, observation_corrected, hourly and daily; without a question,
    /// in a shell.
    Sql(Sql),
    /// Indicators of quality of life: list, show, compute again, import.
    Indicator(Indicator),
    /// The programme: load it from files, list its projects, make a decision again.
    Programme(Programme),
    /// Say what a project changed, from a table of units over time: the effect, its interval, a verdict.
    Impact(Box<Impact>),
    /// Check contracts, feeds and configuration; errors come with file, line and column.
    Check(Check),
    /// Copy another NGSI-LD broker into this city; can be stopped and taken up again.
    Import(Import),
    /// Write out entities or their whole past.
    Export(Export),
    /// Look for damage in a data folder, and say what to do.
    Doctor(Doctor),
    /// Erase an entity, or a person with all that is about them, for good and with proof.
    Erase(Erase),
    /// Take a backup of a data folder, also while a server runs on it; list, check and thin out backups.
    Backup(Backup),
    /// Restore a backup into a new data folder; can be stopped and taken up again.
    Restore(Restore),
}

#[derive(Args, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
pub(crate) struct Serve {
    /// The folder with all data; made when it is not there.
    #[arg(long, value_name = "DIR", env = "SENNE_DATA")]
    pub(crate) data: PathBuf,
    /// The address to listen on.
    #[arg(long, value_name = "ADDR", env = "SENNE_LISTEN", default_value = "127.0.0.1:7000")]
    pub(crate) listen: SocketAddr,
    /// Callers from this machine act as administrator: for trials and tests. Without it an administrator's key is
    /// written to DIR/admin-key.
    #[arg(long)]
    pub(crate) open: bool,
    /// Follow the live feeds of a place, e.g. `brussels` (needs the internet).
    #[arg(long, value_name = "NAME")]
    pub(crate) preset: Option<String>,
    /// Keep a simulated city alive; all it makes is labelled as simulated.
    #[arg(long)]
    pub(crate) simulate: bool,
    /// The seed of the simulated city: the same seed makes the same city.
    #[arg(long, value_name = "NUMBER", default_value_t = 1000, requires = "simulate")]
    pub(crate) seed: u64,
    /// How many days of past the simulated city starts with.
    #[arg(long, value_name = "DAYS", default_value_t = 30, requires = "simulate")]
    pub(crate) simulate_days: u32,
    /// The most memory to take, e.g. `512MiB` or `8GiB`; at least 256MiB.
    #[arg(long, value_name = "SIZE", env = "SENNE_MEMORY", default_value = "2GiB", value_parser = crate::size::memory)]
    pub(crate) memory: usize,
    /// A folder with contracts that replace or add to those that Senne brings.
    #[arg(long, value_name = "DIR")]
    pub(crate) contracts: Option<PathBuf>,
    /// A folder with JSON-LD contexts; `contexts.json` in it maps their URLs to its files. They are never fetched.
    #[arg(long, value_name = "DIR", env = "SENNE_CONTEXTS")]
    pub(crate) contexts: Option<PathBuf>,
    /// Fetch no JSON-LD contexts: there is no internet here.
    #[arg(long)]
    pub(crate) contexts_offline: bool,
    /// How many values an entity has at most in one temporal answer of NGSI-LD; more is told in parts (206). As many as there are when
    /// not said.
    #[arg(long, value_name = "NUMBER", env = "SENNE_TEMPORAL_VALUES", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) temporal_values: Option<u32>,
    /// Answer NGSI-v2 at `/v2` as well, for clients of older FIWARE brokers.
    #[arg(long, env = "SENNE_NGSI_V2")]
    pub(crate) ngsi_v2: bool,
    /// Let subscriptions and user contexts reach private and loopback addresses.
    #[arg(long)]
    pub(crate) allow_private_addresses: bool,
    /// After how long an idle connection is hung up on; the other limits of connections go with it. For tests.
    #[arg(long, value_name = "SECONDS", default_value_t = 75, value_parser = clap::value_parser!(u64).range(1..=86_400), hide = true)]
    pub(crate) idle_seconds: u64,
    #[command(flatten)]
    pub(crate) brokers: Brokers,
}

#[derive(Args, Debug)]
pub(crate) struct Load {
    /// The feeds to load.
    #[arg(required = true, value_name = "FEED.yaml")]
    pub(crate) feeds: Vec<PathBuf>,
    /// The folder to which the file names in the feeds are relative.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) from: PathBuf,
    #[command(flatten)]
    pub(crate) target: Target,
    /// The tenant to load into.
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub(crate) tenant: String,
    /// Leave out feeds whose files are not there.
    #[arg(long)]
    pub(crate) if_present: bool,
    /// No progress line, only the closing report.
    #[arg(long)]
    pub(crate) quiet: bool,
}

/// Which Senne is meant: a data folder (whose server is asked when one runs on it) or a URL.
#[derive(Args, Debug)]
#[group(required = true, multiple = true)]
pub(crate) struct Target {
    /// The data folder.
    #[arg(long, value_name = "DIR", conflicts_with = "url")]
    pub(crate) data: Option<PathBuf>,
    /// The base URL of a running Senne.
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// A file with the administrator's key, for --url.
    #[arg(long, value_name = "FILE", requires = "url")]
    pub(crate) key_file: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Sql {
    #[command(flatten)]
    pub(crate) target: Target,
    /// How to print the answer.
    #[arg(long, default_value = "table")]
    pub(crate) format: Format,
    /// The most rows to print.
    #[arg(long, value_name = "ROWS", default_value_t = 10_000)]
    pub(crate) rows: usize,
    /// The tenant to ask.
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub(crate) tenant: String,
    /// A file with statements, each ended by `;`.
    #[arg(long, value_name = "FILE.sql", conflicts_with = "question")]
    pub(crate) file: Option<PathBuf>,
    /// The question; none: a shell on a terminal, else the statements on the standard input.
    #[arg(value_name = "SELECT …")]
    pub(crate) question: Option<String>,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Columns for people.
    Table,
    /// Comma-separated values (RFC 4180).
    Csv,
    /// An array of objects.
    Json,
    /// One object a line.
    Ndjson,
}

#[derive(Args, Debug)]
pub(crate) struct Check {
    /// Files or folders with contracts (`contracts/*.yaml`) and feeds (`feeds/*.yaml`); none: those that Senne
    /// brings.
    #[arg(value_name = "FILE or DIR")]
    pub(crate) paths: Vec<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) target: Target,
    /// What to write.
    #[arg(value_enum, default_value = "entities")]
    pub(crate) what: What,
    /// How to write it.
    #[arg(long, value_enum, default_value = "ngsi-ld")]
    pub(crate) format: ExportFormat,
    /// Only entities of this type, as SQL shows it.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) type_name: Option<String>,
    /// Only what was observed at this moment or after it.
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<String>,
    /// Only what was observed before this moment.
    #[arg(long, value_name = "TIME")]
    pub(crate) to: Option<String>,
    /// The file to write; it has its name only when it is whole. `-` is the standard output.
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub(crate) out: String,
    /// The tenant to export.
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub(crate) tenant: String,
    /// No progress line.
    #[arg(long)]
    pub(crate) quiet: bool,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExportFormat {
    /// A Parquet file with the columns of SQL.
    Parquet,
    /// Comma-separated values (RFC 4180) with the columns of SQL.
    Csv,
    /// One JSON object a line with the columns of SQL.
    Ndjson,
    /// A JSON array with one NGSI-LD entity, or its temporal evolution, a line; it can be loaded again.
    NgsiLd,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// The entities as they stand now.
    Entities,
    /// Every observation, newest version.
    Observations,
}

#[derive(Args, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
pub(crate) struct Doctor {
    /// The data folder. While a server runs on it, some checks are left out, and nothing is mended.
    #[arg(long, value_name = "DIR", env = "SENNE_DATA")]
    pub(crate) data: PathBuf,
    /// Compute every bucket of the roll-ups anew, and not only some.
    #[arg(long)]
    pub(crate) thorough: bool,
    /// How to say what was found.
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: ReportFormat,
    /// Mend what can be made anew; what is replaced is kept in DIR/repaired-TIME.
    #[arg(long)]
    pub(crate) repair: bool,
    /// Mend without asking.
    #[arg(long, requires = "repair")]
    pub(crate) yes: bool,
    /// Give up observations whose file is damaged, and say which.
    #[arg(long, requires = "repair")]
    pub(crate) accept_loss: bool,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReportFormat {
    /// Lines for people.
    Text,
    /// One JSON object.
    Json,
}

#[derive(Args, Debug)]
pub(crate) struct Erase {
    #[command(flatten)]
    pub(crate) target: Target,
    #[command(flatten)]
    pub(crate) whom: Whom,
    /// The tenant to erase in.
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub(crate) tenant: String,
    /// Why, in words that name nobody: they stand in the proof.
    #[arg(long, value_name = "TEXT", default_value = "request of the data subject")]
    pub(crate) reason: String,
    /// The legal ground.
    #[arg(long, value_name = "TEXT", default_value = "GDPR article 17(1)")]
    pub(crate) ground: String,
    /// Erase what was recorded so far and leave the present state.
    #[arg(long)]
    pub(crate) past_only: bool,
    /// Say what would go, and do nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// How to print the proof: `table` for people, `json` for machines.
    #[arg(long, default_value = "table")]
    pub(crate) format: Format,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub(crate) struct Whom {
    /// The entity that goes.
    #[arg(long, value_name = "URN")]
    pub(crate) entity: Option<String>,
    /// The person who goes, with every entity that is about them as its contract says.
    #[arg(long, value_name = "URN")]
    pub(crate) subject: Option<String>,
    /// After a restore: erase again what the proofs in the data folder say.
    #[arg(long)]
    pub(crate) reapply: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Backup {
    /// The data folder to take a backup of.
    #[arg(
        long,
        value_name = "DIR",
        env = "SENNE_DATA",
        required_unless_present_any = ["list", "verify"]
    )]
    pub(crate) data: Option<PathBuf>,
    /// The folder with the backups; made when it is not there.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) to: PathBuf,
    /// Take none: list those that are there.
    #[arg(long)]
    pub(crate) list: bool,
    /// Take none: read all, restore one into a temporary folder of FOLDER, open it and compare.
    #[arg(long, conflicts_with = "list")]
    pub(crate) verify: bool,
    /// With --verify: restore the newest one not after this moment.
    #[arg(long, value_name = "TIME", requires = "verify")]
    pub(crate) at: Option<String>,
    /// Keep so many of the newest; the others go, when --keep-days does not keep them.
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["list", "verify"])]
    pub(crate) keep: Option<usize>,
    /// Keep those of the last days; the others go, when --keep does not keep them.
    #[arg(long, value_name = "DAYS", conflicts_with_all = ["list", "verify"])]
    pub(crate) keep_days: Option<u32>,
    #[command(flatten)]
    pub(crate) pace: PaceOptions,
}

#[derive(Args, Debug)]
pub(crate) struct PaceOptions {
    /// The most to read a second, in MiB; 0 is as fast as it goes.
    #[arg(long, value_name = "MIB", default_value_t = 200)]
    pub(crate) mib_per_second: u64,
    /// No progress line.
    #[arg(long)]
    pub(crate) quiet: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Restore {
    /// The folder with the backups.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) from: PathBuf,
    /// The new data folder; it must not be there, or be empty.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Take the newest backup not after this moment: 2026-03-01T02:00:00Z, or "2026-03-01 03:00 Europe/Brussels".
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// A data folder (that which is to be replaced) whose record of erasures holds for the restored one too.
    #[arg(long, value_name = "DIR")]
    pub(crate) erased_in: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) pace: PaceOptions,
}
