//! What already exists that is like what is proposed.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::types::{AreaId, ExpectedEffect, IndicatorId, Project, ProjectId, Span};

/// What a project acts on, where, when and how.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The indicators it acts on.
    pub indicators: BTreeSet<IndicatorId>,
    /// The areas it acts in; none for the whole city.
    pub areas: BTreeSet<AreaId>,
    /// When.
    pub span: Span,
    /// The kind of intervention.
    pub kind: Option<String>,
}

impl Profile {
    /// Of a project with the effects expected of it: where it says so, the areas of the effects, else its own.
    pub fn of(project: &Project, effects: &[ExpectedEffect]) -> Self {
        let own = || effects.iter().filter(|effect| effect.project == project.id);
        let mut areas: BTreeSet<AreaId> = own().flat_map(|effect| effect.areas.iter().cloned()).collect();
        if areas.is_empty() {
            areas.extend(project.areas.iter().cloned());
        }
        Self {
            indicators: own().map(|effect| effect.indicator.clone()).collect(),
            areas,
            span: project.span,
            kind: project.kind.clone(),
        }
    }
}

/// How much each likeness counts; relative.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SimilarityWeights {
    /// Indicators in common.
    pub indicators: f64,
    /// Areas in common.
    pub areas: f64,
    /// Days in common.
    pub time: f64,
    /// The same kind of intervention.
    pub kind: f64,
}

impl Default for SimilarityWeights {
    fn default() -> Self {
        Self { indicators: 4.0, areas: 2.0, time: 1.0, kind: 3.0 }
    }
}

/// In what a project is like what is proposed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Likeness {
    /// Both act on these indicators.
    Indicators(Vec<IndicatorId>),
    /// Both act in these areas; none when one of both is for the whole city.
    Areas(Vec<AreaId>),
    /// Both act on so many days; nothing when that has no end.
    Time(Option<i64>),
    /// Both are of this kind.
    Kind(String),
}

/// A project that is like what is proposed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Similar {
    /// The project.
    pub project: ProjectId,
    /// How alike, 0 to 1.
    pub likeness: f64,
    /// In what.
    pub reasons: Vec<Likeness>,
}

/// Projects that share an indicator or a kind with what is proposed, the most alike first, `most` of them; ties in the order of identifiers.
/// Sharing areas or days alone makes no likeness: everything in a city does. Sets count by what both have of what either has (Jaccard
/// 1912), days by what both have of the shorter.
pub fn similar(
    proposed: &Profile,
    projects: &[(ProjectId, Profile)],
    weights: SimilarityWeights,
    most: usize,
) -> Vec<Similar> {
    let mut found: Vec<Similar> =
        projects.iter().filter_map(|(id, profile)| compare(proposed, id, profile, weights)).collect();
    found.sort_by(|a, b| b.likeness.total_cmp(&a.likeness).then_with(|| a.project.cmp(&b.project)));
    found.truncate(most);
    found
}

fn compare(
    proposed: &Profile,
    id: &ProjectId,
    profile: &Profile,
    weights: SimilarityWeights,
) -> Option<Similar> {
    let weight = |weight: f64| if weight.is_finite() { weight.max(0.0) } else { 0.0 };
    let [by_indicators, by_areas, by_time, by_kind] =
        [weights.indicators, weights.areas, weights.time, weights.kind].map(weight);
    let total = by_indicators + by_areas + by_time + by_kind;
    let indicators = common(&proposed.indicators, &profile.indicators);
    let kind = proposed.kind.as_ref().filter(|kind| profile.kind.as_ref() == Some(*kind));
    if (indicators.is_empty() && kind.is_none()) || total <= 0.0 {
        return None;
    }
    let mut reasons = Vec::new();
    let mut likeness = 0.0;
    if !indicators.is_empty() {
        likeness += by_indicators * part(&proposed.indicators, &profile.indicators, indicators.len());
        reasons.push(Likeness::Indicators(indicators));
    }
    if let Some(kind) = kind {
        likeness += by_kind;
        reasons.push(Likeness::Kind(kind.clone()));
    }
    let areas = common(&proposed.areas, &profile.areas);
    if proposed.areas.is_empty() || profile.areas.is_empty() {
        // One of both holds all areas; how large a part the other has of them is not known.
        likeness += by_areas / if proposed.areas.is_empty() && profile.areas.is_empty() { 1.0 } else { 2.0 };
        reasons.push(Likeness::Areas(areas));
    } else if !areas.is_empty() {
        likeness += by_areas * part(&proposed.areas, &profile.areas, areas.len());
        reasons.push(Likeness::Areas(areas));
    }
    if proposed.span.overlaps(profile.span) {
        let shared = proposed.span.shared_days(profile.span);
        let lengths = [proposed.span, profile.span].map(|span| span.shared_days(span));
        let shorter = lengths.into_iter().flatten().min();
        likeness += by_time
            * match (shared, shorter) {
                (Some(shared), Some(shorter)) if shorter > 0 => (shared as f64 / shorter as f64).min(1.0),
                // Without ends all that is known is that both go on together.
                _ => 1.0,
            };
        reasons.push(Likeness::Time(shared));
    }
    Some(Similar { project: id.clone(), likeness: likeness / total, reasons })
}

fn common<T: Ord + Clone>(one: &BTreeSet<T>, other: &BTreeSet<T>) -> Vec<T> {
    one.intersection(other).cloned().collect()
}

fn part<T>(one: &BTreeSet<T>, other: &BTreeSet<T>, both: usize) -> f64 {
    let either = one.len() + other.len() - both;
    both as f64 / either.max(1) as f64
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn profile(indicators: &[&str], areas: &[&str], year: i16, kind: &str) -> Profile {
        Profile {
            indicators: indicators.iter().map(|id| (*id).into()).collect(),
            areas: areas.iter().map(|id| (*id).into()).collect(),
            span: Span::new(date(year, 1, 1), date(year, 12, 31)),
            kind: Some(kind.to_owned()),
        }
    }

    #[test]
    fn the_most_alike_comes_first_with_reasons() {
        let proposed = profile(&["no2"], &["north"], 2026, "schoolStreet");
        let projects = [
            ("elsewhere".into(), profile(&["no2"], &["south"], 2020, "trees")),
            ("twin".into(), proposed.clone()),
            ("other".into(), profile(&["noise"], &["north"], 2026, "trees")),
            ("kind".into(), profile(&["safety"], &["north"], 2020, "schoolStreet")),
        ];
        let found = similar(&proposed, &projects, SimilarityWeights::default(), 10);
        let order: Vec<&str> = found.iter().map(|similar| similar.project.as_str()).collect();
        assert_eq!(order, ["twin", "kind", "elsewhere"]);
        assert_eq!((found[0].likeness, found[0].reasons.len()), (1.0, 4));
        assert_eq!((found[1].likeness, found[2].likeness), (0.5, 0.4));
        assert_eq!(found[2].reasons, [Likeness::Indicators(vec!["no2".into()])]);
        assert_eq!(similar(&proposed, &projects, SimilarityWeights::default(), 1).len(), 1);
    }
}
