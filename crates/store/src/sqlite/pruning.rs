//! How far followers have come, and the log that none of them needs any more.

use rusqlite::{Connection, OptionalExtension, params};
use senne_model::ChangeNo;

use super::{schema, sums::Sum, writer::set_log_state};
use crate::StoreError;

/// Notes how far followers have come.
pub(super) fn set_cursors(connection: &Connection, cursors: &[(String, ChangeNo)]) -> Result<(), StoreError> {
    let transaction = connection.unchecked_transaction()?;
    for (follower, no) in cursors {
        let sql = "INSERT INTO cursor (follower, no, sum) VALUES (?1, ?2, ?3)
             ON CONFLICT (follower) DO UPDATE SET no = excluded.no, sum = excluded.sum";
        let sum = Sum::new().bytes(follower.as_bytes()).number(no.0 as i64).value();
        transaction.prepare_cached(sql)?.execute(params![follower, no.0 as i64, sum])?;
    }
    transaction.commit()?;
    Ok(())
}

/// Drops the log up to a change, as far as every follower has taken it.
pub(super) fn prune(connection: &Connection, upto: ChangeNo) -> Result<(), StoreError> {
    let transaction = connection.unchecked_transaction()?;
    // A follower that does not run now, as when a folder is loaded without its server, needs its part of the log too (S5).
    let least: Option<i64> = transaction.query_row("SELECT min(no) FROM cursor", [], |row| row.get(0))?;
    let upto = upto.0.min(least.map_or(u64::MAX, |no| no as u64));
    // Whole rows only: a row that reaches beyond `upto` stays. Those that begin beyond it are not walked over.
    let last: Option<(i64, i64)> = transaction
        .query_row(
            "SELECT no, no + count - 1 FROM log WHERE no <= ?1 AND no + count - 1 <= ?1 ORDER BY no DESC LIMIT 1",
            [upto as i64],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    if let Some((no, last)) = last {
        transaction.execute("DELETE FROM log WHERE no <= ?1", [no])?;
        let (head, pruned) = schema::load_log_state(&transaction)?;
        set_log_state(&transaction, head, pruned.max(ChangeNo(last as u64)))?;
    }
    Ok(transaction.commit()?)
}
