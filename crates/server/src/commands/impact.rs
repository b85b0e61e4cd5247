//! `senne impact`

use std::{
    io::{Read, Write},
    path::Path,
    process::ExitCode,
};

use anyhow::Context as _;
use senne_city_impact::{Table, advise, evaluate, foresee};
use serde::Serialize;

use crate::cli::{Impact, ImpactCommand, ImpactQuestion, ReportFormat};

mod told;

/// A table that does not fit into this is not one of units over time.
const BYTES_MAX: u64 = 1 << 30;

pub(super) fn run(options: &Impact) -> anyhow::Result<ExitCode> {
    match (&options.command, &options.question) {
        (Some(ImpactCommand::Power(power)), _) => {
            let found = foresee(&table(&power.data)?, &power.project())?;
            print(power.format, &found, |out| told::foresight(out, &found))
        }
        (Some(ImpactCommand::Choose(question)), _) => {
            let found = advise(&table(&question.data)?, &question.request())?;
            print(question.format, &found, |out| told::advice(out, &found))
        }
        (None, Some(question)) => answer(question),
        (None, None) => anyhow::bail!("a table is needed: --data FILE, --time COLUMN and --outcome COLUMN"),
    }
}

fn answer(question: &ImpactQuestion) -> anyhow::Result<ExitCode> {
    let found = evaluate(&table(&question.data)?, &question.request())?;
    print(question.format, &found, |out| told::report(out, &found))
}

fn print(
    format: ReportFormat,
    found: &impl Serialize,
    tell: impl FnOnce(&mut std::io::StdoutLock<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match format {
        ReportFormat::Json => {
            serde_json::to_writer_pretty(&mut out, found)?;
            writeln!(out)?;
        }
        ReportFormat::Text => tell(&mut out)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn table(path: &Path) -> anyhow::Result<Table> {
    Table::read(&bytes(path)?).with_context(|| format!("{} cannot be read as a table", path.display()))
}

fn bytes(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().lock().take(BYTES_MAX + 1).read_to_end(&mut bytes)?;
    } else {
        let file = std::fs::File::open(path).with_context(|| path.display().to_string())?;
        file.take(BYTES_MAX + 1).read_to_end(&mut bytes)?;
    }
    anyhow::ensure!(
        bytes.len() as u64 <= BYTES_MAX,
        "the table has more than 1 GiB; take means over time first"
    );
    Ok(bytes)
}
