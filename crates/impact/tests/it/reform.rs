//! Mathematics reforms and income (`math_reform` of the package `bacondecomp`).

use std::collections::BTreeSet;

use senne_impact::{Design, Pairing, decompose, fit, within};

use crate::shared::{close, expected, table};

#[test]
fn what_a_two_way_estimate_is_made_of() {
    let Some(data) = table("bacon_math_reform.csv") else { return };
    let whole = |name: &str| data.numbers(name).into_iter().map(|value| value as i64).collect::<Vec<i64>>();
    let (state, time, year, income) =
        (data.groups("state"), whole("class"), data.numbers("reformyr_math"), data.numbers("incearn_ln"));
    let treated = data.numbers("reform_math");
    let times: Vec<i64> = time.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let states = state.iter().max().unwrap() + 1;
    let mut outcome = vec![vec![f64::NAN; times.len()]; states];
    let mut first = vec![None; states];
    for row in 0..state.len() {
        outcome[state[row]][times.binary_search(&time[row]).unwrap()] = income[row];
        if treated[row] > 0.5 {
            let at = first[state[row]].get_or_insert(time[row]);
            *at = time[row].min(*at);
        }
    }
    assert!(year.iter().any(|year| year.is_finite()));
    let found = decompose(&times, &outcome, &first).unwrap();
    let expected = &expected().unwrap()["goodman_bacon"]["printed"];
    for (pairing, name) in [
        (Pairing::EarlierWithLater, "Earlier vs Later"),
        (Pairing::LaterWithEarlier, "Later vs Earlier"),
        (Pairing::TreatedWithUntreated, "Treated vs Untreated"),
    ] {
        let (weight, estimate) = found.of(pairing).unwrap();
        close(name, weight, expected[name][0].as_f64().unwrap(), 5.1e-6);
        close(name, estimate, expected[name][1].as_f64().unwrap(), 5.1e-6);
    }
    let total: f64 = found.parts.iter().map(|part| part.weight).sum();
    close("all weights", total, 1.0, 1e-12);
    let time: Vec<usize> = time.iter().map(|time| times.binary_search(time).unwrap()).collect();
    let absorbed = within(&income, &Design::new().with("reform", treated), &[&state, &time], None).unwrap();
    let two_way = fit(&absorbed.design, &absorbed.outcome, None).unwrap();
    close("the two-way estimate", found.estimate(), two_way.coefficients[0], 1e-10);
}
