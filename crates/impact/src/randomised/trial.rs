//! Units, of which some were drawn by lot.

use std::collections::BTreeMap;

use crate::{Design, StatisticsError, least_squares::check_column};

/// One value per unit in each column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trial {
    /// The outcome.
    pub outcome: Vec<f64>,
    /// Whether the lot fell on it.
    pub treated: Vec<bool>,
    /// Within which lots were drawn (blocks, strata); without it, among all.
    pub stratum: Option<Vec<usize>>,
    /// What was known before, without an intercept.
    pub covariates: Design,
}

/// An effect and its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrialEffect {
    /// The mean effect on all units.
    pub effect: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// The degrees of freedom of the error.
    pub free: f64,
    /// How many units were treated and not treated.
    pub units: [usize; 2],
    /// How many strata there are.
    pub strata: usize,
}

/// The units of a stratum.
#[derive(Clone, Debug, Default)]
pub(super) struct Stratum {
    pub(super) treated: Vec<usize>,
    pub(super) control: Vec<usize>,
}

impl Stratum {
    pub(super) fn units(&self) -> usize {
        self.treated.len() + self.control.len()
    }
}

impl Trial {
    /// The strata; each must have treated and untreated units.
    pub(super) fn strata(&self) -> Result<Vec<Stratum>, StatisticsError> {
        let rows = self.outcome.len();
        check_column("the outcome", &self.outcome, rows)?;
        let lengths =
            [("treated", Some(self.treated.len())), ("stratum", self.stratum.as_ref().map(Vec::len))];
        for (what, found) in lengths {
            if let Some(found) = found.filter(|found| *found != rows) {
                return Err(StatisticsError::Length { what: what.to_owned(), found, wanted: rows });
            }
        }
        for (name, column) in self.covariates.names().iter().zip(self.covariates.columns()) {
            check_column(name, column, rows)?;
        }
        let mut strata: BTreeMap<usize, Stratum> = BTreeMap::new();
        for row in 0..rows {
            let stratum = strata.entry(self.stratum.as_ref().map_or(0, |of| of[row])).or_default();
            if self.treated[row] { stratum.treated.push(row) } else { stratum.control.push(row) }
        }
        let found = strata.iter().flat_map(|(name, stratum)| {
            [("treated", stratum.treated.len(), name), ("untreated", stratum.control.len(), name)]
        });
        for (what, found, name) in found {
            if found == 0 {
                let place =
                    if self.stratum.is_some() { format!(" in stratum {name}") } else { String::new() };
                return Err(StatisticsError::TooFew {
                    what: format!("{what} units{place}"),
                    found,
                    wanted: 1,
                });
            }
        }
        if strata.is_empty() {
            return Err(StatisticsError::TooFew { what: "units".to_owned(), found: 0, wanted: 2 });
        }
        Ok(strata.into_values().collect())
    }
}
