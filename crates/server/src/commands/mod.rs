//! The commands, one file each.

mod backup;
mod check;
mod doctor;
mod erase;
mod export;
mod impact;
mod import;
mod indicator;
mod load;
mod programme;
mod progress;
mod restore;
mod serve;
mod sql;

use std::process::ExitCode;

use tracing_subscriber::EnvFilter;

use crate::cli::{Cli, Command, LogFormat};

/// Runs the command and gives the exit code.
pub(crate) async fn run(arguments: Cli) -> anyhow::Result<ExitCode> {
    start_log(&arguments, matches!(arguments.command, Command::Serve(_)))?;
    match arguments.command {
        Command::Serve(options) => serve::run(options).await,
        Command::Load(options) => load::run(options).await,
        Command::Sql(options) => sql::run(options).await,
        Command::Indicator(options) => indicator::run(options).await,
        Command::Programme(options) => programme::run(options).await,
        Command::Impact(options) => impact::run(&options),
        Command::Check(options) => check::run(&options),
        Command::Import(options) => import::run(options).await,
        Command::Export(options) => export::run(options).await,
        Command::Doctor(options) => doctor::run(options).await,
        Command::Erase(options) => erase::run(options).await,
        Command::Backup(options) => backup::run(options).await,
        Command::Restore(options) => restore::run(options).await,
    }
}

fn start_log(arguments: &Cli, serves: bool) -> anyhow::Result<()> {
    // A command's own words go to the person; only trouble is logged beside them.
    let level = if serves || arguments.log != "info" { arguments.log.as_str() } else { "warn" };
    let filter = EnvFilter::try_new(format!(
        "{level},datafusion=warn,deltalake=warn,deltalake_core=warn,delta_kernel=warn,buoyant_kernel=warn"
    ))?;
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match arguments.log_format {
        LogFormat::Text => log.with_target(false).init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(())
}
