//! How much of their rate writers keep while files are joined and a heavy question runs.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use senne_history::History;
use senne_model::Timestamp;

use crate::{ask, city::City, report::Report};

/// Writers alone and beside the others take turns of this length, so that what was written before weighs on both alike.
const TURN: Duration = Duration::from_secs(12);
/// How many turns of each.
const TURNS: usize = 6;
const TURNS_CORRECTING: usize = 2;
/// 2020-01-01, after all that was recorded.
const AFTER_ALL: i64 = 1_577_836_800_000_000;
/// 2017-01-01.
const A_YEAR_BEFORE: i64 = 1_483_228_800_000_000;
const MINUTES_OF_YEAR: i64 = 525_600;

/// What joined files and asked questions beside the writers.
#[derive(Default)]
struct Others {
    joined: usize,
    questions: usize,
}

/// What writers write: the moment of the value with a number.
#[derive(Clone, Copy)]
struct Clock {
    what: &'static str,
    /// The number before the first.
    before: u64,
    moment: fn(u64) -> Timestamp,
}

/// One value a second in the city, each newer than all there is.
fn new(n: u64) -> Timestamp {
    Timestamp::from_micros(AFTER_ALL + n as i64 * 1_000_000)
}

/// Each in another minute of a year, all of which was written before or by an earlier turn: every bucket is computed anew.
fn corrected(n: u64) -> Timestamp {
    Timestamp::from_micros(A_YEAR_BEFORE + (n as i64 % MINUTES_OF_YEAR) * 60_000_000)
}

pub(crate) async fn measure(history: &Arc<History>, city: &City, report: &mut Report) -> anyhow::Result<()> {
    let before = history.buffered().0;
    let clock = Clock { what: "writers of new values", before, moment: new };
    turns(history, city, clock, TURNS, "≥ 80 %", report).await?;
    let before = history.buffered().0;
    let clock = Clock { what: "writers of corrections of a whole year", before, moment: corrected };
    turns(history, city, clock, TURNS_CORRECTING, "", report).await
}

async fn turns(
    history: &Arc<History>,
    city: &City,
    clock: Clock,
    turns: usize,
    aim: &str,
    report: &mut Report,
) -> anyhow::Result<()> {
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    let mut others = Others::default();
    for turn in 0..turns * 2 {
        // One after the other, then the other way round: what grows with time weighs on neither more.
        if turn % 4 == 0 || turn % 4 == 3 {
            alone.push(write(history, city, clock, TURN).await?);
        } else {
            let (rate, more) = write_beside(history, city, clock).await?;
            beside.push(rate);
            others.joined += more.joined;
            others.questions += more.questions;
        }
    }
    let mean = |rates: &[f64]| rates.iter().sum::<f64>() / rates.len() as f64;
    report.figure(
        &format!("{} beside a compaction and heavy questions", clock.what),
        &format!(
            "{:.0} % of {:.0}/s ({} questions, {} files joined)",
            100.0 * mean(&beside) / mean(&alone),
            mean(&alone),
            others.questions,
            others.joined
        ),
        aim,
    );
    let shown = |rates: &[f64]| rates.iter().map(|rate| format!("{rate:.0}")).collect::<Vec<_>>().join(", ");
    report.note(&format!("{} alone, each turn: {}; beside: {}", clock.what, shown(&alone), shown(&beside)));
    Ok(())
}

/// One turn of writers while files are joined and a heavy question is asked again and again.
async fn write_beside(history: &Arc<History>, city: &City, clock: Clock) -> anyhow::Result<(f64, Others)> {
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
    let rate = write(history, city, clock, TURN).await?;
    done.store(true, Ordering::Release);
    Ok((rate, Others { questions: asking.await??, joined: joining.await?? }))
}

/// Appends and flushes for a while; values a second.
async fn write(history: &Arc<History>, city: &City, clock: Clock, time: Duration) -> anyhow::Result<f64> {
    let stop = Instant::now() + time;
    let began = Instant::now();
    let station = city.stations(usize::MAX);
    let mut values = 0_u64;
    let mut no = history.buffered().0;
    while Instant::now() < stop {
        let changes: Vec<_> = (0..5_000)
            .map(|n| {
                no += 1;
                let at = (clock.moment)(no - clock.before);
                city.correction(no, station[n % station.len()], at, n as f64)
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
