//! How fast the history takes, writes and finds values, and how many bytes it keeps for one.
//!
//! `cargo run --release -p senne-history --example history_rate -- [stations] [days]`; six attributes a station, one
//! value every quarter of an hour, two decimals. Prints one line per figure.

use std::{sync::Arc, time::Instant};

use senne_history::{Aggregation, History, HistoryConfig, PastQuery};
use senne_language::{Method, Period, TimeFilter, TimeProperty};
use senne_model::{
    AttributeValue, Change, ChangeKind, ChangeNo, ChangedAttribute, Effect, EntityId, Instance, Json, Name,
    Quality, TenantName, Timestamp,
};

const TERMS: [&str; 6] = ["NO2", "O3", "PM10", "PM25", "temperature", "relativeHumidity"];
const QUARTER: i64 = 900_000_000;
const DAY: i64 = 96 * QUARTER;
/// 2023-01-01T00:00:00Z.
const START: i64 = 1_672_531_200_000_000;

type AnyError = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), AnyError> {
    let mut arguments = std::env::args().skip(1).map(|a| a.parse::<i64>());
    let stations = arguments.next().transpose()?.unwrap_or(200);
    let days = arguments.next().transpose()?.unwrap_or(90);
    let dir = tempfile::tempdir()?;
    let history = History::open(HistoryConfig::new(dir.path())).await?;
    fill(&history, stations, days).await?;
    report_size(&history);
    queries(&history, stations, days).await?;
    let began = Instant::now();
    let gone = history.compact().await?;
    println!("compaction: {gone} files in {:.1} s", began.elapsed().as_secs_f64());
    report_size(&history);
    queries(&history, stations, days).await?;
    Ok(())
}

/// A small generator: the same figures at every run.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % 10_000) as f64 / 10_000.0
    }
}

async fn fill(history: &Arc<History>, stations: i64, days: i64) -> Result<(), AnyError> {
    let tenant = TenantName::default();
    let names: Vec<Name> = TERMS
        .iter()
        .map(|t| Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{t}")))
        .collect();
    let kind = Name::new("https://uri.etsi.org/ngsi-ld/default-context/AirQualityObserved");
    let unit = Name::new("GQ");
    let ids: Vec<EntityId> =
        (0..stations).map(|n| EntityId::trusted(&format!("urn:ngsi-ld:AirQualityObserved:{n:05}"))).collect();
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
    let (mut no, mut appending, mut flushing, mut flushes) = (0_u64, 0.0, 0.0, 0);
    for day in 0..days {
        let mut changes = Vec::with_capacity((stations * 96) as usize);
        for slot in 0..96 {
            let at = START + day * DAY + slot * QUARTER;
            for id in &ids {
                no += 1;
                let wave = (slot as f64 / 96.0 * std::f64::consts::TAU).sin();
                let attributes = names.iter().map(|name| {
                    let x = ((40.0 + 15.0 * wave + 20.0 * noise.next()) * 100.0).round() / 100.0;
                    let mut instance = Instance::new(AttributeValue::Property(Json::Float(x)));
                    instance.observed_at = Some(Timestamp::from_micros(at));
                    instance.unit_code = Some(unit.clone());
                    instance.quality = Quality::GOOD;
                    ChangedAttribute { name: name.clone(), effect: Effect::Updated, instance, previous: None }
                });
                changes.push(Arc::new(Change {
                    no: ChangeNo(no),
                    tenant: tenant.clone(),
                    actor: "bench".into(),
                    recorded_at: Timestamp::from_micros(at + 30_000_000 + no as i64 % 1000),
                    entity: id.clone(),
                    types: [kind.clone()].into_iter().collect(),
                    kind: ChangeKind::Updated,
                    before: None,
                    attributes: attributes.collect(),
                }));
            }
        }
        let began = Instant::now();
        history.append_all(&changes);
        appending += began.elapsed().as_secs_f64();
        if history.flush_due() || day + 1 == days {
            let began = Instant::now();
            history.flush().await?;
            flushing += began.elapsed().as_secs_f64();
            flushes += 1;
        }
    }
    let values = no as f64 * TERMS.len() as f64;
    println!("values: {values}");
    println!("append: {:.2} M values/s", values / appending / 1e6);
    println!("flush: {:.2} M values/s over {flushes} flushes", values / flushing / 1e6);
    Ok(())
}

fn report_size(history: &History) {
    let s = history.statistics();
    let rows = s.rows as f64;
    println!(
        "files: {}, {:.2} bytes per value, {:.2} with roll-ups",
        s.files,
        s.bytes as f64 / rows,
        (s.bytes + s.rollup_bytes) as f64 / rows
    );
}

async fn queries(history: &History, stations: i64, days: i64) -> Result<(), AnyError> {
    let tenant = TenantName::default();
    let mut noise = Noise(42);
    let (mut months, mut means, mut points) = (Vec::new(), Vec::new(), 0);
    for _ in 0..300 {
        let station = (noise.next() * stations as f64) as i64;
        let from = START + (noise.next() * (days - 30).max(1) as f64) as i64 * DAY;
        let term = TERMS[(noise.next() * 6.0) as usize];
        let span = TimeFilter {
            property: TimeProperty::ObservedAt,
            from: Some(Timestamp::from_micros(from)),
            to: Some(Timestamp::from_micros(from + 30 * DAY)),
        };
        let id = EntityId::trusted(&format!("urn:ngsi-ld:AirQualityObserved:{station:05}"));
        let mut query = PastQuery::of(vec![id], span);
        query.attributes = vec![Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{term}"))];
        let began = Instant::now();
        let past = history.past(&tenant, &query).await?;
        months.push(began.elapsed().as_secs_f64() * 1e3);
        points += past.iter().flat_map(|e| &e.series).map(|s| s.points.len()).sum::<usize>();
        let daily = Aggregation {
            methods: vec![Method::Average],
            period: Period::DAY,
            zone: None,
            origin: None,
            usable_only: true,
        };
        let began = Instant::now();
        history.aggregate(&tenant, &query, &daily).await?;
        means.push(began.elapsed().as_secs_f64() * 1e3);
    }
    for (what, times) in [("one series, 30 days", &mut months), ("its daily means", &mut means)] {
        times.sort_by(f64::total_cmp);
        println!("{what}: p50 {:.1} ms, p99 {:.1} ms", times[times.len() / 2], times[times.len() * 99 / 100]);
    }
    println!("points read: {points}");
    Ok(())
}
