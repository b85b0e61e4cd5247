//! Filling the columns in memory from the disk, beside the writer.

use std::sync::Arc;

use senne_model::decode_entity;

use super::{Shared, read::document, schema};
use crate::StoreError;

/// Entities that are handed over at once: the lock is held for less than a millisecond.
const HANDFUL: usize = 1_000;

/// Begins to fill the columns, when nobody has yet.
pub(super) fn columns(shared: &Arc<Shared>) {
    let Some(turn) = shared.columns.begin() else { return };
    let own = Arc::clone(shared);
    let thread = std::thread::Builder::new().name("senne-columns".to_owned());
    let started = thread.spawn(move || {
        let done = read_all(&own, turn);
        own.columns.end(turn, done.is_ok());
        if let Err(error) = done {
            tracing::warn!(%error, "queries go without columns, for these could not be read: {error}");
        }
    });
    if let Err(error) = started {
        shared.columns.end(turn, false);
        tracing::warn!(%error, "queries go without columns, for no thread could be started: {error}");
    }
}

/// A connection of its own, so that no reader waits for it.
fn read_all(shared: &Shared, turn: u64) -> Result<(), StoreError> {
    let connection = schema::open_reader(&shared.path)?;
    let mut statement = connection.prepare("SELECT no, tenant, document, sum FROM entity ORDER BY no")?;
    let mut rows = statement.query([])?;
    let mut handful = Vec::with_capacity(HANDFUL);
    while let Some(row) = rows.next()? {
        let entity = decode_entity(document(row)?, &shared.names.read())?;
        handful.push((row.get(0)?, row.get(1)?, entity));
        if handful.len() == HANDFUL {
            shared.columns.fill(turn, &handful);
            handful.clear();
        }
    }
    shared.columns.fill(turn, &handful);
    Ok(())
}
