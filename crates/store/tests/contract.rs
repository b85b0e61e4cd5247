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
    selections_narrow_page_and_count,
    an_index_follows_updates_and_removals,
    an_index_that_narrows_little_gives_the_same_pages,
    queries_by_value_keep_up_with_the_writer,
    a_query_by_value_sees_whole_groups,
    the_log_is_read_from_anywhere_and_pruned_by_whole_rows,
    tenants_do_not_see_one_another,
    the_cache_is_never_older_than_the_disk,
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
