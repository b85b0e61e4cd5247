//! What names in a feed mean, while it is compiled and while a row is read.

use crate::rows::{Missing, Row, SlotPath, Slots, Surroundings};

use super::Template;

/// The names that a feed may use, and the columns that it turned out to need.
pub(crate) struct Scope {
    /// The columns that are read.
    pub(crate) slots: Slots,
    /// Names for the `*` in the path of the rows.
    pub(crate) keys: Vec<String>,
    /// The names of the tables.
    pub(crate) tables: Vec<String>,
}

/// A table of a feed: how a row finds its row in it.
#[derive(Debug)]
pub(crate) struct TablePlan {
    /// The key that a row looks for.
    pub(crate) matches: Template,
    /// Whether a row may find nothing.
    pub(crate) optional: bool,
}

/// One row with all that it can refer to.
#[derive(Clone, Copy)]
pub(crate) struct Line<'a> {
    pub(crate) row: Row<'a>,
    pub(crate) slots: &'a Slots,
    pub(crate) missing: &'a Missing,
    pub(crate) around: &'a Surroundings,
    pub(crate) tables: &'a [TablePlan],
    pub(crate) decimal_comma: bool,
}

impl Scope {
    /// The slot of a column, a new one when it was not used before.
    pub(crate) fn slot(&mut self, column: &str, optional: bool) -> usize {
        if let Some(i) = self.slots.iter().position(|slot| *slot.text == *column) {
            // One place that insists is enough.
            self.slots[i].optional &= optional;
            return i;
        }
        let steps = if column == "." { Vec::new() } else { column.split('.').map(Into::into).collect() };
        self.slots.push(SlotPath {
            text: column.into(),
            steps,
            key: self.keys.iter().position(|key| key == column),
            optional,
        });
        self.slots.len() - 1
    }
}
