//! Contributions sum to the whole, and what was measured never enters progress.

use jiff::civil::{Date, date};
use proptest::prelude::*;
use senne_programme::{
    Colour, Euros, Milestone, Span,
    effect::Measured,
    effect::{
        Heterogeneity, JointMeasure, MeasuredEffect, RatioInterval, ShareRule, Study, contributions,
        cost_per_unit, pool,
    },
    following::{Held, PortfolioLimits, portfolio, progress},
};

const AREAS: [&str; 4] = ["a", "b", "c", "d"];

fn effects() -> impl Strategy<Value = Vec<MeasuredEffect>> {
    let one = (
        prop::collection::btree_set(0_usize..4, 0..3),
        (0_i16..4, 0_i16..3),
        -5.0_f64..5.0,
        0_usize..2,
        0_usize..3,
    );
    prop::collection::vec(one, 1..12).prop_map(|all| {
        all.into_iter()
            .enumerate()
            .map(|(at, (areas, (year, length), effect, indicator, pillar))| MeasuredEffect {
                project: format!("p{at:02}").into(),
                pillar: format!("pillar{pillar}").into(),
                indicator: format!("i{indicator}").into(),
                areas: areas.into_iter().map(|area| AREAS[area].into()).collect(),
                span: Span::new(date(2020 + year, 1, 1), date(2020 + year + length, 12, 31)),
                effect,
                standard_error: 1.0,
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn contributions_sum_to_the_whole(effects in effects(), measured in -5.0_f64..5.0) {
        let found = contributions(&effects, &[]).unwrap();
        check_sums(&found)?;
        // The same with every group measured together.
        let joint: Vec<JointMeasure> = found.groups.iter().filter(|group| group.contributions.len() > 1).map(|group| JointMeasure {
            indicator: group.indicator.clone(),
            projects: group.contributions.iter().map(|one| one.project.clone()).collect(),
            effect: measured,
            standard_error: 1.0,
        }).collect();
        let found = contributions(&effects, &joint).unwrap();
        check_sums(&found)?;
        for group in found.groups.iter().filter(|group| group.rule == ShareRule::Measured) {
            prop_assert_eq!(group.effect, measured);
        }
    }

    #[test]
    fn without_a_measure_nothing_is_counted_beyond_what_was_measured(effects in effects()) {
        for group in contributions(&effects, &[]).unwrap().groups {
            for one in &group.contributions {
                prop_assert!(one.counted.abs() <= one.measured.abs() + 1e-9);
                prop_assert!(one.counted * one.measured >= 0.0);
            }
        }
    }

    #[test]
    fn a_measured_effect_never_enters_progress(
        days in prop::collection::vec((prop::option::of(0_i8..27), 0.0_f64..5.0), 1..6),
        effects in effects(),
    ) {
        let today = date(2026, 1, 15);
        let day = |at: i8| Date::new(2026, 1, at + 1).unwrap();
        let milestones: Vec<Milestone> = days.iter().enumerate().map(|(at, (done, weight))| Milestone {
            done_on: done.map(day),
            weight: *weight,
            ..Milestone::new(format!("m{at}"), "p00")
        }).collect();
        let before = progress(&milestones, today);
        // However large the effects are, and whatever comes of them: progress takes milestones and nothing else.
        let enormous: Vec<MeasuredEffect> =
            effects.into_iter().map(|effect| MeasuredEffect { effect: effect.effect * 1e6, ..effect }).collect();
        let _ = contributions(&enormous, &[]).unwrap();
        let after = progress(&milestones, today);
        prop_assert_eq!(before, after);
        if let Some(progress) = after {
            let whole: f64 = days.iter().map(|(_, weight)| weight).sum();
            let done: f64 = days.iter().filter(|(done, _)| done.is_some_and(|at| day(at) <= today)).map(|(_, weight)| weight).sum();
            prop_assert!((progress.part - done / whole).abs() < 1e-12);
            let held = Held { project: "p00".into(), money: Euros(5), colour: Colour::Green, progress: Some(progress) };
            let weighted = portfolio(&[held], PortfolioLimits::default()).progress.unwrap();
            prop_assert!((weighted - progress.part).abs() < 1e-12);
        }
    }

    #[test]
    fn pooled_effects_lie_within_the_studies(all in prop::collection::vec((-5.0_f64..5.0, 0.01_f64..4.0), 1..15)) {
        let studies: Vec<Study> = all.iter().enumerate()
            .map(|(at, (effect, variance))| Study { id: at.to_string(), effect: *effect, variance: *variance })
            .collect();
        let low = all.iter().map(|(effect, _)| *effect).fold(f64::INFINITY, f64::min);
        let high = all.iter().map(|(effect, _)| *effect).fold(f64::NEG_INFINITY, f64::max);
        for method in [Heterogeneity::DerSimonianLaird, Heterogeneity::PauleMandel, Heterogeneity::Reml] {
            // Restricted likelihood may have no end where it is flat; it says so.
            let Ok(found) = pool(&studies, method, 0.9) else {
                prop_assert!(method == Heterogeneity::Reml);
                continue;
            };
            prop_assert!(low - 1e-9 <= found.effect && found.effect <= high + 1e-9);
            prop_assert!(found.between >= 0.0 && (0.0..=1.0).contains(&found.i_squared));
        }
    }

    #[test]
    fn a_cost_by_effect_has_an_end_when_the_effect_is_not_nothing(
        cost in 1.0_f64..1e6, cost_error in 0.0_f64..1e4, effect in -10.0_f64..10.0, error in 0.01_f64..5.0,
    ) {
        let cost = Measured { value: cost, standard_error: cost_error };
        let found = cost_per_unit(cost, Measured { value: effect, standard_error: error }, 0.0, 0.95).unwrap();
        let holds_nothing = effect.abs() <= 1.959_963_984_540_054 * error;
        prop_assert_eq!(matches!(found.interval, RatioInterval::Between(_)), !holds_nothing);
        if let (RatioInterval::Between(interval), Some(ratio)) = (found.interval, found.ratio) {
            prop_assert!(interval.low <= ratio + ratio.abs() * 1e-9 && ratio - ratio.abs() * 1e-9 <= interval.high);
        }
    }
}

fn check_sums(found: &senne_programme::effect::Contributions) -> Result<(), TestCaseError> {
    for group in &found.groups {
        let sum: f64 = group.contributions.iter().map(|one| one.counted).sum();
        prop_assert!((sum - group.effect).abs() < 1e-9);
    }
    for total in &found.indicators {
        let groups = found.groups.iter().filter(|group| group.indicator == total.indicator);
        let pillars = found.pillars.iter().filter(|pillar| pillar.indicator == total.indicator);
        prop_assert!((groups.map(|group| group.effect).sum::<f64>() - total.effect).abs() < 1e-9);
        prop_assert!((pillars.map(|pillar| pillar.effect).sum::<f64>() - total.effect).abs() < 1e-9);
    }
    Ok(())
}
