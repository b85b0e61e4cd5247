//! Units by indicators.

use std::collections::HashSet;

use crate::{CompositeError, error::check_length};

/// A value that may be missing.
pub type Value = Option<f64>;

/// Units (rows) by codes (columns): indicators, aggregates or denominators. A value may be missing; those that are there are finite.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    units: Vec<String>,
    codes: Vec<String>,
    columns: Vec<Vec<Value>>,
}

impl Table {
    /// From one column of values for each code, in the order of `units`.
    ///
    /// # Errors
    /// When there is no unit, a unit or code stands twice, a column has another length, or a value is not finite.
    pub fn new(units: Vec<String>, columns: Vec<(String, Vec<Value>)>) -> Result<Self, CompositeError> {
        if units.is_empty() {
            return Err(CompositeError::TooFew { what: "units".to_owned(), found: 0, wanted: 1 });
        }
        check_once("the unit", &units)?;
        let (codes, columns): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
        check_once("the indicator", &codes)?;
        for (code, column) in codes.iter().zip(&columns) {
            check_length(&format!("`{code}`"), column.len(), units.len())?;
            if let Some(place) = column.iter().position(|value| value.is_some_and(|v| !v.is_finite())) {
                return Err(CompositeError::NotFinite { what: format!("`{code}`"), place });
            }
        }
        Ok(Self { units, codes, columns })
    }

    /// The units, in order.
    pub fn units(&self) -> &[String] {
        &self.units
    }

    /// The codes, in order.
    pub fn codes(&self) -> &[String] {
        &self.codes
    }

    /// The columns, in the order of the codes.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &[Value])> {
        self.codes.iter().map(String::as_str).zip(self.columns.iter().map(Vec::as_slice))
    }

    /// The place of a unit.
    pub fn place_of_unit(&self, unit: &str) -> Option<usize> {
        self.units.iter().position(|known| known == unit)
    }

    /// The values of a code, one for each unit.
    pub fn column(&self, code: &str) -> Option<&[Value]> {
        let place = self.codes.iter().position(|known| known == code)?;
        Some(&self.columns[place])
    }

    /// The values of a code, or an error that says who needs it.
    pub(crate) fn need(&self, code: &str, who: &str) -> Result<&[Value], CompositeError> {
        self.column(code).ok_or_else(|| CompositeError::unknown(who, code))
    }

    /// One value; nothing when it is missing, or there is no such unit or code.
    pub fn value(&self, unit: &str, code: &str) -> Value {
        self.column(code)?[self.place_of_unit(unit)?]
    }

    /// The values of one unit, in the order of the codes.
    pub fn row(&self, unit: usize) -> Vec<Value> {
        self.columns.iter().map(|column| column[unit]).collect()
    }

    /// Only these codes, in this order.
    ///
    /// # Errors
    /// When a code is not there, or named twice.
    pub fn select(&self, codes: &[impl AsRef<str>]) -> Result<Self, CompositeError> {
        let columns: Result<Vec<_>, _> = codes
            .iter()
            .map(|code| self.need(code.as_ref(), "the selection").map(<[Value]>::to_vec))
            .collect();
        let codes: Vec<String> = codes.iter().map(|code| code.as_ref().to_owned()).collect();
        check_once("in the selection, the code", &codes)?;
        Ok(Self { units: self.units.clone(), codes, columns: columns? })
    }

    /// Only the units for which `keep` is true. There may be none.
    pub(crate) fn keep_units(&self, keep: &[bool]) -> Self {
        let units = kept(&self.units, keep);
        let columns = self.columns.iter().map(|column| kept(column, keep)).collect();
        Self { units, codes: self.codes.clone(), columns }
    }

    /// The same units and codes, each column made anew from its code and values.
    pub(crate) fn try_map(
        &self,
        mut change: impl FnMut(&str, &[Value]) -> Result<Vec<Value>, CompositeError>,
    ) -> Result<Self, CompositeError> {
        let columns: Result<Vec<_>, _> =
            self.codes.iter().zip(&self.columns).map(|(code, column)| change(code, column)).collect();
        Ok(Self { units: self.units.clone(), codes: self.codes.clone(), columns: columns? })
    }

    /// With one more column.
    pub(crate) fn push(&mut self, code: &str, column: Vec<Value>) {
        self.codes.push(code.to_owned());
        self.columns.push(column);
    }

    pub(crate) fn set(&mut self, unit: usize, code: usize, value: f64) {
        self.columns[code][unit] = Some(value);
    }
}

fn kept<T: Clone>(all: &[T], keep: &[bool]) -> Vec<T> {
    all.iter().zip(keep).filter(|(_, keep)| **keep).map(|(one, _)| one.clone()).collect()
}

/// Each code may stand once.
pub(crate) fn check_once(what: &str, codes: &[String]) -> Result<(), CompositeError> {
    let mut seen = HashSet::new();
    match codes.iter().find(|code| !seen.insert(code.as_str())) {
        Some(code) => Err(CompositeError::Twice { what: what.to_owned(), code: code.clone() }),
        None => Ok(()),
    }
}
