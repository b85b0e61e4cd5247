//! The hub over the embedded store and a real history, in a folder of its own.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::unnecessary_literal_bound,
    reason = "tests speak by their names and may fail"
)]

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::future::BoxFuture;
use senne_hub::{
    Context, Follower, Hub, HubConfig, Page, PastQuery, Principal, WriteOptions,
    language::{Query, TimeFilter},
};
use senne_model::{
    Attribute, AttributeValue, Change, EntityId, ErrorKind, Flag, Geometry, Instance, Json, Name, Operation,
    Problem, TenantName, Timestamp, Write,
};

const HOUR: i64 = 3_600_000_000;
const START: i64 = 1_704_067_200_000_000;

fn term(term: &str) -> Name {
    Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{term}"))
}

fn id(n: usize) -> EntityId {
    EntityId::trusted(&format!("urn:ngsi-ld:AirQualityObserved:{n}"))
}

fn admin() -> Context {
    Context::new(Principal::Administrator { name: "test".to_owned() }, TenantName::default())
}

fn anonymous() -> Context {
    Context::new(Principal::Anonymous, TenantName::default())
}

fn observe(n: usize, hour: i64, no2: f64) -> Write {
    let mut write = Write::new(id(n), Operation::Observe);
    write.types.push(term("AirQualityObserved"));
    let instance = Instance::new(AttributeValue::Property(Json::Float(no2)))
        .at(Timestamp::from_micros(START + hour * HOUR));
    write.attributes.push(Attribute::new(term("no2"), instance));
    write
}

fn secret(n: usize) -> Write {
    let mut write = Write::new(EntityId::trusted(&format!("urn:x:Secret:{n}")), Operation::Create);
    write.types.push(term("Secret"));
    write
}

async fn open(folder: &Path) -> Hub {
    Hub::open(HubConfig::new(folder)).await.unwrap()
}

async fn write(hub: &Hub, writes: Vec<Write>) {
    let results = hub.write(&admin(), writes, WriteOptions::default()).await.unwrap();
    results.into_iter().for_each(|result| {
        result.unwrap();
    });
}

async fn values(hub: &Hub, n: usize) -> Vec<(f64, Flag)> {
    let past = hub.past(&admin(), &PastQuery::of(vec![id(n)], TimeFilter::default())).await.unwrap();
    let points = past.iter().flat_map(|p| &p.series).flat_map(|s| &s.points);
    points.map(|p| (p.value.as_number().unwrap(), p.quality.flag())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_acknowledged_is_read_at_once_now_and_then() {
    let folder = tempfile::tempdir().unwrap();
    let hub = open(folder.path()).await;
    for hour in 0..5 {
        write(&hub, vec![observe(1, hour, 20.0 + hour as f64)]).await;
        assert_eq!(values(&hub, 1).await.len(), hour as usize + 1);
    }
    let entity = hub.entity(&admin(), &id(1)).await.unwrap();
    assert_eq!(entity.instance(&term("no2")).unwrap().value.as_number(), Some(24.0));
    let table = hub
        .sql(
            &admin(),
            "SELECT count(*) AS n, avg(number) AS mean FROM observation WHERE attribute = 'no2'",
            10,
        )
        .await;
    assert_eq!(table.unwrap().rows, [[Json::Int(5), Json::Float(22.0)]]);
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_before_or_after_a_flush_loses_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..3_i64 {
        let hub = open(folder.path()).await;
        assert_eq!(values(&hub, 1).await.len(), round as usize * 20);
        for hour in 0..20 {
            write(&hub, vec![observe(1, round * 20 + hour, 30.0 + (hour % 7) as f64)]).await;
            if hour == 10 && round == 1 {
                hub.flush().await.unwrap();
            }
        }
        assert_eq!(values(&hub, 1).await.len(), (round as usize + 1) * 20);
        hub.abandon().await;
    }
    let hub = open(folder.path()).await;
    assert_eq!(values(&hub, 1).await.len(), 60);
    hub.stop().await;
    let hub = open(folder.path()).await;
    assert_eq!(values(&hub, 1).await.len(), 60);
    assert_eq!(hub.check().await.unwrap().damage(), Vec::<String>::new());
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn implausible_values_are_kept_and_flagged() {
    let folder = tempfile::tempdir().unwrap();
    let hub = open(folder.path()).await;
    write(&hub, vec![observe(1, 0, 20.0), observe(1, 1, 9500.0)]).await;
    let flags: Vec<Flag> = values(&hub, 1).await.into_iter().map(|(_, flag)| flag).collect();
    assert_eq!(flags, [Flag::Good, Flag::Fail]);
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn anonymous_sees_what_is_open_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let hub = open(folder.path()).await;
    write(&hub, vec![observe(1, 0, 20.0), secret(1)]).await;
    let found =
        hub.query(&anonymous(), &Query::default(), &Page { count: true, ..Page::first(10) }).await.unwrap();
    assert_eq!((found.entities.len(), found.count), (1, Some(1)));
    let hidden = hub.entity(&anonymous(), &EntityId::trusted("urn:x:Secret:1")).await.unwrap_err();
    assert_eq!(hidden.kind, ErrorKind::NotFound);
    let denied = hub.write(&anonymous(), vec![secret(2)], WriteOptions::default()).await.unwrap_err();
    assert_eq!(denied.kind, ErrorKind::Unauthenticated);
    for view in ["observation", "entity", "hourly", "series", "air_quality_observed"] {
        let text = format!("SELECT count(*) FROM {view}");
        assert_eq!(hub.sql(&anonymous(), &text, 1).await.unwrap().rows, [[Json::Int(1)]], "{view}");
    }
    let all = hub.sql(&admin(), "SELECT count(DISTINCT type) FROM entity", 1).await.unwrap();
    assert_eq!(all.rows, [[Json::Int(2)]]);
    let types = hub.types(&anonymous()).await.unwrap();
    assert_eq!(types.iter().map(|t| t.name.local().to_owned()).collect::<Vec<_>>(), ["AirQualityObserved"]);
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_unit_is_refused_and_named_also_when_the_write_names_no_type() {
    let folder = tempfile::tempdir().unwrap();
    let hub = open(folder.path()).await;
    write(&hub, vec![observe(1, 0, 20.0)]).await;
    let mut wrong = observe(1, 1, 20.0);
    wrong.types.clear();
    wrong.operation = Operation::Append { keep: false };
    wrong.attributes[0].instances[0].unit_code = Some(Name::new("CEL"));
    let results =
        hub.write(&admin(), vec![wrong, observe(1, 2, 21.0)], WriteOptions::default()).await.unwrap();
    let problem = results[0].as_ref().unwrap_err();
    assert!(problem.field.as_deref().unwrap_or_default().starts_with("no2"), "{problem:?}");
    assert!(results[1].is_ok());
    hub.stop().await;
}

/// Notes the numbers that it was handed; fails the first time.
#[derive(Default)]
struct Notes {
    seen: Mutex<Vec<u64>>,
    failed: Mutex<bool>,
}

impl Follower for Notes {
    fn name(&self) -> &str {
        "notes"
    }

    fn take<'a>(&'a self, changes: &'a [Arc<Change>]) -> BoxFuture<'a, Result<(), Problem>> {
        Box::pin(async move {
            if !std::mem::replace(&mut *self.failed.lock().unwrap(), true) {
                return Err(Problem::internal("not yet"));
            }
            self.seen.lock().unwrap().extend(changes.iter().map(|c| c.no.0));
            Ok(())
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_gets_every_change_in_order_also_after_a_failure_and_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let hub = open(folder.path()).await;
    let notes = Arc::new(Notes::default());
    hub.follow(Arc::clone(&notes) as Arc<dyn Follower>).unwrap();
    write(&hub, (0..50).map(|n| observe(n, 0, 20.0)).collect()).await;
    for _ in 0..100 {
        if notes.seen.lock().unwrap().len() == 50 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(*notes.seen.lock().unwrap(), (1..=50).collect::<Vec<u64>>());
    hub.stop().await;
    let hub = open(folder.path()).await;
    write(&hub, vec![observe(99, 0, 20.0)]).await;
    let again = Arc::new(Notes::default());
    hub.follow(Arc::clone(&again) as Arc<dyn Follower>).unwrap();
    for _ in 0..100 {
        if !again.seen.lock().unwrap().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(*again.seen.lock().unwrap(), [51]);
    hub.stop().await;
}

fn place(id: &str, kind: &str, location: Geometry, hour: i64) -> Write {
    let mut write = Write::new(EntityId::trusted(id), Operation::CreateOrAppend);
    write.types.push(term(kind));
    let mut instance = Instance::new(AttributeValue::Geo(location));
    instance.observed_at = Some(Timestamp::from_micros(START + hour * HOUR));
    let name = Name::new("https://uri.etsi.org/ngsi-ld/location");
    write.attributes.push(Attribute::new(name, instance));
    write
}

/// A square of one degree whose south-west corner is at (`west`, 50).
fn commune(west: f64) -> Write {
    let ring: Vec<Json> = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]
        .map(|(x, y)| Json::Array(vec![Json::Float(west + x), Json::Float(50.0 + y)]))
        .to_vec();
    let outline = Geometry::parse("Polygon", &Json::Array(vec![Json::Array(ring)])).unwrap();
    let mut write = place(&format!("urn:x:Area:{west}"), "AdministrativeArea", outline, 0);
    let text = |text: &str| Instance::new(AttributeValue::Property(Json::text(text)));
    write.attributes.push(Attribute::new(term("level"), text("commune")));
    write.attributes.push(Attribute::new(term("nisCode"), text(&format!("{west}"))));
    write
}

#[tokio::test(flavor = "multi_thread")]
async fn who_moves_is_counted_in_the_area_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let hub = open(folder.path()).await;
    let at = |x: f64, hour| {
        place(
            "urn:ngsi-ld:AirQualityObserved:1",
            "AirQualityObserved",
            Geometry::point(x, 50.5).unwrap(),
            hour,
        )
    };
    // The areas come after the first values: they count all the same.
    write(&hub, vec![at(4.5, 0), observe(1, 0, 10.0), at(5.5, 2), observe(1, 3, 30.0)]).await;
    let ask = async |hub: &Hub, context: &Context| {
        let text = "SELECT a.code, sum(h.sum), min(e.valid_from), max(e.valid_to) FROM hourly h JOIN entity_area e ON e.entity = h.entity \
             AND h.start >= coalesce(e.valid_from, h.start) AND (e.valid_to IS NULL OR h.start < e.valid_to) \
             JOIN area a ON a.id = e.area WHERE h.attribute = 'no2' GROUP BY 1 ORDER BY 1";
        let table = hub.sql(context, text, 10).await.unwrap();
        table.rows.iter().map(|row| Json::Array(row.clone()).to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(ask(&hub, &admin()).await, "");
    write(&hub, vec![commune(4.0), commune(5.0)]).await;
    let moved = r#"["4",10.0,null,"2024-01-01T02:00:00Z"] ["5",30.0,"2024-01-01T02:00:00Z",null]"#;
    assert_eq!(ask(&hub, &admin()).await, moved);
    assert_eq!(ask(&hub, &anonymous()).await, moved);
    // A location that comes late: it was back in the first area for an hour.
    write(&hub, vec![at(4.5, 5), at(4.5, 3)]).await;
    hub.flush().await.unwrap();
    let back = r#"["4",40.0,"2024-01-01T03:00:00Z","2024-01-01T02:00:00Z"]"#;
    assert_eq!(ask(&hub, &admin()).await, back);
    // An area that goes holds nobody any more; whoever starts anew finds the same out.
    write(&hub, vec![Write::new(EntityId::trusted("urn:x:Area:4"), Operation::Delete)]).await;
    assert_eq!(ask(&hub, &admin()).await, "");
    hub.stop().await;
    let hub = open(folder.path()).await;
    assert_eq!(ask(&hub, &admin()).await, "");
    write(&hub, vec![commune(4.0)]).await;
    assert_eq!(ask(&hub, &admin()).await, back);
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn areas_are_all_known_however_much_they_take() {
    let folder = tempfile::tempdir().unwrap();
    let hub = open(folder.path()).await;
    let note = Instance::new(AttributeValue::Property(Json::text(&"x".repeat(1 << 20))));
    for west in 0..36 {
        let mut area = commune(f64::from(west));
        area.attributes.push(Attribute::new(term("note"), note.clone()));
        write(&hub, vec![area]).await;
    }
    let station = "urn:ngsi-ld:AirQualityObserved:1";
    let there = Geometry::point(35.5, 50.5).unwrap();
    write(&hub, vec![place(station, "AirQualityObserved", there, 0)]).await;
    let text =
        format!("SELECT a.code FROM entity_area e JOIN area a ON a.id = e.area WHERE e.entity = '{station}'");
    assert_eq!(hub.sql(&admin(), &text, 10).await.unwrap().rows, [[Json::text("35")]]);
    hub.stop().await;
}

/// The last of the locations that are read at once is the first of a change that has two.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_with_several_locations_is_taken_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let hub = open(folder.path()).await;
    write(&hub, vec![commune(4.0), commune(5.0)]).await;
    let locations = |n: usize, places: &mut dyn Iterator<Item = (f64, i64)>| {
        let instance = |(x, minute): (f64, i64)| {
            let at = Timestamp::from_micros(START + minute * HOUR / 60);
            Instance::new(AttributeValue::Geo(Geometry::point(x, 50.5).unwrap())).at(at)
        };
        let mut write = Write::new(id(n), Operation::Observe);
        write.types.push(term("AirQualityObserved"));
        let name = Name::new("https://uri.etsi.org/ngsi-ld/location");
        write.attributes.push(Attribute { name, instances: places.map(instance).collect() });
        write
    };
    write(&hub, vec![locations(1, &mut (0..49_997).map(|minute| (4.5, minute)))]).await;
    write(&hub, vec![locations(2, &mut [(4.5, 0), (5.5, 60)].into_iter())]).await;
    let context = Context { deadline: std::time::Instant::now() + Duration::from_secs(300), ..admin() };
    let text = format!(
        "SELECT a.code, e.valid_from, e.valid_to FROM entity_area e JOIN area a ON a.id = e.area \
         WHERE e.entity = '{}' ORDER BY 1",
        id(2)
    );
    let table = hub.sql(&context, &text, 10).await.unwrap();
    let stays: Vec<String> = table.rows.iter().map(|row| Json::Array(row.clone()).to_string()).collect();
    assert_eq!(stays, [r#"["4",null,"2024-01-01T01:00:00Z"]"#, r#"["5","2024-01-01T01:00:00Z",null]"#]);
    hub.stop().await;
}

/// Takes nothing.
struct Stuck;

impl Follower for Stuck {
    fn name(&self) -> &str {
        "notes"
    }

    fn take<'a>(&'a self, _changes: &'a [Arc<Change>]) -> BoxFuture<'a, Result<(), Problem>> {
        Box::pin(async { Err(Problem::internal("never")) })
    }
}

/// It stands before the first change of a city, and is known to.
#[tokio::test(flavor = "multi_thread")]
async fn a_follower_that_has_taken_nothing_yet_misses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let hub = open(folder.path()).await;
    hub.follow(Arc::new(Stuck)).unwrap();
    write(&hub, vec![observe(1, 0, 20.0)]).await;
    hub.stop().await;
    let hub = open(folder.path()).await;
    let notes = Arc::new(Notes::default());
    hub.follow(Arc::clone(&notes) as Arc<dyn Follower>).unwrap();
    for _ in 0..100 {
        if !notes.seen.lock().unwrap().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(*notes.seen.lock().unwrap(), [1]);
    hub.stop().await;
}

/// Breaks off when it is first handed something.
#[derive(Default)]
struct Startled {
    seen: Mutex<Vec<u64>>,
    calm: std::sync::atomic::AtomicBool,
}

impl Follower for Startled {
    fn name(&self) -> &str {
        "startled"
    }

    fn take<'a>(&'a self, changes: &'a [Arc<Change>]) -> BoxFuture<'a, Result<(), Problem>> {
        Box::pin(async move {
            assert!(self.calm.swap(true, std::sync::atomic::Ordering::Relaxed), "broke off");
            self.seen.lock().unwrap().extend(changes.iter().map(|c| c.no.0));
            Ok(())
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_that_breaks_off_is_handed_the_same_again() {
    let folder = tempfile::tempdir().unwrap();
    let hub = open(folder.path()).await;
    let startled = Arc::new(Startled::default());
    hub.follow(Arc::clone(&startled) as Arc<dyn Follower>).unwrap();
    write(&hub, vec![observe(1, 0, 20.0)]).await;
    for _ in 0..100 {
        if !startled.seen.lock().unwrap().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(*startled.seen.lock().unwrap(), [1]);
    hub.stop().await;
}
