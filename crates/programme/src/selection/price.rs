//! What one more euro of a budget would bring.

use serde::{Deserialize, Serialize};

use super::{
    question::{Outcome, Question, SearchOptions, select_from},
    relaxation::{Relaxation, Relaxed},
    rows::{PARTS, Problem},
    rules::{Budget, Rule},
};
use crate::{ProgrammeError, types::Euros};

/// What more of a budget would bring, told in two ways that answer two questions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShadowPrice {
    /// The budget.
    pub budget: Budget,
    /// Points a euro by the dual of the linear relaxation: what a euro more would bring if projects could be taken in parts. Nothing when
    /// the relaxation has no solution.
    pub by_relaxation: Option<f64>,
    /// By how much the ceiling was raised for the difference.
    pub raised_by: Euros,
    /// Points a euro by finite difference: what the raise brought with whole projects, divided by it. Nothing when one of both questions
    /// has no selection, or the best of either is not proved and the difference could be an accident of the search.
    pub by_difference: Option<f64>,
}

/// The shadow price of each budget, in their order. `raise` is by how much each ceiling is raised for the finite difference.
///
/// # Errors
/// As [`select`](super::select), and when the raise is not above 0.
pub fn shadow_prices(
    question: &Question,
    raise: Euros,
    options: SearchOptions,
) -> Result<Vec<ShadowPrice>, ProgrammeError> {
    if raise <= Euros::ZERO {
        return Err(ProgrammeError::number("the raise of a budget", raise, "above 0"));
    }
    let problem = Problem::new(question)?;
    let mut relaxation = Relaxation::new(&problem);
    let solved = match relaxation.solve(&vec![None; problem.ids.len()]) {
        Relaxed::Bounded { values: Some(_), .. } => Some(relaxation.prices()),
        _ => None,
    };
    let before = select_from(question, &problem, options, None);
    let start = before.selection().map(|selection| problem.taken(&selection.chosen));
    let mut prices = Vec::new();
    for (at, budget) in question.rules.budgets.iter().enumerate() {
        let mut raised = question.clone();
        if let Some(budget) = raised.rules.budgets.get_mut(at) {
            budget.ceiling += raise;
        }
        let after = select_from(&raised, &Problem::new(&raised)?, options, start.as_deref());
        let row = problem.rows.iter().position(|row| row.rule == Rule::Budget(budget.clone()));
        let of_row = |prices: &Vec<f64>| row.and_then(|row| prices.get(row).copied());
        prices.push(ShadowPrice {
            budget: budget.clone(),
            by_relaxation: solved.as_ref().and_then(of_row).map(|price| price / PARTS),
            raised_by: raise,
            by_difference: difference(&before, &after).map(|gain| gain / raise.as_f64()),
        });
    }
    Ok(prices)
}

fn difference(before: &Outcome, after: &Outcome) -> Option<f64> {
    let proved = |outcome: &Outcome| {
        outcome
            .selection()
            .filter(|selection| selection.proof == super::Proof::Best)
            .map(|selection| selection.value)
    };
    Some(proved(after)? - proved(before)?)
}
