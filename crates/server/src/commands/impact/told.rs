//! Answers for people.

use std::io::Write;

use senne_city_impact::{Advice, Foresight, Report, WeightOf, Wording};

pub(super) fn report(out: &mut impl Write, report: &Report) -> anyhow::Result<()> {
    writeln!(out, "{}\n", report.verdict.en)?;
    writeln!(out, "method        {} ({})", report.method, report.source)?;
    for reason in &report.reasons {
        writeln!(out, "because       {}", reason.en)?;
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
    for cell in &report.cells {
        let [low, high] = cell.interval.map(figure);
        let best = if cell.best { ", more than each other" } else { "" };
        writeln!(
            out,
            "cell          {}: {} per region and time ({low} to {high}), {:.1} %, {} in all, p {} of all cells{best}",
            cell.cell,
            figure(cell.effect),
            100.0 * cell.lift,
            figure(cell.incremental),
            figure(cell.p_value_of_all),
        )?;
    }
    for (name, value) in &report.diagnostics {
        writeln!(out, "{name:<30} {}", figure(*value))?;
    }
    warnings(out, &report.warnings)
}

pub(super) fn foresight(out: &mut impl Write, found: &Foresight) -> anyhow::Result<()> {
    writeln!(out, "{}\n", found.sentence.en)?;
    writeln!(out, "method        {} ({})", found.method, found.source)?;
    for reason in &found.reasons {
        writeln!(out, "because       {}", reason.en)?;
    }
    let who = if found.treated.is_empty() { "drawn anew".to_owned() } else { found.treated.join(", ") };
    writeln!(out, "planned       {} treated ({who}) beside {} others", found.count, found.donors)?;
    writeln!(out, "time          {} of {} times", found.duration, found.times)?;
    writeln!(out, "smallest      {} ({:.1} %)", figure(found.smallest), 100.0 * found.relative)?;
    writeln!(out, "false alarms  {:.1} % of {} placebos", 100.0 * found.false_alarms, found.placebos)?;
    writeln!(out, "error         {}", figure(found.error))?;
    for point in &found.curve {
        writeln!(
            out,
            "effect        {:>12} is seen in {:>3.0} %",
            figure(point.effect),
            100.0 * point.power
        )?;
    }
    for set in &found.sets {
        writeln!(
            out,
            "set {:<9} {}: lift of {:.1} % seen in {:.0} %, adds {}",
            set.rank,
            set.regions.join(", "),
            100.0 * set.lift,
            100.0 * set.power,
            figure(set.added),
        )?;
    }
    warnings(out, &found.warnings)
}

pub(super) fn advice(out: &mut impl Write, found: &Advice) -> anyhow::Result<()> {
    writeln!(out, "method        {}", found.method)?;
    for reason in &found.reasons {
        writeln!(out, "because       {}", reason.en)?;
    }
    if !found.checks.is_empty() {
        writeln!(out, "check with    {}", found.checks.join(", "))?;
    }
    writeln!(out, "evidence      {} of 5 at most (Maryland scale)", found.grade)?;
    writeln!(
        out,
        "table         {} treated, {} others, {} beginnings, {} times before and {} from the start on",
        found.treated, found.donors, found.starts, found.before, found.after,
    )?;
    Ok(())
}

fn warnings(out: &mut impl Write, warnings: &[Wording]) -> anyhow::Result<()> {
    for warning in warnings {
        writeln!(out, "warning       {}", warning.en)?;
    }
    Ok(())
}

fn weights(out: &mut impl Write, name: &str, weights: &[WeightOf]) -> anyhow::Result<()> {
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
