//! Whether there is enough to say a value.

/// How much must be there before a value counts: air quality, for one, needs 85 % of the hours of a year (Directive 2008/50/EC, annex I).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Completeness {
    /// The part of what is expected that must be there, from 0 to 1.
    pub share: f64,
}

impl Completeness {
    /// The part of what is expected that is there, at most 1; nothing when nothing is expected.
    pub fn coverage(found: f64, expected: f64) -> Option<f64> {
        (expected > 0.0).then(|| (found / expected).clamp(0.0, 1.0))
    }

    /// Whether so much is enough.
    pub fn is_met(self, coverage: f64) -> bool {
        coverage + 1e-12 >= self.share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eighty_five_percent_of_a_year() {
        let rule = Completeness { share: 0.85 };
        assert!(rule.is_met(Completeness::coverage(7446.0, 8760.0).unwrap()));
        assert!(!rule.is_met(Completeness::coverage(7445.0, 8760.0).unwrap()));
        assert_eq!(Completeness::coverage(3.0, 0.0), None);
    }
}
