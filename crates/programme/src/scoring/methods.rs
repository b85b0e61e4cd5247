//! All methods at once, side by side: they differ in what they hold to be good.

use senne_composite::choice::{
    Choice, Preference, SmaaOptions, WeightOrder, acceptability, places_by_highest, places_by_lowest,
    promethee, spotis, topsis, vikor,
};
use serde::{Deserialize, Serialize};

use super::{
    agreement::{Agreement, agreement},
    matrix::{Criterion, Matrix},
};
use crate::{ProgrammeError, types::ProjectId};

/// A way to rank projects by several criteria.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Method {
    /// The weighted sum of values from 0 to 1; higher is better.
    #[default]
    WeightedSum,
    /// Nearness to an ideal project (Hwang and Yoon 1981); higher is better.
    Topsis,
    /// A compromise between what the many and what the one lose (Opricovic and Tzeng 2004); lower is better.
    Vikor,
    /// Net preference in pairs (Brans and Vincke 1985); higher is better.
    PrometheeTwo,
    /// The distance from the better ends of fixed scales (Dezert and others 2020); lower is better.
    Spotis,
    /// The mean place over all weights there could be (Lahdelma and Salminen 2001); lower is better. It does not look at the weights given.
    Smaa,
}

impl Method {
    /// All, in the order in which they are told.
    pub const ALL: [Self; 6] =
        [Self::WeightedSum, Self::Topsis, Self::Vikor, Self::PrometheeTwo, Self::Spotis, Self::Smaa];

    /// Whether a higher score is better.
    pub fn higher_is_better(self) -> bool {
        matches!(self, Self::WeightedSum | Self::Topsis | Self::PrometheeTwo)
    }
}

/// Settings of methods.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CompareOptions {
    /// The weight of the many beside the one in VIKOR, 0 to 1.
    pub strategy: f64,
    /// In PROMETHEE differences up to this part of a criterion's scale do not count. This and the next are conventions, not findings.
    pub indifference: f64,
    /// In PROMETHEE differences from this part of a criterion's scale on count in full.
    pub preference: f64,
    /// Draws of weights in SMAA.
    pub draws: u32,
    /// The seed of the draws.
    pub seed: u64,
}

impl Default for CompareOptions {
    fn default() -> Self {
        Self { strategy: 0.5, indifference: 0.1, preference: 0.5, draws: 2_000, seed: 1 }
    }
}

/// What one method makes of the matrix, project by project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ranking {
    /// The method.
    pub method: Method,
    /// Its score of each project.
    pub scores: Vec<f64>,
    /// The place of each project, 1 for the best; equal scores share the better place.
    pub places: Vec<usize>,
}

/// How one project stands with all methods.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// The project.
    pub project: ProjectId,
    /// The best place that any method gives it.
    pub best: usize,
    /// The worst place that any method gives it.
    pub worst: usize,
    /// The part of draws of weights in which it comes first, second and so on.
    pub acceptability: Vec<f64>,
}

/// What all methods make of the matrix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Each method, in the order of [`Method::ALL`].
    pub rankings: Vec<Ranking>,
    /// Each project, in the order of the matrix.
    pub projects: Vec<Standing>,
    /// How far the methods agree; nothing when every method holds all projects to be equal.
    pub agreement: Option<Agreement>,
}

/// Ranks the projects by all methods. `weights` are relative, one a criterion.
///
/// # Errors
/// When the matrix is not whole, there are fewer than two projects, all are the same, or a weight or a setting is out of bounds.
pub fn compare(
    matrix: &Matrix,
    weights: &[f64],
    options: CompareOptions,
) -> Result<Comparison, ProgrammeError> {
    matrix.check()?;
    let choice = choice(matrix, weights)?;
    let accepted = acceptability(
        &choice,
        &SmaaOptions {
            draws: options.draws as usize,
            seed: options.seed,
            order: WeightOrder::Unknown,
            deviations: Vec::new(),
        },
    )?;
    let mut rankings = Vec::with_capacity(Method::ALL.len());
    for method in Method::ALL {
        let scores = match method {
            Method::Smaa => mean_places(&accepted.ranks),
            other => scores_of(matrix, &choice, other, options)?,
        };
        let places = if method.higher_is_better() {
            places_by_highest(&steady(&scores))
        } else {
            places_by_lowest(&steady(&scores))
        };
        rankings.push(Ranking { method, scores, places });
    }
    let as_numbers =
        |ranking: &Ranking| ranking.places.iter().map(|place| *place as f64).collect::<Vec<f64>>();
    let agreement = agreement(&rankings.iter().map(as_numbers).collect::<Vec<_>>());
    let standing = |((at, project), acceptability): ((usize, &ProjectId), Vec<f64>)| {
        let places = rankings.iter().filter_map(|ranking| ranking.places.get(at).copied());
        Standing {
            project: project.clone(),
            best: places.clone().min().unwrap_or(1),
            worst: places.max().unwrap_or(1),
            acceptability,
        }
    };
    let projects = matrix.projects.iter().enumerate().zip(accepted.ranks).map(standing).collect();
    Ok(Comparison { rankings, projects, agreement })
}

/// The scores of projects by one method, turned so that higher is better, for a selection to sum.
///
/// # Errors
/// As [`compare`].
pub fn scores(
    matrix: &Matrix,
    weights: &[f64],
    method: Method,
    options: CompareOptions,
) -> Result<Vec<f64>, ProgrammeError> {
    matrix.check()?;
    let choice = choice(matrix, weights)?;
    match method {
        Method::Smaa => {
            let settings =
                SmaaOptions { draws: options.draws as usize, seed: options.seed, ..SmaaOptions::default() };
            let count = matrix.projects.len() as f64;
            let places = mean_places(&acceptability(&choice, &settings)?.ranks);
            Ok(places.iter().map(|place| count - place).collect())
        }
        Method::WeightedSum | Method::Topsis => scores_of(matrix, &choice, method, options),
        // Flows may be negative; a sum over what is chosen asks for a zero that means worthless.
        Method::PrometheeTwo => Ok(scores_of(matrix, &choice, method, options)?
            .iter()
            .map(|flow| f64::midpoint(1.0, *flow))
            .collect()),
        Method::Vikor | Method::Spotis => {
            Ok(scores_of(matrix, &choice, method, options)?.iter().map(|score| 1.0 - score).collect())
        }
    }
}

fn choice(matrix: &Matrix, weights: &[f64]) -> Result<Choice, ProgrammeError> {
    let directions = matrix.criteria.iter().map(|criterion: &Criterion| criterion.direction.into()).collect();
    Ok(Choice::new(matrix.values.clone(), weights, directions)?)
}

fn scores_of(
    matrix: &Matrix,
    choice: &Choice,
    method: Method,
    options: CompareOptions,
) -> Result<Vec<f64>, ProgrammeError> {
    let ends = matrix.ends();
    Ok(match method {
        // On the scales of criteria: where they have bounds, a project that is added moves no other.
        Method::WeightedSum | Method::Smaa => {
            let sum =
                |row: &Vec<f64>| row.iter().zip(choice.weights()).map(|(value, weight)| value * weight).sum();
            matrix.scaled().iter().map(sum).collect()
        }
        Method::Topsis => topsis(choice)?.similarity,
        Method::Vikor => vikor(choice, options.strategy)?.compromise,
        Method::PrometheeTwo => {
            let preference = |(low, high): &(f64, f64)| Preference::Linear {
                indifference: options.indifference * (high - low),
                preference: options.preference * (high - low),
            };
            promethee(choice, &ends.iter().map(preference).collect::<Vec<_>>())?.net
        }
        Method::Spotis => spotis(choice, &ends)?,
    })
}

/// The mean place from the parts of draws in each.
fn mean_places(ranks: &[Vec<f64>]) -> Vec<f64> {
    let mean = |parts: &Vec<f64>| {
        parts.iter().enumerate().map(|(place, part)| (place as f64 + 1.0) * part).sum::<f64>()
    };
    ranks.iter().map(mean).collect()
}

/// Without the last digits, so that rounding does not part what is equal.
fn steady(scores: &[f64]) -> Vec<f64> {
    scores.iter().map(|score| (score * 1e12).round() / 1e12).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Direction;

    fn matrix() -> Matrix {
        let criterion = |id: &str, direction| Criterion { id: id.into(), direction, bounds: None };
        Matrix {
            criteria: vec![criterion("air", Direction::Higher), criterion("cost", Direction::Lower)],
            projects: vec!["best".into(), "middle".into(), "worst".into()],
            values: vec![vec![9.0, 1.0], vec![5.0, 2.0], vec![1.0, 3.0]],
        }
    }

    #[test]
    fn what_is_best_by_every_criterion_is_best_by_every_method() {
        let comparison = compare(&matrix(), &[2.0, 1.0], CompareOptions::default()).unwrap();
        assert_eq!(comparison.rankings.len(), 6);
        for ranking in &comparison.rankings {
            assert_eq!(ranking.places, vec![1, 2, 3], "{:?}", ranking.method);
        }
        assert!((comparison.agreement.unwrap().w - 1.0).abs() < 1e-12);
        assert_eq!(comparison.projects[0].acceptability, vec![1.0, 0.0, 0.0]);
        assert_eq!((comparison.projects[1].best, comparison.projects[1].worst), (2, 2));
    }

    #[test]
    fn scores_to_sum_are_never_negative() {
        for method in Method::ALL {
            let scores = scores(&matrix(), &[1.0, 1.0], method, CompareOptions::default()).unwrap();
            assert!(scores.iter().all(|score| *score >= 0.0), "{method:?} {scores:?}");
            assert!(scores[0] > scores[1] && scores[1] > scores[2], "{method:?} {scores:?}");
        }
    }

    #[test]
    fn one_project_has_no_pairs() {
        let mut one = matrix();
        one.projects.truncate(1);
        one.values.truncate(1);
        assert!(compare(&one, &[1.0, 1.0], CompareOptions::default()).is_err());
        assert!(scores(&one, &[1.0, 1.0], Method::WeightedSum, CompareOptions::default()).is_ok());
    }
}
