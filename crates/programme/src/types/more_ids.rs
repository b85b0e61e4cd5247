//! Identifiers of what is told of a programme: papers, evaluations, lines of money.

use serde::{Deserialize, Serialize};

id! {
    /// Money of a project from one source in one year.
    BudgetLineId,
    /// A decision on a call.
    DecisionId,
    /// A paper.
    DocumentId,
    /// What is not public yet.
    DraftId,
    /// What a project is expected to change.
    EffectId,
    /// An evaluation.
    EvaluationId,
    /// An agreement that a programme rests on.
    MemorandumId,
}
