//! Reads of state and log.

use std::sync::Arc;

use parking_lot::RwLock;
use rusqlite::{Connection, OptionalExtension, params};
use senne_model::{Change, ChangeNo, Entity, EntityId, Name, Names, decode_change, decode_entity};

use super::Shared;
use crate::{StoreError, StoreStatistics, cache::Row};

pub(super) fn entity(
    connection: &Connection,
    tenant: i64,
    id: &EntityId,
    names: &Names,
) -> Result<Option<Row>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT no, document FROM entity WHERE tenant = ?1 AND id = ?2")?;
    let mut rows = statement.query(params![tenant, id.as_str()])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let entity = decode_entity(blob(row, 1)?, names)?;
    Ok(Some(Row { no: row.get(0)?, entity: Arc::new(entity) }))
}

pub(super) fn scan(
    connection: &Connection,
    tenant: i64,
    names: &RwLock<Names>,
    each: &mut dyn FnMut(Arc<Entity>) -> bool,
) -> Result<(), StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT document FROM entity WHERE tenant = ?1 ORDER BY no")?;
    let mut rows = statement.query([tenant])?;
    while let Some(row) = rows.next()? {
        let entity = decode_entity(blob(row, 0)?, &names.read())?;
        if !each(Arc::new(entity)) {
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

pub(super) fn changes(
    connection: &Connection,
    after: ChangeNo,
    max: usize,
    shared: &Shared,
) -> Result<Vec<Arc<Change>>, StoreError> {
    // A row holds the changes no … no + count - 1; the first wanted one may be inside a row.
    let sql = "SELECT no, tenant, count, body FROM log
               WHERE no >= coalesce((SELECT max(no) FROM log WHERE no <= ?1), 0) ORDER BY no";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([after.0 as i64 + 1])?;
    let mut changes = Vec::new();
    while let Some(row) = rows.next()? {
        let (first, tenant, count): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let Some(tenant) = shared.tenant_name(tenant) else {
            return Err(StoreError::Version(format!(
                "log row {first} belongs to a tenant that is not there"
            )));
        };
        let names = shared.names.read();
        let mut body = blob(row, 3)?;
        for no in first..first + count {
            let (change, rest) = decode_change(body, &names, ChangeNo(no as u64), &tenant)?;
            body = rest;
            if change.no > after {
                changes.push(Arc::new(change));
            }
        }
        if changes.len() >= max {
            break;
        }
    }
    Ok(changes)
}

pub(super) fn pruned(connection: &Connection) -> Result<ChangeNo, StoreError> {
    let no: i64 = connection.query_row("SELECT pruned FROM log_state", [], |row| row.get(0))?;
    Ok(ChangeNo(no as u64))
}

pub(super) fn cursor(connection: &Connection, follower: &str) -> Result<Option<ChangeNo>, StoreError> {
    let sql = "SELECT no FROM cursor WHERE follower = ?1";
    let no: Option<i64> = connection.query_row(sql, [follower], |row| row.get(0)).optional()?;
    Ok(no.map(|no| ChangeNo(no as u64)))
}

pub(super) fn position(
    connection: &Connection,
    tenant: i64,
    source: &str,
) -> Result<Option<String>, StoreError> {
    let sql = "SELECT position FROM position WHERE tenant = ?1 AND source = ?2";
    Ok(connection.query_row(sql, params![tenant, source], |row| row.get(0)).optional()?)
}

pub(super) fn statistics(connection: &Connection) -> Result<StoreStatistics, StoreError> {
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map(|n| n as u64);
    Ok(StoreStatistics {
        bytes: 0,
        log_rows: count("SELECT count(*) FROM log")?,
        entities: count("SELECT count(*) FROM entity")?,
    })
}

/// SQLite's own check, then that every record can be read and that the log is dense (S3).
pub(super) fn check(connection: &Connection, shared: &Shared) -> Result<Vec<String>, StoreError> {
    let mut findings = Vec::new();
    let mut statement = connection.prepare("PRAGMA integrity_check(20)")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let line: String = row.get(0)?;
        if line != "ok" {
            findings.push(format!("state.sqlite: {line}"));
        }
    }
    check_entities(connection, shared, &mut findings)?;
    check_log(connection, shared, &mut findings)?;
    Ok(findings)
}

fn check_entities(
    connection: &Connection,
    shared: &Shared,
    findings: &mut Vec<String>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare("SELECT id, document FROM entity")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let id: String = row.get(0)?;
        match decode_entity(blob(row, 1)?, &shared.names.read()) {
            Err(error) => findings.push(format!("entity {id}: {error}")),
            Ok(entity) if entity.id.as_str() != id => {
                findings.push(format!("entity {id}: the record says {}", entity.id));
            }
            Ok(_) => {}
        }
    }
    Ok(())
}

fn check_log(connection: &Connection, shared: &Shared, findings: &mut Vec<String>) -> Result<(), StoreError> {
    let (head, pruned): (i64, i64) =
        connection
            .query_row("SELECT head, pruned FROM log_state", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut expected = pruned + 1;
    let mut statement = connection.prepare("SELECT no, count FROM log ORDER BY no")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (no, count): (i64, i64) = (row.get(0)?, row.get(1)?);
        if no != expected {
            findings.push(format!("log: change {expected} should follow, {no} does (invariant S3)"));
        }
        if let Err(error) = changes(connection, ChangeNo((no - 1) as u64), 1, shared) {
            findings.push(format!("log row {no}: {error}"));
        }
        expected = no + count;
    }
    if expected != head + 1 {
        findings.push(format!("log: ends at {}, the head is {head} (invariant S3)", expected - 1));
    }
    Ok(())
}

pub(super) fn blob<'r>(row: &'r rusqlite::Row<'_>, column: usize) -> Result<&'r [u8], StoreError> {
    Ok(row.get_ref(column)?.as_blob().map_err(rusqlite::Error::from)?)
}
