//! The lengths that buckets may have.

use senne_language::Period;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

/// A length that people know, and its text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Step {
    pub(super) text: &'static str,
    pub(super) period: Period,
}

const fn elapsed(text: &'static str, micros: i64) -> Step {
    Step { text, period: Period { months: 0, days: 0, micros } }
}

const fn days(text: &'static str, days: i32) -> Step {
    Step { text, period: Period { months: 0, days, micros: 0 } }
}

const fn months(text: &'static str, months: i32) -> Step {
    Step { text, period: Period { months, days: 0, micros: 0 } }
}

const STEPS: [Step; 24] = [
    elapsed("PT0.001S", SECOND / 1000),
    elapsed("PT0.01S", SECOND / 100),
    elapsed("PT0.1S", SECOND / 10),
    elapsed("PT1S", SECOND),
    elapsed("PT5S", 5 * SECOND),
    elapsed("PT15S", 15 * SECOND),
    elapsed("PT1M", MINUTE),
    elapsed("PT5M", 5 * MINUTE),
    elapsed("PT10M", 10 * MINUTE),
    elapsed("PT15M", 15 * MINUTE),
    elapsed("PT30M", 30 * MINUTE),
    elapsed("PT1H", HOUR),
    elapsed("PT2H", 2 * HOUR),
    elapsed("PT3H", 3 * HOUR),
    elapsed("PT6H", 6 * HOUR),
    elapsed("PT12H", 12 * HOUR),
    days("P1D", 1),
    days("P7D", 7),
    months("P1M", 1),
    months("P3M", 3),
    months("P1Y", 12),
    months("P10Y", 120),
    months("P100Y", 1_200),
    months("P1000Y", 12_000),
];

impl Step {
    /// The shortest step that is at least so long; a month counts as its mean length.
    pub(super) fn at_least(micros: i64) -> Self {
        let long = |step: &Self| step.micros() >= micros;
        STEPS.into_iter().find(long).unwrap_or(STEPS[STEPS.len() - 1])
    }

    /// About how long it is, in microseconds.
    pub(super) fn micros(&self) -> i64 {
        self.period.approximate_micros()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_grow_and_say_their_period() {
        assert!(STEPS.is_sorted_by_key(Step::micros));
        for step in STEPS {
            assert_eq!(Period::parse(step.text).unwrap(), step.period, "{}", step.text);
        }
    }

    #[test]
    fn a_pixel_finds_its_step() {
        for (micros, text) in
            [(0, "PT0.001S"), (HOUR - 1, "PT1H"), (HOUR, "PT1H"), (DAY + 1, "P7D"), (i64::MAX, "P1000Y")]
        {
            assert_eq!(Step::at_least(micros).text, text);
        }
    }
}
