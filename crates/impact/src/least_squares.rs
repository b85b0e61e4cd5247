//! Least squares with weights. Columns that others explain are left out, the later ones first, as R's `lm` does.

use faer::Mat;

use crate::StatisticsError;

/// A column counts as explained by those before it when so little of its length is left (R's `lm` uses 1e-7).
const EXPLAINED: f64 = 1e-7;

/// Named columns of one length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Design {
    names: Vec<String>,
    columns: Vec<Vec<f64>>,
}

impl Design {
    /// Without columns.
    pub fn new() -> Self {
        Self::default()
    }

    /// With a column of ones, named `(Intercept)`.
    pub fn with_intercept(rows: usize) -> Self {
        Self { names: vec!["(Intercept)".to_owned()], columns: vec![vec![1.0; rows]] }
    }

    /// Adds a column.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, column: Vec<f64>) -> Self {
        self.push(name, column);
        self
    }

    /// Adds a column.
    pub fn push(&mut self, name: impl Into<String>, column: Vec<f64>) {
        self.names.push(name.into());
        self.columns.push(column);
    }

    /// The names of the columns, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The columns, in order.
    pub fn columns(&self) -> &[Vec<f64>] {
        &self.columns
    }

    /// The same names with other values.
    pub(crate) fn map(&self, change: impl FnMut(&Vec<f64>) -> Vec<f64>) -> Self {
        Self { names: self.names.clone(), columns: self.columns.iter().map(change).collect() }
    }

    fn check(&self, rows: usize) -> Result<(), StatisticsError> {
        for (name, column) in self.names.iter().zip(&self.columns) {
            check_column(name, column, rows)?;
        }
        Ok(())
    }
}

/// A column must have so many values, all finite.
pub(crate) fn check_column(name: &str, column: &[f64], rows: usize) -> Result<(), StatisticsError> {
    if column.len() != rows {
        return Err(StatisticsError::Length { what: name.to_owned(), found: column.len(), wanted: rows });
    }
    match column.iter().position(|value| !value.is_finite()) {
        Some(place) => Err(StatisticsError::NotFinite { what: name.to_owned(), place }),
        None => Ok(()),
    }
}

/// What least squares found.
#[derive(Clone, Debug)]
pub struct Fit {
    /// The columns that were kept.
    pub names: Vec<String>,
    /// One coefficient per kept column.
    pub coefficients: Vec<f64>,
    /// The columns that others explain.
    pub left_out: Vec<String>,
    /// Outcome less what is fitted, per row.
    pub residuals: Vec<f64>,
    /// The kept columns, row by row as they were given.
    pub(crate) design: Mat<f64>,
    /// The inverse of the weighted cross product of the kept columns.
    pub(crate) bread: Mat<f64>,
    /// The weight of each row.
    pub(crate) weights: Vec<f64>,
}

impl Fit {
    /// How many rows there were.
    pub fn rows(&self) -> usize {
        self.residuals.len()
    }

    /// The place of a coefficient.
    pub fn index(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    /// The coefficient of a column.
    pub fn coefficient(&self, name: &str) -> Option<f64> {
        self.index(name).map(|index| self.coefficients[index])
    }

    /// The weighted sum of squared residuals.
    pub fn residual_sum(&self) -> f64 {
        self.residuals.iter().zip(&self.weights).map(|(e, w)| w * e * e).sum()
    }
}

/// Fits `outcome` by the columns of `design`: the coefficients that make the weighted sum of squared residuals least.
///
/// # Errors
/// When lengths differ, a value is not finite, a weight is negative, or no column is left.
pub fn fit(design: &Design, outcome: &[f64], weights: Option<&[f64]>) -> Result<Fit, StatisticsError> {
    let rows = outcome.len();
    check_column("outcome", outcome, rows)?;
    design.check(rows)?;
    let weights = weights.map_or_else(|| vec![1.0; rows], <[f64]>::to_vec);
    check_column("weights", &weights, rows)?;
    if let Some(place) = weights.iter().position(|weight| *weight < 0.0) {
        let why = format!("the weight at place {place} is negative");
        return Err(StatisticsError::NotIdentified { what: "the fit".to_owned(), why });
    }
    let roots: Vec<f64> = weights.iter().map(|weight| weight.sqrt()).collect();
    let scaled: Vec<Vec<f64>> = design.columns.iter().map(|column| times(column, &roots)).collect();
    let kept = independent(&scaled);
    if kept.is_empty() {
        let why = "every column is zero".to_owned();
        return Err(StatisticsError::NotIdentified { what: "the fit".to_owned(), why });
    }
    let matrix = Mat::from_fn(rows, kept.len(), |row, column| scaled[kept[column]][row]);
    let target = Mat::from_fn(rows, 1, |row, _| outcome[row] * roots[row]);
    let solution = solve(&matrix, &target);
    let coefficients: Vec<f64> = (0..kept.len()).map(|column| solution[(column, 0)]).collect();
    let plain = Mat::from_fn(rows, kept.len(), |row, column| design.columns[kept[column]][row]);
    let fitted = |row: usize| (0..kept.len()).map(|c| plain[(row, c)] * coefficients[c]).sum::<f64>();
    let residuals = (0..rows).map(|row| outcome[row] - fitted(row)).collect();
    let left_out = (0..design.names.len()).filter(|c| !kept.contains(c)).map(|c| design.names[c].clone());
    Ok(Fit {
        left_out: left_out.collect(),
        names: kept.iter().map(|column| design.names[*column].clone()).collect(),
        coefficients,
        residuals,
        bread: inverse_of_cross_product(&matrix),
        design: plain,
        weights,
    })
}

fn times(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a * b).collect()
}

/// The columns that those before them do not explain, by Gram–Schmidt done twice (Giraud and others 2005: twice is enough).
fn independent(columns: &[Vec<f64>]) -> Vec<usize> {
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let mut kept = Vec::new();
    for (index, column) in columns.iter().enumerate() {
        let mut rest = column.clone();
        for _ in 0..2 {
            for direction in &basis {
                let share = dot(&rest, direction);
                rest.iter_mut().zip(direction).for_each(|(value, d)| *value -= share * d);
            }
        }
        let (length, left) = (dot(column, column).sqrt(), dot(&rest, &rest).sqrt());
        if length > 0.0 && left > EXPLAINED * length {
            rest.iter_mut().for_each(|value| *value /= left);
            basis.push(rest);
            kept.push(index);
        }
    }
    kept
}

pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Least squares by Householder reflections; the columns must be independent.
fn solve(matrix: &Mat<f64>, target: &Mat<f64>) -> Mat<f64> {
    use faer::linalg::solvers::SolveLstsq;
    matrix.qr().solve_lstsq(target)
}

/// `(X'X)⁻¹` from `R` of `X = QR`, which loses half as many digits as inverting the product.
fn inverse_of_cross_product(matrix: &Mat<f64>) -> Mat<f64> {
    let factors = matrix.qr();
    let upper = factors.thin_R();
    let size = matrix.ncols();
    let mut inverse = Mat::<f64>::identity(size, size);
    faer::linalg::triangular_solve::solve_upper_triangular_in_place(upper, inverse.as_mut(), faer::Par::Seq);
    &inverse * inverse.transpose()
}
