//! What can be wrong with what is asked.

/// Why there is no result. The text names the part at fault and says what to do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CompositeError {
    /// Columns or vectors that belong together have different lengths.
    #[error("{what} has {found} values where {wanted} are needed")]
    Length {
        /// The part that is too long or too short.
        what: String,
        /// How many values it has.
        found: usize,
        /// How many it must have.
        wanted: usize,
    },
    /// A value is not a number, or infinite.
    #[error("{what} is not a finite number at place {place}; leave it missing, or correct it")]
    NotFinite {
        /// The column.
        what: String,
        /// The row, from 0.
        place: usize,
    },
    /// A code stands twice where each may stand once.
    #[error("{what} `{code}` stands twice; give each its own code")]
    Twice {
        /// What the code is of: a unit, an indicator, an element.
        what: String,
        /// The code.
        code: String,
    },
    /// A code is named that is not there.
    #[error("{what} names `{code}`, which is not there; add it, or correct the name")]
    Unknown {
        /// Who names it.
        what: String,
        /// The code that is not there.
        code: String,
    },
    /// The elements do not form a tree with one root.
    #[error("the element `{code}`: {why}")]
    Hierarchy {
        /// The element at fault.
        code: String,
        /// What is wrong, and what would be right.
        why: String,
    },
    /// A weight is negative or not a number.
    #[error("the weight of `{code}` is {value}; weights are finite and not negative")]
    Weight {
        /// Whose weight.
        code: String,
        /// The weight that was given.
        value: f64,
    },
    /// There are not enough units, indicators or values.
    #[error("{what}: there are {found}, and {wanted} are needed")]
    TooFew {
        /// What there is too little of.
        what: String,
        /// How many there are.
        found: usize,
        /// How many are needed.
        wanted: usize,
    },
    /// What is asked for has no value with these data.
    #[error("{what} has no value: {why}")]
    Undefined {
        /// The quantity.
        what: String,
        /// What stands in the way, and what would help.
        why: String,
    },
    /// A setting lies outside of what it may be.
    #[error("{what} is {found}; it must be {wanted}")]
    Setting {
        /// The setting.
        what: String,
        /// What was given.
        found: String,
        /// What it may be.
        wanted: String,
    },
    /// A search did not come to an end.
    #[error("{what} did not converge in {steps} steps; {remedy}")]
    NotConverged {
        /// The search.
        what: String,
        /// How many steps were made.
        steps: usize,
        /// What would help.
        remedy: String,
    },
}

impl CompositeError {
    pub(crate) fn undefined(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Undefined { what: what.into(), why: why.into() }
    }

    pub(crate) fn unknown(what: impl Into<String>, code: impl Into<String>) -> Self {
        Self::Unknown { what: what.into(), code: code.into() }
    }

    pub(crate) fn setting(what: &str, found: impl std::fmt::Display, wanted: &str) -> Self {
        Self::Setting { what: what.to_owned(), found: found.to_string(), wanted: wanted.to_owned() }
    }
}

/// Vectors that belong together must have one length.
pub(crate) fn check_length(what: &str, found: usize, wanted: usize) -> Result<(), CompositeError> {
    if found == wanted {
        return Ok(());
    }
    Err(CompositeError::Length { what: what.to_owned(), found, wanted })
}
