//! A decision made again is the same decision.

use std::collections::BTreeMap;

use proptest::prelude::*;
use senne_programme::{
    Direction, Euros, ProjectId,
    decision::{
        Applicant, Decision, DecisionInputs, DecisionSettings, WayOfChoice, canonical, decide, replay,
    },
    scoring::{CompareOptions, Criterion, Elicitation, Method, Opinion},
    selection::{Budget, Cost, Rules},
};

fn method() -> impl Strategy<Value = Method> {
    prop::sample::select(Method::ALL.to_vec())
}

fn inputs() -> impl Strategy<Value = DecisionInputs> {
    let one = (prop::collection::vec(0.0_f64..10.0, 3), 1_i64..50, 0_u32..25);
    (prop::collection::vec(one, 2..8), prop::collection::vec(prop::collection::vec(1.0_f64..100.0, 3), 1..4))
        .prop_map(|(applicants, opinions)| {
            let names = ["air", "cost", "people"];
            let named =
                |values: &[f64]| names.iter().map(|name| (*name).into()).zip(values.to_vec()).collect();
            let applicant = |(at, (values, euros, risk)): (usize, (Vec<f64>, i64, u32))| Applicant {
                id: ProjectId::new(format!("p{at}")),
                values: named(&values),
                costs: vec![Cost { source: "city".into(), year: 2026, amount: Euros(euros) }],
                pillar: "mobility".into(),
                areas: vec!["north".into()],
                risk,
            };
            let applicants: Vec<Applicant> = applicants.into_iter().enumerate().map(applicant).collect();
            let criterion = |(at, name): (usize, &&str)| Criterion {
                id: (*name).into(),
                direction: if at == 1 { Direction::Lower } else { Direction::Higher },
                bounds: (at == 2).then_some((0.0, 10.0)),
            };
            let opinion = |(at, weights): (usize, Vec<f64>)| Opinion {
                person: format!("person {at}"),
                said: Elicitation::Points(named(&weights)),
            };
            let versions = applicants.iter().map(|applicant| (applicant.id.to_string(), 7)).collect();
            DecisionInputs {
                criteria: names.iter().enumerate().map(criterion).collect(),
                opinions: opinions.into_iter().enumerate().map(opinion).collect(),
                by_role: false,
                applicants,
                versions,
            }
        })
}

fn settings(method: Method) -> DecisionSettings {
    let budget = Budget { source: None, year: Some(2026), ceiling: Euros(70) };
    DecisionSettings {
        rules: Rules { budgets: vec![budget], ..Rules::default() },
        way: WayOfChoice {
            method,
            samples: 20,
            options: CompareOptions { draws: 200, ..CompareOptions::default() },
            ..WayOfChoice::default()
        },
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn a_decision_comes_out_the_same(inputs in inputs(), method in method()) {
        let decision = decide(inputs, settings(method)).unwrap();
        prop_assert!(replay(&decision).unwrap().is_equal());
        // Also after it was kept as JSON, by a reader that is not exact to the last of 17 digits.
        let kept = canonical("the decision", &decision).unwrap();
        let read: Decision = serde_json::from_str(&kept).unwrap();
        prop_assert_eq!(&read, &decision);
        prop_assert!(replay(&read).unwrap().is_equal());
    }

    #[test]
    fn what_was_changed_is_found(inputs in inputs(), method in method()) {
        let decision = decide(inputs, settings(method)).unwrap();
        let mut other = decision.clone();
        other.outcome.scores[0].score += 1.0;
        let found = replay(&other).unwrap();
        prop_assert!(!found.same_outcome && !found.digest_fits);
        prop_assert_eq!(&found.differences[0].path, "/scores/0/score");
        let mut other = decision;
        other.inputs.versions.insert("p0".into(), 8);
        let found = replay(&other).unwrap();
        prop_assert!(found.same_outcome && !found.digest_fits);
    }
}

#[test]
fn versions_are_needed() {
    let applicant = Applicant {
        id: "p".into(),
        values: BTreeMap::from([("air".into(), 1.0)]),
        costs: Vec::new(),
        pillar: "mobility".into(),
        areas: Vec::new(),
        risk: 0,
    };
    let inputs = DecisionInputs {
        applicants: vec![applicant],
        criteria: vec![Criterion { id: "air".into(), direction: Direction::Higher, bounds: None }],
        opinions: vec![Opinion {
            person: "Ada".into(),
            said: Elicitation::Points(BTreeMap::from([("air".into(), 1.0)])),
        }],
        by_role: true,
        versions: BTreeMap::new(),
    };
    let mut known = inputs.clone();
    assert!(
        decide(inputs, settings(Method::WeightedSum)).unwrap_err().to_string().contains("numbers of changes")
    );
    known.versions.insert("p".into(), 1);
    let decision = decide(known, settings(Method::WeightedSum)).unwrap();
    assert!(decision.outcome.comparison.is_none() && decision.outcome.selection.selection().is_some());
}

#[test]
fn a_decision_of_before_is_made_again() {
    let text = r#"{"applicants": [{"id": "p", "values": {"air": 1.0}, "costs": [], "pillar": "mobility", "areas": [], "risk": 0}],
        "criteria": [{"id": "air", "direction": "higher", "bounds": null}],
        "opinions": [{"person": "Ada", "said": {"points": {"air": 1.0}}}], "versions": {"p": 1}}"#;
    let inputs: DecisionInputs = serde_json::from_str(text).unwrap();
    assert!(!inputs.by_role);
    let decision = decide(inputs, settings(Method::WeightedSum)).unwrap();
    assert!(
        !canonical("the inputs", &decision.inputs).unwrap().contains("role"),
        "its digest stays the same"
    );
    assert!(replay(&decision).unwrap().is_equal());
    let mut by_role = decision.inputs.clone();
    by_role.by_role = true;
    by_role.opinions[0].person = "evaluator 1".to_owned();
    let told = decide(by_role, decision.settings.clone()).unwrap();
    assert_eq!(told.outcome.scores, decision.outcome.scores, "nothing else comes out");
    assert_eq!(told.outcome.weights.mean, decision.outcome.weights.mean);
}
