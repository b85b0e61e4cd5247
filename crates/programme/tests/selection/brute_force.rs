//! Beside every subset there is: the rules as people read them, not as rows.

use std::collections::BTreeSet;

use proptest::prelude::*;
use senne_programme::{
    Euros, ProjectId,
    selection::{AreaMinimum, Candidate, Outcome, PillarMinimum, Proof, Question, SearchOptions, select},
};

use crate::support::question;

fn parts(score: f64) -> i64 {
    (score * 1e6).round() as i64
}

/// Whether a subset keeps to the rules, in whole numbers.
fn keeps(question: &Question, chosen: &[&Candidate]) -> bool {
    let rules = &question.rules;
    let ids: BTreeSet<&ProjectId> = chosen.iter().map(|candidate| &candidate.id).collect();
    let cost: i64 = chosen.iter().map(|candidate| candidate.cost().0).sum();
    let value: i64 = chosen.iter().map(|candidate| parts(candidate.score)).sum();
    let budgets = rules.budgets.iter().all(|budget| {
        chosen.iter().map(|candidate| candidate.cost_within(budget)).sum::<Euros>() <= budget.ceiling
    });
    let needs = rules.needs.iter().all(|needs| !ids.contains(&needs.project) || ids.contains(&needs.needed));
    let exclusions = rules
        .exclusions
        .iter()
        .all(|set| set.projects.iter().filter(|id| ids.contains(id)).count() <= set.at_most as usize);
    let forced = rules.forced_in.iter().all(|id| ids.contains(id))
        && !rules.forced_out.iter().any(|id| ids.contains(id));
    let pillars = rules.pillars.iter().all(|floor| {
        let own: Vec<_> = chosen.iter().filter(|candidate| candidate.pillar == floor.pillar).collect();
        match floor.minimum {
            PillarMinimum::Count(count) => own.len() >= count as usize,
            PillarMinimum::MoneyShare(part) => {
                let own: i64 = own.iter().map(|candidate| candidate.cost().0).sum();
                10_000 * own >= i64::from(part.0) * cost
            }
        }
    });
    let areas = rules.areas.iter().all(|floor| {
        let within = |candidate: &Candidate| {
            let own: BTreeSet<_> = candidate.areas.iter().collect();
            let within = own.iter().filter(|area| floor.areas.contains(**area)).count() as i64;
            (within, own.len() as i64)
        };
        match floor.minimum {
            AreaMinimum::Count(count) => {
                chosen.iter().filter(|candidate| within(candidate).0 > 0).count() >= count as usize
            }
            AreaMinimum::ValueShare(part) => {
                let own: i64 = chosen
                    .iter()
                    .map(|candidate| match within(candidate) {
                        (_, 0) => 0,
                        (within, all) => parts(candidate.score) * within / all,
                    })
                    .sum();
                10_000 * own >= i64::from(part.0) * value
            }
        }
    });
    let risk: u64 = chosen.iter().map(|candidate| u64::from(candidate.risk)).sum();
    budgets
        && needs
        && exclusions
        && forced
        && pillars
        && areas
        && rules.risk_most.is_none_or(|most| risk <= most)
}

fn best(question: &Question) -> Option<i64> {
    let count = question.candidates.len();
    (0_u32..1 << count)
        .filter_map(|bits| {
            let chosen: Vec<&Candidate> =
                (0..count).filter(|at| bits >> at & 1 == 1).map(|at| &question.candidates[at]).collect();
            keeps(question, &chosen).then(|| chosen.iter().map(|candidate| parts(candidate.score)).sum())
        })
        .max()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn the_best_is_the_best_of_all_subsets(question in question()) {
        match (select(&question, SearchOptions::default()).unwrap(), best(&question)) {
            (Outcome::Chosen(selection), Some(best)) => {
                prop_assert_eq!(parts(selection.value), best);
                prop_assert_eq!(selection.proof, Proof::Best);
                let chosen: Vec<&Candidate> = question
                    .candidates
                    .iter()
                    .filter(|candidate| selection.chosen.contains(&candidate.id))
                    .collect();
                prop_assert!(keeps(&question, &chosen));
                prop_assert!(question.violations(&selection.chosen).unwrap().is_empty());
                for used in &selection.budgets {
                    prop_assert!(used.used <= used.budget.ceiling);
                }
            }
            (Outcome::Infeasible(_), None) => {}
            (found, wanted) => prop_assert!(false, "{:?} beside {:?}", found, wanted),
        }
    }

    #[test]
    fn the_order_of_projects_does_not_matter(question in question()) {
        let mut turned = question.clone();
        turned.candidates.reverse();
        let options = SearchOptions::default();
        prop_assert_eq!(select(&question, options).unwrap(), select(&turned, options).unwrap());
    }

    #[test]
    fn no_rule_is_broken_however_early_the_search_ends(question in question(), nodes_most in 1_u32..6) {
        let outcome = select(&question, SearchOptions { nodes_most, gap: 0.0 }).unwrap();
        if let Some(selection) = outcome.selection() {
            prop_assert!(question.violations(&selection.chosen).unwrap().is_empty());
            let best = best(&question).unwrap();
            prop_assert!(parts(selection.value) <= best);
            if let Proof::Within { bound, .. } = selection.proof {
                prop_assert!(best <= parts(bound));
            }
        }
    }
}
