//! What a project is for: what it should change, and what that is worth.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{AreaId, BenefitId, IndicatorId, OrganisationId, Outcome, ProjectId, Quantity, Words};

/// Which way an indicator should move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Sign {
    /// Up.
    Increase,
    /// Down.
    Decrease,
}

/// What a project is expected to change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExpectedEffect {
    /// The project.
    pub project: ProjectId,
    /// The indicator.
    pub indicator: IndicatorId,
    /// What stands for the indicator near the project; nothing when the indicator itself should move.
    pub outcome: Option<Outcome>,
    /// Which way it should move.
    pub sign: Sign,
    /// The least change expected, in the unit of the outcome or else of the indicator, above 0.
    pub size_low: f64,
    /// The greatest change expected, in the same unit.
    pub size_high: f64,
    /// The areas in which it should be seen.
    pub areas: Vec<AreaId>,
    /// The day from which it should be seen.
    pub starts_on: Option<Date>,
    /// How many months it takes to be there in full.
    pub ramp_months: u16,
    /// How sure what is known about it is, 1 (a thought) to 5 (trials).
    pub evidence_grade: u8,
}

impl ExpectedEffect {
    /// What it should move.
    pub fn quantity(&self) -> Quantity<'_> {
        Quantity { indicator: Some(&self.indicator), outcome: self.outcome.as_ref() }
    }
}

/// A benefit that an owner answers for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Benefit {
    /// Its identifier.
    pub id: BenefitId,
    /// What it is called.
    pub name: Words,
    /// The project.
    pub project: ProjectId,
    /// Who answers for it.
    pub owner: Option<OrganisationId>,
    /// The indicator it is seen by.
    pub indicator: Option<IndicatorId>,
    /// The UN/CEFACT common code of its unit.
    pub unit: String,
    /// What was promised, by year.
    pub promised: BTreeMap<i16, f64>,
    /// What came, by year.
    pub realised: BTreeMap<i16, f64>,
    /// What one unit is worth, in euros; nothing when it has no price.
    pub unit_value: Option<f64>,
}
