//! Several projects at once, each in a cell of regions, all compared with the same others.

use super::{
    options::GeoOptions,
    power::{block, check_regions},
    regions::check,
};
use crate::{
    BlockCovariates, Reordering, StatisticsError, augmented_control, conformal_mean, conformal_mean_interval,
    detectable_by_reach, jackknife_plus, normal_quantile,
};

/// The regions of one project.
pub type Cell = Vec<usize>;

/// What a project did in its cell.
#[derive(Clone, Debug, PartialEq)]
pub struct CellEffect {
    /// The mean effect, per region and time.
    pub effect: f64,
    /// The effect as a part of what would have been.
    pub lift: f64,
    /// The whole effect, over all regions and times.
    pub incremental: f64,
    /// The interval of the mean effect.
    pub interval: [f64; 2],
    /// The interval of the whole effect.
    pub incremental_interval: [f64; 2],
    /// The error of a normal estimate whose interval is as wide.
    pub standard_error: f64,
    /// The chance that the interval may miss an effect.
    pub alpha: f64,
    /// The chance of such gaps when nothing happened.
    pub p_value: f64,
    /// The length of the gap before the project.
    pub imbalance: f64,
    /// The same as a part of what it is when all others count alike.
    pub scaled_imbalance: f64,
    /// What the correction takes for the bias of plain synthetic control.
    pub bias: f64,
    /// The weight of each region that is compared with.
    pub weights: Vec<(usize, f64)>,
}

impl CellEffect {
    /// The smallest mean effect that is told from none with a chance of 80 %, by this interval.
    pub fn detectable(&self) -> f64 {
        detectable_by_reach((self.interval[1] - self.interval[0]) / 2.0, self.alpha)
    }
}

/// Two cells side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellComparison {
    /// Their places.
    pub cells: [usize; 2],
    /// The one with more effect, where their intervals of the whole effect do not touch.
    pub more: Option<usize>,
}

/// What all projects did.
#[derive(Clone, Debug, PartialEq)]
pub struct CellEffects {
    /// By cell.
    pub cells: Vec<CellEffect>,
    /// Each cell with each later one.
    pub comparisons: Vec<CellComparison>,
}

impl CellEffects {
    /// The cell that has more effect than each other one.
    pub fn best(&self) -> Option<usize> {
        (0..self.cells.len()).find(|cell| {
            let mut own =
                self.comparisons.iter().filter(|comparison| comparison.cells.contains(cell)).peekable();
            own.peek().is_some() && own.all(|comparison| comparison.more == Some(*cell))
        })
    }
}

/// Evaluates each cell with the regions that are in none, over all times from `before` on. By shifts intervals are those of [`conformal_mean`]; by
/// any order those of the package: of an effect that is the same at each time, and where no such effect is left, those of times left out.
///
/// # Errors
/// When rows differ in length, values are not finite, a region is not there or in two cells, a cell is empty, no region is left to compare
/// with, or times are too few.
pub fn evaluate_cells(
    outcome: &[Vec<f64>],
    cells: &[Cell],
    before: usize,
    options: &GeoOptions,
) -> Result<CellEffects, StatisticsError> {
    let times = check(outcome)?;
    let all: Vec<usize> = cells.iter().flatten().copied().collect();
    check_regions(&all, outcome.len())?;
    let one = |cell: &Cell| cell_effect(outcome, cell, &all, (before, times), options);
    let found: Vec<CellEffect> = cells.iter().map(one).collect::<Result<_, _>>()?;
    let compare = |first: usize, second: usize| {
        let (one, two) = (found[first].incremental_interval, found[second].incremental_interval);
        let more = if one[0] > two[1] {
            Some(first)
        } else if two[0] > one[1] {
            Some(second)
        } else {
            None
        };
        CellComparison { cells: [first, second], more }
    };
    let pairs =
        (0..found.len()).flat_map(|first| (first + 1..found.len()).map(move |second| (first, second)));
    let comparisons = pairs.map(|(first, second)| compare(first, second)).collect();
    Ok(CellEffects { cells: found, comparisons })
}

fn cell_effect(
    outcome: &[Vec<f64>],
    cell: &Cell,
    all: &[usize],
    (before, times): (usize, usize),
    options: &GeoOptions,
) -> Result<CellEffect, StatisticsError> {
    let panel = block(outcome, cell, all, before, times)?;
    let none = BlockCovariates::default();
    let found = augmented_control(&panel, &none, options.control)?;
    let conformal = options.conformal();
    let mean = conformal_mean(&panel, &none, &found, conformal)?;
    let interval = match options.reordering {
        Reordering::Shift => mean.interval,
        Reordering::Any { .. } => match conformal_mean_interval(&panel, &none, &found, conformal)? {
            Some(interval) => interval,
            None => jackknife_plus(&panel, &none, &found, options.alpha, false)?.mean,
        },
    };
    let whole = (cell.len() * (times - before)) as f64;
    let later = &panel.treated_mean()[before..];
    let instead = later.iter().sum::<f64>() / later.len() as f64 - found.effect;
    let others = (0..outcome.len()).filter(|region| !all.contains(region));
    Ok(CellEffect {
        effect: found.effect,
        lift: found.effect / instead.abs(),
        incremental: found.effect * whole,
        interval,
        incremental_interval: interval.map(|end| end * whole),
        standard_error: (interval[1] - interval[0]) / 2.0 / normal_quantile(1.0 - options.alpha / 2.0),
        alpha: options.alpha,
        p_value: mean.p_value,
        imbalance: found.imbalance,
        scaled_imbalance: found.scaled_imbalance,
        bias: found.mean_bias(),
        weights: others.zip(found.weights.iter().copied()).collect(),
    })
}
