//! The latest value that was known before.

use crate::{CompositeError, Table};

/// A value that was carried on from an earlier time.
#[derive(Clone, Debug, PartialEq)]
pub struct Carried {
    /// The unit.
    pub unit: String,
    /// The indicator.
    pub code: String,
    /// The value, in units of the indicator.
    pub value: f64,
    /// The time at which it was measured.
    pub measured: i64,
}

/// A table of one time with values of earlier times.
#[derive(Clone, Debug, PartialEq)]
pub struct CarriedForward {
    /// The time.
    pub time: i64,
    /// Units by indicators.
    pub table: Table,
    /// What was carried on, by columns.
    pub record: Vec<Carried>,
}

/// Fills in what is missing at a time with the latest value that the unit had before, as `impute_panel` of COINr.
///
/// `panel` holds one table for each time, in rising order; units may come and go, the codes are the same. `most_steps` limits how many
/// tables are looked back through. The answer has one table for each time.
///
/// # Errors
/// When times do not rise, or tables differ in their codes.
pub fn latest_known(
    panel: &[(i64, Table)],
    most_steps: Option<usize>,
) -> Result<Vec<CarriedForward>, CompositeError> {
    for pair in panel.windows(2) {
        if pair[0].0 >= pair[1].0 {
            let found = format!("{} after {}", pair[1].0, pair[0].0);
            return Err(CompositeError::setting("the order of times", found, "rising, each time once"));
        }
        if let Some(code) = pair[1].1.codes().iter().find(|code| pair[0].1.column(code).is_none()) {
            return Err(CompositeError::unknown(format!("the table of {}", pair[1].0), code));
        }
        if pair[0].1.codes() != pair[1].1.codes() {
            let what = format!("the order of codes at {}", pair[1].0);
            return Err(CompositeError::setting(&what, "another", "that of the time before"));
        }
    }
    Ok((0..panel.len()).map(|time| carry(panel, time, most_steps)).collect())
}

fn carry(panel: &[(i64, Table)], at: usize, most_steps: Option<usize>) -> CarriedForward {
    let (time, table) = &panel[at];
    let first = most_steps.map_or(0, |steps| at.saturating_sub(steps));
    let mut filled = table.clone();
    let mut record = Vec::new();
    for (column, code) in table.codes().iter().enumerate() {
        for (unit, name) in table.units().iter().enumerate() {
            if table.value(name, code).is_some() {
                continue;
            }
            let known = |(then, old): &(i64, Table)| old.value(name, code).map(|value| (*then, value));
            if let Some((measured, value)) = panel[first..at].iter().rev().find_map(known) {
                filled.set(unit, column, value);
                record.push(Carried { unit: name.clone(), code: code.clone(), value, measured });
            }
        }
    }
    CarriedForward { time: *time, table: filled, record }
}
