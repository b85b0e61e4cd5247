//! Minimum wages and teen employment (`mpdta`), as the R package `did` has it.

use senne_impact::{
    Aggregation, Bootstrap, Comparison, Estimator, GroupTimeEffects, StaggeredOptions, StaggeredPanel,
    group_time_effects,
};

use crate::shared::{close, expected, table};

const EFFECT: f64 = 1e-8;
const ERROR: f64 = 1e-6;

fn effects(with_covariate: bool, options: StaggeredOptions) -> Option<GroupTimeEffects> {
    let data = table("mpdta.csv")?;
    let whole = |name: &str| data.numbers(name).into_iter().map(|value| value as i64).collect::<Vec<i64>>();
    let first: Vec<Option<i64>> =
        whole("first.treat").into_iter().map(|first| (first > 0).then_some(first)).collect();
    let covariates = if with_covariate { vec![data.numbers("lpop")] } else { Vec::new() };
    let unit = data.groups("countyreal");
    let panel =
        StaggeredPanel::from_rows(&unit, &whole("year"), &data.numbers("lemp"), &first, &covariates).unwrap();
    assert_eq!((panel.units(), panel.left_out), (500, 0));
    Some(group_time_effects(&panel, options).unwrap())
}

fn compare(row: &str, found: (f64, f64), wanted: (f64, f64)) {
    close(row, found.0, wanted.0, EFFECT);
    close(&format!("error of {row}"), found.1, wanted.1, ERROR);
}

#[test]
fn every_estimator_comparison_and_aggregation() {
    let Some(wanted) = table("mpdta_expected_did_analytic.csv") else { return };
    let (estimate, error) = (wanted.numbers("estimate"), wanted.numbers("se"));
    let (group, time) = (wanted.numbers("group"), wanted.numbers("time"));
    let column = |name: &str| wanted.texts(name).to_vec();
    let (method, formula, control, kind) =
        (column("est_method"), column("xformla"), column("control_group"), column("agg"));
    let mut compared = 0;
    for (name, estimator) in
        [("dr", Estimator::DoublyRobust), ("reg", Estimator::Regression), ("ipw", Estimator::Weighting)]
    {
        for covariate in [false, true] {
            for (control_name, comparison) in
                [("nevertreated", Comparison::NeverTreated), ("notyettreated", Comparison::NotYetTreated)]
            {
                let options = StaggeredOptions { estimator, comparison, anticipation: 0 };
                let Some(effects) = effects(covariate, options) else { return };
                assert!(effects.left_out.is_empty(), "{:?}", effects.left_out);
                let formula_name = if covariate { "~lpop" } else { "~1" };
                let rows = (0..method.len()).filter(|row| {
                    method[*row] == name && formula[*row] == formula_name && control[*row] == control_name
                });
                for row in rows {
                    let what = format!(
                        "{name} {formula_name} {control_name} {} {} {}",
                        kind[row], group[row], time[row]
                    );
                    let wanted = (estimate[row], error[row]);
                    let by = match kind[row].split('_').next().unwrap() {
                        "att" => {
                            let at = |e: &&senne_impact::GroupTime| {
                                (e.group as f64 - group[row]).abs() < 0.5
                                    && (e.time as f64 - time[row]).abs() < 0.5
                            };
                            let found = effects.effects.iter().find(at).unwrap();
                            compare(&what, (found.effect, found.standard_error), wanted);
                            compared += 1;
                            continue;
                        }
                        "simple" => Aggregation::Simple,
                        "dynamic" => Aggregation::Dynamic,
                        "group" => Aggregation::Group,
                        "calendar" => Aggregation::Calendar,
                        other => panic!("{other}"),
                    };
                    let whole = effects.aggregate(by).unwrap();
                    let found = if kind[row].ends_with("_overall") {
                        (whole.effect, whole.standard_error)
                    } else {
                        let key = if group[row].is_nan() { time[row] } else { group[row] } as i64;
                        let part = whole.parts.iter().find(|part| part.at == key).unwrap();
                        (part.effect, part.standard_error)
                    };
                    compare(&what, found, wanted);
                    compared += 1;
                }
            }
        }
    }
    assert_eq!(compared, method.len(), "every row of the published table");
}

#[test]
fn the_test_before_treatment() {
    let Some(effects) = effects(false, StaggeredOptions::default()) else { return };
    let wanted = expected().unwrap()["mpdta_callaway_santanna"]["pretest_p"].as_f64().unwrap();
    close("the chance", effects.pretest.unwrap(), wanted, 5.1e-6);
}

#[test]
fn a_band_around_all_effects() {
    let Some(effects) = effects(false, StaggeredOptions::default()) else { return };
    let bands = effects.bands(Bootstrap::default()).unwrap();
    for (error, effect) in bands.standard_errors.iter().zip(&effects.effects) {
        close("an error", error / effect.standard_error, 1.0, 0.15);
    }
    // Between one effect alone (1.96) and twelve that have nothing to do with one another (Bonferroni 2.87).
    assert!((2.3..3.1).contains(&bands.width), "{}", bands.width);
    assert_eq!(bands, effects.bands(Bootstrap::default()).unwrap());
    let course = effects.aggregate(Aggregation::Dynamic).unwrap();
    let narrower = course.bands(Bootstrap::default()).unwrap();
    assert!(narrower.width < bands.width && narrower.standard_errors.len() == course.parts.len());
}
