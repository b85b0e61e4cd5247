//! What several methods need of matrices.

use faer::{Mat, linalg::solvers::Solve};

/// The inverse of a positive definite matrix, or nothing when it is none.
pub(crate) fn inverse_of_positive(matrix: &Mat<f64>) -> Option<Mat<f64>> {
    let size = matrix.nrows();
    let factors = matrix.llt(faer::Side::Lower).ok()?;
    Some(factors.solve(Mat::<f64>::identity(size, size)))
}
