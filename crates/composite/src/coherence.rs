//! Whether what stands together belongs together: correlations, alpha, components, and what each indicator looks like.

mod principal;
mod profile;

pub use principal::{Principal, principal};
pub use profile::{Flag, Limits, Profile, profile};

use crate::{CompositeError, Table, Value, error::check_length, statistics};

/// Pearson's correlations of the columns of one table with those of another.
#[derive(Clone, Debug, PartialEq)]
pub struct Correlations {
    /// The codes of the rows.
    pub of: Vec<String>,
    /// The codes of the columns.
    pub with: Vec<String>,
    /// Row by column, over units that have both values; nothing below two such units, or where one side does not differ.
    pub matrix: Vec<Vec<Correlation>>,
}

/// A correlation and how likely it is by chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Correlation {
    /// Pearson's r, −1 to 1.
    pub value: Value,
    /// How likely one as strong would be if the two had nothing to do with each other (two-sided, Student's t); nothing below three units.
    pub chance: Value,
}

impl Correlation {
    fn of(a: &[Value], b: &[Value]) -> Self {
        let value = statistics::correlation(a, b);
        let both = a.iter().zip(b).filter(|(a, b)| a.is_some() && b.is_some()).count();
        Self { value, chance: value.and_then(|r| chance(r, both.checked_sub(2)?)) }
    }

    /// The correlation when it is unlikely by chance, else nothing.
    pub fn when_below(&self, chance: f64) -> Value {
        self.value.filter(|_| self.chance.is_some_and(|own| own <= chance))
    }
}

impl Correlations {
    /// The correlation of two codes.
    pub fn between(&self, of: &str, with: &str) -> Option<Correlation> {
        let place = |codes: &[String], code: &str| codes.iter().position(|known| known == code);
        Some(self.matrix[place(&self.of, of)?][place(&self.with, with)?])
    }
}

/// Correlations within a level (`of` and `with` the same) or between levels, for codes of one table of units by elements.
///
/// # Errors
/// When a code is not in the table.
pub fn correlations(
    table: &Table,
    of: &[impl AsRef<str>],
    with: &[impl AsRef<str>],
) -> Result<Correlations, CompositeError> {
    let (rows, columns) = (table.select(of)?, table.select(with)?);
    let row = |(_, own): (&str, &[Value])| {
        columns.columns().map(|(_, other)| Correlation::of(own, other)).collect()
    };
    Ok(Correlations {
        of: rows.codes().to_vec(),
        with: columns.codes().to_vec(),
        matrix: rows.columns().map(row).collect(),
    })
}

/// Both tails of Student's t beyond a correlation: a finite sum, since the degrees are whole (Abramowitz and Stegun 1964, 26.7.3 and
/// 26.7.4).
fn chance(correlation: f64, degrees: usize) -> Value {
    if degrees == 0 {
        return None;
    }
    let (sine, cosine) = (correlation.abs(), (1.0 - correlation * correlation).max(0.0).sqrt());
    let odd = degrees % 2 == 1;
    let (mut sum, mut term) = (0.0, if odd { cosine } else { 1.0 });
    let mut place = usize::from(odd);
    while place + 2 <= degrees {
        sum += term;
        term *= (place + 1) as f64 / (place + 2) as f64 * cosine * cosine;
        place += 2;
    }
    let within = if odd { (sine.asin() + sine * sum) / std::f64::consts::FRAC_PI_2 } else { sine * sum };
    Some((1.0 - within).clamp(0.0, 1.0))
}

/// Cronbach's alpha: how far indicators measure one thing, at most 1 (Cronbach 1951). Above 0.7 is commonly held to be enough.
///
/// Covariances are over units that have both values, as `get_cronbach` of COINr.
///
/// # Errors
/// When there are fewer than two columns, or they do not differ.
pub fn alpha(table: &Table) -> Result<f64, CompositeError> {
    let columns: Vec<&[Value]> = table.columns().map(|(_, column)| column).collect();
    let count = columns.len();
    if count < 2 {
        return Err(CompositeError::TooFew {
            what: "indicators for alpha".to_owned(),
            found: count,
            wanted: 2,
        });
    }
    let mut own = 0.0;
    let mut all = 0.0;
    for (place, a) in columns.iter().enumerate() {
        for (other, b) in columns.iter().enumerate() {
            let covariance = statistics::covariance(a, b).unwrap_or(0.0);
            all += covariance;
            own += if place == other { covariance } else { 0.0 };
        }
    }
    if all == 0.0 {
        return Err(CompositeError::undefined(
            "alpha",
            "the sum of the indicators does not differ between units",
        ));
    }
    let count = count as f64;
    Ok(count / (count - 1.0) * (all - own) / all)
}

/// How strongly each column goes with a target, in order.
pub(crate) fn influence(columns: &[&[Value]], target: &[Value]) -> Result<Vec<f64>, CompositeError> {
    let one = |column: &&[Value]| {
        check_length("a column", column.len(), target.len())?;
        statistics::correlation(column, target).ok_or_else(|| {
            CompositeError::undefined(
                "a correlation with the index",
                "a column does not differ between units",
            )
        })
    };
    columns.iter().map(one).collect()
}
