//! What is known of units beside their outcomes.

use crate::{BlockPanel, StatisticsError, least_squares::check_column};

/// Covariates of the units of a block, in its order of units.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BlockCovariates {
    /// The name of each covariate.
    pub names: Vec<String>,
    /// By covariate, then unit: its value, which does not change with time.
    pub values: Vec<Vec<f64>>,
}

/// Donors and the mean of the treated, each covariate less its mean over donors.
#[derive(Clone, Debug, Default)]
pub(super) struct Centred {
    /// By donor, then covariate.
    pub(super) donors: Vec<Vec<f64>>,
    pub(super) treated: Vec<f64>,
    /// By covariate: its standard deviation over donors.
    pub(super) deviations: Vec<f64>,
}

impl BlockCovariates {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub(super) fn centred(&self, panel: &BlockPanel) -> Result<Centred, StatisticsError> {
        let (units, donors) = (panel.outcome.len(), panel.donors);
        if self.names.len() != self.values.len() {
            let (found, wanted) = (self.names.len(), self.values.len());
            return Err(StatisticsError::Length { what: "names of covariates".to_owned(), found, wanted });
        }
        let mut found = Centred { donors: vec![Vec::new(); donors], ..Centred::default() };
        for (name, column) in self.names.iter().zip(&self.values) {
            check_column(&format!("covariate {name}"), column, units)?;
            let mean = column[..donors].iter().sum::<f64>() / donors as f64;
            let square: f64 = column[..donors].iter().map(|value| (value - mean).powi(2)).sum();
            let deviation = (square / (donors as f64 - 1.0)).sqrt();
            if deviation.is_nan() || deviation <= 0.0 {
                let what = format!("the balance of covariate {name}");
                let why = "it is the same for all donors; leave it out".to_owned();
                return Err(StatisticsError::NotIdentified { what, why });
            }
            found.deviations.push(deviation);
            found.donors.iter_mut().zip(column).for_each(|(row, value)| row.push(value - mean));
            let treated = column[donors..].iter().sum::<f64>() / (units - donors) as f64;
            found.treated.push(treated - mean);
        }
        Ok(found)
    }
}
