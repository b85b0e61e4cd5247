//! What must hold of augmented synthetic controls of any data.

use std::ops::Range;

use proptest::prelude::*;
use senne_impact::{
    AugmentedOptions, BlockCovariates, BlockPanel, Conformal, CovariateUse, Penalty, Reordering,
    augmented_control, conformal_bounds, conformal_mean, jackknife_plus, synthetic_control,
};

/// With more donors than times several weights may do as well, and effects differ between them.
fn long_panels() -> impl Strategy<Value = BlockPanel> {
    sized((4..7_usize, 1..3_usize, 7..12_usize, 1..4_usize))
}

fn wide_panels() -> impl Strategy<Value = BlockPanel> {
    sized((8..12_usize, 1..3_usize, 4..7_usize, 1..4_usize))
}

type Sizes = (Range<usize>, Range<usize>, Range<usize>, Range<usize>);

fn sized(sizes: Sizes) -> impl Strategy<Value = BlockPanel> {
    sizes.prop_flat_map(|(donors, treated, before, after)| {
        let row = prop::collection::vec(-50.0..50.0_f64, before + after);
        prop::collection::vec(row, donors + treated)
            .prop_map(move |outcome| BlockPanel::new(outcome, donors, before).unwrap())
    })
}

fn given(lambda: f64) -> AugmentedOptions {
    AugmentedOptions { penalty: Penalty::Given(lambda), ..AugmentedOptions::default() }
}

fn near(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * (1.0 + a.abs().max(b.abs()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_correction_goes_from_nothing_to_all(panel in long_panels()) {
        let none = BlockCovariates::default();
        let plain = synthetic_control(&panel).unwrap();
        let held = augmented_control(&panel, &none, given(1e16)).unwrap();
        prop_assert!(near(held.effect, plain.effect, 1e-7), "{} {}", held.effect, plain.effect);
        let mut last = f64::INFINITY;
        for lambda in [1e6, 1e4, 1e2, 1.0, 1e-2] {
            let found = augmented_control(&panel, &none, given(lambda)).unwrap();
            prop_assert!(found.imbalance <= last + 1e-7);
            last = found.imbalance;
            prop_assert!((found.weights.iter().sum::<f64>() - 1.0).abs() < 1e-7);
            prop_assert!(near(found.effect, plain.effect - found.mean_bias(), 1e-7));
        }
    }

    #[test]
    fn more_donors_than_times_can_meet_any_past(panel in wide_panels()) {
        let found = augmented_control(&panel, &BlockCovariates::default(), given(0.0)).unwrap();
        prop_assert!(found.imbalance < 1e-6, "{}", found.imbalance);
    }

    #[test]
    fn levels_do_not_matter_once_taken_out(panel in long_panels(), shift in -1e3..1e3_f64) {
        let none = BlockCovariates::default();
        let options = AugmentedOptions { fixed_effects: true, ..given(10.0) };
        let mut other = panel.clone();
        for (unit, row) in other.outcome.iter_mut().enumerate() {
            row.iter_mut().for_each(|value| *value += shift * (unit as f64).cos());
        }
        let (one, two) = (augmented_control(&panel, &none, options).unwrap(), augmented_control(&other, &none, options).unwrap());
        prop_assert!(near(one.effect, two.effect, 1e-5), "{} {}", one.effect, two.effect);
    }

    #[test]
    fn the_measure_goes_through(panel in long_panels(), factor in 0.01..100.0_f64) {
        let none = BlockCovariates::default();
        let mut other = panel.clone();
        other.outcome.iter_mut().flatten().for_each(|value| *value *= factor);
        let (one, two) = (augmented_control(&panel, &none, given(10.0)).unwrap(), augmented_control(&other, &none, given(10.0 * factor * factor)).unwrap());
        prop_assert!(near(one.effect * factor, two.effect, 1e-6), "{} {}", one.effect, two.effect);
        let options = AugmentedOptions::default();
        let one = augmented_control(&panel, &none, options).unwrap().effect * factor;
        let two = augmented_control(&other, &none, options).unwrap().effect;
        prop_assert!(near(one, two, 1e-5), "{one} {two}");
    }

    #[test]
    fn covariates_that_are_taken_out_are_met(panel in long_panels(), seed in any::<u32>()) {
        let value = |unit: usize| ((unit as f64 + 1.0) * (f64::from(seed % 1000) + 0.5)).sin();
        let values = vec![(0..panel.outcome.len()).map(value).collect::<Vec<f64>>()];
        let covariates = BlockCovariates { names: vec!["x".to_owned()], values };
        let options = AugmentedOptions { covariates: CovariateUse::Residualised, ..given(5.0) };
        let found = augmented_control(&panel, &covariates, options).unwrap();
        let treated = &covariates.values[0][panel.donors..];
        let mean = treated.iter().sum::<f64>() / treated.len() as f64;
        let synthetic: f64 = covariates.values[0].iter().zip(&found.weights).map(|(value, weight)| value * weight).sum();
        prop_assert!(near(synthetic, mean, 1e-7), "{synthetic} {mean}");
    }

    #[test]
    fn bounds_hold_the_estimate(panel in long_panels(), seed in any::<u64>()) {
        let none = BlockCovariates::default();
        let found = augmented_control(&panel, &none, AugmentedOptions::default()).unwrap();
        let bounds = jackknife_plus(&panel, &none, &found, 0.1, false).unwrap();
        let wide = jackknife_plus(&panel, &none, &found, 0.1, true).unwrap();
        prop_assert!(bounds.times.len() == panel.times() - panel.before);
        prop_assert!(bounds.mean[0] <= bounds.mean[1] && wide.mean[0] <= wide.mean[1]);
        for reordering in [Reordering::Shift, Reordering::Any { draws: 20, seed }] {
            let how = Conformal { grid: 5, reordering, ..Conformal::default() };
            let tests = conformal_bounds(&panel, &none, &found, how).unwrap();
            prop_assert!(tests.p_value > 0.0 || reordering != Reordering::Shift);
            prop_assert!(tests.times.iter().all(|step| step.p_value > 0.0 && step.p_value <= 1.0));
        }
    }
}

/// A course that is long enough for an interval: 24 times before, 6 after.
fn long(seed: u64, effect: f64) -> BlockPanel {
    let noise = |unit: usize, time: usize| {
        let place = (unit * 7919 + time * 104_729) as f64 + seed as f64 * 0.731;
        (place * 12.9898).sin() * 43_758.545 - ((place * 12.9898).sin() * 43_758.545).floor() - 0.5
    };
    let course = |unit: usize| -> Vec<f64> {
        let at = |time: usize| {
            let touched = unit == 10 && time >= 24;
            let own = noise(unit, time) + if touched { effect } else { 0.0 };
            (unit as f64 * 0.7).sin() * 4.0 + (time as f64 / 3.0).cos() + own
        };
        (0..30).map(at).collect()
    };
    BlockPanel::new((0..11).map(course).collect(), 10, 24).unwrap()
}

#[test]
fn the_interval_of_the_mean_goes_with_the_effect() {
    let none = BlockCovariates::default();
    let mean = |effect: f64| {
        let panel = long(3, effect);
        let found = augmented_control(&panel, &none, AugmentedOptions::default()).unwrap();
        (found.effect, conformal_mean(&panel, &none, &found, Conformal::of_mean(0.05)).unwrap())
    };
    let (far, sure) = mean(5.0);
    assert!(sure.interval[0] < far && far < sure.interval[1] && sure.interval[0] > 0.0, "{far} {sure:?}");
    assert!(sure.p_value <= 0.05 && sure.detectable() > sure.standard_error);
    let (other, same) = mean(50.0);
    assert!(near(other - far, 45.0, 1e-6), "{other} {far}");
    for end in [0, 1] {
        // Each end is found to a part of its reach.
        assert!(near(same.interval[end] - sure.interval[end], 45.0, 1e-3), "{sure:?} {same:?}");
    }
    let (_, nothing) = mean(0.0);
    assert!(
        nothing.interval[0] <= 0.0 && 0.0 <= nothing.interval[1] && nothing.p_value > 0.05,
        "{nothing:?}"
    );
}

#[test]
fn the_mean_of_few_times_has_no_end() {
    let none = BlockCovariates::default();
    let whole = long(1, 5.0);
    let rows = whole.outcome.iter().map(|row| row[12..].to_vec()).collect();
    let panel = BlockPanel::new(rows, 10, 12).unwrap();
    let found = augmented_control(&panel, &none, AugmentedOptions::default()).unwrap();
    let mean = conformal_mean(&panel, &none, &found, Conformal::of_mean(0.05)).unwrap();
    // The least chance is that of one in 18.
    assert_eq!(mean.interval, [f64::NEG_INFINITY, f64::INFINITY]);
    assert!(mean.p_value > 0.05 && mean.detectable().is_infinite());
    let nine = conformal_mean(&panel, &none, &found, Conformal::of_mean(0.1)).unwrap();
    assert!(nine.interval[0] > 0.0 && nine.interval[1].is_finite(), "{nine:?}");
}

#[test]
fn an_estimate_that_is_rejected_still_lies_within_its_interval() {
    // Courses so smooth that ten donors follow the past of the treated to a millionth, and its future less well.
    let course = |unit: usize, effect: f64| -> Vec<f64> {
        let own = unit as f64;
        let at = |time: usize| {
            let z = time as f64 / 10.0;
            let touched = if unit == 10 && time >= 20 { effect } else { 0.0 };
            (5.0 + (own * 0.7).sin() * 2.0)
                + (1.0 + 0.3 * (own * 1.3).sin()) * z
                + 0.08 * (own * 2.1).cos() * z * z
                + 0.6 * (time as f64 / 4.0 + own * 0.05).sin()
                + touched
        };
        (0..40).map(at).collect()
    };
    let none = BlockCovariates::default();
    for effect in [0.0, 0.2] {
        let panel = BlockPanel::new((0..11).map(|unit| course(unit, effect)).collect(), 10, 20).unwrap();
        let found = augmented_control(&panel, &none, AugmentedOptions::default()).unwrap();
        let sure = conformal_mean(&panel, &none, &found, Conformal::of_mean(0.05)).unwrap();
        let holds = |value: f64| sure.interval[0] <= value + 1e-9 && value - 1e-9 <= sure.interval[1];
        assert!(holds(found.effect) && holds(effect), "{effect} {} {sure:?}", found.effect);
    }
}

#[test]
fn what_cannot_be_is_said() {
    let panel = BlockPanel::new(vec![vec![1.0; 4]; 5], 4, 3).unwrap();
    let none = BlockCovariates::default();
    assert!(augmented_control(&panel, &none, AugmentedOptions::default()).is_err(), "donors are all alike");
    assert!(augmented_control(&panel, &none, given(-1.0)).is_err());
    assert!(augmented_control(&panel, &none, given(f64::NAN)).is_err());
    let same = BlockCovariates { names: vec!["x".to_owned()], values: vec![vec![2.0; 5]] };
    assert!(augmented_control(&panel, &same, given(1.0)).unwrap_err().to_string().contains('x'));
    let short = BlockCovariates { names: vec!["x".to_owned()], values: vec![vec![2.0; 3]] };
    assert!(augmented_control(&panel, &short, given(1.0)).is_err());
    let nameless = BlockCovariates { names: Vec::new(), values: vec![vec![2.0; 5]] };
    assert!(augmented_control(&panel, &nameless, given(1.0)).is_err());
}
