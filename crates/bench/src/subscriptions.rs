//! Subscriptions at scale: many of them, many durable changes a second, a `kill -9` in the middle. What is due is counted
//! here, beside the server, and what arrives is held against it: nothing may be missing.
//!
//! The load is an open model: changes are sent by the clock, whether the server keeps up or not, and latencies count from
//! the moment at which a change should have been sent.

mod model;
mod receiver;
mod writer;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};

use self::{
    model::City,
    receiver::{Arrivals, hanging, receive},
    writer::Writer,
};
use crate::{
    cli::Options,
    process::{Server, ask},
    table::{Aim, Table},
};

/// How long what is due may take to arrive once no more is sent.
const PATIENCE: Duration = Duration::from_secs(180);

pub(crate) fn measure(options: &Options, table: &mut Table) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let quiet = runtime.block_on(run(options, table, Disturbance::Kill))?;
    let calm = runtime.block_on(run(options, table, Disturbance::None))?;
    let hung = runtime.block_on(run(options, table, Disturbance::Hanging))?;
    table.add("notifications: p99 with one hanging endpoint ÷ without", hung / calm, "", Aim::AtMost(1.2));
    eprintln!("p99 in ms: {quiet:.1} with kill -9, {calm:.1} calm, {hung:.1} with one hanging endpoint");
    Ok(())
}

/// What happens in the middle of a run.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Disturbance {
    None,
    /// The server is killed and started again.
    Kill,
    /// Some subscriptions have an endpoint that takes everything and never answers.
    Hanging,
}

/// One run; gives the 99th percentile of the time from change to notification, in milliseconds.
async fn run(options: &Options, table: &mut Table, disturbance: Disturbance) -> anyhow::Result<f64> {
    let folder = options.folder()?;
    let data = folder.path().join("city");
    let binary = options.binary()?;
    let server = Server::senne(&binary, &data)?;
    let city = Arc::new(City::new(options.subscriptions_count));
    let arrivals = Arc::new(Arrivals::new(Instant::now()));
    let receiver = receive(Arc::clone(&arrivals)).await?;
    let hang = hanging().await?;
    let began = Instant::now();
    city.create_entities(server.address)?;
    let hung = if disturbance == Disturbance::Hanging { city.subscriptions() / 100 } else { 0 };
    city.create_subscriptions(server.address, receiver, hang, hung).await?;
    eprintln!(
        "{} entities and {} subscriptions were made in {:.0} s",
        city.entities(),
        city.subscriptions(),
        began.elapsed().as_secs_f64()
    );

    let seconds = options.seconds.max(10);
    let writer =
        Writer::new(Arc::clone(&city), options.changes_per_second, options.changes_per_request, seconds);
    let mut server = Some(server);
    let address = server.as_ref().context("a server")?.address;
    let writing = tokio::spawn(writer.run(address));
    if disturbance == Disturbance::Kill {
        tokio::time::sleep(Duration::from_secs(seconds / 2)).await;
        server.take().context("a server")?.kill()?;
        let again = Server::senne_at(&binary, &data, address)?;
        eprintln!("killed and ready again after {:.1} s", again.start.as_secs_f64());
        server = Some(again);
    }
    let written = writing.await??;
    let due = city.due(&written.acknowledged, hung);
    let last_sent = Instant::now();
    let missing = loop {
        let missing = arrivals.missing(&due);
        if missing == 0 || last_sent.elapsed() > PATIENCE {
            break missing;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let caught_up = last_sent.elapsed();
    let latencies = arrivals.latencies(&due, &written.sent_at);
    let name = match disturbance {
        Disturbance::None => "calm",
        Disturbance::Kill => "kill -9",
        Disturbance::Hanging => "one hanging",
    };
    let rate = written.acknowledged.len() as f64 / written.took.as_secs_f64();
    table.add(
        &format!("subscriptions ({name}): durable changes"),
        rate,
        "/s",
        Aim::AtLeast(options.changes_per_second as f64 * 0.9),
    );
    table.add(&format!("subscriptions ({name}): notifications due"), due.len() as f64, "", Aim::None);
    let arrived = (due.len() - missing) as f64 / due.len().max(1) as f64;
    table.add(&format!("subscriptions ({name}): arrived ÷ due"), arrived, "", Aim::AtLeast(1.0));
    table.add(&format!("subscriptions ({name}): missing in the end"), missing as f64, "", Aim::None);
    table.add(
        &format!("subscriptions ({name}): told and not due"),
        arrivals.not_due(&due) as f64,
        "",
        Aim::AtMost(0.0),
    );
    table.add(
        &format!("subscriptions ({name}): told more than once"),
        arrivals.repeated() as f64,
        "",
        Aim::None,
    );
    table.add(
        &format!("subscriptions ({name}): all there after the last change"),
        caught_up.as_secs_f64(),
        "s",
        Aim::None,
    );
    let p99 = quantile(&latencies, 0.99);
    table.add(
        &format!("subscriptions ({name}): change to notification, p50"),
        quantile(&latencies, 0.5),
        "ms",
        Aim::None,
    );
    table.add(&format!("subscriptions ({name}): change to notification, p99"), p99, "ms", Aim::None);
    let server = server.context("a server")?;
    table.add(&format!("subscriptions ({name}): memory"), server.memory()? / 1_048_576.0, "MiB", Aim::None);
    let (status, metrics) = ask(server.address, "GET", "/metrics", "")?;
    ensure!(status == 200, "no metrics");
    for line in metrics
        .lines()
        .filter(|line| line.starts_with("senne_notifications") || line.starts_with("senne_subscription"))
    {
        eprintln!("  {line}");
    }
    server.kill()?;
    Ok(p99)
}

/// A quantile of sorted latencies.
fn quantile(sorted: &[f64], part: f64) -> f64 {
    let at = (sorted.len().saturating_sub(1) as f64 * part).round() as usize;
    sorted.get(at).copied().unwrap_or(0.0)
}
