//! Projects whose effects cannot be told apart: those that act on one indicator in the same areas at the same time.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::independent::most_apart;
use crate::types::{AreaId, IndicatorId, PillarId, ProjectId, Span};

/// What an evaluation measured of one project on one indicator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasuredEffect {
    /// The project.
    pub project: ProjectId,
    /// The pillar it belongs to.
    pub pillar: PillarId,
    /// The indicator.
    pub indicator: IndicatorId,
    /// The areas in which it was measured; none for the whole city.
    pub areas: BTreeSet<AreaId>,
    /// The days over which it was measured.
    pub span: Span,
    /// The effect in the indicator's unit, above 0 when it rose.
    pub effect: f64,
    /// The standard error, in the same unit.
    pub standard_error: f64,
}

/// What was measured of several projects together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JointMeasure {
    /// The indicator.
    pub indicator: IndicatorId,
    /// The projects whose effect it holds.
    pub projects: BTreeSet<ProjectId>,
    /// The effect in the indicator's unit.
    pub effect: f64,
    /// The standard error, in the same unit.
    pub standard_error: f64,
}

/// Two projects that act on one indicator in the same areas at the same time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Overlap {
    /// The one whose identifier comes first.
    pub one: ProjectId,
    /// The other.
    pub other: ProjectId,
    /// The areas in common; none when one of both is for the whole city.
    pub areas: Vec<AreaId>,
    /// The days in common; nothing when that has no end.
    pub days: Option<i64>,
}

/// How the effect of a group was found and shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ShareRule {
    /// One project alone: its own effect.
    Alone,
    /// The group was measured together. The difference between that and the sum of single effects is spread in proportion to their size;
    /// effects of one sign are thereby shared in proportion to each.
    Measured,
    /// The group was not measured together. What is counted is the largest sum of effects that no two overlapping projects contribute to,
    /// rises and falls apart: the most that cannot have been counted twice. It is shared in proportion to each effect of that sign.
    LargestApart,
}

/// What one project contributes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contribution {
    /// The project.
    pub project: ProjectId,
    /// The pillar it belongs to.
    pub pillar: PillarId,
    /// What was measured of it alone.
    pub measured: f64,
    /// What is counted of it.
    pub counted: f64,
}

/// Projects that hang together by overlaps, and their effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EffectGroup {
    /// The indicator.
    pub indicator: IndicatorId,
    /// What each project contributes; together the effect of the group.
    pub contributions: Vec<Contribution>,
    /// The effect of the group, in the indicator's unit.
    pub effect: f64,
    /// Its standard error; nothing when it is no measured quantity but a bound put together from several.
    pub standard_error: Option<f64>,
    /// The sum of what was measured of each alone: what counting twice would give.
    pub sum_of_single: f64,
    /// How the effect was found and shared.
    pub rule: ShareRule,
    /// Which projects overlap, and where.
    pub overlaps: Vec<Overlap>,
}

fn overlap(one: &MeasuredEffect, other: &MeasuredEffect) -> Option<Overlap> {
    let whole_city = one.areas.is_empty() || other.areas.is_empty();
    let areas: Vec<AreaId> = one.areas.intersection(&other.areas).cloned().collect();
    if (areas.is_empty() && !whole_city) || !one.span.overlaps(other.span) {
        return None;
    }
    let days = one.span.shared_days(other.span);
    Some(Overlap { one: one.project.clone(), other: other.project.clone(), areas, days })
}

/// The groups of one indicator's effects, which are in the order of projects.
pub(super) fn groups(effects: &[&MeasuredEffect], joint: &[JointMeasure]) -> Vec<EffectGroup> {
    let mut neighbours: Vec<Vec<bool>> = vec![vec![false; effects.len()]; effects.len()];
    let mut overlaps: BTreeMap<(usize, usize), Overlap> = BTreeMap::new();
    for (a, one) in effects.iter().enumerate() {
        for (b, other) in effects.iter().enumerate().skip(a + 1) {
            if let Some(found) = overlap(one, other) {
                overlaps.insert((a, b), found);
                neighbours[a][b] = true;
                neighbours[b][a] = true;
            }
        }
    }
    let mut left: BTreeSet<usize> = (0..effects.len()).collect();
    let mut out = Vec::new();
    while let Some(first) = left.pop_first() {
        let mut members = BTreeSet::from([first]);
        let mut open = vec![first];
        while let Some(at) = open.pop() {
            let near: Vec<usize> = left.iter().copied().filter(|other| neighbours[at][*other]).collect();
            for other in near {
                left.remove(&other);
                members.insert(other);
                open.push(other);
            }
        }
        let members: Vec<usize> = members.into_iter().collect();
        let own: Vec<&MeasuredEffect> = members.iter().map(|at| effects[*at]).collect();
        let within =
            |(pair, overlap): (&(usize, usize), &Overlap)| members.contains(&pair.0).then(|| overlap.clone());
        let beside = |a: usize, b: usize| neighbours[members[a]][members[b]];
        out.push(group(&own, overlaps.iter().filter_map(within).collect(), joint, beside));
    }
    out
}

fn group(
    effects: &[&MeasuredEffect],
    overlaps: Vec<Overlap>,
    joint: &[JointMeasure],
    beside: impl Fn(usize, usize) -> bool,
) -> EffectGroup {
    let indicator = effects.first().map(|effect| effect.indicator.clone()).unwrap_or_default();
    let projects: BTreeSet<&ProjectId> = effects.iter().map(|effect| &effect.project).collect();
    let single: Vec<f64> = effects.iter().map(|effect| effect.effect).collect();
    let sum_of_single = single.iter().sum();
    let together = joint.iter().find(|joint| {
        joint.indicator == indicator && joint.projects.iter().collect::<BTreeSet<_>>() == projects
    });
    let (rule, counted, standard_error) = match (together, effects) {
        (Some(together), _) => {
            (ShareRule::Measured, spread(&single, together.effect), Some(together.standard_error))
        }
        (None, [alone]) => (ShareRule::Alone, single.clone(), Some(alone.standard_error)),
        (None, _) => (ShareRule::LargestApart, largest_apart(&single, beside), None),
    };
    let contribution = |(effect, counted): (&&MeasuredEffect, f64)| Contribution {
        project: effect.project.clone(),
        pillar: effect.pillar.clone(),
        measured: effect.effect,
        counted,
    };
    let effect = together.map_or_else(|| counted.iter().sum::<f64>(), |together| together.effect);
    let contributions = effects.iter().zip(counted).map(contribution).collect();
    EffectGroup { indicator, contributions, effect, standard_error, sum_of_single, rule, overlaps }
}

/// Spreads what the whole is more or less than the sum in proportion to the size of each; in equal parts when all are 0.
fn spread(single: &[f64], whole: f64) -> Vec<f64> {
    let sum: f64 = single.iter().sum();
    let sizes: f64 = single.iter().map(|effect| effect.abs()).sum();
    let count = single.len().max(1) as f64;
    let part = |effect: &f64| if sizes > 0.0 { effect.abs() / sizes } else { 1.0 / count };
    single.iter().map(|effect| effect + (whole - sum) * part(effect)).collect()
}

/// Rises and falls apart: each sign's largest sum without overlaps, shared in proportion.
fn largest_apart(single: &[f64], beside: impl Fn(usize, usize) -> bool) -> Vec<f64> {
    let side = |sign: f64| {
        let sizes: Vec<f64> = single.iter().map(|effect| (sign * effect).max(0.0)).collect();
        let sum: f64 = sizes.iter().sum();
        if sum > 0.0 { most_apart(&sizes, &beside) / sum } else { 0.0 }
    };
    let (rises, falls) = (side(1.0), side(-1.0));
    single.iter().map(|effect| effect * if *effect > 0.0 { rises } else { falls }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measured_whole_is_shared_in_proportion() {
        let shares = spread(&[6.0, 3.0], 6.0);
        assert!((shares[0] - 4.0).abs() < 1e-12 && (shares[1] - 2.0).abs() < 1e-12);
        // One that works against the other: −2 is spread by size.
        let shares = spread(&[6.0, -2.0], 2.0);
        assert!((shares[0] - 4.5).abs() < 1e-12 && (shares[1] + 2.5).abs() < 1e-12);
        assert_eq!(spread(&[0.0, 0.0], 3.0), [1.5, 1.5]);
    }

    #[test]
    fn without_a_measure_only_what_lies_apart_adds_up() {
        // 0 overlaps 1, 1 overlaps 2; 0 and 2 lie apart.
        let chain = |a: usize, b: usize| a.abs_diff(b) == 1;
        let shares = largest_apart(&[2.0, 3.0, 2.0], chain);
        assert!((shares.iter().sum::<f64>() - 4.0).abs() < 1e-12);
        let shares = largest_apart(&[2.0, 3.0, -1.0], chain);
        assert!((shares.iter().sum::<f64>() - 2.0).abs() < 1e-12);
        assert_eq!(shares[2], -1.0);
    }
}
