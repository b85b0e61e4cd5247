//! Many questions at once: chances of a false alarm, raised so that they hold for all answers together.

use crate::StatisticsError;

/// What is kept below the level that is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MultipleCorrection {
    /// The part of false alarms among all alarms, for tests that are independent or go together (Benjamini and Hochberg 1995).
    #[default]
    BenjaminiHochberg,
    /// The same for tests that depend on each other in any way (Benjamini and Yekutieli 2001).
    BenjaminiYekutieli,
    /// The chance of a single false alarm, for tests that are independent or go together (Hochberg 1988).
    Hochberg,
    /// The chance of a single false alarm, whatever tests have to do with each other (Holm 1979).
    Holm,
    /// The same, each test alone (Bonferroni); Holm's is never larger.
    Bonferroni,
}

/// Raises p-values; the order stays as it was. A NaN is a question that was not answered: it stays, and does not count.
///
/// # Errors
/// When a p-value is not from 0 to 1.
pub fn adjusted_p_values(
    p_values: &[f64],
    correction: MultipleCorrection,
) -> Result<Vec<f64>, StatisticsError> {
    if let Some(place) = p_values.iter().position(|p| !p.is_nan() && !(0.0..=1.0).contains(p)) {
        let why = format!("{} at place {place} is not from 0 to 1", p_values[place]);
        return Err(StatisticsError::NotIdentified { what: "a chance of a false alarm".to_owned(), why });
    }
    let mut order: Vec<usize> = (0..p_values.len()).filter(|place| !p_values[*place].is_nan()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let count = order.len() as f64;
    let harmonic: f64 = (1..=order.len()).map(|rank| 1.0 / rank as f64).sum();
    let factor = |rank: f64| match correction {
        MultipleCorrection::BenjaminiHochberg => count / rank,
        MultipleCorrection::BenjaminiYekutieli => count * harmonic / rank,
        MultipleCorrection::Hochberg | MultipleCorrection::Holm => count - rank + 1.0,
        MultipleCorrection::Bonferroni => count,
    };
    let mut adjusted = vec![f64::NAN; p_values.len()];
    let raised =
        order.iter().enumerate().map(|(place, test)| (*test, p_values[*test] * factor(place as f64 + 1.0)));
    if correction == MultipleCorrection::Holm {
        let mut most: f64 = 0.0;
        for (test, value) in raised {
            most = most.max(value).min(1.0);
            adjusted[test] = most;
        }
    } else {
        let mut least: f64 = 1.0;
        let step_up = correction != MultipleCorrection::Bonferroni;
        for (test, value) in raised.rev() {
            least = if step_up { least.min(value) } else { value.min(1.0) };
            adjusted[test] = least;
        }
    }
    Ok(adjusted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: &[f64], wanted: &[f64]) {
        let far = |(found, wanted): (&f64, &f64)| (found - wanted).abs() > 5.1e-9;
        assert!(found.len() == wanted.len() && !found.iter().zip(wanted).any(far), "{found:?} {wanted:?}");
    }

    /// The 15 tests of Benjamini and Hochberg (1995), as R's `p.adjust` gives them.
    #[test]
    fn the_tests_of_the_paper() {
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
            0.6528, 0.7590, 1.0,
        ];
        let found = adjusted_p_values(&p, MultipleCorrection::BenjaminiHochberg).unwrap();
        assert_eq!(found.iter().filter(|p| **p <= 0.05).count(), 4, "the paper rejects four");
        let found = adjusted_p_values(&p, MultipleCorrection::Bonferroni).unwrap();
        assert_eq!(found.iter().filter(|p| **p <= 0.05).count(), 3, "Bonferroni three");
        let oracle = [
            (MultipleCorrection::BenjaminiHochberg, [0.0015, 0.035_625, 0.063_857_143, 0.0645, 0.714_875]),
            (
                MultipleCorrection::BenjaminiYekutieli,
                [0.004_977_343, 0.118_211_908, 0.211_892_623, 0.214_025_77, 1.0],
            ),
            (MultipleCorrection::Holm, [0.0015, 0.114, 0.278, 0.278, 1.0]),
            (MultipleCorrection::Hochberg, [0.0015, 0.114, 0.2682, 0.2752, 1.0]),
        ];
        for (correction, wanted) in oracle {
            let found = adjusted_p_values(&p, correction).unwrap();
            let some: Vec<f64> = [0, 3, 5, 7, 11].iter().map(|place| found[*place]).collect();
            close(&some, &wanted);
        }
    }

    #[test]
    fn order_and_ties_stay() {
        let p = [0.04, 0.01, f64::NAN, 0.03, 0.01];
        let found = adjusted_p_values(&p, MultipleCorrection::BenjaminiHochberg).unwrap();
        assert!(found[2].is_nan());
        close(&[found[0], found[1], found[3], found[4]], &[0.04, 0.02, 0.04, 0.02]);
        let found = adjusted_p_values(&p, MultipleCorrection::Holm).unwrap();
        close(&[found[0], found[1], found[3], found[4]], &[0.06, 0.04, 0.06, 0.04]);
        let found = adjusted_p_values(&p, MultipleCorrection::Hochberg).unwrap();
        close(&[found[0], found[1], found[3], found[4]], &[0.04, 0.03, 0.04, 0.03]);
        let found = adjusted_p_values(&p, MultipleCorrection::BenjaminiYekutieli).unwrap();
        let sum = 1.0 + 0.5 + 1.0 / 3.0 + 0.25;
        close(&[found[0], found[1]], &[0.04 * sum, 0.02 * sum]);
    }

    #[test]
    fn what_is_no_chance_is_refused() {
        assert!(adjusted_p_values(&[0.5, 1.5], MultipleCorrection::Holm).is_err());
        assert!(adjusted_p_values(&[], MultipleCorrection::Holm).unwrap().is_empty());
    }
}
