//! What must not change when the data are told in another way.

use proptest::prelude::*;
use senne_impact::{
    BlockPanel, Resampling, StaggeredPanel, SyntheticOptions, difference_in_differences,
    staggered_difference, standard_error, synthetic_control, synthetic_difference,
};

fn panels() -> impl Strategy<Value = BlockPanel> {
    (5..12_usize, 1..4_usize, 6..12_usize, 1..5_usize).prop_flat_map(|(donors, treated, before, after)| {
        let row = prop::collection::vec(-50.0..50.0_f64, before + after);
        prop::collection::vec(row, donors + treated)
            .prop_map(move |outcome| BlockPanel::new(outcome, donors, before).unwrap())
    })
}

fn changed(panel: &BlockPanel, change: impl Fn(usize, usize, f64) -> f64) -> BlockPanel {
    let row = |(unit, row): (usize, &Vec<f64>)| {
        row.iter().enumerate().map(|(time, value)| change(unit, time, *value)).collect()
    };
    let outcome = panel.outcome.iter().enumerate().map(row).collect();
    BlockPanel::new(outcome, panel.donors, panel.before).unwrap()
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-6 * (1.0 + a.abs().max(b.abs()))
}

#[test]
fn a_level_that_all_units_share_does_not_matter_to_their_weights() {
    let value = |unit: usize, time: usize| {
        let (own, time) = (unit as f64, time as f64);
        10.0 + (own * 1.7).sin() * 3.0 + (time * 0.3 + own).cos() + 0.05 * time * (own * 0.9).cos()
    };
    let rows = (0..8).map(|unit| (0..24).map(|time| value(unit, time)).collect()).collect();
    let panel = BlockPanel::new(rows, 7, 18).unwrap();
    let plain = synthetic_control(&panel).unwrap();
    for level in [-1e3, 1e6, 1e7] {
        let other = synthetic_control(&changed(&panel, |_, _, value| value + level)).unwrap();
        assert!(near(plain.effect, other.effect), "{level}: {} {}", plain.effect, other.effect);
        let nearest = plain.weights.iter().zip(&other.weights).all(|(a, b)| (a - b).abs() < 1e-5);
        assert!(nearest, "{level}: {:?} {:?}", plain.weights, other.weights);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_units_and_times_have_of_their_own_does_not_matter(panel in panels(), shift in -1e3..1e3_f64) {
        let other = changed(&panel, |unit, time, value| value + shift * (unit as f64).sin() + 7.0 * (time as f64).cos());
        let plain = (difference_in_differences(&panel).effect, difference_in_differences(&other).effect);
        prop_assert!(near(plain.0, plain.1), "{plain:?}");
        let options = SyntheticOptions::default();
        let (one, two) = (synthetic_difference(&panel, options), synthetic_difference(&changed(&panel, |_, _, v| v + shift), options));
        prop_assert!((one.effect - two.effect).abs() < 1e-3, "{} {}", one.effect, two.effect);
    }

    #[test]
    fn the_measure_goes_through(panel in panels(), factor in 0.01..100.0_f64) {
        let other = changed(&panel, |_, _, value| factor * value);
        let (one, two) = (synthetic_control(&panel).unwrap(), synthetic_control(&other).unwrap());
        prop_assert!(near(one.effect * factor, two.effect), "{} {}", one.effect, two.effect);
        let options = SyntheticOptions::default();
        let (one, two) = (synthetic_difference(&panel, options), synthetic_difference(&other, options));
        prop_assert!((one.effect * factor - two.effect).abs() < 1e-3 * factor * (1.0 + one.effect.abs()));
    }

    #[test]
    fn weights_are_shares(panel in panels()) {
        let found = synthetic_control(&panel).unwrap();
        let total: f64 = found.weights.iter().sum();
        prop_assert!((total - 1.0).abs() < 1e-9 && found.weights.iter().all(|weight| *weight >= 0.0));
        // No single donor, and not their mean, is nearer to the treated.
        let mean = panel.treated_mean();
        let error = |weights: &dyn Fn(usize) -> f64| {
            let gap = |time: usize| mean[time] - (0..panel.donors).map(|d| weights(d) * panel.outcome[d][time]).sum::<f64>();
            (0..panel.before).map(|time| gap(time).powi(2)).sum::<f64>() / panel.before as f64
        };
        for only in 0..panel.donors {
            prop_assert!(found.error_before <= error(&|donor| f64::from(u8::from(donor == only))) + 1e-9);
        }
        prop_assert!(found.error_before <= error(&|_| 1.0 / panel.donors as f64) + 1e-9);
    }

    #[test]
    fn one_cohort_is_a_block(panel in panels()) {
        let times: Vec<i64> = (0..panel.times() as i64).collect();
        let first = |unit: usize| (unit >= panel.donors).then_some(panel.before as i64);
        let staggered = StaggeredPanel {
            times,
            first_treated: (0..panel.outcome.len()).map(first).collect(),
            outcome: panel.outcome.clone(),
            covariates: vec![vec![Vec::new(); panel.times()]; panel.outcome.len()],
            left_out: 0,
        };
        let options = SyntheticOptions::default();
        let (one, two) = (staggered_difference(&staggered, options).unwrap(), synthetic_difference(&panel, options));
        prop_assert_eq!(one.effect, two.effect);
    }

    #[test]
    fn errors_are_numbers(panel in panels(), seed in any::<u64>()) {
        let options = SyntheticOptions::default();
        let found = synthetic_difference(&panel, options);
        for way in [Resampling::Placebo { times: 10, seed }, Resampling::Bootstrap { times: 10, seed }, Resampling::Jackknife] {
            if let Ok(error) = standard_error(&panel, options, &found, way) {
                prop_assert!(error.is_finite() && error >= 0.0, "{way:?} {error}");
            }
        }
    }
}
