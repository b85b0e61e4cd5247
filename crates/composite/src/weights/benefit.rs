//! The benefit of the doubt: each unit is judged by the weights that suit it best (Melyn and Moesen 1991; Cherchye and others 2007).

use clarabel::{
    algebra::CscMatrix,
    solver::{DefaultSettings, DefaultSolver, IPSolver, NonnegativeConeT, SolverStatus},
};

use crate::{CompositeError, Table};

/// Within which bounds weights are free.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BenefitOptions {
    /// The least and greatest part of a unit's score that one indicator may make up; nothing leaves weights free.
    pub shares: Option<(f64, f64)>,
}

/// The score of each unit under its own best weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Benefit {
    /// 0 to 1 for each unit; 1 when no unit does better under the weights that suit it best.
    pub scores: Vec<f64>,
    /// For each unit the weight of each indicator, in the inverse of its units.
    pub weights: Vec<Vec<f64>>,
    /// For each unit the part of its score that each indicator makes up; they sum to one.
    pub shares: Vec<Vec<f64>>,
}

/// For each unit: the greatest weighted sum of its own values, under weights that are not negative and with which no unit has more than 1
/// (data envelopment analysis with an input of one; `ci_bod` of Compind). A linear programme each.
///
/// Values must not be negative, higher better, none missing. The scale of an indicator does not matter.
///
/// # Errors
/// When a value is missing or negative, a unit has nothing but zeros, the bounds of shares leave no choice, or the solver finds no end.
pub fn benefit_of_the_doubt(table: &Table, options: BenefitOptions) -> Result<Benefit, CompositeError> {
    let (rows, scales) = scaled(table)?;
    if let Some((low, high)) = options.shares {
        check_shares(low, high, scales.len())?;
    }
    let mut found = Benefit { scores: Vec::new(), weights: Vec::new(), shares: Vec::new() };
    for (own, unit) in rows.iter().zip(table.units()) {
        let weights = programme(own, &rows, options, unit)?;
        let parts: Vec<f64> = weights.iter().zip(own).map(|(weight, value)| weight * value).collect();
        let score: f64 = parts.iter().sum();
        found.shares.push(parts.iter().map(|part| part / score).collect());
        found.weights.push(weights.iter().zip(&scales).map(|(weight, scale)| weight / scale).collect());
        found.scores.push(score);
    }
    Ok(found)
}

/// Values by unit, each indicator as a part of its greatest value, and these greatest values.
fn scaled(table: &Table) -> Result<(Vec<Vec<f64>>, Vec<f64>), CompositeError> {
    let mut scales = Vec::new();
    for (code, column) in table.columns() {
        let fault = |place: usize, why: &str| {
            CompositeError::undefined(
                format!("the benefit of the doubt, `{code}` of `{}`,", table.units()[place]),
                why,
            )
        };
        let mut most: f64 = 0.0;
        for (place, value) in column.iter().enumerate() {
            let value = value.ok_or_else(|| fault(place, "the value is missing; impute it first"))?;
            if value < 0.0 {
                return Err(fault(place, "the value is negative; normalise to a range from 0"));
            }
            most = most.max(value);
        }
        scales.push(if most > 0.0 { most } else { 1.0 });
    }
    if scales.is_empty() {
        return Err(CompositeError::TooFew { what: "indicators".to_owned(), found: 0, wanted: 1 });
    }
    let row = |unit: usize| {
        let values = table.row(unit).into_iter().flatten();
        values.zip(&scales).map(|(value, scale)| value / scale).collect::<Vec<f64>>()
    };
    let rows: Vec<Vec<f64>> = (0..table.units().len()).map(row).collect();
    if let Some(place) = rows.iter().position(|row| row.iter().all(|value| *value == 0.0)) {
        let what = format!("the benefit of the doubt of `{}`", table.units()[place]);
        return Err(CompositeError::undefined(what, "all its values are 0; leave the unit out"));
    }
    Ok((rows, scales))
}

fn check_shares(low: f64, high: f64, count: usize) -> Result<(), CompositeError> {
    let count = count as f64;
    if low >= 0.0 && low <= high && low * count <= 1.0 && high * count >= 1.0 {
        return Ok(());
    }
    let wanted = "from 0, the first no greater than the second, and such that they can sum to one";
    Err(CompositeError::setting("the bounds of shares", format!("{low} and {high}"), wanted))
}

/// The rows `a · w ≤ b` of a programme.
#[derive(Default)]
struct Rows {
    places: Vec<usize>,
    columns: Vec<usize>,
    values: Vec<f64>,
    bounds: Vec<f64>,
}

impl Rows {
    fn push(&mut self, coefficients: impl IntoIterator<Item = (usize, f64)>, bound: f64) {
        for (column, value) in coefficients {
            self.places.push(self.bounds.len());
            self.columns.push(column);
            self.values.push(value);
        }
        self.bounds.push(bound);
    }
}

fn programme(
    own: &[f64],
    rows: &[Vec<f64>],
    options: BenefitOptions,
    unit: &str,
) -> Result<Vec<f64>, CompositeError> {
    let size = own.len();
    let mut limits = Rows::default();
    for other in rows {
        limits.push(other.iter().copied().enumerate(), 1.0);
    }
    for place in 0..size {
        limits.push([(place, -1.0)], 0.0);
    }
    for place in 0..if options.shares.is_some() { size } else { 0 } {
        let (low, high) = options.shares.unwrap_or_default();
        let part = |factor: f64, sign: f64| {
            let change = move |(column, value): (usize, &f64)| {
                let share = if column == place { 1.0 } else { 0.0 };
                (column, sign * (share - factor) * value)
            };
            own.iter().enumerate().map(change).collect::<Vec<_>>()
        };
        limits.push(part(high, 1.0), 0.0);
        limits.push(part(low, -1.0), 0.0);
    }
    let linear: Vec<f64> = own.iter().map(|value| -value).collect();
    let count = limits.bounds.len();
    let matrix = CscMatrix::new_from_triplets(count, size, limits.places, limits.columns, limits.values);
    solve(&linear, &matrix, &limits.bounds)
        .map_err(|why| CompositeError::undefined(format!("the benefit of the doubt of `{unit}`"), why))
}

fn solve(linear: &[f64], matrix: &CscMatrix, bounds: &[f64]) -> Result<Vec<f64>, String> {
    let settings = DefaultSettings {
        verbose: false,
        tol_gap_abs: 1e-12,
        tol_gap_rel: 1e-12,
        tol_feas: 1e-12,
        max_iter: 200,
        ..DefaultSettings::default()
    };
    let flat = CscMatrix::zeros((linear.len(), linear.len()));
    let cones = [NonnegativeConeT(bounds.len())];
    let mut solver = DefaultSolver::new(&flat, linear, matrix, bounds, &cones, settings)
        .map_err(|error| error.to_string())?;
    solver.solve();
    // The last digits may not be had; what was found is good to many more than are shown.
    let usable = matches!(
        solver.solution.status,
        SolverStatus::Solved | SolverStatus::AlmostSolved | SolverStatus::InsufficientProgress
    );
    if !usable {
        return Err(format!(
            "the solver ended with {:?}; widen the bounds of shares",
            solver.solution.status
        ));
    }
    Ok(solver.solution.x.iter().map(|weight| weight.max(0.0)).collect())
}
