//! How far an erasure reaches: into copies in snapshots, and on when whoever asked for it has gone.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests speak by their names and may fail")]

use std::{
    path::Path,
    time::{Duration, Instant},
};

use senne_hub::{
    Context, ErasureRequest, Extent, Hub, HubConfig, PastQuery, Principal, Target, WriteOptions,
    language::TimeFilter,
};
use senne_model::{
    Attribute, AttributeValue, EntityId, ErrorKind, Instance, Json, Name, Operation, TenantName, Timestamp,
    Write,
};

const START: i64 = 1_704_067_200_000_000;

fn id(n: usize) -> EntityId {
    EntityId::trusted(&format!("urn:ngsi-ld:Walker:number-{n}-end"))
}

fn admin() -> Context {
    let principal = Principal::Administrator { name: "clerk".to_owned() };
    let mut context = Context::new(principal, TenantName::default());
    context.deadline = Instant::now() + Duration::from_secs(60);
    context
}

async fn observe(hub: &Hub, context: &Context, n: usize) {
    let mut write = Write::new(id(n), Operation::Observe);
    write.types.push(Name::new("https://uri.etsi.org/ngsi-ld/default-context/Walker"));
    let value = Instance::new(AttributeValue::Property(Json::Int(7))).at(Timestamp::from_micros(START));
    let name = Name::new("https://uri.etsi.org/ngsi-ld/default-context/steps");
    write.attributes.push(Attribute::new(name, value));
    for result in hub.write(context, vec![write], WriteOptions::default()).await.unwrap() {
        result.unwrap();
    }
}

fn request(n: usize, extent: Extent) -> ErasureRequest {
    let (reason, ground) = ("asked for by letter".to_owned(), "GDPR article 17(1)(b)".to_owned());
    ErasureRequest { target: Target::Entity(id(n)), extent, reason, ground }
}

async fn is_there(hub: &Hub, context: &Context, n: usize) -> (bool, bool) {
    let now = match hub.entity(context, &id(n)).await {
        Ok(_) => true,
        Err(problem) => {
            assert_eq!(problem.kind, ErrorKind::NotFound);
            false
        }
    };
    let query = PastQuery::of(vec![id(n)], TimeFilter::default());
    loop {
        match hub.past(context, &query).await {
            Ok(past) => return (now, !past.is_empty()),
            // Files went while they were read: «ask again».
            Err(problem) => assert_eq!(problem.kind, ErrorKind::Conflict),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn proofs(folder: &Path) -> usize {
    std::fs::read_to_string(folder.join("erasures.ndjson")).map_or(0, |text| text.lines().count())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_in_snapshots_go_along_with_a_proof_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub::open(HubConfig::new(folder.path())).await.unwrap();
    let copy = Context { tenant: TenantName::default().snapshot(7), ..admin() };
    let stranger = Context { tenant: TenantName::parse("ixelles").unwrap().snapshot(7), ..admin() };
    for context in [&admin(), &copy, &stranger] {
        observe(&hub, context, 1).await;
        observe(&hub, context, 2).await;
    }
    hub.flush().await.unwrap();
    // The past alone: what a snapshot froze stays.
    hub.erase(&admin(), &request(2, Extent::Past)).await.unwrap();
    assert_eq!(is_there(&hub, &admin(), 2).await, (true, false));
    assert_eq!(is_there(&hub, &copy, 2).await, (true, true));
    let order = request(1, Extent::Everything);
    let preview = hub.preview_erasure(&admin(), &order).await.unwrap();
    assert_eq!((preview.meant, preview.trace.entities, preview.rows.observations), (1, 2, 2));
    let proof = hub.erase(&admin(), &order).await.unwrap();
    assert_eq!(proof.tenant, TenantName::default());
    for context in [&admin(), &copy] {
        assert_eq!(is_there(&hub, context, 1).await, (false, false));
    }
    assert_eq!(is_there(&hub, &stranger, 1).await, (true, true), "another city is not meant");
    assert!(hub.proof(&admin(), &proof.id).await.unwrap().is_clean());
    let until = Instant::now() + Duration::from_secs(30);
    while proofs(folder.path()) < 3 && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(proofs(folder.path()), 3);
    assert_eq!(hub.erase(&admin(), &order).await.unwrap_err().kind, ErrorKind::NotFound);
    hub.stop().await;
}

/// Whoever asked is gone as soon as it is on disk: nobody sees anything of it all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_recorded_is_hidden_though_nobody_waits_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub::open(HubConfig::new(folder.path())).await.unwrap();
    observe(&hub, &admin(), 1).await;
    hub.flush().await.unwrap();
    assert_eq!(is_there(&hub, &admin(), 1).await, (true, true));
    let (context, order) = (admin(), request(1, Extent::Everything));
    let mut erasing = Box::pin(hub.erase(&context, &order));
    while hub.entity(&context, &id(1)).await.is_ok() {
        assert!(futures::poll!(&mut erasing).is_pending(), "it ended before it was looked at");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    drop(erasing);
    assert_eq!(is_there(&hub, &context, 1).await, (false, false));
    hub.stop().await;
}
