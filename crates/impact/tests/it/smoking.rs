//! California's tobacco control programme of 1989 (Abadie, Diamond and Hainmueller 2010).

use senne_impact::{
    BlockPanel, OutcomesOnly, SyntheticOptions, difference_in_differences, synthetic_control,
    synthetic_difference,
};

use crate::shared::{close, expected, table};

/// The states, California last, and their packs per head by year, 1970–2000.
fn panel() -> Option<(Vec<String>, BlockPanel)> {
    let data = table("california_prop99.csv")?;
    let (state, packs) = (data.texts("State"), data.numbers("PacksPerCapita"));
    let mut states: Vec<String> = state.to_vec();
    states.sort();
    states.dedup();
    states.retain(|name| name != "California");
    states.push("California".to_owned());
    let of =
        |name: &String| (0..state.len()).filter(|row| state[*row] == *name).map(|row| packs[row]).collect();
    let outcome: Vec<Vec<f64>> = states.iter().map(of).collect();
    Some((states, BlockPanel::new(outcome, 38, 19).unwrap()))
}

#[test]
fn synthetic_differences() {
    let Some((states, panel)) = panel() else { return };
    let expected = expected().unwrap()["prop99_synthdid"]["run"].clone();
    let wanted = |name: &str| expected[name].as_f64().unwrap();
    let found = synthetic_difference(&panel, SyntheticOptions::default());
    close("the effect", found.effect, wanted("sdid"), 1e-6);
    close("zeta of units", found.zeta_units, wanted("zeta_omega"), 1e-9);
    close("zeta of times", found.zeta_times, wanted("zeta_lambda"), 1e-15);
    close("plain", difference_in_differences(&panel).effect, wanted("did"), 1e-9);
    let control = synthetic_difference(&panel, SyntheticOptions::control());
    close("as control", control.effect, wanted("sc_estimate"), 1e-5);
    let (units, times, course) = (
        table("california_prop99_expected_unit_weights.csv").unwrap(),
        table("california_prop99_expected_time_weights.csv").unwrap(),
        table("california_prop99_expected_effect_curve.csv").unwrap(),
    );
    for (row, state) in units.texts("State").iter().enumerate() {
        let place = states.iter().position(|name| name == state).unwrap();
        close(state, found.unit_weights[place], units.numbers("omega_sdid")[row], 1e-6);
        close(state, control.unit_weights[place], units.numbers("omega_sc")[row], 1e-5);
    }
    for (row, weight) in times.numbers("lambda_sdid").iter().enumerate() {
        close("the weight of a time", found.time_weights[row], *weight, 1e-6);
    }
    for (row, effect) in course.numbers("effect_sdid").iter().enumerate() {
        close("the effect in a year", found.course[row], *effect, 1e-5);
    }
}

#[test]
fn a_synthetic_control_by_outcomes() {
    let Some((states, panel)) = panel() else { return };
    let wanted = expected().unwrap()["prop99_synthdid"]["scm_simplex_qp_no_ridge"].as_f64().unwrap();
    let found = synthetic_control(&panel, OutcomesOnly).unwrap();
    close("the effect", found.effect, wanted, 1e-6);
    let (weights, gaps) = (
        table("california_prop99_expected_scm_qp_weights.csv").unwrap(),
        table("california_prop99_expected_scm_qp_gap.csv").unwrap(),
    );
    for (row, state) in weights.texts("State").iter().enumerate() {
        let place = states.iter().position(|name| name == state).unwrap();
        close(state, found.weights[place], weights.numbers("w")[row], 1e-6);
    }
    for (row, gap) in gaps.numbers("gap").iter().enumerate() {
        close("a gap", found.gap[row], *gap, 1e-6);
    }
}

#[test]
fn every_state_in_the_place_of_california() {
    let Some((states, panel)) = panel() else { return };
    let wanted = table("california_prop99_expected_scm_qp_placebo_rmspe_ratio.csv").unwrap();
    for (row, state) in wanted.texts("").iter().enumerate() {
        let place = states.iter().position(|name| name == state).unwrap();
        let one = if place < panel.donors { panel.placebo(place) } else { panel.clone() };
        let found = synthetic_control(&one, OutcomesOnly).unwrap().ratio();
        let wanted = wanted.numbers("rmspe_ratio")[row];
        close(state, found / wanted, 1.0, 1e-5);
    }
}
