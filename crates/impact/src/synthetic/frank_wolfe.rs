//! Frank and Wolfe's search with exact steps, as the package `synthdid` does it: published estimates are those of this search, which
//! ends a little before the least.

/// Columns, what they are to come near to, and how much weights are drawn to be equal.
pub(crate) struct Search<'a> {
    /// The columns of `A`, each with one value per row.
    pub(crate) columns: &'a [Vec<f64>],
    /// `b`.
    pub(crate) target: &'a [f64],
    /// ζ of `ζ² ‖w‖² + ‖A w − b‖² / rows`.
    pub(crate) zeta: f64,
    /// Whether the means of columns and target do not matter.
    pub(crate) intercept: bool,
    /// The search ends when a step gains no more than the square of this.
    pub(crate) gain_min: f64,
}

/// Steps before small weights are set to none, and after it.
const STEPS_FIRST: usize = 100;
const STEPS_MAX: usize = 10_000;

impl Search<'_> {
    /// Weights that are not negative and sum to one, looked for from `start` on.
    pub(crate) fn weights(&self, start: Vec<f64>) -> Vec<f64> {
        let centred = |column: &[f64]| {
            let mean = if self.intercept { column.iter().sum::<f64>() / column.len() as f64 } else { 0.0 };
            column.iter().map(|value| value - mean).collect::<Vec<f64>>()
        };
        let columns: Vec<Vec<f64>> = self.columns.iter().map(|column| centred(column)).collect();
        let target = centred(self.target);
        let first = self.search(&columns, &target, start, STEPS_FIRST);
        self.search(&columns, &target, sparse(first), STEPS_MAX)
    }

    fn search(&self, columns: &[Vec<f64>], target: &[f64], mut weights: Vec<f64>, steps: usize) -> Vec<f64> {
        let rows = target.len() as f64;
        let eta = rows * self.zeta * self.zeta;
        let mut residual: Vec<f64> = target.iter().map(|value| -value).collect();
        for (column, weight) in columns.iter().zip(&weights) {
            residual.iter_mut().zip(column).for_each(|(r, value)| *r += weight * value);
        }
        let mut before = f64::INFINITY;
        for step in 0..steps {
            self.step(columns, target, eta, &mut weights, &mut residual);
            let spread: f64 = weights.iter().map(|weight| weight * weight).sum();
            let error: f64 = residual.iter().map(|value| value * value).sum();
            let value = self.zeta * self.zeta * spread + error / rows;
            if step >= 1 && before - value <= self.gain_min * self.gain_min {
                break;
            }
            before = value;
        }
        weights
    }

    /// Goes towards the one column that helps most, as far as is best.
    fn step(
        &self,
        columns: &[Vec<f64>],
        target: &[f64],
        eta: f64,
        weights: &mut [f64],
        residual: &mut [f64],
    ) {
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let gradient: Vec<f64> = columns
            .iter()
            .zip(weights.iter())
            .map(|(column, weight)| dot(column, residual) + eta * weight)
            .collect();
        let Some(best) = (0..gradient.len()).min_by(|a, b| gradient[*a].total_cmp(&gradient[*b])) else {
            return;
        };
        let direction: Vec<f64> =
            weights.iter().enumerate().map(|(place, w)| if place == best { 1.0 - w } else { -w }).collect();
        if direction.iter().all(|value| *value == 0.0) {
            return;
        }
        // What the fit changes by: the best column less the present fit.
        let change: Vec<f64> =
            (0..residual.len()).map(|row| columns[best][row] - (residual[row] + target[row])).collect();
        let curve = dot(&change, &change) + eta * dot(&direction, &direction);
        let length = (-dot(&gradient, &direction) / curve).clamp(0.0, 1.0);
        weights.iter_mut().zip(&direction).for_each(|(w, d)| *w += length * d);
        residual.iter_mut().zip(&change).for_each(|(r, c)| *r += length * c);
    }
}

/// Weights of no more than a quarter of the largest are set to none.
fn sparse(weights: Vec<f64>) -> Vec<f64> {
    let most = weights.iter().copied().fold(0.0, f64::max);
    let kept: Vec<f64> =
        weights.into_iter().map(|weight| if weight <= most / 4.0 { 0.0 } else { weight }).collect();
    let total: f64 = kept.iter().sum();
    kept.into_iter().map(|weight| weight / total).collect()
}
