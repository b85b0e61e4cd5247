//! The difference in means (Neyman 1923; in strata Imbens and Rubin 2015, chapters 6, 9 and 10).

use super::trial::{Stratum, Trial, TrialEffect};
use crate::StatisticsError;

/// The difference in means, in strata weighted by their units. Its error takes effects of units for unrelated, and is then a little too large.
/// When each stratum is a pair, the error is that of the differences among pairs.
///
/// # Errors
/// When lengths differ, a value is not finite, a stratum lacks treated or untreated units, or has too few of them for an error.
pub fn difference_in_means(trial: &Trial) -> Result<TrialEffect, StatisticsError> {
    let strata = trial.strata()?;
    let units = trial.outcome.len() as f64;
    let share = |stratum: &Stratum| stratum.units() as f64 / units;
    let mean = |rows: &[usize]| rows.iter().map(|row| trial.outcome[*row]).sum::<f64>() / rows.len() as f64;
    let one = |stratum: &Stratum| mean(&stratum.treated) - mean(&stratum.control);
    let effect: f64 = strata.iter().map(|stratum| share(stratum) * one(stratum)).sum();
    let treated = trial.treated.iter().filter(|treated| **treated).count();
    let counts = [treated, trial.outcome.len() - treated];
    let found = |standard_error, free| TrialEffect {
        effect,
        standard_error,
        free,
        units: counts,
        strata: strata.len(),
    };
    if strata.iter().all(|stratum| stratum.units() == 2) {
        let pairs = strata.len();
        if pairs < 2 {
            return Err(StatisticsError::TooFew { what: "pairs".to_owned(), found: pairs, wanted: 2 });
        }
        let square: f64 = strata.iter().map(|stratum| (one(stratum) - effect).powi(2)).sum();
        let count = pairs as f64;
        return Ok(found((square / (count * (count - 1.0))).sqrt(), count - 1.0));
    }
    let (mut variance, mut spread) = (0.0, 0.0);
    for stratum in &strata {
        for (rows, what) in [(&stratum.treated, "treated"), (&stratum.control, "untreated")] {
            if rows.len() < 2 {
                let what = format!("{what} units in a stratum; an error needs more, or pairs alone");
                return Err(StatisticsError::TooFew { what, found: rows.len(), wanted: 2 });
            }
            let (count, middle) = (rows.len() as f64, mean(rows));
            let square: f64 = rows.iter().map(|row| (trial.outcome[*row] - middle).powi(2)).sum();
            let part = share(stratum).powi(2) * square / (count - 1.0) / count;
            variance += part;
            spread += part * part / (count - 1.0);
        }
    }
    // Welch (1947) and Satterthwaite (1946).
    let free = if spread > 0.0 { variance * variance / spread } else { units - 2.0 * strata.len() as f64 };
    Ok(found(variance.sqrt(), free))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(outcome: &[f64], treated: &[u8], stratum: Option<Vec<usize>>) -> Trial {
        let treated = treated.iter().map(|treated| *treated == 1).collect();
        Trial { outcome: outcome.to_vec(), treated, stratum, ..Trial::default() }
    }

    #[test]
    fn welch() {
        let one = [27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4];
        let two = [27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 30.5, 25.5];
        let outcome: Vec<f64> = one.iter().chain(&two).copied().collect();
        let treated: Vec<u8> = (0..30).map(|unit| u8::from(unit < 15)).collect();
        let found = difference_in_means(&trial(&outcome, &treated, None)).unwrap();
        let statistic = found.effect / found.standard_error;
        // As R's `t.test` and scipy's `ttest_ind` find it.
        assert!((statistic + 2.907_405_149).abs() < 1e-8, "{statistic}");
        assert!((found.free - 27.931_495_668).abs() < 1e-8, "{}", found.free);
        assert!((crate::two_sided(statistic, Some(found.free)) - 0.007_063_822_8).abs() < 1e-9);
    }

    #[test]
    fn pairs() {
        let found = difference_in_means(&trial(
            &[3.0, 1.0, 5.0, 2.0, 4.0, 3.0],
            &[1, 0, 1, 0, 1, 0],
            Some(vec![0, 0, 1, 1, 2, 2]),
        ))
        .unwrap();
        assert!((found.effect - 2.0).abs() < 1e-12);
        // The differences 2, 3 and 1 have variance 1.
        assert!((found.standard_error - (1.0_f64 / 3.0).sqrt()).abs() < 1e-12 && found.free == 2.0);
    }

    #[test]
    fn what_is_missing_is_said() {
        assert!(difference_in_means(&Trial::default()).is_err());
        assert!(difference_in_means(&trial(&[1.0, 2.0], &[1, 1], None)).is_err());
        assert!(difference_in_means(&trial(&[1.0, 2.0, 3.0], &[1, 0, 0], None)).is_err());
        assert!(difference_in_means(&trial(&[1.0, f64::NAN], &[1, 0], None)).is_err());
        let message =
            difference_in_means(&trial(&[1.0, 2.0, 3.0], &[1, 0, 1], Some(vec![0, 0, 7]))).unwrap_err();
        assert!(message.to_string().contains("untreated units in stratum 7"), "{message}");
    }
}
