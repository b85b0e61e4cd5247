//! Projects that are like this one, and what they measured.

use std::collections::BTreeSet;

use senne_programme::{
    ProjectId,
    portfolio::Expected,
    says::list,
    similar::{Likeness, Profile, Similar, SimilarityWeights, similar},
};

use super::{
    Subject,
    ground::{Ground, state},
};
use crate::pages::{programme::shared::called, rows::Linked};

/// So many are shown.
const SHOWN_MOST: usize = 6;

/// A project that is like this one.
pub(super) struct Alike {
    pub(super) project: Linked,
    pub(super) state: &'static str,
    /// In what it is alike.
    pub(super) reasons: Vec<String>,
    /// What was measured of it; empty when nothing was.
    pub(super) measured: Vec<String>,
}

pub(super) fn of(subject: Subject<'_>) -> Vec<Alike> {
    let Subject { ground, project, .. } = subject;
    let programme = &ground.view.programme;
    let profile = |id: &ProjectId| {
        let other = programme.projects.get(id)?;
        Some((id.clone(), Profile::of(other, programme.effects.of(id))))
    };
    let others: Vec<(ProjectId, Profile)> = candidates(subject).into_iter().filter_map(profile).collect();
    let own = Profile::of(project, programme.effects.of(&project.id));
    let found = similar(&own, &others, SimilarityWeights::default(), SHOWN_MOST);
    found.iter().filter_map(|one| alike(ground, one)).collect()
}

/// Those that share an indicator or a kind; no others are ever alike.
fn candidates(subject: Subject<'_>) -> BTreeSet<&ProjectId> {
    let programme = &subject.ground.view.programme;
    let mut found: BTreeSet<&ProjectId> = BTreeSet::new();
    for effect in programme.effects.of(&subject.project.id) {
        let ids = programme.links.effects_by_indicator.get(&effect.indicator).into_iter().flatten();
        found.extend(ids.filter_map(|id| programme.effects.get(id)).map(|one| &one.project));
    }
    let kind = subject.project.kind.as_ref();
    found.extend(kind.and_then(|kind| programme.links.projects_by_kind.get(kind)).into_iter().flatten());
    found.remove(&subject.project.id);
    found
}

fn alike(ground: Ground<'_>, found: &Similar) -> Option<Alike> {
    let programme = &ground.view.programme;
    let other = programme.projects.get(&found.project)?;
    let expected: Vec<Expected> = programme.effects.of(&other.id).iter().map(Expected::of).collect();
    let measured = programme
        .evaluations_of(&other.id)
        .filter(|evaluation| evaluation.measured.is_some())
        .map(|evaluation| ground.speaker.measured(evaluation, &expected));
    Some(Alike {
        project: ground.project(&other.id),
        state: state(ground.words, other.state),
        reasons: found.reasons.iter().map(|reason| likeness(ground, reason)).collect(),
        measured: measured.collect(),
    })
}

fn likeness(ground: Ground<'_>, reason: &Likeness) -> String {
    let words = ground.words;
    match reason {
        Likeness::Indicators(ids) => {
            let names: Vec<String> = ids.iter().map(|id| ground.indicator(id).name).collect();
            words.fill("project.like_indicators", [list(ground.spoken(), &names)])
        }
        Likeness::Kind(kind) => words.fill("project.like_kind", [kind_name(ground, kind)]),
        Likeness::Areas(ids) if ids.is_empty() => words.t("project.like_city").to_owned(),
        Likeness::Areas(ids) => words.fill("project.like_areas", [ground.places(ids)]),
        Likeness::Time(_) => words.t("project.like_time").to_owned(),
    }
}

/// What a kind of intervention is called.
pub(super) fn kind_name(ground: Ground<'_>, kind: &str) -> String {
    let found = ground.view.programme.interventions.get(kind);
    called(ground.words, found.map(|one| &one.name), kind)
}
