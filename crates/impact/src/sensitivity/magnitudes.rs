//! Trends may differ after treatment by no more than so many times what they differed before it, from one time to the next.

use faer::Mat;

use super::{
    conditional::{FirstStage, Inequalities},
    study::{EventStudy, check},
};
use crate::StatisticsError;

/// Whether the conditional test is held together with another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Hybrid {
    /// With the test that is best when all inequalities bind: a tenth of the chance of a miss is spent on it (C-LF).
    LeastFavourable {
        /// How many draws its bound is found with.
        draws: usize,
        /// Their seed.
        seed: u64,
    },
    /// Alone.
    Nothing,
}

/// How the interval is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MagnitudeOptions {
    /// The chance that the interval misses.
    pub alpha: f64,
    /// Whether the test is held together with another.
    pub hybrid: Hybrid,
    /// How many effects are tried, within twenty standard errors of none.
    pub grid: usize,
}

impl Default for MagnitudeOptions {
    fn default() -> Self {
        Self { alpha: 0.05, hybrid: Hybrid::LeastFavourable { draws: 1000, seed: 1 }, grid: 1000 }
    }
}

/// The interval that holds the effect, if the difference of trends from one time to the next is after treatment at most `bound` times the
/// largest before it. It is the least and the largest effect of the grid that is not rejected; nothing when all are.
///
/// # Errors
/// When the bound is below 0, the chance is none, or tests cannot be made.
pub fn relative_magnitudes(
    study: &EventStudy,
    bound: f64,
    options: MagnitudeOptions,
) -> Result<Option<[f64; 2]>, StatisticsError> {
    check(options.alpha, bound)?;
    let (_, error) = study.conventional();
    let steps = options.grid.max(2);
    let of = |step: usize| 20.0 * error * (2.0 * step as f64 / (steps - 1) as f64 - 1.0);
    let mut tests = tests(study, bound, options)?;
    let mut kept: Option<[f64; 2]> = None;
    for effect in (0..steps).map(of) {
        if holds(&mut tests, effect, options.alpha)? {
            kept = Some([kept.map_or(effect, |kept| kept[0]), effect]);
        }
    }
    Ok(kept)
}

pub(super) type Tests = Vec<(Inequalities, Option<FirstStage>)>;

/// Whether any of the tests lets an effect stand.
pub(super) fn holds(tests: &mut Tests, effect: f64, alpha: f64) -> Result<bool, StatisticsError> {
    for (inequalities, first) in tests {
        if !inequalities.rejects(effect, alpha, *first)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// One test for each time before treatment at which the difference may be largest, and for either sign of it.
pub(super) fn tests(
    study: &EventStudy,
    bound: f64,
    options: MagnitudeOptions,
) -> Result<Tests, StatisticsError> {
    let mut found = Vec::with_capacity(2 * study.before);
    for largest in 0..study.before {
        for sign in [1.0, -1.0] {
            let mut inequalities = inequalities(study, bound, largest, sign)?;
            let first = match options.hybrid {
                Hybrid::LeastFavourable { draws, seed } => {
                    Some(inequalities.least_favourable(options.alpha / 10.0, draws.max(2), seed)?)
                }
                Hybrid::Nothing => None,
            };
            found.push((inequalities, first));
        }
    }
    Ok(found)
}

/// For each later time: its difference, and the opposite of it, less `bound` times the one that is taken for the largest. The moments say
/// this of coefficients less effects; the effects are free but for the one that is tested.
fn inequalities(
    study: &EventStudy,
    bound: f64,
    largest: usize,
    sign: f64,
) -> Result<Inequalities, StatisticsError> {
    let (before, after) = (study.before, study.after());
    let size = before + after;
    // The difference from one time to the next; the time of comparison lies between, with coefficient 0.
    let difference = |step: usize| {
        let mut row = vec![0.0; size];
        let place = |time: usize| match time.cmp(&before) {
            std::cmp::Ordering::Less => Some(time),
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Greater => Some(time - 1),
        };
        if let Some(place) = place(step) {
            row[place] -= 1.0;
        }
        if let Some(place) = place(step + 1) {
            row[place] += 1.0;
        }
        row
    };
    let most = difference(largest);
    let rows: Vec<Vec<f64>> = (before..size)
        .flat_map(|step| {
            let own = difference(step);
            [1.0, -1.0].map(|way| {
                own.iter().zip(&most).map(|(own, most)| way * own - bound * sign * most).collect::<Vec<f64>>()
            })
        })
        .collect();
    let found: Vec<f64> =
        rows.iter().map(|row| row.iter().zip(&study.coefficients).map(|(a, b)| a * b).sum()).collect();
    // The effect that is tested stands in the place of one of those that it is made of.
    let pivot = study.weights.iter().rposition(|weight| *weight != 0.0).unwrap_or_default();
    let weight = study.weights[pivot];
    let slope: Vec<f64> = rows.iter().map(|row| row[before + pivot] / weight).collect();
    let free: Vec<Vec<f64>> = (0..after)
        .filter(|place| *place != pivot)
        .map(|place| {
            rows.iter()
                .map(|row| row[before + place] - row[before + pivot] * study.weights[place] / weight)
                .collect()
        })
        .collect();
    let matrix = Mat::from_fn(rows.len(), size, |row, column| rows[row][column]);
    let covariance = &matrix * &study.covariance * matrix.transpose();
    Inequalities::of(&found, &slope, &free, &covariance)
}
