//! What is known of the values of one bucket, in a form that can be joined with others of its kind.

use senne_language::Method;
use senne_model::{Flag, Quality};

use crate::gather::Value;

/// Sums over numbers.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Sums {
    pub(crate) count: u64,
    pub(crate) sum: f64,
    pub(crate) sum_squares: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    /// The first and the last value, each with its moment in microseconds.
    pub(crate) first: (i64, f64),
    pub(crate) last: (i64, f64),
}

impl Default for Sums {
    fn default() -> Self {
        Self {
            count: 0,
            sum: 0.0,
            sum_squares: 0.0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            first: (i64::MAX, 0.0),
            last: (i64::MIN, 0.0),
        }
    }
}

impl Sums {
    pub(crate) fn add(&mut self, moment: i64, x: f64) {
        self.join(&Self {
            count: 1,
            sum: x,
            sum_squares: x * x,
            min: x,
            max: x,
            first: (moment, x),
            last: (moment, x),
        });
    }

    pub(crate) fn join(&mut self, other: &Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.sum_squares += other.sum_squares;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        if other.first.0 < self.first.0 {
            self.first = other.first;
        }
        if other.last.0 > self.last.0 {
            self.last = other.last;
        }
    }

    /// The result of a method; `None` when there is no value, and for distinct values, which no sum tells.
    pub(crate) fn result(&self, method: Method) -> Option<f64> {
        let n = self.count as f64;
        let some = self.count > 0;
        match method {
            Method::TotalCount => Some(n),
            Method::DistinctCount => None,
            Method::Sum => some.then_some(self.sum),
            Method::Average => some.then(|| self.sum / n),
            Method::Minimum => some.then_some(self.min),
            Method::Maximum => some.then_some(self.max),
            Method::StandardDeviation => some.then(|| self.deviation()),
            Method::SumOfSquares => some.then_some(self.sum_squares),
        }
    }

    /// The standard deviation of these values (the population's, divided by n).
    pub(crate) fn deviation(&self) -> f64 {
        let n = self.count as f64;
        let mean = self.sum / n;
        // Rounding can push a variance of zero below it.
        (self.sum_squares / n - mean * mean).max(0.0).sqrt()
    }
}

/// One bucket of one series: how many values with which flag, and the sums of the usable ones.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) struct Partial {
    /// Values that are numbers.
    pub(crate) count: u64,
    /// Values by flag, in the order of [`Flag::ALL`]; those that are missing need not be numbers.
    pub(crate) flags: [u64; 5],
    pub(crate) usable: Sums,
}

impl Partial {
    /// Adds a value; gives whether it counts here: numbers do, and what is flagged missing.
    pub(crate) fn add(&mut self, moment: i64, value: &Value) -> bool {
        let quality = Quality::from_bits(value.quality);
        if value.deleted || (value.number.is_none() && quality.flag() != Flag::Missing) {
            return false;
        }
        self.flags[quality.flag() as usize] += 1;
        if let Some(x) = value.number {
            self.count += 1;
            if quality.usable() {
                self.usable.add(moment, x);
            }
        }
        true
    }

    pub(crate) fn join(&mut self, other: &Self) {
        self.count += other.count;
        for (sum, more) in self.flags.iter_mut().zip(other.flags) {
            *sum += more;
        }
        self.usable.join(&other.usable);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.flags.iter().all(|n| *n == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_over_a_few_values() {
        let mut sums = Sums::default();
        assert_eq!(sums.result(Method::Average), None);
        assert_eq!(sums.result(Method::TotalCount), Some(0.0));
        for (at, x) in [(2, 2.0), (1, 4.0), (3, 4.0), (4, 4.0), (5, 5.0), (6, 5.0), (7, 7.0), (8, 9.0)] {
            sums.add(at, x);
        }
        assert_eq!(sums.result(Method::Average), Some(5.0));
        assert_eq!(sums.result(Method::StandardDeviation), Some(2.0));
        assert_eq!(sums.result(Method::Minimum), Some(2.0));
        assert_eq!(sums.result(Method::SumOfSquares), Some(232.0));
        assert_eq!((sums.first, sums.last), ((1, 4.0), (8, 9.0)));
    }

    #[test]
    fn flagged_values_are_counted_and_left_out() {
        let mut partial = Partial::default();
        let value = |number, quality: Quality| Value {
            observed: Some(0),
            number,
            quality: quality.bits(),
            deleted: false,
        };
        assert!(partial.add(0, &value(Some(1.0), Quality::GOOD)));
        assert!(partial.add(1, &value(Some(99.0), Quality::GOOD.with(senne_model::Test::Range, Flag::Fail))));
        assert!(partial.add(2, &value(None, Quality::MISSING)));
        assert!(!partial.add(3, &value(None, Quality::GOOD)));
        assert_eq!((partial.count, partial.usable.count, partial.flags), (2, 1, [1, 0, 0, 1, 1]));
    }
}
