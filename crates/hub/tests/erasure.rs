//! Erasing entities and persons: nothing is left of them anywhere, whatever happens on the way.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests speak by their names and may fail")]

use std::{
    path::Path,
    sync::{Arc, atomic::AtomicBool, atomic::Ordering},
    time::{Duration, Instant},
};

use senne_history::faults::Fault;
use senne_hub::{
    Context, ErasureRequest, Extent, Hub, HubConfig, PastQuery, Principal, Proof, Target, WriteOptions,
    contract::Contracts, language::TimeFilter,
};
use senne_model::{
    Attribute, AttributeValue, EntityId, ErrorKind, Instance, Iri, Json, Name, Operation, TenantName,
    Timestamp, Write,
};

const HOUR: i64 = 3_600_000_000;
const START: i64 = 1_704_067_200_000_000;

const RENTAL: &str = "
type: BikeRental
version: 1
title: { fr: Location, nl: Verhuur, en: Rental }
description: { fr: Location, nl: Verhuur, en: Rental }
class: personal
subject: customer
attributes:
  customer:
    kind: relationship
    title: { fr: Client, nl: Klant, en: Customer }
";

fn term(term: &str) -> Name {
    Name::new(&format!("https://uri.etsi.org/ngsi-ld/default-context/{term}"))
}

fn id(n: usize) -> EntityId {
    EntityId::trusted(&format!("urn:ngsi-ld:Walker:number-{n}-end"))
}

fn admin() -> Context {
    let principal = Principal::Administrator { name: "clerk".to_owned() };
    let mut context = Context::new(principal, TenantName::default());
    context.deadline = Instant::now() + Duration::from_secs(60);
    context
}

fn observe(n: usize, hour: i64) -> Write {
    let mut write = Write::new(id(n), Operation::Observe);
    write.types.push(term("Walker"));
    let value = AttributeValue::Property(Json::Float(n as f64 + hour as f64 / 8.0));
    let at = Timestamp::from_micros(START + hour * HOUR);
    write.attributes.push(Attribute::new(term("steps"), Instance::new(value).at(at)));
    write
}

async fn open(folder: &Path) -> Hub {
    let text = (String::from("BikeRental.yaml"), RENTAL.to_owned());
    let contracts = Arc::new(Contracts::parse(&[text]).unwrap());
    Hub::open(HubConfig { contracts, ..HubConfig::new(folder) }).await.unwrap()
}

async fn write(hub: &Hub, writes: Vec<Write>) {
    for result in hub.write(&admin(), writes, WriteOptions::default()).await.unwrap() {
        result.unwrap();
    }
}

/// Five walkers, in several files and in memory, in the state and in the log.
async fn fill(hub: &Hub) {
    for round in 0..4 {
        let writes = (0..5).flat_map(|n| (0..6).map(move |hour| observe(n, round * 200 + hour)));
        write(hub, writes.collect()).await;
        if round < 3 {
            hub.flush().await.unwrap();
        }
    }
}

fn request(target: Target) -> ErasureRequest {
    let (reason, ground) = ("asked for by letter".to_owned(), "GDPR article 17(1)(b)".to_owned());
    ErasureRequest { target, extent: Extent::Everything, reason, ground }
}

async fn erase(hub: &Hub, request: &ErasureRequest) -> Proof {
    let proof = hub.erase(&admin(), request).await.unwrap();
    hub.proof(&admin(), &proof.id).await.unwrap()
}

/// The files that have an identifier in their bytes.
fn raw_mentions(folder: &Path, id: &EntityId) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(raw_mentions(&path, id));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            if bytes.windows(id.len()).any(|window| window == id.as_bytes()) {
                found.push(path.strip_prefix(folder).unwrap_or(&path).display().to_string());
            }
        }
    }
    found
}

async fn rows(hub: &Hub, question: &str) -> String {
    let table = hub.sql(&admin(), question, 100_000).await.unwrap();
    table.rows.iter().map(|row| Json::Array(row.clone()).to_string() + "\n").collect()
}

async fn others(hub: &Hub, gone: &EntityId) -> Vec<String> {
    let mut all = Vec::new();
    for (view, order) in [
        ("observation", "entity, observed_at"),
        ("hourly", "entity, start"),
        ("daily", "entity, start"),
        ("series", "entity"),
    ] {
        all.push(rows(hub, &format!("SELECT * FROM {view} WHERE entity <> '{gone}' ORDER BY {order}")).await);
    }
    all
}

async fn nobody_sees(hub: &Hub, gone: &EntityId) {
    assert_eq!(hub.entity(&admin(), gone).await.unwrap_err().kind, ErrorKind::NotFound);
    for as_of in [None, Some(Timestamp::MAX)] {
        let query = PastQuery { as_of, ..PastQuery::of(vec![gone.clone()], TimeFilter::default()) };
        assert_eq!(hub.past(&admin(), &query).await.unwrap(), []);
    }
    for view in ["observation", "observation_corrected", "hourly", "daily", "series"] {
        let text = format!("SELECT count(*) FROM {view} WHERE entity = '{gone}'");
        assert_eq!(rows(hub, &text).await, "[0]\n", "{view}");
    }
    assert_eq!(rows(hub, &format!("SELECT count(*) FROM entity WHERE id = '{gone}'")).await, "[0]\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_byte_is_left_and_the_proof_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let hub = open(folder.path()).await;
    fill(&hub).await;
    let before = others(&hub, &id(2)).await;
    assert!(!raw_mentions(folder.path(), &id(2)).is_empty());
    let order = request(Target::Entity(id(2)));
    let preview = hub.preview_erasure(&admin(), &order).await.unwrap();
    assert_eq!((preview.meant, preview.trace.entities, preview.rows.observations), (1, 1, 24));
    let asked = hub.erase(&admin(), &order).await.unwrap();
    nobody_sees(&hub, &id(2)).await;
    let proof = hub.proof(&admin(), &asked.id).await.unwrap();
    assert!(proof.is_clean(), "{proof:?}");
    let counted = proof.rows.unwrap();
    assert_eq!((proof.state, counted.observations, counted.series > 0), (1, 24, true), "{proof:?}");
    assert_eq!((proof.by.as_str(), proof.look.unwrap().mentions), ("clerk", 0));
    assert_eq!(raw_mentions(folder.path(), &id(2)), Vec::<String>::new());
    assert_eq!(others(&hub, &id(2)).await, before);
    assert_eq!(hub.check().await.unwrap().damage(), Vec::<String>::new());
    let kept = std::fs::read_to_string(folder.path().join("erasures.ndjson")).unwrap();
    assert_eq!(Proof::from_json(&serde_json::from_str(kept.trim()).unwrap()).unwrap(), proof);
    assert_eq!(hub.erase(&admin(), &order).await.unwrap_err().kind, ErrorKind::NotFound);
    // Made again, it lives; after a restart too.
    write(&hub, vec![observe(2, 1)]).await;
    hub.flush().await.unwrap();
    hub.stop().await;
    let hub = open(folder.path()).await;
    assert_eq!(
        rows(&hub, &format!("SELECT count, sum FROM series WHERE entity = '{}'", id(2))).await,
        "[1,2.125]\n"
    );
    assert_eq!(others(&hub, &id(2)).await, before);
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_an_administrator_erases_and_the_reason_names_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let hub = open(folder.path()).await;
    write(&hub, vec![observe(1, 1)]).await;
    let order = request(Target::Entity(id(1)));
    for (principal, kind) in [
        (Principal::Anonymous, ErrorKind::Unauthenticated),
        (Principal::Service { name: "feed".to_owned() }, ErrorKind::Forbidden),
    ] {
        let context = Context { principal, ..admin() };
        assert_eq!(hub.erase(&context, &order).await.unwrap_err().kind, kind);
        assert_eq!(hub.preview_erasure(&context, &order).await.unwrap_err().kind, kind);
        assert_eq!(hub.proof(&context, "x").await.unwrap_err().kind, kind);
    }
    for reason in [String::new(), format!("{} asked", id(1)), "x".repeat(3_000)] {
        let order = ErasureRequest { reason, ..order.clone() };
        assert_eq!(hub.erase(&admin(), &order).await.unwrap_err().field.as_deref(), Some("reason"));
    }
    assert!(hub.entity(&admin(), &id(1)).await.is_ok());
    hub.stop().await;
}

fn rental(n: usize, customer: usize) -> Write {
    let mut write =
        Write::new(EntityId::trusted(&format!("urn:ngsi-ld:BikeRental:{n}")), Operation::CreateOrReplace);
    write.types.push(term("BikeRental"));
    let value = AttributeValue::Relationship { objects: vec![Iri::new(&id(customer))], object_type: None };
    write.attributes.push(Attribute::new(term("customer"), Instance::new(value)));
    write
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_goes_with_what_is_about_them() {
    let folder = tempfile::tempdir().unwrap();
    let hub = open(folder.path()).await;
    write(&hub, vec![observe(1, 1), observe(3, 1), rental(1, 1), rental(2, 3), rental(3, 1)]).await;
    hub.flush().await.unwrap();
    // One is no longer there, but its past is.
    write(&hub, vec![Write::new(EntityId::trusted("urn:ngsi-ld:BikeRental:3"), Operation::Delete)]).await;
    let proof = erase(&hub, &request(Target::Subject(id(1)))).await;
    assert_eq!((proof.entities.len(), proof.state), (3, 2));
    assert!(proof.is_clean(), "{proof:?}");
    for n in [1, 3] {
        nobody_sees(&hub, &EntityId::trusted(&format!("urn:ngsi-ld:BikeRental:{n}"))).await;
    }
    nobody_sees(&hub, &id(1)).await;
    assert!(hub.entity(&admin(), &EntityId::trusted("urn:ngsi-ld:BikeRental:2")).await.is_ok());
    assert_eq!(raw_mentions(folder.path(), &id(1)), Vec::<String>::new());
    hub.stop().await;
}

/// What names an erased entity in the values of others is told, not hidden.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mention_in_something_of_others_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let hub = open(folder.path()).await;
    write(&hub, vec![observe(1, 1), rental(7, 1)]).await;
    let proof = erase(&hub, &request(Target::Entity(id(1)))).await;
    let look = proof.look.unwrap();
    assert!(look.left == 0 && look.mentions >= 2, "{proof:?}");
    assert_eq!(proof.places, ["state.sqlite"]);
    hub.stop().await;
}

const STEPS: [&str; 15] = [
    "erasure: before it is recorded",
    "erasure: before it is counted",
    "erasure: before a file is written anew",
    "write: before a file has its name",
    "erasure: before the log names the new files",
    "commit: after the log names the files",
    "erasure: before readers see the new files",
    "erasure: before the bytes go",
    "erasure: before the log is cut",
    "erasure: before old versions go from the log",
    "erasure: before the identifiers are let go of",
    "erasure: before the store is scrubbed",
    "erasure: before everything is read again",
    "erasure: before it is proven",
    "erasure: before it is settled",
];

/// A crash at each step: what was acknowledged holds, and the next start ends what was begun. Up to the step that lets go of
/// the last identifier, looking at the bytes does find it: leaving out any step shows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_at_any_step_is_gone_on_from() {
    for (place, step) in STEPS.into_iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let hub = open(folder.path()).await;
        fill(&hub).await;
        if place != 1 {
            hub.flush().await.unwrap();
        }
        let before = others(&hub, &id(2)).await;
        let struck = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&struck);
        let fault = Fault::put_in(folder.path(), move |at| {
            at == step && {
                seen.store(true, Ordering::SeqCst);
                true
            }
        });
        let acknowledged = hub.erase(&admin(), &request(Target::Entity(id(2)))).await.is_ok();
        assert_eq!(acknowledged, place > 0, "{step}");
        let until = Instant::now() + Duration::from_secs(30);
        while !struck.load(Ordering::SeqCst) && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(struck.load(Ordering::SeqCst), "nothing passed `{step}`");
        if acknowledged {
            nobody_sees(&hub, &id(2)).await;
        }
        hub.abandon().await;
        let found = raw_mentions(folder.path(), &id(2));
        assert!(place >= 11 || !found.is_empty(), "{step}: nothing was left to do");
        drop(fault);
        let hub = open(folder.path()).await;
        if !acknowledged {
            assert!(hub.entity(&admin(), &id(2)).await.is_ok());
            erase(&hub, &request(Target::Entity(id(2)))).await;
        }
        nobody_sees(&hub, &id(2)).await;
        let kept = folder.path().join("erasures.ndjson");
        let until = Instant::now() + Duration::from_secs(30);
        let proof = loop {
            let text = std::fs::read_to_string(&kept).unwrap_or_default();
            let last = text.lines().last().and_then(|line| serde_json::from_str(line).ok());
            match last.map(|json| Proof::from_json(&json).unwrap()) {
                Some(proof) => break hub.proof(&admin(), &proof.id).await.unwrap(),
                None => assert!(Instant::now() < until, "{step}: it was not gone on with"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        assert!(proof.is_clean(), "{step}: {proof:?}");
        // Rows that were only in memory went with the process; the log, which could have given them again, had them.
        let rows = proof.rows.unwrap().observations;
        assert!(proof.state == 1 && rows <= 24 && rows + proof.log >= 24, "{step}: {proof:?}");
        assert_eq!(raw_mentions(folder.path(), &id(2)), Vec::<String>::new(), "{step}");
        nobody_sees(&hub, &id(2)).await;
        assert_eq!(others(&hub, &id(2)).await, before, "{step}");
        assert_eq!(std::fs::read_to_string(&kept).unwrap().lines().count(), 1, "{step}");
        assert_eq!(hub.check().await.unwrap().damage(), Vec::<String>::new());
        hub.stop().await;
    }
}

/// The first pass fails; the next one takes what waits since then together with what has come: one pass, a proof for each.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn erasures_that_wait_are_carried_out_in_one_pass() {
    let folder = tempfile::tempdir().unwrap();
    let hub = open(folder.path()).await;
    fill(&hub).await;
    // One of them is named by somebody else, which its own proof says and no other.
    write(&hub, vec![rental(7, 3)]).await;
    hub.flush().await.unwrap();
    let before = others(&hub, &id(9)).await;
    let struck = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&struck);
    let fault = Fault::put_in(folder.path(), move |at| {
        at == "erasure: before it is counted" && !seen.swap(true, Ordering::SeqCst)
    });
    let first = hub.erase(&admin(), &request(Target::Entity(id(1)))).await.unwrap();
    let until = Instant::now() + Duration::from_secs(30);
    while !struck.load(Ordering::SeqCst) && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // What is recorded meanwhile of an entity that is erased lives on.
    write(&hub, vec![observe(1, 900)]).await;
    let second = hub.erase(&admin(), &request(Target::Entity(id(2)))).await.unwrap();
    let mut proofs = vec![hub.proof(&admin(), &first.id).await.unwrap()];
    proofs.push(hub.proof(&admin(), &second.id).await.unwrap());
    proofs.push(erase(&hub, &request(Target::Entity(id(3)))).await);
    drop(fault);
    assert_eq!(proofs.iter().map(|proof| proof.together).collect::<Vec<_>>(), [2, 2, 1], "{proofs:?}");
    assert!(proofs.iter().all(Proof::is_clean), "{proofs:?}");
    for proof in &proofs {
        assert_eq!(proof.rows.unwrap().observations, 24, "{proof:?}");
    }
    let mentions: Vec<bool> = proofs.iter().map(|proof| proof.look.unwrap().mentions > 0).collect();
    assert_eq!(mentions, [false, false, true]);
    assert_ne!(others(&hub, &id(9)).await, before);
    for n in [2, 3] {
        nobody_sees(&hub, &id(n)).await;
    }
    let count = format!("SELECT count(*) FROM observation WHERE entity = '{}'", id(1));
    assert_eq!(rows(&hub, &count).await, "[1]\n");
    let kept = std::fs::read_to_string(folder.path().join("erasures.ndjson")).unwrap();
    assert_eq!(kept.lines().count(), 3);
    assert_eq!(hub.check().await.unwrap().damage(), Vec::<String>::new());
    hub.stop().await;
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { std::fs::copy(&path, &target).map(|_| ()).unwrap() }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_from_before_is_erased_again() {
    let (folder, backup) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let hub = open(folder.path()).await;
    fill(&hub).await;
    hub.stop().await;
    copy(folder.path(), backup.path());
    let hub = open(folder.path()).await;
    let proof = erase(&hub, &request(Target::Entity(id(2)))).await;
    assert_eq!(hub.reapply_erasures(&admin()).await.unwrap(), []);
    hub.stop().await;
    std::fs::copy(folder.path().join("erasures.ndjson"), backup.path().join("erasures.ndjson")).unwrap();
    let hub = open(backup.path()).await;
    assert!(hub.entity(&admin(), &id(2)).await.is_ok());
    let before = others(&hub, &id(2)).await;
    let applied = hub.reapply_erasures(&admin()).await.unwrap();
    assert_eq!((applied.len(), &applied[0].id, &applied[0].entities), (1, &proof.id, &proof.entities));
    let again = hub.proof(&admin(), &proof.id).await.unwrap();
    assert!(again.is_clean() && again.reapplied, "{again:?}");
    nobody_sees(&hub, &id(2)).await;
    assert_eq!(raw_mentions(backup.path(), &id(2)), Vec::<String>::new());
    assert_eq!(others(&hub, &id(2)).await, before);
    assert_eq!(hub.reapply_erasures(&admin()).await.unwrap(), []);
    hub.stop().await;
}
