//! A value of an indicator: of one area in one period.

use std::collections::{BTreeMap, HashMap};

use senne_model::{ChangeNo, EntityId, Timestamp};

use crate::{Frequency, Parts, Period, Slice};

/// Digits that survive sums taken in another order.
const DIGITS: i32 = 12;

/// How far a value can be relied on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// Its period, or the time until its release, has not ended.
    #[default]
    Provisional,
    /// Less is there than the indicator asks for.
    Incomplete,
    /// It stands.
    Final,
    /// It stood, and later data changed it.
    Revised,
    /// Fewer persons or events than may be published.
    Suppressed,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Provisional, Self::Incomplete, Self::Final, Self::Revised, Self::Suppressed];

    /// The word in entities and files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Provisional => "provisional",
            Self::Incomplete => "incomplete",
            Self::Final => "final",
            Self::Revised => "revised",
            Self::Suppressed => "suppressed",
        }
    }

    /// From the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }

    /// As SDMX (CL_OBS_STATUS) writes it.
    pub fn sdmx(self) -> &'static str {
        match self {
            Self::Provisional => "P",
            Self::Incomplete => "U",
            Self::Final => "A",
            Self::Revised => "R",
            Self::Suppressed => "Q",
        }
    }

    /// Whether it has stood as final.
    pub fn stood(self) -> bool {
        matches!(self, Self::Final | Self::Revised)
    }
}

/// A value with what it rests on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Value {
    /// In units of the indicator; none when it is suppressed.
    pub number: Option<f64>,
    /// The lower and the upper end of its interval (95 %), where there is one.
    pub interval: Option<(f64, f64)>,
    /// The part of what should be there that is there, 0 to 1.
    pub coverage: f64,
    /// How far it can be relied on.
    pub status: Status,
    /// What it is put together from.
    pub parts: Parts,
    /// Whether the simulator made any of it.
    pub simulated: bool,
}

/// The entity with the values of an indicator in an area: `urn:ngsi-ld:KeyPerformanceIndicator:no2-mean:BE-21009`.
pub fn entity_of(indicator: &str, area: &EntityId) -> EntityId {
    let text = area.as_str();
    let tail = text.split_once("AdministrativeArea:").map_or(text, |(_, tail)| tail);
    let tail = tail.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    EntityId::trusted(&format!("urn:ngsi-ld:KeyPerformanceIndicator:{indicator}:{tail}"))
}

/// A value where it stands in the city and in time.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// The area.
    pub area: EntityId,
    /// The period.
    pub period: Period,
    /// What it is of, where it is not of all.
    pub slice: Option<Slice>,
    /// The value.
    pub value: Value,
    /// The digest of the declaration that it was computed by.
    pub formula: String,
    /// The change up to which data were seen.
    pub vintage: ChangeNo,
}

impl Value {
    /// Whether the two say the same: they differ in nothing but what the order of a sum leaves.
    pub fn alike(&self, other: &Self) -> bool {
        let ends = |value: &Self| [value.interval.map(|(low, _)| low), value.interval.map(|(_, high)| high)];
        let numbers = |value: &Self| {
            let parts = value.parts_rounded().map(Some);
            [Some(value.coverage), value.number].into_iter().chain(ends(value)).chain(parts)
        };
        self.status == other.status
            && self.simulated == other.simulated
            && numbers(self).zip(numbers(other)).all(|pair| match pair {
                (Some(a), Some(b)) => alike(a, b),
                (a, b) => a == b,
            })
    }

    /// The parts to so many digits that the order in which they were summed is seen in the last one at most.
    pub fn parts_rounded(&self) -> [f64; 5] {
        let parts = &self.parts;
        [parts.count, parts.sum, parts.sum_of_squares, parts.numerator, parts.denominator].map(rounded)
    }
}

/// The newest values of all indicators and areas.
#[derive(Clone, Debug, Default)]
pub struct Latest {
    /// By indicator and area: one figure for each frequency, the one that is shown first before the others.
    pub figures: HashMap<String, BTreeMap<EntityId, Vec<Figure>>>,
}

/// Which values of an indicator are wanted.
#[derive(Clone, Debug)]
pub struct SeriesQuery {
    /// The areas.
    pub areas: Vec<EntityId>,
    /// The length of the periods.
    pub frequency: Frequency,
    /// The first period that counts.
    pub from: Option<Period>,
    /// The last period that counts.
    pub to: Option<Period>,
    /// What was known at a moment.
    pub as_of: Option<Timestamp>,
}

/// What came of entering values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// How many values were given.
    pub given: usize,
    /// How many of them are new or differ from what was published.
    pub changed: usize,
    /// How many values of larger areas followed from them.
    pub followed: usize,
}

/// A published value beside the same computed again.
#[derive(Clone, Debug, PartialEq)]
pub struct Reproduction {
    /// As it was published.
    pub published: Figure,
    /// As it comes out again, from the data up to its vintage; none when nothing comes out.
    pub again: Option<Value>,
    /// Whether it was computed by the declaration that is in force.
    pub same_formula: bool,
    /// Whether number, interval and parts are the same: the last of twelve digits may differ by one ([`alike`]).
    pub same_digits: bool,
}

impl Latest {
    /// The newest figure of an indicator in an area, of the frequency that is shown first.
    pub fn figure(&self, indicator: &str, area: &EntityId) -> Option<&Figure> {
        self.figures.get(indicator)?.get(area)?.first()
    }
}

/// Whether two rounded numbers are the same, or neighbours: a sum in another order may fall on the other side of a
/// half, and then the last digit that is kept differs by one.
pub fn alike(a: f64, b: f64) -> bool {
    if a == b || !a.is_finite() || !b.is_finite() {
        return a == b;
    }
    let leading = a.abs().max(b.abs()).log10().floor() as i32;
    (a - b).abs() <= 1.01 * 10f64.powi(leading + 1 - DIGITS)
}

/// The number to so many digits that the order in which it was summed is seen in the last one at most.
pub fn rounded(x: f64) -> f64 {
    if x == 0.0 || !x.is_finite() {
        return x;
    }
    let places = DIGITS - 1 - x.abs().log10().floor() as i32;
    if (0..=300).contains(&places) {
        format!("{x:.*}", places.unsigned_abs() as usize).parse().unwrap_or(x)
    } else {
        x
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_order_of_a_sum_leaves_no_trace() {
        let a = (0.1 + 0.2) + 0.3;
        let b = 0.1 + (0.2 + 0.3);
        assert_ne!(a, b);
        assert_eq!(rounded(a), rounded(b));
        assert_eq!(rounded(123_456_789.123_456_78), 123_456_789.123);
        assert_eq!(rounded(0.0), 0.0);
    }

    #[test]
    fn a_sum_beside_a_half_is_the_same_on_either_side() {
        // 15.53125 squared has thirteen digits, the last of them a five.
        let (below, above) = (241.219_726_562_499_97, 241.219_726_562_500_03);
        assert_ne!(rounded(below), rounded(above));
        assert!(alike(rounded(below), rounded(above)));
        let value = |sum_of_squares| Value {
            number: Some(15.531_25),
            parts: Parts { count: 1.0, sum: 15.531_25, sum_of_squares, ..Parts::default() },
            ..Value::default()
        };
        assert!(value(below).alike(&value(above)));
        assert!(!value(below).alike(&value(241.219_726_565)));
        assert!(!value(below).alike(&Value { number: None, ..value(below) }));
        assert!(!value(below).alike(&Value { status: Status::Final, ..value(below) }));
        assert!(
            alike(0.0, 0.0) && !alike(0.0, 1e-300) && !alike(f64::NAN, 1.0) && !alike(f64::INFINITY, 1.0)
        );
        assert!(!alike(1.0, 1.000_000_000_1) && alike(-9.999_999_999_99, -10.0));
    }

    proptest! {
        #[test]
        fn rounding_moves_nothing_that_is_seen(x in -1e9..1e9_f64) {
            prop_assert!((rounded(x) - x).abs() <= x.abs() * 1e-11);
            prop_assert_eq!(rounded(rounded(x)), rounded(x));
        }
    }
}
