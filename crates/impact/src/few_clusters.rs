//! How sure a sum of coefficients is when few units tell of it. Errors clustered by unit are too small then, and Student's law by the number of all
//! units is too narrow: both are mended as Bell and McCaffrey (2002) do, for fixed effects of units and times as Pustejovsky and Tipton (2018)
//! do. Degrees of freedom are those whose law has the 97.5 % quantile that the estimate over its error has when errors are equal and independent
//! (as McCaffrey, Bell and Botts 2001; by Imhof 1961), which Satterthwaite's come near to when they are more than a few.

use std::collections::HashMap;

use faer::{Mat, Side};

use crate::{
    Fit, StatisticsError,
    chance::{Weighted, free_of_quantile, quantile_over_squares},
};

/// What is left of a unit counts for nothing below this part of it: it is fitted whole, and tells nothing of its own error.
const NONE: f64 = 1e-8;

/// How sure an estimate is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sureness {
    /// The standard error.
    pub standard_error: f64,
    /// The degrees of freedom of Student's law.
    pub free: f64,
}

/// Units whose times and columns are alike.
struct Kind {
    units: f64,
    /// What their residuals are multiplied with.
    adjusted: Mat<f64>,
    /// What they are fitted by along that: the columns, then times.
    moment: Mat<f64>,
    /// The same through the inverse of the cross product.
    through: Mat<f64>,
}

impl Fit {
    /// How sure `Σ share × coefficient` is, when rows of one unit share their errors. The columns are those that [`crate::within`] left of units
    /// and times, without weights.
    ///
    /// # Errors
    /// When lengths differ, or a unit alone tells of a coefficient: then nothing is known of its own error, and clustered errors would pass it
    /// for none.
    pub fn sureness(
        &self,
        shares: &[f64],
        unit: &[usize],
        time: &[usize],
    ) -> Result<Sureness, StatisticsError> {
        let columns = self.coefficients.len();
        for (what, found, wanted) in [
            ("shares", shares.len(), columns),
            ("unit", unit.len(), self.rows()),
            ("time", time.len(), self.rows()),
        ] {
            if found != wanted {
                return Err(StatisticsError::Length { what: what.to_owned(), found, wanted });
            }
        }
        let along = &self.bread * Mat::from_fn(columns, 1, |row, _| shares[row]);
        let times = Times::of(unit, time)?;
        let mut kinds: HashMap<Vec<u64>, Kind> = HashMap::new();
        let mut variance = 0.0;
        for rows in &times.rows {
            let own = Mat::from_fn(rows.len(), columns, |row, column| self.design[(rows[row], column)]);
            let key: Vec<u64> = rows.iter().map(|row| time[*row] as u64).chain(bits(&own)).collect();
            let kind = match kinds.entry(key) {
                std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
                std::collections::hash_map::Entry::Vacant(new) => {
                    new.insert(times.kind(&own, &self.bread, &along, rows)?)
                }
            };
            kind.units += 1.0;
            let score = |row: usize| kind.adjusted[(row, 0)] * self.residuals[rows[row]];
            variance += (0..rows.len()).map(score).sum::<f64>().powi(2);
        }
        let kinds: Vec<Kind> = kinds.into_values().collect();
        Ok(Sureness { standard_error: variance.sqrt(), free: freedom(&kinds)? })
    }
}

fn bits(matrix: &Mat<f64>) -> impl Iterator<Item = u64> {
    // What is left of fixed effects differs in its last digits between units that are alike.
    let rounded = |value: f64| ((value * 1e10).round() + 0.0).to_bits();
    (0..matrix.nrows()).flat_map(move |row| (0..matrix.ncols()).map(move |c| rounded(matrix[(row, c)])))
}

/// With more kinds of units than this Satterthwaite's degrees of freedom do.
const KINDS_MOST: usize = 200;

/// The degrees of freedom of what units add, whose covariance is Γ when errors are equal and independent.
fn freedom(kinds: &[Kind]) -> Result<f64, StatisticsError> {
    let count = kinds.len();
    // Among units of one kind Γ is that of the kind but for their mean; means of kinds are left.
    let means = Mat::from_fn(count, count, |a, b| {
        let own = if a == b { kinds[a].adjusted.squared_norm_l2() } else { 0.0 };
        own - (kinds[a].units * kinds[b].units).sqrt() * shared(&kinds[a], &kinds[b])
    });
    let alike = kinds.iter().filter(|kind| kind.units > 1.0);
    let mut squares: Vec<Weighted> = alike
        .map(|kind| Weighted { weight: kind.adjusted.squared_norm_l2(), times: kind.units - 1.0 })
        .collect();
    let trace = |squares: &[Weighted]| squares.iter().map(|one| one.weight * one.times).sum::<f64>();
    if count > KINDS_MOST {
        let whole = trace(&squares) + (0..count).map(|at| means[(at, at)]).sum::<f64>();
        let square = squares.iter().map(|one| one.weight * one.weight * one.times).sum::<f64>();
        return Ok(whole * whole / (square + means.squared_norm_l2()));
    }
    let parts = means.self_adjoint_eigen(Side::Lower).map_err(|error| apart("what units add", &error))?;
    let values = parts.S().column_vector();
    squares.extend((0..count).map(|at| Weighted { weight: values[at].max(0.0), times: 1.0 }));
    let whole = trace(&squares);
    squares.iter_mut().for_each(|one| one.weight /= whole);
    squares.retain(|one| one.weight > 1e-12);
    Ok(free_of_quantile(quantile_over_squares(&squares, 0.05)))
}

fn shared(one: &Kind, other: &Kind) -> f64 {
    (one.moment.transpose() * &other.through)[(0, 0)]
}

/// The rows of each unit, and effects of times less the means of units.
struct Times<'a> {
    rows: Vec<Vec<usize>>,
    time: &'a [usize],
    count: usize,
    inverse: Inverse,
}

/// Of the product of the columns of times with one another, as far as there is one.
enum Inverse {
    /// Each unit is seen at each time: so much on the diagonal, for what sums to none.
    Even(f64),
    Any(Mat<f64>),
}

impl<'a> Times<'a> {
    fn of(unit: &[usize], time: &'a [usize]) -> Result<Self, StatisticsError> {
        let mut rows = vec![Vec::new(); unit.iter().max().map_or(0, |most| most + 1)];
        unit.iter().enumerate().for_each(|(row, unit): (usize, &usize)| rows[*unit].push(row));
        rows.retain(|rows| !rows.is_empty());
        rows.iter_mut().for_each(|rows| rows.sort_by_key(|row| time[*row]));
        let count = time.iter().max().map_or(0, |most| most + 1);
        let even = |rows: &Vec<usize>| rows.iter().map(|row| time[*row]).eq(0..count);
        let inverse = if rows.iter().all(even) {
            Inverse::Even(1.0 / rows.len() as f64)
        } else {
            Inverse::Any(inverse(&rows, time, count)?)
        };
        Ok(Self { rows, time, count, inverse })
    }

    fn kind(
        &self,
        own: &Mat<f64>,
        bread: &Mat<f64>,
        along: &Mat<f64>,
        rows: &[usize],
    ) -> Result<Kind, StatisticsError> {
        let wanted = own * along;
        let steps = self.less_mean(rows);
        let adjusted = match &self.inverse {
            Inverse::Even(part) if own.ncols() < rows.len() => {
                even_adjusted(own, bread, &wanted, 1.0 - part)?
            }
            Inverse::Even(part) => adjusted(
                &(own * bread * own.transpose() + &steps * steps.transpose() * faer::Scale(*part)),
                &wanted,
            )?,
            Inverse::Any(inverse) => {
                adjusted(&(own * bread * own.transpose() + &steps * inverse * steps.transpose()), &wanted)?
            }
        };
        let (columns, times) = (own.transpose() * &adjusted, steps.transpose() * &adjusted);
        let through = match &self.inverse {
            Inverse::Even(part) => &times * faer::Scale(*part),
            Inverse::Any(inverse) => inverse * &times,
        };
        Ok(Kind {
            units: 0.0,
            moment: above(&columns, &times),
            through: above(&(bread * &columns), &through),
            adjusted,
        })
    }

    /// Columns of times, less their means over the unit.
    fn less_mean(&self, rows: &[usize]) -> Mat<f64> {
        let share = 1.0 / rows.len() as f64;
        let mut steps = Mat::<f64>::zeros(rows.len(), self.count);
        for place in 0..rows.len() {
            steps[(place, self.time[rows[place]])] += 1.0;
            rows.iter().for_each(|other| steps[(place, self.time[*other])] -= share);
        }
        steps
    }
}

fn inverse(rows: &[Vec<usize>], time: &[usize], count: usize) -> Result<Mat<f64>, StatisticsError> {
    let mut product = Mat::<f64>::zeros(count, count);
    for rows in rows {
        let share = 1.0 / rows.len() as f64;
        for a in rows {
            product[(time[*a], time[*a])] += 1.0;
            rows.iter().for_each(|b| product[(time[*a], time[*b])] -= share);
        }
    }
    let parts = product.self_adjoint_eigen(Side::Lower).map_err(|error| apart("effects of times", &error))?;
    let values = parts.S().column_vector();
    let most = (0..count).map(|place| values[place]).fold(0.0, f64::max);
    let part = |place: usize| if values[place] > NONE * most { 1.0 / values[place] } else { 0.0 };
    let scaled = Mat::from_fn(count, count, |row, place| parts.U()[(row, place)] * part(place));
    Ok(scaled * parts.U().transpose())
}

fn apart(what: &str, error: &impl std::fmt::Debug) -> StatisticsError {
    let why = format!("{what} cannot be taken apart ({error:?})");
    StatisticsError::NotIdentified { what: "the error".to_owned(), why }
}

fn above(first: &Mat<f64>, second: &Mat<f64>) -> Mat<f64> {
    let size = first.nrows();
    Mat::from_fn(
        size + second.nrows(),
        1,
        |row, _| if row < size { first[(row, 0)] } else { second[(row - size, 0)] },
    )
}

/// `(I − H)^(−½) x`: what a unit's residuals are multiplied with, so that their square is right when errors are equal and independent.
fn adjusted(share: &Mat<f64>, wanted: &Mat<f64>) -> Result<Mat<f64>, StatisticsError> {
    let size = share.nrows();
    let left = Mat::<f64>::identity(size, size) - share;
    let parts =
        left.self_adjoint_eigen(Side::Lower).map_err(|error| apart("what a unit is fitted by", &error))?;
    let along = parts.U().transpose() * wanted;
    let values = parts.S().column_vector();
    let scaled = scaled(&along, &(0..size).map(|place| values[place]).collect::<Vec<f64>>())?;
    Ok(parts.U() * scaled)
}

/// The same when times take an equal part of all that sums to none, and leave `rest`: only along the few columns there is more to do.
fn even_adjusted(
    own: &Mat<f64>,
    bread: &Mat<f64>,
    wanted: &Mat<f64>,
    rest: f64,
) -> Result<Mat<f64>, StatisticsError> {
    let basis = own.thin_svd().map_err(|error| apart("the columns of a unit", &error))?;
    let lengths = basis.S().column_vector();
    let right = basis.V();
    let within =
        Mat::from_fn(lengths.nrows(), right.nrows(), |row, column| lengths[row] * right[(column, row)]);
    let share = &within * bread * within.transpose();
    let parts =
        share.self_adjoint_eigen(Side::Lower).map_err(|error| apart("what a unit is fitted by", &error))?;
    let directions = basis.U() * parts.U();
    let along = directions.transpose() * wanted;
    let values = parts.S().column_vector();
    let scaled =
        scaled(&along, &(0..lengths.nrows()).map(|place| rest - values[place]).collect::<Vec<f64>>())?;
    Ok(directions * scaled)
}

fn scaled(along: &Mat<f64>, values: &[f64]) -> Result<Mat<f64>, StatisticsError> {
    let (mut scaled, length) = (Mat::<f64>::zeros(values.len(), 1), along.norm_l2());
    for (place, value) in values.iter().enumerate() {
        if *value > NONE {
            scaled[(place, 0)] = along[(place, 0)] / value.sqrt();
        } else if along[(place, 0)].abs() > 1e-6 * length {
            let what = "treated units that begin at one time".to_owned();
            return Err(StatisticsError::TooFew { what, found: 1, wanted: 2 });
        }
    }
    Ok(scaled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Design, fit, within};

    /// Two times, four units treated at the second: the change of each unit is all that counts, and the comparison is that of two groups.
    #[test]
    fn two_groups_are_compared_as_student_does() {
        let change = [1.0, 2.5, 0.3, 1.9, 0.2, -0.4, 0.9, 0.1];
        let (mut unit, mut time, mut outcome, mut treated) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (number, change) in change.iter().enumerate() {
            for step in 0..2 {
                unit.push(number);
                time.push(step);
                outcome.push(number as f64 + change * step as f64);
                treated.push(f64::from(u8::from(number < 4 && step == 1)));
            }
        }
        let absorbed = within(&outcome, &Design::new().with("on", treated), &[&unit, &time], None).unwrap();
        let found = fit(&absorbed.design, &absorbed.outcome, None).unwrap();
        let sure = found.sureness(&[1.0], &unit, &time).unwrap();
        let part = |own: &[f64]| {
            let (count, mean) = (own.len() as f64, own.iter().sum::<f64>() / own.len() as f64);
            own.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0) / count
        };
        let wanted = (part(&change[..4]) + part(&change[4..])).sqrt();
        assert!((sure.standard_error - wanted).abs() < 1e-9, "{sure:?} {wanted}");
        // Groups of one size: Student's law with as many as both have less two.
        assert!((sure.free - 6.0).abs() < 1e-2, "{sure:?}");
    }

    /// Two ways to one number: with all times of each unit, and with one row more that makes the panel uneven and tells nothing.
    #[test]
    fn an_uneven_panel_is_told_as_an_even_one() {
        let sure = |more: bool| {
            let (mut unit, mut time, mut outcome, mut treated) =
                (Vec::new(), Vec::new(), Vec::new(), Vec::new());
            for number in 0..9_usize {
                for step in 0..4_usize {
                    unit.push(number);
                    time.push(step);
                    outcome.push(((number * 31 + step * 17) as f64).sin() + number as f64);
                    treated.push(f64::from(u8::from(number < 3 && step > 1)));
                }
            }
            if more {
                // A time at which one unit alone is seen is fitted whole.
                unit.push(8);
                time.push(4);
                outcome.push(3.0);
                treated.push(0.0);
            }
            let absorbed =
                within(&outcome, &Design::new().with("on", treated), &[&unit, &time], None).unwrap();
            fit(&absorbed.design, &absorbed.outcome, None).unwrap().sureness(&[1.0], &unit, &time).unwrap()
        };
        let (even, uneven) = (sure(false), sure(true));
        assert!((even.standard_error - uneven.standard_error).abs() < 1e-7, "{even:?} {uneven:?}");
        assert!((even.free - uneven.free).abs() < 1e-4, "{even:?} {uneven:?}");
    }

    #[test]
    fn one_treated_unit_tells_nothing_of_its_own_error() {
        let unit: Vec<usize> = (0..30).map(|row| row / 3).collect();
        let time: Vec<usize> = (0..30).map(|row| row % 3).collect();
        let outcome: Vec<f64> = (0..30).map(|row| f64::from(row).sin()).collect();
        let treated = (0..30).map(|row| f64::from(u8::from(row < 3 && row % 3 == 2))).collect();
        let absorbed = within(&outcome, &Design::new().with("on", treated), &[&unit, &time], None).unwrap();
        let found = fit(&absorbed.design, &absorbed.outcome, None).unwrap();
        let why = found.sureness(&[1.0], &unit, &time).unwrap_err();
        assert!(matches!(why, StatisticsError::TooFew { found: 1, wanted: 2, .. }), "{why}");
        assert!(found.sureness(&[1.0], &unit[1..], &time).is_err());
    }
}
