//! `senne impact`

use std::{
    io::{Read, Write},
    path::Path,
    process::ExitCode,
};

use anyhow::Context as _;
use senne_city_impact::{Report, Table, evaluate};

use crate::cli::{Impact, ReportFormat};

/// A table that does not fit into this is not one of units over time.
const BYTES_MAX: u64 = 1 << 30;

pub(super) fn run(options: &Impact) -> anyhow::Result<ExitCode> {
    let table = Table::read(&bytes(&options.data)?)
        .with_context(|| format!("{} cannot be read as a table", options.data.display()))?;
    let report = evaluate(&table, &options.request())?;
    let mut out = std::io::stdout().lock();
    match options.format {
        ReportFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &report)?;
            writeln!(out)?;
        }
        ReportFormat::Text => tell(&mut out, &report)?,
    }
    Ok(ExitCode::SUCCESS)
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

fn tell(out: &mut impl Write, report: &Report) -> anyhow::Result<()> {
    writeln!(out, "{}\n", report.verdict.en)?;
    writeln!(out, "method        {} ({})", report.method, report.source)?;
    for reason in &report.reasons {
        writeln!(out, "because       {reason}")?;
    }
    let compared = &report.comparison;
    writeln!(
        out,
        "compared      {} treated with {} others, {} times before and {} from the start on ({})",
        compared.treated.len(),
        compared.donors,
        compared.before,
        compared.after,
        compared.starts.join(", "),
    )?;
    if compared.left_out > 0 {
        writeln!(out, "left out      {} units for lack of values", compared.left_out)?;
    }
    let [low, high] = report.interval.map(figure);
    writeln!(out, "estimate      {}", figure(report.estimate))?;
    writeln!(out, "error         {}", figure(report.standard_error))?;
    writeln!(out, "interval      {low} to {high} ({:.0} %)", report.level * 100.0)?;
    writeln!(out, "p             {}", figure(report.p_value))?;
    writeln!(out, "detectable    {}", figure(report.verdict.detectable))?;
    writeln!(out, "evidence      {} of 5 (Maryland scale)", report.verdict.grade)?;
    weights(out, "units", &report.unit_weights)?;
    weights(out, "times", &report.time_weights)?;
    for (name, value) in &report.diagnostics {
        writeln!(out, "{name:<30} {}", figure(*value))?;
    }
    for warning in &report.warnings {
        writeln!(out, "warning       {warning}")?;
    }
    Ok(())
}

fn weights(out: &mut impl Write, name: &str, weights: &[senne_city_impact::WeightOf]) -> anyhow::Result<()> {
    let mut largest: Vec<_> = weights.iter().filter(|entry| entry.weight.abs() >= 0.0005).collect();
    largest.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
    for (place, entry) in largest.iter().take(10).enumerate() {
        let name = if place == 0 { name } else { "" };
        writeln!(out, "{name:<13} {:>7.3}  {}", entry.weight, entry.of)?;
    }
    Ok(())
}

fn figure(value: f64) -> String {
    if value.is_finite() { format!("{value:.6}") } else { "none".to_owned() }
}
