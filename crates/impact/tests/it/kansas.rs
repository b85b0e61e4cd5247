//! The tax cuts of Kansas of 2012, the walk-through of the package `augsynth` (3 or 4 printed digits).

use senne_impact::{
    AugmentedOptions, BlockCovariates, BlockPanel, Conformal, CovariateUse, Penalty, augmented_control,
    conformal_bounds, conformal_mean, jackknife_plus,
};

use crate::shared::{Table, close, table};

/// Half a unit of the third digit.
const PRINTED: f64 = 5.1e-4;

fn data() -> Option<(Table, Vec<usize>)> {
    let data = table("kansas.csv")?;
    let state = data.numbers("fips");
    let mut states: Vec<usize> = state.iter().map(|state| *state as usize).collect();
    states.sort_unstable();
    states.dedup();
    states.retain(|state| *state != 20);
    states.push(20);
    Some((data, states))
}

/// A column by state, Kansas last.
fn grid(data: &Table, states: &[usize], name: &str) -> Vec<Vec<f64>> {
    let (state, values) = (data.numbers("fips"), data.numbers(name));
    let of = |wanted: &usize| {
        (0..state.len()).filter(|row| state[*row] as usize == *wanted).map(|row| values[row]).collect()
    };
    states.iter().map(of).collect()
}

fn panel(data: &Table, states: &[usize]) -> BlockPanel {
    BlockPanel::new(grid(data, states, "lngdpcapita"), 49, 89).unwrap()
}

fn covariates(data: &Table, states: &[usize]) -> BlockCovariates {
    let names = [
        ("lngdpcapita", false),
        ("revstatecapita", true),
        ("revlocalcapita", true),
        ("avgwklywagecapita", true),
        ("estabscapita", false),
        ("emplvlcapita", false),
    ];
    let mut found = BlockCovariates::default();
    for (name, logarithm) in names {
        let mean = |row: &Vec<f64>| {
            let known: Vec<f64> = row[..89]
                .iter()
                .filter(|value| value.is_finite())
                .map(|value| if logarithm { value.ln() } else { *value })
                .collect();
            known.iter().sum::<f64>() / known.len() as f64
        };
        found.names.push(name.to_owned());
        found.values.push(grid(data, states, name).iter().map(mean).collect());
    }
    found
}

#[test]
fn plain_and_ridge() {
    let Some((data, states)) = data() else { return };
    let (panel, none) = (panel(&data, &states), BlockCovariates::default());
    let plain = AugmentedOptions { penalty: Penalty::NoCorrection, ..AugmentedOptions::default() };
    let found = augmented_control(&panel, &none, plain).unwrap();
    close("plain", found.effect, -0.0294, 5.1e-5);
    close("imbalance", found.imbalance, 0.083, PRINTED);
    close("improvement", 1.0 - found.scaled_imbalance, 0.795, PRINTED);
    let ridge = augmented_control(&panel, &none, AugmentedOptions::default()).unwrap();
    eprintln!("λ {:?}", ridge.lambda);
    close("ridge", ridge.effect, -0.0401, 5.1e-5);
    close("imbalance", ridge.imbalance, 0.062, PRINTED);
    close("improvement", 1.0 - ridge.scaled_imbalance, 0.847, PRINTED);
    close("bias", ridge.mean_bias(), 0.011, PRINTED);
    let published = [
        -0.022, -0.047, -0.043, -0.030, -0.041, -0.059, -0.045, -0.058, -0.055, -0.041, -0.029, -0.040,
        -0.030, -0.033, -0.029, -0.038,
    ];
    for (gap, published) in ridge.gap[89..].iter().zip(published) {
        close("a gap", *gap, published, PRINTED);
    }
    let levels = AugmentedOptions { fixed_effects: true, ..plain };
    let found = augmented_control(&panel, &none, levels).unwrap();
    close("with levels", found.effect, -0.0335, 5.1e-5);
    close("imbalance", found.imbalance, 0.082, PRINTED);
    close("improvement", 1.0 - found.scaled_imbalance, 0.551, PRINTED);
}

#[test]
fn with_covariates() {
    let Some((data, states)) = data() else { return };
    let (panel, covariates) = (panel(&data, &states), covariates(&data, &states));
    let found = augmented_control(&panel, &covariates, AugmentedOptions::default()).unwrap();
    close("balanced", found.effect, -0.0609, 5.1e-5);
    close("imbalance", found.imbalance, 0.054, PRINTED);
    // The package prints 0.027: it multiplies what it learnt of scaled covariates with covariates as they are.
    let options = AugmentedOptions { penalty: Penalty::NoCorrection, ..AugmentedOptions::default() };
    let plain = augmented_control(&panel, &covariates, options).unwrap();
    close("bias", found.mean_bias(), plain.effect - found.effect, 1e-12);
    let alone = augmented_control(&panel, &BlockCovariates::default(), AugmentedOptions::default()).unwrap();
    let options = AugmentedOptions { covariates: CovariateUse::Residualised, ..alone.options };
    let found = augmented_control(&panel, &covariates, options).unwrap();
    close("taken out", found.effect, -0.0548, 5.1e-5);
    close("imbalance", found.imbalance, 0.067, PRINTED);
    close("bias", found.mean_bias(), 0.006, PRINTED);
    for values in &covariates.values {
        let synthetic: f64 = values.iter().zip(&found.weights).map(|(value, weight)| value * weight).sum();
        close("a covariate", synthetic, values[49], 1e-9 * values[49].abs());
    }
}

/// Published tests are draws; ours of a single time are exact.
#[test]
fn tests_by_reordered_times() {
    let Some((data, states)) = data() else { return };
    let (panel, none) = (panel(&data, &states), BlockCovariates::default());
    let found = augmented_control(&panel, &none, AugmentedOptions::default()).unwrap();
    let how = Conformal { grid: 30, ..Conformal::default() };
    let bounds = conformal_bounds(&panel, &none, &found, how).unwrap();
    close("all times", bounds.p_value, 0.071, 0.02);
    let published = [(0, -0.044, 0.003, 0.057), (5, -0.091, -0.030, 0.023), (15, -0.091, 0.004, 0.049)];
    for (step, low, high, p_value) in published {
        let found = bounds.times[step];
        eprintln!("{step}: {found:?}");
        close("chance", found.p_value, p_value, 0.015);
        close("low", found.low, low, 0.008);
        close("high", found.high, high, 0.008);
    }
    let jackknife = jackknife_plus(&panel, &none, &found, 0.05, false).unwrap();
    eprintln!("{:?}", jackknife.mean);
    assert!(jackknife.mean[0] < found.effect && found.effect < jackknife.mean[1]);
    // By shifts, which allow for the memory of the series: not beside zero, as the joint test says.
    let mean = conformal_mean(&panel, &none, &found, Conformal::of_mean(0.05)).unwrap();
    eprintln!("{mean:?}");
    assert!(mean.interval[0] < found.effect && found.effect < mean.interval[1]);
}
