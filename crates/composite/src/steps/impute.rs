//! Guesses for values that are missing.

use std::collections::BTreeMap;

use super::expectation::{ExpectationOptions, expected};
use crate::{CompositeError, Table, Value, statistics};

/// To which group each unit belongs; a unit may belong to none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grouping(BTreeMap<String, String>);

impl Grouping {
    /// From pairs of unit and group.
    pub fn new(of_unit: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(of_unit.into_iter().collect())
    }

    /// The group of a unit.
    pub fn group(&self, unit: &str) -> Option<&str> {
        self.0.get(unit).map(String::as_str)
    }
}

/// From what a missing value is guessed.
#[derive(Clone, Debug, PartialEq)]
pub enum Imputation {
    /// The mean of the indicator.
    Mean,
    /// The median of the indicator.
    Median,
    /// The mean of the indicator in the group of the unit; a unit without a group, or in a group without values, stays missing.
    GroupMean(Grouping),
    /// The median of the indicator in the group of the unit; as above.
    GroupMedian(Grouping),
    /// What the other indicators of the unit lead to expect, when all together are normally distributed.
    Expectation(ExpectationOptions),
}

/// A value that was guessed.
#[derive(Clone, Debug, PartialEq)]
pub struct Filled {
    /// The unit.
    pub unit: String,
    /// The indicator.
    pub code: String,
    /// The guess, in units of the indicator.
    pub value: f64,
}

/// A table with guesses.
#[derive(Clone, Debug, PartialEq)]
pub struct Imputed {
    /// Units by indicators.
    pub table: Table,
    /// What was guessed, by columns.
    pub record: Vec<Filled>,
}

/// Fills in what is missing. Values that are there stay as they are.
///
/// # Errors
/// For [`Imputation::Expectation`]: see [`ExpectationOptions`]. The others leave missing what they know nothing of.
pub fn impute(table: &Table, from: &Imputation) -> Result<Imputed, CompositeError> {
    let filled = match from {
        Imputation::Mean => by_column(table, |_, _| true, statistics::mean)?,
        Imputation::Median => by_column(table, |_, _| true, statistics::median)?,
        Imputation::GroupMean(groups) => by_column(table, same_group(table, groups), statistics::mean)?,
        Imputation::GroupMedian(groups) => by_column(table, same_group(table, groups), statistics::median)?,
        Imputation::Expectation(options) => expected(table, *options)?,
    };
    let record = record(table, &filled);
    Ok(Imputed { table: filled, record })
}

/// Whether two units, by place, belong to one group.
fn same_group<'a>(table: &'a Table, groups: &'a Grouping) -> impl Fn(usize, usize) -> bool + 'a {
    let of: Vec<Option<&str>> = table.units().iter().map(|unit| groups.group(unit)).collect();
    move |a, b| of[a].is_some() && of[a] == of[b]
}

/// Each missing value from those of its column at units that are like its own.
fn by_column(
    table: &Table,
    alike: impl Fn(usize, usize) -> bool,
    guess: impl Fn(&[f64]) -> Value,
) -> Result<Table, CompositeError> {
    table.try_map(|_, column| {
        let fill = |unit: usize| {
            let like = (0..column.len()).filter(|other| alike(unit, *other));
            guess(&like.filter_map(|other| column[other]).collect::<Vec<f64>>())
        };
        Ok(column.iter().enumerate().map(|(unit, value)| value.or_else(|| fill(unit))).collect())
    })
}

/// What one table has and the other lacks.
pub(super) fn record(before: &Table, after: &Table) -> Vec<Filled> {
    let mut record = Vec::new();
    for ((code, old), (_, new)) in before.columns().zip(after.columns()) {
        for (unit, (old, new)) in before.units().iter().zip(old.iter().zip(new)) {
            if let (None, Some(value)) = (old, new) {
                record.push(Filled { unit: unit.clone(), code: code.to_owned(), value: *value });
            }
        }
    }
    record
}
