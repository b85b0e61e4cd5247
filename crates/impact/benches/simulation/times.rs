//! How long methods take.

use std::time::Instant;

use senne_impact::{
    BlockPanel, Bootstrap, Resampling, StaggeredOptions, StaggeredPanel, SyntheticOptions,
    group_time_effects, placebos_in_space, standard_error, synthetic_control, synthetic_difference,
};

use crate::noise::Noise;

const TIMES: usize = 5;

pub(crate) fn print() {
    println!("\n| what | s, the middle of {TIMES} | aim |\n| --- | ---: | ---: |");
    let panel = BlockPanel::new(Noise::new(1).panel(39, 31, 0.6), 38, 19);
    if let Ok(panel) = panel {
        row("synthetic control with 38 placebos", "≤ 1", || {
            let found = synthetic_control(&panel);
            found
                .and_then(|found| placebos_in_space(&panel, &found, |panel, _| synthetic_control(panel)))
                .is_ok()
        });
        row("synthetic differences with 200 placebos", "≤ 5", || {
            let options = SyntheticOptions::default();
            let found = synthetic_difference(&panel, options);
            standard_error(&panel, options, &found, Resampling::Placebo { times: 200, seed: 1 }).is_ok()
        });
    }
    let panel = StaggeredPanel {
        times: (2003..2008).collect(),
        first_treated: (0..500).map(|unit| [None, Some(2004), Some(2006), Some(2007)][unit % 4]).collect(),
        outcome: Noise::new(2).panel(500, 5, 0.5),
        covariates: vec![vec![Vec::new(); 5]; 500],
        left_out: 0,
    };
    row("Callaway–Sant'Anna, 500 × 5, 1,000 bootstraps", "≤ 2", || {
        let found = group_time_effects(&panel, StaggeredOptions::default());
        found.and_then(|found| found.bands(Bootstrap::default())).is_ok()
    });
}

fn row(what: &str, aim: &str, work: impl Fn() -> bool) {
    let mut seconds: Vec<f64> = (0..TIMES)
        .map(|_| {
            let began = Instant::now();
            assert!(work(), "{what} failed");
            began.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    println!("| {what} | {:.3} | {aim} |", seconds[TIMES / 2]);
}
