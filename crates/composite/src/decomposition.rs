//! What an index is made of, unit by unit.
//!
//! All means but Copeland's grow in proportion when all their values do. For such a function the values, each times how much the result
//! moves with it, sum to the result (Euler's theorem). For an arithmetic mean the parts are weight by value, and exact: without the
//! element its part would be gone. For the others they say what a small change would bring.

use crate::{
    Aggregation, Composite, CompositeError, Penalty, Value,
    aggregate::{Group, counted},
    weights::shares,
};

/// What parts mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exactness {
    /// Every mean is arithmetic: a part is weight by value.
    Exact,
    /// Parts are how far small changes reach; they sum to the index all the same.
    Approximate,
}

/// The part of an element in the index of a unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Contribution {
    /// The element.
    pub code: String,
    /// Its value on the common scale.
    pub score: Value,
    /// How much the index moves with it; for arithmetic means its weight among what is there.
    pub weight: f64,
    /// Its part of the index; 0 when it has no value.
    pub part: f64,
}

/// The parts of the index of one unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Decomposition {
    /// The unit.
    pub unit: String,
    /// The index.
    pub score: f64,
    /// What parts mean.
    pub exactness: Exactness,
    /// The parts at each level from 1 to the index; those of a level sum to the index.
    pub levels: Vec<Vec<Contribution>>,
}

/// Takes the index of a unit apart.
///
/// # Errors
/// When the unit is not ranked, or has no index.
pub fn decompose(composite: &Composite, unit: &str) -> Result<Decomposition, CompositeError> {
    let table = &composite.aggregated.table;
    let place =
        table.place_of_unit(unit).ok_or_else(|| CompositeError::unknown("the decomposition", unit))?;
    let index = composite.hierarchy.index();
    let score = table.value(unit, &index.code).ok_or_else(|| {
        CompositeError::undefined(format!("the index of `{unit}`"), "too few of its values are there")
    })?;
    let mut levels =
        vec![vec![Contribution { code: index.code.clone(), score: Some(score), weight: 1.0, part: score }]];
    let mut exactness = Exactness::Exact;
    for _ in 1..composite.hierarchy.levels() {
        let mut below = Vec::new();
        for parent in &levels[levels.len() - 1] {
            let Some(group) = composite.aggregated.record.get(&parent.code) else { continue };
            if group.plan.by != Aggregation::Arithmetic {
                exactness = Exactness::Approximate;
            }
            below.extend(apart(composite, group, parent, place));
        }
        levels.push(below);
    }
    levels.reverse();
    Ok(Decomposition { unit: unit.to_owned(), score, exactness, levels })
}

/// The parts of the children of an element.
fn apart(composite: &Composite, group: &Group, parent: &Contribution, unit: usize) -> Vec<Contribution> {
    let columns: Vec<&[Value]> =
        group.children.iter().filter_map(|code| composite.aggregated.table.column(code)).collect();
    let values: Vec<Value> = columns.iter().map(|column| column[unit]).collect();
    let present: Vec<f64> =
        values.iter().zip(&group.shares).map(|(value, share)| value.map_or(0.0, |_| *share)).collect();
    let weights = shares(&present);
    let by_part = |part: f64, value: Value| match value {
        Some(value) if value != 0.0 => (part / value, part),
        _ => (0.0, part),
    };
    let by_slope = |slope: f64, value: Value| {
        let weight = parent.weight * slope;
        (weight, weight * value.unwrap_or(0.0))
    };
    // How much the index moves with each child, and its part.
    let each: Vec<(f64, f64)> = match parent.score {
        None => vec![(0.0, 0.0); values.len()],
        // How far a value of 0 moves the index says nothing of what it brings; that is shared out by weight.
        Some(0.0) if parent.part != 0.0 => {
            weights.iter().zip(&values).map(|(weight, value)| by_part(parent.part * weight, *value)).collect()
        }
        Some(score) if group.plan.by == Aggregation::Copeland => {
            let points = by_pairs(&columns, &weights, unit, score).into_iter().zip(&values);
            points.map(|(points, value)| by_part(parent.weight * points, *value)).collect()
        }
        Some(score) => {
            let slopes = slopes(group.plan.by, &values, &weights, score).into_iter().zip(&values);
            slopes.map(|(slope, value)| by_slope(slope, *value)).collect()
        }
    };
    let child = |((code, score), (weight, part)): ((&String, &Value), (f64, f64))| Contribution {
        code: code.clone(),
        score: *score,
        weight,
        part,
    };
    group.children.iter().zip(&values).zip(each).map(child).collect()
}

/// How much the mean moves with each value.
fn slopes(by: Aggregation, values: &[Value], weights: &[f64], score: f64) -> Vec<f64> {
    let each = |slope: &dyn Fn(f64, f64) -> f64| -> Vec<f64> {
        values
            .iter()
            .zip(weights)
            .map(|(value, weight)| value.map_or(0.0, |value| slope(value, *weight)))
            .collect()
    };
    match by {
        Aggregation::Arithmetic | Aggregation::Copeland => each(&|_, weight| weight),
        Aggregation::Geometric => power_slopes(values, weights, score, 0.0),
        Aggregation::Harmonic => power_slopes(values, weights, score, -1.0),
        Aggregation::Generalised { power } if power > f64::NEG_INFINITY => {
            power_slopes(values, weights, score, power)
        }
        Aggregation::Generalised { .. } => {
            alike(&each(&|value, weight| f64::from(u8::from(value == score && weight > 0.0))))
        }
        Aggregation::Median => {
            let reaches =
                |value: f64, weight: f64| if weight > 0.0 { (value - score).abs() } else { f64::INFINITY };
            let nearest =
                values.iter().zip(weights).filter_map(|(value, weight)| Some(reaches((*value)?, *weight)));
            let least = nearest.fold(f64::INFINITY, f64::min);
            alike(&each(&|value, weight| f64::from(u8::from(reaches(value, weight) <= least * (1.0 + 1e-9)))))
        }
        Aggregation::MazziottaPareto { penalty } => {
            let count = counted(weights) as f64;
            let correction = if count > 1.0 { count / (count - 1.0) } else { 0.0 };
            penalty_slopes(values, weights, correction, penalty)
        }
        Aggregation::AdjustedMazziottaPareto { penalty } => penalty_slopes(values, weights, 1.0, penalty),
    }
}

/// Parts of one, the same for all that are marked.
fn alike(marks: &[f64]) -> Vec<f64> {
    shares(marks)
}

/// `w (x / f)^(p − 1)`.
fn power_slopes(values: &[Value], weights: &[f64], score: f64, power: f64) -> Vec<f64> {
    let slope = |(value, weight): (&Value, &f64)| match value {
        Some(value) if *value > 0.0 && score > 0.0 => weight * (value / score).powf(power - 1.0),
        _ => 0.0,
    };
    values.iter().zip(weights).map(slope).collect()
}

/// Of `M ∓ c S² / M`.
fn penalty_slopes(values: &[Value], weights: &[f64], correction: f64, penalty: Penalty) -> Vec<f64> {
    let pairs = || values.iter().zip(weights).filter_map(|(value, weight)| Some(((*value)?, *weight)));
    let mean: f64 = pairs().map(|(value, weight)| value * weight).sum();
    let variance: f64 =
        correction * pairs().map(|(value, weight)| weight * (value - mean).powi(2)).sum::<f64>();
    let sign = if penalty == Penalty::Lowers { -1.0 } else { 1.0 };
    let slope = |(value, weight): (&Value, &f64)| {
        let Some(value) = value else { return 0.0 };
        let of_penalty =
            2.0 * correction * weight * (value - mean) / mean - weight * variance / (mean * mean);
        weight + sign * of_penalty
    };
    values.iter().zip(weights).map(slope).collect()
}

/// For Copeland: how much each criterion wins by itself, and of the rest as much as it weighs.
fn by_pairs(columns: &[&[Value]], weights: &[f64], unit: usize, score: f64) -> Vec<f64> {
    let won = |(column, weight): (&&[Value], &f64)| {
        let Some(own) = column[unit] else { return 0.0 };
        let points = column.iter().flatten().map(|other| {
            if own > *other {
                1.0
            } else if own < *other {
                -1.0
            } else {
                0.0
            }
        });
        weight * points.sum::<f64>()
    };
    let won: Vec<f64> = columns.iter().zip(weights).map(won).collect();
    let rest = score - won.iter().sum::<f64>();
    won.iter().zip(weights).map(|(won, weight)| won + weight * rest).collect()
}

/// Why one unit stands higher than another: at each level the difference of parts, which sum to the difference of the two indices.
pub fn difference(of: &Decomposition, from: &Decomposition) -> Vec<Vec<(String, f64)>> {
    let level = |(own, other): (&Vec<Contribution>, &Vec<Contribution>)| {
        let one = |(own, other): (&Contribution, &Contribution)| (own.code.clone(), own.part - other.part);
        own.iter().zip(other).map(one).collect()
    };
    of.levels.iter().zip(&from.levels).map(level).collect()
}
