//! Weights that give elements the influence they are meant to have.
//!
//! A weight is not an influence: how strongly an element goes with the index depends on how it differs between units, and on what it shares
//! with others (Becker, Saisana, Paruolo and Vandecasteele 2017).

use std::collections::BTreeMap;

use super::Weights;
use crate::{
    Aggregated, CompositeError, Hierarchy, Plan, Table, Value, aggregate,
    coherence::influence,
    search::{Search, lowest},
};

/// What is sought.
#[derive(Clone, Debug, PartialEq)]
pub enum Aim {
    /// Correlations with the index in the same proportion as these, by code: 1 for each asks for the same influence.
    Influence(BTreeMap<String, f64>),
    /// The same influence for all.
    EqualInfluence,
    /// The greatest sum of correlations with the index: as little as possible of the elements is lost in it.
    Information,
}

/// How the search runs.
#[derive(Clone, Debug, PartialEq)]
pub struct BalanceOptions {
    /// The level whose weights are sought, below that of the index.
    pub level: usize,
    /// What is sought.
    pub aim: Aim,
    /// The least part of the weight of its siblings that an element keeps, 0 or more. Without it, what cannot be balanced ends at no
    /// weight.
    pub least_share: f64,
    /// It ends when the logarithms of weights lie within this.
    pub tolerance: f64,
    /// After so many steps it is given up.
    pub most_steps: usize,
}

impl BalanceOptions {
    /// The same influence for all elements of a level.
    pub fn equal_influence(level: usize) -> Self {
        Self { level, aim: Aim::EqualInfluence, least_share: 0.02, tolerance: 1e-7, most_steps: 5000 }
    }
}

/// Weights that were sought.
#[derive(Clone, Debug, PartialEq)]
pub struct Balanced {
    /// All weights, those of the level replaced; those of siblings sum to one.
    pub weights: Weights,
    /// The elements of the level, in order.
    pub codes: Vec<String>,
    /// The correlation of each with the index.
    pub correlations: Vec<f64>,
    /// By how much the influences miss what was sought, as the root of their mean squared distance; 0 for [`Aim::Information`].
    pub missed: f64,
}

/// Seeks weights of one level such that the elements have the influence on the index that is asked for, as `get_opt_weights` of COINr.
///
/// `table` holds the normalised indicators. Not every influence can be had: look at `missed`.
///
/// # Errors
/// When the level has no weights that matter, `least_share` leaves no choice, an influence is missing or not above 0, the aggregation
/// fails, or the search does not end.
pub fn balance(
    table: &Table,
    hierarchy: &Hierarchy,
    weights: &Weights,
    plan: &Plan,
    options: &BalanceOptions,
) -> Result<Balanced, CompositeError> {
    let codes: Vec<String> = hierarchy.at_level(options.level).map(|element| element.code.clone()).collect();
    let most = hierarchy
        .at_level(options.level + 1)
        .map(|parent| hierarchy.children(&parent.code).count())
        .max()
        .unwrap_or_default();
    if options.level >= hierarchy.levels() || most < 2 {
        let wanted = "a level below the index, with two siblings or more";
        return Err(CompositeError::setting("the level of balanced weights", options.level, wanted));
    }
    if !(options.least_share >= 0.0 && options.least_share * (most as f64) < 1.0) {
        let wanted = "0 or more, and less than one in sum over siblings";
        return Err(CompositeError::setting(
            "the least share of balanced weights",
            options.least_share,
            wanted,
        ));
    }
    let wanted = wanted(&codes, &options.aim)?;
    let problem = Problem { table, hierarchy, weights, plan, codes: &codes, least: options.least_share };
    let height = |logarithms: &[f64]| {
        let found = problem.influences(&problem.weights_at(logarithms)?)?;
        Ok(match &wanted {
            Some(wanted) => distance(&found, wanted),
            None => -found.iter().sum::<f64>(),
        })
    };
    let start = problem.start()?;
    let search = Search { step: 0.3, tolerance: options.tolerance, most_steps: options.most_steps };
    let Some((found, height)) = lowest(&start, search, height)? else {
        return Err(CompositeError::NotConverged {
            what: "the search for balanced weights".to_owned(),
            steps: options.most_steps,
            remedy: "raise the tolerance or the number of steps, or take a level with fewer elements"
                .to_owned(),
        });
    };
    let weights = problem.weights_at(&found)?;
    let correlations = problem.influences(&weights)?;
    let missed = if wanted.is_some() { height.max(0.0).sqrt() } else { 0.0 };
    Ok(Balanced { weights, codes, correlations, missed })
}

/// Influences as parts of one; nothing when their sum is to be great.
fn wanted(codes: &[String], aim: &Aim) -> Result<Option<Vec<f64>>, CompositeError> {
    let parts: Vec<f64> = match aim {
        Aim::Information => return Ok(None),
        Aim::EqualInfluence => vec![1.0; codes.len()],
        Aim::Influence(of) => {
            let one = |code: &String| {
                of.get(code).copied().ok_or_else(|| CompositeError::unknown("the hierarchy", code))
            };
            codes.iter().map(one).collect::<Result<_, _>>()?
        }
    };
    if let Some((part, code)) = parts.iter().zip(codes).find(|(part, _)| !(part.is_finite() && **part > 0.0))
    {
        return Err(CompositeError::setting(&format!("the influence of `{code}`"), part, "above 0"));
    }
    Ok(Some(super::shares(&parts)))
}

/// The mean squared distance of influences, as parts of their sum, from what is wanted.
fn distance(found: &[f64], wanted: &[f64]) -> f64 {
    let total: f64 = found.iter().sum();
    let squares = found.iter().zip(wanted).map(|(found, wanted)| (found / total - wanted).powi(2));
    // Without a positive sum there are no parts of it.
    if total > 0.0 { squares.sum::<f64>() / found.len() as f64 } else { f64::MAX }
}

struct Problem<'a> {
    table: &'a Table,
    hierarchy: &'a Hierarchy,
    weights: &'a Weights,
    plan: &'a Plan,
    codes: &'a [String],
    least: f64,
}

impl Problem<'_> {
    /// The elements of the level by parent.
    fn groups(&self) -> Vec<Vec<&str>> {
        let level =
            self.hierarchy.element(&self.codes[0]).and_then(|element| element.level).unwrap_or_default();
        let children = |parent: &str| {
            self.codes
                .iter()
                .map(String::as_str)
                .filter(|code| self.hierarchy.element(code).and_then(|e| e.parent.as_deref()) == Some(parent))
                .collect()
        };
        self.hierarchy.at_level(level + 1).map(|parent| children(&parent.code)).collect()
    }

    /// Logarithms of the shares that are there, above the least, those of the last sibling being the measure of the others.
    fn start(&self) -> Result<Vec<f64>, CompositeError> {
        let mut start = Vec::new();
        for group in self.groups() {
            let own = super::shares(&self.weights.need(&group)?);
            // A share at the bound has no logarithm: the search begins a little above it.
            let above: Vec<f64> = own.iter().map(|share| (share - self.least).max(1e-3)).collect();
            let last = above[above.len() - 1];
            start.extend(above[..above.len() - 1].iter().map(|share| (share / last).ln()));
        }
        Ok(start)
    }

    fn weights_at(&self, logarithms: &[f64]) -> Result<Weights, CompositeError> {
        let mut rest = logarithms;
        let mut changes = Vec::new();
        for group in self.groups() {
            let (own, others) = rest.split_at(group.len() - 1);
            rest = others;
            let most = own.iter().copied().fold(0.0, f64::max);
            let powers: Vec<f64> =
                own.iter().copied().chain([0.0]).map(|logarithm| (logarithm - most).exp()).collect();
            let free = 1.0 - self.least * group.len() as f64;
            let shares = super::shares(&powers).into_iter().map(|share| self.least + free * share);
            changes.extend(group.into_iter().map(str::to_owned).zip(shares));
        }
        self.weights.with(changes)
    }

    fn influences(&self, weights: &Weights) -> Result<Vec<f64>, CompositeError> {
        let Aggregated { table, .. } = aggregate(self.table, self.hierarchy, weights, self.plan)?;
        let columns: Result<Vec<&[Value]>, _> =
            self.codes.iter().map(|code| table.need(code, "the balance of weights")).collect();
        influence(&columns?, table.need(&self.hierarchy.index().code, "the balance of weights")?)
    }
}
