//! How often intervals hold a known effect, how often an effect is seen where there is none, how often one of the smallest detectable size is
//! seen; and how long methods take.
//!
//! `cargo bench -p senne-impact -- [RUNS] [PART OF A NAME]`, 1,000 runs of each case when nothing is said.

mod cases;
mod noise;
mod times;

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Instant,
};

use cases::{CASES, Case, Seen};

/// What a case gives over many runs.
#[derive(Clone, Copy, Default)]
struct Tally {
    runs: usize,
    held: usize,
    seen: usize,
    errors: f64,
    detectable: f64,
    without_end: usize,
    bias: f64,
    square: f64,
}

fn main() {
    let runs = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(1000);
    println!(
        "| method | interval holds the effect, % | effect seen where there is none, % | the smallest detectable seen, % (80 is stated) | mean error ÷ spread of estimates | claim | s |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | --- | ---: |");
    let wanted = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-') && argument.parse::<usize>().is_err());
    let chosen = |case: &&Case| wanted.as_ref().is_none_or(|part| case.name.contains(part.as_str()));
    for case in CASES.iter().filter(chosen) {
        let began = Instant::now();
        let with = tally(case, runs, case.effect);
        let without = tally(case, runs, 0.0);
        let stated = with.detectable / (with.runs - with.without_end) as f64;
        let power = tally(case, runs, stated);
        let part = |count: usize, of: &Tally| 100.0 * count as f64 / of.runs as f64;
        let mean = with.bias / with.runs as f64;
        let spread = (with.square / with.runs as f64 - mean * mean).sqrt();
        let [held, alarms, seen] =
            [part(with.held, &with), part(without.seen, &without), part(power.seen, &power)];
        println!(
            "| {} | {held:.1} | {alarms:.1} | {seen:.1} | {:.2} | {} | {:.0} |",
            case.name,
            with.errors / (with.runs - with.without_end) as f64 / spread,
            if case.claims { judged(runs, held, alarms, seen) } else { "claims less or more" },
            began.elapsed().as_secs_f64(),
        );
    }
    if wanted.is_none() {
        times::print();
    }
}

/// Whether the claim stands: 93 to 97 % held, at most 5 % false (two standard errors of the draws are allowed for), 75 to 85 % seen.
fn judged(runs: usize, held: f64, alarms: f64, seen: f64) -> &'static str {
    let allowed = 5.0 + 200.0 * (0.05 * 0.95 / runs as f64).sqrt();
    if held < 93.0 || alarms > allowed {
        "fails: too narrow"
    } else if held > 97.0 {
        "wider than it says"
    } else if seen < 75.0 {
        "sees less than stated"
    } else if seen > 85.0 {
        "sees more than stated"
    } else {
        "stands"
    }
}

/// Runs on all cores; each run has its own seed.
fn tally(case: &Case, runs: usize, effect: f64) -> Tally {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let part = || {
        let mut tally = Tally::default();
        loop {
            let run = next.fetch_add(1, Ordering::Relaxed);
            if run >= runs {
                return tally;
            }
            let Some(Seen { estimate, error, low, high, seen, detectable }) = (case.run)(run as u64, effect)
            else {
                continue;
            };
            tally.runs += 1;
            tally.held += usize::from(low <= effect && effect <= high);
            tally.seen += usize::from(seen);
            if detectable.is_finite() {
                tally.detectable += detectable;
            } else {
                tally.without_end += 1;
            }
            // An interval without an end has no error.
            tally.errors += if error.is_finite() { error } else { 0.0 };
            tally.bias += estimate - effect;
            tally.square += (estimate - effect).powi(2);
        }
    };
    std::thread::scope(|scope| {
        let parts: Vec<_> = (0..threads).map(|_| scope.spawn(part)).collect();
        parts.into_iter().filter_map(|part| part.join().ok()).fold(Tally::default(), |a, b| Tally {
            runs: a.runs + b.runs,
            held: a.held + b.held,
            seen: a.seen + b.seen,
            errors: a.errors + b.errors,
            detectable: a.detectable + b.detectable,
            without_end: a.without_end + b.without_end,
            bias: a.bias + b.bias,
            square: a.square + b.square,
        })
    })
}
