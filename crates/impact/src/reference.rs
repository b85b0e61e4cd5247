//! What a series would have been in reference conditions: the weather of an ordinary year, say. What moves with the conditions is told from season and
//! trend by regression, and only that is taken out (as the temperature correction of energy statistics does, and «meteorological
//! normalisation» of air quality: Grange and Carslaw 2019 review both).

use faer::Mat;

use crate::{Correction, Design, Errors, Fit, StatisticsError, fit, least_squares::dot, student_quantile};

/// A series, the conditions it was seen in, and those it is to be seen in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conditions {
    /// The values.
    pub outcome: Vec<f64>,
    /// The step of each value; steps may be missing.
    pub time: Vec<i64>,
    /// How much of the year has gone at each value, 0 to 1.
    pub season: Vec<f64>,
    /// The conditions at each value.
    pub covariates: Design,
    /// The reference conditions at each value: the same columns.
    pub reference: Design,
}

/// The form of the regression.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReferenceOptions {
    /// How many pairs of sine and cosine a year has.
    pub pairs: usize,
    /// Over how many steps errors remember (Newey and West 1987); nothing: `⌊4 (n/100)^(2/9)⌋`.
    pub lag: Option<usize>,
    /// The chance with which intervals hold the value.
    pub chance: f64,
}

/// A value in reference conditions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReferenceValue {
    /// The value less what the conditions did to it.
    pub value: f64,
    /// How sure that is, as far as the coefficients are known.
    pub standard_error: f64,
    /// The lower end of its interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// A series in reference conditions.
#[derive(Clone, Debug, PartialEq)]
pub struct InReference {
    /// One for each value.
    pub values: Vec<ReferenceValue>,
    /// The coefficient of each condition and its standard error.
    pub coefficients: Vec<(String, f64, f64)>,
    /// The part of the variance that season, trend and conditions explain.
    pub r_squared: f64,
    /// The part of what season and trend leave that the conditions explain.
    pub partial_r_squared: f64,
}

/// Takes out of each value what the difference between its conditions and the reference did: `y − β (x − x₀)`, with `β` of a least-squares fit of
/// intercept, trend, season and conditions. Errors of `β` allow for memory.
///
/// # Errors
/// When lengths differ, a value is not finite, a condition is explained by season, trend and the others, or fewer than three values
/// stand for a coefficient.
pub fn in_reference_conditions(
    conditions: &Conditions,
    options: ReferenceOptions,
) -> Result<InReference, StatisticsError> {
    let rows = conditions.outcome.len();
    lengths(conditions)?;
    let plain = season_and_trend(conditions, options.pairs);
    let mut design = plain.clone();
    for (name, column) in conditions.covariates.names().iter().zip(conditions.covariates.columns()) {
        design.push(name.clone(), column.clone());
    }
    let wanted = 3 * design.names().len();
    if rows < wanted {
        return Err(StatisticsError::TooFew { what: "values".to_owned(), found: rows, wanted });
    }
    let full = fit(&design, &conditions.outcome, None)?;
    let places = places(&full, conditions)?;
    let lag = options.lag.unwrap_or((4.0 * (rows as f64 / 100.0).powf(2.0 / 9.0)) as usize);
    let errors = Errors::NeweyWest { unit: vec![0; rows], time: conditions.time.clone(), lag };
    let covariance = full.covariance(&errors, Correction::Finite { absorbed: 0 })?;
    let quantile = student_quantile((rows - full.coefficients.len()) as f64, 0.5 + options.chance / 2.0);
    let value = |row: usize| {
        let apart: Vec<f64> = conditions
            .covariates
            .columns()
            .iter()
            .zip(conditions.reference.columns())
            .map(|(seen, reference)| seen[row] - reference[row])
            .collect();
        let effects: Vec<f64> = places.iter().map(|place| full.coefficients[*place]).collect();
        let value = conditions.outcome[row] - dot(&effects, &apart);
        let standard_error = error(&covariance, &places, &apart);
        let width = quantile * standard_error;
        ReferenceValue { value, standard_error, low: value - width, high: value + width }
    };
    let (left, without) = (full.residual_sum(), fit(&plain, &conditions.outcome, None)?.residual_sum());
    let mean = conditions.outcome.iter().sum::<f64>() / rows as f64;
    let whole: f64 = conditions.outcome.iter().map(|y| (y - mean).powi(2)).sum();
    let explained = |of: f64| if of > 0.0 { (1.0 - left / of).clamp(0.0, 1.0) } else { 0.0 };
    let coefficient = |place: &usize| {
        let variance = covariance[(*place, *place)];
        (full.names[*place].clone(), full.coefficients[*place], variance.max(0.0).sqrt())
    };
    Ok(InReference {
        values: (0..rows).map(value).collect(),
        coefficients: places.iter().map(coefficient).collect(),
        r_squared: explained(whole),
        partial_r_squared: explained(without),
    })
}

fn lengths(conditions: &Conditions) -> Result<(), StatisticsError> {
    let wanted = conditions.outcome.len();
    for (what, found) in [("time", conditions.time.len()), ("season", conditions.season.len())] {
        if found != wanted {
            return Err(StatisticsError::Length { what: what.to_owned(), found, wanted });
        }
    }
    let reference = conditions.reference.columns();
    if reference.len() != conditions.covariates.columns().len() {
        let (found, wanted) = (reference.len(), conditions.covariates.columns().len());
        return Err(StatisticsError::Length { what: "reference".to_owned(), found, wanted });
    }
    for (name, column) in conditions.reference.names().iter().zip(reference) {
        crate::least_squares::check_column(name, column, wanted)?;
    }
    Ok(())
}

fn season_and_trend(conditions: &Conditions, pairs: usize) -> Design {
    let first = conditions.time.first().copied().unwrap_or_default();
    let mut design = Design::with_intercept(conditions.outcome.len());
    design.push("time", conditions.time.iter().map(|time| (time - first) as f64).collect());
    for pair in 1..=pairs {
        let angle = |part: &f64| std::f64::consts::TAU * pair as f64 * part;
        design.push(format!("sin{pair}"), conditions.season.iter().map(|part| angle(part).sin()).collect());
        design.push(format!("cos{pair}"), conditions.season.iter().map(|part| angle(part).cos()).collect());
    }
    design
}

/// Where the conditions stand among the coefficients.
fn places(full: &Fit, conditions: &Conditions) -> Result<Vec<usize>, StatisticsError> {
    let place = |name: &String| {
        full.index(name).ok_or_else(|| StatisticsError::NotIdentified {
            what: format!("the effect of {name}"),
            why: "season, trend and the other conditions explain it".to_owned(),
        })
    };
    conditions.covariates.names().iter().map(place).collect()
}

fn error(covariance: &Mat<f64>, places: &[usize], apart: &[f64]) -> f64 {
    let mut variance = 0.0;
    for (row, a) in places.iter().zip(apart) {
        for (column, b) in places.iter().zip(apart) {
            variance += a * b * covariance[(*row, *column)];
        }
    }
    variance.max(0.0).sqrt()
}
