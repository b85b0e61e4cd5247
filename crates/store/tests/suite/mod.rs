//! What every adapter of the store must do. An adapter gives a way to open it on a folder; opening the same
//! folder again is a restart.

mod pages;

use std::{
    collections::HashSet,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Arc,
};

use senne_language::{Filter, Order, Query, TypeExpression};
use senne_model::{
    ApplyError, Attribute, AttributeValue, ChangeNo, Entity, EntityId, Geometry, Instance, Json, Judge, Name,
    NoJudge, Operation, Outcome, Seen, TenantName, Timestamp, Write,
};
use senne_store::{Group, Place, Reply, Request, Selection, Store, StoreSettings, StoreWriter};

pub(crate) use self::pages::{
    a_place_holds_while_data_change, a_query_that_nobody_waits_for_ends, an_order_of_its_own_is_whole,
    attributes_are_counted_exactly, what_has_expired_is_not_shown_and_is_due,
};

pub(crate) const NO2: &str = "https://example.org/NO2";
pub(crate) const AIR: &str = "https://example.org/Air";

pub(crate) fn settings() -> StoreSettings {
    StoreSettings { indexed: HashSet::from([Name::new(NO2)]), cached_bytes: 64 << 10, readers: 2 }
}

pub(crate) fn id(n: usize) -> EntityId {
    EntityId::trusted(&format!("urn:ngsi-ld:Air:{n}"))
}

pub(crate) fn write(operation: Operation, n: usize, no2: f64) -> Write {
    let mut write = Write::new(id(n), operation);
    write.types.push(Name::new(AIR));
    let value =
        Instance::new(AttributeValue::Property(Json::Float(no2))).at(Timestamp::from_micros(n as i64));
    write.attributes.push(Attribute::new(Name::new(NO2), value));
    write
}

pub(crate) fn request(writes: Vec<Write>) -> Request {
    let tenant = TenantName::default();
    Request { tenant, actor: Arc::from("test"), writes, all_or_nothing: false, position: None }
}

pub(crate) fn commit(writer: &mut dyn StoreWriter, requests: Vec<Request>) -> Group {
    writer.commit(requests, Timestamp::from_micros(1_700_000_000_000_000), &NoJudge).unwrap()
}

fn reply(group: &Group, n: usize) -> &Reply {
    group.replies[n].as_ref().unwrap()
}

fn all(query: &Query) -> Selection<'_> {
    Selection {
        query,
        limit: 1000,
        offset: 0,
        after: None,
        place: Place::Start,
        order: None,
        count: true,
        see: None,
        waited_for: None,
    }
}

fn ids(store: &dyn Store, selection: &Selection<'_>) -> Vec<String> {
    let ask = || -> Vec<String> {
        let found = store.select(&TenantName::default(), selection).unwrap();
        found.entities.iter().map(|e| e.id.to_string()).collect()
    };
    // An adapter may prepare something when it is first asked; the answer is the same before and after.
    let first = ask();
    std::thread::sleep(std::time::Duration::from_millis(30));
    assert_eq!(ask(), first);
    first
}

pub(crate) fn what_is_committed_is_there_after_a_restart(open: &dyn Fn(&Path) -> Arc<dyn Store>) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let mut writer = store.writer().unwrap();
    assert!(store.writer().is_none(), "there is one writer");
    let mut first = request(vec![write(Operation::Create, 1, 20.5)]);
    first.position = Some(("feed".into(), "row 1".into()));
    let group = commit(&mut *writer, vec![first, request(vec![write(Operation::Create, 2, 30.0)])]);
    assert_eq!(reply(&group, 0).results[0].as_ref().unwrap().outcome, Outcome::Created);
    let before = store.entity(&TenantName::default(), &id(1)).unwrap();
    drop((writer, store));
    let store = open(folder.path());
    assert_eq!(store.entity(&TenantName::default(), &id(1)).unwrap(), before);
    assert_eq!(store.head(), ChangeNo(2));
    assert_eq!(store.position(&TenantName::default(), "feed").unwrap().as_deref(), Some("row 1"));
    let changes = store.changes(ChangeNo(0), 10).unwrap();
    assert_eq!(changes, group.changes);
    assert_eq!(store.check().unwrap(), Vec::new());
}

pub(crate) fn a_request_that_fails_hurts_no_other(open: &dyn Fn(&Path) -> Arc<dyn Store>) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let mut writer = store.writer().unwrap();
    let twice = request(vec![write(Operation::Create, 1, 1.0), write(Operation::Create, 1, 2.0)]);
    let group = commit(&mut *writer, vec![twice, request(vec![write(Operation::Create, 3, 3.0)])]);
    assert_eq!(reply(&group, 0).results[1], Err(ApplyError::Exists));
    assert!(reply(&group, 1).results[0].is_ok());
    let mut whole = request(vec![write(Operation::Create, 4, 4.0), write(Operation::Create, 3, 9.0)]);
    whole.all_or_nothing = true;
    whole.position = Some(("feed".into(), "never".into()));
    let group = commit(&mut *writer, vec![whole, request(vec![write(Operation::Create, 5, 5.0)])]);
    assert!(reply(&group, 0).results.iter().all(Result::is_err));
    assert_eq!(store.position(&TenantName::default(), "feed").unwrap(), None);
    assert_eq!(ids(&*store, &all(&Query::default())).len(), 3);
    let numbers: Vec<u64> = store.changes(ChangeNo(0), 10).unwrap().iter().map(|c| c.no.0).collect();
    assert_eq!(numbers, [1, 2, 3], "numbers are dense (S3)");
}

/// A judge in which something breaks off.
struct Fragile;

impl Judge for Fragile {
    fn judge(&self, _: &Seen<'_>, instance: &mut Instance, _: Option<&Instance>) {
        assert_ne!(instance.value.as_number(), Some(666.0), "broke off");
    }
}

pub(crate) fn what_breaks_off_is_taken_back(open: &dyn Fn(&Path) -> Arc<dyn Store>) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let mut writer = store.writer().unwrap();
    commit(&mut *writer, vec![request(vec![write(Operation::Create, 1, 1.0)])]);
    let mut other = request(vec![write(Operation::Create, 2, 2.0)]);
    other.tenant = TenantName::parse("ixelles").unwrap();
    let group = vec![other, request(vec![write(Operation::Create, 3, 666.0)])];
    let at = Timestamp::from_micros(1_700_000_000_000_000);
    let broke = catch_unwind(AssertUnwindSafe(|| writer.commit(group, at, &Fragile)));
    assert!(broke.is_err());
    assert_eq!(writer.recover().unwrap(), ChangeNo(1));
    assert_eq!(store.tenants().unwrap(), [TenantName::default()]);
    let group = commit(&mut *writer, vec![request(vec![write(Operation::Create, 3, 3.0)])]);
    assert_eq!(group.changes[0].no, ChangeNo(2), "numbers are dense (S3)");
    assert_eq!(ids(&*store, &all(&Query::default())), [id(1).to_string(), id(3).to_string()]);
    drop((writer, store));
    let store = open(folder.path());
    assert_eq!(ids(&*store, &all(&Query::default())), [id(1).to_string(), id(3).to_string()]);
    assert_eq!(store.changes(ChangeNo(0), 9).unwrap().len(), 2);
    assert_eq!(store.check().unwrap(), Vec::new());
}

pub(crate) fn selections_narrow_page_and_count(open: &dyn Fn(&Path) -> Arc<dyn Store>) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let mut writer = store.writer().unwrap();
    let mut writes: Vec<Write> = (0..20).map(|n| write(Operation::Create, n, n as f64)).collect();
    let point = Geometry::point(4.37, 50.82).unwrap();
    let place = Attribute::new(
        Name::new("https://uri.etsi.org/ngsi-ld/location"),
        Instance::new(AttributeValue::Geo(point)),
    );
    writes[7].attributes.push(place);
    writes[8].types[0] = Name::new("https://example.org/Water");
    commit(&mut *writer, vec![request(writes)]);
    let expand = |term: &str| Name::new(&format!("https://example.org/{term}"));
    let typed = Query { types: Some(TypeExpression::parse("Air", &expand).unwrap()), ..Query::default() };
    let page = Selection { limit: 5, offset: 5, ..all(&typed) };
    let found = store.select(&TenantName::default(), &page).unwrap();
    assert_eq!((found.count, found.more), (Some(19), true));
    assert_eq!(found.entities[0].id, id(5));
    assert_eq!(found.entities[3].id, id(9), "8 is of another type");
    let high = Query { filter: Some(Filter::parse("NO2>=15", &expand).unwrap()), ..typed.clone() };
    assert_eq!(ids(&*store, &all(&high)).len(), 5);
    assert_eq!(store.select(&TenantName::default(), &all(&high)).unwrap().count, Some(5));
    let after = id(17);
    assert_eq!(
        ids(&*store, &Selection { after: Some(&after), ..all(&high) }),
        [id(18).to_string(), id(19).to_string()]
    );
    let near = senne_language::GeoFilter::parse(
        "near;maxDistance==2000",
        "Point",
        "[4.371,50.821]",
        Name::new("https://uri.etsi.org/ngsi-ld/location"),
    );
    let near = Query { geo: Some(near.unwrap()), ..Query::default() };
    assert_eq!(ids(&*store, &all(&near)), [id(7).to_string()]);
    let both =
        Query { types: Some(TypeExpression::parse("Air|Water", &expand).unwrap()), ..Query::default() };
    assert_eq!(store.select(&TenantName::default(), &all(&both)).unwrap().count, Some(20));
    let unknown = Query { types: Some(TypeExpression::parse("Never", &expand).unwrap()), ..Query::default() };
    assert_eq!(store.select(&TenantName::default(), &all(&unknown)).unwrap().count, Some(0));
    assert_eq!(
        store.types(&TenantName::default()).unwrap(),
        [(Name::new(AIR), 19), (Name::new("https://example.org/Water"), 1)]
    );
}

pub(crate) fn an_index_follows_updates_and_removals(open: &dyn Fn(&Path) -> Arc<dyn Store>) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let mut writer = store.writer().unwrap();
    commit(
        &mut *writer,
        vec![request(vec![write(Operation::Create, 1, 10.0), write(Operation::Create, 2, 10.0)])],
    );
    commit(
        &mut *writer,
        vec![request(vec![write(Operation::CreateOrReplace, 1, 50.0), Write::new(id(2), Operation::Delete)])],
    );
    let expand = |term: &str| Name::new(&format!("https://example.org/{term}"));
    let query = |q: &str| Query { filter: Some(Filter::parse(q, &expand).unwrap()), ..Query::default() };
    assert!(ids(&*store, &all(&query("NO2==10"))).is_empty());
    assert_eq!(ids(&*store, &all(&query("NO2>49.5"))), [id(1).to_string()]);
    assert_eq!(store.entity(&TenantName::default(), &id(2)).unwrap(), None);
    commit(&mut *writer, vec![request(vec![write(Operation::Create, 2, 10.0)])]);
    assert_eq!(ids(&*store, &all(&query("NO2==10"))), [id(2).to_string()]);
}

pub(crate) fn the_log_is_read_from_anywhere_and_pruned_by_whole_rows(open: &dyn Fn(&Path) -> Arc<dyn Store>) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let mut writer = store.writer().unwrap();
    for start in [0, 10, 20] {
        let writes = (start..start + 10).map(|n| write(Operation::Create, n, 1.0)).collect();
        commit(&mut *writer, vec![request(writes)]);
    }
    let from =
        |after: u64| store.changes(ChangeNo(after), 1000).unwrap().iter().map(|c| c.no.0).collect::<Vec<_>>();
    assert_eq!(from(13), (14..=30).collect::<Vec<_>>());
    writer.set_cursors(&[("history".into(), ChangeNo(15))]).unwrap();
    assert_eq!(store.cursor("history").unwrap(), Some(ChangeNo(15)));
    writer.prune(ChangeNo(15)).unwrap();
    assert_eq!(store.pruned().unwrap(), ChangeNo(10));
    assert_eq!(from(10), (11..=30).collect::<Vec<_>>());
    assert_eq!(store.check().unwrap(), Vec::new());
    writer.set_cursors(&[("history".into(), ChangeNo(30)), ("asleep".into(), ChangeNo(22))]).unwrap();
    writer.prune(ChangeNo(30)).unwrap();
    assert_eq!(store.pruned().unwrap(), ChangeNo(20), "who does not run now needs the rest (S5)");
    writer.set_cursors(&[("asleep".into(), ChangeNo(30))]).unwrap();
    writer.prune(ChangeNo(30)).unwrap();
    drop((writer, store));
    let store = open(folder.path());
    assert_eq!((store.head(), store.pruned().unwrap()), (ChangeNo(30), ChangeNo(30)));
    let mut writer = store.writer().unwrap();
    let group = commit(&mut *writer, vec![request(vec![write(Operation::Create, 99, 1.0)])]);
    assert_eq!(group.changes[0].no, ChangeNo(31), "numbers are never given twice");
}

pub(crate) fn large_changes_are_read_some_at_a_time(open: &dyn Fn(&Path) -> Arc<dyn Store>) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let mut writer = store.writer().unwrap();
    for n in 0..4 {
        let mut large = write(Operation::Create, n, 1.0);
        let text = AttributeValue::Property(Json::text(&"x".repeat(20 << 20)));
        large.attributes[0].instances[0].value = text;
        commit(&mut *writer, vec![request(vec![large])]);
    }
    let (mut after, mut read) = (ChangeNo(0), Vec::new());
    while after < store.head() {
        let some = store.changes(after, 100).unwrap();
        after = some.last().unwrap().no;
        read.push(some.len());
    }
    assert_eq!(read, [2, 2]);
}

pub(crate) fn tenants_do_not_see_one_another(open: &dyn Fn(&Path) -> Arc<dyn Store>) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let mut writer = store.writer().unwrap();
    let ixelles = TenantName::parse("ixelles").unwrap();
    let mut other = request(vec![write(Operation::Create, 1, 2.0)]);
    other.tenant = ixelles.clone();
    commit(&mut *writer, vec![request(vec![write(Operation::Create, 1, 1.0)]), other]);
    let no2 = |tenant: &TenantName| {
        store.entity(tenant, &id(1)).unwrap().unwrap().instance(NO2).unwrap().value.as_number()
    };
    assert_eq!((no2(&TenantName::default()), no2(&ixelles)), (Some(1.0), Some(2.0)));
    let nobody = TenantName::parse("nobody").unwrap();
    assert_eq!(store.entity(&nobody, &id(1)).unwrap(), None);
    assert_eq!(store.tenants().unwrap(), [TenantName::default(), ixelles]);
}

pub(crate) fn the_cache_is_never_older_than_the_disk(open: &dyn Fn(&Path) -> Arc<dyn Store>) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let mut writer = store.writer().unwrap();
    commit(&mut *writer, vec![request(vec![write(Operation::Create, 1, 0.0)])]);
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                let store = Arc::clone(&store);
                scope.spawn(move || {
                    let mut last = 0.0;
                    while last < 300.0 {
                        let entity = store.entity(&TenantName::default(), &id(1)).unwrap().unwrap();
                        let now = entity.instance(NO2).unwrap().value.as_number().unwrap();
                        assert!(now >= last, "{now} after {last}");
                        last = now;
                    }
                })
            })
            .collect();
        for value in 1..=300 {
            commit(&mut *writer, vec![request(vec![write(Operation::CreateOrReplace, 1, f64::from(value))])]);
            let entity = store.entity(&TenantName::default(), &id(1)).unwrap().unwrap();
            assert_eq!(entity.instance(NO2).unwrap().value.as_number(), Some(f64::from(value)));
        }
        readers.into_iter().for_each(|reader| reader.join().unwrap());
    });
}

/// Whatever way is taken (few rows by the index, a walk by type, a walk that gives up), the pages are the same.
pub(crate) fn an_index_that_narrows_little_gives_the_same_pages(open: &dyn Fn(&Path) -> Arc<dyn Store>) {
    const MANY: usize = 26_000;
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let mut writer = store.writer().unwrap();
    // Values over 100 stand at the end only, those over 10 everywhere but at each third place.
    let value = |n: usize| if n >= 21_000 { 200.0 } else { (n % 3) as f64 * 10.0 };
    let writes = (0..MANY).map(|n| write(Operation::Create, n, value(n))).collect();
    commit(&mut *writer, vec![request(writes)]);
    let expand = |term: &str| Name::new(&format!("https://example.org/{term}"));
    let typed = TypeExpression::parse("Air", &expand).unwrap();
    for (q, at_least) in [("NO2>=100", 100.0), ("NO2>=10", 10.0), ("NO2>=0", 0.0)] {
        let query = Query {
            types: Some(typed.clone()),
            filter: Some(Filter::parse(q, &expand).unwrap()),
            ..Query::default()
        };
        let expected: Vec<String> =
            (0..MANY).filter(|n| value(*n) >= at_least).map(|n| id(n).to_string()).collect();
        let pages = Selection { limit: 7, offset: 5, count: false, ..all(&query) };
        assert_eq!(ids(&*store, &pages), expected[5..12], "{q}");
        let after = id(24_000);
        let place = expected.iter().position(|e| *e == after.to_string()).unwrap() + 1;
        let rest = Selection { limit: 3000, count: false, after: Some(&after), ..all(&query) };
        assert_eq!(ids(&*store, &rest), expected[place..], "{q} after {after}");
        let counted = store.select(&TenantName::default(), &Selection { limit: 1, ..all(&query) }).unwrap();
        assert_eq!(counted.count, Some(expected.len() as u64), "{q}");
    }
}

/// What is asked while it is being written: never something that was not so, and in the end what is so.
pub(crate) fn queries_by_value_keep_up_with_the_writer(open: &dyn Fn(&Path) -> Arc<dyn Store>) {
    const MANY: usize = 3_000;
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let mut writer = store.writer().unwrap();
    let all_low = (0..MANY).map(|n| write(Operation::Create, n, 1.0)).collect();
    commit(&mut *writer, vec![request(all_low)]);
    let expand = |term: &str| Name::new(&format!("https://example.org/{term}"));
    let high = Query { filter: Some(Filter::parse("NO2>=50", &expand).unwrap()), ..Query::default() };
    let selection = Selection { limit: MANY, ..all(&high) };
    for n in 0..MANY / 10 {
        let mut writes = vec![write(Operation::CreateOrReplace, n * 10, 50.0 + n as f64)];
        if n % 3 == 1 {
            writes.push(Write::new(id(n * 10 - 10), Operation::Delete));
        }
        commit(&mut *writer, vec![request(writes)]);
        if n % 20 == 0 {
            let found = store.select(&TenantName::default(), &selection).unwrap();
            assert!(found.entities.iter().any(|e| e.id == id(n * 10)), "what was stored is found: {n}");
            assert_eq!(found.count, Some(found.entities.len() as u64));
        }
    }
    let stay = |n: &usize| !n.is_multiple_of(3) || *n + 1 >= MANY / 10;
    let expected: Vec<String> = (0..MANY / 10).filter(stay).map(|n| id(n * 10).to_string()).collect();
    assert_eq!(ids(&*store, &selection), expected);
}

/// Each group makes one of two entities high and the other low: whoever looks finds one, whenever it is (S4).
pub(crate) fn a_query_by_value_sees_whole_groups(open: &dyn Fn(&Path) -> Arc<dyn Store>) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let mut writer = store.writer().unwrap();
    let turn = |n: usize| {
        let high = |this: usize| if n % 2 == this { 100.0 } else { 1.0 };
        vec![request((0..2).map(|this| write(Operation::CreateOrReplace, this, high(this))).collect())]
    };
    commit(&mut *writer, turn(0));
    let expand = |term: &str| Name::new(&format!("https://example.org/{term}"));
    let query = Query { filter: Some(Filter::parse("NO2>=50", &expand).unwrap()), ..Query::default() };
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut looks = 0;
                    while !done.load(std::sync::atomic::Ordering::Relaxed) {
                        let found = store.select(&TenantName::default(), &all(&query)).unwrap();
                        assert_eq!(found.entities.len(), 1, "after {looks} looks");
                        looks += 1;
                    }
                })
            })
            .collect();
        for n in 1..2_000 {
            commit(&mut *writer, turn(n));
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        readers.into_iter().for_each(|reader| reader.join().unwrap());
    });
}
