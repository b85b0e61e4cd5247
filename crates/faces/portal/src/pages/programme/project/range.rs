//! What is expected and what was measured as pictures on one scale: a promise is a band, a measurement a dot with its interval.

use senne_chart::interval;
use senne_programme::{ExpectedEffect, Measurement, Sign};

/// A scale that several pictures share; no effect lies within it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    /// Over these values, with a little room.
    pub(crate) fn over(values: impl IntoIterator<Item = f64>) -> Self {
        let ends = values.into_iter().filter(|value| value.is_finite()).fold((0.0_f64, 0.0_f64), reach);
        let room = ((ends.1 - ends.0) * 0.05).max(f64::MIN_POSITIVE);
        Self { low: ends.0 - room, high: ends.1 + room }
    }

    /// A band; the style sheet takes its dot away, for nothing was promised but the ends.
    pub(crate) fn band(self, (low, high): (f64, f64)) -> String {
        self.draw(Some(f64::midpoint(low, high)), Some((low, high)))
    }

    /// A dot with its interval.
    pub(crate) fn dot(self, measured: &Measurement) -> String {
        self.draw(Some(measured.estimate), measured.interval)
    }

    /// What is not known.
    pub(crate) fn unknown(self) -> String {
        self.draw(None, None)
    }

    fn draw(self, value: Option<f64>, ends: Option<(f64, f64)>) -> String {
        interval::svg(value, ends, Some(0.0), (self.low, self.high))
    }
}

fn reach(ends: (f64, f64), value: f64) -> (f64, f64) {
    (ends.0.min(value), ends.1.max(value))
}

/// The ends of what is expected, below 0 where the indicator should fall.
pub(crate) fn promised(effect: &ExpectedEffect) -> (f64, f64) {
    match effect.sign {
        Sign::Increase => (effect.size_low, effect.size_high),
        Sign::Decrease => (-effect.size_high, -effect.size_low),
    }
}

/// What a scale must hold of a measurement.
pub(crate) fn ends_of(measured: &Measurement) -> [f64; 3] {
    let (low, high) = measured.interval.unwrap_or((measured.estimate, measured.estimate));
    [measured.estimate, low, high]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_effect_is_always_on_the_scale() {
        let scale = Scale::over([-4.0, -2.0, f64::NAN]);
        assert!(scale.low < -4.0 && scale.high > 0.0 && scale.high < 1.0);
        let nothing = Scale::over([]);
        assert!(nothing.low <= 0.0 && nothing.high >= 0.0);
        assert!(nothing.unknown().contains("meter-unknown"));
    }
}
