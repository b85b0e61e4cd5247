//! How much each element counts among its siblings.

mod balance;
mod benefit;
mod judgement;
mod principal;

use std::collections::BTreeMap;

pub use balance::{Aim, BalanceOptions, Balanced, balance};
pub use benefit::{Benefit, BenefitOptions, benefit_of_the_doubt};
pub use judgement::{Judgements, Priorities};
pub use principal::{PrincipalWeights, principal_weights};

use crate::{CompositeError, Hierarchy};

/// A weight for each element but the index, relative to its siblings: what counts is the part of the sum that is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights(BTreeMap<String, f64>);

impl Weights {
    /// From weights by code.
    ///
    /// # Errors
    /// When a weight is negative or not finite.
    pub fn new(of_code: impl IntoIterator<Item = (String, f64)>) -> Result<Self, CompositeError> {
        let weights: BTreeMap<String, f64> = of_code.into_iter().collect();
        match weights.iter().find(|(_, weight)| !weight.is_finite() || **weight < 0.0) {
            Some((code, value)) => Err(CompositeError::Weight { code: code.clone(), value: *value }),
            None => Ok(Self(weights)),
        }
    }

    /// Those of the metadata table.
    pub fn given(hierarchy: &Hierarchy) -> Self {
        Self::by(hierarchy, |weight| weight)
    }

    /// One for every element.
    pub fn equal(hierarchy: &Hierarchy) -> Self {
        Self::by(hierarchy, |_| 1.0)
    }

    fn by(hierarchy: &Hierarchy, weight: impl Fn(f64) -> f64) -> Self {
        let elements = hierarchy.elements().iter().filter(|element| element.level.is_some());
        Self(elements.map(|element| (element.code.clone(), weight(element.weight))).collect())
    }

    /// The weight of an element.
    pub fn of(&self, code: &str) -> Option<f64> {
        self.0.get(code).copied()
    }

    /// The weights by code.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().map(|(code, weight)| (code.as_str(), *weight))
    }

    /// The same with some weights replaced.
    ///
    /// # Errors
    /// When a weight is negative or not finite.
    pub fn with(&self, changes: impl IntoIterator<Item = (String, f64)>) -> Result<Self, CompositeError> {
        Self::new(self.0.clone().into_iter().chain(changes))
    }

    /// The weights of some elements, in their order.
    pub(crate) fn need(&self, codes: &[&str]) -> Result<Vec<f64>, CompositeError> {
        codes
            .iter()
            .map(|code| self.of(code).ok_or_else(|| CompositeError::unknown("aggregation", *code)))
            .collect()
    }

    /// The part of the index that each element stands for when all values are there: weights of siblings sum to that of their parent, and
    /// those of a level to one.
    ///
    /// # Errors
    /// When an element has no weight.
    pub fn effective(&self, hierarchy: &Hierarchy) -> Result<BTreeMap<String, f64>, CompositeError> {
        let index = &hierarchy.index().code;
        let mut effective = BTreeMap::from([(index.clone(), 1.0)]);
        for level in (2..=hierarchy.levels()).rev() {
            for parent in hierarchy.at_level(level) {
                let codes: Vec<&str> =
                    hierarchy.children(&parent.code).map(|child| child.code.as_str()).collect();
                let own = effective.get(&parent.code).copied().unwrap_or_default();
                for (code, share) in codes.iter().zip(shares(&self.need(&codes)?)) {
                    effective.insert((*code).to_owned(), own * share);
                }
            }
        }
        Ok(effective)
    }
}

/// Each as a part of the sum; all zero when the sum is.
pub(crate) fn shares(weights: &[f64]) -> Vec<f64> {
    let total: f64 = weights.iter().sum();
    weights.iter().map(|weight| if total > 0.0 { weight / total } else { 0.0 }).collect()
}
