//! Why no selection keeps to all rules.

use serde::{Deserialize, Serialize};

use super::{
    question::SearchOptions,
    rows::Problem,
    rules::Rule,
    search::{Found, search},
};

/// Which rules stand in each other's way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// Rules of which any one may be dropped, and the others can then be kept.
    pub any_of: Vec<Rule>,
    /// When no single one is enough: rules that cannot be kept together, of which none can be spared from the contradiction (an irreducible
    /// infeasible set, by deletion: Chinneck 2008).
    pub together: Vec<Rule>,
    /// Rules of which the limit of nodes left open whether dropping them helps.
    pub undecided: Vec<Rule>,
}

/// Each rule is looked at with so many nodes at most: there may be hundreds.
const NODES_MOST: u32 = 1_000;

pub(super) fn explain(problem: &Problem, options: SearchOptions) -> Conflict {
    let options = SearchOptions { nodes_most: options.nodes_most.min(NODES_MOST), ..options };
    let mut conflict = Conflict::default();
    for (at, row) in problem.rows.iter().enumerate() {
        match search(&problem.without(at), options, None, true).0 {
            Found::Some { .. } => conflict.any_of.push(row.rule.clone()),
            Found::None => {}
            Found::Open => conflict.undecided.push(row.rule.clone()),
        }
    }
    if conflict.any_of.is_empty() {
        conflict.together = irreducible(problem, options);
    }
    conflict
}

/// Drops every rule without which the rest still contradict each other.
fn irreducible(problem: &Problem, options: SearchOptions) -> Vec<Rule> {
    let mut left = problem.clone();
    let mut at = 0;
    while at < left.rows.len() {
        let fewer = left.without(at);
        if search(&fewer, options, None, true).0 == Found::None {
            left = fewer;
        } else {
            at += 1;
        }
    }
    left.rows.into_iter().map(|row| row.rule).collect()
}
