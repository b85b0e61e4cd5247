//! Networks at random: no milestone before what it waits for, no slack that moves the end.

use jiff::civil::date;
use proptest::prelude::*;
use senne_programme::{
    Milestone, MilestoneId,
    schedule::{Forecast, critical_path, forecast},
};

fn milestones() -> impl Strategy<Value = Vec<Milestone>> {
    let one = (0_u32..40, prop::collection::btree_set(0_usize..20, 0..4), 0_i8..28);
    prop::collection::vec(one, 1..20).prop_map(|all| {
        all.into_iter()
            .enumerate()
            .map(|(at, (duration_days, before, day))| Milestone {
                duration_days,
                planned_on: Some(date(2026, 3, 1 + day)),
                // Only earlier ones: no circles.
                depends_on: before
                    .into_iter()
                    .filter(|other| *other < at)
                    .map(|other| format!("m{other:02}").into())
                    .collect(),
                ..Milestone::new(format!("m{at:02}"), "p")
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn slack_moves_no_end_and_one_day_more_does(milestones in milestones(), at in 0_usize..20) {
        let start = date(2026, 1, 1);
        let found = critical_path(&milestones, start, None).unwrap();
        prop_assert!(found.milestones.iter().all(|times| times.total_slack_days >= times.free_slack_days));
        prop_assert!(found.milestones.iter().all(|times| times.free_slack_days >= 0));
        let one = &found.milestones[at % found.milestones.len()];
        let longer = |days: i64| {
            let mut longer = milestones.clone();
            let own = longer.iter_mut().find(|milestone| milestone.id == one.milestone).unwrap();
            own.duration_days += u32::try_from(days).unwrap();
            critical_path(&longer, start, None).unwrap().end
        };
        prop_assert_eq!(longer(one.total_slack_days), found.end);
        prop_assert!(longer(one.total_slack_days + 1) > found.end);
    }

    #[test]
    fn the_critical_path_has_the_length_of_the_whole(milestones in milestones()) {
        let start = date(2026, 1, 1);
        let found = critical_path(&milestones, start, None).unwrap();
        let duration = |id: &MilestoneId| milestones.iter().find(|milestone| milestone.id == *id).unwrap().duration_days;
        let days: u32 = found.path.iter().map(duration).sum();
        prop_assert_eq!(start.checked_add(jiff::Span::new().days(i64::from(days))).unwrap(), found.end);
    }

    #[test]
    fn a_forecast_is_never_before_what_it_waits_for(milestones in milestones(), day in 0_i8..28) {
        let found = forecast(&milestones, date(2026, 3, 1 + day)).unwrap();
        for milestone in &milestones {
            let on = |id: &MilestoneId| found.iter().find(|forecast: &&Forecast| forecast.milestone == *id).unwrap().on.unwrap();
            let own = on(&milestone.id);
            prop_assert!(own >= milestone.planned_on.unwrap() && own >= date(2026, 3, 1 + day));
            prop_assert!(milestone.depends_on.iter().all(|other| on(other) <= own));
        }
    }
}
