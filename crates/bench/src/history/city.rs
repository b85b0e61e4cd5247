//! The city that is measured: recorded stations under shifted identifiers, and a hundred thousand counters.

use std::{path::Path, sync::Arc};

use senne_history::{Area, Areas, Membership};
use senne_model::{
    AttributeValue, Change, ChangeKind, ChangeNo, ChangedAttribute, Effect, EntityId, Instance, Json, Name,
    Quality, TenantName, Timestamp,
};

use crate::recorded::{Reading, Stations};

/// One in ten observations is of a counter.
const COUNTERS_SHARE: u64 = 10;
const COUNTERS_MAX: u64 = 100_000;
const HOUR: i64 = 3_600_000_000;
pub(crate) const COMMUNES: usize = 19;
/// The year that is asked about.
pub(crate) const YEAR: (&str, &str) = ("2016-01-01T00:00:00Z", "2017-01-01T00:00:00Z");
pub(crate) const STATION: &str = "AirQualityObserved";
pub(crate) const COUNTER: &str = "TrafficFlowObserved";

pub(crate) struct City {
    stations: Stations,
    copies: usize,
    counters: usize,
    /// How many values each counter has.
    counts: usize,
    ids: Vec<EntityId>,
    counter_ids: Vec<EntityId>,
    attributes: Vec<Name>,
}

fn term(name: &str) -> Name {
    Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{name}"))
}

impl City {
    pub(crate) fn of(recorded: &Path, rows: u64) -> anyhow::Result<Self> {
        let stations = Stations::load(recorded)?;
        let values: u64 = stations.readings.iter().map(|reading| reading.values.len() as u64).sum();
        let counted = rows / COUNTERS_SHARE;
        let counters = COUNTERS_MAX.min(counted / 10).max(1);
        let copies = ((rows - counted) / values.max(1)).max(1) as usize;
        let ids = (0..copies).flat_map(|copy| {
            stations
                .names
                .iter()
                .map(move |name| EntityId::trusted(&format!("urn:ngsi-ld:{STATION}:{name}-{copy:04}")))
        });
        let counter_ids =
            (0..counters).map(|n| EntityId::trusted(&format!("urn:ngsi-ld:{COUNTER}:{n:06}"))).collect();
        Ok(Self {
            ids: ids.collect(),
            counter_ids,
            attributes: stations.attributes.iter().map(|name| term(name)).collect(),
            copies,
            counters: counters as usize,
            counts: (counted / counters).max(1) as usize,
            stations,
        })
    }

    pub(crate) fn describe(&self) -> String {
        let (stations, series) = (self.ids.len(), self.ids.len() * self.attributes.len() + self.counters);
        format!(
            "{}; {} copies: {stations} stations, {} counters, at most {series} series",
            self.stations.from, self.copies, self.counters
        )
    }

    /// The stations that have hours of the whole year, some of them.
    pub(crate) fn stations(&self, most: usize) -> Vec<&EntityId> {
        let hourly = |id: &&EntityId| !id.as_str().contains(":ixelles");
        self.ids.iter().filter(hourly).take(most).collect()
    }

    /// In which commune each entity lies.
    pub(crate) fn areas(&self) -> Arc<Areas> {
        let area = |n: usize| EntityId::trusted(&format!("urn:ngsi-ld:AdministrativeArea:commune-{n:02}"));
        let areas: Vec<Area> = (0..COMMUNES)
            .map(|n| Area {
                id: area(n),
                name: Some(format!("Commune {n}")),
                level: "commune".to_owned(),
                code: Some(format!("21{n:03}")),
                parent: None,
                geometry: None,
            })
            .collect();
        let entities = self.ids.iter().chain(&self.counter_ids).enumerate();
        let memberships: Vec<Membership> = entities
            .map(|(n, entity)| Membership {
                entity: entity.clone(),
                level: "commune".to_owned(),
                area: area(n % COMMUNES),
                from: None,
                to: None,
            })
            .collect();
        Arc::new(Areas::new(&areas, &memberships))
    }

    /// Stations and counters, each with its type, in the order of their communes.
    pub(crate) fn entities(&self) -> impl Iterator<Item = (&EntityId, &'static str)> {
        let stations = self.ids.iter().map(|id| (id, STATION));
        stations.chain(self.counter_ids.iter().map(|id| (id, COUNTER)))
    }

    /// `entity,commune` for the peers.
    pub(crate) fn communes_csv(&self) -> String {
        let entities = self.ids.iter().chain(&self.counter_ids).enumerate();
        let lines: Vec<String> = entities.map(|(n, entity)| format!("{entity},{}", n % COMMUNES)).collect();
        lines.join("\n")
    }

    /// Hands over all changes in the order of time, some at once; gives how many values there were.
    pub(crate) fn changes(&self, give: &mut dyn FnMut(Vec<Arc<Change>>)) -> u64 {
        let mut log = Log { no: 0, values: 0, waiting: Vec::with_capacity(AT_ONCE) };
        let last = self.stations.readings.iter().map(|reading| reading.at).max().unwrap_or(0);
        let from = (last / HOUR - self.counts as i64) * HOUR;
        let mut counted = 0;
        for reading in &self.stations.readings {
            while counted < self.counts && from + (counted as i64 + 1) * HOUR <= reading.at {
                self.count(from + counted as i64 * HOUR, counted, &mut log, give);
                counted += 1;
            }
            for copy in 0..self.copies {
                log.push(self.change(reading, copy), give);
            }
        }
        while counted < self.counts {
            self.count(from + counted as i64 * HOUR, counted, &mut log, give);
            counted += 1;
        }
        give(log.waiting);
        log.values
    }

    /// One more change of a series, for what comes after.
    pub(crate) fn correction(&self, no: u64, station: &EntityId, at: Timestamp, value: f64) -> Arc<Change> {
        Arc::new(change(no, station, STATION, vec![observed("no2", at.micros(), value)]))
    }

    fn change(&self, reading: &Reading, copy: usize) -> Change {
        let id = &self.ids[copy * self.stations.names.len() + reading.station];
        let values = reading.values.iter().map(|(attribute, value)| {
            changed(self.attributes[*attribute as usize].clone(), reading.at, *value)
        });
        change(0, id, STATION, values.collect())
    }

    fn count(&self, at: i64, slot: usize, log: &mut Log, give: &mut dyn FnMut(Vec<Arc<Change>>)) {
        for (n, id) in self.counter_ids.iter().enumerate() {
            let value = ((n * 31 + slot * 17) % 400) as f64;
            log.push(change(0, id, COUNTER, vec![observed("intensity", at, value)]), give);
        }
    }
}

/// So many changes are handed over at once.
const AT_ONCE: usize = 10_000;

struct Log {
    no: u64,
    values: u64,
    waiting: Vec<Arc<Change>>,
}

impl Log {
    fn push(&mut self, mut change: Change, give: &mut dyn FnMut(Vec<Arc<Change>>)) {
        self.no += 1;
        change.no = ChangeNo(self.no);
        self.values += change.attributes.len() as u64;
        self.waiting.push(Arc::new(change));
        if self.waiting.len() >= AT_ONCE {
            give(std::mem::replace(&mut self.waiting, Vec::with_capacity(AT_ONCE)));
        }
    }
}

fn observed(name: &str, at: i64, value: f64) -> ChangedAttribute {
    changed(term(name), at, value)
}

fn changed(name: Name, at: i64, value: f64) -> ChangedAttribute {
    let mut instance = Instance::new(AttributeValue::Property(Json::Float(value)));
    instance.observed_at = Some(Timestamp::from_micros(at));
    instance.quality = Quality::GOOD;
    ChangedAttribute { name, effect: Effect::Updated, instance, previous: None }
}

fn change(no: u64, id: &EntityId, type_name: &str, attributes: Vec<ChangedAttribute>) -> Change {
    let recorded = attributes.first().and_then(|changed| changed.instance.observed_at);
    Change {
        no: ChangeNo(no),
        tenant: TenantName::default(),
        actor: "bench".into(),
        // As if it had come a minute after it was so.
        recorded_at: Timestamp::from_micros(recorded.map_or(0, Timestamp::micros) + 60_000_000),
        entity: id.clone(),
        types: [term(type_name)].into_iter().collect(),
        kind: ChangeKind::Updated,
        before: None,
        attributes,
    }
}
