//! A decision on a call for projects, and how it is made.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::canonical::{digest, steady};
use crate::{
    ProgrammeError,
    scoring::{
        CompareOptions, Comparison, Criterion, GroupWeights, Matrix, Method, Opinion, WeightSamples, compare,
        group_weights, sampled_scores, scores,
    },
    selection::{
        Candidate, Cost, Outcome, Question, Rules, SearchOptions, Stability, StabilityOptions, select,
        stability,
    },
    types::{AreaId, BudgetLine, CriterionId, PillarId, Project, ProjectId, Risk},
};

/// A project that applied, as it was when the decision was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Applicant {
    /// The project.
    pub id: ProjectId,
    /// Its value for each criterion, in the unit of the criterion.
    pub values: BTreeMap<CriterionId, f64>,
    /// What it would cost.
    pub costs: Vec<Cost>,
    /// The pillar it belongs to.
    pub pillar: PillarId,
    /// The areas it would act in.
    pub areas: Vec<AreaId>,
    /// The sum of probability by severity over its risks.
    pub risk: u32,
}

impl Applicant {
    /// From a project with its money as planned and its risks; those of other projects are left aside.
    pub fn of(project: &Project, money: &[BudgetLine], risks: &[Risk]) -> Self {
        let cost =
            |line: &BudgetLine| Cost { source: line.source.clone(), year: line.year, amount: line.planned };
        let own = |risk: &&Risk| risk.project == project.id && risk.is_open();
        Self {
            id: project.id.clone(),
            values: project.scores.clone(),
            costs: money.iter().filter(|line| line.project == project.id).map(cost).collect(),
            pillar: project.pillar.clone(),
            areas: project.areas.clone(),
            risk: risks.iter().filter(own).map(|risk| u32::from(risk.weight())).sum(),
        }
    }
}

/// Everything that the decision read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecisionInputs {
    /// The projects.
    pub applicants: Vec<Applicant>,
    /// What they are judged by.
    pub criteria: Vec<Criterion>,
    /// What people hold to be important.
    pub opinions: Vec<Opinion>,
    /// Whether people are told by role; a decision that does not say so may name persons.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_role: bool,
    /// The number of the change at which each entity was read, by its identifier.
    pub versions: BTreeMap<String, u64>,
}

/// How scores become a selection.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct WayOfChoice {
    /// The method whose scores are summed.
    pub method: Method,
    /// Settings of methods.
    pub options: CompareOptions,
    /// How far the search goes.
    pub search: SearchOptions,
    /// What is held possible of the weights.
    pub samples_of: WeightSamples,
    /// How many samples of weights are drawn; 0 for none.
    pub samples: u32,
    /// The seed of the samples.
    pub seed: u64,
    /// From where on a project is core or out.
    pub stability: StabilityOptions,
}

impl Default for WayOfChoice {
    fn default() -> Self {
        Self {
            method: Method::WeightedSum,
            options: CompareOptions::default(),
            search: SearchOptions::default(),
            samples_of: WeightSamples::Mixtures,
            samples: 200,
            seed: 1,
            stability: StabilityOptions::default(),
        }
    }
}

/// How the decision was made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DecisionSettings {
    /// What the selection must keep to.
    pub rules: Rules,
    /// How scores become a selection.
    pub way: WayOfChoice,
}

/// A project and its score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoredProject {
    /// The project.
    pub project: ProjectId,
    /// Its score, higher is better.
    pub score: f64,
}

/// What came out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecisionOutcome {
    /// The weights of the group and of each person.
    pub weights: GroupWeights,
    /// The score of each project, in the order of the inputs.
    pub scores: Vec<ScoredProject>,
    /// What all methods make of the projects; nothing for a single one.
    pub comparison: Option<Comparison>,
    /// What is chosen, or why nothing can be.
    pub selection: Outcome,
    /// Which projects are chosen whatever the weights; nothing without samples.
    pub stability: Option<Stability>,
}

/// A decision with its digest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// What it read.
    pub inputs: DecisionInputs,
    /// How it was made.
    pub settings: DecisionSettings,
    /// What came out.
    pub outcome: DecisionOutcome,
    /// SHA-256 of inputs, settings and outcome in canonical JSON, in hexadecimal.
    pub digest: String,
}

/// What is digested.
#[derive(Serialize)]
struct Digested<'a> {
    inputs: &'a DecisionInputs,
    settings: &'a DecisionSettings,
    outcome: &'a DecisionOutcome,
}

impl Decision {
    /// The digest of what is written now.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn digest_now(&self) -> Result<String, ProgrammeError> {
        digest_of(&self.inputs, &self.settings, &self.outcome)
    }
}

fn digest_of(
    inputs: &DecisionInputs,
    settings: &DecisionSettings,
    outcome: &DecisionOutcome,
) -> Result<String, ProgrammeError> {
    digest("the decision", &Digested { inputs, settings, outcome })
}

/// Makes a decision; numbers are held to 15 significant digits. The same inputs and settings always give the same outcome and digest with the same version of this program.
///
/// # Errors
/// When inputs are not whole or settings are out of bounds; that no selection keeps to all rules is an outcome and no error.
pub fn decide(inputs: DecisionInputs, settings: DecisionSettings) -> Result<Decision, ProgrammeError> {
    let inputs = steady("the inputs of the decision", &inputs)?;
    let settings = steady("the settings of the decision", &settings)?;
    let outcome = outcome(&inputs, &settings)?;
    let digest = digest_of(&inputs, &settings, &outcome)?;
    Ok(Decision { inputs, settings, outcome, digest })
}

pub(super) fn outcome(
    inputs: &DecisionInputs,
    settings: &DecisionSettings,
) -> Result<DecisionOutcome, ProgrammeError> {
    check_versions(inputs)?;
    let way = settings.way;
    let rows = inputs.applicants.iter().map(|applicant| (&applicant.id, &applicant.values));
    let matrix = Matrix::from_scores(inputs.criteria.clone(), rows)?;
    let criteria: Vec<CriterionId> = inputs.criteria.iter().map(|criterion| criterion.id.clone()).collect();
    let weights = group_weights(&criteria, &inputs.opinions)?;
    let scores = scores(&matrix, &weights.mean, way.method, way.options)?;
    let comparison = comparison(&matrix, &weights.mean, way.options)?;
    let candidate = |(applicant, score): (&Applicant, &f64)| Candidate {
        id: applicant.id.clone(),
        score: *score,
        costs: applicant.costs.clone(),
        pillar: applicant.pillar.clone(),
        areas: applicant.areas.clone(),
        risk: applicant.risk,
    };
    let candidates = inputs.applicants.iter().zip(&scores).map(candidate).collect();
    let question = Question { candidates, rules: settings.rules.clone() };
    let selection = select(&question, way.search)?;
    let stability = if way.samples > 0 && selection.selection().is_some() {
        let samples = sampled_scores(&matrix, &weights, way.samples_of, way.samples, way.seed)?;
        Some(stability(&question, &samples, way.stability)?)
    } else {
        None
    };
    let scored = |(project, score): (ProjectId, f64)| ScoredProject { project, score };
    let scores = matrix.projects.into_iter().zip(scores).map(scored).collect();
    let outcome = DecisionOutcome { weights, scores, comparison, selection, stability };
    steady("the outcome of the decision", &outcome)
}

/// Methods in pairs need two projects, and a nearness to an ideal needs two that differ.
fn comparison(
    matrix: &Matrix,
    weights: &[f64],
    options: CompareOptions,
) -> Result<Option<Comparison>, ProgrammeError> {
    let differ = matrix.values.iter().any(|row| Some(row) != matrix.values.first());
    if differ { compare(matrix, weights, options).map(Some) } else { Ok(None) }
}

/// Who reads the decision later must be able to find what was read.
fn check_versions(inputs: &DecisionInputs) -> Result<(), ProgrammeError> {
    let known: BTreeSet<&str> = inputs.versions.keys().map(String::as_str).collect();
    match inputs.applicants.iter().find(|applicant| !known.contains(applicant.id.as_str())) {
        Some(applicant) => Err(ProgrammeError::Missing {
            what: "the numbers of changes".to_owned(),
            id: applicant.id.to_string(),
        }),
        None => Ok(()),
    }
}
