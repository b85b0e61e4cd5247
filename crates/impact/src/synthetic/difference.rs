//! Synthetic differences in differences (Arkhangelsky, Athey, Hirshberg, Imbens and Wager 2021).

use super::{BlockPanel, frank_wolfe::Search};

/// How weights are drawn to be equal, in parts of the noise of the donors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SyntheticOptions {
    /// For units; nothing: the fourth root of treated units × treated times.
    pub eta_units: Option<f64>,
    /// For times.
    pub eta_times: f64,
    /// Whether donors need to have the course of the treated only, and not their level.
    pub intercept: bool,
    /// Whether times before the treatment are weighted; if not, these times do not count in the estimate at all (synthetic control).
    pub weigh_times: bool,
}

impl Default for SyntheticOptions {
    fn default() -> Self {
        Self { eta_units: None, eta_times: 1e-6, intercept: true, weigh_times: true }
    }
}

impl SyntheticOptions {
    /// Those of synthetic control in the package `synthdid`.
    pub fn control() -> Self {
        Self { eta_units: Some(1e-6), intercept: false, weigh_times: false, ..Self::default() }
    }
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct SyntheticDifference {
    /// The mean effect on the treated, over the times from the treatment on.
    pub effect: f64,
    /// The effect at each time from the treatment on.
    pub course: Vec<f64>,
    /// The weight of each donor; they sum to one.
    pub unit_weights: Vec<f64>,
    /// The weight of each time before the treatment; they sum to one, or are all none.
    pub time_weights: Vec<f64>,
    /// ζ for units: what spreading the weights is worth.
    pub zeta_units: f64,
    /// ζ for times.
    pub zeta_times: f64,
    /// When the search for weights ended, for searches that are to be like it.
    pub(super) gain_min: f64,
}

/// Weights donors and earlier times so that they come near to the treated and to the later times, and takes the double difference.
pub fn synthetic_difference(panel: &BlockPanel, options: SyntheticOptions) -> SyntheticDifference {
    let noise = noise(panel);
    let (treated, after) = (panel.outcome.len() - panel.donors, panel.times() - panel.before);
    let eta_units = options.eta_units.unwrap_or(((treated * after) as f64).powf(0.25));
    let drawn = Drawn {
        zeta_units: eta_units * noise,
        zeta_times: options.eta_times * noise,
        gain_min: 1e-5 * noise,
    };
    let (units, times) = searches(panel, options);
    estimate(panel, options, drawn, (equal(units), equal(times)))
}

/// How much weights are drawn to be equal, and when the search for them ends.
#[derive(Clone, Copy)]
struct Drawn {
    zeta_units: f64,
    zeta_times: f64,
    gain_min: f64,
}

/// The same with the ζ of what was found, from given weights of units on.
pub(super) fn with_zeta(
    panel: &BlockPanel,
    options: SyntheticOptions,
    found: &SyntheticDifference,
    start: Vec<f64>,
) -> SyntheticDifference {
    let drawn =
        Drawn { zeta_units: found.zeta_units, zeta_times: found.zeta_times, gain_min: found.gain_min };
    estimate(panel, options, drawn, (start, found.time_weights.clone()))
}

/// The same with given weights of units, and the weights of times of what was found.
pub(super) fn with_weights(
    panel: &BlockPanel,
    found: &SyntheticDifference,
    units: Vec<f64>,
) -> SyntheticDifference {
    let drawn =
        Drawn { zeta_units: found.zeta_units, zeta_times: found.zeta_times, gain_min: found.gain_min };
    combine(panel, units, found.time_weights.clone(), drawn)
}

fn equal(count: usize) -> Vec<f64> {
    vec![1.0 / count as f64; count]
}

/// How many weights of units and of times there are.
fn searches(panel: &BlockPanel, options: SyntheticOptions) -> (usize, usize) {
    (panel.donors, if options.weigh_times { panel.before } else { 0 })
}

fn estimate(
    panel: &BlockPanel,
    options: SyntheticOptions,
    drawn: Drawn,
    (units, times): (Vec<f64>, Vec<f64>),
) -> SyntheticDifference {
    let after = panel.times() - panel.before;
    let donors = &panel.outcome[..panel.donors];
    let mean = panel.treated_mean();
    let rows: Vec<Vec<f64>> = donors.iter().map(|row| row[..panel.before].to_vec()).collect();
    let Drawn { zeta_units, zeta_times, gain_min } = drawn;
    let (target, intercept) = (&mean[..panel.before], options.intercept);
    let unit_weights =
        Search { columns: &rows, target, zeta: zeta_units, intercept, gain_min }.weights(units);
    let time_weights = if options.weigh_times {
        let columns: Vec<Vec<f64>> =
            (0..panel.before).map(|time| donors.iter().map(|row| row[time]).collect()).collect();
        let later: Vec<f64> =
            donors.iter().map(|row| row[panel.before..].iter().sum::<f64>() / after as f64).collect();
        Search { columns: &columns, target: &later, zeta: zeta_times, intercept: true, gain_min }
            .weights(times)
    } else {
        vec![0.0; panel.before]
    };
    combine(panel, unit_weights, time_weights, drawn)
}

/// Plain differences in differences: all donors and all earlier times count alike.
pub fn difference_in_differences(panel: &BlockPanel) -> SyntheticDifference {
    let drawn = Drawn { zeta_units: 0.0, zeta_times: 0.0, gain_min: 0.0 };
    combine(panel, equal(panel.donors), equal(panel.before), drawn)
}

fn combine(
    panel: &BlockPanel,
    unit_weights: Vec<f64>,
    time_weights: Vec<f64>,
    drawn: Drawn,
) -> SyntheticDifference {
    let mean = panel.treated_mean();
    let donors = &panel.outcome[..panel.donors];
    let gap = |time: usize| {
        mean[time] - donors.iter().zip(&unit_weights).map(|(row, w)| w * row[time]).sum::<f64>()
    };
    let earlier: f64 = time_weights.iter().enumerate().map(|(time, weight)| weight * gap(time)).sum();
    let course: Vec<f64> = (panel.before..panel.times()).map(|time| gap(time) - earlier).collect();
    let effect = course.iter().sum::<f64>() / course.len() as f64;
    let Drawn { zeta_units, zeta_times, gain_min } = drawn;
    SyntheticDifference { effect, course, unit_weights, time_weights, zeta_units, zeta_times, gain_min }
}

/// The standard deviation of the steps of the donors before the treatment.
fn noise(panel: &BlockPanel) -> f64 {
    let steps: Vec<f64> = panel.outcome[..panel.donors]
        .iter()
        .flat_map(|row| row[..panel.before].windows(2).map(|pair| pair[1] - pair[0]))
        .collect();
    let mean = steps.iter().sum::<f64>() / steps.len() as f64;
    let square: f64 = steps.iter().map(|step| (step - mean).powi(2)).sum();
    (square / (steps.len() as f64 - 1.0).max(1.0)).sqrt()
}
