//! Looking for damage in the state without changing it, and mending what can be made anew.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, config::DbConfig};
use senne_model::{ChangeNo, Finding, Grade, Name, Names, TenantName, decode_change, decode_entity};

use super::{
    expiry, pages,
    read::{blob, document},
    schema, sums, types,
};
use crate::StoreError;

/// What a look at the state gave.
#[derive(Clone, Debug, Default)]
pub struct Examined {
    /// What was found.
    pub findings: Vec<Finding>,
    /// The newest change.
    pub head: ChangeNo,
    /// The log begins after this change.
    pub pruned: ChangeNo,
    /// Followers and the change up to which each has the log.
    pub cursors: Vec<(String, ChangeNo)>,
    /// Entities that were read.
    pub entities: u64,
}

/// Looks at the state in a folder. With `running`, a server writes to it meanwhile, and its pages are left out.
pub fn examine(folder: &Path, running: bool) -> Examined {
    let path = folder.join("state.sqlite");
    let file = path.display().to_string();
    let mut before = Vec::new();
    if !running {
        pages::check(folder, &mut before);
    }
    let mut examined = match open(&path, running) {
        Ok(found) => connection(&found, &file),
        Err(error) => {
            let found = Finding::new(Grade::Damage, "C2", file, error.to_string());
            let found = found.so("the city cannot start", "restore it from a backup");
            Examined { findings: vec![found], ..Examined::default() }
        }
    };
    before.append(&mut examined.findings);
    Examined { findings: before, ..examined }
}

/// A connection that leaves the files as they are, also a write-ahead log of a crash. A city that was stopped cleanly has none, and gets
/// none.
fn open(path: &Path, running: bool) -> Result<Connection, StoreError> {
    let log = path.with_extension("sqlite-wal");
    let still = !running && !std::fs::metadata(&log).is_ok_and(|log| log.len() > 0);
    let flags = OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = if still {
        let flags = flags | OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        Connection::open_with_flags(still_name(path), flags)?
    } else {
        Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_READ_WRITE)?
    };
    connection.busy_timeout(schema::BUSY)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// The URI by which SQLite opens a file that nobody changes (sqlite.org/uri.html, `immutable`).
fn still_name(path: &Path) -> String {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    let escaped = absolute
        .as_os_str()
        .as_encoded_bytes()
        .iter()
        .map(|byte| if plain(*byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") });
    format!("file:{}?immutable=1", escaped.collect::<String>())
}

/// Everything that can be said of the rows, in one snapshot.
pub(super) fn connection(connection: &Connection, file: &str) -> Examined {
    let mut examined = Examined::default();
    let steps: [(&'static str, Step); 5] =
        [("C2", structure), ("C4", entities), ("C5", index), ("C6", log), ("C7", cursors)];
    let _snapshot = connection.unchecked_transaction();
    sums::check(connection, file, &mut examined.findings);
    for (check, step) in steps {
        if let Err(error) = step(connection, file, &mut examined) {
            let found = Finding::new(Grade::Damage, check, file, error.to_string());
            examined
                .findings
                .push(found.so("this part could not be read to its end", "restore it from a backup"));
        }
    }
    examined
}

type Step = fn(&Connection, &str, &mut Examined) -> Result<(), StoreError>;

fn structure(connection: &Connection, file: &str, examined: &mut Examined) -> Result<(), StoreError> {
    let mut statement = connection.prepare("PRAGMA integrity_check(20)")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let line: String = row.get(0)?;
        if line != "ok" {
            examined.findings.push(Finding::new(Grade::Damage, "C2", file, line).so(
                "SQLite finds its structure or an index unsound",
                "`--repair` when only an index is named, else restore it from a backup",
            ));
        }
    }
    Ok(())
}

/// Each document can be read and is of the entity whose row it is in.
fn entities(connection: &Connection, file: &str, examined: &mut Examined) -> Result<(), StoreError> {
    let names = names(connection)?;
    let mut statement = connection.prepare("SELECT no, tenant, document, sum, id FROM entity")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        examined.entities += 1;
        // A checksum that does not fit is named already.
        let Ok(document) = document(row) else { continue };
        let no: i64 = row.get(0)?;
        let id = row.get_ref(4)?.as_str().unwrap_or("?");
        let what = match decode_entity(document, &names) {
            Ok(entity) if entity.id.as_str() == id => continue,
            Ok(entity) => format!("the row is of {id}, its document of {}", entity.id),
            Err(error) => error.to_string(),
        };
        let found = Finding::new(Grade::Damage, "C4", file, what).at(format!("table entity, row {no}"));
        examined.findings.push(found.so("the entity cannot be found or read", "restore it from a backup"));
    }
    Ok(())
}

/// The index rows of the types are those that the documents ask for.
fn index(connection: &Connection, file: &str, examined: &mut Examined) -> Result<(), StoreError> {
    let names = names(connection)?;
    let mut find =
        connection.prepare("SELECT 1 FROM entity_type WHERE tenant = ?1 AND type = ?2 AND entity = ?3")?;
    let mut statement = connection.prepare("SELECT no, tenant, document, sum FROM entity")?;
    let mut rows = statement.query([])?;
    let (mut wanted, mut unread) = (0, false);
    while let Some(row) = rows.next()? {
        let Some(entity) = document(row).ok().and_then(|d| decode_entity(d, &names).ok()) else {
            unread = true;
            continue;
        };
        let (no, tenant): (i64, i64) = (row.get(0)?, row.get(1)?);
        let mut numbers: Vec<u32> = entity.types.iter().map(|name| number(name, &names)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        for number in numbers {
            wanted += 1;
            if !find.exists([tenant, i64::from(number), no])? {
                let what = format!("entity {} is not under one of its types", entity.id);
                examined.findings.push(index_finding(file, what));
            }
        }
    }
    let there: i64 = connection.query_row("SELECT count(*) FROM entity_type", [], |row| row.get(0))?;
    if there > wanted && !unread {
        let what = format!("{} rows are of types that no document names", there - wanted);
        examined.findings.push(index_finding(file, what));
    }
    Ok(())
}

fn index_finding(file: &str, what: String) -> Finding {
    Finding::new(Grade::Damage, "C5", file, what).at("table entity_type").so(
        "queries by type miss entities or meet too many",
        "`--repair` makes the index anew from the documents",
    )
}

fn number(name: &Name, names: &Names) -> u32 {
    names.number(name).unwrap_or(0)
}

fn names(connection: &Connection) -> Result<Names, StoreError> {
    schema::load_names(connection)
}

/// The log is dense (S3), and every change in it can be read.
fn log(connection: &Connection, file: &str, examined: &mut Examined) -> Result<(), StoreError> {
    let (head, pruned) = schema::load_log_state(connection)?;
    (examined.head, examined.pruned) = (head, pruned);
    let (names, tenant) = (names(connection)?, TenantName::default());
    let mut expected = pruned.0 as i64 + 1;
    let mut say = |place: String, what: String| {
        let found = Finding::new(Grade::Damage, "C6", file, what).at(place);
        examined.findings.push(found.so("followers cannot pass this place (S3)", "restore it from a backup"));
    };
    let mut statement = connection.prepare("SELECT no, count, body FROM log ORDER BY no")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (no, count): (i64, i64) = (row.get(0)?, row.get(1)?);
        if no != expected {
            say("table log".to_owned(), format!("change {expected} should follow, {no} does"));
        }
        let mut body = blob(row, 2)?;
        for change in no..no.saturating_add(count.clamp(0, 1 << 20)) {
            match decode_change(body, &names, ChangeNo(change as u64), &tenant) {
                Ok((_, rest)) => body = rest,
                Err(error) => {
                    say(format!("table log, row {no}"), error.to_string());
                    break;
                }
            }
        }
        expected = no.saturating_add(count);
    }
    if expected != head.0 as i64 + 1 {
        say("table log".to_owned(), format!("ends at {}, the head is {head}", expected - 1));
    }
    Ok(())
}

/// No follower is ahead of the log, and the log still has what each of them needs (S5).
fn cursors(connection: &Connection, file: &str, examined: &mut Examined) -> Result<(), StoreError> {
    let mut statement = connection.prepare("SELECT follower, no FROM cursor")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (follower, no): (String, i64) = (row.get(0)?, row.get(1)?);
        let what = if no > examined.head.0 as i64 {
            format!("stands at {no}, the head is {}", examined.head)
        } else if no < examined.pruned.0 as i64 && follower != "history" {
            format!("stands at {no}, the log begins after {}", examined.pruned)
        } else {
            examined.cursors.push((follower, ChangeNo(no as u64)));
            continue;
        };
        let found = Finding::new(Grade::Damage, "C7", file, what).at(format!("table cursor, row {follower}"));
        examined
            .findings
            .push(found.so("the follower misses changes (S5)", "restore state and history from one backup"));
    }
    Ok(())
}

/// Makes the indexes anew from the documents, and the file from its rows. To be called on a stopped city whose rows are sound; gives
/// what was done.
pub fn repair(folder: &Path) -> Result<Vec<String>, StoreError> {
    pages::forget(folder)?;
    let connection = schema::open_writer(&folder.join("state.sqlite"))?;
    let names = schema::load_names(&connection)?;
    let transaction = connection.unchecked_transaction()?;
    transaction.execute_batch("REINDEX; DELETE FROM entity_type; DELETE FROM expiry;")?;
    {
        let mut names = names;
        let mut statement = transaction.prepare("SELECT no, tenant, document, sum FROM entity")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let entity = decode_entity(document(row)?, &names)?;
            let (no, tenant) = (row.get(0)?, row.get(1)?);
            types::update(&transaction, tenant, no, None, Some(&entity), &mut names)?;
            expiry::update(&transaction, tenant, no, None, Some(&entity))?;
        }
    }
    transaction.commit()?;
    connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);")?;
    drop(connection);
    pages::note(folder)?;
    Ok(vec!["state.sqlite: indexes were made anew from the documents, the file from its rows".to_owned()])
}
