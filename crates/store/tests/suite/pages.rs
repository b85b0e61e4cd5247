//! Places, orders, expiry and counts of attributes: what every adapter must do of them.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::{
    Arc, Attribute, AttributeValue, Entity, EntityId, Filter, Instance, Json, Name, Operation, Order, Path,
    Place, Query, Selection, Store, TenantName, Timestamp, TypeExpression, Write, all, commit, id, ids,
    request, write,
};

fn expand(term: &str) -> Name {
    Name::new(&format!("https://example.org/{term}"))
}

fn query(q: &str) -> Query {
    Query { filter: Some(Filter::parse(q, &expand).unwrap()), ..Query::default() }
}

fn typed() -> Query {
    Query { types: Some(TypeExpression::parse("Air", &expand).unwrap()), ..Query::default() }
}

pub(crate) fn a_place_holds_while_data_change(open: &dyn Fn(&Path) -> Arc<dyn Store>) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let mut writer = store.writer().unwrap();
    let writes = (0..20).map(|n| write(Operation::Create, n, n as f64)).collect();
    commit(&mut *writer, vec![request(writes)]);
    for asked in [typed(), query("NO2>=0")] {
        let page = |place, count| {
            let selection = Selection { limit: 5, place, count, ..all(&asked) };
            store.select(&TenantName::default(), &selection).unwrap()
        };
        let first = page(Place::Start, false);
        assert_eq!((first.more, first.less, first.entities.len()), (true, false, 5));
        let (_, last) = first.span.unwrap();
        let second = page(Place::After(last), true);
        assert_eq!((second.entities[0].id.clone(), second.count), (id(5), Some(20)));
        assert!(second.more && second.less);
        let back = page(Place::Before(second.span.unwrap().0), true);
        assert_eq!((back.entities[0].id.clone(), back.count, back.less), (id(0), Some(20), false));
        let end = page(Place::Before(i64::MAX), false);
        assert_eq!((end.entities[0].id.clone(), end.entities[4].id.clone()), (id(15), id(19)));
        assert!(end.less);
        // Its entity may be gone: the place stays.
        commit(&mut *writer, vec![request(vec![Write::new(id(4), Operation::Delete)])]);
        assert_eq!(page(Place::After(last), false).entities[0].id, id(5));
        let mut again = write(Operation::Create, 4, 4.0);
        again.types[0] = Name::new("https://example.org/Air");
        commit(&mut *writer, vec![request(vec![again, Write::new(id(4), Operation::Delete)])]);
        commit(&mut *writer, vec![request(vec![write(Operation::Create, 4, 4.0)])]);
        assert_eq!(page(Place::Before(i64::MAX), false).entities[4].id, id(4), "it came anew, last of all");
        commit(&mut *writer, vec![request((0..20).map(|n| Write::new(id(n), Operation::Delete)).collect())]);
        let writes = (0..20).map(|n| write(Operation::Create, n, n as f64)).collect();
        commit(&mut *writer, vec![request(writes)]);
    }
}

pub(crate) fn an_order_of_its_own_is_whole(open: &dyn Fn(&Path) -> Arc<dyn Store>) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let mut writer = store.writer().unwrap();
    // More than are kept while they are ranked.
    let value = |n: usize| f64::from((n as u32).wrapping_mul(7_919) % 5_000);
    let writes = (0..5_000).map(|n| write(Operation::Create, n, value(n))).collect();
    commit(&mut *writer, vec![request(writes)]);
    let asked = query("NO2>=0");
    let mut expected: Vec<usize> = (0..5_000).collect();
    expected.sort_by(|a, b| value(*b).total_cmp(&value(*a)).then(id(*a).as_str().cmp(id(*b).as_str())));
    let order = Order::parse("NO2;desc", None, &expand).unwrap();
    for offset in [0, 40, 4_990] {
        let selection = Selection { limit: 20, offset, order: Some(&order), ..all(&asked) };
        let found = store.select(&TenantName::default(), &selection).unwrap();
        let wanted: Vec<EntityId> = expected.iter().skip(offset).take(20).map(|n| id(*n)).collect();
        assert_eq!(found.entities.iter().map(|e| e.id.clone()).collect::<Vec<_>>(), wanted);
        assert_eq!((found.count, found.more, found.less), (Some(5_000), offset < 4_980, offset > 0));
    }
}

pub(crate) fn a_query_that_nobody_waits_for_ends(open: &dyn Fn(&Path) -> Arc<dyn Store>) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let mut writer = store.writer().unwrap();
    let writes = (0..2_000).map(|n| write(Operation::Create, n, n as f64)).collect();
    commit(&mut *writer, vec![request(writes)]);
    let (tenant, asked) = (TenantName::default(), typed());
    let (looks, questions) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let see = |entity: Arc<Entity>| {
        looks.fetch_add(1, Ordering::Relaxed);
        Some(entity)
    };
    for patience in [0, 1, 3] {
        looks.store(0, Ordering::Relaxed);
        questions.store(0, Ordering::Relaxed);
        let waited_for = || questions.fetch_add(1, Ordering::Relaxed) < patience;
        let selection = Selection { see: Some(&see), waited_for: Some(&waited_for), ..all(&asked) };
        let error = store.select(&tenant, &selection).unwrap_err();
        assert!(error.to_string().contains("nobody waits"), "{error}");
        assert!(looks.load(Ordering::Relaxed) < 1_000, "{patience}: {looks:?} of 2,000 looks");
    }
    let always = || true;
    let selection = Selection { see: Some(&see), waited_for: Some(&always), ..all(&asked) };
    assert_eq!(store.select(&tenant, &selection).unwrap().count, Some(2_000));
}

pub(crate) fn what_has_expired_is_not_shown_and_is_due(open: &dyn Fn(&Path) -> Arc<dyn Store>) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let mut writer = store.writer().unwrap();
    let (past, future) = (Timestamp::from_micros(1), Timestamp::from_micros(i64::MAX / 2));
    let mut writes: Vec<Write> = (0..4).map(|n| write(Operation::Create, n, 1.0)).collect();
    writes[0].expires_at = Some(Some(past));
    writes[1].attributes[0].instances[0].expires_at = Some(past);
    writes[2].expires_at = Some(Some(future));
    commit(&mut *writer, vec![request(writes)]);
    let tenant = TenantName::default();
    let look = || {
        assert_eq!(ids(&*store, &all(&typed())), [1, 2, 3].map(|n| id(n).to_string()));
        assert_eq!(store.select(&tenant, &all(&typed())).unwrap().count, Some(3));
        assert_eq!(ids(&*store, &all(&query("NO2"))), [2, 3].map(|n| id(n).to_string()));
        assert_eq!(store.entity(&tenant, &id(0)).unwrap(), None);
        assert!(store.entity(&tenant, &id(1)).unwrap().unwrap().attributes.is_empty());
    };
    look();
    let due = store.expired(Timestamp::now(), 10).unwrap();
    assert_eq!(due.iter().map(|(_, id)| id.clone()).collect::<Vec<_>>(), [id(0), id(1)]);
    assert_eq!(store.expired(Timestamp::now(), 1).unwrap().len(), 1);
    let expire = due.into_iter().map(|(_, id)| Write::new(id, Operation::Expire)).collect();
    let group = writer.commit(vec![request(expire)], Timestamp::now(), &senne_model::NoJudge).unwrap();
    let kinds: Vec<_> = group.changes.iter().map(|change| change.kind).collect();
    assert_eq!(kinds, [senne_model::ChangeKind::Deleted, senne_model::ChangeKind::Updated]);
    look();
    assert_eq!(store.expired(Timestamp::now(), 10).unwrap(), []);
    assert_eq!(store.types(&tenant).unwrap()[0].1, 3);
    let never = Timestamp::from_micros(i64::MAX);
    assert_eq!(store.expired(never, 10).unwrap().len(), 1, "the one that expires later is still known");
}

pub(crate) fn attributes_are_counted_exactly(open: &dyn Fn(&Path) -> Arc<dyn Store>) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let mut writer = store.writer().unwrap();
    let writes = (0..3_000).map(|n| write(Operation::Create, n, n as f64)).collect();
    commit(&mut *writer, vec![request(writes)]);
    let tenant = TenantName::default();
    let count = |name: &str| {
        let survey = store.survey(&tenant).unwrap();
        let of_type =
            survey.types.iter().find(|(kind, _)| &**kind == super::AIR).map(|(_, uses)| uses.clone());
        assert_eq!(of_type.unwrap_or_default(), survey.attributes, "there is one type");
        survey.attributes.iter().find(|used| used.name == expand(name)).map_or(0, |used| used.entities)
    };
    assert_eq!(count("NO2"), 3_000);
    let text = Instance::new(AttributeValue::Property(Json::text("x")));
    for n in 0..200 {
        // The columns may be filled meanwhile; whatever the moment, nothing is counted twice or not at all.
        let mut more = write(Operation::CreateOrAppend, n, 1.0);
        more.attributes.push(Attribute::new(expand("name"), text.clone()));
        let gone = Write::new(id(2_999 - n), Operation::Delete);
        commit(&mut *writer, vec![request(vec![more, gone])]);
        assert_eq!((count("NO2"), count("name")), (2_999 - n as u64, n as u64 + 1));
    }
}
