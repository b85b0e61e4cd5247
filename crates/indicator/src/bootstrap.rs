//! Intervals by drawing again (Efron 1979): whole clusters, or blocks of neighbouring periods (Politis and Romano 1994).

mod blocks;

use rand_distr::{Distribution, Uniform};
use rand_pcg::Pcg64;
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

pub use self::blocks::block_length;
use crate::{Interval, Measure, Parts};

/// So many times it is drawn.
const DRAWS: usize = 1_999;
/// The fewest days that an interval is given for.
const DAYS_LEAST: usize = 10;
/// The fewest clusters that an interval is given for.
const CLUSTERS_LEAST: usize = 5;

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawn {
    /// Clusters, each independent of the others.
    Clusters,
    /// Blocks of pieces that follow each other in time, of random length; their mean length follows from how long the series remembers.
    Blocks,
}

/// The interval of a value that follows from the parts of pieces, which are in order of time where blocks are drawn. The same seed gives
/// the same digits. Nothing for fewer than 10 days or 5 clusters.
pub fn bootstrap_interval(
    pieces: &[Parts],
    measure: Measure,
    drawn: Drawn,
    seed: u64,
    chance: f64,
) -> Option<Interval> {
    let whole: Parts = pieces.iter().copied().sum();
    let influence = |parts: &Parts| match measure {
        Measure::Mean => parts.sum - parts.count * whole.sum / whole.count,
        Measure::Ratio { .. } | Measure::Excess { .. } => {
            parts.numerator - parts.denominator * whole.numerator / whole.denominator
        }
        Measure::Count { .. } => parts.count,
        _ => parts.sum,
    };
    let influence: Vec<f64> = pieces.iter().map(influence).collect();
    let value = |times: &[u32]| {
        let each = pieces.iter().zip(times).filter(|(_, times)| **times > 0);
        let sum: Parts = each.map(|(parts, times)| parts.times(f64::from(*times))).sum();
        sum.estimate(measure, crate::Uncertainty::None, chance).map(|estimate| estimate.value)
    };
    interval(pieces.len(), &influence, value, drawn, seed, chance)
}

/// The value below which a part of a sample lies, between its members in a line (R's type 7). Nothing of nothing.
pub fn quantile(values: &[f64], part: f64) -> Option<f64> {
    let mut sorted: Vec<(f64, usize)> = values.iter().map(|value| (*value, 0)).collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    drawn_quantile(&sorted, &[1], part)
}

/// The interval of a quantile of values that are given by piece, as [`bootstrap_interval`].
pub fn quantile_interval(
    pieces: &[Vec<f64>],
    part: f64,
    drawn: Drawn,
    seed: u64,
    chance: f64,
) -> Option<Interval> {
    let mut sorted: Vec<(f64, usize)> = Vec::new();
    for (place, values) in pieces.iter().enumerate() {
        sorted.extend(values.iter().map(|value| (*value, place)));
    }
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let whole = drawn_quantile(&sorted, &vec![1; pieces.len()], part)?;
    let below = |values: &Vec<f64>| values.iter().filter(|value| **value <= whole).count() as f64;
    let influence: Vec<f64> =
        pieces.iter().map(|values| below(values) - part * values.len() as f64).collect();
    let value = |times: &[u32]| drawn_quantile(&sorted, times, part);
    interval(pieces.len(), &influence, value, drawn, seed, chance)
}

/// A quantile of rising values with the pieces that they are of, each piece taken so many times.
fn drawn_quantile(sorted: &[(f64, usize)], times: &[u32], part: f64) -> Option<f64> {
    let count: u64 = sorted.iter().map(|(_, piece)| u64::from(times[*piece])).sum();
    let place = part.clamp(0.0, 1.0) * count.checked_sub(1)? as f64;
    let (lower, upper) = (place.floor() as u64, place.ceil() as u64);
    let (mut passed, mut low) = (0, None);
    for (value, piece) in sorted {
        passed += u64::from(times[*piece]);
        if passed > lower && low.is_none() {
            low = Some(*value);
        }
        if passed > upper {
            let low = low?;
            return Some(low + (place - place.floor()) * (value - low));
        }
    }
    None
}

/// Between which values the middle of those drawn lies, the tails made longer for so few pieces as there are (Hesterberg 2015, expanded
/// percentiles): with `n` independent ones a tail is `Φ(−√(n/(n−1)) t)`, `t` being Student's with `n − 1` degrees of freedom.
fn interval(
    pieces: usize,
    influence: &[f64],
    value: impl Fn(&[u32]) -> Option<f64>,
    drawn: Drawn,
    seed: u64,
    chance: f64,
) -> Option<Interval> {
    let (least, length) = match drawn {
        Drawn::Clusters => (CLUSTERS_LEAST, 1.0),
        Drawn::Blocks => (DAYS_LEAST, block_length(influence)),
    };
    if pieces < least {
        return None;
    }
    let mut random = Pcg64::new(u128::from(seed), 0xa02_bdbf_7bb3_c0a7);
    let draw = Draw::of(pieces, length)?;
    let mut values: Vec<f64> = (0..DRAWS)
        .filter_map(|_| value(&draw.times(&mut random)))
        .filter(|value| value.is_finite())
        .collect();
    values.sort_by(f64::total_cmp);
    let independent = (pieces as f64 / length).max(2.0);
    let student = StudentsT::new(0.0, 1.0, independent - 1.0).ok()?.inverse_cdf(0.5 + chance / 2.0);
    let tail = Normal::standard().cdf(-(independent / (independent - 1.0)).sqrt() * student);
    let at = |part: f64| {
        let place = part * values.len().checked_sub(1)? as f64;
        let (low, high) = (values[place.floor() as usize], values[place.ceil() as usize]);
        Some(low + (place - place.floor()) * (high - low))
    };
    Some(Interval { low: at(tail)?, high: at(1.0 - tail)? })
}

/// How pieces are drawn.
struct Draw {
    pieces: usize,
    start: Uniform<usize>,
    chance: Uniform<f64>,
    /// How likely a block ends after a piece.
    ends: f64,
}

impl Draw {
    fn of(pieces: usize, length: f64) -> Option<Self> {
        let start = Uniform::new(0, pieces).ok()?;
        Some(Self { pieces, start, chance: Uniform::new(0.0, 1.0).ok()?, ends: 1.0 / length.max(1.0) })
    }

    /// How many times each piece is drawn, as many in all as there are.
    fn times(&self, random: &mut Pcg64) -> Vec<u32> {
        let mut times = vec![0; self.pieces];
        let mut place = self.start.sample(random);
        for drawn in 0..self.pieces {
            if drawn > 0 {
                let ends = self.ends >= 1.0 || self.chance.sample(random) < self.ends;
                place = if ends { self.start.sample(random) } else { (place + 1) % self.pieces };
            }
            times[place] += 1;
        }
        times
    }
}

#[cfg(test)]
mod tests;
