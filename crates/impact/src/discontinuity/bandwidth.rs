//! How near is near: bandwidths that make the mean squared error of the jump least (Calonico, Cattaneo and Titiunik 2014; Calonico, Cattaneo
//! and Farrell 2020).

use super::{
    data::{Side, ThresholdData},
    effect::DiscontinuityOptions,
    local::{Local, window},
};
use crate::{StatisticsError, least_squares::dot};

/// What the bandwidth is best for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BandwidthRule {
    /// The squared error of the jump, one bandwidth for both sides (`mserd`).
    Jump,
    /// The squared error of each side, each with its own (`msetwo`).
    Sides,
    /// The squared error of the sum of both sides (`msesum`).
    Sum,
    /// The coverage of the interval of the jump (`cerrd`).
    Coverage,
    /// These bandwidths.
    Given(Bandwidths),
}

/// The distances from the threshold within which units count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bandwidths {
    /// For the jump: below the threshold and from it on.
    pub main: [f64; 2],
    /// For its bias.
    pub bias: [f64; 2],
}

/// A part of units on one value from which running values count as heaped, and how many different ones must then lie within a bandwidth.
const HEAPED: f64 = 0.2;
const DISTINCT_MIN: usize = 10;
/// With fewer units all are taken.
const UNITS_MIN: usize = 20;
/// What a bandwidth is lengthened by so that the unit at its end counts.
const MORE: f64 = 1.0 + 1.490_116_119_384_765_6e-8;

/// Chooses bandwidths.
///
/// # Errors
/// When columns differ in length, values are not finite, or too few different running values lie on either side.
pub fn bandwidths(
    data: &ThresholdData,
    threshold: f64,
    options: DiscontinuityOptions,
) -> Result<Bandwidths, StatisticsError> {
    options.check()?;
    select(&data.sides(threshold, options.bias_order())?, options)
}

pub(super) fn select(
    sides: &[Side; 2],
    options: DiscontinuityOptions,
) -> Result<Bandwidths, StatisticsError> {
    if let BandwidthRule::Given(given) = options.bandwidth {
        let fits = |width: &f64| width.is_finite() && *width > 0.0;
        if given.main.iter().chain(&given.bias).all(fits) {
            return Ok(given);
        }
        let why = format!("bandwidths must be above 0: {given:?}");
        return Err(StatisticsError::NotIdentified { what: "the jump".to_owned(), why });
    }
    let units = sides[0].x.len() + sides[1].x.len();
    if units < UNITS_MIN {
        let all = sides[0].range().max(sides[1].range());
        return Ok(Bandwidths { main: [all; 2], bias: [all; 2] });
    }
    Search::of(sides, options).run()
}

/// A variance, a bias and what the bias is held back by, of one side.
#[derive(Clone, Copy)]
struct Parts {
    variance: f64,
    bias: f64,
    held: f64,
}

struct Search<'a> {
    sides: [Side; 2],
    options: DiscontinuityOptions,
    given: &'a [Side; 2],
    pilot: f64,
    most: [f64; 2],
    least: [f64; 2],
}

impl<'a> Search<'a> {
    fn of(given: &'a [Side; 2], options: DiscontinuityOptions) -> Self {
        let mut sides = given.clone();
        // What a whole side received tells nothing of how well its share is known: the bandwidth is then that of the outcome.
        let constant =
            |side: &Side| side.columns.get(1).is_some_and(|t| t.iter().all(|value| *value == t[0]));
        if sides.iter().any(constant) {
            sides.iter_mut().for_each(|side| side.columns.truncate(1));
        }
        let most = given.each_ref().map(Side::range);
        let heaped = |side: &Side| 1.0 - side.distinct as f64 / side.x.len() as f64 >= HEAPED;
        let least = if given.iter().any(heaped) {
            given.each_ref().map(|side| {
                let distances = side.distances();
                distances[DISTINCT_MIN.min(distances.len()) - 1] * MORE
            })
        } else {
            [0.0; 2]
        };
        let count = (given[0].distinct + given[1].distinct) as f64;
        let all: Vec<f64> = given.iter().flat_map(|side| side.x.iter().copied()).collect();
        let pilot = options.kernel.pilot() * spread(&all) * count.powf(-0.2);
        let pilot = pilot.min(most[0].max(most[1])).max(least[0]).max(least[1]);
        Self { sides, options, given, pilot, most, least }
    }

    fn run(&self) -> Result<Bandwidths, StatisticsError> {
        let (order, derivative) = (self.options.order, self.options.derivative);
        let bias_order = order + 1;
        let far = self.given.each_ref().map(|side| side.range() * MORE);
        let first = self.parts(bias_order + 1, bias_order + 1, far, false)?;
        let first = self.raised(self.combined(&first, bias_order + 1)?);
        let bias = self.parts(bias_order, order + 1, first, true)?;
        let bias = self.combined(&bias, bias_order)?;
        let main = self.parts(order, derivative, bias, true)?;
        let mut main = self.combined(&main, order)?;
        if self.options.bandwidth == BandwidthRule::Coverage {
            let (units, p) = ((self.given[0].x.len() + self.given[1].x.len()) as f64, order as f64);
            main = main.map(|width| width * units.powf(-p / ((3.0 + p) * (3.0 + 2.0 * p))));
        }
        Ok(Bandwidths { main, bias })
    }

    /// With heaped running values, not less than what holds enough different ones.
    fn raised(&self, widths: [f64; 2]) -> [f64; 2] {
        let both = self.least[0].max(self.least[1]);
        if self.options.bandwidth == BandwidthRule::Sides {
            [widths[0].max(self.least[0]), widths[1].max(self.least[1])]
        } else {
            widths.map(|width| width.max(both))
        }
    }

    /// The bandwidths at which variance and squared bias are in balance.
    fn combined(&self, parts: &[Parts; 2], order: usize) -> Result<[f64; 2], StatisticsError> {
        let rate = 1.0 / (2.0 * order as f64 + 3.0);
        let [left, right] = parts;
        let one = |variance: f64, bias: f64, held: f64| (variance / (bias * bias + held)).powf(rate);
        let widths = match self.options.bandwidth {
            BandwidthRule::Sides => [
                one(left.variance, left.bias, left.held).min(self.most[0]),
                one(right.variance, right.bias, right.held).min(self.most[1]),
            ],
            rule => {
                let bias = match rule {
                    BandwidthRule::Sum => right.bias + left.bias,
                    _ => right.bias - left.bias,
                };
                let both = one(left.variance + right.variance, bias, left.held + right.held);
                [both.min(self.most[0].max(self.most[1])); 2]
            }
        };
        if widths.iter().all(|width| width.is_finite() && *width > 0.0) {
            return Ok(widths);
        }
        let why = "near the threshold the outcome does not vary; give one".to_owned();
        Err(StatisticsError::NotIdentified { what: "the bandwidth".to_owned(), why })
    }

    /// Those of the coefficient of order `of` in a polynomial of order `order`, the next order being found within the bandwidths `wide`.
    fn parts(
        &self,
        order: usize,
        of: usize,
        wide: [f64; 2],
        hold: bool,
    ) -> Result<[Parts; 2], StatisticsError> {
        let one = |side: usize| self.side(&self.sides[side], order, of, wide[side], hold);
        Ok([one(0)?, one(1)?])
    }

    fn side(
        &self,
        side: &Side,
        order: usize,
        of: usize,
        wide: f64,
        hold: bool,
    ) -> Result<Parts, StatisticsError> {
        let DiscontinuityOptions { kernel, variance, .. } = self.options;
        let near = window(&side.x, kernel, self.pilot);
        let fit = Local::of(&side.x[near.clone()], kernel, self.pilot, order)?;
        let row = fit.row(of);
        let shares = shares(side, &fit, near.clone(), of, self.pilot);
        let squares = |fit: &Local, range: std::ops::Range<usize>, row: &[f64]| {
            let mut sums = vec![0.0; row.len()];
            for (column, share) in side.columns.iter().zip(&shares) {
                let residuals = variance.residuals(&side.x[range.clone()], &column[range.clone()], fit);
                sums.iter_mut().zip(residuals).for_each(|(sum, residual)| *sum += share * residual);
            }
            sums.iter().zip(row).map(|(residual, row)| (residual * row).powi(2)).sum::<f64>()
        };
        let noise = squares(&fit, near, &row);
        let constant = dot(&row, &fit.powers(order + 1));
        let near = window(&side.x, kernel, wide);
        let next = Local::of(&side.x[near.clone()], kernel, wide, order + 1)?;
        let next_row = next.row(order + 1);
        let scale = wide.powi(order as i32 + 1);
        let bend: f64 = side
            .columns
            .iter()
            .zip(&shares)
            .map(|(column, share)| share * dot(&next_row, &column[near.clone()]) / scale)
            .sum();
        let steps = 2.0 * (order + 1 - of) as f64;
        let held = if hold {
            3.0 * constant * constant * squares(&next, near, &next_row) / (scale * scale) * steps
        } else {
            0.0
        };
        Ok(Parts {
            variance: (2.0 * of as f64 + 1.0) * self.pilot * noise,
            bias: steps.sqrt() * constant * bend,
            held,
        })
    }
}

/// What the outcome and what was received count in a ratio of both, near this side of the threshold.
fn shares(side: &Side, fit: &Local, near: std::ops::Range<usize>, of: usize, bandwidth: f64) -> Vec<f64> {
    let Some(received) = side.columns.get(1) else { return vec![1.0] };
    let row = fit.row(of);
    let factor = (1..=of).map(|n| n as f64).product::<f64>() / bandwidth.powi(of as i32);
    let outcome = factor * dot(&row, &side.columns[0][near.clone()]);
    let received = factor * dot(&row, &received[near]);
    vec![1.0 / received, -outcome / (received * received)]
}

/// The lesser of the standard deviation and the range of the middle half over that of a normal law.
fn spread(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len();
    let quarter = |part: f64| {
        let place = part * count as f64;
        let below = place.floor() as usize;
        if place == place.floor() && below > 0 {
            f64::midpoint(sorted[below - 1], sorted[below.min(count - 1)])
        } else {
            sorted[below.min(count - 1)]
        }
    };
    let mean = values.iter().sum::<f64>() / count as f64;
    let square: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let deviation = (square / (count as f64 - 1.0)).sqrt();
    deviation.min((quarter(0.75) - quarter(0.25)) / 1.349)
}
