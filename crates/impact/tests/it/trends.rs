//! What differences of trends do to effects: the walk-through of the package `HonestDiD`, on the expansion of Medicaid in 2014.

use proptest::prelude::*;
use senne_impact::{
    Breakdown, Correction, Design, Errors, EventStudy, Hybrid, MagnitudeOptions, breakdown_curvature,
    breakdown_magnitude, fit, relative_magnitudes, smoothness, within,
};

use crate::shared::{close, table};

/// Years 2008 to 2015, without states that begin in 2015; what is asked for is the effect of the first year.
fn medicaid(weights: Vec<f64>) -> Option<EventStudy> {
    let data = table("ehec.csv")?;
    let (state, year, insured, first) =
        (data.numbers("stfips"), data.numbers("year"), data.numbers("dins"), data.numbers("yexp2"));
    let rows: Vec<usize> =
        (0..state.len()).filter(|row| year[*row] < 2016.0 && first[*row] != 2015.0).collect();
    let take = |column: &[f64]| rows.iter().map(|row| column[*row]).collect::<Vec<f64>>();
    let unit: Vec<usize> = take(&state).iter().map(|state| *state as usize).collect();
    let time: Vec<usize> = take(&year).iter().map(|year| *year as usize - 2008).collect();
    let mut design = Design::new();
    for step in (2008..2016).filter(|step| *step != 2013) {
        let column = rows
            .iter()
            .map(|row| f64::from(u8::from(first[*row] == 2014.0 && year[*row] == f64::from(step))));
        design.push(step.to_string(), column.collect());
    }
    let absorbed = within(&take(&insured), &design, &[&unit, &time], None).unwrap();
    let fit = fit(&absorbed.design, &absorbed.outcome, None).unwrap();
    let correction = Correction::Finite { absorbed: absorbed.levels[1] };
    let covariance = fit.covariance(&Errors::Clustered(vec![unit]), correction).unwrap();
    let rows: Vec<Vec<f64>> = (0..7).map(|a| (0..7).map(|b| covariance[(a, b)]).collect()).collect();
    Some(EventStudy::new(fit.coefficients, &rows, 5, weights).unwrap())
}

#[test]
fn relative_to_what_was_before() {
    let Some(study) = medicaid(vec![1.0, 0.0]) else { return };
    // The bound of the first stage is drawn; a step of the grid is 3.5e-4.
    for (bound, low, high) in
        [(0.5, 0.0241, 0.0673), (1.0, 0.0171, 0.0720), (1.5, 0.00859, 0.0796), (2.0, -0.00107, 0.0883)]
    {
        let found = relative_magnitudes(&study, bound, MagnitudeOptions::default()).unwrap().unwrap();
        eprintln!("{bound}: {found:?}");
        close("low", found[0], low, 8e-4);
        close("high", found[1], high, 8e-4);
    }
    let Breakdown::At(bound) = breakdown_magnitude(&study, 5.0, MagnitudeOptions::default()).unwrap() else {
        panic!("it breaks down")
    };
    close("breakdown", bound, 1.95, 0.06);
}

#[test]
fn near_a_line() {
    let Some(study) = medicaid(vec![1.0, 0.0]) else { return };
    let published = [
        (0.0, 0.0259, 0.0607),
        (0.01, 0.0132, 0.0787),
        (0.02, 0.002_86, 0.0907),
        (0.03, -0.007_14, 0.101),
        (0.04, -0.0171, 0.111),
        (0.05, -0.0271, 0.121),
    ];
    for (bound, low, high) in published {
        let found = smoothness(&study, bound, 0.05).unwrap();
        eprintln!("{bound}: {found:?}");
        close("low", found[0], low, 1.1e-4);
        close("high", found[1], high, 5.5e-4);
    }
    let Breakdown::At(bound) = breakdown_curvature(&study, 1.0, 0.05).unwrap() else {
        panic!("it breaks down")
    };
    close("breakdown", bound, 0.0228, 5e-4);
}

#[test]
fn means_of_later_effects() {
    let Some(study) = medicaid(vec![0.5, 0.5]) else { return };
    let conventional = study.conventional_interval(0.05);
    let mut last = conventional;
    for bound in [0.0, 0.5, 1.0, 2.0] {
        let found = relative_magnitudes(&study, bound, MagnitudeOptions::default()).unwrap().unwrap();
        eprintln!("{bound}: {found:?}");
        assert!(found[1] - found[0] > (last[1] - last[0]) * 0.9, "{bound}: {found:?} after {last:?}");
        last = found;
    }
}

/// With one time on either side and no hybrid the test is known: trends differ by what they did before, times the bound.
#[test]
fn one_time_on_either_side() {
    let study = |before: f64, after: f64| {
        EventStudy::new(vec![before, after], &[vec![1e-6, 0.0], vec![0.0, 1e-6]], 1, vec![1.0]).unwrap()
    };
    // With hardly any error the interval is the set of effects that the bound leaves: 1 ± 0.2 times the bound.
    let options = MagnitudeOptions { hybrid: Hybrid::Nothing, ..MagnitudeOptions::default() };
    for bound in [0.0, 0.02, 0.05] {
        let found = relative_magnitudes(&study(-0.2, 0.01), bound, options).unwrap().unwrap();
        close("low", found[0], 0.01 - 0.2 * bound, 4e-3);
        close("high", found[1], 0.01 + 0.2 * bound, 4e-3);
    }
    // A line through what was before, with slope 0.2 a time, leaves 1 less 0.2.
    let found = smoothness(&study(-0.2, 1.0), 0.0, 0.05).unwrap();
    close("middle", f64::midpoint(found[0], found[1]), 0.8, 1e-6);
    close("width", found[1] - found[0], 2.0 * 1.959_964 * 2e-6_f64.sqrt(), 1e-6);
    let wider = smoothness(&study(-0.2, 1.0), 0.5, 0.05).unwrap();
    close("width", wider[1] - wider[0], 2.0 * (0.5 + 1.644_854 * 2e-6_f64.sqrt()), 1e-5);
}

fn studies() -> impl Strategy<Value = EventStudy> {
    (1..5_usize, 1..4_usize).prop_flat_map(|(before, after)| {
        let size = before + after;
        let values = prop::collection::vec(-1.0..1.0_f64, size);
        let roots = prop::collection::vec(-0.5..0.5_f64, size * size);
        let weights = prop::collection::vec(0.1..1.0_f64, after);
        (values, roots, weights).prop_map(move |(values, roots, weights)| {
            let product = |a: usize, b: usize| {
                (0..size).map(|k| roots[a * size + k] * roots[b * size + k]).sum::<f64>()
            };
            let row = |a: usize| (0..size).map(|b| product(a, b) + if a == b { 0.01 } else { 0.0 }).collect();
            let covariance: Vec<Vec<f64>> = (0..size).map(row).collect();
            EventStudy::new(values, &covariance, before, weights).unwrap()
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_more_is_allowed_the_wider(study in studies()) {
        let options = MagnitudeOptions { grid: 200, hybrid: Hybrid::LeastFavourable { draws: 200, seed: 3 }, ..MagnitudeOptions::default() };
        let one = relative_magnitudes(&study, 0.5, options).unwrap();
        let two = relative_magnitudes(&study, 1.5, options).unwrap();
        if let (Some(one), Some(two)) = (one, two) {
            let (_, error) = study.conventional();
            prop_assert!(two[1] - two[0] >= one[1] - one[0] - 0.6 * error, "{one:?} {two:?}");
        }
        let narrow = smoothness(&study, 0.1, 0.05).unwrap();
        let wide = smoothness(&study, 1.0, 0.05).unwrap();
        prop_assert!(wide[1] - wide[0] >= narrow[1] - narrow[0] - 1e-6);
    }

    #[test]
    fn breakdown_values_part_what_holds_none(study in studies()) {
        let bound = breakdown_curvature(&study, 2.0, 0.05).unwrap();
        let holds = |bound: f64| {
            let [low, high] = smoothness(&study, bound, 0.05).unwrap();
            low <= 0.0 && high >= 0.0
        };
        match bound {
            Breakdown::NotDetectable => prop_assert!(holds(0.0)),
            Breakdown::At(bound) => prop_assert!(!holds(bound) && holds(bound + 2e-3)),
            Breakdown::Beyond(bound) => prop_assert!(!holds(bound)),
        }
    }
}

#[test]
fn what_cannot_be_is_said() {
    let unit = vec![vec![1.0, 0.0], vec![0.0, 1.0]];
    let good = EventStudy::new(vec![0.0, 1.0], &unit, 1, vec![1.0]).unwrap();
    assert!(relative_magnitudes(&good, -1.0, MagnitudeOptions::default()).is_err());
    assert!(relative_magnitudes(&good, f64::NAN, MagnitudeOptions::default()).is_err());
    assert!(smoothness(&good, 1.0, 1.5).is_err());
    assert!(EventStudy::new(vec![0.0, 1.0], &unit, 0, vec![1.0, 1.0]).is_err());
    assert!(EventStudy::new(vec![0.0, 1.0], &unit, 2, vec![]).is_err());
    assert!(EventStudy::new(vec![0.0, 1.0], &unit, 1, vec![0.0]).is_err());
    assert!(EventStudy::new(vec![0.0, 1.0], &unit[..1], 1, vec![1.0]).is_err());
    assert!(EventStudy::new(vec![0.0, 1.0], &[vec![1.0, 0.5], vec![0.0, 1.0]], 1, vec![1.0]).is_err());
    assert!(EventStudy::new(vec![0.0, 1.0], &[vec![1.0, 0.0], vec![0.0, 0.0]], 1, vec![1.0]).is_err());
    assert!(EventStudy::new(vec![0.0, f64::NAN], &unit, 1, vec![1.0]).is_err());
}

/// Before treatment each step tells of the time before it; summed up they tell of the last time before treatment.
#[test]
fn steps_summed_up_are_long_differences() {
    use senne_impact::{Aggregation, StaggeredOptions, StaggeredPanel, group_time_effects};
    let value = |unit: usize, time: usize| ((unit * 31 + time * 17) as f64 * 0.7).sin() + unit as f64;
    let first = |unit: usize| [None, Some(4), Some(6)][unit % 3];
    let panel = StaggeredPanel {
        times: (0..9).collect(),
        first_treated: (0..30).map(first).collect(),
        outcome: (0..30).map(|unit| (0..9).map(|time| value(unit, time)).collect()).collect(),
        covariates: vec![vec![Vec::new(); 9]; 30],
        left_out: 0,
    };
    let steps = group_time_effects(&panel, StaggeredOptions::default()).unwrap();
    let long = steps.long_differences().unwrap();
    let mean = |of: Option<i64>, time: usize, base: usize| {
        let units: Vec<usize> = (0..30).filter(|unit| first(*unit) == of).collect();
        units.iter().map(|unit| value(*unit, time) - value(*unit, base)).sum::<f64>() / units.len() as f64
    };
    for effect in &long.effects {
        let (time, base) = (effect.time as usize, effect.group as usize - 1);
        let wanted = mean(Some(effect.group), time, base) - mean(None, time, base);
        close(&format!("{} {}", effect.group, effect.time), effect.effect, wanted, 1e-9);
        assert!(effect.standard_error > 0.0);
    }
    assert_eq!(long.effects.len(), steps.effects.len());
    let parts = long.aggregate(Aggregation::Dynamic).unwrap();
    let covariance = parts.covariance_of_parts();
    for (place, part) in parts.parts.iter().enumerate() {
        close("error", covariance[place][place].sqrt(), part.standard_error, 1e-12);
        assert_ne!(part.at, -1);
    }
}
