//! What a set of regions could show: the project is laid into the past, where nothing happened, with effects that are known.

use super::{options::GeoOptions, regions::check};
use crate::{
    AugmentedControl, AugmentedOptions, BlockCovariates, BlockPanel, StatisticsError, augmented_control,
    conformal_p_value,
};

/// What happens with one lift.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LiftPower {
    /// The lift, as a part of the outcome.
    pub lift: f64,
    /// How often it is seen.
    pub power: f64,
    /// The mean effect that is found, per region and time.
    pub effect: f64,
    /// The mean lift that is found.
    pub found: f64,
    /// What the lift adds over all regions and times; times the cost of each, the budget that a test needs.
    pub added: f64,
}

/// What a set of regions could show.
#[derive(Clone, Debug, PartialEq)]
pub struct RegionPower {
    /// The regions that are treated.
    pub regions: Vec<usize>,
    /// How many times the project lasts.
    pub duration: usize,
    /// By lift.
    pub lifts: Vec<LiftPower>,
    /// The smallest lift in size, but none, that is seen often enough; nothing when no lift that was tried is.
    pub smallest: Option<f64>,
    /// The mean gap before the project as a part of what it is when all others count alike.
    pub scaled_imbalance: f64,
    /// The part of all outcomes that the regions have.
    pub share: f64,
}

impl RegionPower {
    /// What happens with the smallest lift that is seen often enough.
    pub fn at_smallest(&self) -> Option<&LiftPower> {
        self.lifts.iter().find(|found| Some(found.lift) == self.smallest)
    }
}

/// Treated regions last, up to `end`.
pub(super) fn block(
    outcome: &[Vec<f64>],
    treated: &[usize],
    left_out: &[usize],
    before: usize,
    end: usize,
) -> Result<BlockPanel, StatisticsError> {
    let row = |region: &usize| outcome[*region][..end].to_vec();
    let donors: Vec<usize> =
        (0..outcome.len()).filter(|region| !treated.contains(region) && !left_out.contains(region)).collect();
    let rows = donors.iter().chain(treated).map(row).collect();
    BlockPanel::new(rows, donors.len(), before)
}

/// Regions by their places; each once.
pub(super) fn check_regions(regions: &[usize], count: usize) -> Result<(), StatisticsError> {
    let twice = regions.iter().enumerate().find(|(place, region)| regions[..*place].contains(region));
    let why = if let Some((_, region)) = twice {
        format!("region {region} is named twice")
    } else if let Some(region) = regions.iter().find(|region| **region >= count) {
        format!("there is no region {region}")
    } else {
        return Ok(());
    };
    Err(StatisticsError::NotIdentified { what: "the treated regions".to_owned(), why })
}

/// Lays a project of a given length into each end of the past, with each lift, and counts how often the test sees it.
///
/// # Errors
/// When rows differ in length, values are not finite, a region is not there or named twice, or the past is too short.
pub fn region_power(
    outcome: &[Vec<f64>],
    regions: &[usize],
    options: &GeoOptions,
) -> Result<RegionPower, StatisticsError> {
    let times = check(outcome)?;
    check_regions(regions, outcome.len())?;
    let lookback = options.lookback.max(1);
    let wanted = options.duration.saturating_add(lookback).saturating_add(2);
    if times < wanted || options.duration == 0 {
        let wanted = wanted.max(options.lookback.saturating_add(3));
        return Err(StatisticsError::TooFew { what: "times".to_owned(), found: times, wanted });
    }
    let none = BlockCovariates::default();
    let mut sums = vec![(0.0, 0.0, 0.0, 0.0); options.lifts.len()];
    let mut imbalance = 0.0;
    for back in 0..lookback {
        let end = times - back;
        let panel = block(outcome, regions, &[], end - options.duration, end)?;
        let plain = augmented_control(&panel, &none, options.control)?;
        imbalance += plain.scaled_imbalance / lookback as f64;
        for (lift, sum) in options.lifts.iter().zip(&mut sums) {
            let (found, p_value) = one(&panel, &plain, *lift, options)?;
            let later = &panel.treated_mean()[panel.before..];
            let total = later.iter().sum::<f64>();
            let instead = total * (1.0 + lift) / later.len() as f64 - found.effect;
            sum.0 += f64::from(u8::from(p_value < options.alpha));
            sum.1 += found.effect;
            sum.2 += found.effect / instead;
            sum.3 += total * lift * regions.len() as f64;
        }
    }
    let mean = |sum: f64| sum / lookback as f64;
    let lifts: Vec<LiftPower> = options
        .lifts
        .iter()
        .zip(sums)
        .map(|(lift, (seen, effect, found, added))| LiftPower {
            lift: *lift,
            power: mean(seen),
            effect: mean(effect),
            found: mean(found),
            added: mean(added),
        })
        .collect();
    let total =
        |rows: &mut dyn Iterator<Item = &Vec<f64>>| rows.map(|row| row.iter().sum::<f64>()).sum::<f64>();
    let share = total(&mut regions.iter().map(|region| &outcome[*region])) / total(&mut outcome.iter());
    let smallest = lifts
        .iter()
        .filter(|found| found.lift != 0.0 && found.power >= options.power)
        .min_by(|a, b| a.lift.abs().total_cmp(&b.lift.abs()))
        .map(|found| found.lift);
    Ok(RegionPower {
        regions: regions.to_vec(),
        duration: options.duration,
        lifts,
        smallest,
        scaled_imbalance: imbalance,
        share,
    })
}

/// The effect and its chance with a lift; λ stays as it was found without one.
fn one(
    panel: &BlockPanel,
    plain: &AugmentedControl,
    lift: f64,
    options: &GeoOptions,
) -> Result<(AugmentedControl, f64), StatisticsError> {
    let mut lifted = panel.clone();
    for row in &mut lifted.outcome[panel.donors..] {
        row[panel.before..].iter_mut().for_each(|value| *value *= 1.0 + lift);
    }
    let control = AugmentedOptions { penalty: plain.options.penalty, ..options.control };
    let found = augmented_control(&lifted, &BlockCovariates::default(), control)?;
    let p_value = conformal_p_value(&lifted, &BlockCovariates::default(), &found, options.conformal())?;
    Ok((found, p_value))
}
