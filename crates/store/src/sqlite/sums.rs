//! A checksum with each row: what is read is what was written, or an error that names the row.
//!
//! Why it is done here, and what it does not see, is in `docs/decisions/0011-checksums.md`.

use rusqlite::{Connection, Row, params_from_iter, types::ValueRef};
use senne_model::{Finding, Grade};
use twox_hash::XxHash3_128;

use crate::StoreError;

/// The tables with a checksum: name, columns of the key, columns that the checksum covers, in order.
const TABLES: [(&str, &[&str], &[&str]); 7] = [
    ("tenant", &["no"], &["no", "name"]),
    ("name", &["no"], &["no", "text"]),
    ("entity", &["no"], &["no", "tenant", "document"]),
    ("log", &["no"], &["no", "tenant", "count", "body"]),
    ("log_state", &["only"], &["only", "head", "pruned"]),
    ("cursor", &["follower"], &["follower", "no"]),
    ("position", &["tenant", "source"], &["tenant", "source", "position"]),
];

/// Brings the tables of schema 2 to schema 3; [`fill`] must follow.
pub(super) const ADD_COLUMNS: &str = "
ALTER TABLE tenant ADD COLUMN sum INTEGER; ALTER TABLE name ADD COLUMN sum INTEGER;
ALTER TABLE entity ADD COLUMN sum INTEGER; ALTER TABLE log ADD COLUMN sum INTEGER;
ALTER TABLE log_state ADD COLUMN sum INTEGER; ALTER TABLE cursor ADD COLUMN sum INTEGER;
ALTER TABLE position ADD COLUMN sum INTEGER;
";

/// A checksum under way: XXH3 of texts and blobs, each seeded with what came before, so that the order counts.
#[derive(Clone, Copy)]
pub(super) struct Sum(u64);

impl Sum {
    pub(super) fn new() -> Self {
        Self(0)
    }

    /// Adds an integer. Every step can be undone, so one changed bit changes the sum.
    pub(super) fn number(self, number: i64) -> Self {
        let mixed = (self.0 ^ number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self((mixed ^ (mixed >> 32)).wrapping_add(1))
    }

    /// Adds a text or a blob.
    pub(super) fn bytes(self, bytes: &[u8]) -> Self {
        Self(XxHash3_128::oneshot_with_seed(self.0, bytes) as u64)
    }

    /// As SQLite keeps it.
    pub(super) fn value(self) -> i64 {
        self.0 as i64
    }

    /// Refuses a row whose checksum is another.
    pub(super) fn check(
        self,
        row: &Row<'_>,
        column: usize,
        table: &'static str,
        key: impl ToString,
    ) -> Result<(), StoreError> {
        if row.get_ref(column)? == ValueRef::Integer(self.value()) {
            return Ok(());
        }
        Err(StoreError::Damaged { table, row: key.to_string() })
    }
}

fn of(row: &Row<'_>, columns: usize) -> Result<Sum, StoreError> {
    (0..columns).try_fold(Sum::new(), |sum, column| {
        Ok(match row.get_ref(column)? {
            ValueRef::Integer(number) => sum.number(number),
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => sum.bytes(bytes),
            ValueRef::Real(_) | ValueRef::Null => sum.number(-1).number(-1),
        })
    })
}

/// Computes the checksums of all rows that have none.
pub(super) fn fill(connection: &Connection) -> Result<(), StoreError> {
    for (table, key, columns) in TABLES {
        let (covered, names) = (columns.join(", "), key.join(", "));
        let sql = format!("SELECT {covered}, {names} FROM {table} WHERE sum IS NULL");
        let marks: Vec<String> = key.iter().zip(2..).map(|(name, n)| format!("{name} = ?{n}")).collect();
        let mut update =
            connection.prepare(&format!("UPDATE {table} SET sum = ?1 WHERE {}", marks.join(" AND ")))?;
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let mut values = vec![rusqlite::types::Value::Integer(of(row, columns.len())?.value())];
            for column in columns.len()..columns.len() + key.len() {
                values.push(row.get_ref(column)?.try_into().map_err(rusqlite::Error::from)?);
            }
            update.execute(params_from_iter(values))?;
        }
    }
    Ok(())
}

/// Every row whose bytes are not those that were written.
pub(super) fn check(connection: &Connection, file: &str, findings: &mut Vec<Finding>) {
    for (table, key, columns) in TABLES {
        if let Err(error) = check_table(connection, file, (table, key, columns), findings) {
            let found =
                Finding::new(Grade::Damage, "C3", file, error.to_string()).at(format!("table {table}"));
            findings.push(found.so("the table cannot be read to its end", "restore it from a backup"));
        }
    }
}

fn check_table(
    connection: &Connection,
    file: &str,
    (table, key, columns): (&str, &[&str], &[&str]),
    findings: &mut Vec<Finding>,
) -> Result<(), StoreError> {
    let sql = format!("SELECT {}, sum, {} FROM {table}", columns.join(", "), key.join(", "));
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if row.get_ref(columns.len())? == ValueRef::Integer(of(row, columns.len())?.value()) {
            continue;
        }
        let part = |n: usize| match row.get_ref(columns.len() + 1 + n) {
            Ok(ValueRef::Integer(number)) => number.to_string(),
            Ok(ValueRef::Text(text)) => String::from_utf8_lossy(text).into_owned(),
            _ => "?".to_owned(),
        };
        let row: Vec<String> = (0..key.len()).map(part).collect();
        let place = format!("table {table}, row {}", row.join(" "));
        let what = "its bytes are not those that were written (checksum)";
        findings.push(
            Finding::new(Grade::Damage, "C3", file, what)
                .at(place)
                .so("reading the row is refused", "restore it from a backup"),
        );
    }
    Ok(())
}
