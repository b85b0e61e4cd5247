//! `senne load`

use std::{process::ExitCode, sync::Arc, time::Duration};

use anyhow::{Context as _, bail};
use indicatif::{ProgressBar, ProgressStyle};
use senne_contract::Contracts;
use senne_intake::{Feed, LoadError, LoadOptions, LoadReport, Loader, PreparedFeed, Progress, Sink};

use crate::{
    access::{Access, administrator},
    cli::Load,
    sink::HubSink,
};

pub(super) async fn run(options: Load) -> anyhow::Result<ExitCode> {
    let feeds = options.feeds.iter().map(|path| read_feed(path)).collect::<anyhow::Result<Vec<_>>>()?;
    let context = administrator(&options.tenant)?;
    let access = Access::open(&options.target).await?;
    let sink: Arc<dyn Sink> = match &access {
        Access::Embedded { hub, .. } => Arc::new(HubSink { hub: hub.clone(), context }),
        Access::Remote(remote) => Arc::new(remote.clone().in_tenant(&options.tenant)),
    };
    let mut refused = 0;
    for feed in feeds {
        let outcome = load(feed, &options, &sink).await;
        match outcome {
            Ok(report) => {
                refused += report.refused;
                print_report(&report);
            }
            Err(error @ LoadError::NoFiles { .. }) if options.if_present => println!("{error}; left out"),
            Err(error) => {
                access.close().await;
                return Err(error.into());
            }
        }
    }
    access.close().await;
    Ok(if refused == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn read_feed(path: &std::path::Path) -> anyhow::Result<Feed> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| name.clone())?;
    let findings = match Feed::parse(&name, &text) {
        Ok(feed) => {
            let findings = feed.check(&Contracts::builtin());
            if findings.is_empty() {
                return Ok(feed);
            }
            findings
        }
        Err(findings) => findings.iter().map(ToString::to_string).collect(),
    };
    bail!("the feed cannot be used:\n{}", findings.join("\n"))
}

async fn load(feed: Feed, options: &Load, sink: &Arc<dyn Sink>) -> Result<LoadReport, LoadError> {
    let prepared = match PreparedFeed::new(Arc::new(feed), &options.from) {
        Ok(prepared) => prepared,
        Err(problem) => return Err(problem.into()),
    };
    let bar = if options.quiet { ProgressBar::hidden() } else { ProgressBar::new(0) };
    let style = "{prefix}  {wide_bar:.cyan/blue}  {bytes}/{total_bytes}  {msg}";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    let loader = Loader::new(prepared, &options.from, Arc::clone(sink), LoadOptions::default());
    let report = loader.run(|progress| show(&bar, progress)).await;
    bar.finish_and_clear();
    report
}

fn show(bar: &ProgressBar, progress: &Progress) {
    bar.set_prefix(progress.feed.clone());
    bar.set_length(progress.bytes_total);
    bar.set_position(progress.bytes);
    let eta = progress.remaining.map_or_else(String::new, |left| format!(", {} s left", left.as_secs()));
    bar.set_message(format!("{} rows, {:.0} rows/s{eta}", progress.rows, progress.rows_per_second));
}

fn print_report(report: &LoadReport) {
    let seconds = report.took.max(Duration::from_millis(1)).as_secs_f64();
    println!(
        "{}: {} rows, {} values in {:.1} s ({:.0} values/s); {} files, {} of them unchanged since the last load",
        report.feed,
        report.rows,
        report.values,
        seconds,
        report.values as f64 / seconds,
        report.files,
        report.files_unchanged
    );
    println!(
        "  {} entities created, {} writes changed something, {} said what was known, {} values known already",
        report.created, report.updated, report.unchanged, report.values_known
    );
    for refusal in &report.refusals {
        println!("  refused {refusal}");
    }
    let listed = report.refusals.len() as u64;
    if report.refused > listed {
        println!("  … and {} more refused", report.refused - listed);
    }
}
