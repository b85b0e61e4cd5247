//! Calls for projects, and what projects are told apart by.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{CallId, CatalystId, CriterionId, Euros, PillarId, Words};

/// Which way is better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// A higher value is better.
    #[default]
    Higher,
    /// A lower value is better.
    Lower,
}

/// What a call judges projects by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallCriterion {
    /// Its identifier.
    pub id: CriterionId,
    /// What it is called.
    pub name: Words,
    /// Which way is better.
    pub direction: Direction,
    /// How much it counts, as the call announced it.
    pub weight: f64,
}

/// A call for projects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallForProjects {
    /// Its identifier.
    pub id: CallId,
    /// What it is called.
    pub name: Words,
    /// The first day on which projects are taken.
    pub opens_on: Date,
    /// The last day.
    pub closes_on: Date,
    /// The money there is.
    pub budget: Euros,
    /// The pillars it is for.
    pub pillars: Vec<PillarId>,
    /// What it judges projects by.
    pub criteria: Vec<CallCriterion>,
}

/// What kind of thing projects need or strengthen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CatalystKind {
    /// Data.
    Data,
    /// Technology.
    Technology,
    /// Rules and ways to decide.
    Governance,
    /// Working together.
    Cooperation,
    /// What people know and can do.
    HumanCapital,
}

/// Something that projects need or strengthen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalyst {
    /// Its identifier.
    pub id: CatalystId,
    /// What it is called.
    pub name: Words,
    /// What kind of thing it is.
    pub kind: CatalystKind,
}

/// A kind of intervention, by which projects are learnt from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intervention {
    /// Its code: `schoolStreet`.
    pub code: String,
    /// What it is called.
    pub name: Words,
}
