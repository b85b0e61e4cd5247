//! Which regions to take, and what they could show.

use senne_impact::{
    GeoOptions, RankedRegions, RegionDraw, RegionPower, RegionRules, candidate_regions, rank_regions,
    region_power,
};

use super::{
    plan::Planned,
    report::{Foresight, PowerOf, RegionSet},
};
use crate::{EvaluationError, MethodName, Wording, warning};

/// More sets are not printed.
const SETS_MAX: usize = 20;

pub(super) fn foresee(planned: &Planned<'_>, reasons: Vec<Wording>) -> Result<Foresight, EvaluationError> {
    let project = planned.project;
    let mut lifts = vec![0.0];
    lifts.extend(project.lifts.iter().copied().filter(|lift| *lift != 0.0));
    let options = GeoOptions {
        duration: project.duration,
        lifts,
        lookback: project.lookback,
        power: project.power,
        ..GeoOptions::of_mean(1.0 - project.level)
    };
    let (best, sets) = if planned.treat.is_empty() {
        let rules = RegionRules { include: Vec::new(), exclude: planned.keep.clone() };
        let candidates = candidate_regions(&planned.outcome, &[project.count], RegionDraw::Alike, &rules)?;
        let ranked = rank_regions(&planned.outcome, &candidates, &[project.duration], &options)?;
        let sets = ranked.iter().take(SETS_MAX).filter_map(|set| row(planned, set)).collect();
        (ranked.into_iter().next().map(|set| set.power), sets)
    } else {
        (Some(region_power(&planned.outcome, &planned.treat, &options)?), Vec::new())
    };
    Ok(told(planned, reasons, best, sets))
}

fn row(planned: &Planned<'_>, set: &RankedRegions) -> Option<RegionSet> {
    let at = set.power.at_smallest()?;
    Some(RegionSet {
        rank: set.rank,
        regions: names(planned, &set.power),
        lift: at.lift,
        power: at.power,
        added: at.added,
        missed: set.missed,
        share: set.power.share,
        imbalance: set.power.scaled_imbalance,
    })
}

fn names(planned: &Planned<'_>, set: &RegionPower) -> Vec<String> {
    set.regions.iter().map(|region| planned.names[*region].clone()).collect()
}

fn told(
    planned: &Planned<'_>,
    reasons: Vec<Wording>,
    best: Option<RegionPower>,
    sets: Vec<RegionSet>,
) -> Foresight {
    let project = planned.project;
    let times = planned.outcome.first().map_or(0, Vec::len);
    let smallest = best.as_ref().and_then(|set| set.smallest).map_or(f64::INFINITY, f64::abs);
    let mean = best.as_ref().map_or(f64::NAN, |set| {
        let later = |region: &usize| planned.outcome[*region][times - project.duration..].iter().sum::<f64>();
        set.regions.iter().map(later).sum::<f64>() / (set.regions.len() * project.duration) as f64
    });
    let none = |lift: f64| best.as_ref()?.lifts.iter().find(|at| at.lift == lift).copied();
    let mut warnings = vec![warning::few_placebos(project.lookback.max(1))];
    if (1.0 / times as f64) > 1.0 - project.level {
        warnings.push(warning::unbounded(times, project.level));
    }
    let effect = smallest * mean.abs();
    Foresight {
        method: MethodName::Geo.name(),
        source: "Augmented synthetic control in the past, with lifts laid in (as GeoLift); tests by shifts of the course",
        reasons,
        treated: best.as_ref().map_or_else(Vec::new, |set| names(planned, set)),
        count: planned.count(),
        donors: planned.outcome.len() - planned.count(),
        times,
        duration: project.duration,
        level: project.level,
        power: project.power,
        smallest: effect,
        relative: smallest,
        false_alarms: none(0.0).map_or(f64::NAN, |at| at.power),
        error: none(0.0).map_or(f64::NAN, |at| at.effect.abs()),
        placebos: project.lookback.max(1),
        curve: best
            .iter()
            .flat_map(|set| &set.lifts)
            .map(|at| PowerOf { effect: at.lift, power: at.power })
            .collect(),
        sets,
        left_out: planned.left_out,
        warnings,
        sentence: crate::sentence::foreseen(&project.outcome, effect, smallest, project.power),
    }
}
