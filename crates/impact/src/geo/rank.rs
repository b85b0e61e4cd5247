//! Sets of regions, the best for a test first.

use super::{
    options::GeoOptions,
    power::{RegionPower, region_power},
};
use crate::StatisticsError;

/// A set of regions and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedRegions {
    /// 1 is the best; those that are as good share a place.
    pub rank: usize,
    /// What it could show.
    pub power: RegionPower,
    /// How far the lift that is found is from the one that was laid in, to three digits.
    pub missed: f64,
}

/// Ranks sets of regions for each duration: by the smallest lift that is seen, how often it is seen, and how near it is found. Sets for which no
/// lift is seen often enough are left out.
///
/// # Errors
/// As [`region_power`].
pub fn rank_regions(
    outcome: &[Vec<f64>],
    candidates: &[Vec<usize>],
    durations: &[usize],
    options: &GeoOptions,
) -> Result<Vec<RankedRegions>, StatisticsError> {
    let mut found = Vec::new();
    for regions in candidates {
        for duration in durations {
            let options = GeoOptions { duration: *duration, ..options.clone() };
            let power = region_power(outcome, regions, &options)?;
            if let Some(at) = power.at_smallest().copied() {
                let missed = ((at.found - at.lift).abs() * 1000.0).round() / 1000.0;
                found.push((power, at, missed));
            }
        }
    }
    let places = |value: &dyn Fn(usize) -> f64| dense(&(0..found.len()).map(value).collect::<Vec<f64>>());
    let by_lift = places(&|set| found[set].1.lift.abs());
    let by_power = places(&|set| -found[set].1.power);
    let by_missed = places(&|set| found[set].2);
    let sums: Vec<usize> =
        (0..found.len()).map(|set| by_lift[set] + by_power[set] + by_missed[set]).collect();
    let mut ranked: Vec<RankedRegions> = found
        .into_iter()
        .zip(&sums)
        .map(|((power, _, missed), sum)| RankedRegions {
            rank: 1 + sums.iter().filter(|other| *other < sum).count(),
            power,
            missed,
        })
        .collect();
    ranked.sort_by(|a, b| a.rank.cmp(&b.rank).then_with(|| a.power.regions.cmp(&b.power.regions)));
    Ok(ranked)
}

/// The place of each value among different ones, from 1.
fn dense(values: &[f64]) -> Vec<usize> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    values.iter().map(|value| 1 + sorted.partition_point(|other| other < value)).collect()
}
