//! A dictionary of the simplex method with bounds on every variable: each basic variable as a sum over the others.
//!
//! Variables are the projects (0 to 1) and, after them, one slack a row (0 and above). The dual simplex method keeps reduced costs on the
//! side that their bound asks for, so that after a change of bounds it goes on from where it stands (Lemke 1954; Koberstein 2005).

/// A coefficient smaller than this is no pivot.
const PIVOT: f64 = 1e-9;
/// A basic variable may leave its bounds by so much.
const OUTSIDE: f64 = 1e-9;

/// Rows are scaled by powers of two, so that their largest coefficient lies between 1 and 2.
#[derive(Clone, Debug)]
pub(super) struct Tableau {
    rows: usize,
    columns: usize,
    /// Row by row.
    cells: Vec<f64>,
    constants: Vec<f64>,
    reduced: Vec<f64>,
    basic: Vec<usize>,
    nonbasic: Vec<usize>,
}

/// Where the dual simplex method came to an end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum End {
    /// At the optimum of the relaxation.
    Optimum,
    /// At a row that no values within bounds can satisfy; `true` when its variable lies above its bound.
    Contradiction(usize, bool),
    /// After the limit of steps.
    Limit,
}

impl Tableau {
    /// All slacks basic.
    pub(super) fn new(coefficients: &[Vec<f64>], limits: &[f64], values: &[f64]) -> Self {
        let (rows, columns) = (limits.len(), values.len());
        Self {
            rows,
            columns,
            cells: coefficients.iter().flatten().copied().collect(),
            constants: limits.to_vec(),
            reduced: values.to_vec(),
            basic: (columns..columns + rows).collect(),
            nonbasic: (0..columns).collect(),
        }
    }

    /// Where a variable that is not basic rests, and whether it may move.
    fn rest(&self, column: usize, low: &[f64], high: &[f64]) -> (f64, bool) {
        let variable = self.nonbasic[column];
        let (least, most) = (low[variable], high[variable]);
        if self.reduced[column] > 0.0 && most.is_finite() {
            (most, most > least)
        } else {
            (least, most > least)
        }
    }

    /// The values of basic variables when the others rest at their bounds.
    fn basics(&self, low: &[f64], high: &[f64]) -> Vec<f64> {
        let rests: Vec<f64> = (0..self.columns).map(|column| self.rest(column, low, high).0).collect();
        let value = |(constant, row): (&f64, &[f64])| {
            constant - row.iter().zip(&rests).map(|(cell, rest)| cell * rest).sum::<f64>()
        };
        self.constants.iter().zip(self.cells.chunks_exact(self.columns.max(1))).map(value).collect()
    }

    /// Moves on until every basic variable lies within its bounds.
    pub(super) fn optimise(&mut self, low: &[f64], high: &[f64], steps_most: usize) -> End {
        if self.columns == 0 {
            return End::Optimum;
        }
        for _ in 0..steps_most {
            let basics = self.basics(low, high);
            let Some((row, above)) = self.leaving(&basics, low, high) else { return End::Optimum };
            let Some(column) = self.entering(row, above, low, high) else {
                return End::Contradiction(row, above);
            };
            self.pivot(row, column);
        }
        End::Limit
    }

    /// The row whose variable lies furthest outside its bounds, and whether above.
    fn leaving(&self, basics: &[f64], low: &[f64], high: &[f64]) -> Option<(usize, bool)> {
        let mut worst = None;
        let mut most = OUTSIDE;
        for (row, value) in basics.iter().enumerate() {
            let variable = self.basic[row];
            let (below, above) = (low[variable] - value, value - high[variable]);
            if below.max(above) > most {
                most = below.max(above);
                worst = Some((row, above > below));
            }
        }
        worst
    }

    /// The column that moves the variable of the row back and loses its sign first; the largest pivot among equals.
    fn entering(&self, row: usize, above: bool, low: &[f64], high: &[f64]) -> Option<usize> {
        let cells = &self.cells[row * self.columns..(row + 1) * self.columns];
        let mut best: Option<(usize, f64, f64)> = None;
        for (column, cell) in cells.iter().enumerate() {
            let (rest, moves) = self.rest(column, low, high);
            // What a step away from the bound does to the variable of the row.
            let upwards = rest <= low[self.nonbasic[column]];
            let helps = if upwards == above { *cell > PIVOT } else { *cell < -PIVOT };
            if !moves || !helps {
                continue;
            }
            let (size, ratio) = (cell.abs(), self.reduced[column].abs() / cell.abs());
            let better = best.is_none_or(|(_, least, pivot)| {
                ratio < least - 1e-12 || (ratio <= least + 1e-12 && size > pivot)
            });
            if better {
                best = Some((column, ratio, size));
            }
        }
        best.map(|(column, ..)| column)
    }

    fn pivot(&mut self, row: usize, column: usize) {
        let width = self.columns;
        let start = row * width;
        let inverse = 1.0 / self.cells[start + column];
        self.constants[row] *= inverse;
        self.cells[start..start + width].iter_mut().for_each(|cell| *cell *= inverse);
        self.cells[start + column] = inverse;
        let own = self.cells[start..start + width].to_vec();
        let constant = self.constants[row];
        for (other, cells) in self.cells.chunks_exact_mut(width).enumerate() {
            let factor = cells[column];
            if other == row || factor == 0.0 {
                continue;
            }
            self.constants[other] -= factor * constant;
            cells.iter_mut().zip(&own).for_each(|(cell, by)| *cell -= factor * by);
            cells[column] = -factor * inverse;
        }
        let gain = self.reduced[column];
        self.reduced.iter_mut().zip(&own).for_each(|(cost, by)| *cost -= gain * by);
        self.reduced[column] = -gain * inverse;
        std::mem::swap(&mut self.basic[row], &mut self.nonbasic[column]);
    }

    /// The values of the projects.
    pub(super) fn values(&self, low: &[f64], high: &[f64]) -> Vec<f64> {
        let mut values = vec![0.0; self.columns];
        for column in 0..self.columns {
            if let Some(value) = values.get_mut(self.nonbasic[column]) {
                *value = self.rest(column, low, high).0;
            }
        }
        for (variable, basic) in self.basic.iter().zip(self.basics(low, high)) {
            if let Some(value) = values.get_mut(*variable) {
                *value = basic;
            }
        }
        values
    }

    /// What one more unit of each row's limit would bring, 0 or more.
    pub(super) fn prices(&self) -> Vec<f64> {
        let mut prices = vec![0.0; self.rows];
        for (variable, reduced) in self.nonbasic.iter().zip(&self.reduced) {
            if let Some(price) = variable.checked_sub(self.columns).and_then(|row| prices.get_mut(row)) {
                *price = (-reduced).max(0.0);
            }
        }
        prices
    }

    /// How the rows of the question add up to one row of the dictionary, 0 or more each: the witness of a contradiction.
    pub(super) fn witness(&self, row: usize, above: bool) -> Vec<f64> {
        let mut parts = vec![0.0; self.rows];
        let sign = if above { -1.0 } else { 1.0 };
        let cells = &self.cells[row * self.columns..(row + 1) * self.columns];
        for (variable, cell) in self.nonbasic.iter().zip(cells) {
            if let Some(part) = variable.checked_sub(self.columns).and_then(|row| parts.get_mut(row)) {
                *part = (sign * cell).max(0.0);
            }
        }
        if let Some(part) = self.basic[row].checked_sub(self.columns).and_then(|row| parts.get_mut(row)) {
            *part = sign.max(0.0);
        }
        parts
    }

    /// Which variables are basic.
    pub(super) fn basis(&self) -> &[usize] {
        &self.basic
    }

    /// Makes projects basic again in a fresh dictionary, each in the row where its coefficient is largest.
    pub(super) fn rebuild(&mut self, basis: &[usize]) {
        let projects = self.columns;
        for variable in basis.iter().filter(|variable| **variable < projects) {
            let Some(column) = self.nonbasic.iter().position(|other| other == variable) else { continue };
            let free = |row: &usize| self.basic[*row] >= self.columns && !basis.contains(&self.basic[*row]);
            let size = |row: usize| self.cells[row * self.columns + column].abs();
            let best = (0..self.rows).filter(free).max_by(|a, b| size(*a).total_cmp(&size(*b)));
            if let Some(row) = best.filter(|row| size(*row) > 1e-7) {
                self.pivot(row, column);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_knapsack_is_cut_at_its_last_thing() {
        // Scores 6, 5, 4 for costs 3, 2, 4 within 6: both small ones whole, a quarter of the last.
        let mut tableau = Tableau::new(&[vec![3.0, 2.0, 4.0]], &[6.0], &[6.0, 5.0, 4.0]);
        let (low, high) = (vec![0.0; 4], vec![1.0, 1.0, 1.0, f64::INFINITY]);
        assert_eq!(tableau.optimise(&low, &high, 100), End::Optimum);
        let values = tableau.values(&low, &high);
        assert!(values.iter().zip([1.0, 1.0, 0.25]).all(|(found, wanted)| (found - wanted).abs() < 1e-12));
        assert_eq!(tableau.prices(), vec![1.0]);
    }

    #[test]
    fn a_contradiction_is_witnessed() {
        // At least two of two that may have one in all.
        let rows = [vec![-1.0, -1.0], vec![1.0, 1.0]];
        let mut tableau = Tableau::new(&rows, &[-2.0, 1.0], &[1.0, 1.0]);
        let (low, high) = (vec![0.0; 4], vec![1.0, 1.0, f64::INFINITY, f64::INFINITY]);
        let End::Contradiction(row, above) = tableau.optimise(&low, &high, 100) else { panic!("feasible") };
        let witness = tableau.witness(row, above);
        // Both rows together say 0 ≤ −1.
        assert!(witness[0] > 0.0 && (witness[0] - witness[1]).abs() < 1e-12);
    }
}
