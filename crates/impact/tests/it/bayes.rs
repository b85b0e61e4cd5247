//! The examples of `CausalImpact`: what R finds in 10,000 draws, within a quarter of its standard deviation.

use senne_impact::bsts::{BayesOptions, CausalSeries, draw};

use crate::shared::{Table, close, table};

fn series(data: &Table, outcome: &str, covariates: &[&str], before: usize) -> CausalSeries {
    CausalSeries {
        outcome: data.numbers(outcome).into_iter().map(Some).collect(),
        before,
        covariates: covariates.iter().map(|name| data.numbers(name)).collect(),
    }
}

fn compare(name: &str, series: &CausalSeries) {
    let wanted = table("causalimpact_expected_R_10000iter.csv").unwrap();
    let row = wanted.texts("dataset").iter().position(|dataset| dataset == name).unwrap();
    let of = |column: &str| wanted.numbers(column)[row];
    let found = draw(series, BayesOptions { draws: 4000, ..BayesOptions::default() }).unwrap();
    let effect = found.effect(series, 0.95);
    let (sd, room) = (of("AbsEffect.sd"), of("AbsEffect.sd") / 4.0);
    close("observed", effect.observed, of("Actual"), 1e-6);
    close("counterfactual", effect.counterfactual.mean, of("Pred"), room);
    close("effect", effect.effect.mean, of("AbsEffect"), room);
    close("its deviation", effect.effect.deviation / sd, 1.0, 0.1);
    close("its lower end", effect.effect.low, of("AbsEffect.lower"), 0.4 * sd);
    close("its upper end", effect.effect.high, of("AbsEffect.upper"), 0.4 * sd);
    close("relative", effect.relative.mean, of("RelEffect"), of("RelEffect.sd") / 2.0);
    close("the chance", effect.p_value, of("p"), 0.05);
}

#[test]
fn a_made_up_series_with_an_effect() {
    let Some(data) = table("causalimpact_vignette_example.csv") else { return };
    compare("vignette", &series(&data, "y", &["x1"], 70));
}

#[test]
fn a_real_series_without_a_clear_one() {
    let Some(data) = table("causalimpact_comparison_data.csv") else { return };
    let others = ["NOT_CHANGED_1", "NOT_CHANGED_2", "NOT_CHANGED_3"];
    compare("comparison", &series(&data, "CHANGED", &others, 90));
}

#[test]
fn the_same_seed_gives_the_same_digits() {
    let outcome: Vec<Option<f64>> =
        (0..60).map(|t| (t % 7 != 3).then(|| f64::from(t % 5) + 0.1 * f64::from(t * 7 % 11))).collect();
    let series = CausalSeries { outcome, before: 45, covariates: Vec::new() };
    let options = BayesOptions { draws: 50, season: Some((5, 1)), ..BayesOptions::default() };
    let (one, two) = (draw(&series, options).unwrap(), draw(&series, options).unwrap());
    assert!(one.counterfactual.iter().flatten().all(|v| v.is_finite()), "{:?}", one.counterfactual[0]);
    assert_eq!(one, two);
    let other = draw(&series, BayesOptions { seed: 2, ..options }).unwrap();
    assert_ne!(one, other);
    let effect = one.effect(&series, 0.95);
    assert!(effect.effect.low < 0.0 && effect.effect.high > 0.0, "{:?}", effect.effect);
}

/// Noise that remembers is foreseen with it: the interval is far wider than that of independent noise.
#[test]
fn noise_that_remembers() {
    let mut level = 0.0;
    let mut value = |time: i32| {
        level = 0.85 * level + (f64::from(time) * 12.9898).sin() * 0.8;
        Some(20.0 + level)
    };
    let series =
        CausalSeries { outcome: (0..100).map(&mut value).collect(), before: 70, covariates: Vec::new() };
    let width = |memory: bool| {
        let options = BayesOptions { draws: 300, memory, ..BayesOptions::default() };
        let draws = draw(&series, options).unwrap();
        assert!(draws.counterfactual.iter().flatten().all(|value| value.is_finite()));
        draws.effect(&series, 0.95).effect.deviation
    };
    assert!(width(true) > 1.3 * width(false), "{} {}", width(true), width(false));
}

#[test]
fn each_covariate_has_its_own_inclusion() {
    let wave = |time: i32| (f64::from(time) * 0.7).sin() * 3.0;
    let outcome =
        (0..60).map(|time| Some(10.0 + 2.0 * wave(time) + 0.2 * (f64::from(time) * 2.9).cos())).collect();
    let covariates = vec![vec![4.0; 60], (0..60).map(wave).collect()];
    let series = CausalSeries { outcome, before: 40, covariates };
    let draws = draw(&series, BayesOptions { draws: 100, ..BayesOptions::default() }).unwrap();
    assert_eq!(draws.inclusion.len(), 2);
    assert!(draws.inclusion[0] == 0.0 && draws.inclusion[1] > 0.9, "{:?}", draws.inclusion);
}

#[test]
fn nothing_observed_from_the_project_on_has_no_effect_to_tell() {
    let outcome = (0..20).map(|time| (time < 15).then(|| f64::from(time * 7 % 5))).collect();
    let series = CausalSeries { outcome, before: 15, covariates: Vec::new() };
    let said = draw(&series, BayesOptions::default()).unwrap_err().to_string();
    assert!(said.contains("from the project on"), "{said}");
}
