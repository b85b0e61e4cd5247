//! Three numbers that are never mixed: the work done, the level of the indicator, the effect that was measured.

use senne_chart::interval;
use senne_programme::{AreaId, Evaluation, ExpectedEffect, IndicatorId, Level, Measurement, portfolio::Line};

use super::{
    Subject,
    ground::{Ground, Verdict, verdict},
};
use crate::pages::rows::Linked;

/// So many indicators are told of.
const LEVELS_MOST: usize = 12;

pub(super) struct Numbers {
    pub(super) done: Done,
    pub(super) levels: Vec<Standing>,
    pub(super) effects: Vec<Found>,
    pub(super) waiting: Vec<Waiting>,
}

/// How far the work has come.
pub(super) struct Done {
    /// The part that is done; empty when it is not known.
    pub(super) figure: String,
    /// The part that is done, and the part that should be as a mark.
    pub(super) picture: String,
    pub(super) sentence: String,
}

/// Where an indicator stands.
pub(super) struct Standing {
    pub(super) indicator: Linked,
    /// Empty when it is not known.
    pub(super) value: String,
    /// Area, period and interval.
    pub(super) about: String,
}

/// What was measured.
pub(super) struct Found {
    pub(super) name: String,
    pub(super) figure: String,
    pub(super) interval: String,
    pub(super) verdict: Verdict,
    pub(super) grade: String,
    pub(super) link: String,
    pub(super) link_text: String,
}

/// An evaluation without an answer.
pub(super) struct Waiting {
    pub(super) name: String,
    pub(super) link: String,
    pub(super) why: String,
}

pub(super) fn of(subject: Subject<'_>) -> Numbers {
    let Subject { ground, project, line } = subject;
    let programme = &ground.view.programme;
    let (mut effects, mut waiting) = (Vec::new(), Vec::new());
    for evaluation in programme.evaluations_of(&project.id) {
        match &evaluation.measured {
            Some(measured) => effects.push(found(ground, evaluation, measured)),
            None => waiting.push(unanswered(ground, evaluation)),
        }
    }
    Numbers { done: done(subject, line), levels: levels(subject), effects, waiting }
}

fn done(subject: Subject<'_>, line: &Line) -> Done {
    let Subject { ground, project, .. } = subject;
    let sentence =
        ground.speaker.progress(ground.view.programme.milestones.of(&project.id), ground.view.today);
    let (figure, picture) = match line.progress {
        Some(progress) => (
            ground.share(progress.part),
            interval::svg(Some(progress.part), None, Some(progress.due_part), (0.0, 1.0)),
        ),
        None => (String::new(), interval::svg(None, None, None, (0.0, 1.0))),
    };
    Done { figure, picture, sentence }
}

fn levels(subject: Subject<'_>) -> Vec<Standing> {
    let Subject { ground, project, .. } = subject;
    let effects = ground.view.programme.effects.of(&project.id);
    let mut seen: Vec<&IndicatorId> = Vec::new();
    for effect in effects {
        if !seen.contains(&&effect.indicator) {
            seen.push(&effect.indicator);
        }
    }
    seen.truncate(LEVELS_MOST);
    let tell = |indicator: &&IndicatorId| {
        let own = effects.iter().filter(|effect| effect.indicator == **indicator);
        standing(ground, indicator, known(ground, own, &project.areas))
    };
    seen.iter().map(tell).collect()
}

/// Where the indicator of effects stands in the first of their areas, or of the project, in which that is known.
fn known<'a>(
    ground: Ground<'a>,
    mut effects: impl Iterator<Item = &'a ExpectedEffect>,
    areas: &'a [AreaId],
) -> Option<(&'a AreaId, &'a Level)> {
    effects.find_map(|effect| {
        let mut places = effect.areas.iter().chain(areas);
        places.find_map(|area| Some((area, ground.view.programme.level(&effect.indicator, area)?)))
    })
}

fn standing(ground: Ground<'_>, id: &IndicatorId, found: Option<(&AreaId, &Level)>) -> Standing {
    let indicator = ground.indicator(id);
    let Some((area, level)) = found else {
        return Standing { indicator, value: String::new(), about: String::new() };
    };
    let unit = ground.speaker.unit(id);
    let period = Some(ground.period(&level.period)).filter(|period| !period.is_empty());
    let interval =
        level.interval.map(|ends| ground.words.fill("project.interval", [ground.between(ends, unit)]));
    let about: Vec<String> = [Some(ground.area(area).name), period, interval].into_iter().flatten().collect();
    Standing { indicator, value: ground.amount(level.value, unit), about: about.join(", ") }
}

fn found(ground: Ground<'_>, evaluation: &Evaluation, measured: &Measurement) -> Found {
    let name = ground.outcome(evaluation).name;
    let unit = ground.unit_of(evaluation);
    Found {
        figure: ground.change(measured.estimate, unit),
        interval: ground.interval(measured, unit),
        verdict: verdict(ground.words, measured.answer),
        grade: ground.grade(measured.grade),
        link: ground.evaluation(&evaluation.id),
        link_text: ground.words.fill("project.see_evaluation", [&name]),
        name,
    }
}

fn unanswered(ground: Ground<'_>, evaluation: &Evaluation) -> Waiting {
    let words = ground.words;
    let why = match evaluation.status.as_deref() {
        Some(why) if why != "ran" && !why.is_empty() => words.fill("evaluation.refused", [why]),
        _ => words.t("evaluation.waits").to_owned(),
    };
    Waiting { name: ground.outcome(evaluation).name, link: ground.evaluation(&evaluation.id), why }
}
