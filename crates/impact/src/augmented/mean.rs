//! The mean effect with the interval of effects that are not rejected (Chernozhukov, Wüthrich and Zhu 2021, section 2).

use super::{
    conformal::{Conformal, Reordering, chance, gaps},
    control::AugmentedControl,
    covariates::BlockCovariates,
    past::Past,
};
use crate::{BlockPanel, StatisticsError, normal_quantile, verdict::detectable_by_reach};

/// So often the reach is grown until an effect is rejected; the next one would be 2^20 errors away.
const OUTWARDS: usize = 20;
/// So often what lies between a kept and a rejected effect is halved.
const HALVINGS: usize = 10;
/// So often what lies around the effect that leaves no mean gap is halved; the effects that are kept may lie close about it.
const HALVINGS_OF_MIDDLE: usize = 50;

/// How sure the mean effect is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConformalMean {
    /// The effects, the same at each time from the treatment on, that are not rejected. An end is infinite when no effect on that side is:
    /// by shifts with fewer than `1 / alpha` times.
    pub interval: [f64; 2],
    /// The chance of so large a mean gap when there is no effect.
    pub p_value: f64,
    /// The error of a normal estimate whose interval is as wide; infinite when the interval has no end. Gaps themselves tell less: weights that
    /// were made by all times draw them together.
    pub standard_error: f64,
    /// The chance that the interval may miss an effect.
    pub alpha: f64,
}

impl ConformalMean {
    /// The smallest effect that is told from none with a chance of 80 %, by this interval.
    pub fn detectable(&self) -> f64 {
        detectable_by_reach((self.interval[1] - self.interval[0]) / 2.0, self.alpha)
    }
}

/// Tests one effect after another: it is taken out of the treated, the weights are made anew by all times and λ as it was found, and the gaps from
/// the treatment on are compared with those elsewhere. The interval goes out from the estimate as far as effects are kept, and from none when
/// that is kept too. Where donors follow the past so closely that the estimate itself is rejected, it goes out from the effect that leaves no mean
/// gap, and holds the estimate. With [`Reordering::Shift`] it holds the effect with the chance `1 − alpha` even when errors remember, as long as the
/// course is much longer than the memory.
///
/// # Errors
/// When there are no draws, or the weights cannot be found.
pub fn conformal_mean(
    panel: &BlockPanel,
    covariates: &BlockCovariates,
    found: &AugmentedControl,
    how: Conformal,
) -> Result<ConformalMean, StatisticsError> {
    let centred = covariates.centred(panel)?;
    let donors = &panel.outcome[..panel.donors];
    let past = Past::of(donors, &centred, found.options)?;
    let treated = panel.treated_mean();
    let gaps_less = |effect: f64| {
        let mut without = treated.clone();
        without[panel.before..].iter_mut().for_each(|value| *value -= effect);
        gaps(&past, donors, &without)
    };
    let chance_of = |effect: f64| chance(&gaps_less(effect)?, panel.before, how);
    let p_value = chance_of(0.0)?;
    // A test at the level alpha rejects what has just that chance.
    let kept = |chance: f64| chance > how.alpha + 1e-9;
    let is_kept = |effect: f64| chance_of(effect).map(kept);
    let around = |from: f64| -> Result<[f64; 2], StatisticsError> {
        let step = spread_of_means(&gaps_less(from)?, panel.before);
        Ok([end(from, -step, &is_kept)?, end(from, step, &is_kept)?])
    };
    let with = |[low, high]: [f64; 2], from: f64| -> Result<[f64; 2], StatisticsError> {
        let other = around(from)?;
        Ok([low.min(other[0]), high.max(other[1])])
    };
    let few = how.reordering == Reordering::Shift && kept(1.0 / panel.times() as f64);
    let mut interval = if few {
        [f64::NEG_INFINITY, f64::INFINITY]
    } else if is_kept(found.effect)? {
        around(found.effect)?
    } else {
        let mean = |effect: f64| -> Result<f64, StatisticsError> {
            let later = gaps_less(effect)?;
            Ok(later[panel.before..].iter().sum::<f64>() / (panel.times() - panel.before) as f64)
        };
        with([found.effect; 2], without_mean_gap(found.effect, &mean)?)?
    };
    if kept(p_value) && (interval[0] > 0.0 || interval[1] < 0.0) {
        interval = with(interval, 0.0)?;
    }
    let standard_error = (interval[1] - interval[0]) / 2.0 / normal_quantile(1.0 - how.alpha / 2.0);
    Ok(ConformalMean { interval, p_value, standard_error, alpha: how.alpha })
}

/// The last effect that is kept, from one on by growing steps.
fn end(
    from: f64,
    step: f64,
    kept: &dyn Fn(f64) -> Result<bool, StatisticsError>,
) -> Result<f64, StatisticsError> {
    let (mut inside, mut step) = (from, step);
    for _ in 0..OUTWARDS {
        let mut outside = inside + step;
        if kept(outside)? {
            (inside, step) = (outside, 2.0 * step);
            continue;
        }
        for _ in 0..HALVINGS {
            let middle = inside.midpoint(outside);
            if kept(middle)? { inside = middle } else { outside = middle }
        }
        // What is not yet rejected for certain belongs to the interval.
        return Ok(outside);
    }
    Ok(step.signum() * f64::INFINITY)
}

/// The effect that leaves no mean gap from the treatment on, looked for from one on; that one when there is none near. A larger effect leaves a
/// smaller gap: weights that are made anew take in a part of it only.
fn without_mean_gap(
    from: f64,
    mean: &dyn Fn(f64) -> Result<f64, StatisticsError>,
) -> Result<f64, StatisticsError> {
    let first = mean(from)?;
    let (mut near, mut step) = (from, first);
    for _ in 0..2 * OUTWARDS {
        let mut far = near + step;
        if mean(far)? * first > 0.0 {
            (near, step) = (far, 2.0 * step);
            continue;
        }
        for _ in 0..HALVINGS_OF_MIDDLE {
            let middle = near.midpoint(far);
            if mean(middle)? * first > 0.0 { near = middle } else { far = middle }
        }
        return Ok(near.midpoint(far));
    }
    Ok(from)
}

/// The root mean square of the means over as many times in a row as there are from `before` on, in all other places; the last time is
/// followed by the first.
fn spread_of_means(gaps: &[f64], before: usize) -> f64 {
    let (count, later) = (gaps.len(), gaps.len() - before);
    let mean =
        |step: usize| (before..count).map(|place| gaps[(place + step) % count]).sum::<f64>() / later as f64;
    let square: f64 = (1..count).map(|step| mean(step).powi(2)).sum();
    (square / (count as f64 - 1.0)).sqrt()
}
