//! What people ask of a programme and do to it: plain data that a page hands to whoever can answer.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    decision::{DecisionSettings, Voice},
    types::{AreaId, CallId, DecisionId, Draft, DraftId, IndicatorId, ProjectId, Words},
};

/// Asks what a project could show before it begins.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Foresee {
    /// The indicator that it should move.
    pub indicator: IndicatorId,
    /// Where it would act; none for the whole city, which leaves nobody to compare with.
    pub areas: Vec<AreaId>,
    /// How many months after its start it would be looked at, 1 to 120.
    pub months: u16,
}

/// The smallest effect that would be seen of a project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Foreseen {
    /// In the unit of the indicator and without sign; nothing when no effect would be seen.
    pub smallest: Option<f64>,
    /// The same as a part of what the indicator is now.
    pub relative: Option<f64>,
    /// The method, by its name.
    pub method: String,
    /// How long each step of the series is: `day`, `month`, `year`.
    pub frequency: String,
    /// How many steps of the past were used.
    pub steps: usize,
    /// How many steps the project would be looked at.
    pub duration: usize,
    /// How many other areas it would be compared with.
    pub donors: usize,
    /// The chance with which such an effect would be seen.
    pub power: f64,
    /// The chance with which an interval would hold the effect.
    pub level: f64,
    /// The answer in one sentence.
    pub sentence: Words,
    /// What could be wrong, a sentence each.
    pub warnings: Vec<Words>,
}

/// What becomes of a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Settlement {
    /// Somebody is to look at it.
    Review,
    /// It is written on its entity.
    Publish,
    /// It is not written.
    Refuse,
}

/// Somebody says what becomes of a draft, and of all that belongs to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SettlementOrder {
    /// One of the drafts that belong together.
    pub draft: DraftId,
    /// The same draft as it is to be, when it is changed in the same breath.
    pub edited: Option<Draft>,
    /// What becomes of them.
    pub settlement: Settlement,
    /// Who says so.
    pub by: String,
    /// What they write about it.
    pub note: String,
}

/// A decision to be made on a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChoiceOrder {
    /// The call.
    pub call: CallId,
    /// Its identifier; made of the call and the day when there is none.
    pub id: Option<DecisionId>,
    /// What it is called.
    pub name: Words,
    /// Who decides.
    pub decided_by: Vec<String>,
    /// The day.
    pub decided_on: Option<Date>,
    /// What was said.
    pub minutes: Words,
    /// What people hold to be important; the weights that the call announced when there is none.
    pub opinions: Vec<Voice>,
    /// The projects that take part; all that applied to the call when there is none.
    pub projects: Vec<ProjectId>,
    /// How it is made.
    pub settings: DecisionSettings,
}
