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
