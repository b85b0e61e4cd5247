//! `senne backup` beside a running server under load, `senne restore` into a new folder, and what they say.

use std::{
    os::unix::fs::PermissionsExt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::json;

use crate::support::{City, command, senne, words};

/// Counts up in one entity until it is told to stop; gives the last count that was acknowledged.
fn count_up(mut client: crate::support::Client, stop: Arc<AtomicBool>) -> std::thread::JoinHandle<u64> {
    std::thread::spawn(move || {
        let mut count = 0;
        while !stop.load(Ordering::Relaxed) {
            let at = senne_model::Timestamp::from_micros((1_700_000_000 + count as i64 + 1) * 1_000_000);
            let level = json!({ "type": "Property", "value": count + 1, "observedAt": at.to_string() });
            let entity = json!([{ "id": "urn:ngsi-ld:Probe:1", "type": "Probe", "level": level }]);
            let status =
                client.json("POST", "/ngsi-ld/v1/entityOperations/upsert?options=update", &entity).status;
            assert!(matches!(status, 201 | 204), "{status}");
            count += 1;
        }
        count
    })
}

#[test]
fn a_backup_beside_a_server_is_restored() {
    let city = City::new();
    let server = city.serve_closed();
    let key = std::fs::read_to_string(city.data().join("admin-key")).unwrap();
    let client = server.client().with("Authorization", &format!("Bearer {}", key.trim()));
    let stop = Arc::new(AtomicBool::new(false));
    let counting = count_up(client, Arc::clone(&stop));
    std::thread::sleep(std::time::Duration::from_millis(300));
    let to = city.files().join("backups");
    let to = to.to_str().unwrap();
    for _ in 0..3 {
        let output = senne(&["backup", "--to", to, "--keep", "2"], &city.data(), &[]);
        assert!(output.status.success(), "{}", words(&output));
        assert!(words(&output).contains("snapshot  "), "{}", words(&output));
    }
    stop.store(true, Ordering::Relaxed);
    let last = counting.join().unwrap();
    assert!(server.stop());

    let list = command().args(["backup", "--list", "--to", to]).output().unwrap();
    assert!(words(&list).ends_with("2 snapshots\n"), "{}", words(&list));
    let verify = command().args(["backup", "--verify", "--to", to]).output().unwrap();
    assert!(verify.status.success() && words(&verify).contains("no damage found"), "{}", words(&verify));

    let restored = city.files().join("restored");
    let again = senne(&["restore", "--from", to], &restored, &[]);
    assert!(again.status.success(), "{}", words(&again));
    let mode = std::fs::metadata(restored.join("admin-key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "the key stays a secret");
    assert_eq!(std::fs::read_to_string(restored.join("admin-key")).unwrap(), key);
    let ask = |question: &str| {
        let output = senne(&["sql", "--format", "json"], &restored, &[question]);
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    let past = ask("SELECT count(*) AS n, count(DISTINCT number) AS d, max(number) AS last FROM observation");
    let count = past[0]["n"].as_u64().unwrap();
    assert!(count > 0 && count <= last, "{count} of {last}");
    assert_eq!(past[0], json!({ "n": count, "d": count, "last": count as f64 }));
    let doctor = senne(&["doctor"], &restored, &[]);
    assert!(doctor.status.success(), "{}", words(&doctor));
    let full = senne(&["restore", "--from", to], &restored, &[]);
    assert!(!full.status.success() && words(&full).contains("is not empty"), "{}", words(&full));
    let early = senne(
        &["restore", "--from", to, "--at", "2001-01-01 00:00 Europe/Brussels"],
        &restored.join("x"),
        &[],
    );
    assert!(words(&early).contains("has no snapshot"), "{}", words(&early));
}
