//! What was measured of a project.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{AreaId, Direction, EvaluationId, IndicatorId, Outcome, ProjectId, Quantity, Words};

/// What an evaluation says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Answer {
    /// The project moved it for the better.
    Better,
    /// The project moved it for the worse.
    Worse,
    /// No effect can be told from chance. That is not «no effect».
    NotDetectable,
    /// There is no effect that would matter.
    TooSmallToMatter,
}

impl Answer {
    /// All, with the words by which evaluations are published.
    pub const WORDS: [(&'static str, Self); 4] = [
        ("better", Self::Better),
        ("worse", Self::Worse),
        ("not detectable", Self::NotDetectable),
        ("too small to matter", Self::TooSmallToMatter),
    ];
}

/// An effect as it was measured, in the unit of what was observed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// The estimate, above 0 when it rose.
    pub estimate: f64,
    /// Its standard error, where the method has one.
    pub standard_error: Option<f64>,
    /// The ends of its interval, where the method has one.
    pub interval: Option<(f64, f64)>,
    /// The chance with which the interval holds the effect, 0 to 1.
    pub level: f64,
    /// The smallest effect that would have been seen with a chance of 80 %.
    pub detectable: Option<f64>,
    /// What it says.
    pub answer: Answer,
    /// How sure it is, 1 to 5 (Maryland scale).
    pub grade: u8,
    /// The sentence that was published with it.
    pub verdict: Words,
    /// The day on which it was computed.
    pub on: Option<Date>,
}

/// The question whether a project changed anything, with its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Its identifier.
    pub id: EvaluationId,
    /// What it is called.
    pub name: Words,
    /// The project.
    pub project: Option<ProjectId>,
    /// The indicator that is asked about, or for which the outcome stands.
    pub indicator: Option<IndicatorId>,
    /// The outcome that is asked about; nothing when the indicator itself is.
    pub outcome: Option<Outcome>,
    /// The areas that the project touches; none when single entities are compared.
    pub areas: Vec<AreaId>,
    /// The first day of the project.
    pub starts_on: Option<Date>,
    /// Which way is better.
    pub better: Direction,
    /// The answer; nothing before it could be computed.
    pub measured: Option<Measurement>,
    /// Where it stands: `ran`, or why it cannot run.
    pub status: Option<String>,
}

impl Evaluation {
    /// What is asked about.
    pub fn quantity(&self) -> Quantity<'_> {
        Quantity { indicator: self.indicator.as_ref(), outcome: self.outcome.as_ref() }
    }

    /// The indicator, where it is asked about itself.
    pub fn own_indicator(&self) -> Option<&IndicatorId> {
        self.quantity().own_indicator()
    }
}
