//! What can be wrong with what is asked.

/// Why there is no estimate. The text names the part at fault and says what to do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum StatisticsError {
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
    #[error("{what} is not a finite number at place {place}; leave the row out, or fill it in")]
    NotFinite {
        /// The column.
        what: String,
        /// The row, from 0.
        place: usize,
    },
    /// There are not enough rows, units or times.
    #[error("{what}: there are {found}, and {wanted} are needed")]
    TooFew {
        /// What there is too little of.
        what: String,
        /// How many there are.
        found: usize,
        /// How many are needed.
        wanted: usize,
    },
    /// What is asked for does not follow from the data.
    #[error("{what} is not identified: {why}")]
    NotIdentified {
        /// The quantity.
        what: String,
        /// What is missing.
        why: String,
    },
    /// A search did not come to an end.
    #[error("{what} did not converge in {steps} steps; rescale the data, or take another method")]
    NotConverged {
        /// The search.
        what: String,
        /// How many steps were made.
        steps: usize,
    },
}
