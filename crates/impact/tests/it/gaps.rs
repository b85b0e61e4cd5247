//! Times that are missing, beginnings that fall between them, and no unit that is never treated. The numbers were run with `csdid` 0.4.3, which
//! follows the R package `did`.

use senne_impact::{
    Aggregation, Comparison, Design, Estimator, GroupTimeEffects, PanelRows, StaggeredOptions,
    StaggeredPanel, cohort_effects, group_time_effects,
};

use crate::shared::close;

const TIMES: [i64; 6] = [2000, 2001, 2003, 2004, 2006, 2009];

/// Thirty-two units in four groups; 0 is never.
fn rows(groups: [i64; 4]) -> PanelRows {
    let mut rows = PanelRows { covariates: Design::new(), ..PanelRows::default() };
    for unit in 0..32_usize {
        let (own, group) = (unit as f64, groups[unit % 4]);
        for time in TIMES {
            let since = (time - group) as f64;
            let effect = if group > 0 && time >= group { 0.5 + 0.2 * since } else { 0.0 };
            let year = time as f64;
            rows.unit.push(unit);
            rows.time.push(time);
            rows.first_treated.push((group > 0).then_some(group));
            rows.outcome.push(
                3.0 * (own * 1.7).sin() + 0.1 * (year - 2000.0) + (own * 2.3 + year * 1.1).sin() + effect,
            );
        }
    }
    rows
}

fn effects(rows: &PanelRows, comparison: Comparison) -> GroupTimeEffects {
    let panel =
        StaggeredPanel::from_rows(&rows.unit, &rows.time, &rows.outcome, &rows.first_treated, &[]).unwrap();
    let options = StaggeredOptions { estimator: Estimator::Regression, comparison, anticipation: 0 };
    group_time_effects(&panel, options).unwrap()
}

#[test]
fn beginnings_between_times() {
    let rows = rows([0, 2002, 2005, 2009]);
    let found = effects(&rows, Comparison::NeverTreated);
    let course = found.aggregate(Aggregation::Dynamic).unwrap();
    close("dynamic", course.effect, 1.222_898_121_851_516_7, 1e-9);
    close("its error", course.standard_error, 0.358_601_641_507_039, 1e-9);
    let last = course.parts.last().unwrap();
    assert_eq!((last.at, course.parts.len()), (7, 12));
    close("after seven years", last.effect, 2.205_751_740_610_874_6, 1e-9);
    let calendar = found.aggregate(Aggregation::Calendar).unwrap();
    close("calendar", calendar.effect, 1.130_253_169_253_605_5, 1e-9);
    close("its error", calendar.standard_error, 0.345_132_001_950_612_7, 1e-9);
    // Each group is compared with its own last time before, whether that is a year before or three.
    let cohorts = cohort_effects(&rows).unwrap();
    for wanted in found.effects.iter().filter(|effect| effect.time >= effect.group) {
        let same = |effect: &&senne_impact::CohortEffect| {
            effect.group == wanted.group && effect.since == wanted.time - wanted.group
        };
        close("a cohort", cohorts.effects.iter().find(same).unwrap().effect, wanted.effect, 1e-9);
    }
    let simple = found.aggregate(Aggregation::Simple).unwrap();
    close("simple", simple.effect, 1.186_116_172_488_626_7, 1e-9);
    close("its error", simple.standard_error, 0.277_072_594_648_824_94, 1e-9);
    close("all cohorts", cohorts.mean(None).unwrap().effect, simple.effect, 1e-9);
}

#[test]
fn the_group_treated_last_stands_for_the_untreated() {
    let rows = rows([2002, 2005, 2009, 2006]);
    let found = effects(&rows, Comparison::NotYetTreated);
    assert_eq!(
        found.effects.len(),
        12,
        "three groups at four times; nothing of the last group, or from 2009 on"
    );
    assert!(found.left_out.is_empty() && found.effects.iter().all(|e| e.group < 2009 && e.time < 2009));
    for (by, effect, error) in [
        (Aggregation::Simple, 0.716_862_312_918_192_5, 0.349_229_974_504_511_8),
        (Aggregation::Dynamic, 0.776_111_363_187_428_8, 0.358_407_086_129_159_8),
        (Aggregation::Calendar, 0.705_140_413_626_540_8, 0.414_317_751_872_232_6),
    ] {
        let whole = found.aggregate(by).unwrap();
        close("an overall effect", whole.effect, effect, 1e-9);
        close("its error", whole.standard_error, error, 1e-9);
    }
    let course = found.aggregate(Aggregation::Dynamic).unwrap();
    close("five years before", course.parts[0].effect, -0.100_358_308_389_333_07, 1e-9);
    let options = StaggeredOptions::default();
    let panel =
        StaggeredPanel::from_rows(&rows.unit, &rows.time, &rows.outcome, &rows.first_treated, &[]).unwrap();
    let refused = group_time_effects(&panel, options).unwrap_err().to_string();
    assert!(refused.contains("not treated yet"), "{refused}");
}
