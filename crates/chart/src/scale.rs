//! Scales with round steps.

/// A linear scale from values to pixels, its ends on round numbers.
#[derive(Clone, PartialEq, Debug)]
pub struct Scale {
    /// The value at which it begins.
    pub low: f64,
    /// The value at which it ends.
    pub high: f64,
    /// From tick to tick.
    pub step: f64,
    /// The pixel of `low` and that of `high`.
    pixels: (f64, f64),
}

impl Scale {
    /// A scale over the values between `low` and `high` in about `count` steps of 1, 2 or 5 times a power of ten.
    /// A range that starts near zero is made to start there.
    pub fn nice(low: f64, high: f64, count: u32, pixels: (f64, f64)) -> Self {
        let (mut low, mut high) = if low <= high { (low, high) } else { (high, low) };
        if low >= 0.0 && low < 0.4 * high {
            low = 0.0;
        }
        if high - low < f64::EPSILON * high.abs().max(1.0) * 8.0 {
            let room = if high == 0.0 { 1.0 } else { high.abs() * 0.1 };
            (low, high) = (if low == 0.0 { 0.0 } else { low - room }, high + room);
        }
        let rough = (high - low) / f64::from(count.max(1));
        let power = 10_f64.powf(rough.log10().floor());
        let factor = match rough / power {
            f if f <= 1.0 => 1.0,
            f if f <= 2.0 => 2.0,
            f if f <= 5.0 => 5.0,
            _ => 10.0,
        };
        let step = factor * power;
        Self { low: (low / step).floor() * step, high: (high / step).ceil() * step, step, pixels }
    }

    /// A scale from the least to the greatest value, for charts that say each value and need no ticks.
    pub fn between(low: f64, high: f64, pixels: (f64, f64)) -> Self {
        let (low, high) = if low < high { (low, high) } else { (low - 0.5, high + 0.5) };
        Self { low, high, step: high - low, pixels }
    }

    /// Where a value stands, in pixels; what is outside the scale stands at its end.
    pub fn place(&self, value: f64) -> f64 {
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        self.pixels.0 + share * (self.pixels.1 - self.pixels.0)
    }

    /// Whether a value lies on the scale.
    pub fn holds(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// The round values of the scale, lowest first.
    pub fn ticks(&self) -> impl Iterator<Item = f64> {
        let count = ((self.high - self.low) / self.step).round() as u32;
        let (low, step) = (self.low, self.step);
        (0..=count.min(20)).map(move |i| low + f64::from(i) * step)
    }

    /// How many decimals tell the ticks apart.
    pub fn decimals(&self) -> usize {
        (-self.step.log10().floor()).clamp(0.0, 6.0) as usize
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ends_and_steps_are_round() {
        let scale = Scale::nice(3.0, 61.2, 4, (180.0, 20.0));
        assert_eq!((scale.low, scale.high, scale.step), (0.0, 80.0, 20.0));
        assert_eq!(scale.place(40.0), 100.0);
        assert_eq!(scale.place(900.0), 20.0);
        assert_eq!(scale.ticks().collect::<Vec<_>>(), [0.0, 20.0, 40.0, 60.0, 80.0]);
        let pressure = Scale::nice(1003.0, 1012.0, 4, (180.0, 20.0));
        assert_eq!((pressure.low, pressure.high, pressure.step), (1000.0, 1015.0, 5.0));
        let small = Scale::nice(0.11, 0.19, 4, (0.0, 1.0));
        assert_eq!(small.decimals(), 2);
    }

    #[test]
    fn a_scale_without_ticks_ends_where_its_values_do() {
        let scale = Scale::between(9.0, 13.0, (100.0, 0.0));
        assert_eq!([9.0, 10.0, 13.0].map(|x| scale.place(x)), [100.0, 75.0, 0.0]);
        assert_eq!(Scale::between(4.0, 4.0, (100.0, 0.0)).place(4.0), 50.0);
    }

    #[test]
    fn one_value_still_makes_a_scale() {
        for x in [0.0, 5.0, -5.0, 1e9] {
            let scale = Scale::nice(x, x, 4, (100.0, 0.0));
            assert!(scale.low < scale.high && scale.holds(x), "{x}: {scale:?}");
        }
    }

    proptest! {
        #[test]
        fn every_value_is_inside(a in -1e9_f64..1e9, b in -1e9_f64..1e9) {
            let scale = Scale::nice(a, b, 4, (100.0, 0.0));
            prop_assert!(scale.holds(a) && scale.holds(b));
            prop_assert!((0.0..=100.0).contains(&scale.place(a)));
            prop_assert!(scale.ticks().count() <= 12);
        }
    }
}
