//! From parts of projects to whole ones, and from a selection to a better one nearby.

use super::{relaxation::Fixed, rows::Problem};

/// A selection with what each row makes of it.
struct Trial<'a> {
    problem: &'a Problem,
    columns: &'a [Vec<(usize, i64)>],
    taken: Vec<bool>,
    activities: Vec<i64>,
}

/// For each project the rows it stands in, with its coefficients.
pub(super) fn columns(problem: &Problem) -> Vec<Vec<(usize, i64)>> {
    let mut columns = vec![Vec::new(); problem.ids.len()];
    for (at, row) in problem.rows.iter().enumerate() {
        for (project, by) in &row.terms {
            if let Some(column) = columns.get_mut(*project) {
                column.push((at, *by));
            }
        }
    }
    columns
}

impl<'a> Trial<'a> {
    fn new(problem: &'a Problem, columns: &'a [Vec<(usize, i64)>], taken: Vec<bool>) -> Self {
        let activities = problem.rows.iter().map(|row| row.activity(&taken)).collect();
        Self { problem, columns, taken, activities }
    }

    fn flip(&mut self, at: usize) {
        self.taken[at] = !self.taken[at];
        let sign = if self.taken[at] { 1 } else { -1 };
        for (row, by) in &self.columns[at] {
            self.activities[*row] += sign * by;
        }
    }

    /// How far the rows that a project stands in are broken, each as a part of its largest coefficient; only what differs between
    /// selections matters.
    fn broken(&self, rows: impl Iterator<Item = usize>) -> f64 {
        let excess = |at: usize| {
            let row = &self.problem.rows[at];
            let over = self.activities[at].saturating_sub(row.limit).max(0);
            let most = row.terms.iter().map(|(_, by)| by.abs()).max().unwrap_or(1).max(1);
            over as f64 / most as f64
        };
        rows.map(excess).sum()
    }

    fn broken_by(&self, at: usize) -> f64 {
        self.broken(self.columns[at].iter().map(|(row, _)| *row))
    }

    fn keeps(&self) -> bool {
        self.problem.rows.iter().zip(&self.activities).all(|(row, activity)| *activity <= row.limit)
    }

    fn keeps_rows_of(&self, at: usize) -> bool {
        self.columns[at].iter().all(|(row, _)| self.activities[*row] <= self.problem.rows[*row].limit)
    }

    /// Flips a project when that mends more than it breaks.
    fn mend(&mut self, at: usize, also_equal: bool) -> bool {
        let before = self.broken_by(at);
        self.flip(at);
        let after = self.broken_by(at);
        let good = after < before - 1e-12 || (also_equal && after <= before);
        if !good {
            self.flip(at);
        }
        good
    }
}

/// Whole projects from parts: what is whole, then the larger parts as long as they break nothing, then whatever mends what is broken.
pub(super) fn round(
    problem: &Problem,
    columns: &[Vec<(usize, i64)>],
    parts: &[f64],
    fixed: &Fixed,
) -> Option<Vec<bool>> {
    let whole = parts.iter().map(|part| *part > 1.0 - 1e-6).collect();
    let mut trial = Trial::new(problem, columns, whole);
    let mut order: Vec<usize> =
        (0..parts.len()).filter(|at| fixed[*at].is_none() && !trial.taken[*at]).collect();
    order.sort_by(|a, b| {
        parts[*b].total_cmp(&parts[*a]).then(problem.values[*b].cmp(&problem.values[*a])).then(a.cmp(b))
    });
    for at in order {
        if parts[at] > 1e-6 {
            trial.mend(at, true);
        }
    }
    let mut by_value: Vec<usize> = (0..parts.len()).filter(|at| fixed[*at].is_none()).collect();
    by_value.sort_by(|a, b| problem.values[*b].cmp(&problem.values[*a]).then(a.cmp(b)));
    for _ in 0..4 {
        if trial.keeps() {
            break;
        }
        let (taken, left): (Vec<usize>, Vec<usize>) =
            by_value.iter().copied().partition(|at| trial.taken[*at]);
        let mut mended = false;
        for at in left.into_iter().chain(taken.into_iter().rev()) {
            mended |= trial.mend(at, false);
        }
        if !mended {
            break;
        }
    }
    trial.keeps().then_some(trial.taken)
}

/// Adds what fits and swaps one for another while that is worth more; the first of the best changes each time.
pub(super) fn improve(problem: &Problem, columns: &[Vec<(usize, i64)>], taken: Vec<bool>) -> Vec<bool> {
    let mut trial = Trial::new(problem, columns, taken);
    let mut order: Vec<usize> = (0..trial.taken.len()).collect();
    order.sort_by(|a, b| problem.values[*b].cmp(&problem.values[*a]).then(a.cmp(b)));
    let mut rounds = 0;
    while rounds < 50 && (add(&mut trial, &order) || swap(&mut trial, &order)) {
        rounds += 1;
    }
    trial.taken
}

fn add(trial: &mut Trial<'_>, order: &[usize]) -> bool {
    let mut added = false;
    for at in order {
        if trial.problem.values[*at] <= 0 || trial.taken[*at] {
            continue;
        }
        trial.flip(*at);
        if trial.keeps_rows_of(*at) {
            added = true;
        } else {
            trial.flip(*at);
        }
    }
    added
}

fn swap(trial: &mut Trial<'_>, order: &[usize]) -> bool {
    let mut swapped = false;
    for one in order {
        if trial.taken[*one] {
            continue;
        }
        // The least valuable first: what is gained is greatest.
        for other in order.iter().rev() {
            if !trial.taken[*other] {
                continue;
            }
            if trial.problem.values[*other] >= trial.problem.values[*one] {
                break;
            }
            trial.flip(*one);
            trial.flip(*other);
            if trial.keeps_rows_of(*one) && trial.keeps_rows_of(*other) {
                swapped = true;
                break;
            }
            trial.flip(*one);
            trial.flip(*other);
        }
    }
    swapped
}

/// The same worth in its first form: of projects with equal scores that can stand for one another the first ones, and none that is worth
/// nothing and is not needed.
pub(super) fn settle(problem: &Problem, columns: &[Vec<(usize, i64)>], taken: Vec<bool>) -> Vec<bool> {
    let mut trial = Trial::new(problem, columns, taken);
    let count = trial.taken.len();
    for at in (0..count).rev() {
        if trial.taken[at] && problem.values[at] == 0 {
            trial.flip(at);
            if !trial.keeps_rows_of(at) {
                trial.flip(at);
            }
        }
    }
    let mut again = true;
    while again {
        again = false;
        for one in (0..count).filter(|at| problem.values[*at] != 0) {
            for other in one + 1..count {
                if trial.taken[one] || !trial.taken[other] || problem.values[one] != problem.values[other] {
                    continue;
                }
                trial.flip(one);
                trial.flip(other);
                if trial.keeps_rows_of(one) && trial.keeps_rows_of(other) {
                    again = true;
                } else {
                    trial.flip(one);
                    trial.flip(other);
                }
            }
        }
    }
    trial.taken
}
