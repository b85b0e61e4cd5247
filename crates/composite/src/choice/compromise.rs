//! How near an alternative comes to an ideal one.

use super::Choice;
use crate::CompositeError;

/// Distances from an ideal alternative and from its opposite.
#[derive(Clone, Debug, PartialEq)]
pub struct Similarity {
    /// The distance of each alternative from the best values together.
    pub from_best: Vec<f64>,
    /// The distance of each alternative from the worst values together.
    pub from_worst: Vec<f64>,
    /// `from_worst / (from_best + from_worst)`, 0 to 1; higher is better.
    pub similarity: Vec<f64>,
}

/// The order of preference by similarity to an ideal solution (TOPSIS, Hwang and Yoon 1981; Tzeng and Huang 2011): each criterion divided
/// by the root of its sum of squares, Euclidean distances.
///
/// # Errors
/// When all alternatives are the same.
pub fn topsis(choice: &Choice) -> Result<Similarity, CompositeError> {
    let (count, criteria) = (choice.alternatives(), choice.weights.len());
    let length =
        |criterion: usize| choice.values.iter().map(|row| row[criterion].powi(2)).sum::<f64>().sqrt();
    let factors: Vec<f64> = (0..criteria)
        .map(|criterion| match length(criterion) {
            0.0 => 0.0,
            length => choice.weights[criterion] / length,
        })
        .collect();
    let distance = |alternative: usize, best: bool| {
        let one = |criterion: usize| {
            let range = choice.range(criterion);
            let end = if best { range.1 } else { range.0 };
            (factors[criterion] * (choice.turned(alternative, criterion) - end)).powi(2)
        };
        (0..criteria).map(one).sum::<f64>().sqrt()
    };
    let from_best: Vec<f64> = (0..count).map(|alternative| distance(alternative, true)).collect();
    let from_worst: Vec<f64> = (0..count).map(|alternative| distance(alternative, false)).collect();
    let similarity: Vec<f64> =
        from_best.iter().zip(&from_worst).map(|(best, worst)| worst / (best + worst)).collect();
    if similarity.iter().any(|value| !value.is_finite()) {
        return Err(CompositeError::undefined("the similarity to an ideal", "all alternatives are the same"));
    }
    Ok(Similarity { from_best, from_worst, similarity })
}

/// A ranking by compromise; lower is better in all three.
#[derive(Clone, Debug, PartialEq)]
pub struct Vikor {
    /// The weighted sum of distances from the best values: what the many lose.
    pub group: Vec<f64>,
    /// The greatest weighted distance: what the one who loses most loses.
    pub regret: Vec<f64>,
    /// Both together, 0 to 1.
    pub compromise: Vec<f64>,
    /// The places in the order of compromise, best first: one alternative when its lead is large enough and it also leads by group or
    /// regret; else those that cannot be told apart from it.
    pub proposed: Vec<usize>,
}

/// The compromise ranking VIKOR (Opricovic and Tzeng 2004). `strategy`, 0 to 1, is the weight of the group beside the one; 0.5 is usual.
///
/// # Errors
/// When `strategy` is out of bounds or there are fewer than two alternatives.
pub fn vikor(choice: &Choice, strategy: f64) -> Result<Vikor, CompositeError> {
    if !(0.0..=1.0).contains(&strategy) {
        return Err(CompositeError::setting("the strategy of VIKOR", strategy, "from 0 to 1"));
    }
    let count = choice.alternatives();
    if count < 2 {
        return Err(CompositeError::TooFew { what: "alternatives".to_owned(), found: count, wanted: 2 });
    }
    let losses: Vec<Vec<f64>> = choice
        .scaled()
        .iter()
        .map(|row| row.iter().enumerate().map(|(c, value)| choice.loss(c) * (1.0 - value)).collect())
        .collect();
    let group: Vec<f64> = losses.iter().map(|row| row.iter().sum()).collect();
    let regret: Vec<f64> = losses.iter().map(|row| row.iter().copied().fold(0.0, f64::max)).collect();
    let (of_group, of_regret) = (part(&group), part(&regret));
    let compromise: Vec<f64> =
        of_group.iter().zip(&of_regret).map(|(s, r)| strategy * s + (1.0 - strategy) * r).collect();
    let proposed = propose(&compromise, &group, &regret);
    Ok(Vikor { group, regret, compromise, proposed })
}

impl Choice {
    /// The weight of a criterion; none where all alternatives are equal, since nobody loses there.
    fn loss(&self, criterion: usize) -> f64 {
        let (worst, best) = self.range(criterion);
        if best > worst { self.weights[criterion] } else { 0.0 }
    }
}

/// From 0 for the least to 1 for the greatest.
fn part(values: &[f64]) -> Vec<f64> {
    let (least, most) = crate::statistics::extremes(values).unwrap_or_default();
    values.iter().map(|value| if most > least { (value - least) / (most - least) } else { 0.0 }).collect()
}

fn propose(compromise: &[f64], group: &[f64], regret: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..compromise.len()).collect();
    order.sort_by(|a, b| compromise[*a].total_cmp(&compromise[*b]));
    let (first, second) = (order[0], order[1]);
    let lead = 1.0 / (compromise.len() as f64 - 1.0);
    let leads = |values: &[f64]| values.iter().all(|value| values[first] <= *value);
    let ahead = compromise[second] - compromise[first] >= lead;
    if ahead && (leads(group) || leads(regret)) {
        return vec![first];
    }
    if ahead {
        return vec![first, second];
    }
    order.retain(|place| compromise[*place] - compromise[first] < lead);
    order
}
