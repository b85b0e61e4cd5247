//! Erasing entities: nothing is left of them, and nothing else changes.

use std::{path::Path, sync::Arc, time::Duration};

use senne_history::{ChartQuery, Everything, History, PastQuery, RowsOf};
use senne_model::{Change, ChangeNo, EntityId, Timestamp};

use crate::common::*;

const PATIENCE: Duration = Duration::from_millis(50);

/// Values of five stations over two months, in several flushes; some come late, one is corrected.
fn city() -> Vec<Arc<Change>> {
    let mut log = Vec::new();
    for no in 1..=60_u64 {
        let day = if no % 3 == 0 { "2024-01-31T20:00:00Z" } else { "2024-02-10T00:00:00Z" };
        let moment = at(day).micros() + ((no * 7) % 40) as i64 * 15 * MINUTE;
        let values =
            ["NO2", "PM10"].map(|term| number(term, no as f64 / 4.0, Timestamp::from_micros(moment)));
        log.push(change(no, &id((no % 5) as u32), values.to_vec()));
    }
    log
}

async fn fill(history: &History, log: &[Arc<Change>], compacting: bool) {
    for (n, part) in log.chunks(10).enumerate() {
        history.append_all(part);
        // The last part stays in memory.
        if (n + 1) * 10 < log.len() {
            history.flush().await.unwrap();
        }
        if compacting && n == 3 {
            history.compact().await.unwrap();
        }
    }
}

/// What every view says of the stations but one.
async fn others(history: &History, one: &EntityId) -> Vec<String> {
    let mut all = Vec::new();
    for (view, order) in [
        ("observation", "attribute, entity, change"),
        ("observation_corrected", "attribute, entity, change"),
        ("hourly", "attribute, entity, start"),
        ("daily", "attribute, entity, start"),
        ("series", "attribute, entity"),
    ] {
        let text = format!("SELECT * FROM {view} WHERE entity <> '{one}' ORDER BY {order}");
        all.push(lines(history, &text).await);
    }
    all
}

async fn nothing_of(history: &History, one: &EntityId) {
    for view in ["observation", "observation_corrected", "hourly", "daily", "series"] {
        let text = format!("SELECT count(*) FROM {view} WHERE entity = '{one}'");
        assert_eq!(lines(history, &text).await, "[0]", "{view}");
    }
    for as_of in [None, Some(Timestamp::MAX)] {
        let query = PastQuery { entities: vec![one.clone()], every_version: true, as_of, ..all() };
        assert_eq!(history.past(&tenant(), &query).await.unwrap(), []);
    }
}

/// Every byte below a folder that is not in a Parquet file of rows; these are read by `look_for`.
fn raw_mentions(folder: &Path, id: &EntityId) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(raw_mentions(&path, id));
        } else if String::from_utf8_lossy(&std::fs::read(&path).unwrap()).contains(id.as_str()) {
            found.push(path.display().to_string());
        }
    }
    found
}

fn small(folder: &Path) -> senne_history::HistoryConfig {
    senne_history::HistoryConfig { settle_after: Duration::ZERO, ..config(folder) }
}

#[tokio::test]
async fn several_erasures_are_one_pass_each_up_to_its_own_change() {
    let dir = tempfile::tempdir().unwrap();
    let history = History::open(small(dir.path())).await.unwrap();
    fill(&history, &city(), false).await;
    let parts = [part(&[id(1)], 60), part(&[id(2)], 30), part(&[id(2), id(3)], 10)];
    let mut alone = Vec::new();
    for part in &parts {
        alone.push(history.rows_of(&tenant(), &part.entities, part.upto).await.unwrap());
    }
    for part in &parts {
        history.hide(&tenant(), &part.entities, part.upto);
    }
    let counted = history.rows_of_each(&tenant(), &parts).await.unwrap();
    assert_eq!(counted, alone);
    assert_eq!(counted.iter().map(|rows| rows.observations).collect::<Vec<_>>(), [24, 12, 8]);
    let swept = history.erase(&tenant(), &parts, PATIENCE).await.unwrap();
    assert!(swept.files_rewritten > 0);
    let look = history.look_for(&tenant(), &parts).await.unwrap();
    assert_eq!(look.left, 0);
    nothing_of(&history, &id(1)).await;
    let mut kept = Vec::new();
    for (station, first) in [(2, 30), (3, 10)] {
        let past =
            history.past(&tenant(), &PastQuery { entities: vec![id(station)], ..all() }).await.unwrap();
        let changes = past.iter().flat_map(|past| &past.series).flat_map(|series| &series.points);
        kept.push(changes.map(|point| point.change.0).collect::<Vec<_>>());
        assert!(kept.last().unwrap().iter().min().unwrap() > &first, "{station}");
    }
    // Done twice, only the sums of those who are still there are made again.
    history.erase(&tenant(), &parts, PATIENCE).await.unwrap();
    assert_eq!(history.rows_of_each(&tenant(), &parts).await.unwrap()[0], RowsOf::default());
    for (station, changes) in [2, 3].into_iter().zip(kept) {
        let past =
            history.past(&tenant(), &PastQuery { entities: vec![id(station)], ..all() }).await.unwrap();
        let again = past.iter().flat_map(|past| &past.series).flat_map(|series| &series.points);
        assert_eq!(again.map(|point| point.change.0).collect::<Vec<_>>(), changes, "{station}");
    }
}

/// What is being erased is left out by a condition, and no plan may name whom it is about.
#[tokio::test]
async fn no_plan_names_those_who_are_erased() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    fill(&history, &city(), false).await;
    history.hide(&tenant(), &[id(1), id(2)], ChangeNo(60));
    for view in ["observation", "observation_corrected", "hourly", "series"] {
        for how in ["EXPLAIN", "EXPLAIN VERBOSE", "EXPLAIN ANALYZE"] {
            let plan = lines(&history, &format!("{how} SELECT * FROM {view}")).await;
            assert!(plan.contains("not_erased"), "{how} {view}: {plan}");
            for station in [1, 2] {
                assert!(!plan.contains(id(station).as_str()), "{how} {view}: {plan}");
            }
        }
    }
    nothing_of(&history, &id(1)).await;
    // Nor does a condition that fails on its rows.
    let text = "SELECT count(*) > 0 FROM observation WHERE 1 / (CASE WHEN entity = 'urn:ngsi-ld:Station:1' THEN 0 ELSE 1 END) = 1";
    assert_eq!(lines(&history, text).await, "[true]");
}

#[tokio::test]
async fn a_chart_under_way_is_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let history = History::open(small(dir.path())).await.unwrap();
    fill(&history, &city(), false).await;
    history.flush().await.unwrap();
    let query = ChartQuery {
        entity: id(2),
        attribute: name("NO2"),
        dataset_id: None,
        from: at("2024-01-01T00:00:00Z"),
        to: at("2024-03-01T00:00:00Z"),
        pixels: 100,
        zone: "UTC".to_owned(),
        cadence: None,
        now: at("2030-01-01T00:00:00Z"),
    };
    let tenant = tenant();
    let mut chart = Box::pin(history.chart(&tenant, &query, &Everything));
    assert!(futures::poll!(chart.as_mut()).is_pending(), "it reads a file");
    history.hide(&tenant, &[id(1)], ChangeNo(60));
    let swept = history.erase(&tenant, &[part(&[id(1)], 60)], PATIENCE).await.unwrap();
    assert!(swept.readers_cut);
    drop(chart);
}

#[tokio::test]
async fn one_station_goes_and_the_others_stay_as_they_were_bit_for_bit() {
    for compacting in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let history = History::open(small(dir.path())).await.unwrap();
        fill(&history, &city(), compacting).await;
        let one = id(2);
        let before = others(&history, &one).await;
        let found = history.rows_of(&tenant(), std::slice::from_ref(&one), ChangeNo(60)).await.unwrap();
        assert_eq!(found.observations, 24);
        assert!(found.hours > 0 && found.days > 0 && found.series > 0 && found.files > 3, "{found:?}");
        // At once, before anything is done on disk.
        history.hide(&tenant(), std::slice::from_ref(&one), ChangeNo(60));
        nothing_of(&history, &one).await;
        assert_eq!(others(&history, &one).await, before);
        let swept =
            history.erase(&tenant(), &[part(std::slice::from_ref(&one), 60)], PATIENCE).await.unwrap();
        assert!(
            swept.files_rewritten > 3 && swept.files_deleted >= swept.files_rewritten && !swept.readers_cut
        );
        nothing_of(&history, &one).await;
        assert_eq!(others(&history, &one).await, before);
        let left = history.rows_of(&tenant(), std::slice::from_ref(&one), ChangeNo(60)).await.unwrap();
        assert_eq!(left, RowsOf::default());
        let look = history.look_for(&tenant(), &[part(std::slice::from_ref(&one), 60)]).await.unwrap();
        assert_eq!((look.left, look.mentions), (0, 0));
        assert!(look.files > 0);
        assert_eq!(raw_mentions(dir.path(), &one), Vec::<String>::new());
        // A restart, a compaction and the doctor see no difference.
        drop(history);
        let history = History::open(small(dir.path())).await.unwrap();
        assert_eq!(others(&history, &one).await, before);
        history.compact().await.unwrap();
        let check = history.check().await.unwrap();
        assert_eq!(check.damage(), Vec::<String>::new());
        nothing_of(&history, &one).await;
        assert_eq!(others(&history, &one).await, before);
    }
}

#[tokio::test]
async fn a_run_stays_a_run_and_a_busy_partition_no_busier() {
    let dir = tempfile::tempdir().unwrap();
    let history = History::open(small(dir.path())).await.unwrap();
    fill(&history, &city(), false).await;
    history.flush().await.unwrap();
    history.compact().await.unwrap();
    let names = || {
        let text = String::from_utf8(
            std::process::Command::new("find")
                .arg(dir.path())
                .args(["-name", "*.parquet"])
                .output()
                .unwrap()
                .stdout,
        );
        let mut all: Vec<String> = text.unwrap().lines().map(str::to_owned).collect();
        all.retain(|path| !path.contains("_delta_log"));
        all.iter()
            .map(|path| path.rsplit_once('-').unwrap().0.to_owned())
            .collect::<std::collections::BTreeSet<_>>()
    };
    history.hide(&tenant(), &[id(1)], ChangeNo(60));
    history.erase(&tenant(), &[part(&[id(1)], 60)], PATIENCE).await.unwrap();
    let after = names();
    assert!(!after.is_empty() && after.iter().all(|name| name.contains("/run-")), "{after:?}");
    assert_eq!(history.compact().await.unwrap(), 0, "nothing is left to join");
}

#[tokio::test]
async fn a_station_that_is_made_again_lives_normally() {
    let dir = tempfile::tempdir().unwrap();
    let mut history = History::open(small(dir.path())).await.unwrap();
    fill(&history, &city(), false).await;
    let (one, mut log) = (id(2), city());
    history.hide(&tenant(), std::slice::from_ref(&one), ChangeNo(60));
    // It comes again, into the very buckets that it had values in, before the files are written anew.
    let again = |no: u64, x: f64| {
        change(
            no,
            &one,
            vec![number("NO2", x, at("2024-02-10T00:30:00Z")), number("NO2", x, at("2024-01-31T20:15:00Z"))],
        )
    };
    log.extend([again(61, 7.0), again(62, 8.0)]);
    for no in [61, 62] {
        history.append_all(&log[no - 1..no]);
        history.flush().await.unwrap();
    }
    for round in 0..2 {
        history.erase(&tenant(), &[part(std::slice::from_ref(&one), 60)], PATIENCE).await.unwrap();
        let text = format!("SELECT sum, count FROM series WHERE entity = '{one}'");
        assert_eq!(lines(&history, &text).await, "[16.0,2]", "round {round}");
        for view in ["hourly", "daily"] {
            let text = format!("SELECT sum, count FROM {view} WHERE entity = '{one}'");
            assert_eq!(lines(&history, &text).await, "[8.0,1]\n[8.0,1]", "{view}, round {round}");
        }
        let text = format!("SELECT count(*), min(change) FROM observation WHERE entity = '{one}'");
        assert_eq!(lines(&history, &text).await, "[4,61]");
        drop(history);
        history = History::open(small(dir.path())).await.unwrap();
    }
}

/// What is handed over after it was erased, because a follower had it in hand, is not seen and does not stay.
#[tokio::test]
async fn what_comes_late_is_hidden_too() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let log = city();
    history.hide(&tenant(), &[id(3)], ChangeNo(60));
    history.append_all(&log);
    nothing_of(&history, &id(3)).await;
    history.erase(&tenant(), &[part(&[id(3)], 60)], PATIENCE).await.unwrap();
    nothing_of(&history, &id(3)).await;
    assert_eq!(raw_mentions(dir.path(), &id(3)), Vec::<String>::new());
}

/// Flushes and compactions go on meanwhile; readers see all others at every moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn flushes_and_compactions_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let history = History::open(small(dir.path())).await.unwrap();
    let log = city();
    history.append_all(&log[..30]);
    history.flush().await.unwrap();
    let tidying = tokio::spawn({
        let (history, log) = (Arc::clone(&history), log.clone());
        async move {
            for part in log[30..].chunks(3) {
                history.append_all(part);
                history.flush().await.unwrap();
                history.compact().await.unwrap();
            }
        }
    });
    for station in [0, 1, 4] {
        let upto = history.buffered();
        history.hide(&tenant(), &[id(station)], upto);
        history.erase(&tenant(), &[part(&[id(station)], upto.0)], Duration::from_secs(5)).await.unwrap();
    }
    tidying.await.unwrap();
    for station in [0, 1, 4] {
        history.hide(&tenant(), &[id(station)], ChangeNo(60));
        history.erase(&tenant(), &[part(&[id(station)], 60)], PATIENCE).await.unwrap();
        nothing_of(&history, &id(station)).await;
        assert_eq!(raw_mentions(dir.path(), &id(station)), Vec::<String>::new());
    }
    let kept = log.iter().filter(|change| [id(2), id(3)].contains(&change.entity)).count() * 2;
    assert_eq!(lines(&history, "SELECT count(*) FROM observation").await, format!("[{kept}]"));
    let rolled = lines(&history, "SELECT sum(sum), sum(count) FROM series").await;
    assert_eq!(rolled, lines(&history, "SELECT sum(number), count(*) FROM observation_corrected").await);
}
