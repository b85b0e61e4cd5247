//! The index rows of entities that expire, or a part of which does: one row each, with the next moment.

use rusqlite::{Connection, OptionalExtension, params};
use senne_model::{Entity, EntityId, Timestamp};

use crate::StoreError;

/// Brings the row of entity `no` from what it was to what it is.
pub(super) fn update(
    connection: &Connection,
    tenant: i64,
    no: i64,
    before: Option<&Entity>,
    now: Option<&Entity>,
) -> Result<(), StoreError> {
    let (old, new) = (before.and_then(Entity::next_expiry), now.and_then(Entity::next_expiry));
    if old == new {
        return Ok(());
    }
    match new {
        Some(at) => {
            let sql = "INSERT OR REPLACE INTO expiry (entity, tenant, at) VALUES (?1, ?2, ?3)";
            connection.prepare_cached(sql)?.execute(params![no, tenant, at.micros()])?;
        }
        None => {
            connection.prepare_cached("DELETE FROM expiry WHERE entity = ?1")?.execute([no])?;
        }
    }
    Ok(())
}

/// Whether something has expired that is still there.
pub(super) fn any(connection: &Connection, now: Timestamp) -> Result<bool, StoreError> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM expiry WHERE at <= ?1 LIMIT 1")?;
    let found: Option<i64> = statement.query_row([now.micros()], |row| row.get(0)).optional()?;
    Ok(found.is_some())
}

/// Tenant and id of at most `max` entities of which something has expired, oldest first.
pub(super) fn due(
    connection: &Connection,
    now: Timestamp,
    max: usize,
) -> Result<Vec<(i64, EntityId)>, StoreError> {
    let sql = "SELECT expiry.tenant, entity.id FROM expiry JOIN entity ON entity.no = expiry.entity
               WHERE expiry.at <= ?1 ORDER BY expiry.at LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_map(params![now.micros(), max as i64], |row| {
        Ok((row.get(0)?, EntityId::trusted(row.get_ref(1)?.as_str()?)))
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}
