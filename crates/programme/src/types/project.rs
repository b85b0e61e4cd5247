//! A project, and what people say of it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    AreaId, CallId, CatalystId, CriterionId, ObjectiveId, OrganisationId, PillarId, ProjectId, Span, Words,
};

/// How far a project has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ProjectState {
    /// Handed in.
    #[default]
    Proposed,
    /// Chosen, and not begun.
    Chosen,
    /// Under way.
    Running,
    /// Done.
    Finished,
    /// Given up after it had begun.
    Stopped,
    /// Not chosen.
    Rejected,
}

/// How sure it is that a project keeps what it promised. Ordered from the best to the worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Colour {
    /// On its way.
    #[default]
    Green,
    /// At risk.
    Amber,
    /// Will not keep it unless something changes.
    Red,
}

/// What a person says of a project, and stands for with a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// How sure.
    pub colour: Colour,
    /// Who says so.
    pub by: String,
    /// When.
    pub on: Date,
    /// Why.
    pub reason: Words,
}

/// A project of the programme.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Project {
    /// Its identifier.
    pub id: ProjectId,
    /// What it is called.
    pub name: Words,
    /// The pillar it belongs to.
    pub pillar: PillarId,
    /// The objectives it serves.
    pub objectives: Vec<ObjectiveId>,
    /// The call it applied to.
    pub call: Option<CallId>,
    /// Who answers for it.
    pub owner: Option<OrganisationId>,
    /// Who takes part.
    pub partners: Vec<OrganisationId>,
    /// How far it has come.
    pub state: ProjectState,
    /// From its start to its end.
    pub span: Span,
    /// The areas it acts in.
    pub areas: Vec<AreaId>,
    /// The kind of intervention: `schoolStreet`.
    pub kind: Option<String>,
    /// What it needs to be there.
    pub needs: Vec<CatalystId>,
    /// What it strengthens.
    pub strengthens: Vec<CatalystId>,
    /// Its value for each criterion of its call.
    pub scores: BTreeMap<CriterionId, f64>,
    /// What a person says of it.
    pub judgement: Option<Judgement>,
    /// The day on which its owner last said that what is written here is so.
    pub confirmed_on: Option<Date>,
}
