//! The projects that claim to move the indicator: what each promised and what was measured of it.

use std::collections::BTreeSet;

use senne_programme::{
    Evaluation, ExpectedEffect, Measurement, Meeting, Objective, Project, ProjectId, ProjectState, Quantity,
    meeting,
};

use crate::{
    pages::{
        programme::{
            project::{
                ground::{Ground, Verdict, state, verdict},
                range::{Scale, ends_of, promised},
            },
            shared::{called, link},
        },
        rows::Linked,
    },
    visit::Visit,
};

/// So many projects are on one page.
const SIZE: usize = 50;

pub(super) struct Claims {
    /// How many there are in all, in words.
    pub(super) count: String,
    pub(super) rows: Vec<Claim>,
    /// «Page 2 of 3»; empty when there is one.
    pub(super) page: String,
    pub(super) previous: Option<String>,
    pub(super) next: Option<String>,
}

/// A project and what it does to the indicator.
pub(super) struct Claim {
    pub(super) project: Linked,
    pub(super) state: &'static str,
    /// Each promise with its picture.
    pub(super) expected: Vec<Side>,
    /// Why there is no promise; empty when there is one.
    pub(super) no_promise: &'static str,
    pub(super) measured: Vec<Found>,
}

/// A promise.
pub(super) struct Side {
    /// What stands for the indicator; empty where the indicator itself should move.
    pub(super) name: String,
    pub(super) range: String,
    pub(super) about: String,
    pub(super) picture: String,
}

/// A measurement.
pub(super) struct Found {
    /// What stands for the indicator; empty where the indicator itself was measured.
    pub(super) name: String,
    pub(super) estimate: String,
    pub(super) interval: String,
    pub(super) verdict: Verdict,
    pub(super) grade: String,
    pub(super) picture: String,
    pub(super) link: String,
    pub(super) link_text: String,
}

pub(super) fn of(visit: &Visit, ground: Ground<'_>, objective: &Objective) -> Claims {
    let words = ground.words;
    let all = ordered(ground, objective);
    let pages = all.len().div_ceil(SIZE).max(1);
    let page = page(visit.parameter("page"), pages);
    let shown: Vec<&Project> = all.iter().copied().skip((page - 1) * SIZE).take(SIZE).collect();
    let scale = scale(ground, objective, &shown);
    let at = |page: usize| format!("{}?page={page}", link(words, "objective", objective.id.as_str()));
    Claims {
        count: words.count("project.claims", all.len() as u64),
        rows: shown.into_iter().map(|project| claim(ground, objective, project, scale)).collect(),
        page: if pages > 1 { words.fill("map.page", [page, pages]) } else { String::new() },
        previous: (page > 1).then(|| at(page - 1)),
        next: (page < pages).then(|| at(page + 1)),
    }
}

/// The page that is asked for, from 1; the nearest that exists.
fn page(asked: Option<&str>, pages: usize) -> usize {
    asked.and_then(|page| page.parse().ok()).unwrap_or(1).clamp(1, pages)
}

/// Those that serve the objective and those that promise to move its indicator: what is under way first, then by name.
fn ordered<'a>(ground: Ground<'a>, objective: &Objective) -> Vec<&'a Project> {
    let programme = &ground.view.programme;
    let serve = programme.links.projects_by_objective.get(&objective.id).into_iter().flatten();
    let effects = programme.links.effects_by_indicator.get(&objective.indicator).into_iter().flatten();
    let promise = effects.filter_map(|id| programme.effects.get(id)).map(|effect| &effect.project);
    let ids: BTreeSet<&ProjectId> = serve.chain(promise).collect();
    let mut found: Vec<&Project> = ids.into_iter().filter_map(|id| programme.projects.get(id)).collect();
    found.sort_by_cached_key(|project| {
        let name = called(ground.words, Some(&project.name), project.id.as_str());
        (rank(project.state), name.to_lowercase())
    });
    found
}

fn rank(state: ProjectState) -> u8 {
    match state {
        ProjectState::Running => 0,
        ProjectState::Chosen => 1,
        ProjectState::Finished => 2,
        ProjectState::Stopped => 3,
        ProjectState::Proposed => 4,
        ProjectState::Rejected => 5,
    }
}

fn effects<'a>(ground: Ground<'a>, objective: &Objective, project: &Project) -> Vec<&'a ExpectedEffect> {
    let own = ground.view.programme.effects.of(&project.id).iter();
    own.filter(|effect| effect.indicator == objective.indicator).collect()
}

fn measured<'a>(
    ground: Ground<'a>,
    objective: &Objective,
    project: &Project,
) -> Vec<(&'a Evaluation, &'a Measurement)> {
    let all = ground.view.programme.evaluations_of(&project.id);
    let own = all.filter(|evaluation| evaluation.indicator.as_ref() == Some(&objective.indicator));
    own.filter_map(|evaluation| Some((evaluation, evaluation.measured.as_ref()?))).collect()
}

/// One scale for all that the page shows of the indicator itself.
fn scale(ground: Ground<'_>, objective: &Objective, projects: &[&Project]) -> Scale {
    let own = Quantity { indicator: Some(&objective.indicator), outcome: None };
    let ends = |project: &&Project| {
        ends(&effects(ground, objective, project), &measured(ground, objective, project), own)
    };
    Scale::over(projects.iter().flat_map(ends))
}

/// What a scale of one quantity must hold.
fn ends(effects: &[&ExpectedEffect], measured: &[(&Evaluation, &Measurement)], of: Quantity<'_>) -> Vec<f64> {
    let same = |other: Quantity<'_>| meeting(of, other) == Some(Meeting::Same);
    let expected = effects.iter().filter(|effect| same(effect.quantity()));
    let found = measured.iter().filter(|(one, _)| same(one.quantity()));
    let expected = expected.map(|effect| promised(effect)).flat_map(|(low, high)| [low, high]);
    expected.chain(found.flat_map(|(_, measured)| ends_of(measured))).collect()
}

fn claim(ground: Ground<'_>, objective: &Objective, project: &Project, scale: Scale) -> Claim {
    let words = ground.words;
    let effects = effects(ground, objective, project);
    let found = measured(ground, objective, project);
    // What stands for the indicator is of another unit: it has a scale of its own.
    let scale_of = |quantity: Quantity<'_>| match quantity.outcome {
        None => scale,
        Some(_) => Scale::over(ends(&effects, &found, quantity)),
    };
    let expected: Vec<Side> = effects.iter().map(|one| side(ground, one, scale_of(one.quantity()))).collect();
    let measured =
        found.iter().map(|(one, found)| measure(ground, one, found, scale_of(one.quantity()))).collect();
    let no_promise = if expected.is_empty() { words.t("project.serves_only") } else { "" };
    Claim {
        project: ground.project(&project.id),
        state: state(words, project.state),
        no_promise,
        expected,
        measured,
    }
}

fn side(ground: Ground<'_>, effect: &ExpectedEffect, scale: Scale) -> Side {
    let unit = ground.speaker.unit_of(effect.quantity());
    let ends = promised(effect);
    let places = ground.places(&effect.areas);
    let grade = format!("{}: {}", ground.words.t("evaluation.evidence"), ground.grade(effect.evidence_grade));
    Side {
        name: if effect.outcome.is_some() { ground.promised(effect).name } else { String::new() },
        range: ground.changes(ends, unit),
        about: if places.is_empty() { grade } else { format!("{places} · {grade}") },
        picture: scale.band(ends),
    }
}

fn measure(ground: Ground<'_>, evaluation: &Evaluation, measured: &Measurement, scale: Scale) -> Found {
    let words = ground.words;
    let unit = ground.unit_of(evaluation);
    let name = called(words, Some(&evaluation.name), evaluation.id.as_str());
    Found {
        name: if evaluation.outcome.is_some() { ground.outcome(evaluation).name } else { String::new() },
        estimate: ground.change(measured.estimate, unit),
        interval: ground.interval(measured, unit),
        verdict: verdict(words, measured.answer),
        grade: ground.grade(measured.grade),
        picture: scale.dot(measured),
        link: ground.evaluation(&evaluation.id),
        link_text: words.fill("project.see_evaluation", [name]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_does_not_exist_is_the_nearest_that_does() {
        let of = |asked| page(asked, 3);
        assert_eq!([of(None), of(Some("2")), of(Some("0")), of(Some("99")), of(Some("-1"))], [1, 2, 1, 3, 1]);
        assert_eq!(page(Some("many"), 1), 1);
    }
}
