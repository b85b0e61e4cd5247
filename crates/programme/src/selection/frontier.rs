//! What more money would bring: the best selection for one budget after another.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    question::{Outcome, Proof, Question, SearchOptions, select_from},
    rows::Problem,
    rules::Budget,
};
use crate::{
    ProgrammeError,
    types::{Euros, ProjectId},
};

/// The most steps of a frontier.
const STEPS_MOST: u32 = 200;

/// The budgets that are tried: a ceiling for all money together, beside the rules of the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrontierRange {
    /// The least.
    pub from: Euros,
    /// The greatest.
    pub until: Euros,
    /// How many steps lie between both: there is one budget more than steps. 1 to 200.
    pub steps: u32,
}

/// The best selection for one budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrontierPoint {
    /// The budget.
    pub budget: Euros,
    /// The sum of scores; nothing when no selection was found.
    pub value: Option<f64>,
    /// What is chosen.
    pub chosen: BTreeSet<ProjectId>,
    /// What it costs.
    pub cost: Euros,
    /// How good it is known to be; nothing when no selection was found.
    pub proof: Option<Proof>,
    /// Whether it is certain that no selection keeps to all rules with this budget.
    pub infeasible: bool,
}

/// The best selection for each budget of a range, least first. Each search begins with what the budget before it gave, so that values never
/// fall.
///
/// # Errors
/// As [`select`](super::select), and when the range runs backwards or has no steps or too many.
pub fn frontier(
    question: &Question,
    range: FrontierRange,
    options: SearchOptions,
) -> Result<Vec<FrontierPoint>, ProgrammeError> {
    if range.until < range.from {
        return Err(ProgrammeError::number("the end of the frontier", range.until, "no less than its start"));
    }
    if range.steps == 0 || range.steps > STEPS_MOST {
        return Err(ProgrammeError::number("the steps of the frontier", range.steps, "from 1 to 200"));
    }
    let width = i128::from((range.until - range.from).0);
    let mut before: Option<Vec<bool>> = None;
    let mut points = Vec::new();
    for step in 0..=range.steps {
        let part = width * i128::from(step) / i128::from(range.steps);
        let budget = range.from + Euros(i64::try_from(part).unwrap_or(i64::MAX));
        let mut tighter = question.clone();
        tighter.rules.budgets.push(Budget { source: None, year: None, ceiling: budget });
        let problem = Problem::new(&tighter)?;
        let outcome = select_from(&tighter, &problem, options, before.as_deref());
        let infeasible = matches!(outcome, Outcome::Infeasible(_));
        let point = match outcome {
            Outcome::Chosen(selection) => {
                before = Some(problem.taken(&selection.chosen));
                FrontierPoint {
                    budget,
                    value: Some(selection.value),
                    chosen: selection.chosen,
                    cost: selection.cost,
                    proof: Some(selection.proof),
                    infeasible,
                }
            }
            _ => FrontierPoint {
                budget,
                value: None,
                chosen: BTreeSet::new(),
                cost: Euros::ZERO,
                proof: None,
                infeasible,
            },
        };
        points.push(point);
    }
    Ok(points)
}
