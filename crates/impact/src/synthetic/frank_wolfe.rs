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

    fn search(&self, columns: &[Vec<f64>], target: &[f64], weights: Vec<f64>, steps: usize) -> Vec<f64> {
        let rows = target.len() as f64;
        let mut place = Place::new(columns, target, weights, rows * self.zeta * self.zeta);
        for step in 0..steps {
            let gain = place.step() / rows;
            // The first step is never the last, as in the package.
            if step >= 1 && gain <= self.gain_min * self.gain_min {
                break;
            }
        }
        place.weights
    }
}

/// Where the search is. All products of columns are taken once, so that a step costs as much as there are columns.
struct Place {
    /// Products of the columns with one another, by rows.
    products: Vec<f64>,
    /// Products of the columns with the target.
    with_target: Vec<f64>,
    eta: f64,
    weights: Vec<f64>,
    /// Products of the columns with what the weights give.
    with_fit: Vec<f64>,
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

impl Place {
    fn new(columns: &[Vec<f64>], target: &[f64], weights: Vec<f64>, eta: f64) -> Self {
        let products: Vec<f64> =
            columns.iter().flat_map(|a| columns.iter().map(move |b| dot(a, b))).collect();
        let with_fit = products.chunks_exact(weights.len()).map(|row| dot(row, &weights)).collect();
        let with_target = columns.iter().map(|column| dot(column, target)).collect();
        Self { products, with_target, eta, weights, with_fit }
    }

    /// Goes towards the one column that helps most, as far as is best; gives by how much the sum of squares got less.
    fn step(&mut self) -> f64 {
        let size = self.weights.len();
        let (mut best, mut least, mut mean) = (0, f64::INFINITY, 0.0);
        // Products of the weights with what they give, and with themselves.
        let (mut fit, mut square) = (0.0, 0.0);
        let columns = self.weights.iter().zip(&self.with_fit).zip(&self.with_target);
        for (at, ((weight, with_fit), with_target)) in columns.enumerate() {
            let gradient = with_fit - with_target + self.eta * weight;
            if gradient < least {
                (best, least) = (at, gradient);
            }
            mean += gradient * weight;
            fit += with_fit * weight;
            square += weight * weight;
        }
        let Some(of_best) = self.products.get(best * size..(best + 1) * size) else { return 0.0 };
        let along = least - mean;
        // The squared distance from the present fit to the best column, and from the weights to that corner.
        let distance = of_best[best] - 2.0 * self.with_fit[best] + fit;
        let corner = 1.0 - 2.0 * self.weights[best] + square;
        let curve = distance.max(0.0) + self.eta * corner;
        if curve.is_nan() || curve <= 0.0 {
            return 0.0;
        }
        let length = (-along / curve).clamp(0.0, 1.0);
        for ((fit, weight), best) in self.with_fit.iter_mut().zip(&mut self.weights).zip(of_best) {
            *fit += length * (best - *fit);
            *weight *= 1.0 - length;
        }
        self.weights[best] += length;
        -(2.0 * length * along + length * length * curve)
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
