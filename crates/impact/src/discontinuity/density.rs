//! Whether units place themselves on one side of a threshold: a jump in how many there are (McCrary 2008), by local polynomials of their
//! distribution (Cattaneo, Jansson and Ma 2020).

use faer::{Mat, linalg::solvers::Solve};

use super::{kernel::Kernel, local::Local, local::window};
use crate::{StatisticsError, least_squares::check_column, least_squares::dot, two_sided};

/// The density of running values at the threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DensityJump {
    /// Per unit of the running value, below and from the threshold on.
    pub density: [f64; 2],
    /// Their standard errors, by leaving units out.
    pub standard_errors: [f64; 2],
    /// The jump over its standard error.
    pub statistic: f64,
    /// The chance of such a jump when there is none.
    pub p_value: f64,
    /// The distances within which units count.
    pub bandwidths: [f64; 2],
    /// How many units lie within them.
    pub within: [usize; 2],
}

/// Bandwidths are the best for a parabola, and the test is made with the next order, whose bias is smaller than its error.
const ORDER: usize = 2;
/// So many units, and so many different values, must lie within a bandwidth.
const UNITS_MIN: usize = 20 + ORDER + 1;
/// What a normal law says of the bandwidth for a derivative of higher order and for the density itself, at this order.
const PILOT_BEND: f64 = 3_430_865.455_123_618;
const PILOT_DENSITY: f64 = 548.571_428_571_555_6;

/// Tests whether the density of running values jumps at the threshold; each side is fitted alone.
///
/// # Errors
/// When a value is not finite, or too few different running values lie on either side.
pub fn density_jump(running: &[f64], threshold: f64, kernel: Kernel) -> Result<DensityJump, StatisticsError> {
    check_column("the running value", running, running.len())?;
    check_column("the threshold", &[threshold], 1)?;
    let law = Law::of(running, threshold);
    for (side, name) in [(false, "below the threshold"), (true, "from the threshold on")] {
        let found = law.side(side).distinct.len();
        if found < ORDER + 4 {
            let what = format!("different running values {name}");
            return Err(StatisticsError::TooFew { what, found, wanted: ORDER + 4 });
        }
    }
    let bandwidths = law.bandwidths(kernel)?;
    let one =
        |side: bool| law.side(side).density(kernel, bandwidths[usize::from(side)], ORDER + 1, law.count);
    let ((below, variance_below), (above, variance_above)) = (one(false)?, one(true)?);
    let statistic = (above - below) / (variance_below + variance_above).sqrt();
    let within =
        |side: bool| law.side(side).x.iter().filter(|x| x.abs() <= bandwidths[usize::from(side)]).count();
    Ok(DensityJump {
        density: [below, above],
        standard_errors: [variance_below.sqrt(), variance_above.sqrt()],
        statistic,
        p_value: two_sided(statistic, None),
        bandwidths,
        within: [within(false), within(true)],
    })
}

/// One side: running values less the threshold, rising, and the part of all units that is not above each.
struct Part {
    x: Vec<f64>,
    share: Vec<f64>,
    /// Distances from the threshold, each once, the nearest first.
    distinct: Vec<f64>,
}

struct Law {
    sides: [Part; 2],
    count: f64,
    mean: f64,
    deviation: f64,
}

impl Law {
    fn of(running: &[f64], threshold: f64) -> Self {
        let mut x: Vec<f64> = running.iter().map(|value| value - threshold).collect();
        x.sort_by(f64::total_cmp);
        let count = x.len() as f64;
        // Equal values have the share of the last of them.
        let share = |value: &f64| (x.partition_point(|other| other <= value) as f64 - 1.0) / (count - 1.0);
        let shares: Vec<f64> = x.iter().map(share).collect();
        let split = x.partition_point(|value| *value < 0.0);
        let part = |range: std::ops::Range<usize>| {
            let mut distinct: Vec<f64> = x[range.clone()].iter().map(|value| value.abs()).collect();
            distinct.sort_by(f64::total_cmp);
            distinct.dedup();
            Part { x: x[range.clone()].to_vec(), share: shares[range].to_vec(), distinct }
        };
        let mean = x.iter().sum::<f64>() / count;
        let square: f64 = x.iter().map(|value| (value - mean).powi(2)).sum();
        let deviation = (square / (count - 1.0)).sqrt();
        Self { sides: [part(0..split), part(split..x.len())], count, mean, deviation }
    }

    fn side(&self, above: bool) -> &Part {
        &self.sides[usize::from(above)]
    }

    fn bandwidths(&self, kernel: Kernel) -> Result<[f64; 2], StatisticsError> {
        let order = ORDER as f64;
        let at = self.mean / self.deviation;
        let square = at * at;
        let normal = (-square / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let rule = |hermite: f64, constant: f64, part: f64, root: f64| {
            (part * constant / (hermite * hermite * normal) / self.count).powf(1.0 / root) * self.deviation
        };
        let bend_hermite = square * square - 6.0 * square + 3.0;
        let bend = rule(bend_hermite, PILOT_BEND, (2.0 * order + 1.0) / 4.0, 2.0 * order + 5.0);
        let density = rule(square - 1.0, PILOT_DENSITY, 1.0 / (2.0 * order), 2.0 * order + 1.0);
        let (bend, density) = (self.kept(bend, UNITS_MIN + 2), self.kept(density, UNITS_MIN));
        let constant = bias_constant(kernel)?;
        let mut parts = [(0.0, 0.0); 2];
        for (side, found) in self.sides.iter().zip(&mut parts) {
            let (_, variance) = side.density(kernel, density, ORDER, self.count)?;
            let near = window(&side.x, kernel, bend);
            let fit = Local::of(&side.x[near.clone()], kernel, bend, ORDER + 2)?;
            let third = dot(&fit.row(ORDER + 1), &side.share[near]) / bend.powi(ORDER as i32 + 1);
            *found = (self.count * density * variance, third * constant);
        }
        let [(left_variance, left), (right_variance, right)] = parts;
        let both = left_variance + right_variance;
        let best = |variance: f64, bias: f64| {
            let found = (variance / (2.0 * order * bias * bias * self.count)).powf(1.0 / (2.0 * order + 1.0));
            if found.is_nan() { 0.0 } else { found }
        };
        let held = |width: f64, sides: &[usize]| {
            let far = |side: &usize| self.sides[*side].distinct.last().copied().unwrap_or(0.0);
            let most = sides.iter().map(far).fold(0.0, f64::max);
            let least = sides.iter().map(|side| self.sides[*side].least(UNITS_MIN)).fold(0.0, f64::max);
            width.min(most).max(least)
        };
        let difference = held(best(both, right - left), &[0, 1]);
        let sum = held(best(both, right + left), &[0, 1]);
        let middle = |own: f64| own.max(difference.min(sum)).min(difference.max(sum));
        Ok([middle(held(best(left_variance, left), &[0])), middle(held(best(right_variance, right), &[1]))])
    }

    /// A pilot bandwidth, not beyond all units, and not less than what holds enough of them.
    fn kept(&self, width: f64, units: usize) -> f64 {
        let far = |side: &Part| side.distinct.last().copied().unwrap_or(0.0);
        let most = self.sides.iter().map(far).fold(0.0, f64::max);
        let width = if width.is_nan() { most } else { width.min(most) };
        self.sides.iter().map(|side| side.least(units)).fold(width, f64::max)
    }
}

impl Part {
    /// The distance within which so many units and so many different values lie, or all.
    fn least(&self, units: usize) -> f64 {
        let mut far: Vec<f64> = self.x.iter().map(|x| x.abs()).collect();
        far.sort_by(f64::total_cmp);
        let at = |sorted: &[f64]| sorted.get(units.min(sorted.len()).wrapping_sub(1)).copied().unwrap_or(0.0);
        at(&far).max(at(&self.distinct))
    }

    /// The slope of the distribution at the threshold, and its variance.
    fn density(
        &self,
        kernel: Kernel,
        bandwidth: f64,
        order: usize,
        count: f64,
    ) -> Result<(f64, f64), StatisticsError> {
        let near = window(&self.x, kernel, bandwidth);
        let (x, share) = (&self.x[near.clone()], &self.share[near]);
        let row = Local::of(x, kernel, bandwidth, order)?.row(1);
        let density = dot(&row, share) / bandwidth;
        // A unit moves the share of all that come after it; as in the package `rddensity`, units that tie count as the first of them.
        let mut above = vec![0.0; row.len()];
        let mut sum = 0.0;
        for unit in (0..row.len()).rev() {
            above[unit] = sum;
            sum += row[unit];
        }
        for unit in 1..row.len() {
            if x[unit] == x[unit - 1] {
                above[unit] = above[unit - 1];
            }
        }
        let square: f64 = above.iter().map(|value| (value / (count - 1.0) / bandwidth).powi(2)).sum();
        Ok((density, square))
    }
}

/// What the curve of the next order adds to the slope at a border.
fn bias_constant(kernel: Kernel) -> Result<f64, StatisticsError> {
    let whole = |power: usize| 1.0 / (power as f64 + 1.0);
    let moment = |power: usize| match kernel {
        Kernel::Triangular => whole(power) - whole(power + 1),
        Kernel::Uniform => 0.5 * whole(power),
        Kernel::Epanechnikov => 0.75 * (whole(power) - whole(power + 2)),
    };
    let size = ORDER + 1;
    let square = Mat::from_fn(size, size, |row, column| moment(row + column));
    let factors = square.llt(faer::Side::Lower).map_err(|_| StatisticsError::NotIdentified {
        what: "the density at the threshold".to_owned(),
        why: "the moments of the kernel are not those of a law".to_owned(),
    })?;
    let right = Mat::from_fn(size, 1, |row, _| moment(row + ORDER + 1));
    Ok(factors.solve(&right)[(1, 0)])
}
