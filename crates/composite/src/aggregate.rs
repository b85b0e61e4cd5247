//! From many values of a unit to one, level by level.

mod means;
mod outrank;

use std::collections::BTreeMap;

pub(crate) use means::counted;
pub use outrank::{Outranking, outranking};

use crate::{CompositeError, Hierarchy, Table, Value, Weights, weights::shares};

/// How the values of siblings become one. Weights are re-scaled over what is there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Aggregation {
    /// The weighted sum: a good value makes up for a bad one in full.
    Arithmetic,
    /// The weighted product; values must be above 0.
    Geometric,
    /// The inverse of the mean of inverses; values must be above 0.
    Harmonic,
    /// `(Σ w xᵖ / Σ w)^(1/p)`: `p` = 1 is the arithmetic mean, 0 the geometric, −1 the harmonic, −∞ the least value. The lower,
    /// the less a good value makes up for a bad one. Below 1, values must not be negative, and at 0 and below they must be above 0 (not
    /// for −∞).
    Generalised {
        /// The power, from −∞ to 1.
        power: f64,
    },
    /// The value with half of the weight on each side; the mean of two where the half falls between them.
    Median,
    /// How many units are beaten less how many are lost to, by the weight of the criteria on which one is ahead (Copeland 1951).
    Copeland,
    /// Mean less (or plus) a penalty for imbalance, `M ∓ S²/M` with the sample deviation `S`, for values of mean 100 and deviation 10
    /// (Mazziotta and Pareto 2013). Values must be above 0 in the mean.
    MazziottaPareto {
        /// Which way imbalance counts.
        penalty: Penalty,
    },
    /// The same with the deviation of a population, for values brought to 70–130 by fixed goalposts (Mazziotta and Pareto 2016).
    AdjustedMazziottaPareto {
        /// Which way imbalance counts.
        penalty: Penalty,
    },
}

/// Which way imbalance counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Penalty {
    /// It lowers the index: for what is good to have.
    #[default]
    Lowers,
    /// It raises the index: for what is bad to have.
    Raises,
}

impl Aggregation {
    /// Whether the values of a unit alone decide, and not those of the others.
    pub fn is_by_unit(self) -> bool {
        self != Self::Copeland
    }
}

/// How a level comes from the one below it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LevelPlan {
    /// How values become one.
    pub by: Aggregation,
    /// The least part of siblings that must have a value, 0 to 1; below it the unit gets none.
    pub least_available: f64,
}

impl From<Aggregation> for LevelPlan {
    /// Without a limit: one value is enough.
    fn from(by: Aggregation) -> Self {
        Self { by, least_available: 0.0 }
    }
}

/// How all levels come to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan(Vec<LevelPlan>);

impl Plan {
    /// From level 2 upwards; one plan alone counts for all levels.
    pub fn new(levels: Vec<LevelPlan>) -> Self {
        Self(levels)
    }

    /// The same at all levels.
    pub fn all(by: Aggregation) -> Self {
        Self(vec![by.into()])
    }

    /// How `level` (2 and above) comes to be.
    pub fn level(&self, level: usize) -> Option<LevelPlan> {
        if self.0.len() == 1 { self.0.first().copied() } else { self.0.get(level.checked_sub(2)?).copied() }
    }

    fn check(&self, hierarchy: &Hierarchy) -> Result<(), CompositeError> {
        let wanted = hierarchy.levels() - 1;
        if self.0.len() != 1 && self.0.len() != wanted {
            return Err(CompositeError::Length {
                what: "the plan of levels".to_owned(),
                found: self.0.len(),
                wanted,
            });
        }
        for LevelPlan { by, least_available } in &self.0 {
            if !(0.0..=1.0).contains(least_available) {
                let what = "the least part of values for an aggregate";
                return Err(CompositeError::setting(what, least_available, "from 0 to 1"));
            }
            if let Aggregation::Generalised { power } = by
                && (power.is_nan() || *power > 1.0)
            {
                return Err(CompositeError::setting(
                    "the power of a generalised mean",
                    power,
                    "from −∞ to 1",
                ));
            }
        }
        Ok(())
    }
}

/// Indicators with all aggregates above them.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregated {
    /// Units by elements: the indicators, then level 2 and so on; the index comes last.
    pub table: Table,
    /// How each aggregate came to be, by code.
    pub record: BTreeMap<String, Group>,
}

/// An aggregate and what it was made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The children, in order.
    pub children: Vec<String>,
    /// Their weights as parts of one, when all values are there.
    pub shares: Vec<f64>,
    /// How they became one.
    pub plan: LevelPlan,
}

/// Aggregates values that are on one scale, from level 1 up to the index.
///
/// # Errors
/// When an indicator is not in the table, an element has no weight, a setting is out of its bounds, or a value does not suit the mean (0 or
/// below for a geometric one); the error names the unit.
pub fn aggregate(
    table: &Table,
    hierarchy: &Hierarchy,
    weights: &Weights,
    plan: &Plan,
) -> Result<Aggregated, CompositeError> {
    plan.check(hierarchy)?;
    let indicators: Vec<&str> = hierarchy.indicators().map(|element| element.code.as_str()).collect();
    let mut table = table.select(&indicators)?;
    let mut record = BTreeMap::new();
    for level in 2..=hierarchy.levels() {
        let plan = plan.level(level).unwrap_or(LevelPlan::from(Aggregation::Arithmetic));
        for parent in hierarchy.at_level(level) {
            let children: Vec<&str> =
                hierarchy.children(&parent.code).map(|child| child.code.as_str()).collect();
            let own = weights.need(&children)?;
            let columns: Result<Vec<&[Value]>, _> =
                children.iter().map(|code| table.need(code, &parent.code)).collect();
            let column = combine(&columns?, &own, plan, &parent.code, table.units())?;
            table.push(&parent.code, column);
            let children = children.into_iter().map(str::to_owned).collect();
            record.insert(parent.code.clone(), Group { children, shares: shares(&own), plan });
        }
    }
    Ok(Aggregated { table, record })
}

/// One value per unit from columns of siblings.
fn combine(
    columns: &[&[Value]],
    weights: &[f64],
    plan: LevelPlan,
    parent: &str,
    units: &[String],
) -> Result<Vec<Value>, CompositeError> {
    let enough = |unit: usize| {
        let there = columns.iter().filter(|column| column[unit].is_some()).count();
        there > 0 && there as f64 >= plan.least_available * columns.len() as f64 - 1e-12
    };
    if plan.by == Aggregation::Copeland {
        let scores = outranking(columns, weights)?.copeland();
        return Ok(scores
            .into_iter()
            .enumerate()
            .map(|(unit, score)| enough(unit).then_some(score))
            .collect());
    }
    let one = |unit: usize| {
        if !enough(unit) {
            return Ok(None);
        }
        let pairs = columns.iter().zip(weights).filter_map(|(column, weight)| Some((column[unit]?, *weight)));
        let (values, own): (Vec<f64>, Vec<f64>) = pairs.unzip();
        if own.iter().sum::<f64>() <= 0.0 {
            return Ok(None);
        }
        means::mean_by(plan.by, &values, &own).map(Some).map_err(|why| {
            CompositeError::undefined(format!("`{parent}` of the unit `{}`", units[unit]), why)
        })
    };
    (0..units.len()).map(one).collect()
}
