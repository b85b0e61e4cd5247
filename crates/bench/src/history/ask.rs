//! The questions, asked of Senne in process, each answer taken to its last row.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use senne_history::{EntitySource, Everything, History, PastQuery, Question, SqlLimits, Surroundings};
use senne_language::{TimeFilter, TimeProperty};
use senne_model::{Entity, Problem, TenantName, Timestamp};

use crate::{
    city::{COUNTER, City, STATION, YEAR},
    report::{Asked, Report},
};

pub(crate) const MONTH: Asked = ("one sensor, one month, raw", "p99 ≤ 20");
pub(crate) const HOURS: Asked = ("1,000 sensors, one year of hourly means", "≤ 300");
pub(crate) const COMMUNES: Asked = ("daily mean per commune, one year, citywide", "≤ 200");
pub(crate) const LATEST: Asked = ("latest of 100,000 series", "≤ 100");
pub(crate) const SCAN: Asked = ("hourly mean of one attribute over all stations, one year, from raw", "");

pub(crate) struct NoEntities;

impl EntitySource for NoEntities {
    fn scan(&self, _each: &mut dyn FnMut(Arc<Entity>)) -> Result<(), Problem> {
        Ok(())
    }
}

pub(crate) fn around(city: &City) -> Surroundings {
    Surroundings {
        entities: Arc::new(NoEntities),
        sight: Arc::new(Everything),
        contracts: Arc::new([]),
        areas: city.areas(),
    }
}

/// The statements; `n` turns the series that are asked about.
pub(crate) fn statements(city: &City, n: usize) -> Vec<(Asked, String)> {
    let (from, to) = YEAR;
    let stations = city.stations(usize::MAX);
    let one = stations[n * 7 % stations.len()];
    let month = n % 11 + 1;
    let list: Vec<String> = stations.iter().take(167).map(|id| format!("'{id}'")).collect();
    let list = list.join(", ");
    vec![
        (
            MONTH,
            format!(
                "SELECT observed_at, number, quality FROM observation WHERE entity = '{one}' AND attribute = 'no2' \
                 AND observed_at >= '2016-{month:02}-01T00:00:00Z' AND observed_at < '2016-{:02}-01T00:00:00Z'",
                month + 1
            ),
        ),
        (
            HOURS,
            format!(
                "SELECT entity, attribute, start, mean FROM hourly WHERE entity IN ({list}) \
                 AND attribute IN ('no2', 'o3', 'pm25', 'pm10', 'so2', 'co') AND start >= '{from}' AND start < '{to}'"
            ),
        ),
        (
            COMMUNES,
            format!(
                "SELECT a.area, d.start, sum(d.sum) / sum(d.usable) AS mean, sum(d.usable) AS n FROM daily d \
                 JOIN entity_area a ON a.entity = d.entity WHERE a.level = 'commune' AND d.type = '{STATION}' \
                 AND d.attribute = 'no2' AND d.start >= '{from}' AND d.start < '{to}' GROUP BY a.area, d.start"
            ),
        ),
        (LATEST, format!("SELECT entity, attribute, last, last_at FROM series WHERE type = '{COUNTER}'")),
        (
            SCAN,
            format!(
                "SELECT date_trunc('hour', observed_at) AS hour, avg(number) AS mean, count(*) AS n FROM observation \
                 WHERE type = '{STATION}' AND attribute = 'no2' AND observed_at >= '{from}' AND observed_at < '{to}' \
                 GROUP BY 1"
            ),
        ),
    ]
}

/// Asks once; gives the rows and the time until the last of them was there.
pub(crate) async fn ask(
    history: &History,
    around: &Surroundings,
    text: &str,
) -> anyhow::Result<(u64, Duration)> {
    let limits =
        SqlLimits { rows_max: usize::MAX, time_max: Duration::from_secs(600), ..SqlLimits::default() };
    let question = Question { limits, ..Question::new(text) };
    let began = Instant::now();
    let mut rows = history.query(&TenantName::default(), question, around.clone()).await?;
    let mut count = 0;
    while let Some(batch) = rows.next().await {
        count += batch?.num_rows() as u64;
    }
    Ok((count, began.elapsed()))
}

pub(crate) async fn measure(
    history: &Arc<History>,
    city: &City,
    times: usize,
    report: &mut Report,
) -> anyhow::Result<()> {
    let around = around(city);
    for which in 0..statements(city, 0).len() {
        let mut taken = Vec::with_capacity(times);
        let (asked, first) = statements(city, 0).swap_remove(which);
        let (rows, cold) = ask(history, &around, &first).await?;
        for n in 0..times {
            taken.push(ask(history, &around, &statements(city, n).swap_remove(which).1).await?.1);
        }
        report.answer(asked, "Senne", &mut taken);
        report.note(&format!(
            "{}: {rows} rows, {:.1} ms at the first time",
            asked.0,
            cold.as_secs_f64() * 1e3
        ));
    }
    past(history, city, times * 5, report).await
}

/// The same month through the call that faces and pages use.
async fn past(history: &History, city: &City, times: usize, report: &mut Report) -> anyhow::Result<()> {
    let stations = city.stations(usize::MAX);
    let at = |text: String| Timestamp::parse(&text).ok();
    let mut taken = Vec::with_capacity(times);
    for n in 0..times {
        let month = n % 11 + 1;
        let time = TimeFilter {
            property: TimeProperty::ObservedAt,
            from: at(format!("2016-{month:02}-01T00:00:00Z")),
            to: at(format!("2016-{:02}-01T00:00:00Z", month + 1)),
        };
        let mut query = PastQuery::of(vec![stations[n * 13 % stations.len()].clone()], time);
        query.attributes = vec![senne_model::Name::new("https://uri.etsi.org/ngsi-ld/default-context/no2")];
        let began = Instant::now();
        history.past(&TenantName::default(), &query).await?;
        taken.push(began.elapsed());
    }
    report.answer(("one sensor, one month, raw, as points with quality", "p99 ≤ 20"), "Senne", &mut taken);
    Ok(())
}
