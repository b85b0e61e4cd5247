//! Quality of one value on the QARTOD scale (IOOS, Manual for the Use of Real-Time Oceanographic Data
//! Quality Control Flags, 2020, table 1), and which test raised it.

use std::fmt;

/// The primary flag. Ordered from best to worst, so that the worst of several tests is the maximum.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub enum Flag {
    /// Passed every test that applies (QARTOD 1).
    Good,
    /// No test applies to this value (QARTOD 2).
    #[default]
    NotEvaluated,
    /// Questionable: use with care (QARTOD 3).
    Suspect,
    /// Failed a test beyond doubt: do not use (QARTOD 4).
    Fail,
    /// The sender said that there is no value (QARTOD 9).
    Missing,
}

impl Flag {
    /// All flags, best first.
    pub const ALL: [Self; 5] = [Self::Good, Self::NotEvaluated, Self::Suspect, Self::Fail, Self::Missing];

    /// The number of this flag in QARTOD: 1, 2, 3, 4 or 9.
    pub fn number(self) -> u8 {
        match self {
            Self::Good => 1,
            Self::NotEvaluated => 2,
            Self::Suspect => 3,
            Self::Fail => 4,
            Self::Missing => 9,
        }
    }

    /// The word that APIs and pages use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::NotEvaluated => "notEvaluated",
            Self::Suspect => "suspect",
            Self::Fail => "fail",
            Self::Missing => "missing",
        }
    }
}

/// A test that can raise a flag. The discriminant is its bit in [`Quality::bits`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Test {
    /// Outside the plausible (fail) or usual (suspect) range of the contract.
    Range = 3,
    /// The same value for longer than the contract allows.
    Stuck = 4,
    /// A jump against the last good value greater than the contract allows.
    Spike = 5,
    /// A second value for the same moment of the same series.
    Duplicate = 6,
    /// Observed later than it was recorded.
    Future = 7,
    /// Came after newer values of the series, later than the contract allows.
    Late = 8,
    /// The sensor as a whole has failed: too many of its last values failed.
    Sensor = 9,
    /// Made by the simulator: not an observation of the world.
    Simulated = 10,
}

impl Test {
    /// All tests, in bit order.
    pub const ALL: [Self; 8] = [
        Self::Range,
        Self::Stuck,
        Self::Spike,
        Self::Duplicate,
        Self::Future,
        Self::Late,
        Self::Sensor,
        Self::Simulated,
    ];

    /// The word that APIs and pages use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Range => "range",
            Self::Stuck => "stuck",
            Self::Spike => "spike",
            Self::Duplicate => "duplicate",
            Self::Future => "future",
            Self::Late => "late",
            Self::Sensor => "sensor",
            Self::Simulated => "simulated",
        }
    }
}

/// A flag together with the tests that raised it, in 16 bits: bits 0–2 the flag, bit 3 upwards the tests.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Quality(u16);

impl Quality {
    /// Evaluated, and nothing found.
    pub const GOOD: Self = Self(0);
    /// No test applies.
    pub const NOT_EVALUATED: Self = Self(1);
    /// The sender said that there is no value.
    pub const MISSING: Self = Self(4);

    /// From the bits that [`Quality::bits`] gave; unknown flags read as not evaluated.
    pub fn from_bits(bits: u16) -> Self {
        if bits & 7 > 4 { Self((bits & !7) | 1) } else { Self(bits) }
    }

    /// Bits 0–2: the index of the flag in [`Flag::ALL`]; bit n ≥ 3: test n raised.
    pub fn bits(self) -> u16 {
        self.0
    }

    /// The primary flag.
    pub fn flag(self) -> Flag {
        Flag::ALL[usize::from(self.0 & 7).min(4)]
    }

    /// Adds the finding of a test; the worst flag stays.
    #[must_use]
    pub fn with(self, test: Test, flag: Flag) -> Self {
        let worst = self.flag().max(flag);
        Self((self.0 & !7) | (1 << test as u16) | worst as u16)
    }

    /// Marks a test without changing the flag (e.g. [`Test::Simulated`]).
    #[must_use]
    pub fn marked(self, test: Test) -> Self {
        Self(self.0 | (1 << test as u16))
    }

    /// Whether this test raised.
    pub fn has(self, test: Test) -> bool {
        self.0 & (1 << test as u16) != 0
    }

    /// The tests that raised.
    pub fn tests(self) -> impl Iterator<Item = Test> {
        Test::ALL.into_iter().filter(move |test| self.has(*test))
    }

    /// Whether the value may enter a statistic: good or not evaluated.
    pub fn usable(self) -> bool {
        self.flag() <= Flag::NotEvaluated
    }
}

impl fmt::Display for Quality {
    /// `fail (range, sensor)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.flag().word())?;
        let words: Vec<_> = self.tests().map(Test::word).collect();
        if words.is_empty() { Ok(()) } else { write!(f, " ({})", words.join(", ")) }
    }
}

impl fmt::Debug for Quality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_finding_stays_and_every_test_is_named() {
        let quality = Quality::GOOD.with(Test::Range, Flag::Fail).with(Test::Stuck, Flag::Suspect);
        assert_eq!(quality.to_string(), "fail (range, stuck)");
        assert_eq!(Quality::from_bits(quality.bits()), quality);
        assert!(!quality.usable());
        assert!(Quality::GOOD.marked(Test::Simulated).usable());
    }
}
