//! Principal components of indicators.

use faer::Mat;

use crate::{CompositeError, Table, Value, statistics};

/// Components of standardised indicators, the one that explains most first.
#[derive(Clone, Debug, PartialEq)]
pub struct Principal {
    /// The indicators, in order.
    pub codes: Vec<String>,
    /// How many units had all values; the others were left out.
    pub units: usize,
    /// What each component explains, in variances of one indicator; they sum to the number of indicators.
    pub variances: Vec<f64>,
    /// For each component the loading of each indicator; squares sum to one. The sign is such that the loadings do not sum to less than 0.
    pub loadings: Vec<Vec<f64>>,
}

impl Principal {
    /// The part of all variance that the first components explain together, 0 to 1.
    pub fn explained(&self, components: usize) -> f64 {
        self.variances.iter().take(components).sum::<f64>() / self.variances.iter().sum::<f64>()
    }

    /// How many components explain more than one indicator does alone (Kaiser 1960).
    pub fn above_one(&self) -> usize {
        self.variances.iter().filter(|variance| **variance > 1.0).count()
    }
}

/// Principal components of the correlation matrix, over the units that have all values (as `prcomp` with `scale = TRUE`).
///
/// # Errors
/// When there are fewer than two indicators or three such units, or an indicator does not differ between them.
pub fn principal(table: &Table) -> Result<Principal, CompositeError> {
    let size = table.codes().len();
    let too_few = |what: &str, found, wanted| CompositeError::TooFew { what: what.to_owned(), found, wanted };
    if size < 2 {
        return Err(too_few("indicators for components", size, 2));
    }
    let whole: Vec<bool> =
        (0..table.units().len()).map(|unit| table.row(unit).iter().all(Option::is_some)).collect();
    let units = whole.iter().filter(|whole| **whole).count();
    if units < 3 {
        return Err(too_few("units with all values", units, 3));
    }
    let complete = table.keep_units(&whole);
    let columns: Vec<&[Value]> = complete.columns().map(|(_, column)| column).collect();
    let mut matrix = Mat::<f64>::identity(size, size);
    for a in 0..size {
        for b in 0..size {
            matrix[(a, b)] = statistics::correlation(columns[a], columns[b]).ok_or_else(|| {
                let why = "it does not differ between units; leave it out";
                CompositeError::undefined(format!("the correlation of `{}`", table.codes()[a]), why)
            })?;
        }
    }
    let (variances, loadings) = eigen(&matrix)?;
    Ok(Principal { codes: table.codes().to_vec(), units, variances, loadings })
}

/// Eigenvalues, falling, and eigenvectors.
fn eigen(matrix: &Mat<f64>) -> Result<(Vec<f64>, Vec<Vec<f64>>), CompositeError> {
    let size = matrix.nrows();
    let parts = matrix.self_adjoint_eigen(faer::Side::Lower).map_err(|_| CompositeError::NotConverged {
        what: "the search for components".to_owned(),
        steps: size,
        remedy: "check the indicators for values that are far too large".to_owned(),
    })?;
    let (values, vectors) = (parts.S(), parts.U());
    let component = |place: usize| {
        let vector: Vec<f64> = (0..size).map(|row| vectors[(row, place)]).collect();
        let sign = if vector.iter().sum::<f64>() < 0.0 { -1.0 } else { 1.0 };
        vector.into_iter().map(|loading| sign * loading).collect()
    };
    // They come rising.
    let variances = (0..size).rev().map(|place| values[place].max(0.0)).collect();
    Ok((variances, (0..size).rev().map(component).collect()))
}
