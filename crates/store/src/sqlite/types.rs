//! The index rows of the types of an entity.

use rusqlite::{Connection, params};
use senne_model::{Entity, Name, Names};

use crate::StoreError;

/// Brings the rows of entity `no` from what it was to what it is.
pub(super) fn update(
    connection: &Connection,
    tenant: i64,
    no: i64,
    before: Option<&Entity>,
    now: Option<&Entity>,
    names: &mut Names,
) -> Result<(), StoreError> {
    let types = |entity: Option<&'_ Entity>| -> Vec<Name> { entity.map_or(Vec::new(), |e| e.types.to_vec()) };
    if let (Some(before), Some(now)) = (before, now)
        && before.types == now.types
    {
        return Ok(());
    }
    let (old, new) = (types(before), types(now));
    for name in old.iter().filter(|name| !new.contains(name)) {
        let sql = "DELETE FROM entity_type WHERE tenant = ?1 AND type = ?2 AND entity = ?3";
        connection.prepare_cached(sql)?.execute(params![tenant, names.intern(name), no])?;
    }
    for name in new.iter().filter(|name| !old.contains(name)) {
        let sql = "INSERT OR IGNORE INTO entity_type (tenant, type, entity) VALUES (?1, ?2, ?3)";
        connection.prepare_cached(sql)?.execute(params![tenant, names.intern(name), no])?;
    }
    Ok(())
}
