//! What the draws say.

use super::{CausalSeries, Draws};

/// A value with the range in which it lies with a given chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The mean.
    pub mean: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The standard deviation.
    pub deviation: f64,
}

/// The effect from the start of the project on.
#[derive(Clone, Debug, PartialEq)]
pub struct BayesEffect {
    /// The mean of what was observed.
    pub observed: f64,
    /// The mean of what would have been.
    pub counterfactual: Interval,
    /// The mean difference, in units of the outcome.
    pub effect: Interval,
    /// The sum of the differences.
    pub cumulative: Interval,
    /// The mean difference as a part of what would have been.
    pub relative: Interval,
    /// The chance of a difference so large or larger, in its direction, without an effect.
    pub p_value: f64,
    /// What would have been at each time of the series.
    pub course: Vec<Interval>,
}

impl Draws {
    /// Sums the draws up, with intervals of this chance (0.95).
    pub fn effect(&self, series: &CausalSeries, chance: f64) -> BayesEffect {
        let later: Vec<(usize, f64)> = (series.before..series.outcome.len())
            .filter_map(|time| Some((time, series.outcome[time].filter(|value| value.is_finite())?)))
            .collect();
        let count = later.len() as f64;
        let observed = later.iter().map(|(_, value)| value).sum::<f64>() / count;
        let mean_of = |draw: &[f64]| later.iter().map(|(time, _)| draw[*time]).sum::<f64>() / count;
        let would: Vec<f64> = self.counterfactual.iter().map(|draw| mean_of(draw)).collect();
        let expected: Vec<f64> = self.expected.iter().map(|draw| mean_of(draw)).collect();
        let centre = expected.iter().sum::<f64>() / expected.len() as f64;
        let effects: Vec<f64> = would.iter().map(|value| observed - value).collect();
        let relative: Vec<f64> = would.iter().map(|value| observed / value - 1.0).collect();
        let at = |values: &[f64], mean: f64| Interval { mean, ..interval(values, chance) };
        let times = self.counterfactual.first().map_or(0, Vec::len);
        let course = (0..times).map(|time| {
            let of = |draws: &[Vec<f64>]| draws.iter().map(|draw| draw[time]).collect::<Vec<f64>>();
            at(&of(&self.counterfactual), interval(&of(&self.expected), chance).mean)
        });
        let beyond = |keep: &dyn Fn(f64) -> bool| {
            (1 + would.iter().filter(|value| keep(**value)).count()) as f64 / (1 + would.len()) as f64
        };
        let effect = at(&effects, observed - centre);
        BayesEffect {
            observed,
            counterfactual: at(&would, centre),
            effect,
            cumulative: Interval {
                mean: effect.mean * count,
                low: effect.low * count,
                high: effect.high * count,
                deviation: effect.deviation * count,
            },
            relative: at(&relative, interval(&relative, chance).mean),
            p_value: beyond(&|value| value >= observed).min(beyond(&|value| value <= observed)),
            course: course.collect(),
        }
    }
}

fn interval(values: &[f64], chance: f64) -> Interval {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let square: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let tail = (1.0 - chance) / 2.0;
    Interval {
        mean,
        low: quantile(&sorted, tail),
        high: quantile(&sorted, 1.0 - tail),
        deviation: (square / (count - 1.0).max(1.0)).sqrt(),
    }
}

/// Between the two nearest values (R's type 7).
fn quantile(sorted: &[f64], chance: f64) -> f64 {
    if sorted.is_empty() {
        return f64::NAN;
    }
    let place = chance * (sorted.len() - 1) as f64;
    let (below, part) = (place.floor() as usize, place.fract());
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + part * (sorted[above] - sorted[below])
}
