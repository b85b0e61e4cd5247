//! One scale for all indicators, on which higher is better.

use std::collections::BTreeMap;

use super::scale::{Indicator, Line};
use crate::{CompositeError, Hierarchy, Table, Value, hierarchy::Direction, statistics};

/// A scale. Bounds, targets and references are in units of the indicator; where lower is better the scale is turned, so that on every
/// scale higher is better (but see [`Normalisation::FractionOfMaximum`]).
#[derive(Clone, Debug, PartialEq)]
pub enum Normalisation {
    /// The worst unit gets `low`, the best `high`. A new unit may move all others: for a series over time take goalposts.
    MinMax {
        /// Of the worst unit.
        low: f64,
        /// Of the best unit.
        high: f64,
    },
    /// Distances from the mean in (sample) standard deviations.
    ZScore {
        /// Where the mean comes to lie: 0, or 100 for Mazziotta and Pareto.
        mean: f64,
        /// What a standard deviation becomes: 1, or 10 for Mazziotta and Pareto.
        deviation: f64,
    },
    /// A line through fixed bounds, which values may pass: the worse bound becomes 0, the better `factor`.
    Scaled {
        /// The lower bound.
        low: f64,
        /// The upper bound.
        high: f64,
        /// What the better bound becomes.
        factor: f64,
    },
    /// `1 − (most − x) / (most − least)`: 0 for the worst unit and 1 for the best.
    DistanceToMaximum,
    /// 0 for the worst unit and 1 for the reference.
    DistanceToReference {
        /// The unit that is the reference.
        unit: String,
        /// Whether units better than the reference get 1.
        cap: bool,
    },
    /// 0 for the worst unit and 1 at the target.
    DistanceToTarget {
        /// The target; nothing takes that of the hierarchy.
        target: Option<f64>,
        /// Whether units better than the target get 1.
        cap: bool,
    },
    /// `x / most` of values turned by their direction, as `n_fracmax` of COINr. Where lower is better this is `x / least`, on which *lower*
    /// stays better, and it has no value where the least is 0: [`Normalisation::FractionOfBest`] is what is usually meant.
    FractionOfMaximum,
    /// The part of the best value: `x / most`, or `least / x` where lower is better. Values must be above 0 (a high-is-better 0 may be).
    FractionOfBest,
    /// The place from the worst, 1 to n; equal values share the lower place.
    Rank,
    /// The place from the worst, 0 to n − 1: how many units are worse.
    Borda,
    /// The part of the other units that are worse, 0 to 1.
    PercentileRank,
    /// A line through fixed goalposts: the worse becomes `from`, the better `to`. The Human Development Index takes 0 and 1, Mazziotta and
    /// Pareto (adjusted) 70 and 130.
    Goalposts {
        /// The lower goalpost.
        low: f64,
        /// The upper goalpost.
        high: f64,
        /// What the worse goalpost becomes.
        from: f64,
        /// What the better goalpost becomes.
        to: f64,
        /// Whether values beyond a goalpost get what the goalpost gets.
        truncate: bool,
    },
    /// Values turned by their direction, and nothing else.
    Directed,
}

impl Normalisation {
    /// Goalposts for the adjusted index of Mazziotta and Pareto: a reference value (that of the whole in a first year) gets 100, and half
    /// of the range of all units over all years on either side of it 70 and 130. Values beyond are let pass.
    pub fn around(reference: f64, least: f64, most: f64) -> Self {
        let half = (most - least) / 2.0;
        Self::Goalposts {
            low: reference - half,
            high: reference + half,
            from: 70.0,
            to: 130.0,
            truncate: false,
        }
    }
}

/// Which scale each indicator is brought to.
#[derive(Clone, Debug, PartialEq)]
pub struct NormaliseOptions {
    /// For all that are not named.
    pub all: Normalisation,
    /// For single indicators, by code.
    pub each: BTreeMap<String, Normalisation>,
}

impl NormaliseOptions {
    /// One scale for all.
    pub fn all(scale: Normalisation) -> Self {
        Self { all: scale, each: BTreeMap::new() }
    }
}

impl Default for NormaliseOptions {
    fn default() -> Self {
        Self::all(Normalisation::MinMax { low: 0.0, high: 100.0 })
    }
}

/// How one indicator was brought to its scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// The indicator.
    pub code: String,
    /// Which way was better.
    pub direction: Direction,
    /// The scale that was asked for.
    pub scale: Normalisation,
    /// Slope and offset in units of the indicator (`offset + slope · x`); nothing for scales by rank and the like.
    pub line: Option<(f64, f64)>,
}

/// Values on one scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Normalised {
    /// Units by indicators; higher is better.
    pub table: Table,
    /// How each column was scaled.
    pub record: Vec<Scale>,
}

/// Brings each indicator to its scale. Missing values stay missing.
///
/// # Errors
/// When an indicator is not of the hierarchy, or has no place on the scale: its values do not differ, its bounds are the wrong way round,
/// it has no target, its reference is missing.
pub fn normalise(
    table: &Table,
    hierarchy: &Hierarchy,
    options: &NormaliseOptions,
) -> Result<Normalised, CompositeError> {
    if let Some(code) = options.each.keys().find(|code| table.column(code).is_none()) {
        return Err(CompositeError::unknown("normalisation", code));
    }
    let mut record = Vec::new();
    let scaled = table.try_map(|code, column| {
        let element = hierarchy.need(code, "the table")?;
        let (direction, sign) = (element.direction, element.direction.sign());
        let turned: Vec<Value> = column.iter().map(|value| value.map(|value| sign * value)).collect();
        let present = statistics::present(&turned);
        if present.is_empty() {
            let why = "it has no value at all; leave the indicator out";
            return Err(CompositeError::undefined(format!("the scale of `{code}`"), why));
        }
        let indicator =
            Indicator { code, direction, turned, present, target: element.target, units: table.units() };
        let scale = options.each.get(code).unwrap_or(&options.all);
        let (values, line) = apply(&indicator, scale)?;
        let line = line.map(|line| line.equation()).map(|(slope, offset)| (slope * sign, offset));
        record.push(Scale { code: code.to_owned(), direction, scale: scale.clone(), line });
        Ok(values)
    })?;
    Ok(Normalised { table: scaled, record })
}

fn apply(
    indicator: &Indicator<'_>,
    scale: &Normalisation,
) -> Result<(Vec<Value>, Option<Line>), CompositeError> {
    if let Some(line) = indicator.line(scale)? {
        let values = indicator.turned.iter().map(|value| value.and_then(|value| line.place(value))).collect();
        return Ok((values, Some(line)));
    }
    let ranks = || statistics::rank_from_lowest(&indicator.turned).into_iter();
    let others = indicator.present.len().saturating_sub(1).max(1) as f64;
    let values = match scale {
        Normalisation::FractionOfBest => indicator.fraction_of_best()?,
        Normalisation::Rank => ranks().map(|rank| rank.map(|rank| rank as f64)).collect(),
        Normalisation::Borda => ranks().map(|rank| rank.map(|rank| rank as f64 - 1.0)).collect(),
        Normalisation::PercentileRank => {
            ranks().map(|rank| rank.map(|rank| (rank as f64 - 1.0) / others)).collect()
        }
        _ => indicator.turned.clone(),
    };
    Ok((values, None))
}
