//! The parts of a value. Areas and periods are put together by their parts: a share of shares is never a mean of percentages.

use serde::Deserialize;

use crate::{Interval, mean_interval, poisson_interval, wilson_interval};

/// The fewest values of a sample that an interval is given for.
const SAMPLE_LEAST: f64 = 5.0;

/// How a value follows from parts. In declarations: `mean`, `{ ratio: { factor: 100 } }`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Measure {
    /// The mean of values.
    Mean,
    /// The sum of values.
    Sum,
    /// How many values there are, times a factor.
    Count {
        /// 1 for plain counts.
        factor: f64,
    },
    /// `factor × numerator ÷ denominator`: 100 for a percentage, 100,000 for a rate in so many.
    Ratio {
        /// What the ratio is multiplied with.
        factor: f64,
    },
    /// `factor × (numerator ÷ denominator − 1)`: what is more than the denominator.
    Excess {
        /// What the excess is multiplied with.
        factor: f64,
    },
    /// The value below which a part of all values lies, 0.5 for the median. It is asked for each area and period anew: a row for each value.
    Quantile {
        /// From 0 to 1.
        part: f64,
    },
    /// The sum is the value: coefficients and whatever else does not follow from parts. It is asked for each area and period
    /// anew and never added up.
    Value,
}

/// Where the interval of a value comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Uncertainty {
    /// There is none: a full count.
    #[default]
    None,
    /// The numerator is part of the denominator, each a sample (Wilson).
    Share,
    /// The numerator counts rare events; the denominator is known (Poisson).
    Events,
    /// The values are a sample (Student); with `clustered_by`, one of clusters.
    Sample,
    /// By drawing again: blocks of periods, or with `clustered_by` whole clusters.
    Bootstrap,
}

impl Uncertainty {
    /// The word in declarations.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Share => "share",
            Self::Events => "events",
            Self::Sample => "sample",
            Self::Bootstrap => "bootstrap",
        }
    }
}

/// What adds up. What a measure does not need is zero.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Parts {
    /// How many values.
    pub count: f64,
    /// Their sum.
    pub sum: f64,
    /// The sum of their squares.
    pub sum_of_squares: f64,
    /// The numerator of a ratio.
    pub numerator: f64,
    /// The denominator of a ratio.
    pub denominator: f64,
}

/// A value with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// In units of the indicator.
    pub value: f64,
    /// Where there is one.
    pub interval: Option<Interval>,
}

impl std::ops::Add for Parts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            sum: self.sum + other.sum,
            sum_of_squares: self.sum_of_squares + other.sum_of_squares,
            numerator: self.numerator + other.numerator,
            denominator: self.denominator + other.denominator,
        }
    }
}

impl std::iter::Sum for Parts {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), |a, b| a + b)
    }
}

impl Parts {
    /// The parts of one value.
    pub fn of_value(value: f64) -> Self {
        Self { count: 1.0, sum: value, sum_of_squares: value * value, ..Self::default() }
    }

    /// The parts of a ratio.
    pub fn of_ratio(numerator: f64, denominator: f64) -> Self {
        Self { numerator, denominator, ..Self::default() }
    }

    /// The same so many times.
    #[must_use]
    pub fn times(&self, times: f64) -> Self {
        Self {
            count: self.count * times,
            sum: self.sum * times,
            sum_of_squares: self.sum_of_squares * times,
            numerator: self.numerator * times,
            denominator: self.denominator * times,
        }
    }

    /// The value; nothing when there is nothing to divide by.
    pub fn estimate(&self, measure: Measure, uncertainty: Uncertainty, chance: f64) -> Option<Estimate> {
        let value = match measure {
            Measure::Mean => self.sum / self.count,
            Measure::Sum | Measure::Value | Measure::Quantile { .. } => self.sum,
            Measure::Count { factor } => self.count * factor,
            Measure::Ratio { factor } => factor * self.numerator / self.denominator,
            Measure::Excess { factor } => factor * (self.numerator / self.denominator - 1.0),
        };
        if !value.is_finite() {
            return None;
        }
        Some(Estimate { value, interval: self.interval(measure, uncertainty, chance) })
    }

    fn interval(&self, measure: Measure, uncertainty: Uncertainty, chance: f64) -> Option<Interval> {
        match (measure, uncertainty) {
            (Measure::Ratio { factor }, Uncertainty::Share) => {
                Some(wilson_interval(self.numerator, self.denominator, chance)?.times(factor))
            }
            (Measure::Ratio { factor }, Uncertainty::Events) => {
                Some(poisson_interval(self.numerator, chance)?.times(factor / self.denominator))
            }
            (Measure::Count { factor }, Uncertainty::Events) => {
                Some(poisson_interval(self.count, chance)?.times(factor))
            }
            // Of so few the interval would be wider than anything it could be about.
            (Measure::Mean | Measure::Sum, Uncertainty::Sample) if self.count < SAMPLE_LEAST => None,
            (Measure::Mean, Uncertainty::Sample) => {
                mean_interval(self.count, self.sum, self.sum_of_squares, chance)
            }
            (Measure::Sum, Uncertainty::Sample) => {
                Some(mean_interval(self.count, self.sum, self.sum_of_squares, chance)?.times(self.count))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_region_is_not_the_mean_of_its_percentages() {
        let communes = [Parts::of_ratio(10.0, 100.0), Parts::of_ratio(450.0, 900.0)];
        let share = Measure::Ratio { factor: 100.0 };
        let region = communes.into_iter().sum::<Parts>().estimate(share, Uncertainty::Share, 0.95).unwrap();
        assert_eq!(region.value, 46.0);
        assert!(region.interval.unwrap().holds(46.0) && !region.interval.unwrap().holds(30.0));
    }

    #[test]
    fn what_cannot_be_divided_is_not_a_value() {
        for measure in [Measure::Mean, Measure::Ratio { factor: 1.0 }, Measure::Excess { factor: 100.0 }] {
            assert_eq!(Parts::default().estimate(measure, Uncertainty::None, 0.95), None);
        }
        let none =
            Parts::default().estimate(Measure::Count { factor: 1.0 }, Uncertainty::Events, 0.95).unwrap();
        assert!(none.value == 0.0 && none.interval.unwrap().high > 3.6, "no event seen is not none possible");
    }

    #[test]
    fn rates_have_the_interval_of_their_events() {
        let casualties = Parts::of_ratio(10.0, 200_000.0);
        let found =
            casualties.estimate(Measure::Ratio { factor: 100_000.0 }, Uncertainty::Events, 0.95).unwrap();
        let interval = found.interval.unwrap();
        assert!(
            (found.value - 5.0).abs() < 1e-12
                && (interval.low - 2.3975).abs() < 1e-3
                && (interval.high - 9.195).abs() < 1e-3
        );
    }

    proptest! {
        #[test]
        fn parts_add_up_in_any_order(values in prop::collection::vec(-1e3..1e3_f64, 2..30), cut in 0_usize..30) {
            let cut = cut.min(values.len());
            let of = |values: &[f64]| values.iter().map(|value| Parts::of_value(*value)).sum::<Parts>();
            let (whole, split) = (of(&values), of(&values[cut..]) + of(&values[..cut]));
            for measure in [Measure::Mean, Measure::Sum, Measure::Count { factor: 1.0 }] {
                let one = whole.estimate(measure, Uncertainty::Sample, 0.95).unwrap();
                let two = split.estimate(measure, Uncertainty::Sample, 0.95).unwrap();
                prop_assert!((one.value - two.value).abs() < 1e-6, "{one:?} {two:?}");
            }
        }
    }
}
