//! The walk-through of the package `GeoLift`: a campaign of 15 days in Chicago and Portland.

use senne_impact::{
    AugmentedOptions, BlockCovariates, BlockPanel, Conformal, Penalty, augmented_control, conformal_p_value,
};

use crate::shared::{Table, close, table};

/// The places, and what each sold by day.
fn sales(data: &Table) -> Vec<(String, Vec<f64>)> {
    let (place, sold) = (data.texts("location"), data.numbers("Y"));
    let mut places: Vec<String> = place.to_vec();
    places.sort();
    places.dedup();
    let of = |name: String| {
        let days = (0..place.len()).filter(|row| place[*row] == name).map(|row| sold[row]).collect();
        (name, days)
    };
    places.into_iter().map(of).collect()
}

fn block(sales: &[(String, Vec<f64>)], treated: &[&str], before: usize) -> BlockPanel {
    let is_treated = |place: &(String, Vec<f64>)| treated.contains(&place.0.as_str());
    let donors: Vec<Vec<f64>> =
        sales.iter().filter(|place| !is_treated(place)).map(|p| p.1.clone()).collect();
    let count = donors.len();
    let chosen = sales.iter().filter(|place| is_treated(place)).map(|place| place.1.clone());
    BlockPanel::new(donors.into_iter().chain(chosen).collect(), count, before).unwrap()
}

#[test]
fn a_campaign_in_two_cities() {
    let Some(data) = table("geolift_test.csv") else { return };
    let panel = block(&sales(&data), &["chicago", "portland"], 90);
    let none = BlockCovariates::default();
    let plain = AugmentedOptions {
        penalty: Penalty::NoCorrection,
        fixed_effects: true,
        ..AugmentedOptions::default()
    };
    let found = augmented_control(&panel, &none, plain).unwrap();
    close("a day", found.effect, 155.556, 5.1e-4);
    close("all", found.effect * 30.0, 4667.0, 0.51);
    close("imbalance", found.imbalance, 909.489, 5.1e-4);
    close("scaled", found.scaled_imbalance, 0.1636, 5.1e-5);
    let observed: f64 = panel.treated_mean()[90..].iter().sum::<f64>() / 15.0;
    close("lift", found.effect / (observed - found.effect), 0.054, 5.1e-4);
    let p_value = conformal_p_value(&panel, &none, &found, Conformal::default()).unwrap();
    close("chance", p_value, 0.013, 0.008);
    let ridge =
        augmented_control(&panel, &none, AugmentedOptions { penalty: Penalty::default(), ..plain }).unwrap();
    close("a day", ridge.effect, 156.805, 5.1e-4);
    close("imbalance", ridge.imbalance, 903.525, 5.1e-4);
    close("bias", ridge.mean_bias(), -1.249, 5.1e-4);
}
