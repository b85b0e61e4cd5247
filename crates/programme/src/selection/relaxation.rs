//! What a selection could be worth at most if projects might be taken in parts.
//!
//! The solver only proposes prices and witnesses; bounds and contradictions are computed from them and the question itself, with a margin
//! for rounding, and so hold whatever the solver did (Neumaier and Shcherbina 2004).

use super::{
    rows::Problem,
    tableau::{End, Tableau},
};

/// The part of the sum of terms by which rounding may move a sum of a few thousand of them; a hundred times what it can.
const MARGIN: f64 = 1e-11;
/// The dictionary is made anew after so many nodes, so that rounding does not pile up.
const FRESH_AFTER: u32 = 200;

/// The least and the most each project may be taken: 0 and 1, or one of them twice.
pub(super) type Fixed = Vec<Option<bool>>;

/// What the relaxation says of a node.
#[derive(Clone, Debug)]
pub(super) enum Relaxed {
    /// No selection in this branch keeps to all rules.
    Impossible,
    /// At most so much, in millionths.
    Bounded {
        bound: i64,
        /// How much of each project would be taken; nothing when the solver did not come to its end.
        values: Option<Vec<f64>>,
        /// By how much the bound falls, in millionths, when a project is not taken (above 0) or taken (below 0).
        losses: Vec<f64>,
    },
}

/// The relaxation of a question, ready for one node after another.
pub(super) struct Relaxation {
    coefficients: Vec<Vec<f64>>,
    limits: Vec<f64>,
    row_scales: Vec<f64>,
    values: Vec<f64>,
    scale: f64,
    tableau: Tableau,
    nodes: u32,
}

/// The greatest power of two that is no greater.
fn power_of_two(value: f64) -> f64 {
    if value > 0.0 && value.is_finite() { value.log2().floor().exp2() } else { 1.0 }
}

impl Relaxation {
    pub(super) fn new(problem: &Problem) -> Self {
        let columns = problem.ids.len();
        let mut coefficients = Vec::with_capacity(problem.rows.len());
        let (mut limits, mut row_scales) = (Vec::new(), Vec::new());
        for row in &problem.rows {
            let scale = power_of_two(row.terms.iter().map(|(_, by)| by.abs()).max().unwrap_or(1) as f64);
            let mut cells = vec![0.0; columns];
            for (at, by) in &row.terms {
                cells[*at] = *by as f64 / scale;
            }
            coefficients.push(cells);
            limits.push(row.limit as f64 / scale);
            row_scales.push(scale);
        }
        let scale = power_of_two(problem.values.iter().map(|value| value.abs()).max().unwrap_or(1) as f64);
        let values: Vec<f64> = problem.values.iter().map(|value| *value as f64 / scale).collect();
        let tableau = Tableau::new(&coefficients, &limits, &values);
        Self { coefficients, limits, row_scales, values, scale, tableau, nodes: 0 }
    }

    /// Solves one node from where the last one ended.
    pub(super) fn solve(&mut self, fixed: &Fixed) -> Relaxed {
        self.nodes += 1;
        if self.nodes.is_multiple_of(FRESH_AFTER) {
            let basis = self.tableau.basis().to_vec();
            self.tableau = Tableau::new(&self.coefficients, &self.limits, &self.values);
            self.tableau.rebuild(&basis);
        }
        let rows = self.limits.len();
        let low: Vec<f64> = fixed
            .iter()
            .map(|fixed| if *fixed == Some(true) { 1.0 } else { 0.0 })
            .chain(std::iter::repeat_n(0.0, rows))
            .collect();
        let high: Vec<f64> = fixed
            .iter()
            .map(|fixed| if *fixed == Some(false) { 0.0 } else { 1.0 })
            .chain(std::iter::repeat_n(f64::INFINITY, rows))
            .collect();
        let steps = 200 + 4 * (rows + fixed.len());
        let end = self.tableau.optimise(&low, &high, steps);
        if let End::Contradiction(row, above) = end
            && self.contradicts(&self.tableau.witness(row, above), &low, &high)
        {
            return Relaxed::Impossible;
        }
        let prices = self.tableau.prices();
        let (bound, losses) = self.bound(&prices, &low, &high);
        let values = (end == End::Optimum).then(|| self.tableau.values(&low, &high));
        Relaxed::Bounded { bound, values, losses }
    }

    /// The bound that prices give (weak duality), rounded down to millionths, and what each project moves it by.
    fn bound(&self, prices: &[f64], low: &[f64], high: &[f64]) -> (i64, Vec<f64>) {
        let mut reduced = self.values.clone();
        let mut sizes: Vec<f64> = reduced.iter().map(|value| value.abs()).collect();
        let (mut sum, mut size) = (0.0, 0.0);
        for ((price, limit), cells) in prices.iter().zip(&self.limits).zip(&self.coefficients) {
            if *price == 0.0 {
                continue;
            }
            sum += price * limit;
            size += (price * limit).abs();
            for ((own, total), cell) in reduced.iter_mut().zip(&mut sizes).zip(cells) {
                *own -= price * cell;
                *total += (price * cell).abs();
            }
        }
        for (((own, total), least), most) in reduced.iter().zip(&sizes).zip(low).zip(high) {
            sum += if *own > 0.0 { own * most } else { own * least };
            size += total;
        }
        let bound = (sum + MARGIN * size) * self.scale;
        let loss = |own: &f64| own.signum() * (own.abs() - MARGIN * size).max(0.0) * self.scale;
        let losses = reduced.iter().map(loss).collect();
        (if bound < 9.0e18 { bound.floor() as i64 } else { i64::MAX }, losses)
    }

    /// Whether the rows, added up in these parts, ask for more than any values within bounds can give (Farkas 1902).
    fn contradicts(&self, parts: &[f64], low: &[f64], high: &[f64]) -> bool {
        let mut sums = vec![0.0; self.values.len()];
        let (mut limit, mut size) = (0.0, 0.0);
        for ((part, own), cells) in parts.iter().zip(&self.limits).zip(&self.coefficients) {
            if *part == 0.0 {
                continue;
            }
            limit += part * own;
            size += (part * own).abs();
            for (sum, cell) in sums.iter_mut().zip(cells) {
                *sum += part * cell;
                size += (part * cell).abs();
            }
        }
        let least: f64 = sums
            .iter()
            .zip(low.iter().zip(high))
            .map(|(sum, (low, high))| if *sum > 0.0 { sum * low } else { sum * high })
            .sum();
        least - limit > MARGIN * size && least - limit > 1e-10
    }

    /// What one more unit of each row's limit would bring, in millionths, where the last node ended.
    pub(super) fn prices(&self) -> Vec<f64> {
        let unit = |(price, scale): (f64, &f64)| price * self.scale / scale;
        self.tableau.prices().into_iter().zip(&self.row_scales).map(unit).collect()
    }
}
