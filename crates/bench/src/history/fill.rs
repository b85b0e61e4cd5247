//! Filling: how fast observations go into the tables, and how fast these become runs.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use senne_history::History;

use crate::{city::City, memory, report::Report};

/// The keeper looks so often.
const EVERY: Duration = Duration::from_millis(20);

pub(crate) async fn measure(history: &Arc<History>, city: &City, report: &mut Report) -> anyhow::Result<()> {
    let began = Instant::now();
    let done = Arc::new(AtomicBool::new(false));
    let keeper = tokio::spawn(keep(Arc::clone(history), Arc::clone(&done)));
    let values =
        tokio::task::block_in_place(|| city.changes(&mut |changes| append(history, &changes, began)));
    done.store(true, Ordering::Release);
    keeper.await??;
    history.flush().await?;
    let seconds = began.elapsed().as_secs_f64();
    report.figure("into history, observations/s", &format!("{:.0}", values as f64 / seconds), "≥ 500,000");
    let began = Instant::now();
    let gone = history.compact().await?;
    let seconds = began.elapsed().as_secs_f64();
    report.figure("files joined into runs afterwards", &format!("{gone} in {seconds:.0} s"), "");
    report.note(&memory::describe());
    history.vacuum().await?;
    Ok(())
}

fn append(history: &History, changes: &[Arc<senne_model::Change>], began: Instant) {
    while history.over_limit() {
        std::thread::sleep(EVERY);
    }
    history.append_all(changes);
    let last = changes.last().map_or(0, |change| change.no.0);
    if last.is_multiple_of(500_000) {
        let figures = history.statistics();
        eprintln!(
            "    {:.0} s: {:.1} M in tables, {:.1} M in memory, {} files, {:.0} MB",
            began.elapsed().as_secs_f64(),
            figures.rows as f64 / 1e6,
            figures.buffer_rows as f64 / 1e6,
            figures.files,
            memory::now(),
        );
    }
}

/// Flushes when it is due, and joins files as the server does, beside the writer.
async fn keep(history: Arc<History>, done: Arc<AtomicBool>) -> anyhow::Result<()> {
    let compacting = tokio::spawn({
        let (history, done) = (Arc::clone(&history), Arc::clone(&done));
        async move {
            while !done.load(Ordering::Acquire) {
                history.compact().await?;
                tokio::time::sleep(Duration::from_secs(10)).await;
            }
            Ok::<_, senne_history::HistoryError>(())
        }
    });
    while !done.load(Ordering::Acquire) {
        if history.flush_due() {
            history.flush().await?;
        }
        tokio::time::sleep(EVERY).await;
    }
    compacting.await??;
    Ok(())
}
