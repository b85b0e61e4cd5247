//! A correction in an old month: how long until every question shows it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use senne_history::{History, Question, SqlLimits};
use senne_model::{TenantName, Timestamp};

use crate::{ask, city::City, report::Report};

/// The corrected value; nothing measured is as much.
const VALUE: f64 = 1_000_000.0;
const AT: &str = "2016-03-05T11:00:00Z";

pub(crate) async fn measure(history: &Arc<History>, city: &City, report: &mut Report) -> anyhow::Result<()> {
    let stations = city.stations(usize::MAX);
    let station = stations[stations.len() / 2];
    let no = history.buffered().0 + 1;
    let began = Instant::now();
    history.append_all(&[city.correction(no, station, Timestamp::parse(AT)?, VALUE)]);
    let (seen, each) = look(history, city, station.as_str()).await?;
    let in_memory = began.elapsed();
    let began = Instant::now();
    history.flush().await?;
    let flushed = began.elapsed();
    let (seen_again, each_again) = look(history, city, station.as_str()).await?;
    let whether = if seen && seen_again { "seen in all of them" } else { "NOT SEEN" };
    let (first, second) = (in_memory.as_secs_f64(), (flushed + each_again).as_secs_f64());
    report.figure(
        "correction of an old month",
        &format!(
            "{whether}: after {first:.2} s from memory (questions {:.2} s), {second:.2} s with its flush",
            each.as_secs_f64()
        ),
        "≤ 2 s",
    );
    Ok(())
}

/// Whether raw, hours, days and series show the correction.
async fn look(history: &History, city: &City, station: &str) -> anyhow::Result<(bool, Duration)> {
    let around = ask::around(city);
    let of = format!("entity = '{station}' AND attribute = 'no2'");
    let began = Instant::now();
    let mut seen = true;
    for text in [
        format!("SELECT max(number) FROM observation WHERE {of} AND observed_at = '{AT}'"),
        format!("SELECT max(max) FROM hourly WHERE {of} AND start = '{AT}'"),
        format!("SELECT max(max) FROM daily WHERE {of} AND start = '2016-03-05T00:00:00Z'"),
        format!("SELECT max(max) FROM series WHERE {of}"),
        ask::statements(city, 0).swap_remove(2).1,
    ] {
        let limits = SqlLimits { rows_max: usize::MAX, ..SqlLimits::default() };
        let question = Question { limits, ..Question::new(&*text) };
        let table = history.sql(&TenantName::default(), question, around.clone()).await?;
        let greatest = table.rows.iter().flatten().filter_map(senne_model::Json::as_f64).fold(0.0, f64::max);
        // In the mean of a commune the corrected value is one of some hundreds.
        seen &= greatest >= VALUE / 2_000.0;
    }
    Ok((seen, began.elapsed()))
}
