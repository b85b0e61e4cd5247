//! What a two-way fixed effects estimate is made of when units begin at different times (Goodman-Bacon 2021).

use crate::StatisticsError;

/// Which units are compared with which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pairing {
    /// Treated units with those not yet treated.
    EarlierWithLater,
    /// Treated units with those treated before: their own effects count as what would have been. These are the ones to fear.
    LaterWithEarlier,
    /// Treated units with those never treated.
    TreatedWithUntreated,
    /// Treated units with those treated from the first time on.
    LaterWithAlways,
}

/// One comparison of two groups.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// Which kind it is.
    pub pairing: Pairing,
    /// When the group that changes was first treated.
    pub treated: i64,
    /// When the other group was first treated; nothing for never.
    pub compared: Option<i64>,
    /// The difference in differences of the two.
    pub estimate: f64,
    /// Its weight in the whole; all weights sum to one.
    pub weight: f64,
}

/// The parts; `Σ weight × estimate` is the two-way fixed effects estimate.
#[derive(Clone, Debug, PartialEq)]
pub struct Decomposition {
    /// By treated group, then compared.
    pub parts: Vec<Part>,
}

impl Decomposition {
    /// The two-way fixed effects estimate.
    pub fn estimate(&self) -> f64 {
        self.parts.iter().map(|part| part.weight * part.estimate).sum()
    }

    /// The weight of a kind of comparison, and its mean estimate; nothing when there is none.
    pub fn of(&self, pairing: Pairing) -> Option<(f64, f64)> {
        let chosen: Vec<&Part> = self.parts.iter().filter(|part| part.pairing == pairing).collect();
        let weight: f64 = chosen.iter().map(|part| part.weight).sum();
        let sum: f64 = chosen.iter().map(|part| part.weight * part.estimate).sum();
        (weight > 0.0).then(|| (weight, sum / weight))
    }
}

/// Units of one first treatment.
struct Group {
    first: Option<i64>,
    /// The part of all units.
    share: f64,
    /// The part of the times in which they are treated.
    treated: f64,
    mean: Vec<f64>,
}

/// Takes a balanced panel apart. `times` rise; `outcome` has a row per unit; a first treatment at or before the first time is always.
///
/// # Errors
/// When lengths differ, a value is not finite, or the treatment does not vary.
pub fn decompose(
    times: &[i64],
    outcome: &[Vec<f64>],
    first_treated: &[Option<i64>],
) -> Result<Decomposition, StatisticsError> {
    if first_treated.len() != outcome.len() {
        let what = "first treatment".to_owned();
        return Err(StatisticsError::Length { what, found: first_treated.len(), wanted: outcome.len() });
    }
    for (unit, row) in outcome.iter().enumerate() {
        crate::least_squares::check_column(&format!("unit {unit}"), row, times.len())?;
    }
    let groups = groups(times, outcome, first_treated);
    let mut parts: Vec<Part> = Vec::new();
    for (place, one) in groups.iter().enumerate() {
        for other in &groups[place + 1..] {
            parts.extend(pair(times, one, other));
        }
    }
    let total: f64 = parts.iter().map(|part| part.weight).sum();
    if total <= 0.0 {
        let why = "no group of units changes while another does not".to_owned();
        return Err(StatisticsError::NotIdentified { what: "the effect".to_owned(), why });
    }
    parts.iter_mut().for_each(|part| part.weight /= total);
    parts.sort_by_key(|part| (part.treated, part.compared));
    Ok(Decomposition { parts })
}

/// By first treatment: always, then rising, then never.
fn groups(times: &[i64], outcome: &[Vec<f64>], first_treated: &[Option<i64>]) -> Vec<Group> {
    let (Some(start), Some(end)) = (times.first(), times.last()) else { return Vec::new() };
    let key = |first: &Option<i64>| first.filter(|first| first <= end).map(|first| first.max(*start));
    let keys: Vec<Option<i64>> = first_treated.iter().map(key).collect();
    let mut distinct = keys.clone();
    distinct.sort_by_key(|first| first.unwrap_or(i64::MAX));
    distinct.dedup();
    let group = |first: Option<i64>| {
        let rows: Vec<&Vec<f64>> =
            outcome.iter().zip(&keys).filter(|(_, k)| **k == first).map(|(row, _)| row).collect();
        let mean = |time: usize| rows.iter().map(|row| row[time]).sum::<f64>() / rows.len() as f64;
        let treated = times.iter().filter(|time| first.is_some_and(|first| **time >= first)).count();
        Group {
            first,
            share: rows.len() as f64 / outcome.len() as f64,
            treated: treated as f64 / times.len() as f64,
            mean: (0..times.len()).map(mean).collect(),
        }
    };
    distinct.into_iter().map(group).collect()
}

/// The comparisons of two groups, the earlier one first; weights are those of equation 10 of the paper before they are made to sum to one.
fn pair(times: &[i64], earlier: &Group, later: &Group) -> Vec<Part> {
    let (n, m) = (earlier.share, later.share);
    let split = n / (n + m) * (m / (n + m));
    let (d, e) = (earlier.treated, later.treated);
    let Some(began) = earlier.first else { return Vec::new() };
    let always = d >= 1.0;
    let difference =
        |group: &Group, other: &Group, before: &dyn Fn(i64) -> bool, after: &dyn Fn(i64) -> bool| {
            let mean = |group: &Group, when: &dyn Fn(i64) -> bool| {
                let chosen: Vec<f64> =
                    times.iter().zip(&group.mean).filter(|(t, _)| when(**t)).map(|(_, y)| *y).collect();
                chosen.iter().sum::<f64>() / chosen.len() as f64
            };
            mean(group, after) - mean(group, before) - mean(other, after) + mean(other, before)
        };
    let Some(begins) = later.first else {
        if always {
            return Vec::new();
        }
        let estimate = difference(earlier, later, &|t| t < began, &|t| t >= began);
        let weight = (n + m).powi(2) * split * d * (1.0 - d);
        return vec![Part {
            pairing: Pairing::TreatedWithUntreated,
            treated: began,
            compared: None,
            estimate,
            weight,
        }];
    };
    let mut parts = Vec::new();
    if !always {
        let estimate = difference(earlier, later, &|t| t < began, &|t| t >= began && t < begins);
        let weight = ((n + m) * (1.0 - e)).powi(2) * split * ((d - e) / (1.0 - e)) * ((1.0 - d) / (1.0 - e));
        let pairing = Pairing::EarlierWithLater;
        parts.push(Part { pairing, treated: began, compared: Some(begins), estimate, weight });
    }
    let estimate = difference(later, earlier, &|t| t >= began && t < begins, &|t| t >= begins);
    let weight = ((n + m) * d).powi(2) * split * (e / d) * ((d - e) / d);
    let pairing = if always { Pairing::LaterWithAlways } else { Pairing::LaterWithEarlier };
    parts.push(Part { pairing, treated: begins, compared: Some(began), estimate, weight });
    parts
}
