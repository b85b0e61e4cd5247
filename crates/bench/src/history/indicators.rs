//! Forty indicators in nineteen communes: how long all of it takes, and how long one changed day.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{anyhow, bail};
use senne_city_indicators::Indicators;
use senne_contract::Contracts;
use senne_history::{History, HistoryConfig};
use senne_hub::{Context, Hub, HubConfig, Principal, WriteOptions};
use senne_indicator::Catalogue;
use senne_model::{
    Attribute, AttributeValue, ChangeNo, EntityId, Geometry, Instance, Json, Name, Operation, TenantName,
    Timestamp, Write,
};
use senne_store::sqlite::SqliteStore;

use crate::{
    city::{COMMUNES, City, STATION},
    fill, memory,
    report::Report,
};

/// What the indicators are of, as the recorded stations call it; four indicators each.
const ATTRIBUTES: [&str; 10] = ["pm25", "pm10", "so2", "no2", "co", "o3", "temp", "pres", "dewp", "wspm"];
/// Figures that one value of each attribute changes: each indicator in a commune and in the region, of a day, a month and a year; where the
/// folder was there before, counts and shares need not change again.
const LEAST: usize = ATTRIBUTES.len() * 2 * 2 * 3;
/// Above all that was measured, so that a single such value tips its hour.
const HIGH: f64 = 1_000_000.0;
/// Degrees that a commune is wide.
const WIDE: f64 = 0.02;
/// So many seconds after the last figure no more are waited for.
const SETTLED: f64 = 8.0;
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) async fn measure(
    folder: &Path,
    city: &City,
    memory_bytes: usize,
    report: &mut Report,
) -> anyhow::Result<()> {
    let own = memory::now();
    memory::watch();
    if !folder.join("state.sqlite").exists() {
        fill_history(folder, city, memory_bytes, report).await?;
    }
    let by_then = |what: &str, report: &mut Report| {
        let (all, without_files) = (memory::most() - own, memory::most_own() - own);
        let figure = format!("{all:.0}, without pages of files {without_files:.0}");
        report.figure(
            &format!("memory at most {what}, MB"),
            &figure,
            &format!("≤ {}", memory_bytes / 1_000_000),
        );
    };
    by_then("after the fill", report);
    let config = HubConfig { memory_bytes_max: memory_bytes, ..HubConfig::new(folder) };
    let hub = Hub::open(HubConfig { contracts: contracts()?.into(), ..config }).await?;
    place(&hub, city).await?;
    let indicators = Indicators::new(hub.clone(), catalogue()?);
    whole(&indicators, report).await?;
    by_then("after all were computed in full", report);
    indicators.keep_up()?;
    caught_up(&hub).await?;
    for (what, day) in [
        ("one changed day, its year not in memory", "2015-06-10"),
        ("one changed day, its year in memory", "2015-06-11"),
        ("one changed day of another year", "2016-02-03"),
        ("one changed day, its year in memory, again", "2016-07-09"),
    ] {
        changed(&hub, city, what, day, report).await?;
    }
    by_then("in all, without the bench's own", report);
    hub.stop().await;
    Ok(())
}

/// That of areas alone: that of stations would flag the value that tips an hour.
fn contracts() -> anyhow::Result<Contracts> {
    let mut files = Contracts::builtin_files();
    files.retain(|(name, _)| name.contains("AdministrativeArea"));
    Contracts::parse(&files)
        .map_err(|findings| anyhow!(findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
}

/// Puts the observations where the hub will look for them, and begins its log after them.
async fn fill_history(
    folder: &Path,
    city: &City,
    memory_bytes: usize,
    report: &mut Report,
) -> anyhow::Result<()> {
    let config = HistoryConfig {
        settle_after: Duration::ZERO,
        ..HistoryConfig::new(folder.join("history")).within(memory_bytes)
    };
    let history = History::open(config).await?;
    fill::measure(&history, city, report).await?;
    report.sizes(&history);
    SqliteStore::begin_after(folder, history.durable())?;
    Ok(())
}

/// Communes as a row of squares, and everything in its commune.
async fn place(hub: &Hub, city: &City) -> anyhow::Result<()> {
    let middle = |n: usize| 4.3 + WIDE * (n % COMMUNES) as f64;
    let mut writes: Vec<Write> = Vec::new();
    for n in 0..COMMUNES {
        let (west, east) = (middle(n) - WIDE / 2.0, middle(n) + WIDE / 2.0);
        let ring = format!("[[[{west},50.8],[{east},50.8],[{east},50.9],[{west},50.9],[{west},50.8]]]");
        let outline =
            Geometry::parse("Polygon", &serde_json::from_str(&ring)?).map_err(|e| anyhow!("{e}"))?;
        let id = EntityId::trusted(&format!("urn:ngsi-ld:AdministrativeArea:commune-{n:02}"));
        let mut write = located(&id, "AdministrativeArea", outline);
        let level = Instance::new(AttributeValue::Property(Json::text("commune")));
        write.attributes.push(Attribute::new(term("level"), level));
        writes.push(write);
    }
    for (n, (id, kind)) in city.entities().enumerate() {
        let at = Geometry::point(middle(n), 50.85).ok_or_else(|| anyhow!("no such place"))?;
        writes.push(located(id, kind, at));
    }
    for some in writes.chunks(5_000) {
        write(hub, some.to_vec()).await?;
    }
    Ok(())
}

async fn whole(indicators: &Indicators, report: &mut Report) -> anyhow::Result<()> {
    let began = Instant::now();
    let (mut days, mut slowest) = (0, (0.0, String::new()));
    indicators
        .compute(&[], &mut |progress| {
            days = days.max(progress.days);
            eprintln!("    {}: {} days in {:.1} s", progress.indicator, progress.days, progress.seconds);
            if progress.seconds > slowest.0 {
                slowest = (progress.seconds, progress.indicator);
            }
        })
        .await?;
    if days == 0 {
        bail!("no indicator was computed");
    }
    let count = indicators.catalogue().indicators.len();
    report.figure(
        &format!("{count} indicators in full, {COMMUNES} communes, {days} days"),
        &format!("{:.0} s (slowest {}: {:.1} s)", began.elapsed().as_secs_f64(), slowest.1, slowest.0),
        "≤ 120 s",
    );
    Ok(())
}

/// Waits until followers have seen what was published meanwhile: a city at rest is measured.
async fn caught_up(hub: &Hub) -> anyhow::Result<()> {
    let began = Instant::now();
    while hub.followers().iter().any(|follower| follower.lag > 0) {
        if began.elapsed() > PATIENCE {
            bail!("followers did not catch up within {PATIENCE:?}");
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

/// Writes one value of each attribute of a station and waits until every figure that it changes is published.
async fn changed(hub: &Hub, city: &City, what: &str, day: &str, report: &mut Report) -> anyhow::Result<()> {
    let stations = city.stations(usize::MAX);
    let station = stations.get(stations.len() / 2).ok_or_else(|| anyhow!("no station"))?;
    let at = Timestamp::parse(&format!("{day}T09:30:00Z"))?;
    let before = hub.head();
    // Another value in each run, for one that is known already changes nothing.
    let value = HIGH + before.0 as f64;
    let mut reading = Write::new((*station).clone(), Operation::Observe);
    reading.types.push(term(STATION));
    reading.attributes = ATTRIBUTES
        .iter()
        .map(|attribute| {
            Attribute::new(
                term(attribute),
                Instance::new(AttributeValue::Property(Json::Float(value))).at(at),
            )
        })
        .collect();
    let began = Instant::now();
    write(hub, vec![reading]).await?;
    let (mut seen, mut seconds) = (hub.head(), 0.0);
    // The last figure has come when no change comes for a while.
    while seconds == 0.0 || began.elapsed().as_secs_f64() < seconds + SETTLED {
        if began.elapsed() > PATIENCE {
            bail!("the figures of {day} did not all come within {PATIENCE:?}");
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
        if hub.head() > seen {
            (seen, seconds) = (hub.head(), began.elapsed().as_secs_f64());
        }
    }
    let found = published_since(hub, before).await?;
    if found < LEAST {
        bail!("only {found} figures of {day} came");
    }
    report.figure(&format!("{what}: {found} figures"), &format!("{seconds:.2} s"), "≤ 1 s");
    Ok(())
}

async fn published_since(hub: &Hub, change: ChangeNo) -> anyhow::Result<usize> {
    let sql = format!(
        "SELECT count(*) FROM observation WHERE type = 'KeyPerformanceIndicator' AND attribute = 'kpiValue' AND change > {}",
        change.0
    );
    let table = hub.sql(&context(), &sql, 1).await?;
    match table.rows.first().and_then(|row| row.first()) {
        Some(Json::Int(count)) => Ok(usize::try_from(*count)?),
        other => bail!("no count: {other:?}"),
    }
}

async fn write(hub: &Hub, writes: Vec<Write>) -> anyhow::Result<()> {
    let answers = hub.write(&context(), writes, WriteOptions::default()).await?;
    answers.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(())
}

fn context() -> Context {
    let principal = Principal::Administrator { name: "bench".to_owned() };
    Context { deadline: Instant::now() + PATIENCE, ..Context::new(principal, TenantName::default()) }
}

fn term(name: &str) -> Name {
    Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{name}"))
}

fn located(id: &EntityId, kind: &str, geometry: Geometry) -> Write {
    let mut write = Write::new(id.clone(), Operation::CreateOrAppend);
    write.types.push(term(kind));
    let location = Name::new("https://uri.etsi.org/ngsi-ld/location");
    write.attributes.push(Attribute::new(location, Instance::new(AttributeValue::Geo(geometry))));
    write
}

/// Four of each attribute: the mean of days, the share of high hours, the observations, and their sum.
fn catalogue() -> anyhow::Result<Catalogue> {
    let files: Vec<(String, String)> = ATTRIBUTES
        .iter()
        .flat_map(|attribute| {
            let forms: [(&str, &str, String); 4] = [
                ("mean", "mean\nuncertainty: sample", mean(attribute)),
                ("high", "{ ratio: { factor: 100 } }\nuncertainty: share", hours(attribute, &format!(
                    "sum(CASE WHEN h.mean > {} THEN 1 ELSE 0 END) AS numerator, count(*) AS denominator", HIGH / 10.0
                ))),
                ("count", "{ count: { factor: 1 } }", hours(attribute, "sum(h.count) AS count")),
                ("sum", "sum", hours(attribute, "sum(h.sum) AS sum")),
            ];
            forms.map(|(form, measure, sql)| (format!("{attribute}-{form}.yaml"), declaration(attribute, form, measure, &sql)))
        })
        .collect();
    Catalogue::parse(&files)
        .map_err(|findings| anyhow!(findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
}

fn declaration(attribute: &str, form: &str, measure: &str, sql: &str) -> String {
    format!(
        "id: {attribute}-{form}
version: 1
title: {{ fr: {attribute}, nl: {attribute}, en: {attribute} }}
definition: {{ fr: a, nl: b, en: c }}
pillar: environment
unit: C62
direction: down
measure: {measure}
levels: [region, commune]
frequencies: [month, day, year]
computed:
  reads: [{{ type: {STATION}, attributes: [{attribute}] }}]
  sql: |
{sql}
data_quality: measured
owner: bench
"
    )
}

fn mean(attribute: &str) -> String {
    format!(
        "    SELECT a.area, d.at, count(d.mean) AS count, sum(d.mean) AS sum, sum(d.mean * d.mean) AS sum_of_squares,
           sum(d.hours) AS observed, sum(24) AS expected
    FROM (SELECT entity, time_bucket('P1D', start, 'Europe/Brussels') AS at, count(mean) AS hours, avg(mean) AS mean
          FROM hourly
          WHERE type = '{STATION}' AND attribute = '{attribute}' AND start >= $from AND start < $to
          GROUP BY 1, 2) AS d
    JOIN entity_area AS a ON a.entity = d.entity AND a.level = $level
    GROUP BY a.area, d.at"
    )
}

fn hours(attribute: &str, parts: &str) -> String {
    format!(
        "    SELECT a.area, time_bucket('P1D', h.start, 'Europe/Brussels') AS at, {parts}
    FROM hourly AS h JOIN entity_area AS a ON a.entity = h.entity AND a.level = $level
    WHERE h.type = '{STATION}' AND h.attribute = '{attribute}' AND h.start >= $from AND h.start < $to
    GROUP BY 1, 2"
    )
}
