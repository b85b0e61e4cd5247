//! Reads of state and log.

use std::sync::{Arc, atomic::Ordering};

use parking_lot::RwLock;
use rusqlite::{Connection, params};
use senne_model::{Change, ChangeNo, Entity, EntityId, Name, Names, Timestamp, decode_change, decode_entity};

use super::{Shared, schema, sums::Sum};
use crate::{StoreError, StoreStatistics, cache::Row};

pub(super) fn entity(
    connection: &Connection,
    tenant: i64,
    id: &EntityId,
    names: &Names,
) -> Result<Option<Row>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT no, tenant, document, sum FROM entity WHERE tenant = ?1 AND id = ?2")?;
    let mut rows = statement.query(params![tenant, id.as_str()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let (entity, no) = (decode_entity(document(row)?, names)?, row.get::<_, i64>(0)?);
    // The checksum is of the document alone: a flipped bit in the key of the row must not answer for another entity.
    if entity.id != *id {
        return Err(StoreError::Damaged { table: "entity", row: no.to_string() });
    }
    Ok(Some(Row { no, entity: Arc::new(entity) }))
}

pub(super) fn scan(
    connection: &Connection,
    tenant: i64,
    names: &RwLock<Names>,
    each: &mut dyn FnMut(Arc<Entity>) -> bool,
) -> Result<(), StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT no, tenant, document, sum FROM entity WHERE tenant = ?1 ORDER BY no")?;
    let mut rows = statement.query([tenant])?;
    let now = Timestamp::now();
    while let Some(row) = rows.next()? {
        let entity = decode_entity(document(row)?, &names.read())?;
        if super::live(Arc::new(entity), now).is_some_and(|entity| !each(entity)) {
            break;
        }
    }
    Ok(())
}

pub(super) fn types(connection: &Connection, tenant: i64) -> Result<Vec<(Name, u64)>, StoreError> {
    let sql = "SELECT name.text, count(*) FROM entity_type JOIN name ON name.no = entity_type.type
               WHERE tenant = ?1 GROUP BY entity_type.type ORDER BY name.text";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([tenant], |row| {
        Ok((Name::new(row.get_ref(0)?.as_str()?), row.get::<_, i64>(1)? as u64))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// So many bytes of changes are read at once, about: one change may bring the values of years.
const AT_ONCE: usize = 32 << 20;

pub(super) fn changes(
    connection: &Connection,
    after: ChangeNo,
    max: usize,
    shared: &Shared,
) -> Result<Vec<Arc<Change>>, StoreError> {
    // A commit is on disk before what it leaves can be read; until then nobody is to hear of it.
    let head = shared.head.load(Ordering::Acquire);
    // A row holds the changes no … no + count - 1; the first wanted one may be inside a row.
    let sql = "SELECT no, tenant, count, body, sum FROM log
               WHERE no >= coalesce((SELECT max(no) FROM log WHERE no <= ?1), 0) ORDER BY no";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([after.0 as i64 + 1])?;
    let (mut changes, mut weight) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let first: i64 = row.get(0)?;
        if first as u64 > head {
            break;
        }
        let (Ok(tenant), Ok(count), Ok(mut body)) =
            (row.get::<_, i64>(1), row.get::<_, i64>(2), blob(row, 3))
        else {
            return Err(StoreError::Damaged { table: "log", row: first.to_string() });
        };
        let sum = Sum::new().number(first).number(tenant).number(count);
        sum.bytes(body).check(row, 4, "log", first)?;
        let Some(tenant) = shared.tenant_name(tenant) else {
            return Err(StoreError::Version(format!(
                "log row {first} belongs to a tenant that is not there"
            )));
        };
        let names = shared.names.read();
        for no in first..first + count {
            let (change, rest) = decode_change(body, &names, ChangeNo(no as u64), &tenant)?;
            body = rest;
            if change.no > after {
                weight += change.weight();
                changes.push(Arc::new(change));
            }
        }
        if changes.len() >= max || weight >= AT_ONCE {
            break;
        }
    }
    Ok(changes)
}

pub(super) fn pruned(connection: &Connection) -> Result<ChangeNo, StoreError> {
    Ok(schema::load_log_state(connection)?.1)
}

pub(super) fn cursor(connection: &Connection, follower: &str) -> Result<Option<ChangeNo>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT no, sum FROM cursor WHERE follower = ?1")?;
    let mut rows = statement.query([follower])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let no: i64 = row.get(0)?;
    Sum::new().bytes(follower.as_bytes()).number(no).check(row, 1, "cursor", follower)?;
    Ok(Some(ChangeNo(no as u64)))
}

pub(super) fn position(
    connection: &Connection,
    tenant: i64,
    source: &str,
) -> Result<Option<String>, StoreError> {
    let sql = "SELECT position, sum FROM position WHERE tenant = ?1 AND source = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![tenant, source])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let position: String = row.get(0)?;
    let sum = Sum::new().number(tenant).bytes(source.as_bytes()).bytes(position.as_bytes());
    sum.check(row, 1, "position", format!("{tenant} {source}"))?;
    Ok(Some(position))
}

pub(super) fn statistics(connection: &Connection) -> Result<StoreStatistics, StoreError> {
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map(|n| n as u64);
    Ok(StoreStatistics {
        bytes: 0,
        log_rows: count("SELECT count(*) FROM log")?,
        entities: count("SELECT count(*) FROM entity")?,
    })
}

/// The document of a row of `no, tenant, document, sum`; refused when it is not what was written.
pub(super) fn document<'r>(row: &'r rusqlite::Row<'_>) -> Result<&'r [u8], StoreError> {
    let no: i64 = row.get(0)?;
    // A flipped bit may also change of what kind a column is.
    let (Ok(tenant), Ok(document)) = (row.get::<_, i64>(1), blob(row, 2)) else {
        return Err(StoreError::Damaged { table: "entity", row: no.to_string() });
    };
    Sum::new().number(no).number(tenant).bytes(document).check(row, 3, "entity", no)?;
    Ok(document)
}

pub(super) fn blob<'r>(row: &'r rusqlite::Row<'_>, column: usize) -> Result<&'r [u8], StoreError> {
    Ok(row.get_ref(column)?.as_blob().map_err(rusqlite::Error::from)?)
}
