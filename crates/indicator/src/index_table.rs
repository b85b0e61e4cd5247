//! A composite index as it comes out: scores, places, and what both hang on.

use senne_model::{ChangeNo, EntityId, Timestamp};

use crate::{IndexChoice, Period};

/// What is asked of an index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IndexQuery {
    /// The newest for which most values are there when none is named.
    pub period: Option<Period>,
    /// What takes the place of what is declared.
    pub choice: IndexChoice,
    /// Of what was known at a moment.
    pub as_of: Option<Timestamp>,
}

/// An index of all areas in one period.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexTable {
    /// The period.
    pub period: Period,
    /// The areas, the best first, those without an index last.
    pub rows: Vec<IndexRow>,
    /// Each indicator: its part of the weight of the index, and how far the index goes with it (Pearson's r).
    pub influence: Vec<Influence>,
    /// What would change without each indicator.
    pub removals: Vec<IndexRemoval>,
    /// What the places hang on; empty when they never move.
    pub effects: Vec<IndexEffect>,
    /// How often the index was made otherwise to find the intervals of places.
    pub draws: usize,
    /// Whether parts are exact, or say how far small changes reach.
    pub exact: bool,
    /// The digest of what it was made by, see [`crate::CompositeIndex::formula`].
    pub formula: String,
    /// The newest change that any of its values has seen.
    pub vintage: ChangeNo,
}

/// The index of an area.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexRow {
    /// The area.
    pub area: EntityId,
    /// From 1 (all at their worse goalposts) to 100; none when too little is known.
    pub score: Option<f64>,
    /// The place, 1 for the best.
    pub rank: Option<usize>,
    /// The places between which 90 % of the draws lie.
    pub places: Option<(f64, f64)>,
    /// What its place hangs on most, with the part of the variance of its place that this accounts for; none when its place never moves.
    pub hangs_on: Option<(IndexAssumption, f64)>,
    /// Its dimensions: their scores and their parts of the index.
    pub groups: Vec<IndexPart>,
    /// Its indicators: the same, with the values as measured.
    pub indicators: Vec<IndexPart>,
    /// Whether the simulator made any of it.
    pub simulated: bool,
    /// Whether any value may still change.
    pub provisional: bool,
}

/// A part of an index.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexPart {
    /// The dimension or the indicator.
    pub id: String,
    /// As measured; none for dimensions.
    pub value: Option<f64>,
    /// On the scale of the index.
    pub score: Option<f64>,
    /// What it adds to the index; the parts sum to the index.
    pub part: f64,
    /// By how many points that is more than the mean of all areas that have an index and a value.
    pub beside: Option<f64>,
    /// Whether the interval of the value leaves out the mean value of these areas: a strength or a weakness, not chance. Never for dimensions.
    pub clear: bool,
}

/// What weight an indicator has, and what it moves.
#[derive(Clone, Debug, PartialEq)]
pub struct Influence {
    /// The indicator.
    pub id: String,
    /// Its part of the weight, 0 to 1.
    pub weight: f64,
    /// Pearson's correlation with the index.
    pub correlation: Option<f64>,
}

/// What would change without an indicator: its weight becomes 0, those of its siblings are re-scaled (`remove_elements` of `COINr`).
#[derive(Clone, Debug, PartialEq)]
pub struct IndexRemoval {
    /// The indicator.
    pub id: String,
    /// The mean of absolute shifts of place; none when no area is ranked both times.
    pub mean_shift: Option<f64>,
    /// The area whose place changes most, and by how many places it rises; none when no place changes.
    pub most: Option<(EntityId, i64)>,
}

/// What places hang on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexAssumption {
    /// The values, within their intervals.
    Values,
    /// The weights.
    Weights,
    /// How values become one.
    Mean,
}

impl IndexAssumption {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Values, Self::Weights, Self::Mean];

    /// The word in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Values => "values",
            Self::Weights => "weights",
            Self::Mean => "mean",
        }
    }
}

/// The part of the variance of the mean shift of places that an assumption accounts for (Sobol' 1993). Estimates may leave 0 to 1 by chance.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexEffect {
    /// The assumption.
    pub of: IndexAssumption,
    /// By itself.
    pub first: f64,
    /// With all that it does together with others.
    pub total: f64,
    /// Where 90 % of resampled totals lie.
    pub between: Option<(f64, f64)>,
}
