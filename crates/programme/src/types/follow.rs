//! What a project is followed by: days, money and risks.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Euros, MilestoneId, OrganisationId, ProjectId, RiskId, Words};

/// What must be passed before a project may go on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Gate {
    /// An ordinary milestone.
    #[default]
    None,
    /// The contract is awarded.
    Procurement,
    /// The data protection impact assessment is made.
    Dpia,
    /// Everybody can use it.
    Accessibility,
    /// It withstands attacks.
    Security,
}

/// A point that a project reaches: the end of the work that leads to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Milestone {
    /// Its identifier.
    pub id: MilestoneId,
    /// What it is called.
    pub name: Words,
    /// The project.
    pub project: ProjectId,
    /// What is passed with it.
    pub gate: Gate,
    /// The day that was first agreed.
    pub baseline_on: Option<Date>,
    /// The day that is planned now.
    pub planned_on: Option<Date>,
    /// The day on which it was reached.
    pub done_on: Option<Date>,
    /// How many days the work that leads to it takes, once what it depends on is there.
    pub duration_days: u32,
    /// What must be reached before that work begins.
    pub depends_on: Vec<MilestoneId>,
    /// How much it counts towards progress.
    pub weight: f64,
    /// Who answers for it; the owner of the project without one.
    pub owner: Option<OrganisationId>,
}

impl Milestone {
    /// One without dates, of weight 1.
    pub fn new(id: impl Into<MilestoneId>, project: impl Into<ProjectId>) -> Self {
        Self {
            id: id.into(),
            name: Words::default(),
            project: project.into(),
            gate: Gate::None,
            baseline_on: None,
            planned_on: None,
            done_on: None,
            duration_days: 0,
            depends_on: Vec::new(),
            weight: 1.0,
            owner: None,
        }
    }
}

/// Money of a project from one source in one year. Where an entity says no forecast, it is [`BudgetLine::unsaid_forecast`]; what
/// else it does not say is 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetLine {
    /// The project.
    pub project: ProjectId,
    /// Where the money comes from.
    pub source: String,
    /// The calendar year.
    pub year: i16,
    /// What was planned; 0 when it is not said.
    pub planned: Euros,
    /// What is bound by contracts; 0 when it is not said.
    pub committed: Euros,
    /// What has been paid; 0 when it is not said.
    pub spent: Euros,
    /// What is now thought to be needed.
    pub forecast: Euros,
}

impl BudgetLine {
    /// What is thought to be needed when nobody says: as planned, and never less than what is bound or paid already.
    pub fn unsaid_forecast(planned: Euros, committed: Euros, spent: Euros) -> Euros {
        planned.max(committed).max(spent)
    }
}

/// Where a risk stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RiskState {
    /// It may happen.
    #[default]
    Open,
    /// Something was done about it.
    Mitigated,
    /// It happened.
    Occurred,
    /// It can no longer happen.
    Closed,
}

/// What may go wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risk {
    /// Its identifier.
    pub id: RiskId,
    /// What it is called.
    pub name: Words,
    /// The project.
    pub project: ProjectId,
    /// How likely, 1 to 5.
    pub probability: u8,
    /// How bad, 1 to 5.
    pub severity: u8,
    /// Where it stands.
    pub state: RiskState,
    /// The day by which something is to be done about it.
    pub due_on: Option<Date>,
    /// Who answers for it; the owner of the project without one.
    pub owner: Option<OrganisationId>,
}

impl Risk {
    /// Probability by severity, 1 to 25; both are held to their scale.
    pub fn weight(&self) -> u8 {
        self.probability.clamp(1, 5) * self.severity.clamp(1, 5)
    }

    /// Whether it still weighs on the project.
    pub fn is_open(&self) -> bool {
        matches!(self.state, RiskState::Open | RiskState::Occurred)
    }
}
