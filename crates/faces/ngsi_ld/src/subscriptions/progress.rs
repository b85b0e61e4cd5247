//! How far subscriptions have come: cursors and counters, many in one row, stored beside the log and not in it.
//!
//! Each subscription belongs to one of [`BUCKETS`] rows by its name; a row is written when one of its subscriptions has
//! moved. So ten thousand busy subscriptions cost a few hundred small writes a second, joined into one transaction.

use std::{collections::HashMap, sync::Arc};

use senne_hub::{Hub, WriteOptions};
use senne_model::{ChangeNo, Json, Problem};

use super::{
    runner::{Counters, Runner},
    stored::{Kept, progress},
};
use crate::{contexts::fingerprint, house::circumstances};

/// How many rows there are.
const BUCKETS: u64 = 128;

fn bucket(tenant: &str, id: &str) -> u64 {
    fingerprint(&format!("{tenant} {id}")) % BUCKETS
}

/// The name of a row.
fn source(bucket: u64) -> String {
    format!("senne:subscriptions:{bucket}")
}

/// Takes what the rows say over into subscriptions that were read from their entities; the newer counts.
pub(super) async fn take_over(hub: &Hub, all: &mut [Kept]) -> Result<(), Problem> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut buckets: Vec<u64> = Vec::new();
    for (place, kept) in all.iter().enumerate() {
        places.insert(format!("{} {}", kept.tenant, kept.id), place);
        buckets.push(bucket(&kept.tenant, &kept.id));
    }
    buckets.sort_unstable();
    buckets.dedup();
    for bucket in buckets {
        let Some(text) = hub.position(&circumstances(), &source(bucket)).await? else { continue };
        let Ok(Json::Object(rows)) = serde_json::from_str::<Json>(&text) else {
            tracing::error!(bucket, "the progress of some subscriptions cannot be read; they are told again");
            continue;
        };
        for (name, said) in rows {
            let Some(kept) = places.get(&*name).and_then(|place| all.get_mut(*place)) else { continue };
            // One that was removed and made anew under the same name is not the one that the row knows.
            let same = said.get("since") == Some(&Json::Int(kept.created_at.micros()));
            let cursor = match said.get("cursor") {
                Some(Json::Int(no)) => ChangeNo(u64::try_from(*no).unwrap_or_default()),
                _ => continue,
            };
            let modified = match said.get("modified") {
                Some(Json::Int(at)) => *at,
                _ => 0,
            };
            // A change of the subscription (or a replay) sets the cursor anew.
            if same && modified == kept.modified_at.micros() && cursor >= kept.cursor {
                kept.cursor = cursor;
                kept.counters = said.get("counters").map(Counters::from_json).unwrap_or_default();
            }
        }
    }
    Ok(())
}

/// Stores cursors and counters of those that have moved, with all that share their rows.
pub(super) async fn save(hub: &Hub, all: &[Arc<Runner>], due: &[Arc<Runner>]) -> Result<(), Problem> {
    let mut rows: HashMap<u64, Vec<(Box<str>, Json)>> =
        due.iter().map(|runner| (bucket(&runner.tenant, &runner.id), Vec::new())).collect();
    for runner in all {
        let Some(row) = rows.get_mut(&bucket(&runner.tenant, &runner.id)) else { continue };
        let (cursor, counters) = {
            let mut state = runner.state.lock();
            state.dirty = false;
            state.stored_cursor = state.cursor;
            (state.cursor, state.counters.clone())
        };
        let mut said = progress(cursor, &counters);
        if let Json::Object(members) = &mut said {
            members.push(("since".into(), Json::Int(runner.kept.created_at.micros())));
            members.push(("modified".into(), Json::Int(runner.kept.modified_at.micros())));
        }
        row.push((format!("{} {}", runner.tenant, runner.id).into(), said));
    }
    let writes = rows.into_iter().map(|(bucket, row)| async move {
        let position = Some((source(bucket), Json::Object(row).to_string()));
        let options = WriteOptions { position, ..WriteOptions::default() };
        hub.write(&circumstances(), Vec::new(), options).await.map(|_| ())
    });
    // Together, so that they go into one transaction.
    let saved = futures::future::join_all(writes).await.into_iter().collect::<Result<(), Problem>>();
    if saved.is_err() {
        due.iter().for_each(|runner| runner.state.lock().dirty = true);
    }
    saved
}
