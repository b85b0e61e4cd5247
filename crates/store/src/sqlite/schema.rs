//! The tables, and how connections are opened.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags};
use senne_model::{ChangeNo, Name, Names, TenantName};

use super::sums::{self, Sum};
use crate::StoreError;

/// The version of the tables; a newer file is refused, an older one upgraded step by step.
const SCHEMA_VERSION: i64 = 4;

/// Bytes of a page.
pub(super) const PAGE_BYTES: u64 = 4096;

/// How long a connection waits for another one.
pub(super) const BUSY: Duration = Duration::from_secs(10);

/// `entity`: one row an entity, `no` in the order of creation. `entity_type`: the types of each, for
/// queries by type. `log`: changes of one tenant that were committed together, by the number of the first, in the
/// compact form of `senne_model`. `erasure`: what was erased, see `docs/lifecycle-erasure.md`. `sum` is the checksum of its row
/// (see `sums`).
const TABLES: &str = "
CREATE TABLE tenant (no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, sum INTEGER);
CREATE TABLE name (no INTEGER PRIMARY KEY, text TEXT NOT NULL, sum INTEGER);
CREATE TABLE entity (no INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, id TEXT NOT NULL, document BLOB NOT NULL,
  sum INTEGER);
CREATE UNIQUE INDEX entity_by_id ON entity (tenant, id);
CREATE TABLE entity_type (tenant INTEGER NOT NULL, type INTEGER NOT NULL, entity INTEGER NOT NULL,
  PRIMARY KEY (tenant, type, entity)) WITHOUT ROWID;
CREATE TABLE log (no INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, count INTEGER NOT NULL, body BLOB NOT NULL,
  sum INTEGER);
CREATE TABLE log_state (only INTEGER PRIMARY KEY CHECK (only = 1), head INTEGER NOT NULL, pruned INTEGER NOT NULL,
  sum INTEGER);
INSERT INTO log_state VALUES (1, 0, 0, NULL);
CREATE TABLE cursor (follower TEXT PRIMARY KEY, no INTEGER NOT NULL, sum INTEGER) WITHOUT ROWID;
CREATE TABLE position (tenant INTEGER NOT NULL, source TEXT NOT NULL, position TEXT NOT NULL, sum INTEGER,
  PRIMARY KEY (tenant, source)) WITHOUT ROWID;
";

/// `entities` are there until none of their bytes is left, one a line.
const ERASURES: &str = "
CREATE TABLE erasure (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, tenant INTEGER NOT NULL, upto INTEGER NOT NULL,
  past_only INTEGER NOT NULL, removed INTEGER NOT NULL, rewritten INTEGER NOT NULL, settled INTEGER NOT NULL,
  record TEXT NOT NULL, entities TEXT);
";

/// `at`: when the entity, or the next part of it, expires, in microseconds.
const EXPIRIES: &str = "
CREATE TABLE IF NOT EXISTS expiry (entity INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS expiry_by_time ON expiry (at);
";

/// Marks a file in which every deletion from the first on took the bytes along.
const ALWAYS_SECURE: i32 = 0x5345_4e4e;

/// Opens the one writing connection, and makes the tables when the file is new.
pub(super) fn open_writer(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "page_size", PAGE_BYTES as i64)?;
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", -65_536)?;
    // What is deleted is overwritten in its page; free pages are given back (see `docs/lifecycle-erasure.md`).
    connection.pragma_update(None, "secure_delete", "FAST")?;
    // The writer sees to that (see `WriteAheadLog`).
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.set_prepared_statement_cache_capacity(64);
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match version {
        0 => {
            upgrade(&connection, &format!("{TABLES}{ERASURES}{EXPIRIES}"))?;
            set_always_secure(&connection)?;
        }
        1 => upgrade(
            &connection,
            &format!(
                "DROP TABLE entity_place; DROP TABLE entity_value; {ERASURES}{EXPIRIES}{}",
                sums::ADD_COLUMNS
            ),
        )?,
        2 => upgrade(&connection, &format!("{ERASURES}{EXPIRIES}{}", sums::ADD_COLUMNS))?,
        3 => upgrade(&connection, EXPIRIES)?,
        SCHEMA_VERSION => {}
        newer => {
            return Err(StoreError::Version(format!(
                "{} has schema {newer}, and this program knows {SCHEMA_VERSION}; use a newer program",
                path.display()
            )));
        }
    }
    Ok(connection)
}

fn upgrade(connection: &Connection, statements: &str) -> Result<(), StoreError> {
    let transaction = connection.unchecked_transaction()?;
    transaction.execute_batch(statements)?;
    sums::fill(&transaction)?;
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    Ok(transaction.commit()?)
}

/// Whether no page of the file can hold the rest of something deleted; files of older programs must be written anew first.
pub(super) fn is_always_secure(connection: &Connection) -> Result<bool, StoreError> {
    let mark: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    Ok(mark == ALWAYS_SECURE)
}

pub(super) fn set_always_secure(connection: &Connection) -> Result<(), StoreError> {
    Ok(connection.pragma_update(None, "application_id", ALWAYS_SECURE)?)
}

/// Opens a read-only connection.
pub(super) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "cache_size", -16_384)?;
    connection.pragma_update(None, "mmap_size", 1_i64 << 30)?;
    Ok(connection)
}

pub(super) fn load_names(connection: &Connection) -> Result<Names, StoreError> {
    let mut names = Names::default();
    let mut statement = connection.prepare("SELECT no, text, sum FROM name ORDER BY no")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (no, text) = (row.get(0)?, row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?);
        Sum::new().number(no).bytes(text.as_bytes()).check(row, 2, "name", no)?;
        names.restore(Name::new(text));
    }
    Ok(names)
}

pub(super) fn load_tenants(connection: &Connection) -> Result<Vec<(TenantName, i64)>, StoreError> {
    let mut statement = connection.prepare("SELECT name, no, sum FROM tenant ORDER BY no")?;
    let mut rows = statement.query([])?;
    let mut tenants = Vec::new();
    while let Some(row) = rows.next()? {
        let (text, no): (String, i64) = (row.get(0)?, row.get(1)?);
        Sum::new().number(no).bytes(text.as_bytes()).check(row, 2, "tenant", no)?;
        let name = TenantName::parse_kept(&text);
        tenants.push((name.map_err(|p| StoreError::Version(format!("tenant table: {p}")))?, no));
    }
    Ok(tenants)
}

/// The newest change, and the one up to which the log is pruned.
pub(super) fn load_log_state(connection: &Connection) -> Result<(ChangeNo, ChangeNo), StoreError> {
    let mut statement = connection.prepare_cached("SELECT only, head, pruned, sum FROM log_state")?;
    let mut rows = statement.query([])?;
    let Some(row) = rows.next()? else { return Ok((ChangeNo(0), ChangeNo(0))) };
    let (only, head, pruned): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
    Sum::new().number(only).number(head).number(pruned).check(row, 3, "log_state", only)?;
    Ok((ChangeNo(head as u64), ChangeNo(pruned as u64)))
}
