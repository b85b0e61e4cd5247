//! Between which places an area lies when values are only known within intervals.

use statrs::distribution::{ContinuousCDF, Normal};

use crate::Direction;

/// The chance that the interval of a value holds it.
const OF_VALUES: f64 = 0.95;
/// The chance that places hold the true one.
const OF_PLACES: f64 = 0.95;

/// A value with the ends of its interval (95 %), where it has one.
pub type Measured = (f64, Option<(f64, f64)>);

/// The places that an area may have, 1 for the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Places {
    /// The best one.
    pub best: usize,
    /// The worst one.
    pub worst: usize,
    /// Of how many.
    pub of: usize,
}

/// Between which places each area lies: before it stand at least those that are clearly better, behind it at least those that are clearly worse.
/// Two differ clearly when a test of their difference says so at a level of 5 % shared out evenly over all with which one is compared
/// (Mogstad, Romano, Shaikh and Wilhelm 2024, section 3; Klein, Wright and Wieczorek 2020), so that the places of one area hold its true one with
/// at least 95 %. Values without an interval are never clearly better or worse, and have no places; nor has anything that is best in a band.
pub fn places(values: &[Option<Measured>], direction: Direction) -> Vec<Option<Places>> {
    let of = values.iter().flatten().count();
    let sign = match direction {
        Direction::Up => 1.0,
        Direction::Down => -1.0,
        Direction::Band => return vec![None; values.len()],
    };
    if of < 2 {
        return vec![None; values.len()];
    }
    let quantile = |chance: f64| Normal::standard().inverse_cdf(chance);
    let of_values = quantile(0.5 + OF_VALUES / 2.0);
    let needed = quantile(1.0 - (1.0 - OF_PLACES) / (2.0 * (of as f64 - 1.0)));
    // What a value is worth, and how far it may be off.
    let known: Vec<Option<(f64, Option<f64>)>> = values
        .iter()
        .map(|one| {
            let (value, interval) = (*one)?;
            Some((value * sign, interval.map(|(low, high)| (high - low) / (2.0 * of_values))))
        })
        .collect();
    let is_better = |one: &(f64, Option<f64>), other: &(f64, Option<f64>)| match (one.1, other.1) {
        (Some(a), Some(b)) => one.0 - other.0 > needed * a.hypot(b),
        _ => false,
    };
    let one = |own: &Option<(f64, Option<f64>)>| {
        let own = own.as_ref().filter(|own| own.1.is_some())?;
        let others = || known.iter().flatten();
        let better = others().filter(|other| is_better(other, own)).count();
        let worse = others().filter(|other| is_better(own, other)).count();
        Some(Places { best: 1 + better, worst: of - worse, of })
    };
    known.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sure(value: f64, half: f64) -> Measured {
        (value, Some((value - half, value + half)))
    }

    fn ends(found: &[Option<Places>]) -> Vec<Option<(usize, usize)>> {
        found.iter().map(|places| places.map(|places| (places.best, places.worst))).collect()
    }

    #[test]
    fn places_are_as_wide_as_values_are_unsure() {
        let exact = [Some(sure(3.0, 0.01)), Some(sure(1.0, 0.01)), Some(sure(2.0, 0.01))];
        assert_eq!(ends(&places(&exact, Direction::Up)), [Some((1, 1)), Some((3, 3)), Some((2, 2))]);
        assert_eq!(ends(&places(&exact, Direction::Down)), [Some((3, 3)), Some((1, 1)), Some((2, 2))]);
        let vague = [Some(sure(3.0, 9.0)), Some(sure(1.0, 9.0)), Some(sure(2.0, 9.0))];
        assert_eq!(ends(&places(&vague, Direction::Up)), [Some((1, 3)); 3]);
        assert_eq!(places(&exact, Direction::Band), [None; 3]);
    }

    #[test]
    fn what_is_not_known_is_nowhere_for_sure() {
        // The second has no interval: it may stand before or behind any other.
        let found =
            places(&[Some(sure(5.0, 0.1)), Some((4.0, None)), Some(sure(1.0, 0.1)), None], Direction::Up);
        assert_eq!(ends(&found), [Some((1, 2)), None, Some((2, 3)), None]);
        assert_eq!(found[0].map(|places| places.of), Some(3));
        assert_eq!(places(&[Some(sure(5.0, 0.1)), None], Direction::Up), [None, None]);
    }

    /// Of two with the deviation 1 each, at 5 % in all: a difference is clear from 1.96 · √2 = 2.772 on.
    #[test]
    fn two_differ_by_the_test_of_their_difference() {
        let half = 1.959_964;
        let of = |difference: f64| {
            ends(&places(&[Some(sure(difference, half)), Some(sure(0.0, half))], Direction::Up))
        };
        assert_eq!(of(2.77), [Some((1, 2)), Some((1, 2))]);
        assert_eq!(of(2.78), [Some((1, 1)), Some((2, 2))]);
    }

    proptest! {
        #[test]
        fn the_place_by_value_is_one_of_the_possible(
            values in prop::collection::vec((0.0..100.0_f64, 0.0..20.0_f64), 2..12),
        ) {
            let all: Vec<_> = values.iter().map(|(value, half)| Some(sure(*value, *half))).collect();
            for (own, found) in values.iter().zip(places(&all, Direction::Up)) {
                let rank = 1 + values.iter().filter(|other| other.0 > own.0).count();
                let found = found.unwrap();
                prop_assert!((found.best..=found.worst).contains(&rank), "{rank} {found:?}");
            }
        }
    }
}
