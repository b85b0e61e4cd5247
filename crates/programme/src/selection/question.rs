//! What is asked, and what comes out.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    conflict::{self, Conflict},
    rows::{PARTS, Problem},
    rules::{Budget, Rules, Violation},
    search::{Found, search},
};
use crate::{
    ProgrammeError,
    types::{AreaId, Euros, PillarId, ProjectId},
};

/// What a project costs from one source in one year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Where the money would come from.
    pub source: String,
    /// The calendar year.
    pub year: i16,
    /// How much, 0 or more.
    pub amount: Euros,
}

/// A project that may be chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Its identifier.
    pub id: ProjectId,
    /// Its score, higher is better; counted in millionths.
    pub score: f64,
    /// What it costs.
    pub costs: Vec<Cost>,
    /// The pillar it belongs to.
    pub pillar: PillarId,
    /// The areas it acts in.
    pub areas: Vec<AreaId>,
    /// Its risk: the sum of probability by severity over its risks.
    pub risk: u32,
}

impl Candidate {
    /// What it costs in all.
    pub fn cost(&self) -> Euros {
        self.costs.iter().map(|cost| cost.amount).sum()
    }

    /// What it costs of one budget.
    pub fn cost_within(&self, budget: &Budget) -> Euros {
        let within = |cost: &&Cost| {
            budget.source.as_ref().is_none_or(|source| *source == cost.source)
                && budget.year.is_none_or(|year| year == cost.year)
        };
        self.costs.iter().filter(within).map(|cost| cost.amount).sum()
    }
}

/// Projects to choose from, and what a selection must keep to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// The projects, in any order.
    pub candidates: Vec<Candidate>,
    /// The rules.
    pub rules: Rules,
}

/// How far the search goes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SearchOptions {
    /// The most nodes of the tree that are looked at.
    pub nodes_most: u32,
    /// The search ends when nothing can be better by more than this part of what was found; 0 for the very best.
    pub gap: f64,
}

impl Default for SearchOptions {
    fn default() -> Self {
        Self { nodes_most: 10_000, gap: 0.0 }
    }
}

/// How good a selection is known to be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Proof {
    /// No selection that keeps to the rules has a greater sum of scores.
    Best,
    /// None has a sum greater than this bound.
    Within {
        /// The bound, in points.
        bound: f64,
        /// How far it lies above what was found, as a part of that.
        gap: f64,
    },
}

/// What a selection takes of a budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetUse {
    /// The budget.
    pub budget: Budget,
    /// What the selection takes of it.
    pub used: Euros,
}

/// Projects that are chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Selection {
    /// Their identifiers.
    pub chosen: BTreeSet<ProjectId>,
    /// The sum of their scores, each rounded to millionths.
    pub value: f64,
    /// What they cost in all.
    pub cost: Euros,
    /// What they take of each budget.
    pub budgets: Vec<BudgetUse>,
    /// How good the selection is known to be.
    pub proof: Proof,
    /// How many nodes of the tree were looked at.
    pub nodes: u32,
}

/// What comes of a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// A selection that keeps to all rules.
    Chosen(Selection),
    /// No selection keeps to all rules, and why.
    Infeasible(Conflict),
    /// The search ended at its limit of nodes without a selection, and without proof that there is none.
    Open {
        /// How many nodes were looked at.
        nodes: u32,
    },
}

impl Outcome {
    /// The selection, when there is one.
    pub fn selection(&self) -> Option<&Selection> {
        if let Self::Chosen(selection) = self { Some(selection) } else { None }
    }
}

/// The selection with the greatest sum of scores that keeps to all rules. Of two projects with the same score that could stand for one
/// another, the one whose identifier comes first is taken.
///
/// # Errors
/// When a project stands twice or is unknown, a score is not finite, a cost is negative, or sums leave what whole numbers can hold.
pub fn select(question: &Question, options: SearchOptions) -> Result<Outcome, ProgrammeError> {
    let problem = Problem::new(question)?;
    Ok(match select_from(question, &problem, options, None) {
        Outcome::Infeasible(_) => Outcome::Infeasible(conflict::explain(&problem, options)),
        outcome => outcome,
    })
}

/// The same from a selection that may be known; without saying why there is none.
pub(super) fn select_from(
    question: &Question,
    problem: &Problem,
    options: SearchOptions,
    start: Option<&[bool]>,
) -> Outcome {
    let (found, nodes) = search(problem, options, start, false);
    match found {
        Found::Some { taken, bound } => Outcome::Chosen(report(question, problem, &taken, bound, nodes)),
        Found::None => Outcome::Infeasible(Conflict::default()),
        Found::Open => Outcome::Open { nodes },
    }
}

fn report(question: &Question, problem: &Problem, taken: &[bool], bound: i64, nodes: u32) -> Selection {
    let chosen: BTreeSet<ProjectId> =
        problem.ids.iter().zip(taken).filter(|(_, taken)| **taken).map(|(id, _)| id.clone()).collect();
    let used = |budget: &Budget| BudgetUse {
        budget: budget.clone(),
        used: question
            .candidates
            .iter()
            .filter(|candidate| chosen.contains(&candidate.id))
            .map(|candidate| candidate.cost_within(budget))
            .sum(),
    };
    let value = problem.value(taken);
    let proof = if bound <= value {
        Proof::Best
    } else {
        let gap = (bound - value) as f64 / value.abs().max(1) as f64;
        Proof::Within { bound: bound as f64 / PARTS, gap }
    };
    let cost: i64 = problem.costs.iter().zip(taken).filter(|(_, taken)| **taken).map(|(cost, _)| cost).sum();
    Selection {
        budgets: question.rules.budgets.iter().map(used).collect(),
        value: value as f64 / PARTS,
        cost: Euros(cost),
        chosen,
        proof,
        nodes,
    }
}

impl Question {
    /// The rules that a selection breaks, in whole numbers; none when it keeps to all.
    ///
    /// # Errors
    /// As [`select`], and when the selection names a project that is not there.
    pub fn violations(&self, chosen: &BTreeSet<ProjectId>) -> Result<Vec<Violation>, ProgrammeError> {
        let problem = Problem::new(self)?;
        if let Some(id) = chosen.iter().find(|id| problem.ids.binary_search(id).is_err()) {
            return Err(ProgrammeError::unknown("the selection", id));
        }
        Ok(problem.violations(&problem.taken(chosen)))
    }
}
