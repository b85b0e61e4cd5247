//! A balanced panel whose units begin to be treated at some time, or never.

use std::collections::{BTreeSet, HashMap};

use crate::StatisticsError;

/// Units by times, and when each unit was first treated. Times are whole numbers (years, months counted on).
#[derive(Clone, Debug, PartialEq)]
pub struct StaggeredPanel {
    /// The times, rising.
    pub times: Vec<i64>,
    /// For each unit the first time of treatment; nothing for one that is not treated within the times.
    pub first_treated: Vec<Option<i64>>,
    /// The outcome of each unit at each time.
    pub outcome: Vec<Vec<f64>>,
    /// The covariates of each unit at each time, without an intercept.
    pub covariates: Vec<Vec<Vec<f64>>>,
    /// How many units were left out because they lack a time, a value, or an untreated time.
    pub left_out: usize,
}

impl StaggeredPanel {
    /// Some units, with other beginnings.
    pub(crate) fn chosen(&self, units: &[usize], first: impl Fn(usize) -> Option<i64>) -> Self {
        Self {
            times: self.times.clone(),
            first_treated: (0..units.len()).map(first).collect(),
            outcome: units.iter().map(|unit| self.outcome[*unit].clone()).collect(),
            covariates: units.iter().map(|unit| self.covariates[*unit].clone()).collect(),
            left_out: 0,
        }
    }

    /// The times at which the group treated last is not treated yet (nor may react), with that group as one that is never treated.
    pub(crate) fn up_to_last_group(&self, anticipation: i64) -> Option<Self> {
        let last = self.first_treated.iter().flatten().max().copied()?;
        let kept = self.times.partition_point(|time| *time < last - anticipation);
        let cut = |row: &Vec<f64>| row[..kept].to_vec();
        Some(Self {
            times: self.times[..kept].to_vec(),
            first_treated: self
                .first_treated
                .iter()
                .map(|first| first.filter(|first| *first < last))
                .collect(),
            outcome: self.outcome.iter().map(cut).collect(),
            covariates: self.covariates.iter().map(|rows| rows[..kept].to_vec()).collect(),
            left_out: self.left_out,
        })
    }

    /// From rows of unit, time, outcome, first treatment (nothing: never) and covariates (by column).
    ///
    /// Units that lack a time or a finite value are left out, and so are those that are treated from the first time on: nothing is
    /// known of them without treatment.
    ///
    /// # Errors
    /// When lengths differ, a unit has a time twice or several first treatments, or no unit or fewer than two times are left.
    pub fn from_rows(
        unit: &[usize],
        time: &[i64],
        outcome: &[f64],
        first_treated: &[Option<i64>],
        covariates: &[Vec<f64>],
    ) -> Result<Self, StatisticsError> {
        let rows = unit.len();
        let columns = covariates.iter().map(|column| ("a covariate", column.len()));
        let parts =
            [("time", time.len()), ("outcome", outcome.len()), ("first treatment", first_treated.len())];
        for (what, found) in parts.into_iter().chain(columns) {
            if found != rows {
                return Err(StatisticsError::Length { what: what.to_owned(), found, wanted: rows });
            }
        }
        let times: Vec<i64> = time.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
        let (Some(first), true) = (times.first().copied(), times.len() > 1) else {
            let (what, found) = ("times".to_owned(), times.len());
            return Err(StatisticsError::TooFew { what, found, wanted: 2 });
        };
        let last = times[times.len() - 1];
        let places: HashMap<i64, usize> =
            times.iter().enumerate().map(|(place, time)| (*time, place)).collect();
        let units: Vec<usize> = unit.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
        let numbers: HashMap<usize, usize> =
            units.iter().enumerate().map(|(number, unit)| (*unit, number)).collect();
        let mut row_of = vec![vec![None; times.len()]; units.len()];
        for row in 0..rows {
            let place = &mut row_of[numbers[&unit[row]]][places[&time[row]]];
            if let Some(other) = place.replace(row) {
                let why = format!("rows {other} and {row} are of one unit and time");
                return Err(StatisticsError::NotIdentified { what: "the panel".to_owned(), why });
            }
        }
        let mut panel = Self {
            times,
            first_treated: Vec::new(),
            outcome: Vec::new(),
            covariates: Vec::new(),
            left_out: 0,
        };
        for rows_of_unit in row_of {
            let rows: Option<Vec<usize>> = rows_of_unit.iter().copied().collect();
            let whole = rows.filter(|rows| rows.iter().all(|row| finite(outcome, covariates, *row)));
            let begins = rows_of_unit.iter().flatten().next().and_then(|row| first_treated[*row]);
            if let Some(row) = rows_of_unit.iter().flatten().find(|row| first_treated[**row] != begins) {
                let why = format!("row {row} says of its unit another first treatment than the rows before");
                return Err(StatisticsError::NotIdentified { what: "the panel".to_owned(), why });
            }
            match whole {
                Some(rows) if begins.is_none_or(|begins| begins > first) => {
                    panel.first_treated.push(begins.filter(|begins| *begins <= last));
                    panel.outcome.push(rows.iter().map(|row| outcome[*row]).collect());
                    let of_row = |row: &usize| covariates.iter().map(|column| column[*row]).collect();
                    panel.covariates.push(rows.iter().map(of_row).collect());
                }
                _ => panel.left_out += 1,
            }
        }
        if panel.outcome.is_empty() {
            return Err(StatisticsError::TooFew { what: "whole units".to_owned(), found: 0, wanted: 1 });
        }
        Ok(panel)
    }

    /// How many units there are.
    pub fn units(&self) -> usize {
        self.outcome.len()
    }

    /// The first times of treatment, rising.
    pub fn groups(&self) -> Vec<i64> {
        self.first_treated.iter().flatten().copied().collect::<BTreeSet<_>>().into_iter().collect()
    }
}

fn finite(outcome: &[f64], covariates: &[Vec<f64>], row: usize) -> bool {
    outcome[row].is_finite() && covariates.iter().all(|column| column[row].is_finite())
}
