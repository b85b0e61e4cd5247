//! Textbook cases of multi-criteria choice, and what must hold for any.

use senne_composite::{
    Direction, Judgements,
    choice::{
        Choice, Preference, SmaaOptions, WeightOrder, acceptability, critic_weights, places_by_highest,
        places_by_lowest, promethee, select, spotis, topsis, vikor, weighted_sum,
    },
};
use serde_json::Value;

use crate::shared::{close, text, words};

fn case(name: &str) -> Option<Value> {
    let cases: Value = serde_json::from_str(&text("mcda_cases.json")?).unwrap();
    Some(cases[name].clone())
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

fn rows(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().unwrap().iter().map(numbers).collect()
}

fn all(what: &str, found: &[f64], wanted: &Value, tolerance: f64) {
    let wanted = numbers(wanted);
    assert_eq!(found.len(), wanted.len(), "{what}");
    for (found, wanted) in found.iter().zip(wanted) {
        assert!((found - wanted).abs() <= tolerance, "{what}: {found} is not {wanted} ± {tolerance}");
    }
}

fn of(case: &Value) -> Choice {
    Choice::higher_is_better(rows(&case["matrix"]), &numbers(&case["weights"])).unwrap()
}

#[test]
fn similarity_to_an_ideal() {
    let Some(case) = case("topsis_tzeng2011") else { return };
    let found = topsis(&of(&case)).unwrap().similarity;
    all("similarity", &found, &case["similarity"], 5.1e-5);
    all("recomputed", &found, &case["recomputed"], 1e-10);
    let places: Vec<f64> = places_by_highest(&found).into_iter().map(|place| place as f64).collect();
    all("places", &places, &case["rank"], 0.0);
}

#[test]
fn compromise() {
    let Some(case) = case("vikor") else { return };
    let found = vikor(&of(&case), case["v"].as_f64().unwrap()).unwrap();
    all("of the group", &found.group, &case["S"], 1e-14);
    all("of the one", &found.regret, &case["R"], 1e-14);
    all("together", &found.compromise, &case["Q"], 1e-14);
    // The lead of 0.25 is below a third: two are proposed.
    assert_eq!(found.proposed, [2, 1]);
}

#[test]
fn weights_by_contrast() {
    let Some(case) = case("critic_diakoulaki1995") else { return };
    let values = rows(&case["matrix"]);
    let choice = Choice::higher_is_better(values, &[1.0; 3]).unwrap();
    all("weights", &critic_weights(&choice).unwrap(), &case["weights"], 1e-8);
}

#[test]
fn flows() {
    let Some(case) = case("promethee2_usual") else { return };
    let found = promethee(&of(&case), &[Preference::Usual; 3]).unwrap();
    all("net flow", &found.net, &case["net_flow"], 1e-14);
    close("they sum to nothing", found.net.iter().sum(), 0.0, 1e-14);
}

#[test]
fn distances_within_bounds() {
    let Some(case) = case("spotis") else { return };
    let directions = numbers(&case["types"])
        .into_iter()
        .map(|sign| if sign > 0.0 { Direction::Higher } else { Direction::Lower })
        .collect();
    let choice = Choice::new(rows(&case["matrix"]), &numbers(&case["weights"]), directions).unwrap();
    let bounds: Vec<(f64, f64)> = rows(&case["bounds"]).iter().map(|pair| (pair[0], pair[1])).collect();
    let found = spotis(&choice, &bounds).unwrap();
    all("distance", &found, &case["score_lower_better"], 5.1e-5);
    assert_eq!(places_by_lowest(&found), [1, 3, 2, 4]);
}

fn judged(what: &str, size: usize, judgements: &[f64], wanted: &Value) {
    let found = Judgements::above_diagonal(size, judgements).unwrap().priorities().unwrap();
    all(what, &found.weights, &wanted["eigen"], 1e-10);
    all(what, &found.by_rows, &wanted["geomean"], 1e-10);
    close(what, found.eigenvalue, wanted["lambda_max"].as_f64().unwrap(), 1e-12);
    close(what, found.inconsistency, wanted["CI"].as_f64().unwrap(), 1e-12);
    close(what, found.ratio.unwrap(), wanted["CR"].as_f64().unwrap(), 1e-12);
}

/// The judgements of the example of a family that buys a car.
#[test]
fn judgements_of_a_car() {
    let Some(case) = case("ahp_car") else { return };
    judged("criteria", 4, &[3.0, 7.0, 3.0, 9.0, 1.0, 1.0 / 7.0], &case["criteria_result"]);
    judged("costs", 4, &[2.0, 5.0, 3.0, 2.0, 2.0, 0.5], &case["cost_sub_result"]);
    let prices = [
        [9.0, 9.0, 1.0, 0.5, 5.0].as_slice(),
        &[1.0, 1.0 / 9.0, 1.0 / 9.0, 1.0 / 7.0],
        &[1.0 / 9.0, 1.0 / 9.0, 1.0 / 7.0],
        &[0.5, 5.0],
        &[6.0],
    ];
    judged("prices", 6, &prices.concat(), &case["purchase_price_result"]);
}

#[test]
fn judgements_that_agree() {
    let Some(case) = case("ahp_consistent3") else { return };
    let found = Judgements::new(rows(&case["matrix"])).unwrap().priorities().unwrap();
    all("priorities", &found.weights, &case["priority"], 1e-14);
    all("priorities", &found.by_rows, &case["priority"], 1e-14);
    close("agreement", found.ratio.unwrap(), 0.0, 1e-14);
    let said = Judgements::new(vec![vec![1.0, 2.0], vec![2.0, 1.0]]).unwrap_err().to_string();
    assert!(said.contains("the judgement of 0 beside 1"), "{said}");
}

#[test]
fn within_a_budget() {
    for name in ["knapsack_p01", "knapsack_p07"] {
        let Some(case) = case(name) else { return };
        let found = select(
            &numbers(&case["weights"]),
            &numbers(&case["profits"]),
            case["capacity"].as_f64().unwrap(),
        )
        .unwrap();
        close(name, found.benefit, case["optimum"].as_f64().unwrap(), 0.0);
        let taken: Vec<f64> = found.taken.iter().map(|taken| f64::from(u8::from(*taken))).collect();
        all(name, &taken, &case["selection"], 0.0);
    }
}

#[test]
fn a_budget_against_every_selection() {
    let costs = [3.1, 4.7, 0.0, 2.2, 9.9, 5.5, 1.3, 7.7, 6.1, 2.9];
    let benefits = [4.0, 5.0, 1.0, -2.0, 12.0, 6.5, 1.4, 8.0, 7.2, 3.3];
    for budget in [0.0, 1.0, 7.5, 13.0, 22.2, 100.0] {
        let total = |values: &[f64], set: usize| {
            (0..10).filter(|at| set >> at & 1 == 1).map(|at| values[at]).sum::<f64>()
        };
        let best = (0..1024)
            .filter(|set| total(&costs, *set) <= budget)
            .map(|set| total(&benefits, set))
            .fold(0.0, f64::max);
        let found = select(&costs, &benefits, budget).unwrap();
        close("the best", found.benefit, best, 1e-12);
        assert!(found.cost <= budget);
    }
}

/// Two criteria, two alternatives: the first is the best when its criterion weighs more than half.
#[test]
fn acceptability_of_two() {
    let choice = Choice::higher_is_better(vec![vec![1.0, 0.0], vec![0.0, 1.0]], &[1.0, 1.0]).unwrap();
    let options = SmaaOptions { draws: 40_000, ..SmaaOptions::default() };
    let found = acceptability(&choice, &options).unwrap();
    assert!((found.ranks[0][0] - 0.5).abs() < 0.01);
    let central = found.central_weights[0].clone().unwrap();
    assert!((central[0] - 0.75).abs() < 0.01, "{central:?}");
    assert_eq!(found.confidence, [Some(1.0), Some(1.0)]);
    assert_eq!(found, acceptability(&choice, &options).unwrap(), "the seed decides");
    let order = SmaaOptions { order: WeightOrder::Falling(vec![1, 0]), ..options };
    let found = acceptability(&choice, &order).unwrap();
    assert_eq!(found.ranks[1][0], 1.0);
    assert_eq!((&found.central_weights[0], found.confidence[0]), (&None, None));
}

/// Three alternatives of three criteria: a third each, by symmetry; a fourth that is worse on all never leads.
#[test]
fn acceptability_of_four() {
    let values = vec![vec![9.0, 1.0, 1.0], vec![1.0, 9.0, 1.0], vec![1.0, 1.0, 9.0], vec![0.5, 0.5, 0.5]];
    let choice = Choice::higher_is_better(values, &[1.0; 3]).unwrap();
    let options = SmaaOptions { draws: 30_000, deviations: vec![vec![0.5; 3]; 4], ..SmaaOptions::default() };
    let found = acceptability(&choice, &options).unwrap();
    for alternative in 0..3 {
        assert!((found.ranks[alternative][0] - 1.0 / 3.0).abs() < 0.02);
        assert!(found.confidence[alternative].unwrap() > 0.95);
    }
    assert!(found.ranks[3][0] < 0.02);
    for row in &found.ranks {
        close("all ranks", row.iter().sum(), 1.0, 1e-9);
    }
}

#[test]
fn preferences() {
    let choice = Choice::new(vec![vec![10.0], vec![7.0], vec![4.0]], &[1.0], vec![Direction::Lower]).unwrap();
    let net = |preference| promethee(&choice, &[preference]).unwrap().net;
    let check = |what: &str, found: Vec<f64>, wanted: [f64; 3]| {
        found.iter().zip(wanted).for_each(|(found, wanted)| close(what, *found, wanted, 1e-12));
    };
    check("usual", net(Preference::Usual), [-1.0, 0.0, 1.0]);
    check("above", net(Preference::Above { indifference: 3.0 }), [-0.5, 0.0, 0.5]);
    check("linear", net(Preference::Linear { indifference: 0.0, preference: 6.0 }), [-0.75, 0.0, 0.75]);
    check("steps", net(Preference::Steps { indifference: 2.0, preference: 5.0 }), [-0.75, 0.0, 0.75]);
    let bell = |d: f64| 1.0 - (-d * d / 18.0).exp();
    let outer = f64::midpoint(bell(3.0), bell(6.0));
    check("bell", net(Preference::Gaussian { spread: 3.0 }), [-outer, 0.0, outer]);
    let said = promethee(&choice, &[Preference::Gaussian { spread: 0.0 }]).unwrap_err().to_string();
    assert!(said.contains("the preference of criterion 0"), "{said}");
}

#[test]
fn sums_and_faults() {
    let values = vec![vec![1.0, 100.0], vec![3.0, 300.0], vec![2.0, 100.0]];
    let directions = vec![Direction::Higher, Direction::Lower];
    let choice = Choice::new(values.clone(), &[1.0, 3.0], directions.clone()).unwrap();
    let found = weighted_sum(&choice);
    for (found, wanted) in found.iter().zip([0.75, 0.25, 0.875]) {
        close("a sum", *found, wanted, 1e-14);
    }
    assert!(
        words(Choice::new(values.clone(), &[0.0, 0.0], directions.clone())).contains("the sum of weights")
    );
    assert!(
        words(Choice::new(values.clone(), &[1.0, -1.0], directions)).contains("the weight of `criterion 1`")
    );
    assert!(
        words(Choice::higher_is_better(values, &[1.0])).contains("the alternative 0 has 2 values where 1")
    );
    assert!(words(spotis(&choice, &[(0.0, 2.5), (0.0, 500.0)])).contains("alternative 1 on criterion 0"));
    assert!(words(vikor(&choice, 2.0)).contains("from 0 to 1"));
    assert!(words(select(&[-1.0], &[1.0], 2.0)).contains("0 or more"));
    let order = SmaaOptions { order: WeightOrder::Falling(vec![0, 0]), ..SmaaOptions::default() };
    assert!(words(acceptability(&choice, &order)).contains("each must stand once"));
}
