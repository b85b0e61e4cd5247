//! How long a large programme takes to be read and shown, and a large choice to be proven best.
//!
//! `cargo bench -p senne-programme`, or `make bench-programme`.

#[path = "../../tests/size/city.rs"]
mod city;
#[path = "../../tests/selection/large.rs"]
mod large;

use std::{hint::black_box, time::Instant};

use city::{MILESTONES_EACH, PROJECTS, city};
use jiff::civil::date;
use senne_programme::{
    Programme,
    portfolio::{LineLimits, Query, SortBy, lines, page},
    says::{Language, report},
    selection::{Outcome, SearchOptions, select},
};

/// Each is done so often; what is printed is the middle and the longest.
const TIMES: usize = 9;
/// So many calls of so many projects are decided.
const CALLS: u64 = 10;
const CANDIDATES: usize = 200;

fn main() {
    println!("{PROJECTS} projects, {} milestones\n", PROJECTS * MILESTONES_EACH);
    println!("| what | middle, ms | longest, ms | aim, ms |");
    println!("| --- | ---: | ---: | ---: |");
    let (entities, today) = (city(), date(2026, 11, 30));
    let programme = Programme::read(&entities);
    let all = lines(&programme, LineLimits::default(), today);
    let query = Query { sort: SortBy::Drift, descending: true, ..Query::default() };
    print("entities read", "≤ 300", || Programme::read(&entities));
    print("a line for each project", "", || lines(&programme, LineLimits::default(), today));
    print("a page of them", "≤ 150", || page(&all, &query));
    print("the full report", "≤ 10,000", || report(&programme, &all, Language::Fr, today));
    choices();
}

fn print<T>(what: &str, aim: &str, work: impl Fn() -> T) {
    let mut times: Vec<f64> = (0..TIMES)
        .map(|_| {
            let begun = Instant::now();
            black_box(work());
            begun.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("| {what} | {:.1} | {:.1} | {aim} |", times[TIMES / 2], times[TIMES - 1]);
}

fn choices() {
    println!("\n| a call of {CANDIDATES} projects with all kinds of rules | ms (≤ 2,000) | nodes | proof |");
    println!("| --- | ---: | ---: | --- |");
    for seed in 1..=CALLS {
        let question = large::large(CANDIDATES, seed);
        let begun = Instant::now();
        let outcome = select(&question, SearchOptions::default());
        let time = begun.elapsed().as_secs_f64() * 1e3;
        let (nodes, proof) = match &outcome {
            Ok(Outcome::Chosen(found)) => (found.nodes.to_string(), format!("{:?}", found.proof)),
            other => (String::new(), format!("{other:?}")),
        };
        println!("| {seed} | {time:.0} | {nodes} | {proof} |");
    }
}
