//! Callers that write until their server is gone.

use std::thread::JoinHandle;

use serde_json::{Value, json};

use super::Ledger;
use crate::support::{Client, Server};

/// Entities of one batch.
const BATCH: u64 = 40;

/// The callers at work.
pub(super) struct Crowd(Vec<JoinHandle<()>>);

impl Crowd {
    /// Three that create one by one, one that sends batches, one that adds to the past of one entity.
    pub(super) fn gather(server: &Server, ledger: &Ledger) -> Self {
        let works: [fn(Client, &Ledger); 5] = [singles, singles, singles, batches, updates];
        let start = |work: fn(Client, &Ledger)| {
            let (client, ledger) = (server.client(), ledger.clone());
            std::thread::spawn(move || work(client, &ledger))
        };
        Self(works.into_iter().map(start).collect())
    }

    /// Waits until all have seen that the server is gone.
    pub(super) fn wait(self) {
        for caller in self.0 {
            caller.join().unwrap();
        }
    }
}

fn entity(number: u64) -> Value {
    json!({ "id": format!("urn:ngsi-ld:Probe:{number}"), "type": "Probe", "serial": property(number) })
}

fn property(number: u64) -> Value {
    let at = senne_model::Timestamp::from_micros((1_600_000_000 + number as i64) * 1_000_000);
    json!({ "type": "Property", "value": number, "observedAt": at.to_string() })
}

/// Sends; `None` when the server is gone and nobody knows what became of the write.
fn send(client: &mut Client, path: &str, body: &Value, wanted: u16) -> Option<()> {
    let headers = [("Content-Type", "application/json")];
    let answer = client.try_send("POST", path, &headers, body.to_string().as_bytes()).ok()?;
    // A server that was asked to stop may say "later"; anything else is a failure of the test.
    if answer.status == 503 {
        return None;
    }
    assert_eq!(answer.status, wanted, "{path}: {}", answer.text());
    Some(())
}

fn singles(mut client: Client, ledger: &Ledger) {
    loop {
        let number = ledger.take(1);
        let Some(()) = send(&mut client, "/ngsi-ld/v1/entities", &entity(number), 201) else { return };
        ledger.acknowledge_entity(number);
        ledger.acknowledge_observation(number);
    }
}

fn batches(mut client: Client, ledger: &Ledger) {
    loop {
        let first = ledger.take(BATCH);
        let body = Value::Array((first..first + BATCH).map(entity).collect());
        let Some(()) = send(&mut client, "/ngsi-ld/v1/entityOperations/upsert", &body, 201) else { return };
        for number in first..first + BATCH {
            ledger.acknowledge_entity(number);
            ledger.acknowledge_observation(number);
        }
    }
}

fn updates(mut client: Client, ledger: &Ledger) {
    let own = ledger.take(1);
    let Some(()) = send(&mut client, "/ngsi-ld/v1/entities", &entity(own), 201) else { return };
    ledger.acknowledge_entity(own);
    ledger.acknowledge_observation(own);
    let path = format!("/ngsi-ld/v1/entities/urn:ngsi-ld:Probe:{own}/attrs");
    loop {
        let number = ledger.take(1);
        let Some(()) = send(&mut client, &path, &json!({ "serial": property(number) }), 204) else { return };
        ledger.acknowledge_observation(number);
    }
}
