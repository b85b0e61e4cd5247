//! Money and parts of it, in whole numbers: what is decided about money is never decided by rounding.

use std::{
    fmt,
    iter::Sum,
    ops::{Add, AddAssign, Sub},
};

use serde::{Deserialize, Serialize};

/// An amount in whole euros. Sums stay at the end of the range instead of turning over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Euros(pub i64);

impl Euros {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The nearest whole amount, halves away from zero; nothing when the number is not finite or too large.
    pub fn nearest(amount: f64) -> Option<Self> {
        const END: f64 = 9.0e15;
        (amount.is_finite() && amount.abs() <= END).then(|| Self(amount.round() as i64))
    }

    /// As a number to count with.
    pub fn as_f64(self) -> f64 {
        self.0 as f64
    }
}

impl Add for Euros {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Euros {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl AddAssign for Euros {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Euros {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Euros {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} EUR", self.0)
    }
}

/// A part of a whole in ten-thousandths: 2,500 is a quarter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BasisPoints(pub u16);

impl BasisPoints {
    /// The whole.
    pub const WHOLE: u16 = 10_000;
}

impl fmt::Display for BasisPoints {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{:02} %", self.0 / 100, self.0 % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_roundings() {
        let sum: Euros = [Euros(2), Euros(3)].into_iter().sum();
        assert_eq!((sum, sum - Euros(7)), (Euros(5), Euros(-2)));
        assert_eq!(Euros::nearest(1234.5), Some(Euros(1235)));
        assert_eq!(Euros::nearest(f64::NAN), None);
        assert_eq!(Euros(i64::MAX) + Euros(1), Euros(i64::MAX));
        assert_eq!(BasisPoints(2505).to_string(), "25.05 %");
    }
}
