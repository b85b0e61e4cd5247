//! How often intervals hold a known effect, how often an effect is seen where there is none, how often one of the smallest detectable size is
//! seen; and how long methods take.
//!
//! `cargo bench -p senne-impact -- [RUNS]`, 1,000 runs when nothing is said.

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
    significant: usize,
    errors: f64,
    bias: f64,
    square: f64,
}

fn main() {
    let runs = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(1000);
    println!(
        "| method | interval holds the effect, % | effect seen where there is none, % | the smallest detectable seen, % (80 is stated) | mean error ÷ spread of estimates | s |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    for case in CASES {
        let began = Instant::now();
        let with = tally(case, runs, case.effect);
        let without = tally(case, runs, 0.0);
        let error = with.errors / with.runs as f64;
        let detectable = senne_impact::smallest_detectable(error, case.free);
        let power = tally(case, runs, detectable);
        let part = |count: usize, of: &Tally| 100.0 * count as f64 / of.runs as f64;
        let mean = with.bias / with.runs as f64;
        let spread = (with.square / with.runs as f64 - mean * mean).sqrt();
        let told = |share: f64| if case.interval { format!("{share:.1}") } else { "—".to_owned() };
        println!(
            "| {} | {} | {:.1} | {} | {} | {:.0} |",
            case.name,
            told(part(with.held, &with)),
            part(without.significant, &without),
            told(part(power.significant, &power)),
            if case.interval { format!("{:.2}", error / spread) } else { "—".to_owned() },
            began.elapsed().as_secs_f64(),
        );
    }
    times::print();
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
            let Some(Seen { estimate, error, low, high, p_value }) = (case.run)(run as u64, effect) else {
                continue;
            };
            tally.runs += 1;
            tally.held += usize::from(low <= effect && effect <= high);
            tally.significant += usize::from(p_value <= 0.05);
            tally.errors += error;
            tally.bias += estimate - effect;
            tally.square += (estimate - effect).powi(2);
        }
    };
    std::thread::scope(|scope| {
        let parts: Vec<_> = (0..threads).map(|_| scope.spawn(part)).collect();
        parts.into_iter().filter_map(|part| part.join().ok()).fold(Tally::default(), |a, b| Tally {
            runs: a.runs + b.runs,
            held: a.held + b.held,
            significant: a.significant + b.significant,
            errors: a.errors + b.errors,
            bias: a.bias + b.bias,
            square: a.square + b.square,
        })
    })
}
