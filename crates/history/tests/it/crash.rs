//! A crash at any moment loses and doubles nothing.

use std::{fs, path::Path, sync::Arc};

use senne_model::{Change, ChangeNo, Name, TenantName};

use crate::common::*;

fn files_below(dir: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(files_below(&path)) } else { found.push(path) }
    }
    found
}

#[tokio::test]
async fn each_tenant_takes_what_it_has_not_and_no_more() {
    let dir = tempfile::tempdir().unwrap();
    let other = TenantName::parse("other").unwrap();
    let foreign = |no: u64| {
        let mut change = (*change(no, &id(9), vec![number("NO2", no as f64, recorded(no))])).clone();
        change.tenant = other.clone();
        std::sync::Arc::new(change)
    };
    let ours = |no: u64| change(no, &id(1), vec![number("NO2", no as f64, recorded(no))]);
    let history = open(dir.path()).await;
    history.append_all(&[ours(1), foreign(2), ours(3)]);
    assert_eq!(history.flush().await.unwrap(), ChangeNo(3));
    history.append_all(&[foreign(4), ours(5)]);
    assert_eq!(history.durable(), ChangeNo(3));
    drop(history);
    let history = open(dir.path()).await;
    assert_eq!(history.durable(), ChangeNo(3));
    // As if the record of what is durable had been lost: everything comes again.
    drop(history);
    fs::remove_file(dir.path().join("history/durable.txt")).unwrap();
    let history = open(dir.path()).await;
    assert_eq!(history.durable(), ChangeNo(0));
    history.append_all(&[ours(1), foreign(2), ours(3), foreign(4), ours(5)]);
    assert_eq!(numbers(&history, &all()).await, [1.0, 3.0, 5.0]);
    assert_eq!(history.flush().await.unwrap(), ChangeNo(5));
    assert_eq!(numbers(&history, &all()).await, [1.0, 3.0, 5.0]);
    let foreign_past = history.past(&other, &all()).await.unwrap();
    assert_eq!(foreign_past[0].series[0].points.len(), 2);
    assert_eq!(history.statistics().rows, 5);
}

#[tokio::test]
async fn changes_without_values_move_the_cursor_along() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    history.append_all(&[change(7, &id(1), Vec::new())]);
    assert_eq!(history.durable(), ChangeNo(7));
    assert_eq!(history.flush().await.unwrap(), ChangeNo(7));
    drop(history);
    assert_eq!(open(dir.path()).await.durable(), ChangeNo(7));
}

#[tokio::test]
async fn rollups_that_a_crash_left_behind_are_caught_up() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let hour = |no: u64, x: f64| change(no, &id(1), vec![number("NO2", x, at("2024-01-31T12:00:00Z"))]);
    history.append_all(&[hour(1, 1.0)]);
    history.flush().await.unwrap();
    history.append_all(&[hour(2, 5.0)]);
    history.flush().await.unwrap();
    drop(history);
    // A crash between the commits: the newest commits of the roll-up tables never were.
    for table in ["observation_hour", "observation_day", "observation_series"] {
        let log = dir.path().join("history/default").join(table).join("_delta_log");
        let newest = files_below(&log).into_iter().max().unwrap();
        fs::remove_file(newest).unwrap();
    }
    let history = open(dir.path()).await;
    assert_eq!(lines(&history, "SELECT mean, count FROM hourly").await, "[5.0,1]");
}

#[tokio::test]
async fn a_full_disk_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    history.append_all(&[change(1, &id(1), vec![number("NO2", 1.0, recorded(1))])]);
    // A file where the folder of the tenant should be stands for every way in which writing can fail.
    let place = dir.path().join("history/default");
    fs::write(&place, "").unwrap();
    assert!(history.flush().await.is_err());
    assert_eq!(history.durable(), ChangeNo(0));
    assert_eq!(numbers(&history, &all()).await, [1.0]);
    history.append_all(&[change(2, &id(1), vec![number("NO2", 2.0, recorded(2))])]);
    fs::remove_file(&place).unwrap();
    assert_eq!(history.flush().await.unwrap(), ChangeNo(2));
    assert_eq!(numbers(&history, &all()).await, [1.0, 2.0]);
    assert_eq!(history.statistics().buffer_rows, 0);
}

/// However often it is tried on a full disk, no parts of files pile up, reads go on, and it goes on when there is room.
#[tokio::test]
async fn a_disk_that_gets_full_while_writing_is_said_and_waited_for() {
    use senne_history::faults::{Fault, Strike};
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    history.append_all(&[change(1, &id(1), vec![number("NO2", 1.0, recorded(1))])]);
    let full = Fault::strike(dir.path(), Strike::DiskFull, |step| step == "write: before a file is whole");
    for _ in 0..5 {
        let error = history.flush().await.unwrap_err();
        assert!(error.is_storage_full(), "{error}");
        assert_eq!(senne_model::Problem::from(error).kind, senne_model::ErrorKind::StorageFull);
        assert_eq!(numbers(&history, &all()).await, [1.0]);
        assert_eq!(files_below(&dir.path().join("history/default")), Vec::<std::path::PathBuf>::new());
    }
    drop(full);
    assert_eq!(history.flush().await.unwrap(), ChangeNo(1));
    assert_eq!(numbers(&history, &all()).await, [1.0]);
}

/// Also when nothing comes after it.
#[tokio::test]
async fn a_flush_that_failed_is_due_again() {
    use senne_history::faults::{Fault, Strike};
    let dir = tempfile::tempdir().unwrap();
    let mut settings = config(dir.path());
    settings.flush_every = std::time::Duration::from_secs(1);
    let history = senne_history::History::open(settings).await.unwrap();
    history.append_all(&[change(1, &id(1), vec![number("NO2", 1.0, recorded(1))])]);
    let full = Fault::strike(dir.path(), Strike::DiskFull, |step| step == "write: before a file is whole");
    assert!(history.flush().await.is_err());
    drop(full);
    assert!(!history.flush_due(), "not at once");
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    assert!(history.flush_due());
    assert_eq!(history.flush().await.unwrap(), ChangeNo(1));
    assert!(!history.flush_due());
}

/// What cannot be joined is said, and everything else is joined.
#[tokio::test]
async fn a_damaged_file_does_not_stop_the_joining_of_others() {
    let dir = tempfile::tempdir().unwrap();
    let mut settings = config(dir.path());
    settings.settle_after = std::time::Duration::ZERO;
    let history = senne_history::History::open(settings).await.unwrap();
    for no in 1..=2_u64 {
        let day = |month: u32| at(&format!("2024-{month:02}-10T0{no}:00:00Z"));
        let values = vec![number("NO2", 1.0, day(1)), number("NO2", 2.0, day(3))];
        history.append_all(&[change(no, &id(1), values)]);
        history.flush().await.unwrap();
    }
    let first = dir.path().join("history/default/observation/type=Station/month=2024-01");
    let damaged = files_below(&first).pop().unwrap();
    fs::write(&damaged, "damaged").unwrap();
    assert!(history.compact().await.is_err());
    let storage = history.storage().await.unwrap();
    for table in &storage.tenants[0].tables {
        for part in &table.partitions {
            let joined = part.run_files == 1 && part.beside == 0;
            let is_damaged = table.name == "observation" && part.part == "2024-01";
            assert_eq!(joined, !is_damaged, "{} {part:?}", table.name);
        }
    }
}

/// Who looks at a folder does not take away what questions of the process at work in it have put aside.
#[tokio::test]
async fn checking_leaves_what_questions_have_put_aside() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    history.append_all(&[change(1, &id(1), vec![number("NO2", 1.0, recorded(1))])]);
    history.flush().await.unwrap();
    let put_aside = || {
        let listed = fs::read_dir(dir.path().join("history/.spill")).unwrap();
        listed.map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>()
    };
    let before = put_aside();
    assert!(!before.is_empty());
    assert_eq!(history.check().await.unwrap().damage(), Vec::<String>::new());
    assert_eq!(put_aside(), before);
}

/// A folder that could not be removed the first time is removed the second.
#[tokio::test]
async fn a_tenant_is_forgotten_also_when_nothing_but_its_folder_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let left = dir.path().join("history/other/observation");
    fs::create_dir_all(&left).unwrap();
    history.forget_tenant(&TenantName::parse("other").unwrap()).await.unwrap();
    assert!(!dir.path().join("history/other").exists());
}

#[tokio::test]
async fn compaction_and_vacuum_change_nothing_that_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let mut settings = config(dir.path());
    settings.keep_removed = std::time::Duration::ZERO;
    let history = senne_history::History::open(settings.clone()).await.unwrap();
    for no in 1..=6_u64 {
        let values = (0..20).map(|n| {
            let when = at("2024-01-31T00:00:00Z").micros() + (no as i64 * 20 + n) * MINUTE;
            number("NO2", (no * 20) as f64 + n as f64, senne_model::Timestamp::from_micros(when))
        });
        history.append_all(&[change(no, &id(1), values.collect())]);
        history.flush().await.unwrap();
    }
    let hourly = async |history: &senne_history::History| {
        let text = "SELECT start, count, mean, first, last FROM hourly ORDER BY start";
        lines(history, text).await
    };
    let (before, rolled) = (numbers(&history, &all()).await, hourly(&history).await);
    let count = || {
        files_below(&dir.path().join("history"))
            .iter()
            .filter(|p| p.extension().is_some_and(|e| e == "parquet"))
            .count()
    };
    assert_eq!(history.compact().await.unwrap(), 24);
    assert_eq!((numbers(&history, &all()).await, hourly(&history).await), (before.clone(), rolled.clone()));
    assert_eq!(history.statistics().files, 1);
    assert!(count() > 24);
    assert_eq!(history.vacuum().await.unwrap(), 24);
    assert_eq!(count(), 4);
    assert_eq!((numbers(&history, &all()).await, hourly(&history).await), (before.clone(), rolled.clone()));
    // The cursor survives checkpoints, compaction and vacuum.
    drop(history);
    let history = senne_history::History::open(settings).await.unwrap();
    assert_eq!(history.durable(), ChangeNo(6));
    history.append_all(&[change(6, &id(1), vec![number("NO2", 0.0, recorded(1))])]);
    assert_eq!((numbers(&history, &all()).await, hourly(&history).await), (before, rolled));
}

/// One flipped bit in any file of the tables is found, and the file is named.
#[tokio::test]
async fn a_flipped_bit_is_found_and_named() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    for no in 1..=3 {
        history.append_all(&[change(no, &id(1), vec![number("NO2", no as f64, recorded(no))])]);
        history.flush().await.unwrap();
    }
    let sound = history.check().await.unwrap();
    assert_eq!((sound.damage(), sound.leftovers(), sound.files), (Vec::new(), Vec::new(), 12));
    let parquet = files_below(&dir.path().join("history"));
    let parquet: Vec<_> =
        parquet.into_iter().filter(|p| p.extension().is_some_and(|e| e == "parquet")).collect();
    for (n, path) in parquet.iter().enumerate() {
        let whole = fs::read(path).unwrap();
        let mut bytes = whole.clone();
        let place = (n * 7919) % bytes.len();
        bytes[place] ^= 1 << (n % 8);
        fs::write(path, &bytes).unwrap();
        let found = history.check().await.unwrap();
        assert_eq!(found.damage().len(), 1, "{path:?} {found:?}");
        assert!(found.damage()[0].starts_with(path.to_str().unwrap()), "{found:?}");
        fs::write(path, &whole[..whole.len() - 1]).unwrap();
        assert_eq!(history.check().await.unwrap().damage().len(), 1);
        fs::remove_file(path).unwrap();
        assert!(history.check().await.unwrap().damage()[0].contains("cannot be opened"));
        fs::write(path, &whole).unwrap();
    }
    let orphan = parquet[0].with_file_name("part-1-2-3-0-00000000000000000000000000000004.parquet");
    fs::write(&orphan, "").unwrap();
    let found = history.check().await.unwrap();
    assert_eq!((found.damage().len(), found.leftovers().len()), (0, 1), "{found:?}");
}

#[tokio::test]
async fn what_is_kept_long_enough_goes_and_days_stay() {
    let dir = tempfile::tempdir().unwrap();
    let mut settings = config(dir.path());
    settings.keep_removed = std::time::Duration::ZERO;
    let mut history = senne_history::History::open(settings.clone()).await.unwrap();
    let days = ["2024-01-10T10:00:00Z", "2024-01-20T10:00:00Z", "2024-03-10T10:00:00Z"];
    for (no, day) in (1..).zip(days) {
        history.append_all(&[change(no, &id(1), vec![number("NO2", no as f64, at(day))])]);
    }
    history.flush().await.unwrap();
    let rules = |before: &str| [(name("Station"), at(before)), (name("Other"), at("2030-01-01T00:00:00Z"))];
    assert_eq!(history.retire(&rules("2024-01-31T23:00:00Z")).await.unwrap(), 0);
    assert_eq!(history.retire(&rules("2024-02-15T00:00:00Z")).await.unwrap(), 2);
    for round in 0..3 {
        assert_eq!(numbers(&history, &all()).await, if round < 2 { vec![3.0] } else { vec![9.0, 3.0] });
        assert_eq!(lines(&history, "SELECT sum FROM hourly").await, "[3.0]");
        assert_eq!(lines(&history, "SELECT sum FROM daily ORDER BY start").await, "[1.0]\n[2.0]\n[3.0]");
        assert_eq!(lines(&history, "SELECT count, sum FROM series").await, "[3,6.0]");
        match round {
            0 => {
                history.vacuum().await.unwrap();
                drop(history);
                history = senne_history::History::open(settings.clone()).await.unwrap();
            }
            // What comes for a day that was let go of does not take the place of what is known of it.
            1 => history.append_all(&[change(4, &id(1), vec![number("NO2", 9.0, at(days[0]))])]),
            _ => {}
        }
    }
    history.flush().await.unwrap();
    assert_eq!(lines(&history, "SELECT sum FROM daily ORDER BY start").await, "[1.0]\n[2.0]\n[3.0]");
    assert_eq!(history.retire(&rules("2024-02-15T00:00:00Z")).await.unwrap(), 1);
    assert_eq!(numbers(&history, &all()).await, [3.0]);
}

/// Two types are shown by one term: a rule for one of them is none for the other.
#[tokio::test]
async fn what_is_let_go_of_of_a_type_leaves_its_namesake_alone() {
    let dir = tempfile::tempdir().unwrap();
    let history = open(dir.path()).await;
    let namesake = Name::new("https://smartdatamodels.org/dataModel.Environment/Station");
    let of = |no: u64, kind: &Name, hour: &str| {
        let entity = if *kind == namesake { id(2) } else { id(1) };
        let value = number("NO2", no as f64, at(&format!("2024-01-{hour}:00:00Z")));
        let mut made = Change::clone(&change(no, &entity, vec![value]));
        made.types = [kind.clone()].into_iter().collect();
        Arc::new(made)
    };
    let station = name("Station");
    history.append_all(&[of(1, &station, "10T10"), of(2, &namesake, "10T10"), of(3, &namesake, "11T10")]);
    history.flush().await.unwrap();
    let hours = "SELECT sum FROM hourly ORDER BY start";
    let days = "SELECT sum(sum) FROM daily";
    let before = at("2024-02-15T00:00:00Z");
    assert_eq!(history.retire(&[(station.clone(), before)]).await.unwrap(), 2);
    assert_eq!(numbers(&history, &all()).await, [2.0, 3.0]);
    assert_eq!(lines(&history, hours).await, "[2.0]\n[3.0]");
    assert_eq!(lines(&history, days).await, "[6.0]");
    assert_eq!(history.check().await.unwrap().damage(), Vec::<String>::new());
    assert_eq!(history.retire(&[(station.clone(), before)]).await.unwrap(), 0);
    // What comes late is rolled up for the one of which everything is there, and for no other.
    history.append_all(&[of(4, &namesake, "10T11"), of(5, &station, "10T12")]);
    history.flush().await.unwrap();
    assert_eq!(lines(&history, hours).await, "[2.0]\n[4.0]\n[3.0]");
    assert_eq!(lines(&history, days).await, "[10.0]");
    history.retire(&[(station, before), (namesake, before)]).await.unwrap();
    assert_eq!(numbers(&history, &all()).await, Vec::<f64>::new());
    assert_eq!(lines(&history, days).await, "[10.0]");
}
