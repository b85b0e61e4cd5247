//! What a programme is made of. Identifiers are those of the entities; money is in whole euros; dates are civil days.

mod actors;
mod calls;
mod draft;
mod effects;
mod evaluation;
mod follow;
#[macro_use]
mod ids;
mod indicator;
mod money;
mod more_ids;
mod outcome;
mod papers;
mod project;
mod span;
mod words;

pub use actors::{HelixRole, Objective, Organisation, Pillar};
pub use calls::{CallCriterion, CallForProjects, Catalyst, CatalystKind, Direction, Intervention};
pub use draft::{Draft, DraftSet, DraftState};
pub use effects::{Benefit, ExpectedEffect, Sign};
pub use evaluation::{Answer, Evaluation, Measurement};
pub use follow::{BudgetLine, Gate, Milestone, Risk, RiskState};
pub use ids::{
    AreaId, BenefitId, CallId, CatalystId, CriterionId, IndicatorId, MilestoneId, ObjectiveId,
    OrganisationId, PillarId, ProjectId, RiskId,
};
pub use indicator::{Indicator, Level};
pub use money::{BasisPoints, Euros};
pub use more_ids::{BudgetLineId, DecisionId, DocumentId, DraftId, EffectId, EvaluationId, MemorandumId};
pub use outcome::{Meeting, Outcome, Quantity, meeting};
pub use papers::{DecisionRecord, Document, Memorandum};
pub use project::{Colour, Judgement, Project, ProjectState};
pub use span::Span;
pub(crate) use span::{days_after, days_between};
pub use words::Words;
