//! A feed with its tables at hand: bytes in, writes out.

use std::{
    fs::File,
    io::{BufReader, Read},
    path::Path,
    sync::Arc,
};

use senne_model::{Problem, Timestamp, Write};

use crate::{
    Feed, Refusal,
    feed::TableSource,
    map::{Line, Mapped, Mapper},
    rows::{Checkpoint, RowError, Rows, Surroundings, Table},
};

/// A feed that is ready to read.
#[derive(Clone)]
pub struct PreparedFeed {
    pub(crate) feed: Arc<Feed>,
    tables: Arc<Vec<Table>>,
}

impl PreparedFeed {
    /// Loads the tables of a feed, whose files are relative to `from`. The problem names the table's file.
    pub fn new(feed: Arc<Feed>, from: &Path) -> Result<Self, Problem> {
        let tables = feed.table_sources.iter().map(|source| match source {
            TableSource::Rows { rows, key } => {
                Table::from_rows(rows.iter().cloned(), key).map_err(Problem::bad)
            }
            TableSource::File { path, format, key } => {
                let place = from.join(path);
                let named = |e: String| Problem::bad(format!("{}: {e}", path.display()));
                let file = File::open(&place).map_err(|e| named(e.to_string()))?;
                Table::from_file(format, key, Box::new(BufReader::new(file))).map_err(named)
            }
        });
        let tables = Arc::new(tables.collect::<Result<Vec<_>, _>>()?);
        Ok(Self { feed, tables })
    }

    /// The feed.
    pub fn feed(&self) -> &Arc<Feed> {
        &self.feed
    }

    /// Reads a whole source. `name` is its path relative to the folder that is loaded; captures come from it.
    pub fn parse_all(&self, name: &str, reader: Box<dyn Read + Send>) -> Parsed {
        let mapper = Mapper::new(Arc::clone(&self.feed.plan));
        match self.read(name, reader, Timestamp::now()) {
            Ok(reading) => Parsed { reading: Some(reading), mapper, held: Vec::new() },
            Err(refusal) => Parsed { reading: None, mapper, held: vec![refusal] },
        }
    }

    /// Begins to read a source.
    pub(crate) fn read(
        &self,
        name: &str,
        reader: Box<dyn Read + Send>,
        received_at: Timestamp,
    ) -> Result<Reading, Refusal> {
        let refuse = |line, reason| Refusal { file: name.to_owned(), line, column: None, reason };
        let file = Surroundings::of_file(name, self.feed.capture.as_ref()).map_err(|e| refuse(1, e))?;
        let rows = Rows::begin(&self.feed.format, &self.feed.slots, reader).map_err(|e| match e {
            RowError::Row(e) | RowError::Source(e) => refuse(1, e),
        })?;
        let around =
            Surroundings { file, document: rows.top(), tables: Arc::clone(&self.tables), received_at };
        Ok(Reading { feed: Arc::clone(&self.feed), name: name.to_owned(), rows, around })
    }
}

/// A source that is being read.
pub(crate) struct Reading {
    feed: Arc<Feed>,
    name: String,
    rows: Rows,
    around: Surroundings,
}

/// One row that was read.
pub(crate) struct ReadRow {
    pub(crate) mapped: Mapped,
    pub(crate) line: u64,
    pub(crate) refusals: Vec<Refusal>,
    /// Nothing after this row can be read.
    pub(crate) ends_source: bool,
}

impl Reading {
    /// Reads the next row and makes its writes; `None` at the end.
    pub(crate) fn next(&mut self, mapper: &mut Mapper) -> Option<ReadRow> {
        let read = self.rows.advance()?;
        let line = self.rows.line();
        let refusal = |column, reason| Refusal { file: self.name.clone(), line, column, reason };
        if let Err(error) = read {
            let ends_source = matches!(error, RowError::Source(_));
            let (RowError::Row(reason) | RowError::Source(reason)) = error;
            let refusals = vec![refusal(None, reason)];
            return Some(ReadRow { mapped: Mapped::default(), line, refusals, ends_source });
        }
        let mut mapped = mapper.map(&self.line());
        let refused = std::mem::take(&mut mapped.refused);
        let refusals = refused.into_iter().map(|(column, reason)| refusal(column, reason)).collect();
        Some(ReadRow { mapped, line, refusals, ends_source: false })
    }

    /// Goes over a row that was loaded before; `false` at the end.
    pub(crate) fn pass(&mut self, mapper: &mut Mapper) -> bool {
        match self.rows.advance() {
            None | Some(Err(RowError::Source(_))) => false,
            Some(Err(RowError::Row(_))) => true,
            Some(Ok(())) => {
                mapper.pass(&self.line());
                true
            }
        }
    }

    pub(crate) fn checkpoint(&mut self) -> Checkpoint {
        self.rows.checkpoint()
    }

    fn line(&self) -> Line<'_> {
        Line {
            row: self.rows.row(),
            slots: &self.feed.slots,
            missing: &self.feed.missing,
            around: &self.around,
            tables: &self.feed.tables,
            decimal_comma: self.feed.decimal_comma,
        }
    }
}

/// All that a source says: the writes of each row, and what was not taken. A row of which one value was
/// refused gives both.
pub struct Parsed {
    reading: Option<Reading>,
    mapper: Mapper,
    held: Vec<Refusal>,
}

impl Iterator for Parsed {
    type Item = Result<Vec<Write>, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(refusal) = self.held.pop() {
                return Some(Err(refusal));
            }
            let row = self.reading.as_mut()?.next(&mut self.mapper)?;
            self.held = row.refusals;
            self.held.reverse();
            if !row.mapped.writes.is_empty() {
                return Some(Ok(row.mapped.writes));
            }
        }
    }
}
