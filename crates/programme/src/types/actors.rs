//! Who carries the programme, and what for.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{AreaId, IndicatorId, ObjectiveId, OrganisationId, PillarId, Words};

/// The part of society that an organisation belongs to: the quadruple helix (Carayannis and Campbell 2009).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HelixRole {
    /// Administration and public bodies.
    PublicService,
    /// Companies.
    Business,
    /// Universities and research.
    University,
    /// Citizens and their associations.
    Citizens,
}

/// An organisation that takes part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    /// Its identifier.
    pub id: OrganisationId,
    /// What it is called.
    pub name: Words,
    /// The part of society it belongs to.
    pub role: HelixRole,
    /// The organisation above it, to which lateness goes up.
    pub parent: Option<OrganisationId>,
}

/// A pillar of the programme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pillar {
    /// Its identifier.
    pub id: PillarId,
    /// What it is called.
    pub name: Words,
    /// Its place among the pillars.
    pub order: u16,
}

/// What the programme wants to reach: an indicator within a band by a day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Objective {
    /// Its identifier.
    pub id: ObjectiveId,
    /// What it is called.
    pub name: Words,
    /// The pillar it belongs to.
    pub pillar: PillarId,
    /// The indicator that tells whether it is reached.
    pub indicator: IndicatorId,
    /// The area it is for; the whole city without one.
    pub area: Option<AreaId>,
    /// Where the indicator started, and on which day.
    pub baseline: Option<(f64, Date)>,
    /// The lower end of the band; none is open.
    pub target_low: Option<f64>,
    /// The upper end of the band; none is open.
    pub target_high: Option<f64>,
    /// The day by which it should be reached.
    pub target_on: Date,
    /// Who answers for it.
    pub owner: Option<OrganisationId>,
}
