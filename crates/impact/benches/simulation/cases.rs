//! One case a method: data with a known effect, and what the method says of them.

use rand_distr::{Distribution, Poisson};
use senne_impact::{
    Aggregation, BlockPanel, Correction, Design, Errors, InterruptedOptions, Interruption, Memory, PanelRows,
    Resampling, SeriesKind, StaggeredOptions, StaggeredPanel, SyntheticOptions,
    bsts::{BayesOptions, CausalSeries, draw},
    cohort_effects, fit, group_time_effects, interrupted, normal_quantile, placebos_in_space, standard_error,
    student_quantile, synthetic_control, synthetic_difference, two_sided, within,
};

use crate::noise::Noise;

/// What a method says.
pub(crate) struct Seen {
    pub(crate) estimate: f64,
    pub(crate) error: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) p_value: f64,
}

/// A method on made-up data.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// The effect that is put in.
    pub(crate) effect: f64,
    /// The degrees of freedom of the smallest detectable effect, where these are few.
    pub(crate) free: Option<f64>,
    /// Whether the method claims an interval, and not a rank alone.
    pub(crate) interval: bool,
    pub(crate) run: fn(u64, f64) -> Option<Seen>,
}

pub(crate) const CASES: &[Case] = &[
    Case {
        name: "interrupted series, 120 steps, memory 0.4",
        effect: 1.0,
        interval: true,
        free: None,
        run: series,
    },
    Case {
        name: "the same with memory 0.8",
        effect: 1.0,
        interval: true,
        free: Some(10.0),
        run: long_memory,
    },
    Case { name: "memory 0.4 by Newey–West", effect: 1.0, interval: true, free: None, run: newey_west },
    Case { name: "interrupted counts, 120 steps", effect: 5.0, interval: true, free: None, run: counts },
    Case {
        name: "two-way, 40 × 20, one beginning, clustered",
        effect: 0.5,
        interval: true,
        free: None,
        run: two_way,
    },
    Case {
        name: "Callaway–Sant'Anna, 100 × 10, three beginnings",
        effect: 0.5,
        interval: true,
        free: None,
        run: callaway,
    },
    Case { name: "Sun–Abraham, the same", effect: 0.5, interval: true, free: None, run: sun },
    Case {
        name: "synthetic differences, 8 of 50 treated, jackknife",
        effect: 0.5,
        interval: true,
        free: Some(7.0),
        run: sdid_jackknife,
    },
    Case {
        name: "synthetic differences, 1 of 40 treated, placebo",
        effect: 1.0,
        interval: true,
        free: None,
        run: sdid_placebo,
    },
    Case {
        name: "synthetic control, 1 of 40 treated, rank",
        effect: 2.0,
        interval: false,
        free: None,
        run: control,
    },
    Case {
        name: "Bayesian series, 100 steps, one covariate",
        effect: 1.0,
        interval: true,
        free: None,
        run: bayes,
    },
];

fn normal(estimate: f64, error: f64) -> Seen {
    let width = normal_quantile(0.975) * error;
    let p_value = two_sided(estimate / error, None);
    Seen { estimate, error, low: estimate - width, high: estimate + width, p_value }
}

fn student(estimate: f64, error: f64, free: f64) -> Seen {
    let width = student_quantile(free, 0.975) * error;
    let p_value = two_sided(estimate / error, Some(free));
    Seen { estimate, error, low: estimate - width, high: estimate + width, p_value }
}

fn remembering(seed: u64, effect: f64, memory: f64, way: Memory) -> Option<Seen> {
    let mut noise = Noise::new(seed);
    let outcome = noise.series(120, memory).into_iter().enumerate();
    let outcome: Vec<f64> =
        outcome.map(|(t, e)| 20.0 + 0.02 * t as f64 + e + if t >= 80 { effect } else { 0.0 }).collect();
    let series = Interruption { outcome, begin: 80, exposure: None, covariates: Design::new() };
    let found =
        interrupted(&series, InterruptedOptions { memory: way, ..InterruptedOptions::default() }).ok()?;
    Some(student(found.effect, found.standard_error, found.free?))
}

fn series(seed: u64, effect: f64) -> Option<Seen> {
    remembering(seed, effect, 0.4, Memory::FirstOrder)
}

fn long_memory(seed: u64, effect: f64) -> Option<Seen> {
    remembering(seed, effect, 0.8, Memory::FirstOrder)
}

fn newey_west(seed: u64, effect: f64) -> Option<Seen> {
    remembering(seed, effect, 0.4, Memory::NeweyWest(None))
}

fn counts(seed: u64, effect: f64) -> Option<Seen> {
    let mut noise = Noise::new(seed);
    let mut count = |t: usize| {
        let mean = 50.0 + if t >= 80 { effect } else { 0.0 };
        Poisson::new(mean).map_or(0.0, |law| law.sample(noise.random()))
    };
    let outcome = (0..120).map(&mut count).collect();
    let series = Interruption { outcome, begin: 80, exposure: None, covariates: Design::new() };
    let options = InterruptedOptions { kind: SeriesKind::DispersedCount, ..InterruptedOptions::default() };
    let found = interrupted(&series, options).ok()?;
    Some(normal(found.effect, found.standard_error))
}

/// A panel in which units from `donors` on are treated from `before` on.
fn block(
    seed: u64,
    effect: f64,
    (units, times): (usize, usize),
    donors: usize,
    before: usize,
) -> Option<BlockPanel> {
    let mut outcome = Noise::new(seed).panel(units, times, 0.4);
    outcome[donors..].iter_mut().for_each(|row| row[before..].iter_mut().for_each(|value| *value += effect));
    BlockPanel::new(outcome, donors, before).ok()
}

fn rows(panel: &[Vec<f64>], first: &dyn Fn(usize) -> Option<i64>) -> PanelRows {
    let mut rows = PanelRows::default();
    for (unit, row) in panel.iter().enumerate() {
        for (time, value) in row.iter().enumerate() {
            rows.unit.push(unit);
            rows.time.push(time as i64);
            rows.outcome.push(*value);
            rows.first_treated.push(first(unit));
        }
    }
    rows
}

fn two_way(seed: u64, effect: f64) -> Option<Seen> {
    let panel = block(seed, effect, (40, 20), 25, 12)?;
    let rows = rows(&panel.outcome, &|unit| (unit >= 25).then_some(12));
    let treated =
        rows.unit.iter().zip(&rows.time).map(|(unit, time)| f64::from(u8::from(*unit >= 25 && *time >= 12)));
    let time: Vec<usize> = rows.time.iter().map(|time| *time as usize).collect();
    let design = Design::new().with("treated", treated.collect());
    let absorbed = within(&rows.outcome, &design, &[&rows.unit, &time], None).ok()?;
    let fit = fit(&absorbed.design, &absorbed.outcome, None).ok()?;
    let errors =
        fit.standard_errors(&Errors::Clustered(vec![rows.unit]), Correction::Finite { absorbed: 20 }).ok()?;
    Some(student(fit.coefficients[0], errors[0], 39.0))
}

/// When units of the staggered panel begin: a fifth each at 4, 6 and 8, the rest never.
fn beginning(unit: usize) -> Option<i64> {
    [Some(4), Some(6), Some(8), None, None][unit % 5]
}

fn staggered(seed: u64, effect: f64) -> Vec<Vec<f64>> {
    let mut panel = Noise::new(seed).panel(100, 10, 0.4);
    for (unit, row) in panel.iter_mut().enumerate() {
        if let Some(begin) = beginning(unit) {
            row[begin as usize..].iter_mut().for_each(|value| *value += effect);
        }
    }
    panel
}

fn callaway(seed: u64, effect: f64) -> Option<Seen> {
    let panel = StaggeredPanel {
        times: (0..10).collect(),
        first_treated: (0..100).map(beginning).collect(),
        outcome: staggered(seed, effect),
        covariates: vec![vec![Vec::new(); 10]; 100],
        left_out: 0,
    };
    let whole =
        group_time_effects(&panel, StaggeredOptions::default()).ok()?.aggregate(Aggregation::Simple).ok()?;
    Some(normal(whole.effect, whole.standard_error))
}

fn sun(seed: u64, effect: f64) -> Option<Seen> {
    let whole = cohort_effects(&rows(&staggered(seed, effect), &beginning)).ok()?.mean(None)?;
    Some(normal(whole.effect, whole.standard_error))
}

fn sdid_jackknife(seed: u64, effect: f64) -> Option<Seen> {
    let found = sdid(&block(seed, effect, (50, 30), 42, 20)?, Resampling::Jackknife)?;
    Some(student(found.estimate, found.error, 7.0))
}

fn sdid_placebo(seed: u64, effect: f64) -> Option<Seen> {
    sdid(&block(seed, effect, (40, 30), 39, 20)?, Resampling::Placebo { times: 100, seed })
}

fn sdid(panel: &BlockPanel, way: Resampling) -> Option<Seen> {
    let options = SyntheticOptions::default();
    let found = synthetic_difference(panel, options);
    let error = standard_error(panel, options, &found, way).ok()?;
    Some(normal(found.effect, error))
}

fn control(seed: u64, effect: f64) -> Option<Seen> {
    let panel = block(seed, effect, (40, 30), 39, 20)?;
    let found = synthetic_control(&panel).ok()?;
    let placebos = placebos_in_space(&panel, &found, |panel, _| synthetic_control(panel)).ok()?;
    let (estimate, nothing) = (found.effect, f64::NAN);
    Some(Seen { estimate, error: nothing, low: nothing, high: nothing, p_value: placebos.p_value })
}

fn bayes(seed: u64, effect: f64) -> Option<Seen> {
    let mut noise = Noise::new(seed);
    let (covariate, own) = (noise.series(100, 0.8), noise.series(100, 0.0));
    let value = |t: usize| 50.0 + 3.0 * covariate[t] + own[t] + if t >= 70 { effect } else { 0.0 };
    let outcome = (0..100).map(|t| Some(value(t))).collect();
    let series = CausalSeries { outcome, before: 70, covariates: vec![covariate.clone()] };
    let draws = draw(&series, BayesOptions { draws: 400, seed, ..BayesOptions::default() }).ok()?;
    let found = draws.effect(&series, 0.95);
    let (estimate, error) = (found.effect.mean, found.effect.deviation);
    let p_value = if found.effect.low > 0.0 || found.effect.high < 0.0 { 0.0 } else { 1.0 };
    Some(Seen { estimate, error, low: found.effect.low, high: found.effect.high, p_value })
}
