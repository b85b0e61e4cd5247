//! What an indicator looks like.

use std::collections::BTreeMap;

use crate::{CompositeError, Table, Value, statistics};

/// From where on an indicator is flagged. The defaults are those of `get_stats` of COINr.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// The least part of units that should have a value.
    pub available: f64,
    /// The least part of units whose value should not be zero.
    pub not_zero: f64,
    /// The least part of units whose value should be one of its own.
    pub unique: f64,
    /// An outlier is likely above this skewness, either way, and …
    pub skewness: f64,
    /// … above this kurtosis.
    pub kurtosis: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { available: 0.65, not_zero: 0.5, unique: 0.5, skewness: 2.0, kurtosis: 3.5 }
    }
}

/// Why an indicator should be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag {
    /// Too few units have a value.
    FewValues,
    /// Too many values are zero.
    ManyZeros,
    /// Too few values are different.
    FewUnique,
    /// Outliers are likely: it should be treated.
    Outliers,
}

/// Descriptive statistics of an indicator, in its units.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// The indicator.
    pub code: String,
    /// The lowest value.
    pub least: f64,
    /// The highest value.
    pub most: f64,
    /// The arithmetic mean.
    pub mean: f64,
    /// The middle value.
    pub median: f64,
    /// The sample standard deviation; nothing for one value.
    pub deviation: Value,
    /// Skewness G1; nothing below three values.
    pub skewness: Value,
    /// Excess kurtosis G2; nothing below four values.
    pub kurtosis: Value,
    /// How many units have a value.
    pub available: usize,
    /// How many units have a value that is not zero.
    pub not_zero: usize,
    /// How many different values there are.
    pub unique: usize,
    /// How many units share the most common value.
    pub same: usize,
    /// What should be looked at.
    pub flags: Vec<Flag>,
}

/// A profile of each indicator, in the order of the columns.
///
/// # Errors
/// When an indicator has no value.
pub fn profile(table: &Table, limits: Limits) -> Result<Vec<Profile>, CompositeError> {
    table.columns().map(|(code, column)| one(code, column, limits)).collect()
}

fn one(code: &str, column: &[Value], limits: Limits) -> Result<Profile, CompositeError> {
    let values = statistics::present(column);
    let (Some((least, most)), Some(mean), Some(median)) =
        (statistics::extremes(&values), statistics::mean(&values), statistics::median(&values))
    else {
        let why = "it has no value at all; leave the indicator out";
        return Err(CompositeError::undefined(format!("the profile of `{code}`"), why));
    };
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    for value in &values {
        // Both zeros are one value.
        *counts.entry((value + 0.0).to_bits()).or_default() += 1;
    }
    let (skewness, kurtosis) = (statistics::skewness(&values), statistics::kurtosis(&values));
    let units = column.len() as f64;
    let not_zero = values.iter().filter(|value| **value != 0.0).count();
    let low = |count: usize, limit: f64| (count as f64 / units) < limit;
    let outliers =
        skewness.is_some_and(|s| s.abs() > limits.skewness) && kurtosis.is_some_and(|k| k > limits.kurtosis);
    let flags = [
        (low(values.len(), limits.available), Flag::FewValues),
        (low(not_zero, limits.not_zero), Flag::ManyZeros),
        (low(counts.len(), limits.unique), Flag::FewUnique),
        (outliers, Flag::Outliers),
    ];
    Ok(Profile {
        code: code.to_owned(),
        least,
        most,
        mean,
        median,
        deviation: statistics::deviation(&values),
        skewness,
        kurtosis,
        available: values.len(),
        not_zero,
        unique: counts.len(),
        same: counts.values().copied().max().unwrap_or_default(),
        flags: flags.into_iter().filter_map(|(raised, flag)| raised.then_some(flag)).collect(),
    })
}
