//! Which regions could be treated together.

use std::collections::BTreeSet;

use rand_pcg::Pcg64;

use crate::{StatisticsError, chance::shuffle, least_squares::check_column};

/// How sets of regions are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RegionDraw {
    /// Each region with those whose course is most like its own, by correlation.
    #[default]
    Alike,
    /// All sets there are.
    All,
    /// Sets that are drawn, each with regions from the whole range of outcomes: as many strata of mean outcome as a set has regions, and one
    /// of each.
    Stratified {
        /// How many sets of each size.
        sets: usize,
        /// The seed of the draws.
        seed: u64,
    },
}

/// What a set must and must not hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegionRules {
    /// Regions that are in every set.
    pub include: Vec<usize>,
    /// Regions that are in none; they may still be compared with.
    pub exclude: Vec<usize>,
}

/// More sets are not gone through.
const SETS_MAX: f64 = 100_000.0;

/// Checks outcomes by region and time.
pub(super) fn check(outcome: &[Vec<f64>]) -> Result<usize, StatisticsError> {
    let times = outcome.first().map_or(0, Vec::len);
    if outcome.len() < 3 {
        return Err(StatisticsError::TooFew { what: "regions".to_owned(), found: outcome.len(), wanted: 3 });
    }
    for (region, row) in outcome.iter().enumerate() {
        check_column(&format!("region {region}"), row, times)?;
    }
    Ok(times)
}

/// Sets of regions of the sizes that are asked for, each in rising order and once.
///
/// # Errors
/// When rows differ in length, values are not finite, a rule names a region that is not there, a size leaves no region to compare with or is
/// smaller than what must be in, or there are more sets than can be gone through.
pub fn candidate_regions(
    outcome: &[Vec<f64>],
    sizes: &[usize],
    draw: RegionDraw,
    rules: &RegionRules,
) -> Result<Vec<Vec<usize>>, StatisticsError> {
    check(outcome)?;
    let regions = outcome.len();
    let not = |why: String| StatisticsError::NotIdentified { what: "sets of regions".to_owned(), why };
    if let Some(region) = rules.include.iter().chain(&rules.exclude).find(|region| **region >= regions) {
        return Err(not(format!("there is no region {region}")));
    }
    let include: BTreeSet<usize> = rules.include.iter().copied().collect();
    if let Some(region) = rules.exclude.iter().find(|region| include.contains(region)) {
        return Err(not(format!("region {region} must be in and out")));
    }
    let free: Vec<usize> = (0..regions).filter(|region| !rules.exclude.contains(region)).collect();
    let mut found = BTreeSet::new();
    let mut random = Pcg64::new(
        if let RegionDraw::Stratified { seed, .. } = draw { u128::from(seed) } else { 0 },
        0xa02_bdbf_7bb3_c0a7,
    );
    for size in sizes {
        if *size == 0 || *size > free.len() || *size >= regions || *size < include.len() {
            return Err(not(format!("{size} regions cannot be treated together")));
        }
        let sets = match draw {
            RegionDraw::Alike => alike(outcome, &free, *size),
            RegionDraw::All => {
                all(&free, &include, *size).ok_or_else(|| not(format!("there are too many of {size}")))?
            }
            RegionDraw::Stratified { sets, .. } => {
                stratified(outcome, &free, &include, *size, sets, &mut random)
            }
        };
        found.extend(sets.into_iter().filter(|set| include.is_subset(set)));
    }
    Ok(found.into_iter().map(|set| set.into_iter().collect()).collect())
}

/// The correlation of two courses; none when one does not change.
fn correlation(one: &[f64], two: &[f64]) -> f64 {
    let mean = |row: &[f64]| row.iter().sum::<f64>() / row.len() as f64;
    let (first, second) = (mean(one), mean(two));
    let sum =
        |f: &dyn Fn(f64, f64) -> f64| one.iter().zip(two).map(|(a, b)| f(a - first, b - second)).sum::<f64>();
    let (both, own, other) = (sum(&|a, b| a * b), sum(&|a, _| a * a), sum(&|_, b| b * b));
    if own > 0.0 && other > 0.0 { both / (own * other).sqrt() } else { 0.0 }
}

fn alike(outcome: &[Vec<f64>], free: &[usize], size: usize) -> Vec<BTreeSet<usize>> {
    let set = |region: &usize| {
        let mut others: Vec<(f64, usize)> = free
            .iter()
            .filter(|other| *other != region)
            .map(|other| (correlation(&outcome[*region], &outcome[*other]), *other))
            .collect();
        others.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        others.iter().take(size - 1).map(|(_, other)| *other).chain([*region]).collect()
    };
    free.iter().map(set).collect()
}

fn all(free: &[usize], include: &BTreeSet<usize>, size: usize) -> Option<Vec<BTreeSet<usize>>> {
    let rest: Vec<usize> = free.iter().copied().filter(|region| !include.contains(region)).collect();
    let more = size - include.len();
    let count: f64 = (0..more).map(|place| (rest.len() - place) as f64 / (more - place) as f64).product();
    if count > SETS_MAX {
        return None;
    }
    let mut chosen: Vec<usize> = (0..more).collect();
    let mut found = Vec::new();
    loop {
        found.push(chosen.iter().map(|place| rest[*place]).chain(include.iter().copied()).collect());
        let Some(place) = (0..more).rev().find(|place| chosen[*place] < rest.len() - more + place) else {
            return Some(found);
        };
        chosen[place] += 1;
        for next in place + 1..more {
            chosen[next] = chosen[next - 1] + 1;
        }
    }
}

fn stratified(
    outcome: &[Vec<f64>],
    free: &[usize],
    include: &BTreeSet<usize>,
    size: usize,
    sets: usize,
    random: &mut Pcg64,
) -> Vec<BTreeSet<usize>> {
    let mut rest: Vec<usize> = free.iter().copied().filter(|region| !include.contains(region)).collect();
    let sum = |region: &usize| outcome[*region].iter().sum::<f64>();
    rest.sort_by(|a, b| sum(a).total_cmp(&sum(b)));
    let strata = size - include.len();
    let one = |random: &mut Pcg64| {
        let pick = |stratum: usize| {
            let (first, last) = (stratum * rest.len() / strata, (stratum + 1) * rest.len() / strata);
            let mut own = rest[first..last].to_vec();
            shuffle(&mut own, random);
            own.first().copied()
        };
        (0..strata).filter_map(pick).chain(include.iter().copied()).collect()
    };
    (0..sets).map(|_| one(random)).collect()
}
