//! What the programme brought about, by indicator and by pillar, each effect counted once.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::groups::{EffectGroup, JointMeasure, MeasuredEffect, groups};
use crate::{
    ProgrammeError,
    error::first_twice,
    types::{IndicatorId, PillarId},
};

/// The most effects that are put together at once.
const EFFECTS_MOST: usize = 5_000;

/// What all projects together contribute to one indicator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IndicatorTotal {
    /// The indicator.
    pub indicator: IndicatorId,
    /// The sum over groups, in its unit.
    pub effect: f64,
    /// What counting twice would give.
    pub sum_of_single: f64,
}

/// What a pillar contributes to one indicator. Over pillars they sum to the total of the indicator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PillarTotal {
    /// The pillar.
    pub pillar: PillarId,
    /// The indicator.
    pub indicator: IndicatorId,
    /// The sum of what is counted of its projects, in the unit of the indicator.
    pub effect: f64,
}

/// What the programme brought about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contributions {
    /// The groups of projects that hang together, by indicator.
    pub groups: Vec<EffectGroup>,
    /// By indicator.
    pub indicators: Vec<IndicatorTotal>,
    /// By pillar and indicator.
    pub pillars: Vec<PillarTotal>,
}

/// Puts measured effects together. A joint measure counts when it holds just the projects of a group.
///
/// # Errors
/// When a project stands twice for one indicator, a number is not finite, a standard error is negative, a joint measure fits no group, or
/// there are more than 5,000 effects.
pub fn contributions(
    effects: &[MeasuredEffect],
    joint: &[JointMeasure],
) -> Result<Contributions, ProgrammeError> {
    check(effects, joint)?;
    let mut by_indicator: BTreeMap<&IndicatorId, Vec<&MeasuredEffect>> = BTreeMap::new();
    for effect in effects {
        by_indicator.entry(&effect.indicator).or_default().push(effect);
    }
    let mut out = Vec::new();
    for effects in by_indicator.values_mut() {
        effects.sort_by(|a, b| a.project.cmp(&b.project));
        out.extend(groups(effects, joint));
    }
    for measure in joint {
        let fits = |group: &EffectGroup| {
            let projects: BTreeSet<_> = group.contributions.iter().map(|one| one.project.clone()).collect();
            group.indicator == measure.indicator && projects == measure.projects
        };
        if !out.iter().any(fits) {
            return Err(ProgrammeError::undefined(
                format!("the joint measure of {}", measure.indicator),
                "its projects are not those of one group; name all that overlap, and none that lies apart",
            ));
        }
    }
    let mut indicators: BTreeMap<&IndicatorId, (f64, f64)> = BTreeMap::new();
    let mut pillars: BTreeMap<(&PillarId, &IndicatorId), f64> = BTreeMap::new();
    for group in &out {
        let total = indicators.entry(&group.indicator).or_default();
        total.0 += group.effect;
        total.1 += group.sum_of_single;
        for one in &group.contributions {
            *pillars.entry((&one.pillar, &group.indicator)).or_default() += one.counted;
        }
    }
    let indicators = indicators
        .into_iter()
        .map(|(indicator, (effect, sum_of_single))| IndicatorTotal {
            indicator: indicator.clone(),
            effect,
            sum_of_single,
        })
        .collect();
    let pillars = pillars
        .into_iter()
        .map(|((pillar, indicator), effect)| PillarTotal {
            pillar: pillar.clone(),
            indicator: indicator.clone(),
            effect,
        })
        .collect();
    Ok(Contributions { groups: out, indicators, pillars })
}

fn check(effects: &[MeasuredEffect], joint: &[JointMeasure]) -> Result<(), ProgrammeError> {
    if effects.len() > EFFECTS_MOST {
        let what = "measured effects".to_owned();
        return Err(ProgrammeError::TooMany { what, found: effects.len(), most: EFFECTS_MOST });
    }
    if let Some((_, project)) = first_twice(effects.iter().map(|effect| (&effect.indicator, &effect.project)))
    {
        return Err(ProgrammeError::Twice { what: "for one indicator the project", id: project.to_string() });
    }
    let numbers = effects
        .iter()
        .map(|effect| (effect.project.to_string(), effect.effect, effect.standard_error))
        .chain(joint.iter().map(|joint| (joint.indicator.to_string(), joint.effect, joint.standard_error)));
    for (what, effect, error) in numbers {
        if !effect.is_finite() {
            return Err(ProgrammeError::number(format!("the effect of {what}"), effect, "a finite number"));
        }
        if !(error.is_finite() && error >= 0.0) {
            let what = format!("the standard error of {what}");
            return Err(ProgrammeError::number(what, error, "finite and 0 or more"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{effect::ShareRule, types::Span};

    fn effect(project: &str, pillar: &str, areas: &[&str], effect: f64) -> MeasuredEffect {
        MeasuredEffect {
            project: project.into(),
            pillar: pillar.into(),
            indicator: "no2".into(),
            areas: areas.iter().map(|area| (*area).into()).collect(),
            span: Span::new(date(2026, 1, 1), date(2026, 12, 31)),
            effect,
            standard_error: 0.5,
        }
    }

    #[test]
    fn overlapping_projects_are_counted_once() {
        let effects = [
            effect("zone", "mobility", &["centre", "north"], -4.0),
            effect("trees", "nature", &["centre"], -1.0),
            effect("street", "mobility", &["south"], -2.0),
        ];
        let found = contributions(&effects, &[]).unwrap();
        assert_eq!(found.groups.len(), 2);
        let rules: Vec<ShareRule> = found.groups.iter().map(|group| group.rule).collect();
        assert_eq!(rules, [ShareRule::Alone, ShareRule::LargestApart]);
        assert_eq!(found.groups[1].overlaps[0].areas, ["centre".into()]);
        assert_eq!(found.groups[1].overlaps[0].days, Some(365));
        let total = &found.indicators[0];
        assert!((total.effect + 6.0).abs() < 1e-12 && (total.sum_of_single + 7.0).abs() < 1e-12);
        let pillars: f64 = found.pillars.iter().map(|pillar| pillar.effect).sum();
        assert!((pillars - total.effect).abs() < 1e-12);
    }

    #[test]
    fn what_was_measured_together_is_shared() {
        let effects =
            [effect("zone", "mobility", &["centre"], -4.0), effect("trees", "nature", &["centre"], -1.0)];
        let mut joint = JointMeasure {
            indicator: "no2".into(),
            projects: ["zone".into(), "trees".into()].into(),
            effect: -4.5,
            standard_error: 0.4,
        };
        let found = contributions(&effects, std::slice::from_ref(&joint)).unwrap();
        let counted: Vec<f64> = found.groups[0].contributions.iter().map(|one| one.counted).collect();
        // Trees first: contributions stand in the order of projects.
        assert!((counted[0] + 0.9).abs() < 1e-12 && (counted[1] + 3.6).abs() < 1e-12);
        assert_eq!((found.groups[0].rule, found.groups[0].standard_error), (ShareRule::Measured, Some(0.4)));
        joint.projects.remove(&"trees".into());
        assert!(contributions(&effects, &[joint]).is_err());
    }
}
