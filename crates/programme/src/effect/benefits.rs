//! Benefits that were promised beside those that came, year by year.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    ProgrammeError,
    types::{Benefit, BenefitId},
};

/// One year of a benefit, in its unit. What is missing was not entered, which is not the same as 0.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BenefitYear {
    /// The calendar year.
    pub year: i16,
    /// What was promised.
    pub promised: Option<f64>,
    /// What came.
    pub realised: Option<f64>,
    /// Promised up to this year.
    pub promised_so_far: f64,
    /// Come up to this year.
    pub realised_so_far: f64,
}

/// A benefit over its years.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Benefits {
    /// The benefit.
    pub benefit: BenefitId,
    /// Year by year, from the first for which something was entered to the last.
    pub years: Vec<BenefitYear>,
    /// What came as a part of what was promised, over the years up to the one asked for in which both were entered; nothing when nothing
    /// was promised in them.
    pub part: Option<f64>,
    /// Promised up to the year asked for, in euros; nothing when the benefit has no price.
    pub promised_euros: Option<f64>,
    /// Come up to the year asked for, in euros.
    pub realised_euros: Option<f64>,
    /// Years up to the one asked for with a promise and nothing entered beside it.
    pub not_entered: Vec<i16>,
}

/// Promised and realised up to the end of a year, benefit by benefit.
///
/// # Errors
/// When a number is not finite.
pub fn benefits(benefits: &[Benefit], until: i16) -> Result<Vec<Benefits>, ProgrammeError> {
    benefits.iter().map(|benefit| of(benefit, until)).collect()
}

fn of(benefit: &Benefit, until: i16) -> Result<Benefits, ProgrammeError> {
    let numbers = benefit.promised.values().chain(benefit.realised.values()).chain(&benefit.unit_value);
    if let Some(number) = numbers.into_iter().find(|number| !number.is_finite()) {
        let what = format!("a value of {}", benefit.id);
        return Err(ProgrammeError::number(what, number, "a finite number"));
    }
    let named: BTreeSet<i16> = benefit.promised.keys().chain(benefit.realised.keys()).copied().collect();
    let (mut years, mut not_entered) = (Vec::new(), Vec::new());
    let (mut promised_so_far, mut realised_so_far) = (0.0, 0.0);
    let (mut due, mut came) = (0.0, 0.0);
    let mut until_then = (0.0, 0.0);
    for year in named {
        let promised = benefit.promised.get(&year).copied();
        let realised = benefit.realised.get(&year).copied();
        promised_so_far += promised.unwrap_or_default();
        realised_so_far += realised.unwrap_or_default();
        if year <= until {
            until_then = (promised_so_far, realised_so_far);
            match (promised, realised) {
                (Some(promised), Some(realised)) => {
                    due += promised;
                    came += realised;
                }
                (Some(_), None) => not_entered.push(year),
                _ => {}
            }
        }
        years.push(BenefitYear { year, promised, realised, promised_so_far, realised_so_far });
    }
    Ok(Benefits {
        benefit: benefit.id.clone(),
        years,
        part: (due != 0.0).then(|| came / due),
        promised_euros: benefit.unit_value.map(|value| value * until_then.0),
        realised_euros: benefit.unit_value.map(|value| value * until_then.1),
        not_entered,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Words;

    #[test]
    fn only_years_with_both_are_compared() {
        let benefit = Benefit {
            id: "b".into(),
            name: Words::default(),
            project: "p".into(),
            owner: None,
            indicator: None,
            unit: "TNE".into(),
            promised: [(2025, 10.0), (2026, 20.0), (2027, 30.0)].into(),
            realised: [(2024, 1.0), (2025, 5.0)].into(),
            unit_value: Some(100.0),
        };
        let found = &benefits(&[benefit], 2026).unwrap()[0];
        assert_eq!((found.part, found.not_entered.clone()), (Some(0.5), vec![2026]));
        assert_eq!((found.promised_euros, found.realised_euros), (Some(3000.0), Some(600.0)));
        assert_eq!(
            found.years.last().map(|year| (year.promised_so_far, year.realised_so_far)),
            Some((60.0, 6.0))
        );
    }
}
