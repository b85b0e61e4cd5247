//! More money, one more euro, and other weights.

use senne_programme::{
    Euros,
    selection::{
        Budget, Candidate, Cost, FrontierRange, Place, Question, Rules, SearchOptions, StabilityOptions,
        frontier, shadow_prices, stability,
    },
};

use crate::large::{id, large};

fn knapsack() -> Question {
    let candidate = |at: usize, euros: i64, score: f64| Candidate {
        id: id(at),
        score,
        costs: vec![Cost { source: "city".into(), year: 2026, amount: Euros(euros) }],
        pillar: "mobility".into(),
        areas: Vec::new(),
        risk: 0,
    };
    let budget = Budget { source: None, year: None, ceiling: Euros(6) };
    Question {
        candidates: vec![candidate(0, 3, 6.0), candidate(1, 2, 5.0), candidate(2, 4, 4.0)],
        rules: Rules { budgets: vec![budget], ..Rules::default() },
    }
}

#[test]
fn a_euro_more_is_worth_what_the_relaxation_and_whole_projects_say() {
    let prices = shadow_prices(&knapsack(), Euros(3), SearchOptions::default()).unwrap();
    // In parts: a quarter of the last project for each euro. Whole: three euros more buy it.
    assert!((prices[0].by_relaxation.unwrap() - 1.0).abs() < 1e-9);
    assert!((prices[0].by_difference.unwrap() - 4.0 / 3.0).abs() < 1e-9);
}

#[test]
fn the_frontier_never_falls() {
    let mut question = knapsack();
    question.rules.budgets.clear();
    let range = FrontierRange { from: Euros(0), until: Euros(9), steps: 9 };
    let points = frontier(&question, range, SearchOptions::default()).unwrap();
    let values: Vec<f64> = points.iter().map(|point| point.value.unwrap()).collect();
    assert_eq!(values, [0.0, 0.0, 5.0, 6.0, 6.0, 11.0, 11.0, 11.0, 11.0, 15.0]);
    assert!(points.iter().all(|point| point.cost <= point.budget));
}

#[test]
fn other_weights_part_the_core_from_the_rest() {
    let mut question = knapsack();
    question.rules.budgets[0].ceiling = Euros(5);
    // The first is always good, the second and third change places.
    let samples: Vec<Vec<f64>> =
        (0..10).map(|at| if at < 5 { vec![9.0, 5.0, 1.0] } else { vec![9.0, 0.0, 8.0] }).collect();
    let found = stability(&question, &samples, StabilityOptions::default()).unwrap();
    let places: Vec<Place> = found.projects.iter().map(|project| project.place).collect();
    assert_eq!(places, [Place::Core, Place::Borderline, Place::Out]);
    assert_eq!((found.samples, found.projects[1].part), (10, 0.5));
}

#[test]
fn everything_is_the_same_when_asked_again() {
    let question = large(40, 7);
    let range = FrontierRange { from: Euros(5_000_000), until: Euros(20_000_000), steps: 4 };
    let options = SearchOptions { nodes_most: 200, gap: 0.0 };
    assert_eq!(frontier(&question, range, options), frontier(&question, range, options));
    assert_eq!(
        shadow_prices(&question, Euros(100_000), options),
        shadow_prices(&question, Euros(100_000), options)
    );
}
