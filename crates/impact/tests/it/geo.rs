//! The walk-through of the package `GeoLift`: a campaign of 15 days in Chicago and Portland.

use senne_impact::{
    AugmentedOptions, BlockCovariates, BlockPanel, Conformal, GeoOptions, Penalty, RegionDraw, RegionRules,
    TestSide, augmented_control, candidate_regions, conformal_p_value, evaluate_cells, rank_regions,
    region_power,
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

fn places(sales: &[(String, Vec<f64>)], names: &[&str]) -> Vec<usize> {
    names.iter().map(|name| sales.iter().position(|place| place.0 == *name).unwrap()).collect()
}

/// The table of the walk-through: what sets of cities could show before the campaign.
#[test]
fn which_cities_to_take() {
    let Some(data) = table("geolift_pretest.csv") else { return };
    let sales = sales(&data);
    let outcome: Vec<Vec<f64>> = sales.iter().map(|place| place.1.clone()).collect();
    let rules = RegionRules { include: places(&sales, &["chicago"]), exclude: places(&sales, &["honolulu"]) };
    let candidates = candidate_regions(&outcome, &[2, 3, 4, 5], RegionDraw::Alike, &rules).unwrap();
    let options = GeoOptions { lifts: vec![0.0, 0.05, 0.1, 0.15, 0.2], ..GeoOptions::default() };
    let ranked = rank_regions(&outcome, &candidates, &[10, 15], &options).unwrap();
    let published = [
        (
            vec!["chicago", "cincinnati", "houston", "portland"],
            15,
            0.05,
            0.197_186_4,
            159.3627,
            0.048_299_13,
            74_118.38,
            0.075_764_05,
        ),
        (vec!["chicago", "portland"], 15, 0.10, 0.173_877_8, 290.0071, 0.101_173_16, 64_563.75, 0.033_065_37),
        (
            vec!["chicago", "cincinnati", "houston", "portland"],
            10,
            0.10,
            0.196_699_6,
            316.6204,
            0.095_528_79,
            99_027.75,
            0.075_764_05,
        ),
        (vec!["chicago", "portland"], 10, 0.10, 0.168_231_0, 300.9401, 0.103_780_13, 43_646.25, 0.033_065_37),
        (
            vec!["chicago", "houston", "portland"],
            10,
            0.10,
            0.230_562_8,
            350.3142,
            0.105_029_68,
            75_389.25,
            0.057_970_87,
        ),
    ];
    for (names, duration, lift, imbalance, effect, found, cost, share) in published {
        let regions = places(&sales, &names);
        let own = ranked
            .iter()
            .find(|set| set.power.regions == regions && set.power.duration == duration)
            .unwrap_or_else(|| panic!("{names:?} is not among the candidates"));
        close("imbalance", own.power.scaled_imbalance, imbalance, 5.1e-6);
        close("share", own.power.share, share, 5.1e-8);
        let at = own.power.lifts.iter().find(|at| (at.lift - lift).abs() < 1e-9).unwrap();
        close("effect", at.effect, effect, 0.02);
        close("found", at.found, found, 5.1e-6);
        close("cost", 7.5 * at.added, cost, 0.0051);
        close("smallest", own.power.smallest.unwrap(), lift, 1e-9);
    }
    let names = |set: &senne_impact::RankedRegions| {
        set.power.regions.iter().map(|place| sales[*place].0.as_str()).collect::<Vec<_>>().join(", ")
    };
    // As the walk-through: only what 100,000 can pay.
    let affordable = |set: &&senne_impact::RankedRegions| {
        set.power.at_smallest().is_some_and(|at| 7.5 * at.added.abs() < 100_000.0)
    };
    let best: Vec<String> = ranked.iter().filter(affordable).take(2).map(names).collect();
    assert_eq!(best, ["chicago, cincinnati, houston, portland", "chicago, portland"]);
}

/// The walk-through with two cells.
#[test]
fn two_campaigns_at_once() {
    let Some(data) = table("geolift_test_multicell.csv") else { return };
    let sales = sales(&data);
    let outcome: Vec<Vec<f64>> = sales.iter().map(|place| place.1.clone()).collect();
    let cells = [places(&sales, &["chicago", "cincinnati"]), places(&sales, &["honolulu", "indianapolis"])];
    let usual = GeoOptions::default();
    let control = AugmentedOptions { penalty: Penalty::default(), ..usual.control };
    let options = GeoOptions { control, side: TestSide::Above, ..usual };
    let found = evaluate_cells(&outcome, &cells, 90, &options).unwrap();
    let published = [
        (673.819, 0.228, 20_215.0, 956.678, 0.1694, -0.441, 16_673.879),
        (216.423, 0.071, 6493.0, 1508.472, 0.326, 11.782, 8745.226),
    ];
    for (cell, (effect, lift, incremental, imbalance, scaled, bias, low)) in found.cells.iter().zip(published)
    {
        close("effect", cell.effect, effect, 5.1e-4);
        close("lift", cell.lift, lift, 5.1e-4);
        close("whole", cell.incremental, incremental, 0.51);
        close("imbalance", cell.imbalance, imbalance, 5.1e-4);
        close("scaled", cell.scaled_imbalance, scaled, 5.1e-5);
        close("bias", cell.bias, bias, 5.1e-4);
        assert!(cell.p_value < 0.01, "{}", cell.p_value);
        eprintln!("{:?} published from {low}", cell.incremental_interval);
    }
    assert_eq!(found.best(), None, "as published: no winner");
}

#[test]
fn sets_of_regions() {
    let course =
        |region: usize| (0..30).map(|t| (region * 10 + t % (region + 2)) as f64).collect::<Vec<f64>>();
    let outcome: Vec<Vec<f64>> = (0..8).map(course).collect();
    let none = RegionRules::default();
    assert_eq!(candidate_regions(&outcome, &[2], RegionDraw::All, &none).unwrap().len(), 28);
    let rules = RegionRules { include: vec![3], exclude: vec![0] };
    let sets = candidate_regions(&outcome, &[3], RegionDraw::All, &rules).unwrap();
    assert_eq!(sets.len(), 15);
    assert!(sets.iter().all(|set| set.contains(&3) && !set.contains(&0)));
    let draw = RegionDraw::Stratified { sets: 6, seed: 4 };
    let sets = candidate_regions(&outcome, &[4], draw, &none).unwrap();
    assert_eq!(sets, candidate_regions(&outcome, &[4], draw, &none).unwrap(), "the same seed");
    // Of each pair of neighbours in outcome one.
    assert!(
        sets.iter().all(|set| (0..4).all(|pair| set.iter().filter(|r| **r / 2 == pair).count() == 1)),
        "{sets:?}"
    );
    for (sizes, rules) in
        [(8, none.clone()), (0, none.clone()), (2, RegionRules { include: vec![9], exclude: vec![] })]
    {
        assert!(candidate_regions(&outcome, &[sizes], RegionDraw::All, &rules).is_err());
    }
    assert!(region_power(&outcome, &[1, 1], &GeoOptions::default()).is_err());
    assert!(region_power(&outcome, &[1, 80], &GeoOptions::default()).is_err());
    assert!(region_power(&outcome, &[1], &GeoOptions { duration: 0, ..GeoOptions::default() }).is_err());
    assert!(
        region_power(&outcome, &[1], &GeoOptions { duration: usize::MAX, ..GeoOptions::default() }).is_err()
    );
    assert!(evaluate_cells(&outcome, &[vec![1], vec![1]], 20, &GeoOptions::default()).is_err());
    assert!(evaluate_cells(&outcome, &[vec![1], vec![]], 20, &GeoOptions::default()).is_err());
    assert!(evaluate_cells(&outcome, &[vec![1], vec![2]], 99, &GeoOptions::default()).is_err());
}
