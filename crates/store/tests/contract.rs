//! The suite of the store port, for each adapter.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests speak by their names and may fail")]

mod suite;

use std::{path::Path, sync::Arc};

use senne_store::{Store, sqlite::SqliteStore};

macro_rules! store_suite {
    ($adapter:ident, $open:expr, $($test:ident),+ $(,)?) => {
        mod $adapter {
            use super::*;
            $(#[test]
            fn $test() {
                suite::$test(&$open);
            })+
        }
    };
}

fn sqlite(folder: &Path) -> Arc<dyn Store> {
    Arc::new(SqliteStore::open(folder, suite::settings()).unwrap())
}

store_suite!(
    sqlite_adapter,
    sqlite,
    what_is_committed_is_there_after_a_restart,
    a_request_that_fails_hurts_no_other,
    what_breaks_off_is_taken_back,
    selections_narrow_page_and_count,
    an_index_follows_updates_and_removals,
    an_index_that_narrows_little_gives_the_same_pages,
    queries_by_value_keep_up_with_the_writer,
    a_query_by_value_sees_whole_groups,
    the_log_is_read_from_anywhere_and_pruned_by_whole_rows,
    large_changes_are_read_some_at_a_time,
    tenants_do_not_see_one_another,
    the_cache_is_never_older_than_the_disk,
    a_place_holds_while_data_change,
    a_query_that_nobody_waits_for_ends,
    an_order_of_its_own_is_whole,
    what_has_expired_is_not_shown_and_is_due,
    attributes_are_counted_exactly,
);

#[test]
fn a_pruned_log_gives_its_bytes_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = sqlite(folder.path());
    let mut writer = store.writer().unwrap();
    for _ in 0..30 {
        let writes = (0..1000)
            .map(|n| suite::write(senne_model::Operation::CreateOrReplace, n % 10, n as f64))
            .collect();
        suite::commit(&mut *writer, vec![suite::request(writes)]);
    }
    let head = store.head();
    drop((writer, store));
    let size = || std::fs::metadata(folder.path().join("state.sqlite")).unwrap().len();
    let full = size();
    let store = sqlite(folder.path());
    let mut writer = store.writer().unwrap();
    writer.prune(head).unwrap();
    drop((writer, store));
    assert!(size() * 4 < full, "{} of {full} bytes are left", size());
}

/// What `work` gives, when it ends in time.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (answer, answered) = std::sync::mpsc::channel();
    std::thread::spawn(move || answer.send(work()).ok());
    answered.recv_timeout(std::time::Duration::from_secs(30)).ok()
}

/// As many walks as may be are under way, and none of them goes on before the others are answered.
#[test]
fn who_walks_slowly_keeps_nobody_from_reading() {
    let folder = tempfile::tempdir().unwrap();
    small(folder.path());
    let store = sqlite(folder.path());
    let found = in_time(move || {
        let (tenant, mut found) = (senne_model::TenantName::default(), None);
        let first = store.scan(&tenant, &mut |_| {
            let second = store.scan(&tenant, &mut |_| {
                let types = store.types(&tenant).unwrap();
                found = store.entity(&tenant, &suite::id(1)).unwrap().zip(types.into_iter().next());
                false
            });
            second.unwrap();
            false
        });
        first.unwrap();
        found.map(|(entity, (_, count))| (entity.id.clone(), count))
    });
    assert_eq!(found, Some(Some((suite::id(1), 3))));
}

#[test]
fn a_read_that_breaks_off_gives_its_connection_back() {
    let folder = tempfile::tempdir().unwrap();
    small(folder.path());
    let store = sqlite(folder.path());
    let count = in_time(move || {
        let (tenant, mut count) = (senne_model::TenantName::default(), 0);
        for _ in 0..3 {
            let scan = || store.scan(&tenant, &mut |_| panic!("broke off"));
            assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(scan)).is_err());
        }
        let counted = store.scan(&tenant, &mut |_| {
            count += 1;
            true
        });
        counted.unwrap();
        count
    });
    assert_eq!(count, Some(3));
}

/// Runs SQL on the file of a closed store.
fn tamper(folder: &Path, sql: &str) {
    rusqlite::Connection::open(folder.join("state.sqlite")).unwrap().execute_batch(sql).unwrap();
}

fn small(folder: &Path) {
    let store = sqlite(folder);
    let mut writer = store.writer().unwrap();
    let writes = (0..3).map(|n| suite::write(senne_model::Operation::Create, n, 1.5)).collect();
    suite::commit(&mut *writer, vec![suite::request(writes)]);
    writer.set_cursors(&[("history".to_owned(), senne_model::ChangeNo(2))]).unwrap();
}

/// A row that is not what was written is refused by its name, and hurts no other.
#[test]
fn a_damaged_row_is_refused_when_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    small(folder.path());
    let tenant = senne_model::TenantName::default();
    let flip = "document = substr(document, 1, 40) || x'00' || substr(document, 42)";
    tamper(folder.path(), &format!("UPDATE entity SET {flip} WHERE no = 2"));
    tamper(folder.path(), "UPDATE log SET count = 4; UPDATE cursor SET no = 3");
    let store = sqlite(folder.path());
    let error = store.entity(&tenant, &suite::id(1)).unwrap_err().to_string();
    assert!(error.contains("table entity, row 2"), "{error}");
    assert!(store.entity(&tenant, &suite::id(0)).unwrap().is_some());
    let error = store.changes(senne_model::ChangeNo(0), 9).unwrap_err().to_string();
    assert!(error.contains("table log, row 1"), "{error}");
    let error = store.cursor("history").unwrap_err().to_string();
    assert!(error.contains("table cursor, row history"), "{error}");
    let found: Vec<String> = store.check().unwrap().into_iter().filter_map(|f| f.place).collect();
    assert!(found.contains(&"table entity, row 2".to_owned()), "{found:?}");
}

/// Who touches a damaged row is refused; who shares the transaction with them is not.
#[test]
fn a_damaged_row_hurts_nobody_who_leaves_it_alone() {
    use senne_model::{ChangeNo, Operation, TenantName};
    let folder = tempfile::tempdir().unwrap();
    small(folder.path());
    let flip = "document = substr(document, 1, 40) || x'00' || substr(document, 42)";
    tamper(folder.path(), &format!("UPDATE entity SET {flip} WHERE no = 2"));
    let store = sqlite(folder.path());
    let mut writer = store.writer().unwrap();
    let new = |n: usize| suite::write(Operation::Create, n, 2.5);
    let damaged = suite::write(Operation::CreateOrReplace, 1, 2.5);
    let mut some = suite::request(vec![new(10), damaged.clone(), new(11)]);
    some.position = Some(("feed".to_owned(), "never".to_owned()));
    let mut whole = suite::request(vec![new(12), damaged]);
    whole.all_or_nothing = true;
    let (first, last) = (suite::request(vec![new(13)]), suite::request(vec![new(14)]));
    let group = suite::commit(&mut *writer, vec![first, some, whole, last]);
    let refused = |n: usize| group.replies[n].as_ref().err().map(ToString::to_string);
    assert_eq!((refused(0), refused(3)), (None, None));
    for n in [1, 2] {
        assert!(refused(n).unwrap().contains("table entity, row 2"), "{:?}", refused(n));
    }
    let tenant = TenantName::default();
    let there: Vec<bool> =
        (10..15).map(|n| store.entity(&tenant, &suite::id(n)).unwrap().is_some()).collect();
    assert_eq!(there, [false, false, false, true, true]);
    assert_eq!(store.position(&tenant, "feed").unwrap(), None);
    let logged = store.changes(ChangeNo(3), 9).unwrap();
    let logged: Vec<_> = logged.iter().map(|change| (change.no.0, change.entity.clone())).collect();
    assert_eq!(logged, [(4, suite::id(13)), (5, suite::id(14))]);
}

/// The key of a row is damaged: it must not answer for another entity.
#[test]
fn a_row_under_another_key_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    small(folder.path());
    tamper(folder.path(), "UPDATE entity SET id = 'urn:ngsi-ld:Air:9' WHERE no = 2");
    let error = sqlite(folder.path()).entity(&senne_model::TenantName::default(), &suite::id(9)).unwrap_err();
    assert!(error.to_string().contains("table entity, row 2"), "{error}");
}

/// Erasing writes rows of the log anew: one that is damaged must not get a checksum that fits.
#[test]
fn a_damaged_row_of_the_log_is_not_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    small(folder.path());
    tamper(folder.path(), "UPDATE log SET sum = sum + 1");
    let store = sqlite(folder.path());
    let (tenant, entities) = (senne_model::TenantName::default(), vec![suite::id(0)]);
    let error = store.trace(&tenant, &entities).unwrap_err().to_string();
    assert!(error.contains("table log, row 1"), "{error}");
    let erasure = senne_store::Erasure {
        id: "e".to_owned(),
        tenant: tenant.clone(),
        entities,
        pseudonyms: vec![senne_model::EntityId::trusted("urn:senne:erased:e")],
        past_only: false,
        record: "{}".to_owned(),
    };
    let mut writer = store.writer().unwrap();
    let error = writer.erase(&erasure, senne_model::Timestamp::now()).unwrap_err().to_string();
    assert!(error.contains("table log, row 1"), "{error}");
    assert!(store.entity(&tenant, &suite::id(0)).unwrap().is_some(), "nothing has happened");
    assert!(store.changes(senne_model::ChangeNo(0), 9).is_err());
}

/// A folder of schema 2 gets its checksums when it is opened.
#[test]
fn a_folder_of_the_schema_before_is_brought_up() {
    let folder = tempfile::tempdir().unwrap();
    small(folder.path());
    let drops = ["tenant", "name", "entity", "log", "log_state", "cursor", "position"]
        .map(|table| format!("ALTER TABLE {table} DROP COLUMN sum;"));
    tamper(folder.path(), &format!("DROP TABLE erasure; {} PRAGMA user_version = 2;", drops.concat()));
    let store = sqlite(folder.path());
    assert_eq!(store.check().unwrap(), Vec::new());
    assert!(store.entity(&senne_model::TenantName::default(), &suite::id(1)).unwrap().is_some());
    assert_eq!(store.changes(senne_model::ChangeNo(0), 9).unwrap().len(), 3);
    assert_eq!(store.cursor("history").unwrap(), Some(senne_model::ChangeNo(2)));
}

/// A folder of schema 3 gets the table of what expires when it is opened.
#[test]
fn a_folder_without_expiries_is_brought_up() {
    let folder = tempfile::tempdir().unwrap();
    small(folder.path());
    tamper(folder.path(), "DROP TABLE expiry; PRAGMA user_version = 3;");
    let store = sqlite(folder.path());
    assert_eq!(store.check().unwrap(), Vec::new());
    assert_eq!(store.expired(senne_model::Timestamp::now(), 9).unwrap(), Vec::new());
}

/// Index rows that are not those of the documents are found, and made anew.
#[test]
fn an_index_is_made_anew_from_the_documents() {
    use senne_store::sqlite::{examine, repair};
    let folder = tempfile::tempdir().unwrap();
    small(folder.path());
    tamper(
        folder.path(),
        "DELETE FROM entity_type WHERE entity = 1; INSERT INTO entity_type VALUES (1, 1, 77)",
    );
    let checks = |folder: &Path| -> Vec<&str> {
        let damage = examine(folder, false).findings.into_iter();
        damage.filter(|f| f.grade == senne_model::Grade::Damage).map(|f| f.check).collect()
    };
    assert!(checks(folder.path()).contains(&"C5"), "{:?}", checks(folder.path()));
    repair(folder.path()).unwrap();
    assert_eq!(checks(folder.path()), Vec::<&str>::new());
}
