//! What has expired goes, whatever else is damaged.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests speak by their names and may fail")]

use std::{path::Path, sync::Arc, time::Duration};

use senne_hub::{Hub, HubConfig};
use senne_model::{
    Attribute, AttributeValue, ChangeNo, EntityId, Instance, Json, Name, NoJudge, Operation, TenantName,
    Timestamp, Write,
};
use senne_store::{Request, Store, StoreSettings, sqlite::SqliteStore};

const WHOLE: &str = "so-it-was-written";
const DAMAGED: &str = "so-it-was-wr1tten";

fn expired(n: usize, text: &str) -> Write {
    let mut write = Write::new(EntityId::trusted(&format!("urn:ngsi-ld:T:{n}")), Operation::Create);
    write.types.push(Name::new("https://example.org/T"));
    write.expires_at = Some(Some(Timestamp::from_micros(1_700_000_000_000_000)));
    let value = Instance::new(AttributeValue::Property(Json::text(text)));
    write.attributes.push(Attribute::new(Name::new("https://example.org/text"), value));
    write
}

/// Two entities that have expired, and nothing of them in the log.
fn fill(folder: &Path) {
    let store = SqliteStore::open(folder, StoreSettings::default()).unwrap();
    let mut writer = store.writer().unwrap();
    let request = Request {
        tenant: TenantName::default(),
        actor: Arc::from("test"),
        writes: vec![expired(1, WHOLE), expired(2, "another")],
        all_or_nothing: false,
        position: None,
    };
    writer.commit(vec![request], Timestamp::from_micros(1_600_000_000_000_000), &NoJudge).unwrap();
    writer.set_cursors(&[("history".to_owned(), store.head())]).unwrap();
    writer.prune(store.head()).unwrap();
}

fn damage(file: &Path) {
    let mut bytes = std::fs::read(file).unwrap();
    let mut places = bytes.windows(WHOLE.len()).enumerate().filter(|(_, there)| *there == WHOLE.as_bytes());
    let (place, _) = places.next().unwrap();
    assert!(places.next().is_none(), "it stands in the row alone");
    bytes[place..place + DAMAGED.len()].copy_from_slice(DAMAGED.as_bytes());
    std::fs::write(file, bytes).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_row_does_not_hold_up_what_has_expired() {
    let folder = tempfile::tempdir().unwrap();
    fill(folder.path());
    damage(&folder.path().join("state.sqlite"));
    let hub = Hub::open(HubConfig::new(folder.path())).await.unwrap();
    assert_eq!(hub.head(), ChangeNo(2));
    for _ in 0..200 {
        if hub.head() > ChangeNo(2) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(hub.head(), ChangeNo(3), "the one that can be read is gone");
    hub.stop().await;
}
