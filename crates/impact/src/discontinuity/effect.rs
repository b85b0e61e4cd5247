//! The jump at the threshold (Hahn, Todd and van der Klaauw 2001), its bias, and an interval that holds in spite of it (Calonico, Cattaneo and
//! Titiunik 2014).

use super::{
    bandwidth::{BandwidthRule, Bandwidths, select},
    data::{Side, ThresholdData},
    kernel::Kernel,
    local::{Local, window},
    residuals::LocalVariance,
};
use crate::{StatisticsError, least_squares::dot};

/// How the jump is found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DiscontinuityOptions {
    /// What units count, by distance.
    pub kernel: Kernel,
    /// The order of the polynomial on each side; its bias is found with the next.
    pub order: usize,
    /// 0 for a jump, 1 for a kink (a jump in slope).
    pub derivative: usize,
    /// How near units must be.
    pub bandwidth: BandwidthRule,
    /// How the variance at each unit is found.
    pub variance: LocalVariance,
}

impl Default for DiscontinuityOptions {
    fn default() -> Self {
        Self {
            kernel: Kernel::default(),
            order: 1,
            derivative: 0,
            bandwidth: BandwidthRule::Jump,
            variance: LocalVariance::default(),
        }
    }
}

impl DiscontinuityOptions {
    /// For intervals that hold with few units too: each unit's variance is told as if the unit were left out (`hc3`; MacKinnon and White 1985), and
    /// intervals are made with [`DiscontinuityEffect::free`].
    pub fn few_units() -> Self {
        Self { variance: LocalVariance::ResidualsLeftOut, ..Self::default() }
    }
}

/// Polynomials of a higher order swing.
const ORDER_MAX: usize = 8;

impl DiscontinuityOptions {
    pub(super) fn bias_order(self) -> usize {
        self.order + 1
    }

    pub(super) fn check(self) -> Result<(), StatisticsError> {
        let why = if self.derivative > self.order {
            format!("a derivative of order {} needs a polynomial of that order or more", self.derivative)
        } else if self.order > ORDER_MAX {
            format!("the order of the polynomial is above {ORDER_MAX}")
        } else if self.variance == LocalVariance::Neighbours(0) {
            "a variance needs at least one neighbour".to_owned()
        } else {
            return Ok(());
        };
        Err(StatisticsError::NotIdentified { what: "the jump".to_owned(), why })
    }
}

/// A jump with its errors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Jump {
    /// As it is found; its bias is that of the polynomial.
    pub conventional: f64,
    /// The standard error of that.
    pub standard_error: f64,
    /// Less its bias, as the next order tells it.
    pub bias_corrected: f64,
    /// The standard error of that: bias is estimated too. Intervals and tests should be made with these two.
    pub robust_error: f64,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DiscontinuityEffect {
    /// The effect at the threshold; in a fuzzy design on those whose treatment it decides.
    pub effect: Jump,
    /// In a fuzzy design: the jump in what was received.
    pub received: Option<Jump>,
    /// The distances within which units count.
    pub bandwidths: Bandwidths,
    /// How many units there are below the threshold and from it on.
    pub units: [usize; 2],
    /// How many of them lie within the main bandwidth.
    pub within: [usize; 2],
    /// What the polynomials say of the outcome at the threshold, from below and from above (its derivative for a kink).
    pub levels: [f64; 2],
    /// The degrees of freedom that units within the main bandwidth leave when each side has a polynomial of the order of the bias.
    pub free: f64,
    /// Whether a fifth of units or more share their running values on a side.
    pub heaped: bool,
}

/// Finds the jump of the outcome at a threshold. Units at the threshold are treated.
///
/// # Errors
/// When columns differ in length, values are not finite, too few different running values lie on either side, or a fuzzy design has no jump in
/// what was received.
pub fn discontinuity(
    data: &ThresholdData,
    threshold: f64,
    options: DiscontinuityOptions,
) -> Result<DiscontinuityEffect, StatisticsError> {
    options.check()?;
    let sides = data.sides(threshold, options.bias_order())?;
    let bandwidths = select(&sides, options)?;
    let one = |side: usize| Fitted::of(&sides[side], options, bandwidths.main[side], bandwidths.bias[side]);
    let fitted = [one(0)?, one(1)?];
    let [below, above] = &fitted;
    let jump = |column: usize| {
        let plain = above.plain[column] - below.plain[column];
        (plain, above.corrected[column] - below.corrected[column])
    };
    let errors = |shares: &[f64]| {
        let both = |part: fn(&Fitted, &[f64]) -> f64| (part(below, shares) + part(above, shares)).sqrt();
        (both(Fitted::plain_variance), both(Fitted::robust_variance))
    };
    let (outcome, outcome_corrected) = jump(0);
    let (effect, received) = if data.received.is_some() {
        let (share, share_corrected) = jump(1);
        // Where all on each side received alike, the jump may be a rounding error.
        let size = below.plain[1].abs().max(above.plain[1].abs());
        if share.is_nan() || share.abs() <= 1e-12 * size {
            let why = "what was received does not change there".to_owned();
            return Err(StatisticsError::NotIdentified {
                what: "the effect at the threshold".to_owned(),
                why,
            });
        }
        let ratio = outcome / share;
        let shares = [1.0 / share, -outcome / (share * share)];
        let bias = shares[0] * (outcome - outcome_corrected) + shares[1] * (share - share_corrected);
        let effect = of(ratio, ratio - bias, errors(&shares));
        (effect, Some(of(share, share_corrected, errors(&[0.0, 1.0]))))
    } else {
        (of(outcome, outcome_corrected, errors(&[1.0])), None)
    };
    let within =
        [0, 1].map(|side: usize| window(&sides[side].x, options.kernel, bandwidths.main[side]).len());
    let heaped = |side: &Side| 1.0 - side.distinct as f64 / side.x.len() as f64 >= 0.2;
    let coefficients = 2 * (options.bias_order() + 1);
    Ok(DiscontinuityEffect {
        free: within.iter().sum::<usize>().saturating_sub(coefficients).max(1) as f64,
        effect,
        received,
        bandwidths,
        units: sides.each_ref().map(|side| side.x.len()),
        within,
        levels: [below.plain[0], above.plain[0]],
        heaped: sides.iter().any(heaped),
    })
}

fn of(conventional: f64, bias_corrected: f64, (standard_error, robust_error): (f64, f64)) -> Jump {
    Jump { conventional, standard_error, bias_corrected, robust_error }
}

/// One side, at the threshold, for each column.
struct Fitted {
    plain: Vec<f64>,
    corrected: Vec<f64>,
    /// What each unit counts in either.
    rows: [Vec<f64>; 2],
    /// The residuals of each column, for either.
    residuals: [Vec<Vec<f64>>; 2],
}

impl Fitted {
    fn of(side: &Side, options: DiscontinuityOptions, main: f64, bias: f64) -> Result<Self, StatisticsError> {
        let DiscontinuityOptions { kernel, order, derivative, variance, .. } = options;
        let all = window(&side.x, kernel, main.max(bias));
        let x = &side.x[all.clone()];
        let (fit, next) = (Local::of(x, kernel, main, order)?, Local::of(x, kernel, bias, order + 1)?);
        let scale = (1..=derivative).map(|n| n as f64).product::<f64>() / main.powi(derivative as i32);
        let plain: Vec<f64> = fit.row(derivative).iter().map(|value| value * scale).collect();
        let constant = dot(&plain, &fit.powers(order + 1)) * (main / bias).powi(order as i32 + 1);
        let bend = next.row(order + 1);
        let corrected: Vec<f64> =
            plain.iter().zip(&bend).map(|(value, bend)| value - constant * bend).collect();
        let columns: Vec<&[f64]> = side.columns.iter().map(|column| &column[all.clone()]).collect();
        let residuals = [&fit, &next]
            .map(|fit| columns.iter().map(|column| variance.residuals(x, column, fit)).collect());
        Ok(Self {
            plain: columns.iter().map(|column| dot(&plain, column)).collect(),
            corrected: columns.iter().map(|column| dot(&corrected, column)).collect(),
            rows: [plain, corrected],
            residuals,
        })
    }

    fn plain_variance(&self, shares: &[f64]) -> f64 {
        self.variance(0, shares)
    }

    fn robust_variance(&self, shares: &[f64]) -> f64 {
        self.variance(1, shares)
    }

    fn variance(&self, which: usize, shares: &[f64]) -> f64 {
        let square = |unit: usize| {
            let residual: f64 = shares
                .iter()
                .zip(&self.residuals[which])
                .map(|(share, residuals)| share * residuals[unit])
                .sum();
            (self.rows[which][unit] * residual).powi(2)
        };
        (0..self.rows[which].len()).map(square).sum()
    }
}
