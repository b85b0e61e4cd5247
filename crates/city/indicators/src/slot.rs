//! Whose values these are: of an area, all of it or one slice.

use senne_indicator::Slice;
use senne_model::EntityId;

/// An area, or what of it is of one value of a dimension.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Slot {
    pub(crate) area: EntityId,
    pub(crate) slice: Option<Slice>,
}

impl Slot {
    /// All of an area.
    pub(crate) fn all(area: EntityId) -> Self {
        Self { area, slice: None }
    }

    /// The same of another area.
    pub(crate) fn of(&self, area: EntityId) -> Self {
        Self { area, slice: self.slice.clone() }
    }
}
