//! The choice itself, what more money would bring, and what a euro more is worth. It takes a while and so runs beside the pages.

use senne_model::Problem;
use senne_programme::{
    Euros, ProgrammeError,
    decision::{Decision, DecisionInputs, DecisionSettings, decide},
    selection::{
        Budget, FrontierPoint, FrontierRange, Question, SearchOptions, ShadowPrice, frontier, shadow_prices,
    },
};

use crate::pages::programme::decision::outcome::question;

/// Budgets from half to one and a half of the one that is asked for, in so many steps; the one in the middle is that itself.
pub(super) const STEPS: u32 = 10;
/// The frontier is a sketch: each point may be short of the best by this part.
const SKETCH: SearchOptions = SearchOptions { nodes_most: 300, gap: 0.005 };
/// A difference counts only between selections that are proved to be the best.
const PROVED: SearchOptions = SearchOptions { nodes_most: 2_000, gap: 0.0 };
/// By this part of the budget the ceiling is raised to see what a euro more is worth.
const RAISE: i64 = 20;

/// What came out.
pub(super) struct Computed {
    pub(super) decision: Decision,
    /// Empty where there is no money to vary.
    pub(super) points: Vec<FrontierPoint>,
    pub(super) price: Option<ShadowPrice>,
}

/// Computes a choice on a thread for long work. What is wrong with what was asked is no problem of ours.
pub(super) async fn compute(
    inputs: DecisionInputs,
    settings: DecisionSettings,
    budget: Budget,
) -> Result<Result<Computed, ProgrammeError>, Problem> {
    let done = tokio::task::spawn_blocking(move || computed(inputs, settings, &budget)).await;
    done.map_err(|error| Problem::internal(format!("a choice was not computed: {error}")))
}

fn computed(
    inputs: DecisionInputs,
    settings: DecisionSettings,
    budget: &Budget,
) -> Result<Computed, ProgrammeError> {
    let decision = decide(inputs, settings)?;
    let question = question(&decision);
    let raise = Euros((budget.ceiling.0 / RAISE).max(1));
    let prices = shadow_prices(&question, raise, PROVED).unwrap_or_default();
    let range = FrontierRange {
        from: Euros(budget.ceiling.0 / 2),
        until: Euros(budget.ceiling.0.saturating_add(budget.ceiling.0 / 2)),
        steps: STEPS,
    };
    let points = if budget.ceiling > Euros::ZERO {
        frontier(&without(question, budget), range, SKETCH).unwrap_or_default()
    } else {
        Vec::new()
    };
    let price = prices.into_iter().find(|price| price.budget == *budget);
    Ok(Computed { decision, points, price })
}

/// The question without its budget, counting only what would be taken of it: the frontier tries ceilings of its own.
fn without(mut question: Question, budget: &Budget) -> Question {
    question.rules.budgets.retain(|one| one != budget);
    if let Some(source) = &budget.source {
        for candidate in &mut question.candidates {
            candidate.costs.retain(|cost| cost.source == *source);
        }
    }
    question
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use senne_programme::{
        Direction, ProjectId,
        decision::Applicant,
        scoring::{Criterion, Elicitation, Opinion},
        selection::{Cost, Rules},
    };

    use super::*;

    fn inputs() -> DecisionInputs {
        let applicant = |(id, score, amount): (&str, f64, i64)| Applicant {
            id: id.into(),
            values: BTreeMap::from([("effect".into(), score)]),
            costs: vec![
                Cost { source: "region".into(), year: 2027, amount: Euros(amount) },
                Cost { source: "europe".into(), year: 2027, amount: Euros(1_000) },
            ],
            pillar: "people".into(),
            areas: Vec::new(),
            risk: 1,
        };
        let applicants: Vec<Applicant> =
            [("a", 9.0, 60), ("b", 5.0, 40), ("c", 7.0, 70)].into_iter().map(applicant).collect();
        DecisionInputs {
            versions: applicants.iter().map(|one| (one.id.to_string(), 1)).collect(),
            criteria: vec![Criterion {
                id: "effect".into(),
                direction: Direction::Higher,
                bounds: Some((0.0, 10.0)),
            }],
            opinions: vec![Opinion {
                person: "1".into(),
                said: Elicitation::Points(BTreeMap::from([("effect".into(), 1.0)])),
            }],
            by_role: true,
            applicants,
        }
    }

    #[test]
    fn the_middle_of_the_frontier_is_the_choice() {
        let budget = Budget { source: Some("region".into()), year: None, ceiling: Euros(100) };
        let settings = DecisionSettings {
            rules: Rules { budgets: vec![budget.clone()], ..Rules::default() },
            ..DecisionSettings::default()
        };
        let found = computed(inputs(), settings, &budget).unwrap();
        let selection = found.decision.outcome.selection.selection().unwrap();
        let wanted: BTreeSet<ProjectId> = ["a".into(), "b".into()].into();
        assert_eq!(selection.chosen, wanted);
        assert_eq!(found.points.len(), STEPS as usize + 1);
        let middle = &found.points[STEPS as usize / 2];
        assert_eq!((middle.budget, &middle.chosen), (Euros(100), &selection.chosen));
        assert_eq!(found.price.unwrap().raised_by, Euros(5));
    }

    #[test]
    fn without_money_there_is_no_frontier() {
        let budget = Budget { source: None, year: None, ceiling: Euros::ZERO };
        let found = computed(inputs(), DecisionSettings::default(), &budget).unwrap();
        assert!(found.points.is_empty() && found.price.is_none());
    }
}
