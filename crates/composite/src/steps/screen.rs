//! Which units are known well enough to be ranked.

use crate::{CompositeError, Table};

/// What a unit needs to stay.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Screening {
    /// The least part of indicators that must have a value, 0 to 1; nothing sets no limit.
    pub least_available: Option<f64>,
    /// The least part of its values that must not be zero, 0 to 1; nothing sets no limit.
    pub least_not_zero: Option<f64>,
    /// Units that stay whatever they lack.
    pub include: Vec<String>,
    /// Units that go whatever they have.
    pub exclude: Vec<String>,
}

/// How well a unit is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Availability {
    /// The unit.
    pub unit: String,
    /// How many indicators have no value.
    pub missing: usize,
    /// How many values are zero.
    pub zeros: usize,
    /// The part of indicators that have a value.
    pub available: f64,
    /// The part of its values that are not zero; 0 without values.
    pub not_zero: f64,
    /// Whether it stays.
    pub kept: bool,
}

/// The units that stay.
#[derive(Clone, Debug, PartialEq)]
pub struct Screened {
    /// The units that stay, by indicators.
    pub table: Table,
    /// Every unit that there was, in order.
    pub record: Vec<Availability>,
}

/// Leaves out units with too few values or too many zeros, as `Screen` of COINr.
///
/// # Errors
/// When a limit is not within 0 to 1, a unit that is forced is unknown or forced both ways, or no unit is left.
pub fn screen(table: &Table, rule: &Screening) -> Result<Screened, CompositeError> {
    check(table, rule)?;
    let record: Vec<Availability> =
        (0..table.units().len()).map(|unit| availability(table, rule, unit)).collect();
    let keep: Vec<bool> = record.iter().map(|unit| unit.kept).collect();
    if !keep.contains(&true) {
        let what = "units that are known well enough".to_owned();
        return Err(CompositeError::TooFew { what, found: 0, wanted: 1 });
    }
    Ok(Screened { table: table.keep_units(&keep), record })
}

fn check(table: &Table, rule: &Screening) -> Result<(), CompositeError> {
    for limit in [rule.least_available, rule.least_not_zero].into_iter().flatten() {
        if !(0.0..=1.0).contains(&limit) {
            return Err(CompositeError::setting("a limit of screening", limit, "a part, from 0 to 1"));
        }
    }
    for unit in rule.include.iter().chain(&rule.exclude) {
        if table.place_of_unit(unit).is_none() {
            return Err(CompositeError::unknown("screening", unit));
        }
    }
    match rule.include.iter().find(|unit| rule.exclude.contains(unit)) {
        Some(unit) => {
            Err(CompositeError::Twice { what: "in what is forced, the unit".to_owned(), code: unit.clone() })
        }
        None => Ok(()),
    }
}

fn availability(table: &Table, rule: &Screening, unit: usize) -> Availability {
    let row = table.row(unit);
    let missing = row.iter().filter(|value| value.is_none()).count();
    let zeros = row.iter().filter(|value| **value == Some(0.0)).count();
    let present = row.len() - missing;
    let part = |count: usize, of: usize| if of == 0 { 0.0 } else { count as f64 / of as f64 };
    let (available, not_zero) = (part(present, row.len()), part(present - zeros, present));
    let unit = table.units()[unit].clone();
    let enough = rule.least_available.is_none_or(|least| available >= least)
        && rule.least_not_zero.is_none_or(|least| not_zero >= least);
    let kept = (enough || rule.include.contains(&unit)) && !rule.exclude.contains(&unit);
    Availability { unit, missing, zeros, available, not_zero, kept }
}
