//! California's tobacco control programme of 1989 (Abadie, Diamond and Hainmueller 2010).

use senne_impact::{
    BlockPanel, Importance, Predictors, Resampling, SyntheticOptions, difference_in_differences,
    standard_error, synthetic_control, synthetic_control_by_predictors, synthetic_difference,
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
    let found = synthetic_control(&panel).unwrap();
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
        let found = synthetic_control(&one).unwrap().ratio();
        let wanted = wanted.numbers("rmspe_ratio")[row];
        close(state, found / wanted, 1.0, 1e-5);
    }
}

#[test]
fn the_error_by_placebo() {
    let Some((_, panel)) = panel() else { return };
    let options = SyntheticOptions::default();
    let found = synthetic_difference(&panel, options);
    let error = standard_error(&panel, options, &found, Resampling::Placebo { times: 200, seed: 7 }).unwrap();
    // Published with 200 draws: 8.37, 9.34 and 10.79.
    assert!((7.5..11.5).contains(&error), "{error}");
    assert!(standard_error(&panel, options, &found, Resampling::Jackknife).is_err(), "one treated unit");
}

#[test]
fn donors_by_predictors() {
    let Some((states, panel)) = panel() else { return };
    let data = table("prop99_synth_X_and_V.csv").unwrap();
    let wanted = table("prop99_synth_expected_W.csv").unwrap();
    let ids = wanted.texts("id");
    let id_of = |state: &String| &ids[wanted.texts("state").iter().position(|name| name == state).unwrap()];
    let names = data.texts("predictor").to_vec();
    let columns: Vec<Vec<f64>> = states
        .iter()
        .map(|state| if state == "California" { data.numbers("treated") } else { data.numbers(id_of(state)) })
        .collect();
    let values = (0..names.len()).map(|row| columns.iter().map(|column| column[row]).collect()).collect();
    let predictors = Predictors { names, values };
    let given = Importance::Given(data.numbers("v"));
    let found = synthetic_control_by_predictors(&panel, &predictors, &given).unwrap();
    for (row, state) in wanted.texts("state").iter().enumerate() {
        let place = states.iter().position(|name| name == state).unwrap();
        // The published weights are those of a search that stops within 5e-4 of its bounds.
        close(state, found.control.weights[place], wanted.numbers("w")[row], 1e-3);
    }
    let published: Vec<f64> = states[..38]
        .iter()
        .map(|state| {
            wanted.numbers("w")[wanted.texts("state").iter().position(|name| name == state).unwrap()]
        })
        .collect();
    let loss = |weights: &[f64]| distance(&predictors, &data.numbers("v"), weights);
    let (ours, theirs) = (loss(&found.control.weights), loss(&published));
    assert!(ours <= theirs, "{ours} is more than {theirs}");
    close("the distance in predictors", ours / theirs, 1.0, 5e-3);
    let gaps = table("prop99_synth_expected_gaps.csv").unwrap();
    for (row, gap) in gaps.numbers("gap").iter().enumerate() {
        close("a gap", found.control.gap[row], *gap, 2e-2);
    }
    let free = synthetic_control_by_predictors(&panel, &predictors, &Importance::Searched(0..19)).unwrap();
    eprintln!("free: {} {:?} {:?}", free.loss, free.importance, free.control.gap[30]);
    assert!(free.loss <= 3.2091 * 1.025, "{}", free.loss);
    assert!((free.control.gap[30] + 25.4346).abs() < 2.5, "{}", free.control.gap[30]);
}

/// What weights of donors leave of the predictors of California, each over its standard deviation.
fn distance(predictors: &Predictors, importance: &[f64], weights: &[f64]) -> f64 {
    let one = |(values, importance): (&Vec<f64>, &f64)| {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance =
            values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64;
        let synthetic: f64 = values.iter().zip(weights).map(|(value, weight)| value * weight).sum();
        importance * (values[weights.len()] - synthetic).powi(2) / variance
    };
    predictors.values.iter().zip(importance).map(one).sum()
}
