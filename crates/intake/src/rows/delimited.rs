//! CSV, TSV and their kin.

use std::io::Read;

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::{
    Checkpoint, Encoding, Row, RowError, Slots,
    tally::{ROW_TOO_LONG, Tally},
};

/// How a delimited text is written.
#[derive(Clone, Debug)]
pub(crate) struct Delimited {
    /// What stands between two cells.
    pub(crate) delimiter: u8,
    /// Lines that begin with this are no rows.
    pub(crate) comment: Option<u8>,
    /// The names of the columns, when no row of the source names them.
    pub(crate) header: Option<Vec<String>>,
    /// The encoding, and whether it has to be repaired.
    pub(crate) encoding: Encoding,
    /// The longest row that is taken, in bytes.
    pub(crate) row_bytes_max: u64,
}

/// The rows of a delimited text.
pub(crate) struct DelimitedRows {
    reader: Reader<Tally<Box<dyn Read + Send>>>,
    record: ByteRecord,
    header: Vec<String>,
    places: Vec<Option<usize>>,
    encoding: Encoding,
    comment: Option<u8>,
    row_bytes_max: u64,
    rows: u64,
    line: u64,
    ended: bool,
}

impl DelimitedRows {
    pub(crate) fn begin(
        format: &Delimited,
        slots: &Slots,
        reader: Box<dyn Read + Send>,
    ) -> Result<Self, RowError> {
        let reader = ReaderBuilder::new()
            .delimiter(format.delimiter)
            .comment(format.comment)
            .has_headers(false)
            .flexible(true)
            .from_reader(Tally::new(format.encoding.decoding(reader), format.row_bytes_max));
        let mut rows = Self {
            reader,
            record: ByteRecord::new(),
            header: format.header.clone().unwrap_or_default(),
            places: Vec::new(),
            encoding: format.encoding,
            comment: format.comment,
            row_bytes_max: format.row_bytes_max,
            rows: 0,
            line: 1,
            ended: false,
        };
        if format.header.is_none() {
            match rows.read() {
                Some(Ok(())) => {}
                Some(Err(RowError::Row(e) | RowError::Source(e))) => return Err(RowError::Source(e)),
                None => return Err(RowError::Source("the file is empty: not even a header".to_owned())),
            }
            let name = |cell: &[u8]| String::from_utf8_lossy(cell).trim().to_owned();
            rows.header = rows.record.iter().map(name).collect();
        }
        rows.places = places(&rows.header, slots)?;
        Ok(rows)
    }

    pub(crate) fn advance(&mut self) -> Option<Result<(), RowError>> {
        if self.ended {
            return None;
        }
        match self.read()? {
            Ok(()) => {}
            Err(e) => {
                self.ended = true;
                return Some(Err(e));
            }
        }
        self.rows += 1;
        let (cells, columns) = (self.record.len(), self.header.len());
        if cells != columns {
            return Some(Err(RowError::Row(format!("the row has {cells} cells, the header {columns}"))));
        }
        Some(Ok(()))
    }

    fn read(&mut self) -> Option<Result<(), RowError>> {
        match self.reader.read_byte_record(&mut self.record) {
            Ok(false) => None,
            Ok(true) => {
                if let Some(start) = self.record.position() {
                    let skipped = self.reader.get_ref().lines_before_row(start.byte(), self.comment);
                    self.line = start.line() + skipped;
                }
                let end = self.reader.position().byte();
                self.reader.get_mut().consumed(end);
                self.encoding.repair_record(&mut self.record);
                Some(Ok(()))
            }
            Err(e) => {
                self.line = self.reader.position().line();
                Some(Err(RowError::Source(self.explain(&e))))
            }
        }
    }

    fn explain(&self, error: &csv::Error) -> String {
        match error.kind() {
            csv::ErrorKind::Io(e) if e.to_string() == ROW_TOO_LONG => format!(
                "a row longer than {} KiB begins here (is a quote not closed?); nothing after it was read",
                self.row_bytes_max / 1024
            ),
            csv::ErrorKind::Io(e) => format!("the file cannot be read further: {e}"),
            _ => error.to_string(),
        }
    }

    pub(crate) fn row(&self) -> Row<'_> {
        Row::Delimited { record: &self.record, places: &self.places, header: &self.header }
    }

    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    pub(crate) fn checkpoint(&mut self) -> Checkpoint {
        let rows = self.rows;
        self.reader.get_mut().checkpoint(rows)
    }
}

/// Where each slot stands in the header. A column that is not there and not optional is an error, because a
/// misspelt name would otherwise read as an empty column.
fn places(header: &[String], slots: &Slots) -> Result<Vec<Option<usize>>, RowError> {
    let find = |slot: &super::SlotPath| {
        let place = header.iter().position(|name| **name == *slot.text);
        if place.is_none() && !slot.optional {
            return Err(RowError::Source(format!(
                "there is no column `{}`; the columns are: {}. Correct the feed, or mark the column `optional: true`",
                slot.text,
                header.join(", ")
            )));
        }
        Ok(place)
    };
    slots.iter().map(find).collect()
}
