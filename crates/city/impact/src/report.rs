//! What an evaluation gives: plain data that is written as JSON.

use serde::{Serialize, Serializer};

use crate::Wording;

/// The whole answer.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The method, by its name on the command line.
    pub method: &'static str,
    /// Who published it.
    pub source: &'static str,
    /// Why this method, when it was chosen and not asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Wording>,
    /// What was compared.
    pub comparison: Comparison,
    /// The mean effect on the treated, in units of the outcome.
    #[serde(serialize_with = "number")]
    pub estimate: f64,
    /// Its standard error; `null` where the method has none.
    #[serde(serialize_with = "number")]
    pub standard_error: f64,
    /// Its interval.
    #[serde(serialize_with = "numbers")]
    pub interval: [f64; 2],
    /// The chance with which the interval holds the effect.
    pub level: f64,
    /// The chance of such an effect or a larger one when there is none.
    #[serde(serialize_with = "number")]
    pub p_value: f64,
    /// The effect as a part of what would have been.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relative: Option<f64>,
    /// What donors count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unit_weights: Vec<WeightOf>,
    /// What times before the treatment count.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub time_weights: Vec<WeightOf>,
    /// The treated as observed, and as they would have been.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub course: Vec<CourseStep>,
    /// Effects by group, time, or time since treatment.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<GroupEffect>,
    /// For an experiment with regions: what each project did in its cell.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<CellOf>,
    /// Figures by which the method is judged, by their names.
    #[serde(serialize_with = "named")]
    pub diagnostics: Vec<(&'static str, f64)>,
    /// What could be wrong.
    pub warnings: Vec<Wording>,
    /// The verdict.
    pub verdict: Said,
}

/// What was compared.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Comparison {
    /// The treated units.
    pub treated: Vec<String>,
    /// How many units they were compared with.
    pub donors: usize,
    /// When treatment begins; several times where units begin at different ones.
    pub starts: Vec<String>,
    /// How many times come before the first treatment.
    pub before: usize,
    /// How many times there are from it on.
    pub after: usize,
    /// How many units were left out for lack of values.
    pub left_out: usize,
    /// Units that lie in a ring around treated ones, and were not compared with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub near: Vec<String>,
}

/// The verdict in words.
#[derive(Clone, Debug, Serialize)]
pub struct Said {
    /// `better`, `worse`, `not detectable` or `too small to matter`.
    pub answer: &'static str,
    /// From 1 to 5 (Maryland scale).
    pub grade: u8,
    /// The smallest effect that would have been detected with a chance of 80 %.
    #[serde(serialize_with = "number")]
    pub detectable: f64,
    /// In one sentence, in English.
    pub en: String,
    /// In French.
    pub fr: String,
    /// In Dutch.
    pub nl: String,
}

/// A weight and what has it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WeightOf {
    /// The unit or time.
    pub of: String,
    /// Its weight.
    pub weight: f64,
}

/// The treated at a time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CourseStep {
    /// The time.
    pub time: String,
    /// As observed.
    #[serde(serialize_with = "number")]
    pub observed: f64,
    /// As it would have been.
    #[serde(serialize_with = "number")]
    pub counterfactual: f64,
    /// The lower end of what would have been, where the method has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// The upper end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
}

/// The effect on a group, at a time, or so long after treatment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupEffect {
    /// What the effect is by: `group and time`, `since`, `group`, `time`, `pair`, `term`, `ring` and others.
    pub by: &'static str,
    /// The group, when it is by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The time, the time since treatment, or the name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The effect.
    #[serde(serialize_with = "number")]
    pub effect: f64,
    /// Its standard error.
    #[serde(serialize_with = "number")]
    pub standard_error: f64,
    /// Its weight in a decomposition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
}

/// What a project did in its cell of regions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CellOf {
    /// The cell.
    pub cell: String,
    /// Its regions.
    pub regions: Vec<String>,
    /// The mean effect, per region and time.
    #[serde(serialize_with = "number")]
    pub effect: f64,
    /// Its standard error.
    #[serde(serialize_with = "number")]
    pub standard_error: f64,
    /// Its interval.
    #[serde(serialize_with = "numbers")]
    pub interval: [f64; 2],
    /// The chance of such an effect when there is none.
    #[serde(serialize_with = "number")]
    pub p_value: f64,
    /// The same, raised so that it holds for all cells together (Holm 1979).
    #[serde(serialize_with = "number")]
    pub p_value_of_all: f64,
    /// The effect as a part of what would have been.
    #[serde(serialize_with = "number")]
    pub lift: f64,
    /// The whole effect, over all regions and times.
    #[serde(serialize_with = "number")]
    pub incremental: f64,
    /// Its interval.
    #[serde(serialize_with = "numbers")]
    pub incremental_interval: [f64; 2],
    /// The smallest mean effect that would have been detected with a chance of 80 %.
    #[serde(serialize_with = "number")]
    pub detectable: f64,
    /// Whether the interval of its whole effect lies above those of all other cells.
    pub best: bool,
}

/// A number, or nothing when it is none.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
pub(crate) fn number<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if value.is_finite() { serializer.serialize_some(value) } else { serializer.serialize_none() }
}

fn numbers<S: Serializer>(values: &[f64; 2], serializer: S) -> Result<S::Ok, S::Error> {
    values.map(|value| Some(value).filter(|value| value.is_finite())).serialize(serializer)
}

fn named<S: Serializer>(values: &[(&'static str, f64)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(values.iter().map(|(name, value)| (*name, *value)))
}
