//! Missing values of a multivariate normal distribution by expectation and maximisation (Dempster, Laird and Rubin 1977).

use faer::{Mat, linalg::solvers::Solve};

use crate::{CompositeError, Table, Value, statistics};

/// How the search runs. It ends in an error when an indicator has fewer than two different values, when there is nothing to tell the
/// covariance from (raise `ridge`), or when `most_steps` are not enough.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExpectationOptions {
    /// How much is believed in advance that indicators do not go together, as a part of the number of units. With more indicators than
    /// units something above 0 is needed; 0 gives the greatest likelihood.
    pub ridge: f64,
    /// The search ends when no guess moves by more than this, in standard deviations of its indicator.
    pub tolerance: f64,
    /// After so many steps the search is given up.
    pub most_steps: usize,
}

impl Default for ExpectationOptions {
    fn default() -> Self {
        Self { ridge: 0.05, tolerance: 1e-5, most_steps: 2000 }
    }
}

/// The state of the search: columns in standard deviations from their mean, with guesses in place.
struct Search {
    guesses: Mat<f64>,
    centre: Vec<f64>,
    covariance: Mat<f64>,
    /// For each unit the columns that are missing.
    missing: Vec<Vec<usize>>,
}

/// The table with each missing value as it is expected from the others of its unit.
pub(super) fn expected(table: &Table, options: ExpectationOptions) -> Result<Table, CompositeError> {
    if !(options.ridge.is_finite() && options.ridge >= 0.0) {
        return Err(CompositeError::setting("the ridge of imputation", options.ridge, "0 or more"));
    }
    let scales = scales(table)?;
    let mut search = start(table, &scales);
    for number in 0..options.most_steps {
        let moved = step(&mut search, options.ridge)?;
        // The first step only learns the covariance: it starts from none, and its guesses are the means.
        if number > 0 && moved <= options.tolerance {
            return Ok(finish(table, &scales, &search));
        }
    }
    Err(CompositeError::NotConverged {
        what: "imputation by expectation and maximisation".to_owned(),
        steps: options.most_steps,
        remedy: "raise the ridge, or impute by groups".to_owned(),
    })
}

fn scales(table: &Table) -> Result<Vec<(f64, f64)>, CompositeError> {
    let scale = |(code, column): (&str, &[Value])| {
        let values = statistics::present(column);
        let deviation = statistics::deviation(&values).filter(|deviation| *deviation > 0.0);
        statistics::mean(&values).zip(deviation).ok_or_else(|| {
            let why = "it has fewer than two different values; leave it out, or impute it by groups";
            CompositeError::undefined(format!("the distribution of `{code}`"), why)
        })
    };
    table.columns().map(scale).collect()
}

fn start(table: &Table, scales: &[(f64, f64)]) -> Search {
    let (rows, columns) = (table.units().len(), table.codes().len());
    let values: Vec<&[Value]> = table.columns().map(|(_, column)| column).collect();
    let standard = |row: usize, column: usize| {
        let (mean, deviation) = scales[column];
        values[column][row].map_or(0.0, |value| (value - mean) / deviation)
    };
    let missing = |row: usize| (0..columns).filter(|column| values[*column][row].is_none()).collect();
    Search {
        guesses: Mat::from_fn(rows, columns, standard),
        centre: vec![0.0; columns],
        covariance: Mat::identity(columns, columns),
        missing: (0..rows).map(missing).collect(),
    }
}

/// One expectation and one maximisation; answers by how much the guess that moved most has moved.
fn step(search: &mut Search, ridge: f64) -> Result<f64, CompositeError> {
    let (rows, columns) = (search.guesses.nrows(), search.guesses.ncols());
    let precision = inverse(&search.covariance)?;
    let mut moved: f64 = 0.0;
    let mut unexplained = Mat::<f64>::zeros(columns, columns);
    for row in 0..rows {
        moved = moved.max(expect(search, row, &precision, &mut unexplained)?);
    }
    let count = rows as f64;
    search.centre =
        (0..columns).map(|c| (0..rows).map(|r| search.guesses[(r, c)]).sum::<f64>() / count).collect();
    let centred = Mat::from_fn(rows, columns, |r, c| search.guesses[(r, c)] - search.centre[c]);
    let cross = centred.transpose() * &centred;
    let pull = ridge * count;
    search.covariance = Mat::from_fn(columns, columns, |a, b| {
        let own = if a == b { pull } else { 0.0 };
        (cross[(a, b)] + unexplained[(a, b)] + own) / (count + pull)
    });
    Ok(moved)
}

fn inverse(matrix: &Mat<f64>) -> Result<Mat<f64>, CompositeError> {
    let factors = matrix.llt(faer::Side::Lower).map_err(|_| {
        let why = "there are too few units for so many indicators; raise the ridge, or impute by groups";
        CompositeError::undefined("the covariance of the indicators", why)
    })?;
    Ok(factors.solve(Mat::<f64>::identity(matrix.nrows(), matrix.nrows())))
}

/// Renews the guesses of a row, and adds their covariance given what is known: the inverse of their block of the precision.
fn expect(
    search: &mut Search,
    row: usize,
    precision: &Mat<f64>,
    unexplained: &mut Mat<f64>,
) -> Result<f64, CompositeError> {
    let missing = search.missing[row].clone();
    if missing.is_empty() {
        return Ok(0.0);
    }
    let size = missing.len();
    let spread = inverse(&Mat::from_fn(size, size, |a, b| precision[(missing[a], missing[b])]))?;
    let known: Vec<usize> = (0..search.centre.len()).filter(|column| !missing.contains(column)).collect();
    let pull = |column: usize| -> f64 {
        known.iter().map(|k| precision[(column, *k)] * (search.guesses[(row, *k)] - search.centre[*k])).sum()
    };
    let pulls: Vec<f64> = missing.iter().map(|column| pull(*column)).collect();
    let mut moved: f64 = 0.0;
    for (a, column) in missing.iter().enumerate() {
        let gap: f64 = pulls.iter().enumerate().map(|(b, pull)| spread[(a, b)] * pull).sum();
        let guess = search.centre[*column] - gap;
        moved = moved.max((guess - search.guesses[(row, *column)]).abs());
        search.guesses[(row, *column)] = guess;
        for (b, other) in missing.iter().enumerate() {
            unexplained[(*column, *other)] += spread[(a, b)];
        }
    }
    Ok(moved)
}

fn finish(table: &Table, scales: &[(f64, f64)], search: &Search) -> Table {
    let mut filled = table.clone();
    for (row, missing) in search.missing.iter().enumerate() {
        for column in missing {
            let (mean, deviation) = scales[*column];
            filled.set(row, *column, mean + deviation * search.guesses[(row, *column)]);
        }
    }
    filled
}
