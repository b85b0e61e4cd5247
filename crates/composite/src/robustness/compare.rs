//! Two indices side by side.

use crate::{Composite, CompositeError, Inputs, Method, Value, build};

/// One unit under two methods.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The unit.
    pub unit: String,
    /// The index before and after; nothing where the unit is not ranked.
    pub scores: (Value, Value),
    /// The place before and after.
    pub ranks: (Option<usize>, Option<usize>),
    /// By how many places the unit rises; nothing when it is ranked only once.
    pub rise: Option<i64>,
}

/// The units of the first index, in order, beside the second. Scores may be on different scales; ranks can be compared.
pub fn compare(before: &Composite, after: &Composite) -> Vec<Change> {
    let (scores, ranks) = (after.scores(), after.ranks());
    let one = |((unit, score), rank): ((&String, Value), Option<usize>)| {
        let place = after.units().iter().position(|known| known == unit);
        let (then_score, then_rank) = place.map_or((None, None), |place| (scores[place], ranks[place]));
        let rise = rank.zip(then_rank).map(|(before, after)| before as i64 - after as i64);
        Change { unit: unit.clone(), scores: (score, then_score), ranks: (rank, then_rank), rise }
    };
    before.units().iter().zip(before.scores()).zip(before.ranks()).map(one).collect()
}

/// What another method would have brought: other weights, scales, means, treatment, units.
///
/// # Errors
/// Those of [`build`].
pub fn what_if(inputs: &Inputs, before: &Composite, method: &Method) -> Result<Vec<Change>, CompositeError> {
    Ok(compare(before, &build(inputs, method)?))
}

/// The mean of absolute shifts of rank, over units that are ranked both times.
pub(super) fn mean_shift(before: &[Option<usize>], after: &[Option<usize>]) -> Value {
    let shifts = before
        .iter()
        .zip(after)
        .filter_map(|(before, after)| Some(before.as_ref()?.abs_diff(*after.as_ref()?) as f64));
    crate::statistics::mean(&shifts.collect::<Vec<f64>>())
}
