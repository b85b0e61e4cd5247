//! What an evaluation could show, told before.

use senne_impact::{
    ControlPower, Design, DifferencePower, InterruptionPower, detectable_by_control,
    detectable_by_differences, detectable_by_interruption,
};

use crate::shared::close;

/// Noise that is the same wherever it is made, near enough to a normal law of variance 1.
fn noise(place: usize) -> f64 {
    let part = |value: f64| value - value.floor();
    let one = |n: usize| part((n as f64 * 12.9898).sin() * 43_758.545_3);
    (0..12).map(|n| one(place * 12 + n + 1)).sum::<f64>() - 6.0
}

fn panel(units: usize, times: usize) -> Vec<Vec<f64>> {
    (0..units).map(|unit| (0..times).map(|time| unit as f64 + noise(unit * times + time)).collect()).collect()
}

#[test]
fn differences() {
    let outcome = panel(40, 30);
    let options = DifferencePower { count: 10, after: 5, before: Some(10), ..DifferencePower::default() };
    let found = detectable_by_differences(&outcome, &options).unwrap();
    // Independent noise: the variance is (1/5 + 1/10)(1/10 + 1/30).
    let error = (0.3_f64 * (0.1 + 1.0 / 30.0)).sqrt();
    close("error", found.error / error, 1.0, 0.2);
    close("smallest", found.smallest / (2.87 * error), 1.0, 0.15);
    assert!(found.false_alarms < 0.12, "{}", found.false_alarms);
    close("stated power", found.power_of(found.smallest), 0.8, 0.01);
    assert!(found.power_of(0.0) < 0.12 && found.power_of(100.0) == 1.0 && found.power_of(-100.0) == 1.0);
    assert_eq!(found, detectable_by_differences(&outcome, &options).unwrap(), "the same seed");
    let given = DifferencePower { treated: Some((0..10).collect()), ..options.clone() };
    close(
        "given units",
        detectable_by_differences(&outcome, &given).unwrap().smallest / found.smallest,
        1.0,
        0.3,
    );
    let alone = DifferencePower { treated: Some(vec![3]), draws: 20, ..options.clone() };
    let alone = detectable_by_differences(&outcome, &alone).unwrap();
    assert!(
        alone.smallest.is_infinite() && alone.false_alarms == 0.0,
        "one unit tells nothing of its own error"
    );
    let few = DifferencePower { treated: Some(vec![3, 7]), ..options.clone() };
    assert!(detectable_by_differences(&outcome, &few).unwrap().false_alarms < 0.12);
    let longer = DifferencePower { after: 10, before: Some(20), ..options };
    assert!(detectable_by_differences(&outcome, &longer).unwrap().smallest < found.smallest);
}

#[test]
fn control_by_rank() {
    let outcome = panel(30, 40);
    let options = ControlPower { treated: vec![3], after: 6, ..ControlPower::default() };
    let found = detectable_by_control(&outcome, &options).unwrap();
    assert!(found.smallest > 0.2 && found.smallest < 6.0, "{found:?}");
    assert_eq!(found.placebos, 10);
    let few: Vec<Vec<f64>> = outcome[..10].to_vec();
    assert_eq!(detectable_by_control(&few, &options).unwrap().smallest, f64::INFINITY, "9 donors, 5 %");
    let lax = ControlPower { alpha: 0.1, ..options };
    assert!(detectable_by_control(&few, &lax).unwrap().smallest.is_finite());
}

#[test]
fn interruption() {
    let series: Vec<f64> = (0..120).map(|step| 10.0 + noise(step + 7)).collect();
    let options = InterruptionPower { after: 20, ..InterruptionPower::default() };
    let found = detectable_by_interruption(&series, &Design::new(), options).unwrap();
    assert!(found.smallest > 0.3 && found.smallest < 3.0, "{found:?}");
    assert!(found.power_of(5.0) > 0.99);
}

#[test]
fn what_cannot_be_is_said() {
    let outcome = panel(5, 8);
    let usual = DifferencePower { after: 2, ..DifferencePower::default() };
    for options in [
        DifferencePower { count: 0, ..usual.clone() },
        DifferencePower { count: 5, ..usual.clone() },
        DifferencePower { after: 0, ..usual.clone() },
        DifferencePower { after: usize::MAX, ..usual.clone() },
        DifferencePower { before: Some(99), ..usual.clone() },
        DifferencePower { draws: 0, ..usual.clone() },
        DifferencePower { power: 1.5, ..usual.clone() },
        DifferencePower { treated: Some(vec![9]), ..usual.clone() },
    ] {
        assert!(detectable_by_differences(&outcome, &options).is_err(), "{options:?}");
    }
    assert!(detectable_by_differences(&[], &usual).is_err());
    let usual = ControlPower { treated: vec![0], after: 2, lookback: 2, ..ControlPower::default() };
    for options in [
        ControlPower { treated: vec![], ..usual.clone() },
        ControlPower { treated: vec![0, 0], ..usual.clone() },
        ControlPower { treated: vec![7], ..usual.clone() },
        ControlPower { lookback: usize::MAX, ..usual.clone() },
        ControlPower { after: 0, ..usual },
    ] {
        assert!(detectable_by_control(&outcome, &options).is_err(), "{options:?}");
    }
    let options = InterruptionPower { after: 50, ..InterruptionPower::default() };
    assert!(detectable_by_interruption(&outcome[0], &Design::new(), options).is_err());
    assert!(
        detectable_by_interruption(&[f64::NAN; 40], &Design::new(), InterruptionPower::default()).is_err()
    );
}
