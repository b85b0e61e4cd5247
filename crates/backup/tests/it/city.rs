//! A city whose every write is known: station `n` counts upwards, and each count is an observation.

use std::{collections::BTreeMap, path::Path};

use senne_backup::{
    BackupError, Pace, Repository, RestoreSettings, Restored, TakeSettings, Taken, Use, on_thread, restore,
    take,
};
use senne_hub::{Context, Hub, HubConfig, PastQuery, Principal, WriteOptions, language::TimeFilter};
use senne_model::{
    Attribute, AttributeValue, EntityId, Instance, Json, Name, Operation, TenantName, Timestamp, Write,
};
use tokio::runtime::Handle;

pub(crate) const STATIONS: u64 = 3;
const START: i64 = 1_704_067_200_000_000;
const MINUTE: i64 = 60_000_000;

/// A small generator: one seed, one city.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)) % sides
    }
}

pub(crate) fn level() -> Name {
    Name::new("https://uri.etsi.org/ngsi-ld/default-context/level")
}

pub(crate) fn station(n: u64) -> EntityId {
    EntityId::parse(&format!("urn:ngsi-ld:Probe:{n}")).unwrap()
}

pub(crate) fn admin() -> Context {
    let mut context =
        Context::new(Principal::Administrator { name: "test".to_owned() }, TenantName::default());
    context.deadline += std::time::Duration::from_secs(600);
    context
}

pub(crate) async fn open(data: &Path) -> Hub {
    Hub::open(HubConfig::new(data)).await.unwrap()
}

/// Station `n` counts to `count`.
pub(crate) fn counted(n: u64, count: u64) -> Write {
    let mut write = Write::new(station(n), Operation::Observe);
    write.types.push(Name::new("https://uri.etsi.org/ngsi-ld/default-context/Probe"));
    let instance = Instance::new(AttributeValue::Property(Json::Float(count as f64)))
        .at(Timestamp::from_micros(START + count as i64 * MINUTE));
    write.attributes.push(Attribute::new(level(), instance));
    write
}

pub(crate) async fn count(hub: &Hub, n: u64, count: u64) {
    let results = hub.write(&admin(), vec![counted(n, count)], WriteOptions::default()).await.unwrap();
    results.into_iter().for_each(|result| drop(result.unwrap()));
}

/// What each station counts to now, when state and past agree: the past has every count up to it, once.
pub(crate) async fn agreed(hub: &Hub) -> BTreeMap<u64, u64> {
    let mut counts = BTreeMap::new();
    for n in 0..STATIONS {
        let Ok(entity) = hub.entity(&admin(), &station(n)).await else { continue };
        let now = entity.instance(&level()).unwrap().value.as_number().unwrap() as u64;
        let query = PastQuery { limit: 1_000_000, ..PastQuery::of(vec![station(n)], TimeFilter::default()) };
        let past = hub.past(&admin(), &query).await.unwrap();
        let points = past.iter().flat_map(|past| &past.series).flat_map(|series| &series.points);
        let mut there: Vec<u64> = points.map(|point| point.value.as_number().unwrap() as u64).collect();
        there.sort_unstable();
        assert_eq!(there, (1..=now).collect::<Vec<_>>(), "station {n} says {now}");
        counts.insert(n, now);
    }
    let rows = hub.sql(&admin(), "SELECT count(*) FROM observation", 1).await.unwrap();
    assert_eq!(rows.rows[0][0], Json::Int(counts.values().sum::<u64>() as i64));
    let hours = hub.sql(&admin(), "SELECT coalesce(sum(count), 0) FROM hourly", 1).await.unwrap();
    assert_eq!(hours.rows[0][0].as_f64(), Some(counts.values().sum::<u64>() as f64));
    counts
}

pub(crate) async fn backup(data: &Path, to: &Path) -> Result<Taken, BackupError> {
    let (data, to, handle) = (data.to_owned(), to.to_owned(), Handle::current());
    on_thread(move || {
        let settings = TakeSettings { program: "test".to_owned(), pace: Pace::new(None) };
        take(&data, &Repository::open(&to, Use::Write)?, &settings, &handle, &|_| ())
    })
    .await
}

pub(crate) async fn bring_back(from: &Path, data: &Path, at: Option<i64>) -> Result<Restored, BackupError> {
    let (from, data) = (from.to_owned(), data.to_owned());
    on_thread(move || {
        let at = at.map(Timestamp::from_micros);
        let settings = RestoreSettings { at, pace: Pace::new(None), erased_in: None };
        restore(&Repository::open(&from, Use::Read)?, &data, &settings, &|_| (), &|_| Ok(()))
    })
    .await
}
