//! What can be wrong with what is asked.

use senne_composite::CompositeError;

/// Why there is no result. The text names the part at fault and says what to do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ProgrammeError {
    /// An identifier stands twice where each may stand once.
    #[error("{what} `{id}` stands twice; give each its own identifier")]
    Twice {
        /// What the identifier is of: a project, a milestone.
        what: &'static str,
        /// The identifier.
        id: String,
    },
    /// An identifier is named that is not there.
    #[error("{what} names `{id}`, which is not there; add it, or correct the name")]
    Unknown {
        /// Who names it.
        what: String,
        /// The identifier that is not there.
        id: String,
    },
    /// A number lies outside of what it may be.
    #[error("{what} is {found}; it must be {wanted}")]
    Number {
        /// The number.
        what: String,
        /// What was given.
        found: String,
        /// What it may be.
        wanted: &'static str,
    },
    /// There are not enough of something.
    #[error("{what}: there are {found}, and {wanted} are needed")]
    TooFew {
        /// What there is too little of.
        what: String,
        /// How many there are.
        found: usize,
        /// How many are needed.
        wanted: usize,
    },
    /// There are more of something than are taken on.
    #[error("{what}: there are {found}, and at most {most} are taken on; leave some out or ask in parts")]
    TooMany {
        /// What there is too much of.
        what: String,
        /// How many there are.
        found: usize,
        /// How many are taken on.
        most: usize,
    },
    /// A value is missing.
    #[error("{what} has no value for `{id}`; enter one, or leave the row out")]
    Missing {
        /// What misses a value.
        what: String,
        /// What the value would be for.
        id: String,
    },
    /// Milestones wait for each other in a circle.
    #[error("milestones wait for each other: {}; take one of these dependencies away", .path.join(" → "))]
    Cycle {
        /// The identifiers on the circle, each waiting for the next; the first stands again at the end.
        path: Vec<String>,
    },
    /// What is asked for has no value with these data.
    #[error("{what} has no value: {why}")]
    Undefined {
        /// The quantity.
        what: String,
        /// What stands in the way, and what would help.
        why: String,
    },
    /// A record cannot be written or read as JSON.
    #[error("{what} cannot be written as JSON: {why}")]
    Json {
        /// The record.
        what: String,
        /// The reason.
        why: String,
    },
    /// A method of choice by several criteria found a fault.
    #[error(transparent)]
    Composite(#[from] CompositeError),
}

impl ProgrammeError {
    pub(crate) fn unknown(what: impl Into<String>, id: impl std::fmt::Display) -> Self {
        Self::Unknown { what: what.into(), id: id.to_string() }
    }

    pub(crate) fn number(
        what: impl Into<String>,
        found: impl std::fmt::Display,
        wanted: &'static str,
    ) -> Self {
        Self::Number { what: what.into(), found: found.to_string(), wanted }
    }

    pub(crate) fn undefined(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Undefined { what: what.into(), why: why.into() }
    }
}

/// The identifier that stands twice, when one does.
pub(crate) fn first_twice<T: Ord>(ids: impl IntoIterator<Item = T>) -> Option<T> {
    let mut seen = std::collections::BTreeSet::new();
    for id in ids {
        if seen.contains(&id) {
            return Some(id);
        }
        seen.insert(id);
    }
    None
}
