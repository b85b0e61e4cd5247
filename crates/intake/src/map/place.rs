//! A plain reference to one cell. It is resolved when the feed is compiled, so that reading it costs nothing.

use crate::rows::{Cell, cell_of};

use super::{Line, Scope};

/// Where one value stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    /// A column of the row.
    Slot(usize),
    /// A fact about the file: a capture, `name`, `stem` or `folder`.
    File(Box<str>),
    /// A scalar at the top of the document.
    Document(Box<str>),
    /// A column of a table, in the row that matches.
    Table(usize, Box<str>),
}

impl Place {
    /// Resolves `column`, `file.station`, `document.requestDate`, `sensors.Latitude`.
    pub(crate) fn resolve(text: &str, optional: bool, scope: &mut Scope) -> Self {
        if let Some((space, name)) = text.split_once('.') {
            if space == "file" {
                return Self::File(name.into());
            }
            if space == "document" {
                return Self::Document(name.into());
            }
            if let Some(table) = scope.tables.iter().position(|t| t == space) {
                return Self::Table(table, name.into());
            }
        }
        Self::Slot(scope.slot(text, optional))
    }

    /// The cell there.
    pub(crate) fn cell<'a>(&self, line: &Line<'a>) -> Cell<'a> {
        match self {
            Self::Slot(slot) => line.row.cell(*slot, line.slots, line.missing),
            Self::File(name) => line.around.file_fact(name).map_or(Cell::Missing, Cell::Text),
            Self::Document(name) => cell_of(line.around.document.get(name), line.missing),
            Self::Table(table, column) => line.table_cell(*table, column),
        }
    }
}

impl<'a> Line<'a> {
    /// The cell of a table in the row that matches this line.
    pub(crate) fn table_cell(&self, table: usize, column: &str) -> Cell<'a> {
        let (Some(plan), Some(rows)) = (self.tables.get(table), self.around.tables.get(table)) else {
            return Cell::Missing;
        };
        match plan.matches.text(self) {
            Ok(Some(key)) => rows.cell(&key, column, self.missing),
            _ => Cell::Missing,
        }
    }
}
