//! Beside a solver that is not ours: microlp through good_lp, on the rules that both can be told in a few lines.

use good_lp::{Expression, ProblemVariables, Solution, SolverModel, Variable, constraint, microlp, variable};
use senne_programme::{
    ProjectId,
    selection::{Proof, Question, SearchOptions, select},
};

use crate::large::large;

fn by_microlp(question: &Question) -> Option<f64> {
    let mut problem = ProblemVariables::new();
    let taken: Vec<Variable> = question.candidates.iter().map(|_| problem.add(variable().binary())).collect();
    let sum = |coefficient: &dyn Fn(usize) -> f64| -> Expression {
        taken.iter().enumerate().map(|(at, one)| coefficient(at) * *one).sum()
    };
    let score = |at: usize| (question.candidates[at].score * 1e6).round() / 1e6;
    let mut model = problem.maximise(sum(&score)).using(microlp);
    for budget in &question.rules.budgets {
        let cost = |at: usize| question.candidates[at].cost_within(budget).as_f64() / 1e6;
        model.add_constraint(constraint!(sum(&cost) <= budget.ceiling.as_f64() / 1e6));
    }
    let place = |id: &ProjectId| question.candidates.iter().position(|candidate| candidate.id == *id);
    for needs in &question.rules.needs {
        model.add_constraint(constraint!(taken[place(&needs.project)?] <= taken[place(&needs.needed)?]));
    }
    for exclusion in &question.rules.exclusions {
        let among = |at: usize| f64::from(u8::from(exclusion.projects.contains(&question.candidates[at].id)));
        model.add_constraint(constraint!(sum(&among) <= f64::from(exclusion.at_most)));
    }
    let solution = model.solve().ok()?;
    Some((0..taken.len()).map(|at| score(at) * solution.value(taken[at]).round()).sum())
}

#[test]
fn another_solver_finds_the_same_worth() {
    for seed in 1..=8 {
        let mut question = large(22, seed);
        question.rules.pillars.clear();
        question.rules.areas.clear();
        question.rules.forced_in.clear();
        question.rules.forced_out.clear();
        question.rules.risk_most = None;
        let outcome = select(&question, SearchOptions::default()).unwrap();
        let selection = outcome.selection().unwrap();
        assert_eq!(selection.proof, Proof::Best);
        let other = by_microlp(&question).unwrap();
        assert!((selection.value - other).abs() < 1e-6, "seed {seed}: {} beside {other}", selection.value);
    }
}
