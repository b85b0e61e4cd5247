//! Rows of a source, one after another, whatever its format.

mod cell;
mod delimited;
mod document;
mod encoding;
mod open;
mod surroundings;
mod table;
mod tally;

use std::io::Read;

use csv::ByteRecord;
use senne_model::Json;

pub(crate) use cell::{Cell, Missing, number};
pub(crate) use delimited::{Delimited, DelimitedRows};
pub(crate) use document::{DocumentRows, RowPath};
pub(crate) use encoding::Encoding;
pub(crate) use open::{Input, inputs};
pub(crate) use surroundings::Surroundings;
pub(crate) use table::Table;

/// How the rows of a source are written.
#[derive(Clone, Debug)]
pub(crate) enum Format {
    /// CSV and its kin.
    Delimited(Delimited),
    /// A JSON document in which rows stand at a path.
    Document(RowPath),
}

/// The columns that a feed reads from its rows; a slot is an index into it.
pub(crate) type Slots = Vec<SlotPath>;

/// Where one column stands in a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct SlotPath {
    /// As it was written.
    pub(crate) text: Box<str>,
    /// For JSON: the members to go through.
    pub(crate) steps: Vec<Box<str>>,
    /// For JSON: the key of a `*` in the path of the rows.
    pub(crate) key: Option<usize>,
    /// Whether a source may lack the column.
    pub(crate) optional: bool,
}

/// One row.
#[derive(Clone, Copy)]
pub(crate) enum Row<'a> {
    /// A record and where each slot stands in it.
    Delimited {
        /// The fields.
        record: &'a ByteRecord,
        /// Slot → field.
        places: &'a [Option<usize>],
        /// The names of all columns.
        header: &'a [String],
    },
    /// A JSON value and the keys that led to it.
    Json {
        /// The row.
        value: &'a Json,
        /// What stood at each `*`.
        keys: &'a [Box<str>],
    },
}

impl<'a> Row<'a> {
    /// The cell of a slot.
    pub(crate) fn cell(&self, slot: usize, slots: &'a Slots, missing: &Missing) -> Cell<'a> {
        match self {
            Self::Delimited { record, places, .. } => {
                match places.get(slot).copied().flatten().and_then(|i| record.get(i)) {
                    Some(bytes) => text_cell(bytes, missing),
                    None => Cell::Missing,
                }
            }
            Self::Json { value, keys } => {
                let Some(path) = slots.get(slot) else { return Cell::Missing };
                if let Some(key) = path.key {
                    return keys.get(key).map_or(Cell::Missing, |k| Cell::Text(k));
                }
                json_cell(value, &path.steps, missing)
            }
        }
    }
}

/// The value at a path below `value`.
fn json_cell<'a>(value: &'a Json, steps: &[Box<str>], missing: &Missing) -> Cell<'a> {
    let found = steps.iter().try_fold(value, |value, step| match value {
        Json::Array(items) => step.parse::<usize>().ok().and_then(|i| items.get(i)),
        other => other.get(step),
    });
    cell_of(found, missing)
}

/// A JSON value as a cell.
pub(crate) fn cell_of<'a>(found: Option<&'a Json>, missing: &Missing) -> Cell<'a> {
    match found {
        None | Some(Json::Null) => Cell::Missing,
        Some(Json::Text(text)) if missing.is_word(text.trim()) => Cell::Missing,
        Some(Json::Text(text)) => Cell::Text(text.trim()),
        Some(value) if value.as_f64().is_some_and(|x| missing.is_number(x)) => Cell::Missing,
        Some(value) => Cell::Json(value),
    }
}

fn text_cell<'a>(bytes: &'a [u8], missing: &Missing) -> Cell<'a> {
    match std::str::from_utf8(bytes) {
        Ok(text) => {
            let text = text.trim();
            if missing.is_word(text) { Cell::Missing } else { Cell::Text(text) }
        }
        Err(_) => Cell::Broken,
    }
}

/// How far a source has been read: the same for the same content, different as soon as a byte before differs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Checkpoint {
    /// Rows read.
    pub(crate) rows: u64,
    /// Bytes of text read, after unpacking and decoding.
    pub(crate) bytes: u64,
    /// The fingerprint of those bytes (XXH3, 128 bits).
    pub(crate) hash: u128,
}

/// Something that hands out rows.
pub(crate) enum Rows {
    Delimited(Box<DelimitedRows>),
    Document(Box<DocumentRows>),
}

/// What a read came to, beside a row.
#[derive(Debug)]
pub(crate) enum RowError {
    /// This row cannot be taken; the next one may be.
    Row(String),
    /// The rest of the source cannot be read.
    Source(String),
}

impl Rows {
    /// Begins to read a source. An error means that no row can be read from it.
    pub(crate) fn begin(
        format: &Format,
        slots: &Slots,
        reader: Box<dyn Read + Send>,
    ) -> Result<Self, RowError> {
        match format {
            Format::Delimited(format) => {
                Ok(Self::Delimited(Box::new(DelimitedRows::begin(format, slots, reader)?)))
            }
            Format::Document(path) => Ok(Self::Document(Box::new(DocumentRows::begin(path, reader)?))),
        }
    }

    /// Goes to the next row; `None` at the end.
    pub(crate) fn advance(&mut self) -> Option<Result<(), RowError>> {
        match self {
            Self::Delimited(rows) => rows.advance(),
            Self::Document(rows) => rows.advance(),
        }
    }

    /// The present row.
    pub(crate) fn row(&self) -> Row<'_> {
        match self {
            Self::Delimited(rows) => rows.row(),
            Self::Document(rows) => rows.row(),
        }
    }

    /// The line on which the present row begins, counted from 1.
    pub(crate) fn line(&self) -> u64 {
        match self {
            Self::Delimited(rows) => rows.line(),
            Self::Document(rows) => rows.line(),
        }
    }

    /// How far the source has been read, the present row included.
    pub(crate) fn checkpoint(&mut self) -> Checkpoint {
        match self {
            Self::Delimited(rows) => rows.checkpoint(),
            Self::Document(rows) => rows.checkpoint(),
        }
    }

    /// Values at the top of a JSON document that are no rows; `Null` for other formats.
    pub(crate) fn top(&self) -> Json {
        match self {
            Self::Delimited(_) => Json::Null,
            Self::Document(rows) => rows.top(),
        }
    }
}
