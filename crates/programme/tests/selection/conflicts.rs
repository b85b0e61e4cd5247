//! What is said when no selection keeps to all rules.

use proptest::prelude::*;
use senne_programme::{
    Euros,
    selection::{Budget, Candidate, Cost, Needs, Outcome, Question, Rule, Rules, SearchOptions, select},
};

use crate::{large::id, support::question};

fn candidate(at: usize, euros: i64) -> Candidate {
    Candidate {
        id: id(at),
        score: 1.0,
        costs: vec![Cost { source: "city".into(), year: 2026, amount: Euros(euros) }],
        pillar: "mobility".into(),
        areas: Vec::new(),
        risk: 0,
    }
}

#[test]
fn rules_that_help_when_dropped_are_named() {
    let needs = Needs { project: id(0), needed: id(1) };
    let budget = Budget { source: None, year: None, ceiling: Euros(15) };
    let rules = Rules {
        budgets: vec![budget.clone()],
        needs: vec![needs.clone()],
        forced_in: [id(0)].into(),
        ..Rules::default()
    };
    let question = Question { candidates: vec![candidate(0, 10), candidate(1, 10), candidate(2, 1)], rules };
    let Outcome::Infeasible(conflict) = select(&question, SearchOptions::default()).unwrap() else {
        panic!("there is none")
    };
    assert_eq!(conflict.any_of, [Rule::Budget(budget), Rule::Needs(needs), Rule::ForcedIn(id(0))]);
    assert!(conflict.together.is_empty() && conflict.undecided.is_empty());
}

#[test]
fn two_contradictions_have_no_single_way_out() {
    let rules =
        Rules { forced_in: [id(0), id(1)].into(), forced_out: [id(0), id(1)].into(), ..Rules::default() };
    let question = Question { candidates: vec![candidate(0, 10), candidate(1, 10)], rules };
    let Outcome::Infeasible(conflict) = select(&question, SearchOptions::default()).unwrap() else {
        panic!("there is none")
    };
    assert!(conflict.any_of.is_empty());
    assert_eq!(conflict.together, [Rule::ForcedIn(id(1)), Rule::ForcedOut(id(1))]);
}

fn without(rules: &Rules, rule: &Rule) -> Rules {
    let mut rules = rules.clone();
    match rule {
        Rule::Budget(budget) => drop_first(&mut rules.budgets, budget),
        Rule::Needs(needs) => drop_first(&mut rules.needs, needs),
        Rule::Exclusion(exclusion) => drop_first(&mut rules.exclusions, exclusion),
        Rule::ForcedIn(id) => drop(rules.forced_in.remove(id)),
        Rule::ForcedOut(id) => drop(rules.forced_out.remove(id)),
        Rule::Pillar(floor) => drop_first(&mut rules.pillars, floor),
        Rule::Area(floor) => drop_first(&mut rules.areas, floor),
        Rule::Risk(_) => rules.risk_most = None,
    }
    rules
}

fn drop_first<T: PartialEq>(list: &mut Vec<T>, one: &T) {
    if let Some(at) = list.iter().position(|other| other == one) {
        list.remove(at);
    }
}

proptest! {
    #[test]
    fn without_a_rule_that_is_named_there_is_a_selection(question in question()) {
        let options = SearchOptions::default();
        if let Outcome::Infeasible(conflict) = select(&question, options).unwrap() {
            prop_assert!(!conflict.any_of.is_empty() || !conflict.together.is_empty());
            for rule in &conflict.any_of {
                let looser = Question { rules: without(&question.rules, rule), ..question.clone() };
                prop_assert!(select(&looser, options).unwrap().selection().is_some());
            }
        }
    }
}
