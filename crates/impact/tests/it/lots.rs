//! Roll-outs by lot.

use proptest::prelude::*;
use senne_impact::{Design, LotOptions, Trial, adjusted_difference, difference_in_means, randomisation_test};

use crate::shared::close;

/// The lady tasting tea (Fisher 1935): all eight cups told right. One of 70 lots, and its opposite.
#[test]
fn the_lady_tasting_tea() {
    let treated: Vec<bool> = (0..8).map(|cup| cup < 4).collect();
    let outcome = treated.iter().map(|first| f64::from(u8::from(*first))).collect();
    let found =
        randomisation_test(&Trial { outcome, treated, ..Trial::default() }, LotOptions::default()).unwrap();
    assert!(found.exact && found.lots == 70);
    close("chance", found.p_value, 2.0 / 70.0, 1e-12);
}

/// Darwin's maize, crossed less self-fertilised in eighths of an inch (Fisher 1935): 863 of 32,768 in either direction.
fn maize() -> Trial {
    let differences = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
    let mut trial = Trial { stratum: Some(Vec::new()), ..Trial::default() };
    for (pair, difference) in differences.into_iter().enumerate() {
        trial.outcome.extend([f64::from(difference), 0.0]);
        trial.treated.extend([true, false]);
        trial.stratum.as_mut().unwrap().extend([pair, pair]);
    }
    trial
}

#[test]
fn darwins_maize() {
    let trial = maize();
    let found = randomisation_test(&trial, LotOptions::default()).unwrap();
    assert!(found.exact && found.lots == 32_768);
    close("effect", found.effect, 314.0 / 15.0, 1e-12);
    close("chance", found.p_value, 1726.0 / 32_768.0, 1e-12);
    // Student's test of the pairs: t = 2.148 with 14 degrees of freedom.
    let means = difference_in_means(&trial).unwrap();
    close("t", means.effect / means.standard_error, 2.148, 5.1e-4);
    close("freedom", means.free, 14.0, 1e-12);
    // What is not rejected at 5 % holds no effect, as the chance is above.
    assert!(found.interval[0] < 0.0 && found.interval[1] > found.effect, "{:?}", found.interval);
    let drawn = LotOptions { exact_max: 0, draws: 4000, ..LotOptions::default() };
    let again = randomisation_test(&trial, drawn).unwrap();
    assert!(!again.exact && again.lots == 4001);
    close("chance by draws", again.p_value, found.p_value, 0.012);
    close("low by draws", again.interval[0], found.interval[0], 1.5);
    assert_eq!(again, randomisation_test(&trial, drawn).unwrap(), "the same seed");
}

fn trials() -> impl Strategy<Value = Trial> {
    let unit = (-10.0..10.0_f64, 0..3_usize);
    prop::collection::vec(unit, 12..40).prop_map(|units| {
        let count = units.len();
        Trial {
            outcome: units.iter().map(|unit| unit.0).collect(),
            // At least two of each in every stratum.
            treated: (0..count).map(|unit| unit % 2 == 0).collect(),
            stratum: Some((0..count).map(|unit| if unit < 12 { unit / 4 } else { units[unit].1 }).collect()),
            covariates: Design::new(),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn without_covariates_the_adjusted_is_the_difference_in_strata(trial in trials()) {
        let (one, two) = (difference_in_means(&trial).unwrap(), adjusted_difference(&trial).unwrap());
        prop_assert!((one.effect - two.effect).abs() < 1e-8);
        prop_assert!((one.standard_error - two.standard_error).abs() < 1e-8, "{one:?} {two:?}");
    }

    #[test]
    fn an_interval_holds_what_is_not_rejected(trial in trials(), effect in -5.0..5.0_f64) {
        let options = LotOptions { exact_max: 0, draws: 199, ..LotOptions::default() };
        let found = randomisation_test(&trial, options).unwrap();
        let mut without = trial.clone();
        for (value, treated) in without.outcome.iter_mut().zip(&trial.treated) {
            *value -= if *treated { effect } else { 0.0 };
        }
        let p_value = randomisation_test(&without, options).unwrap().p_value;
        let inside = found.interval[0] <= effect && effect <= found.interval[1];
        prop_assert!(inside == (p_value > 0.05) || (p_value - 0.05).abs() < 0.006, "{effect} {p_value} {found:?}");
    }

    #[test]
    fn covariates_take_out_noise(trial in trials(), slope in 5.0..20.0_f64) {
        let mut with = trial.clone();
        let known: Vec<f64> = (0..trial.outcome.len()).map(|unit| (unit as f64 * 1.7).sin()).collect();
        with.outcome.iter_mut().zip(&known).for_each(|(value, known)| *value += slope * known);
        with.covariates.push("known", known);
        let plain = adjusted_difference(&Trial { covariates: Design::new(), ..with.clone() }).unwrap();
        let (with, without) = (adjusted_difference(&with), adjusted_difference(&trial));
        // As sure as if the covariate had never been in it, but for what its slopes take of the freedom.
        prop_assert!((with.clone().unwrap().effect - plain.effect).abs() < 20.0);
        prop_assert!(with.unwrap().standard_error < 3.0 * without.unwrap().standard_error + 1.0);
    }
}
