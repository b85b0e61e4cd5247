//! Largest sums over weights that are not negative and obey equations: a simplex method that keeps its corner from one objective to the next.

use crate::StatisticsError;

/// Gains below this count for none.
const NONE: f64 = 1e-11;
/// The tableau is made anew after so many turns, before rounding adds up.
const TURNS_FRESH: usize = 300;
const TURNS_MAX: usize = 5000;

/// The weights `γ ≥ 0` with `Σ γ = 1` and `Σ γ x = 0` for each column `x`.
#[derive(Clone, Debug)]
pub(super) struct Polytope {
    /// By equation, then weight; the right side last.
    equations: Vec<Vec<f64>>,
    tableau: Vec<Vec<f64>>,
    basis: Vec<usize>,
    turns: usize,
}

impl Polytope {
    /// From columns of one length. Nothing when no weights obey.
    pub(super) fn of(columns: &[Vec<f64>], count: usize) -> Result<Option<Self>, StatisticsError> {
        let with = |row: Vec<f64>, right: f64| -> Vec<f64> { row.into_iter().chain([right]).collect() };
        let ones = with(vec![1.0; count], 1.0);
        let mut equations = vec![ones];
        equations.extend(columns.iter().map(|column| with(column.clone(), 0.0)));
        let rows = equations.len();
        // A helper for each equation, which must end at 0.
        let helped = |(place, row): (usize, &Vec<f64>)| -> Vec<f64> {
            let helpers = (0..rows).map(|other| f64::from(u8::from(other == place)));
            row[..count].iter().copied().chain(helpers).chain([row[count]]).collect()
        };
        let mut start = Self {
            tableau: equations.iter().enumerate().map(helped).collect(),
            equations,
            basis: (count..count + rows).collect(),
            turns: 0,
        };
        let objective: Vec<f64> =
            (0..count + rows).map(|place| if place < count { 0.0 } else { -1.0 }).collect();
        start.climb(&objective)?;
        let width = count + rows;
        let short: f64 = start
            .basis
            .iter()
            .zip(&start.tableau)
            .filter(|(place, _)| **place >= count)
            .map(|(_, row)| row[width])
            .sum();
        if short > 1e-9 {
            return Ok(None);
        }
        let mut row = 0;
        while row < start.basis.len() {
            if start.basis[row] < count {
                row += 1;
                continue;
            }
            let enters = (0..count)
                .max_by(|a, b| start.tableau[row][*a].abs().total_cmp(&start.tableau[row][*b].abs()));
            if let Some(place) = enters.filter(|place| start.tableau[row][*place].abs() > 1e-9) {
                start.turn(row, place);
                row += 1;
            } else {
                // The others say this equation already.
                start.tableau.remove(row);
                start.basis.remove(row);
            }
        }
        for row in &mut start.tableau {
            row.drain(count..width);
        }
        Ok(Some(start))
    }

    /// The weights that make the sum with `objective` largest.
    pub(super) fn best(&mut self, objective: &[f64]) -> Result<Vec<f64>, StatisticsError> {
        if self.turns > TURNS_FRESH {
            self.refresh();
        }
        self.climb(objective)?;
        let mut weights = vec![0.0; objective.len()];
        for (place, row) in self.basis.iter().zip(&self.tableau) {
            weights[*place] = row[objective.len()].max(0.0);
        }
        Ok(weights)
    }

    fn climb(&mut self, objective: &[f64]) -> Result<(), StatisticsError> {
        let width = objective.len();
        let size = objective.iter().fold(1e-300, |most: f64, value| most.max(value.abs()));
        for step in 0..TURNS_MAX {
            let gain = |place: usize| {
                let paid: f64 =
                    self.basis.iter().zip(&self.tableau).map(|(own, row)| objective[*own] * row[place]).sum();
                objective[place] - paid
            };
            let gains = (0..width).map(|place| (place, gain(place))).filter(|(_, gain)| *gain > NONE * size);
            // The steepest first; after a while the first, which cannot go in circles (Bland 1977).
            let enters = if step < 200 {
                gains.max_by(|a, b| a.1.total_cmp(&b.1))
            } else {
                gains.min_by_key(|(place, _)| *place)
            };
            let Some((enters, _)) = enters else { return Ok(()) };
            let reach =
                |row: &Vec<f64>| if row[enters] > 1e-11 { row[width] / row[enters] } else { f64::INFINITY };
            let leaves = (0..self.tableau.len()).min_by(|a, b| {
                let (one, two) = (reach(&self.tableau[*a]), reach(&self.tableau[*b]));
                one.total_cmp(&two).then(self.basis[*a].cmp(&self.basis[*b]))
            });
            let Some(leaves) = leaves.filter(|row| reach(&self.tableau[*row]).is_finite()) else {
                let why = "the weights have no bound".to_owned();
                return Err(StatisticsError::NotIdentified { what: "sensitivity".to_owned(), why });
            };
            self.turn(leaves, enters);
        }
        Err(StatisticsError::NotConverged { what: "the search for a corner".to_owned(), steps: TURNS_MAX })
    }

    fn turn(&mut self, leaves: usize, enters: usize) {
        let pivot = self.tableau[leaves][enters];
        self.tableau[leaves].iter_mut().for_each(|value| *value /= pivot);
        let own = self.tableau[leaves].clone();
        for (place, row) in self.tableau.iter_mut().enumerate() {
            let share = row[enters];
            if place != leaves && share != 0.0 {
                row.iter_mut().zip(&own).for_each(|(value, own)| *value -= share * own);
            }
        }
        self.basis[leaves] = enters;
        self.turns += 1;
    }

    /// The tableau of the same corner, from the equations.
    fn refresh(&mut self) {
        let mut fresh = Self {
            equations: self.equations.clone(),
            tableau: self.equations.clone(),
            basis: vec![usize::MAX; self.equations.len()],
            turns: 0,
        };
        for place in &self.basis {
            let free = (0..fresh.tableau.len()).filter(|row| fresh.basis[*row] == usize::MAX);
            let row = free
                .max_by(|a, b| fresh.tableau[*a][*place].abs().total_cmp(&fresh.tableau[*b][*place].abs()));
            match row.filter(|row| fresh.tableau[*row][*place].abs() > 1e-12) {
                Some(row) => fresh.turn(row, *place),
                // Not to be had so: the old one stays.
                None => return self.turns = 0,
            }
        }
        let taken: Vec<usize> =
            (0..fresh.basis.len()).filter(|row| fresh.basis[*row] != usize::MAX).collect();
        self.tableau = taken.iter().map(|row| fresh.tableau[*row].clone()).collect();
        self.basis = taken.iter().map(|row| fresh.basis[*row]).collect();
        self.turns = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners() {
        // Weights of −1, 0.5 and 2 whose mean is 0, of which the objective counts 1, 2 and 3.
        let mut polytope = Polytope::of(&[vec![-1.0, 0.5, 2.0]], 3).unwrap().unwrap();
        let best = polytope.best(&[1.0, 2.0, 3.0]).unwrap();
        assert!((best[0] - 2.0 / 3.0).abs() < 1e-12 && (best[2] - 1.0 / 3.0).abs() < 1e-12, "{best:?}");
        let best = polytope.best(&[0.0, 5.0, 0.0]).unwrap();
        assert!((best[1] - 2.0 / 3.0).abs() < 1e-12, "{best:?}");
        polytope.refresh();
        let again = polytope.best(&[0.0, 5.0, 0.0]).unwrap();
        assert!(best.iter().zip(&again).all(|(a, b)| (a - b).abs() < 1e-12));
        assert!(Polytope::of(&[vec![1.0, 2.0]], 2).unwrap().is_none(), "no mean of these is 0");
        let twice = Polytope::of(&[vec![-1.0, 1.0], vec![-2.0, 2.0]], 2).unwrap().unwrap();
        assert_eq!(twice.basis.len(), 2);
    }
}
