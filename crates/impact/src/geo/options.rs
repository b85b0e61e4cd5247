//! What is asked of an experiment with regions.

use crate::{AugmentedOptions, Conformal, ConformalStatistic, Penalty, Reordering};

/// Which effects count against «nothing happened».
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TestSide {
    /// Any.
    #[default]
    Both,
    /// Those above.
    Above,
    /// Those below.
    Below,
}

/// How regions are compared.
#[derive(Clone, Debug, PartialEq)]
pub struct GeoOptions {
    /// How what would have been is found.
    pub control: AugmentedOptions,
    /// How many times the project is to last.
    pub duration: usize,
    /// The lifts that are tried, as parts of the outcome; 0 shows false alarms.
    pub lifts: Vec<f64>,
    /// How many ends of the past the project is laid into, each a time earlier.
    pub lookback: usize,
    /// The chance of a false alarm that is allowed.
    pub alpha: f64,
    /// The chance with which an effect must be seen to count as detectable.
    pub power: f64,
    /// Which effects count.
    pub side: TestSide,
    /// How times change places in tests.
    pub reordering: Reordering,
}

impl Default for GeoOptions {
    fn default() -> Self {
        Self {
            control: AugmentedOptions {
                penalty: Penalty::NoCorrection,
                fixed_effects: true,
                ..AugmentedOptions::default()
            },
            duration: 15,
            lifts: vec![0.0, 0.05, 0.1, 0.15, 0.2, 0.25],
            lookback: 1,
            alpha: 0.1,
            power: 0.8,
            side: TestSide::Both,
            reordering: Reordering::default(),
        }
    }
}

impl GeoOptions {
    /// For mean effects with errors that remember: tests by shifts of the course. The package's own tests take times for exchangeable.
    pub fn of_mean(alpha: f64) -> Self {
        Self { alpha, reordering: Reordering::Shift, ..Self::default() }
    }

    pub(super) fn conformal(&self) -> Conformal {
        let statistic = match self.side {
            // A mean effect shows most in a sum; by any order of times, as the package has it.
            TestSide::Both if self.reordering == Reordering::Shift => ConformalStatistic::SizeOfSum,
            TestSide::Both => ConformalStatistic::Norm(1.0),
            TestSide::Above => ConformalStatistic::Sum,
            TestSide::Below => ConformalStatistic::NegativeSum,
        };
        Conformal { alpha: self.alpha, grid: 250, statistic, reordering: self.reordering }
    }
}
