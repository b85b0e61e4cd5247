//! How much of their rate writers keep while files are joined and a heavy question runs.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use senne_history::History;

use crate::{ask, city::City, report::Report};

/// How long the rate without others is measured, before and after.
const ALONE: Duration = Duration::from_secs(20);
/// How long the rate beside the others is measured: several heavy questions, so that no single one decides.
const BESIDE: Duration = Duration::from_secs(60);

pub(crate) async fn measure(history: &Arc<History>, city: &City, report: &mut Report) -> anyhow::Result<()> {
    let before = write(history, city, ALONE).await?;
    let done = Arc::new(AtomicBool::new(false));
    let (around, heavy) = (ask::around(city), ask::statements(city, 0).swap_remove(4).1);
    let heavy = heavy.replace(" AND attribute = 'no2'", "");
    let joining = tokio::spawn({
        let (history, done) = (Arc::clone(history), Arc::clone(&done));
        async move {
            let mut gone = 0;
            while !done.load(Ordering::Acquire) {
                gone += history.compact().await?;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Ok::<_, anyhow::Error>(gone)
        }
    });
    let asking = tokio::spawn({
        let (history, done) = (Arc::clone(history), Arc::clone(&done));
        async move {
            let mut questions = 0;
            while !done.load(Ordering::Acquire) {
                ask::ask(&history, &around, &heavy).await?;
                questions += 1;
            }
            Ok::<_, anyhow::Error>(questions)
        }
    });
    let beside = write(history, city, BESIDE).await?;
    done.store(true, Ordering::Release);
    let (questions, gone) = (asking.await??, joining.await??);
    let after = write(history, city, ALONE).await?;
    let alone = before.midpoint(after);
    report.figure(
        "writers beside a compaction and heavy questions",
        &format!(
            "{:.0} % of {alone:.0}/s ({questions} questions, {gone} files joined)",
            100.0 * beside / alone
        ),
        "≥ 80 %",
    );
    report.note(&format!("writers alone: {before:.0}/s before, {after:.0}/s after"));
    Ok(())
}

/// Appends and flushes for a while; values a second.
async fn write(history: &Arc<History>, city: &City, time: Duration) -> anyhow::Result<f64> {
    let stop = Instant::now() + time;
    let began = Instant::now();
    let station = city.stations(usize::MAX);
    let mut values = 0_u64;
    let mut no = history.buffered().0;
    while Instant::now() < stop {
        let changes: Vec<_> = (0..5_000)
            .map(|n| {
                no += 1;
                let minute = no % 60;
                let (hour, day) = (no / 60 % 24, no / 1440 % 28 + 1);
                let at = format!("2017-{:02}-{day:02}T{hour:02}:{minute:02}:00Z", no / 40_320 % 12 + 1);
                city.correction(no, station[n % station.len()], &at, n as f64)
            })
            .collect();
        values += changes.len() as u64;
        history.append_all(&changes);
        if history.flush_due() {
            history.flush().await?;
        }
        tokio::task::yield_now().await;
    }
    history.flush().await?;
    Ok(values as f64 / began.elapsed().as_secs_f64())
}
