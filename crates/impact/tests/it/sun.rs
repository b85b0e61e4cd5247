//! Sun and Abraham's regression: without covariates its effects are those of the comparison with units never treated.

use senne_impact::{
    Aggregation, Design, PanelRows, StaggeredOptions, StaggeredPanel, cohort_effects, group_time_effects,
};

use crate::shared::{close, table};

#[test]
fn effects_after_treatment_are_those_of_callaway_and_santanna() {
    let Some(data) = table("mpdta.csv") else { return };
    let whole = |name: &str| data.numbers(name).into_iter().map(|value| value as i64).collect::<Vec<i64>>();
    let first: Vec<Option<i64>> =
        whole("first.treat").into_iter().map(|first| (first > 0).then_some(first)).collect();
    let (unit, outcome) = (data.groups("countyreal"), data.numbers("lemp"));
    let panel = StaggeredPanel::from_rows(&unit, &whole("year"), &outcome, &first, &[]).unwrap();
    let wanted = group_time_effects(&panel, StaggeredOptions::default()).unwrap();
    let rows =
        PanelRows { unit, time: whole("year"), outcome, first_treated: first, covariates: Design::new() };
    let found = cohort_effects(&rows).unwrap();
    for wanted in wanted.effects.iter().filter(|effect| effect.time >= effect.group) {
        let same = |e: &&senne_impact::CohortEffect| {
            e.group == wanted.group && e.since == wanted.time - wanted.group
        };
        let found = found.effects.iter().find(same).unwrap();
        close("an effect", found.effect, wanted.effect, 1e-9);
        close("its error", found.standard_error / wanted.standard_error, 1.0, 0.02);
    }
    let overall = found.mean(None).unwrap();
    let simple = wanted.aggregate(Aggregation::Simple).unwrap();
    close("overall", overall.effect, simple.effect, 1e-9);
    assert_eq!(found.course().len(), 7, "from four before to three after, without the one before");
}
