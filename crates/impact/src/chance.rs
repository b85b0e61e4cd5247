//! Laws that estimates over their errors follow.

use rand_distr::{Distribution, Uniform};
use rand_pcg::Pcg64;
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// The value that a standard normal variable stays below with this chance.
pub fn normal_quantile(chance: f64) -> f64 {
    Normal::standard().inverse_cdf(chance)
}

/// The value that a variable of Student's law with so many degrees of freedom stays below with this chance; the normal one when there are
/// none.
pub fn student_quantile(free: f64, chance: f64) -> f64 {
    StudentsT::new(0.0, 1.0, free).map_or_else(|_| normal_quantile(chance), |law| law.inverse_cdf(chance))
}

/// The chance of so large a statistic in either direction: Student's law with so many degrees of freedom, or the normal one.
pub fn two_sided(statistic: f64, free: Option<f64>) -> f64 {
    if statistic.is_nan() {
        return f64::NAN;
    }
    let at = -statistic.abs();
    let below = match free.and_then(|free| StudentsT::new(0.0, 1.0, free).ok()) {
        Some(law) => law.cdf(at),
        None => Normal::standard().cdf(at),
    };
    (2.0 * below).min(1.0)
}

/// The shift of an estimate, in errors as they are estimated, at which it lies beyond `bar` errors to either side so often: by normal estimates
/// whose error has so many degrees of freedom. An estimated error is too small on average, and the shift is told in such errors.
pub(crate) fn detectable_shift(free: f64, bar: f64, power: f64) -> f64 {
    let free = free.max(1.0);
    let sizes = Sizes::of(free);
    let seen =
        |shift: f64| sizes.mean(|size| below_normal(shift - bar * size) + below_normal(-shift - bar * size));
    let (mut low, mut high) = (0.0, 4.0 * (bar + 1.0));
    for _ in 0..50 {
        let middle = f64::midpoint(low, high);
        if seen(middle) < power { low = middle } else { high = middle }
    }
    f64::midpoint(low, high) / sizes.mean(|size| size)
}

fn below_normal(value: f64) -> f64 {
    Normal::standard().cdf(value)
}

/// What an estimated error is, in parts of the error, and how likely.
struct Sizes(Vec<(f64, f64)>);

impl Sizes {
    const STEPS: i32 = 200;

    /// `√(χ²/free)`, on a grid of its logarithm.
    fn of(free: f64) -> Self {
        let reach = (12.0 / (2.0 * free).sqrt()).min(9.0);
        let one = |step: i32| {
            let log = reach * (2.0 * f64::from(step) / f64::from(Self::STEPS) - 1.0);
            (log.exp(), (free * log - free / 2.0 * (2.0 * log).exp() + free / 2.0).exp())
        };
        Self((0..=Self::STEPS).map(one).collect())
    }

    fn mean(&self, of: impl Fn(f64) -> f64) -> f64 {
        let (sum, total) = self
            .0
            .iter()
            .fold((0.0, 0.0), |(sum, total), (size, weight)| (sum + weight * of(*size), total + weight));
        sum / total
    }
}

/// A part of a sum of squares of standard normal variables: so many of them, each with this weight.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weighted {
    pub(crate) weight: f64,
    pub(crate) times: f64,
}

/// What a standard normal variable over the root of an independent sum of squares exceeds in size with this chance.
pub(crate) fn quantile_over_squares(squares: &[Weighted], chance: f64) -> f64 {
    halved((1.0, 50.0), |bound| exceeds(squares, bound) > chance)
}

/// The degrees of freedom at which Student's law has this 97.5 % quantile.
pub(crate) fn free_of_quantile(quantile: f64) -> f64 {
    halved((0.5, 1e6), |free| student_quantile(free, 0.975) > quantile)
}

/// Where what holds below ends to hold, by halving the factor between two bounds.
fn halved((mut low, mut high): (f64, f64), holds: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..26 {
        let middle = (low * high).sqrt();
        if holds(middle) { low = middle } else { high = middle }
    }
    (low * high).sqrt()
}

/// The chance that `|z| > bound √(Σ weight χ²)` (Imhof 1961), by Simpson's rule over the logarithm.
fn exceeds(squares: &[Weighted], bound: f64) -> f64 {
    const STEPS: i32 = 300;
    const REACH: f64 = 14.0;
    let term = |step: i32| {
        let at = (REACH * (2.0 * f64::from(step) / f64::from(STEPS) - 1.0)).exp();
        let (mut angle, mut length) = (at.atan(), (at * at).ln_1p());
        for Weighted { weight, times } in squares {
            let along = bound * bound * weight * at;
            angle -= times * along.atan();
            length += times * (along * along).ln_1p();
        }
        let share = if step == 0 || step == STEPS { 1.0 } else { f64::from(2 + 2 * (step % 2)) };
        share * (angle / 2.0).sin() * (-length / 4.0).exp()
    };
    0.5 + (0..=STEPS).map(term).sum::<f64>() * (2.0 * REACH / f64::from(STEPS)) / 3.0 / std::f64::consts::PI
}

/// A whole number below `count`, each as likely.
pub(crate) fn below(count: usize, random: &mut Pcg64) -> usize {
    Uniform::new(0, count).map_or(0, |law| law.sample(random))
}

/// Puts values in an order of which each is as likely (Fisher and Yates).
pub(crate) fn shuffle<T>(values: &mut [T], random: &mut Pcg64) {
    for place in 0..values.len() {
        values.swap(place, place + below(values.len() - place, random));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_one_sum_of_squares_it_is_students_law() {
        for free in [1.0, 6.0, 35.0] {
            let quantile = quantile_over_squares(&[Weighted { weight: 1.0 / free, times: free }], 0.05);
            assert!((quantile / student_quantile(free, 0.975) - 1.0).abs() < 1e-3, "{free}: {quantile}");
            assert!((free_of_quantile(quantile) / free - 1.0).abs() < 1e-2, "{free}");
        }
    }

    /// Two groups of 4 and 36 units with spreads of their own: 2.70, as 100,000 draws have it, where Satterthwaite's law says 2.87.
    #[test]
    fn over_two_sums() {
        let [few, many] = [4.0, 36.0]
            .map(|count: f64| Weighted { weight: 1.0 / count / (count - 1.0), times: count - 1.0 });
        let whole = few.weight * few.times + many.weight * many.times;
        let squares = [few, many].map(|one| Weighted { weight: one.weight / whole, ..one });
        assert!((quantile_over_squares(&squares, 0.05) - 2.699).abs() < 2e-3);
    }

    #[test]
    fn a_shift_is_seen_so_often() {
        assert!((detectable_shift(1e6, 1.959_964, 0.8) - 2.801_585).abs() < 1e-3);
        // In errors of 39 degrees of freedom, which are 0.9936 of what they stand for.
        assert!((detectable_shift(39.0, 2.022_691, 0.8) - 2.891_5).abs() < 1e-3);
    }
}
