//! Exports with the columns of SQL: CSV, lines of JSON, Parquet.

use anyhow::bail;
use senne_model::Timestamp;

use super::{Part, Source, Target};
use crate::cli::{ExportFormat, What};

impl Part {
    /// The condition on the rows of a view.
    fn condition(&self) -> String {
        let text = |text: &str| format!("'{}'", text.replace('\'', "''"));
        let at = |at: Timestamp| text(&at.to_string());
        let conditions = [
            self.type_name.as_ref().map(|name| format!("type = {}", text(name))),
            self.from.map(|from| format!("observed_at >= {}", at(from))),
            self.to.map(|to| format!("observed_at < {}", at(to))),
        ];
        let conditions: Vec<String> = conditions.into_iter().flatten().collect();
        if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) }
    }

    /// A question about what is asked for.
    pub(super) fn question(&self, columns: &str, end: &str) -> String {
        let view = if self.what == What::Entities { "entity" } else { "observation_corrected" };
        format!("SELECT {columns} FROM {view}{}{end}", self.condition())
    }
}

/// Writes the rows; gives how many there were.
pub(super) async fn write(
    source: &Source,
    part: &Part,
    format: ExportFormat,
    target: &mut Target,
) -> anyhow::Result<u64> {
    let name = match format {
        ExportFormat::Csv => "csv",
        ExportFormat::Parquet => "parquet",
        _ => "ndjson",
    };
    let known = match format {
        ExportFormat::Parquet => Some(count(source, part).await?),
        _ => None,
    };
    let mut counting = Counting::new(format == ExportFormat::Csv);
    let mut stream = source.sql(&part.question("*", ""), name).await?;
    while let Some(bytes) = stream.next().await? {
        target.write(&bytes)?;
        if known.is_none() {
            counting.add(&bytes);
            target.count(counting.rows);
        }
    }
    if format == ExportFormat::Ndjson && counting.last.starts_with(b"{\"error\":") {
        bail!("the answer broke off, the export is cut: {}", String::from_utf8_lossy(&counting.last));
    }
    Ok(known.unwrap_or(counting.rows))
}

/// How many rows there were just before; a Parquet file cannot be counted on its way.
async fn count(source: &Source, part: &Part) -> anyhow::Result<u64> {
    let mut answer = source.sql(&part.question("count(*) AS rows", ""), "csv").await?;
    let text = String::from_utf8_lossy(&answer.all().await?).into_owned();
    Ok(text.lines().nth(1).and_then(|line| line.parse().ok()).unwrap_or(0))
}

/// Counts lines; line breaks within quotes of CSV are none.
struct Counting {
    csv: bool,
    quoted: bool,
    rows: u64,
    last: Vec<u8>,
    ended: bool,
}

/// So much of the last line is kept.
const LAST_BYTES_MAX: usize = 4096;

impl Counting {
    fn new(csv: bool) -> Self {
        Self { csv, quoted: false, rows: 0, last: Vec::new(), ended: false }
    }

    fn add(&mut self, bytes: &[u8]) {
        let mut head = self.csv && self.rows == 0 && !self.ended;
        for byte in bytes {
            if self.ended && !self.csv {
                self.last.clear();
                self.ended = false;
            }
            match byte {
                b'"' if self.csv => self.quoted = !self.quoted,
                b'\n' if head => (head, self.ended) = (false, true),
                b'\n' if !self.quoted => (self.rows, self.ended) = (self.rows + 1, true),
                _ => {}
            }
            if !self.csv && !self.ended && self.last.len() < LAST_BYTES_MAX {
                self.last.push(*byte);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_across_pieces() {
        let mut csv = Counting::new(true);
        ["a,b", "\n1,\"x", "\ny\"\n2,", "z\n"].iter().for_each(|piece| csv.add(piece.as_bytes()));
        assert_eq!(csv.rows, 2);
        let mut lines = Counting::new(false);
        ["{\"a\":1}\n{\"err", "or\":2}\n"].iter().for_each(|piece| lines.add(piece.as_bytes()));
        assert_eq!((lines.rows, lines.last.as_slice()), (2, b"{\"error\":2}".as_slice()));
    }

    #[test]
    fn questions_say_what_is_asked_for() {
        let part = |what, type_name: Option<&str>, from| Part {
            what,
            type_name: type_name.map(str::to_owned),
            from,
            to: None,
        };
        let from = Timestamp::parse("2024-01-01T00:00:00Z").ok();
        assert_eq!(
            part(What::Observations, Some("O'Hare"), from).question("*", ""),
            "SELECT * FROM observation_corrected WHERE type = 'O''Hare' AND observed_at >= '2024-01-01T00:00:00Z'"
        );
        assert_eq!(
            part(What::Entities, None, None).question("id", " ORDER BY id"),
            "SELECT id FROM entity ORDER BY id"
        );
    }
}
