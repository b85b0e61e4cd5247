//! Means and outranking as COINr computes them, and Mazziotta and Pareto as they define them.

use senne_composite::{
    Aggregation, Element, Hierarchy, LevelPlan, Normalisation, NormaliseOptions, Penalty, Plan, Table,
    Weights, aggregate, normalise, outranking,
};

use crate::{
    asem::asem,
    shared::{close, near, same, sheet},
};

fn compare(file: &str, by: Aggregation) {
    let Some(asem) = asem() else { return };
    let scale = NormaliseOptions::all(Normalisation::MinMax { low: 1.0, high: 100.0 });
    let normalised = normalise(&asem.treated(), &asem.hierarchy, &scale).unwrap().table;
    let weights = Weights::given(&asem.hierarchy);
    let found = aggregate(&normalised, &asem.hierarchy, &weights, &Plan::all(by)).unwrap().table;
    let wanted = sheet(file).unwrap().whole("uCode");
    assert_eq!(same(&found, &wanted, 1e-11), 51 * 11);
}

#[test]
fn arithmetic_means() {
    compare("expected_agg_amean_minmax1_100.csv", Aggregation::Arithmetic);
    compare("expected_agg_amean_minmax1_100.csv", Aggregation::Generalised { power: 1.0 });
}

#[test]
fn geometric_means() {
    compare("expected_agg_gmean_minmax1_100.csv", Aggregation::Geometric);
    compare("expected_agg_gmean_minmax1_100.csv", Aggregation::Generalised { power: 0.0 });
}

#[test]
fn harmonic_means() {
    compare("expected_agg_hmean_minmax1_100.csv", Aggregation::Harmonic);
    compare("expected_agg_hmean_minmax1_100.csv", Aggregation::Generalised { power: -1.0 });
}

const PILLARS: [&str; 8] =
    ["Physical", "ConEcFin", "Political", "Instit", "P2P", "Environ", "Social", "SusEcFin"];

#[test]
fn the_outranking_matrix() {
    let Some(asem) = asem() else { return };
    let aggregated = asem.aggregated();
    let columns = PILLARS.map(|code| aggregated.column(code).unwrap());
    let found = outranking(&columns, &[1.0; 8]).unwrap();
    let wanted = sheet("expected_outrank_matrix_8pillars.csv").unwrap();
    for (row, unit) in wanted.texts("uCode").iter().enumerate() {
        let own = aggregated.place_of_unit(unit).unwrap();
        for other in wanted.texts("uCode") {
            let place = aggregated.place_of_unit(other).unwrap();
            near(
                &format!("{unit} {other}"),
                found.matrix[own][place].unwrap(),
                wanted.values(other)[row].unwrap(),
                1e-14,
            );
        }
    }
    assert!(found.dominance() > 0.0 && found.dominance() < 1.0);
}

#[test]
fn copeland_scores() {
    let Some(asem) = asem() else { return };
    let aggregated = asem.aggregated();
    let wanted = sheet("expected_copeland.csv").unwrap();
    for (name, codes) in [
        ("copeland_Conn5", &PILLARS[..5]),
        ("copeland_Sust3", &PILLARS[5..]),
        ("copeland_8pillars", &PILLARS[..]),
    ] {
        let columns: Vec<_> = codes.iter().map(|code| aggregated.column(code).unwrap()).collect();
        let found = outranking(&columns, &vec![1.0; codes.len()]).unwrap().copeland();
        for (row, unit) in wanted.texts("uCode").iter().enumerate() {
            let place = aggregated.place_of_unit(unit).unwrap();
            near(unit, found[place], wanted.values(name)[row].unwrap(), 0.0);
        }
    }
    // The same as one level among others.
    let plan = Plan::new(vec![
        Aggregation::Arithmetic.into(),
        Aggregation::Copeland.into(),
        Aggregation::Arithmetic.into(),
    ]);
    let weights = Weights::given(&asem.hierarchy);
    let found = aggregate(&asem.normalised(), &asem.hierarchy, &weights, &plan).unwrap().table;
    for (row, unit) in wanted.texts("uCode").iter().enumerate() {
        near(unit, found.value(unit, "Conn").unwrap(), wanted.values("copeland_Conn5")[row].unwrap(), 0.0);
        near(unit, found.value(unit, "Sust").unwrap(), wanted.values("copeland_Sust3")[row].unwrap(), 0.0);
    }
}

fn two_of(values: [Option<f64>; 3]) -> (Table, Hierarchy) {
    let column = |place: usize| (format!("i{place}"), vec![values[place], Some(1.0)]);
    let table = Table::new(vec!["a".to_owned(), "b".to_owned()], (0..3).map(column).collect()).unwrap();
    let mut elements: Vec<Element> =
        (0..3).map(|place| Element::indicator(format!("i{place}"), "index")).collect();
    elements.push(Element::aggregate("index", 2, None));
    (table, Hierarchy::new(elements).unwrap())
}

fn one(values: [Option<f64>; 3], weights: [f64; 3], plan: LevelPlan) -> Option<f64> {
    let (table, hierarchy) = two_of(values);
    let weights = Weights::new((0..3).map(|place| (format!("i{place}"), weights[place]))).unwrap();
    aggregate(&table, &hierarchy, &weights, &Plan::new(vec![plan])).unwrap().table.value("a", "index")
}

#[test]
fn mazziotta_and_pareto() {
    let values = [Some(90.0), Some(105.0), Some(117.0)];
    let mean = 104.0;
    let squares: f64 = [90.0, 105.0, 117.0].iter().map(|value: &f64| (value - mean).powi(2)).sum();
    let (sample, population) = (squares / 2.0, squares / 3.0);
    for (by, wanted) in [
        (Aggregation::MazziottaPareto { penalty: Penalty::Lowers }, mean - sample / mean),
        (Aggregation::MazziottaPareto { penalty: Penalty::Raises }, mean + sample / mean),
        (Aggregation::AdjustedMazziottaPareto { penalty: Penalty::Lowers }, mean - population / mean),
        (Aggregation::AdjustedMazziottaPareto { penalty: Penalty::Raises }, mean + population / mean),
    ] {
        close("with a penalty", one(values, [1.0; 3], by.into()).unwrap(), wanted, 1e-14);
    }
}

#[test]
fn medians() {
    let values = [Some(5.0), Some(1.0), Some(9.0)];
    let median = |weights| one(values, weights, Aggregation::Median.into()).unwrap();
    close("of three", median([1.0; 3]), 5.0, 1e-15);
    close("of two", median([1.0, 1.0, 0.0]), 3.0, 1e-15);
    close("by weight", median([1.0, 1.0, 3.0]), 9.0, 1e-15);
    close("half and half", median([1.0, 1.0, 2.0]), 7.0, 1e-15);
}

#[test]
fn weights_are_scaled_over_what_is_there() {
    let values = [Some(2.0), None, Some(8.0)];
    let mean = |by: Aggregation| one(values, [1.0, 5.0, 2.0], by.into()).unwrap();
    close("arithmetic", mean(Aggregation::Arithmetic), 6.0, 1e-14);
    close("geometric", mean(Aggregation::Geometric), 128.0_f64.cbrt(), 1e-14);
    close("harmonic", mean(Aggregation::Harmonic), 4.0, 1e-14);
    close(
        "square root",
        mean(Aggregation::Generalised { power: 0.5 }),
        (5.0 * 2.0_f64.sqrt() / 3.0).powi(2),
        1e-14,
    );
    close("the least", mean(Aggregation::Generalised { power: f64::NEG_INFINITY }), 2.0, 0.0);
    let limit =
        |least_available| one(values, [1.0; 3], LevelPlan { by: Aggregation::Arithmetic, least_available });
    close("two of three are enough", limit(2.0 / 3.0).unwrap(), 5.0, 1e-14);
    assert_eq!(limit(0.7), None);
    assert_eq!(one([None; 3], [1.0; 3], Aggregation::Arithmetic.into()), None);
}

#[test]
fn lower_powers_make_up_for_less() {
    let values = [Some(20.0), Some(50.0), Some(90.0)];
    let mean = |power: f64| one(values, [1.0, 2.0, 3.0], Aggregation::Generalised { power }.into()).unwrap();
    let powers = [f64::NEG_INFINITY, -300.0, -10.0, -1.0, -1e-6, 0.0, 1e-6, 0.5, 1.0];
    let means: Vec<f64> = powers.into_iter().map(mean).collect();
    assert!(means.windows(2).all(|pair| pair[0] < pair[1]), "{means:?}");
}
