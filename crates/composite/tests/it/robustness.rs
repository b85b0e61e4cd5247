//! How far the ranks of the ASEM example hang on its choices, as COINr prints it.

use senne_composite::{
    Aggregation, Element, Hierarchy, Imputation, Inputs, LevelPlan, Method, Normalisation, NormaliseOptions,
    Plan, Screening, Table, Weights,
    robustness::{
        Alternatives, Assumption, Saltelli, SensitivityOptions, UncertaintyOptions, effects, noisy_weights,
        removals, sensitivity, uncertainty, what_if,
    },
};

use crate::{
    asem::{Asem, asem},
    shared::{close, sheet, words},
};

#[test]
fn results() {
    let Some(asem) = asem() else { return };
    let composite = asem.composite();
    let wanted = sheet("expected_results_table.csv").unwrap();
    let ranks = composite.ranks();
    for (row, unit) in wanted.texts("uCode").iter().enumerate() {
        for code in wanted.names.iter().filter(|name| !["uCode", "Rank"].contains(&name.as_str())) {
            let own = composite.aggregated.table.value(unit, code).unwrap();
            // The table is rounded to six decimals.
            assert!((own - wanted.values(code)[row].unwrap()).abs() < 5.1e-7, "{unit} {code}: {own}");
        }
        let place = composite.units().iter().position(|known| known == unit).unwrap();
        assert_eq!(ranks[place].map(|rank| rank as f64), wanted.values("Rank")[row], "{unit}");
    }
    let trail = composite.trail("AUS", "Flights");
    let raw = asem.raw.value("AUS", "Flights").unwrap();
    close("raw", trail.raw.unwrap(), raw, 0.0);
    close(
        "divided",
        trail.denominated.unwrap(),
        raw / asem.denominators.value("AUS", "Population").unwrap(),
        1e-15,
    );
    assert_eq!(trail.denominated, trail.treated);
    close("scaled", trail.normalised.unwrap(), 12.322_321_709_653_7, 1e-12);
}

/// The example of `remove_elements`: the mean absolute shift of rank without each pillar.
#[test]
fn without_a_pillar() {
    let Some(asem) = asem() else { return };
    let found = removals(&asem.composite(), &asem.method(), 2).unwrap();
    let printed = [
        ("Physical", 1.529_412),
        ("ConEcFin", 2.627_451),
        ("Political", 2.901_961),
        ("Instit", 1.176_471),
        ("P2P", 1.686_275),
        ("Environ", 3.098_039),
        ("Social", 3.960_784),
        ("SusEcFin", 2.627_451),
    ];
    assert_eq!(found.len(), printed.len());
    for (own, (code, shift)) in found.iter().zip(printed) {
        assert_eq!(own.code, code);
        close(code, own.mean_shift.unwrap(), shift, 5e-7);
    }
    assert_eq!(removals(&asem.composite(), &asem.method(), 1).unwrap().len(), 49);
    assert!(words(removals(&asem.composite(), &asem.method(), 4)).contains("below that of the index"));
}

/// Ranks before and after, from the article on adjustments.
fn changed(
    asem: &Asem,
    change: &dyn Fn(&mut senne_composite::Method),
    printed: &[(&str, usize, Option<usize>)],
) {
    let mut method = asem.method();
    change(&mut method);
    let found = what_if(&asem.inputs(), &asem.composite(), &method).unwrap();
    for (unit, before, after) in printed {
        let own = found.iter().find(|change| change.unit == *unit).unwrap();
        assert_eq!(own.ranks, (Some(*before), *after), "{unit}");
        assert_eq!(own.rise, after.map(|after| *before as i64 - after as i64), "{unit}");
    }
}

#[test]
fn by_percentile_ranks() {
    let Some(asem) = asem() else { return };
    let printed = [
        ("PRT", 27, Some(17)),
        ("LAO", 48, Some(39)),
        ("MLT", 10, Some(19)),
        ("EST", 22, Some(16)),
        ("IDN", 43, Some(49)),
        ("ESP", 19, Some(24)),
        ("HRV", 18, Some(23)),
        ("LTU", 16, Some(11)),
        ("MNG", 44, Some(48)),
        ("GBR", 15, Some(12)),
        ("JPN", 34, Some(31)),
        ("LVA", 23, Some(20)),
        ("PAK", 50, Some(47)),
        ("BEL", 5, Some(7)),
        ("BGD", 46, Some(44)),
        ("CHN", 49, Some(51)),
        ("HUN", 20, Some(22)),
        ("IRL", 12, Some(14)),
        ("KAZ", 47, Some(45)),
        ("KOR", 31, Some(33)),
        ("LUX", 8, Some(10)),
        ("NLD", 2, Some(4)),
        ("PHL", 38, Some(40)),
        ("POL", 26, Some(28)),
        ("SVK", 24, Some(26)),
        ("SVN", 11, Some(9)),
        ("AUT", 7, Some(6)),
        ("BGR", 30, Some(29)),
        ("BRN", 40, Some(41)),
        ("CYP", 29, Some(30)),
        ("CZE", 17, Some(18)),
        ("DEU", 9, Some(8)),
        ("DNK", 3, Some(2)),
        ("IND", 45, Some(46)),
        ("ITA", 28, Some(27)),
        ("KHM", 37, Some(36)),
        ("MMR", 41, Some(42)),
        ("MYS", 39, Some(38)),
        ("NOR", 4, Some(3)),
        ("NZL", 33, Some(34)),
        ("RUS", 51, Some(50)),
        ("SGP", 14, Some(15)),
        ("SWE", 6, Some(5)),
        ("THA", 42, Some(43)),
        ("VNM", 36, Some(37)),
        ("AUS", 35, Some(35)),
        ("CHE", 1, Some(1)),
        ("FIN", 13, Some(13)),
        ("FRA", 21, Some(21)),
        ("GRC", 32, Some(32)),
        ("ROU", 25, Some(25)),
    ];
    assert_eq!(printed.len(), 51);
    changed(
        &asem,
        &|method| method.normalisation = NormaliseOptions::all(Normalisation::PercentileRank),
        &printed,
    );
}

#[test]
fn with_well_known_units_alone() {
    let Some(asem) = asem() else { return };
    let printed = [
        ("PAK", 50, Some(44)),
        ("ESP", 19, Some(24)),
        ("IND", 45, Some(40)),
        ("RUS", 51, Some(46)),
        ("THA", 42, Some(37)),
        ("CHN", 49, Some(45)),
        ("KAZ", 47, Some(43)),
        ("FRA", 21, Some(18)),
        ("MLT", 10, Some(13)),
        ("SGP", 14, Some(11)),
        ("IDN", 43, Some(41)),
        ("LVA", 23, Some(21)),
        ("MNG", 44, Some(42)),
        ("SVK", 24, Some(22)),
        ("BGR", 30, Some(31)),
        ("DNK", 3, Some(2)),
        ("EST", 22, Some(23)),
        ("NLD", 2, Some(3)),
        ("CHE", 1, Some(1)),
        ("VNM", 36, Some(36)),
        ("BGD", 46, None),
        ("BRN", 40, None),
        ("KHM", 37, None),
        ("LAO", 48, None),
        ("MMR", 41, None),
    ];
    let change = |method: &mut senne_composite::Method| {
        method.screening = Some(Screening { least_available: Some(0.9), ..Screening::default() });
        method.imputation = None;
    };
    changed(&asem, &change, &printed);
}

/// The four assumptions of the article on sensitivity.
fn assumptions(asem: &Asem) -> Vec<Assumption> {
    let scales = vec![
        NormaliseOptions::all(Normalisation::MinMax { low: 1.0, high: 100.0 }),
        NormaliseOptions::all(Normalisation::ZScore { mean: 10.0, deviation: 2.0 }),
    ];
    let noisy =
        noisy_weights(&asem.method().weights, &asem.hierarchy, &[(2, 0.25), (3, 0.25)], 100, 7).unwrap();
    let means = vec![Plan::all(Aggregation::Arithmetic), Plan::all(Aggregation::Geometric)];
    vec![
        Assumption::new("points", Alternatives::MostPoints(vec![1, 2, 3, 4, 5])),
        Assumption::new("scale", Alternatives::Normalisation(scales)),
        Assumption::new("weights", Alternatives::Weights(noisy)),
        Assumption::new("mean", Alternatives::Plan(means)),
    ]
}

/// The article prints statistics of 100 draws, of another generator: means agree to within what such draws leave open.
#[test]
fn intervals_of_ranks() {
    let Some(asem) = asem() else { return };
    let options = UncertaintyOptions { draws: 200, seed: 3 };
    let found = uncertainty(&asem.inputs(), &asem.method(), &assumptions(&asem), options).unwrap();
    for (unit, nominal, mean, low, high) in [
        ("AUS", 35, 35.28, 34.0, 38.0),
        ("AUT", 7, 7.0, 5.95, 9.0),
        ("BEL", 5, 5.15, 3.0, 9.0),
        ("BGD", 46, 45.46, 41.0, 48.0),
        ("BGR", 30, 27.59, 24.0, 30.0),
        ("BRN", 40, 40.07, 37.0, 45.0),
    ] {
        let own = found.intervals.iter().find(|one| one.unit == unit).unwrap();
        assert_eq!(own.nominal, Some(nominal));
        assert!((own.mean.unwrap() - mean).abs() < 0.6, "{own:?}");
        assert!((own.low.unwrap() - low).abs() <= 1.5 && (own.high.unwrap() - high).abs() <= 1.5, "{own:?}");
        assert!(own.low <= own.median && own.median <= own.high);
    }
    let again = uncertainty(&asem.inputs(), &asem.method(), &assumptions(&asem), options).unwrap();
    assert_eq!(found, again, "the seed decides");
}

/// The article finds the mean the most, and the number of points the least important choice.
#[test]
fn effects_of_choices() {
    let Some(asem) = asem() else { return };
    let options = SensitivityOptions { points: 60, bootstrap: 100, seed: 5 };
    let found = sensitivity(&asem.inputs(), &asem.method(), &assumptions(&asem), options).unwrap();
    let shift = found.shift.unwrap();
    let totals: Vec<f64> = shift.iter().map(|effect| effect.total).collect();
    assert!(totals[3] > totals[0] && totals[3] > totals[1] && totals[3] > totals[2], "{totals:?}");
    assert!(totals[0] < totals[1] && totals[0] < totals[2], "{totals:?}");
    for effect in &shift {
        let interval = effect.total_interval.unwrap();
        assert!(interval.low <= interval.high && interval.low >= 0.0);
    }
    assert_eq!(found.of_unit.len(), 51);
    assert!(found.of_unit.iter().any(|(_, effects)| effects.is_some()));
}

/// The function of Ishigami and Homma (1990), whose effects are known.
#[test]
fn effects_of_a_known_function() {
    let design = Saltelli::new(20_000, 3, 11);
    let function = |row: &Vec<f64>| {
        let x: Vec<f64> = row.iter().map(|part| std::f64::consts::PI * (2.0 * part - 1.0)).collect();
        x[0].sin() + 7.0 * x[1].sin().powi(2) + 0.1 * x[2].powi(4) * x[0].sin()
    };
    let run = |sample: &Vec<Vec<f64>>| sample.iter().map(function).collect::<Vec<f64>>();
    let mixed: Vec<Vec<f64>> = design.mixed.iter().map(run).collect();
    let found = effects(&run(&design.first), &run(&design.second), &mixed, 50, 1).unwrap().unwrap();
    for (effect, (first, total)) in found.iter().zip([(0.3139, 0.5576), (0.4424, 0.4424), (0.0, 0.2437)]) {
        assert!((effect.first - first).abs() < 0.02, "{effect:?}");
        assert!((effect.total - total).abs() < 0.015, "{effect:?}");
        let interval = effect.first_interval.unwrap();
        assert!(interval.low <= effect.first && effect.first <= interval.high);
    }
    assert_eq!(effects(&[1.0; 4], &[1.0; 4], &[vec![1.0; 4]], 0, 1).unwrap(), None);
}

#[test]
fn choices_that_do_not_go_together() {
    let Some(asem) = asem() else { return };
    let plans = vec![Plan::all(Aggregation::Geometric)];
    let options = UncertaintyOptions { draws: 2, seed: 1 };
    let run = |alternatives| {
        uncertainty(&asem.inputs(), &asem.method(), &[Assumption::new("mean", alternatives)], options)
    };
    assert!(words(run(Alternatives::Plan(plans))).contains("is not above 0"));
    assert!(words(run(Alternatives::Plan(vec![]))).contains("alternatives of `mean`: there are 0"));
    assert!(
        words(run(Alternatives::Power { low: 0.5, high: 2.0 })).contains("the bounds of power of `mean`")
    );
    run(Alternatives::Power { low: 0.2, high: 1.0 }).unwrap();
    run(Alternatives::Imputation(vec![Some(Imputation::Median), None])).unwrap();
}

/// Two units, one indicator: of four tables three keep the order, so the places move by the values alone, with the weight counting for nothing.
#[test]
fn values_that_might_have_come_out_otherwise() {
    let elements = [Element::aggregate("index", 2, None), Element::indicator("x", "index")];
    let hierarchy = Hierarchy::new(elements.to_vec()).unwrap();
    let table = |a: f64, b: f64| {
        let units = vec!["a".to_owned(), "b".to_owned()];
        Table::new(units, vec![("x".to_owned(), vec![Some(a), Some(b)])]).unwrap()
    };
    let weights = Weights::given(&hierarchy);
    let method = Method {
        denominate: false,
        screening: None,
        imputation: None,
        treatment: None,
        normalisation: NormaliseOptions::all(Normalisation::Directed),
        weights: weights.clone(),
        plan: Plan::new(vec![LevelPlan { by: Aggregation::Arithmetic, least_available: 0.0 }]),
    };
    let inputs = Inputs { hierarchy, raw: table(2.0, 1.0), denominators: None };
    let drawn = vec![table(2.0, 1.0), table(3.0, 1.0), table(4.0, 3.0), table(1.0, 2.0)];
    let assumptions = [
        Assumption::new("values", Alternatives::Values(drawn)),
        Assumption::new("weights", Alternatives::Weights(vec![weights.clone(), weights])),
    ];
    let options = SensitivityOptions { points: 2_000, bootstrap: 0, seed: 2 };
    let found = sensitivity(&inputs, &method, &assumptions, options).unwrap();
    let shift = found.shift.unwrap();
    assert!((shift[0].total - 1.0).abs() < 0.06 && shift[1].total == 0.0, "{shift:?}");
    // A quarter of the draws puts `a` second.
    let a = &found.intervals[0];
    assert!((a.mean.unwrap() - 1.25).abs() < 0.03, "{a:?}");
    assert!(
        words(uncertainty(
            &inputs,
            &method,
            &[Assumption::new("values", Alternatives::Values(vec![]))],
            UncertaintyOptions::default()
        ))
        .contains("alternatives of `values`")
    );
}
