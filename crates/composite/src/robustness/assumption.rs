//! Choices that might have been made otherwise.

use std::borrow::Cow;

use rand_distr::{Distribution, StandardUniform};
use rand_pcg::Pcg64;

use crate::{
    Aggregation, CompositeError, Hierarchy, Imputation, Inputs, Method, NormaliseOptions, Plan, Screening,
    Table, Treatment, Weights,
};

/// What else might have been chosen. Alternatives are equally likely; the choice that was made should be among them.
#[derive(Clone, Debug, PartialEq)]
pub enum Alternatives {
    /// Measured values as they might have come out: tables of the same units and indicators, drawn from the intervals of the values.
    Values(Vec<Table>),
    /// Rules for units.
    Screening(Vec<Option<Screening>>),
    /// Ways to guess.
    Imputation(Vec<Option<Imputation>>),
    /// Ways to treat outliers.
    Treatment(Vec<Option<Treatment>>),
    /// The most points that are winsorised, the treatment else as it is.
    MostPoints(Vec<usize>),
    /// Scales.
    Normalisation(Vec<NormaliseOptions>),
    /// Sets of weights; see [`noisy_weights`].
    Weights(Vec<Weights>),
    /// Ways from values to one.
    Plan(Vec<Plan>),
    /// The power of a generalised mean at all levels, evenly between two bounds.
    Power {
        /// The lower bound.
        low: f64,
        /// The upper bound, 1 or below.
        high: f64,
    },
}

/// A choice with a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Assumption {
    /// By which it is named in results.
    pub name: String,
    /// What might have been chosen.
    pub alternatives: Alternatives,
}

impl Assumption {
    /// With a name.
    pub fn new(name: impl Into<String>, alternatives: Alternatives) -> Self {
        Self { name: name.into(), alternatives }
    }

    /// There must be something to choose from.
    pub(super) fn check(&self) -> Result<(), CompositeError> {
        let found = match &self.alternatives {
            Alternatives::Values(all) => all.len(),
            Alternatives::Screening(all) => all.len(),
            Alternatives::Imputation(all) => all.len(),
            Alternatives::Treatment(all) => all.len(),
            Alternatives::MostPoints(all) => all.len(),
            Alternatives::Normalisation(all) => all.len(),
            Alternatives::Weights(all) => all.len(),
            Alternatives::Plan(all) => all.len(),
            Alternatives::Power { low, high } if low.is_finite() && low < high && *high <= 1.0 => 1,
            Alternatives::Power { low, high } => {
                let what = format!("the bounds of power of `{}`", self.name);
                return Err(CompositeError::setting(
                    &what,
                    format!("{low} and {high}"),
                    "two numbers, rising, up to 1",
                ));
            }
        };
        if found > 0 {
            return Ok(());
        }
        Err(CompositeError::TooFew { what: format!("alternatives of `{}`", self.name), found, wanted: 1 })
    }

    /// The method with the alternative at a place from 0 to below 1.
    pub(super) fn apply(&self, place: f64, inputs: &mut Cow<'_, Inputs>, method: &mut Method) {
        match &self.alternatives {
            Alternatives::Values(all) => inputs.to_mut().raw.clone_from(at(all, place)),
            Alternatives::Screening(all) => method.screening.clone_from(at(all, place)),
            Alternatives::Imputation(all) => method.imputation.clone_from(at(all, place)),
            Alternatives::Treatment(all) => method.treatment = *at(all, place),
            Alternatives::MostPoints(all) => {
                let rule = method.treatment.unwrap_or_default();
                method.treatment = Some(Treatment { most_points: Some(*at(all, place)), ..rule });
            }
            Alternatives::Normalisation(all) => method.normalisation.clone_from(at(all, place)),
            Alternatives::Weights(all) => method.weights.clone_from(at(all, place)),
            Alternatives::Plan(all) => method.plan.clone_from(at(all, place)),
            Alternatives::Power { low, high } => {
                method.plan = Plan::all(Aggregation::Generalised { power: low + place * (high - low) });
            }
        }
    }
}

/// Which of some alternatives lies at a place. There is one at least.
fn at<T>(all: &[T], place: f64) -> &T {
    &all[((place * all.len() as f64) as usize).min(all.len() - 1)]
}

/// Sets of weights, each weight of some levels moved by up to a part of itself, evenly and on its own (`get_noisy_weights` of COINr).
///
/// # Errors
/// When a part is not within 0 to 1, or an element of a level has no weight.
pub fn noisy_weights(
    weights: &Weights,
    hierarchy: &Hierarchy,
    parts: &[(usize, f64)],
    sets: usize,
    seed: u64,
) -> Result<Vec<Weights>, CompositeError> {
    if let Some((_, part)) = parts.iter().find(|(_, part)| !(0.0..=1.0).contains(part)) {
        return Err(CompositeError::setting("the part by which weights move", part, "from 0 to 1"));
    }
    let mut random = generator(seed);
    let mut one = || {
        let mut changes = Vec::new();
        for (level, part) in parts {
            let codes: Vec<&str> = hierarchy.at_level(*level).map(|element| element.code.as_str()).collect();
            for (code, weight) in codes.iter().zip(weights.need(&codes)?) {
                let dice = even(&mut random);
                changes.push(((*code).to_owned(), weight * (1.0 + part * (2.0 * dice - 1.0))));
            }
        }
        weights.with(changes)
    };
    (0..sets).map(|_| one()).collect()
}

pub(super) fn generator(seed: u64) -> Pcg64 {
    Pcg64::new(u128::from(seed), 0xa02_bdbf_7bb3_c0a7)
}

/// A number from 0 to below 1.
pub(super) fn even(random: &mut Pcg64) -> f64 {
    StandardUniform.sample(random)
}
