//! State and history of a backup are of one moment, however much is written and flushed meanwhile.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use senne_model::Timestamp;

use crate::city::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_is_of_one_moment() {
    let folder = tempfile::tempdir().unwrap();
    let (data, to) = (folder.path().join("data"), folder.path().join("backups"));
    let hub = open(&data).await;
    let stop = Arc::new(AtomicBool::new(false));
    let (writer, flusher) = {
        let (writing, flushing) = (hub.clone(), hub.clone());
        let (until, stops) = (Arc::clone(&stop), Arc::clone(&stop));
        let writer = tokio::spawn(async move {
            let mut at = 0;
            while !until.load(Ordering::Relaxed) {
                at += 1;
                for n in 0..STATIONS {
                    count(&writing, n, at).await;
                }
            }
        });
        let flusher = tokio::spawn(async move {
            while !stops.load(Ordering::Relaxed) {
                flushing.flush().await.unwrap();
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        });
        (writer, flusher)
    };
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let mut taken = Vec::new();
    for _ in 0..4 {
        taken.push(backup(&data, &to).await.unwrap().snapshot);
    }
    stop.store(true, Ordering::Relaxed);
    writer.await.unwrap();
    flusher.await.unwrap();
    hub.stop().await;
    let mut before = 0;
    for (at, snapshot) in taken.iter().enumerate() {
        let restored = folder.path().join(format!("restored-{at}"));
        bring_back(&to, &restored, Some(snapshot.taken)).await.unwrap();
        let hub = open(&restored).await;
        assert_eq!(hub.head().0, snapshot.head);
        let counts = agreed(&hub).await;
        assert_eq!(counts.values().sum::<u64>(), snapshot.head, "each change is one count");
        assert!(snapshot.head >= before);
        before = snapshot.head;
        // It lives on: numbers go on after the head, and nothing new is dropped as known.
        let next = counts[&0] + 1;
        count(&hub, 0, next).await;
        hub.flush().await.unwrap();
        assert_eq!(agreed(&hub).await[&0], next);
        hub.stop().await;
    }
    assert!(taken.last().unwrap().head > taken[0].head, "there was load");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_backup_adds_nothing_and_old_ones_go() {
    let folder = tempfile::tempdir().unwrap();
    let (data, to) = (folder.path().join("data"), folder.path().join("backups"));
    let hub = open(&data).await;
    for at in 1..=50 {
        count(&hub, 1, at).await;
    }
    hub.stop().await;
    let first = backup(&data, &to).await.unwrap();
    assert!(first.bytes_added > 0);
    let second = backup(&data, &to).await.unwrap();
    assert_eq!((second.bytes_added, second.files_added, second.tries), (0, 0, 1));
    let hub = open(&data).await;
    count(&hub, 1, 51).await;
    hub.stop().await;
    backup(&data, &to).await.unwrap();
    let handle = tokio::runtime::Handle::current();
    let work = move || {
        use senne_backup::{Keep, Pace, Repository, Use, prune, verify};
        let repository = Repository::open(&to, Use::Alone)?;
        assert_eq!(repository.snapshots()?.len(), 3);
        let all = prune(&repository, Keep { newest: None, days: Some(1) }, Timestamp::now())?;
        assert_eq!((all.snapshots, all.files), (0, 0));
        let gone = prune(&repository, Keep { newest: Some(1), days: None }, Timestamp::now())?;
        assert_eq!(gone.snapshots, 2);
        assert!(gone.files > 0);
        let verified = verify(&repository, None, &Pace::new(None), &handle, &|_| ())?;
        assert_eq!(verified.damage, Vec::<String>::new());
        assert_eq!((verified.snapshots, verified.restored.is_some()), (1, true));
        assert!(repository.choose(Some(Timestamp::from_micros(0))).is_err());
        Ok(())
    };
    senne_backup::on_thread(work).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let (data, to) = (folder.path().join("data"), folder.path().join("backups"));
    let hub = open(&data).await;
    count(&hub, 0, 1).await;
    hub.stop().await;
    backup(&data, &to).await.unwrap();
    let refused = |error: senne_backup::BackupError| error.to_string();
    assert!(refused(bring_back(&to, &data, None).await.unwrap_err()).contains("is not empty"));
    assert!(
        refused(backup(&data, &data.join("inside")).await.unwrap_err()).contains("within the data folder")
    );
    assert!(refused(backup(&data, &data).await.unwrap_err()).contains("is not empty"));
    assert!(
        refused(bring_back(&data, &folder.path().join("x"), None).await.unwrap_err())
            .contains("no folder of backups")
    );
    let foreign = folder.path().join("y.unfinished");
    std::fs::create_dir(&foreign).unwrap();
    std::fs::write(foreign.join("mine"), "").unwrap();
    assert!(
        refused(bring_back(&to, &folder.path().join("y"), None).await.unwrap_err()).contains("in the way")
    );
    assert!(foreign.join("mine").exists());
    // A crash before the folder has its mark leaves this, and the same call goes on from it.
    let begun = folder.path().join("z.unfinished");
    std::fs::create_dir(&begun).unwrap();
    std::fs::write(begun.join("mark.part"), "").unwrap();
    bring_back(&to, &folder.path().join("z"), None).await.unwrap();
    assert!(!begun.exists());
    let empty = folder.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    bring_back(&to, &empty, None).await.unwrap();
    assert_eq!(agreed(&open(&empty).await).await[&0], 1);
}

/// What is recorded as erased after a snapshot is brought along, and applied before the folder has its name.
#[tokio::test(flavor = "multi_thread")]
async fn erasures_recorded_later_hold_for_what_is_restored() {
    let folder = tempfile::tempdir().unwrap();
    let (data, to) = (folder.path().join("data"), folder.path().join("backups"));
    let hub = open(&data).await;
    count(&hub, 0, 1).await;
    hub.stop().await;
    let first = backup(&data, &to).await.unwrap().snapshot.taken;
    std::fs::write(data.join("erasures.ndjson"), "{\"a\":1}\n").unwrap();
    backup(&data, &to).await.unwrap();
    std::fs::write(data.join("erasures.ndjson"), "{\"a\":1}\n{\"b\":2}\n").unwrap();
    let (target, repository) = (folder.path().join("new"), to.clone());
    let restore = move |works: bool| {
        use senne_backup::{BackupError, Pace, Repository, RestoreSettings, Use, restore};
        let at = Some(Timestamp::from_micros(first));
        let settings = RestoreSettings { at, pace: Pace::new(None), erased_in: Some(data.clone()) };
        let apply = |folder: &std::path::Path| {
            assert!(folder.ends_with("new.unfinished"));
            assert_eq!(senne_backup::records_of(folder)?, ["{\"a\":1}", "{\"b\":2}"]);
            if works { Ok(()) } else { Err(BackupError::Refused("broke off".to_owned())) }
        };
        restore(&Repository::open(&repository, Use::Read)?, &target, &settings, &|_| (), &apply)
    };
    let again = restore.clone();
    let failed = senne_backup::on_thread(move || restore(false)).await;
    assert!(failed.is_err());
    assert!(!folder.path().join("new").exists());
    let restored = senne_backup::on_thread(move || again(true)).await.unwrap();
    assert_eq!(
        (restored.erasures.lines, restored.files_kept),
        (2, 0),
        "begun anew after it was applied in part"
    );
    assert!(folder.path().join("new").exists());
}

/// The record is copied after the state: it may tell of an erasure that the state of the same snapshot does not know. And a line that a
/// crash cut within a letter hides no other.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_record_of_a_snapshot_says_is_applied_too() {
    let folder = tempfile::tempdir().unwrap();
    let (data, to) = (folder.path().join("data"), folder.path().join("backups"));
    let hub = open(&data).await;
    count(&hub, 0, 1).await;
    hub.stop().await;
    std::fs::write(data.join("erasures.ndjson"), b"{\"a\":1}\n{\"reason\":\"demand\xc3").unwrap();
    assert_eq!(senne_backup::records_of(&data).unwrap()[0], "{\"a\":1}");
    backup(&data, &to).await.unwrap();
    let target = folder.path().join("new");
    let restore = move || {
        use senne_backup::{BackupError, Pace, Repository, RestoreSettings, Use, restore};
        let applied = std::cell::Cell::new(0);
        let apply = |folder: &std::path::Path| -> Result<(), BackupError> {
            assert_eq!(senne_backup::records_of(folder)?[0], "{\"a\":1}");
            applied.set(applied.get() + 1);
            Ok(())
        };
        let settings = RestoreSettings { at: None, pace: Pace::new(None), erased_in: Some(data) };
        let restored = restore(&Repository::open(&to, Use::Read)?, &target, &settings, &|_| (), &apply)?;
        Ok((restored.erasures, applied.get()))
    };
    let (brought, applied) = senne_backup::on_thread(restore).await.unwrap();
    assert_eq!((brought.lines, brought.unread, applied), (0, Vec::new(), 1));
}

/// Between noting the history and holding the state the city writes and flushes: the snapshot is of one moment all the same.
#[tokio::test(flavor = "multi_thread")]
async fn what_comes_between_history_and_state_belongs_to_neither_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (data, to) = (folder.path().join("data"), folder.path().join("backups"));
    let hub = open(&data).await;
    count(&hub, 0, 1).await;
    hub.flush().await.unwrap();
    let (between, handle) = (hub.clone(), tokio::runtime::Handle::current());
    let counted = std::sync::atomic::AtomicU64::new(1);
    let fault = senne_backup::faults::Fault::put_in(folder.path(), move |step| {
        let here = ["backup: before history is noted", "backup: before the state is held"].contains(&step);
        if here && counted.load(Ordering::SeqCst) < 9 {
            let at = counted.fetch_add(1, Ordering::SeqCst) + 1;
            handle.block_on(async {
                count(&between, 0, at).await;
                between.flush().await.unwrap();
            });
        }
        false
    });
    let snapshot = backup(&data, &to).await.unwrap().snapshot;
    drop(fault);
    hub.stop().await;
    let restored = folder.path().join("restored");
    bring_back(&to, &restored, None).await.unwrap();
    let hub = open(&restored).await;
    assert_eq!(agreed(&hub).await[&0], snapshot.head);
    count(&hub, 0, snapshot.head + 1).await;
    hub.flush().await.unwrap();
    assert_eq!(agreed(&hub).await[&0], snapshot.head + 1);
    hub.stop().await;
}
