//! Tests by drawing the lots again (Fisher 1935; Rosenbaum 2002 for the interval).

use rand_pcg::Pcg64;

use super::trial::{Stratum, Trial};
use crate::{StatisticsError, chance::shuffle};

/// How lots are drawn again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LotOptions {
    /// All lots that could have been drawn are gone through when there are no more than these.
    pub exact_max: usize,
    /// How many are drawn otherwise.
    pub draws: usize,
    /// The seed of the draws.
    pub seed: u64,
    /// The chance that the interval may miss an effect that is the same for all units.
    pub alpha: f64,
}

impl Default for LotOptions {
    fn default() -> Self {
        Self { exact_max: 100_000, draws: 10_000, seed: 1, alpha: 0.05 }
    }
}

/// What the lots say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LotTest {
    /// The difference in means, in strata weighted by their units.
    pub effect: f64,
    /// The chance of a difference as large in either direction when the project changes no unit.
    pub p_value: f64,
    /// The effects, the same for all units, that are not rejected.
    pub interval: [f64; 2],
    /// Whether all lots were gone through.
    pub exact: bool,
    /// How many lots were looked at, the one that was drawn with them.
    pub lots: usize,
}

/// More lots are not gone through, whatever is asked.
const LOTS_MAX: usize = 4_000_000;

/// The difference in means that another lot would give, and that of the lot that was drawn: how much of an effect it would keep.
type Redrawn = (f64, f64);

/// Draws the lots again within strata, as many as were drawn, and counts the differences that are as large. The interval holds the effects
/// for which, taken out of the treated, the lot that was drawn is not among the rarest.
///
/// # Errors
/// When lengths differ, a value is not finite, a stratum lacks treated or untreated units, or there are no draws.
pub fn randomisation_test(trial: &Trial, options: LotOptions) -> Result<LotTest, StatisticsError> {
    let strata = trial.strata()?;
    let units = trial.outcome.len() as f64;
    let parts: Vec<Part> = strata.iter().map(|stratum| Part::of(trial, stratum, units)).collect();
    let effect: f64 = parts.iter().map(|part| part.of_treated(&part.drawn).0).sum();
    let count: f64 = parts.iter().map(Part::lots).product();
    let exact = count <= options.exact_max.min(LOTS_MAX) as f64;
    let mut others = if exact { all(&parts) } else { Vec::with_capacity(options.draws + 1) };
    if !exact {
        if options.draws == 0 {
            return Err(StatisticsError::TooFew { what: "draws".to_owned(), found: 0, wanted: 1 });
        }
        let mut random = Pcg64::new(u128::from(options.seed), 0xa02_bdbf_7bb3_c0a7);
        let mut orders: Vec<Vec<usize>> =
            parts.iter().map(|part| (0..part.outcome.len()).collect()).collect();
        for _ in 0..options.draws {
            let mut sum = (0.0, 0.0);
            for (part, order) in parts.iter().zip(&mut orders) {
                shuffle(order, &mut random);
                let found = part.of_treated(&order[..part.drawn.len()]);
                sum = (sum.0 + found.0, sum.1 + found.1);
            }
            others.push(sum);
        }
        others.push((effect, 1.0));
    }
    let enough = effect.abs() * (1.0 - 1e-12);
    let as_large = others.iter().filter(|(other, _)| other.abs() >= enough).count();
    Ok(LotTest {
        effect,
        p_value: as_large as f64 / others.len() as f64,
        interval: interval(effect, &others, options.alpha),
        exact,
        lots: others.len(),
    })
}

/// A stratum, its units counted from 0.
struct Part {
    outcome: Vec<f64>,
    drawn: Vec<usize>,
    /// Its part of all units.
    share: f64,
    sum: f64,
}

impl Part {
    fn of(trial: &Trial, stratum: &Stratum, units: f64) -> Self {
        let rows = stratum.treated.iter().chain(&stratum.control);
        let outcome: Vec<f64> = rows.map(|row| trial.outcome[*row]).collect();
        let sum = outcome.iter().sum();
        let share = outcome.len() as f64 / units;
        Self { outcome, drawn: (0..stratum.treated.len()).collect(), share, sum }
    }

    /// How many lots there are.
    fn lots(&self) -> f64 {
        let (units, drawn) = (self.outcome.len(), self.drawn.len());
        (0..drawn).map(|place| (units - place) as f64 / (drawn - place) as f64).product()
    }

    fn of_treated(&self, chosen: &[usize]) -> Redrawn {
        let (treated, units) = (chosen.len() as f64, self.outcome.len() as f64);
        let control = units - treated;
        let difference = |sum: f64, all: f64| self.share * (sum / treated - (all - sum) / control);
        let sum: f64 = chosen.iter().map(|unit| self.outcome[*unit]).sum();
        let again = chosen.iter().filter(|unit| **unit < self.drawn.len()).count() as f64;
        (difference(sum, self.sum), difference(again, treated))
    }
}

/// All lots of all strata together.
fn all(parts: &[Part]) -> Vec<Redrawn> {
    let mut sums = vec![(0.0, 0.0)];
    for part in parts {
        let own = lots_of(part);
        sums =
            sums.iter().flat_map(|sum| own.iter().map(move |own| (sum.0 + own.0, sum.1 + own.1))).collect();
    }
    sums
}

fn lots_of(part: &Part) -> Vec<Redrawn> {
    let (units, drawn) = (part.outcome.len(), part.drawn.len());
    let mut chosen = part.drawn.clone();
    let mut found = Vec::new();
    loop {
        found.push(part.of_treated(&chosen));
        // The last place that can still move on.
        let Some(place) = (0..drawn).rev().find(|place| chosen[*place] < units - drawn + place) else {
            return found;
        };
        chosen[place] += 1;
        for next in place + 1..drawn {
            chosen[next] = chosen[next - 1] + 1;
        }
    }
}

/// A lot speaks for an effect when, with the effect taken out of the treated, its difference is as large as that of the lot that was drawn:
/// this is so between two effects, the estimate lying between them. So the effects that enough lots speak for have no gaps.
fn interval(effect: f64, others: &[Redrawn], alpha: f64) -> [f64; 2] {
    let mut lows = Vec::with_capacity(others.len());
    let mut highs = Vec::with_capacity(others.len());
    for (other, kept) in others {
        // The same lot, or its opposite, speaks for every effect.
        let (low, high) = if 1.0 - kept.abs() < 1e-12 {
            (f64::NEG_INFINITY, f64::INFINITY)
        } else {
            let (one, two) = ((effect - other) / (1.0 - kept), (effect + other) / (1.0 + kept));
            (one.min(two), one.max(two))
        };
        lows.push(low);
        highs.push(high);
    }
    lows.sort_by(f64::total_cmp);
    highs.sort_by(|a, b| b.total_cmp(a));
    let place = ((alpha.clamp(0.0, 1.0) * others.len() as f64) as usize).min(others.len() - 1);
    [lows[place], highs[place]]
}
