//! What would change without an element.

use super::compare::mean_shift;
use crate::{Composite, CompositeError, Method, Value, aggregate, statistics};

/// An index without one element.
#[derive(Clone, Debug, PartialEq)]
pub struct Removal {
    /// The element that was taken out.
    pub code: String,
    /// The index of each unit without it.
    pub scores: Vec<Value>,
    /// The place of each unit without it.
    pub ranks: Vec<Option<usize>>,
    /// The mean of absolute shifts of rank; nothing when no unit is ranked both times.
    pub mean_shift: Value,
}

/// Takes out each element of a level in turn: its weight becomes 0, those of its siblings are re-scaled (`remove_elements` of COINr).
///
/// `composite` was made by `method`.
///
/// # Errors
/// When the level is not below the index, or a mean fails.
pub fn removals(
    composite: &Composite,
    method: &Method,
    level: usize,
) -> Result<Vec<Removal>, CompositeError> {
    let hierarchy = &composite.hierarchy;
    if level == 0 || level >= hierarchy.levels() {
        return Err(CompositeError::setting(
            "the level of removal",
            level,
            "1 or above, and below that of the index",
        ));
    }
    let nominal = composite.ranks();
    let without = |code: &str| {
        let weights = method.weights.with([(code.to_owned(), 0.0)])?;
        let aggregated = aggregate(&composite.normalised.table, hierarchy, &weights, &method.plan)?;
        let scores = aggregated.table.need(&hierarchy.index().code, "the removal")?.to_vec();
        let ranks = statistics::rank_from_highest(&scores);
        let mean_shift = mean_shift(&nominal, &ranks);
        Ok(Removal { code: code.to_owned(), scores, ranks, mean_shift })
    };
    hierarchy.at_level(level).map(|element| without(&element.code)).collect()
}
