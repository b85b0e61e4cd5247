//! One case a method: data with a known effect, and what the method says of them, by the interval that a report gives.

mod controls;
mod differences;
mod lots;
mod panels;
mod series;
mod staggered;

use senne_impact::{normal_quantile, smallest_detectable, student_quantile};

/// What a method says.
#[derive(Clone, Copy)]
#[expect(clippy::struct_field_names, reason = "whether it was seen is what is counted")]
pub(crate) struct Seen {
    pub(crate) estimate: f64,
    pub(crate) error: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Whether the verdict says that there was an effect.
    pub(crate) seen: bool,
    /// The effect that it says would be seen with a chance of 80 %.
    pub(crate) detectable: f64,
}

/// A method on made-up data.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// The effect that is put in.
    pub(crate) effect: f64,
    /// Whether the interval claims to hold the effect with 95 %, no more and no less.
    pub(crate) claims: bool,
    pub(crate) run: fn(u64, f64) -> Option<Seen>,
}

const fn case(name: &'static str, effect: f64, run: fn(u64, f64) -> Option<Seen>) -> Case {
    Case { name, effect, claims: true, run }
}

pub(crate) const CASES: &[Case] = &[
    case("interrupted series, 120 steps, memory 0.4", 1.0, series::interrupted_short),
    case("the same with memory 0.8", 1.0, series::interrupted_long),
    Case {
        name: "memory 0.4 by Newey–West, when asked for",
        effect: 1.0,
        claims: false,
        run: series::newey_west,
    },
    case("interrupted counts, 120 steps", 5.0, series::counts),
    case("Bayesian series, 100 steps, one covariate, memory 0.4", 1.0, series::bayes),
    case("the same with memory 0.8, Bayesian", 1.0, series::bayes_long),
    Case {
        name: "the same without memory, Bayesian (allows for some)",
        effect: 1.0,
        claims: false,
        run: series::bayes_none,
    },
    case("two-way, 15 of 40 treated, 20 times", 0.5, differences::two_way),
    case("two-way, 4 of 40 treated", 0.5, differences::two_way_few),
    case("event study, 15 of 40 treated", 0.5, differences::event_study),
    case("event study, 4 of 40 treated", 0.5, differences::event_study_few),
    case("Callaway–Sant'Anna, 100 × 10, three beginnings", 0.5, staggered::callaway),
    case("Callaway–Sant'Anna, 4 of 40 treated", 0.5, staggered::callaway_few),
    case("Callaway–Sant'Anna, 1 of 40 treated, placebo", 0.5, staggered::callaway_one),
    case("Sun–Abraham, 100 × 10, three beginnings", 0.5, staggered::sun),
    case("Sun–Abraham, 4 of 40 treated", 0.5, staggered::sun_few),
    case("synthetic differences, 8 of 50 treated, jackknife", 0.5, controls::sdid_jackknife),
    case("synthetic differences, 3 of 50 treated, jackknife", 0.5, controls::sdid_few),
    case("synthetic differences, 1 of 40 treated, placebo", 1.0, controls::sdid_placebo),
    case("synthetic differences, two beginnings, 8 of 50 treated", 0.5, staggered::sdid),
    case("synthetic control, 1 of 40 treated, rank", 2.0, controls::synthetic),
    case("augmented control, 1 of 40 treated, 40 times, conformal", 1.0, controls::augmented),
    Case {
        name: "augmented control, 30 times, conformal (one of 30 shifts: says 96.7 %)",
        effect: 1.0,
        claims: false,
        run: controls::augmented_short,
    },
    case("augmented control, 60 times, conformal", 1.0, controls::augmented_long),
    Case {
        name: "augmented control, jackknife+ (`conservative`)",
        effect: 1.0,
        claims: false,
        run: controls::conservative,
    },
    case("geo-experiment, two cells of 30 regions, 60 days", 1.0, controls::geo),
    case("threshold, 500 units", 0.5, lots::threshold),
    case("threshold, 150 units", 0.5, lots::threshold_few),
    case("drawn by lot, 30 of 60, past taken out", 0.5, lots::drawn),
    case("drawn by lot, 6 of 16", 0.5, lots::drawn_few),
];

fn between(estimate: f64, error: f64, width: f64, detectable: f64) -> Seen {
    let (low, high) = (estimate - width, estimate + width);
    Seen { estimate, error, low, high, seen: low > 0.0 || high < 0.0, detectable }
}

fn normal(estimate: f64, error: f64) -> Seen {
    between(estimate, error, normal_quantile(0.975) * error, smallest_detectable(error, None))
}

fn student(estimate: f64, error: f64, free: f64) -> Seen {
    between(estimate, error, student_quantile(free, 0.975) * error, smallest_detectable(error, Some(free)))
}
