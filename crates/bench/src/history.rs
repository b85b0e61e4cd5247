//! Measures the history at the size of a city: a hundred million observations, and the same questions to PostgreSQL and DuckDB.
//!
//! Recorded stations are replicated under shifted identifiers and handed over in the order of time, as a city would. Everything can be
//! had again with `make bench-history`; the peers come from `scripts/bench-history-peers`.

#[path = "history/ask.rs"]
mod ask;
#[path = "history/beside.rs"]
mod beside;
#[path = "history/city.rs"]
mod city;
#[path = "history/correct.rs"]
mod correct;
#[path = "history/fill.rs"]
mod fill;
#[path = "history/indicators.rs"]
mod indicators;
#[path = "history/memory.rs"]
mod memory;
#[path = "history/peers.rs"]
mod peers;
#[path = "history/recorded.rs"]
mod recorded;
#[path = "history/report.rs"]
mod report;

use std::{path::PathBuf, process::ExitCode, time::Duration};

use clap::Parser;
use senne_history::{History, HistoryConfig};

use crate::{city::City, report::Report};

/// As in the server.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures the history and prints a table: rates, latencies, memory, bytes, and how peers stand beside it.
#[derive(Parser, Debug)]
#[command(name = "senne-bench-history", max_term_width = 100)]
struct Options {
    /// How many observations.
    #[arg(long, value_name = "NUMBER", default_value_t = 100_000_000)]
    rows: u64,
    /// The folder of recorded data; when it is absent, made-up stations are measured instead, and the table says so.
    #[arg(long, value_name = "DIR", env = "SENNE_SHARED_DATA", default_value = "../shared/data")]
    recorded: PathBuf,
    /// Where the history is put: a disk, not memory. A folder that is there is asked again without filling.
    #[arg(long, value_name = "DIR", default_value = "target/bench-history")]
    work: PathBuf,
    /// How often each question is asked.
    #[arg(long, value_name = "NUMBER", default_value_t = 20)]
    times: usize,
    /// What the server would be told with `--memory`, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 2048)]
    memory: usize,
    /// Leave the peers out.
    #[arg(long)]
    alone: bool,
    /// Measure indicators over the history instead: forty in nineteen communes, by day, month and year.
    #[arg(long)]
    indicators: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::WARN)
        .with_writer(std::io::stderr)
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("senne-bench-history: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(measure(&options)) {
        Ok(report) => {
            println!("{}", report.render());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("senne-bench-history: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(options: &Options) -> anyhow::Result<Report> {
    let mut report = Report::default();
    let city = City::of(&options.recorded, options.rows)?;
    report.note(&city.describe());
    if options.indicators {
        let folder = options.work.with_extension("indicators");
        indicators::measure(&folder, &city, options.memory << 20, &mut report).await?;
        return Ok(report);
    }
    let folder = options.work.join("history");
    let config = HistoryConfig {
        settle_after: Duration::ZERO,
        ..HistoryConfig::new(&folder).within(options.memory << 20)
    };
    // The city that is replicated lies in the memory of this process, too.
    let own = memory::now();
    let filled = folder.join("durable.txt").exists();
    let history = History::open(config).await?;
    if filled {
        report.note("the history was there already; filling is not measured");
    } else {
        fill::measure(&history, &city, &mut report).await?;
    }
    report.sizes(&history);
    ask::measure(&history, &city, options.times, &mut report).await?;
    if !options.alone {
        // Before more is written, so that all answer from the same rows.
        peers::measure(&folder, &city, options.times, &mut report)?;
    }
    correct::measure(&history, &city, &mut report).await?;
    beside::measure(&history, &city, &mut report).await?;
    report.figure(
        "memory at most, without the bench's own, MB",
        &format!("{:.0}", memory::most() - own),
        &format!("≤ {:.0}", (options.memory << 20) as f64 / 1e6),
    );
    Ok(report)
}
