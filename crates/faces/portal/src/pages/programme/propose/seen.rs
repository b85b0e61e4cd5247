//! «What would be seen?»: the smallest effect that could be told from chance, what is stated beside it, what was measured of the like, and who
//! does something alike already. Nothing is saved.

use std::collections::BTreeSet;

use senne_model::{ErrorKind, Problem};
use senne_programme::{
    Evaluation, Measurement, Programme, Project, ProjectId, Span, Words as Texts,
    asking::{Foresee, Foreseen},
    effect::{Heterogeneity, Pooled, Study, one_each, pool_by_kind, standard_error},
    portfolio::Expected,
    says::{Language as Spoken, Speaker, figure},
    similar::{Likeness, Profile, Similar, SimilarityWeights, similar},
};

use super::proposal::Proposal;
use crate::{
    address,
    pages::programme::{
        call::told::{indicator, kind, part, project, state},
        decision::rule::listed,
        shared::{link, speaker, wider},
    },
    visit::Visit,
    words::{Words, key},
};

/// An effect is looked at for a year after it is there in full, within what may be asked.
const MONTHS_AFTER: u16 = 12;
const MONTHS_MOST: u16 = 120;
/// So many that are alike are shown, and so many are looked into for what was measured of them.
const ALIKE_SHOWN: usize = 6;
const ALIKE_READ: usize = 40;
/// The chance with which intervals hold the effect.
const CHANCE: f64 = 0.95;

/// The answer.
pub(super) struct Seen {
    pub(super) smallest: String,
    pub(super) verdict: &'static str,
    pub(super) sentence: String,
    pub(super) warnings: Vec<String>,
    /// Why the smallest effect is not known.
    pub(super) unknown: String,
    pub(super) pooled: String,
    pub(super) measured: Vec<Measured>,
    pub(super) alike: Vec<Alike>,
}

/// What was measured of a project that is like the proposed one.
pub(super) struct Measured {
    pub(super) name: String,
    pub(super) link: String,
    pub(super) said: String,
    pub(super) evaluation: String,
}

/// A project that is like the proposed one.
pub(super) struct Alike {
    pub(super) name: String,
    pub(super) link: String,
    pub(super) state: &'static str,
    pub(super) reasons: Vec<String>,
}

/// Answers for a proposal, of which the indicator is known.
pub(super) async fn seen(visit: &Visit, programme: &Programme, proposal: &Proposal) -> Seen {
    let words = visit.w;
    let asked = asked(proposal);
    let foreseen = visit.portal.options.programmes.foresee(&visit.context(), &asked).await;
    let found = alike(programme, proposal);
    let mut seen = Seen {
        smallest: String::new(),
        verdict: "",
        sentence: String::new(),
        warnings: Vec::new(),
        unknown: String::new(),
        pooled: pooled(words, programme, proposal),
        measured: measured(words, programme, &found),
        alike: found.iter().take(ALIKE_SHOWN).filter_map(|one| told(words, programme, one)).collect(),
    };
    match foreseen {
        Ok(foreseen) => foretold(words, programme, proposal, &asked, &foreseen, &mut seen),
        Err(problem) => words.t(unforeseen(&problem)).clone_into(&mut seen.unknown),
    }
    seen
}

/// Why nothing is foreseen, as a reader understands it; the detail is in English and about the computation.
fn unforeseen(problem: &Problem) -> &'static str {
    match (problem.kind, problem.field.as_deref()) {
        (ErrorKind::Internal | ErrorKind::NotFound, _) => key!("choice.not_foreseen"),
        (_, Some("indicator")) => key!("choice.not_foreseen_short"),
        _ => key!("choice.not_foreseen_areas"),
    }
}

fn asked(proposal: &Proposal) -> Foresee {
    Foresee {
        indicator: proposal.indicator.clone().unwrap_or_default(),
        areas: proposal.areas.clone(),
        months: proposal.ramp.saturating_add(MONTHS_AFTER).clamp(1, MONTHS_MOST),
    }
}

fn foretold(
    words: Words,
    programme: &Programme,
    proposal: &Proposal,
    asked: &Foresee,
    foreseen: &Foreseen,
    seen: &mut Seen,
) {
    let text = |told: &Texts| told.get(words.language.code()).map(str::to_owned);
    seen.warnings = foreseen.warnings.iter().filter_map(text).filter(|text| !text.is_empty()).collect();
    foreseen.sentence.get(words.language.code()).unwrap_or_default().clone_into(&mut seen.sentence);
    let Some(smallest) = foreseen.smallest else {
        words.t("choice.smallest_none").clone_into(&mut seen.smallest);
        return;
    };
    let unit = speaker(programme, words).unit(&asked.indicator);
    let size = with_unit(words, smallest, unit);
    let size = match foreseen.relative {
        Some(relative) => words.fill("choice.smallest_relative", [size, part(words, relative)]),
        None => size,
    };
    let values = [size, part(words, foreseen.power), asked.months.to_string()];
    seen.smallest = words.fill("choice.smallest", values);
    seen.verdict = verdict(words, smallest, proposal.low, proposal.high);
}

/// Whether what is stated is larger than the smallest effect that would be seen; both are sizes without sign.
fn verdict(words: Words, smallest: f64, low: Option<f64>, high: Option<f64>) -> &'static str {
    match (low.or(high), high.or(low)) {
        (Some(low), _) if low >= smallest => words.t("choice.verdict_all"),
        (_, Some(high)) if high >= smallest => words.t("choice.verdict_part"),
        (Some(_), Some(_)) => words.t("choice.verdict_none"),
        _ => words.t("choice.verdict_unknown"),
    }
}

/// An effect with its unit; on a percentage, in points.
fn with_unit(words: Words, x: f64, unit: &str) -> String {
    let number = figure(Spoken::of(words.language.code()), x);
    let unit = if unit == "%" { words.t("portfolio.points") } else { unit };
    if unit.is_empty() { number } else { format!("{number}\u{a0}{unit}") }
}

/// Projects that share the indicator or the kind, the most alike first.
fn alike(programme: &Programme, proposal: &Proposal) -> Vec<Similar> {
    let proposed = Profile {
        indicators: proposal.indicator.iter().cloned().collect(),
        areas: proposal.areas.iter().cloned().collect(),
        span: Span { from: proposal.starts, until: proposal.ends },
        kind: proposal.kind.clone(),
    };
    let profile = |one: &Project| (one.id.clone(), Profile::of(one, programme.effects.of(&one.id)));
    let projects: Vec<(ProjectId, Profile)> = programme.projects.values().map(profile).collect();
    similar(&proposed, &projects, SimilarityWeights::default(), ALIKE_READ)
}

fn told(words: Words, programme: &Programme, one: &Similar) -> Option<Alike> {
    let found = programme.projects.get(&one.project)?;
    Some(Alike {
        name: project(words, programme, &one.project),
        link: link(words, "project", one.project.as_str()),
        state: state(words, found.state),
        reasons: one.reasons.iter().map(|reason| likeness(words, programme, reason)).collect(),
    })
}

fn likeness(words: Words, programme: &Programme, reason: &Likeness) -> String {
    match reason {
        Likeness::Indicators(ids) => {
            let names: Vec<String> = ids.iter().map(|id| indicator(words, programme, id)).collect();
            words.fill("choice.like_indicator", [listed(words, &names)])
        }
        Likeness::Areas(areas) if areas.is_empty() => words.t("choice.like_city").to_owned(),
        Likeness::Areas(areas) => {
            let speaker = speaker(programme, words);
            let names: Vec<String> = areas.iter().map(|area| speaker.area(area).to_owned()).collect();
            words.fill("choice.like_areas", [listed(words, &names)])
        }
        Likeness::Time(Some(days)) => words.count("choice.like_days", days.unsigned_abs()),
        Likeness::Time(None) => words.t("choice.like_time").to_owned(),
        Likeness::Kind(code) => words.fill("choice.like_kind", [kind(words, programme, code)]),
    }
}

/// What was measured of those that are alike, the most alike first.
fn measured(words: Words, programme: &Programme, found: &[Similar]) -> Vec<Measured> {
    let speaker = speaker(programme, words);
    let mut rows = Vec::new();
    let mut told = BTreeSet::new();
    for one in found {
        for evaluation in programme.evaluations_of(&one.project).filter(|one| one.measured.is_some()) {
            if rows.len() >= ALIKE_SHOWN || !told.insert(&evaluation.id) {
                continue;
            }
            rows.push(Measured {
                name: project(words, programme, &one.project),
                link: link(words, "project", one.project.as_str()),
                said: said(programme, speaker, &one.project, evaluation),
                evaluation: format!(
                    "/{}/evaluation/{}",
                    words.language,
                    address::segment(evaluation.id.as_str())
                ),
            });
        }
    }
    rows
}

/// The sentence of an evaluation, beside what the project promised.
fn said(programme: &Programme, speaker: Speaker<'_>, project: &ProjectId, evaluation: &Evaluation) -> String {
    let promises: Vec<Expected> = programme.effects.of(project).iter().map(Expected::of).collect();
    speaker.measured(evaluation, &promises)
}

/// What the evaluations of the kind on the indicator say together, one of each project.
fn pooled(words: Words, programme: &Programme, proposal: &Proposal) -> String {
    let (Some(indicator), Some(code)) = (&proposal.indicator, &proposal.kind) else { return String::new() };
    let ids = programme.links.projects_by_kind.get(code).into_iter().flatten();
    let found = one_each(programme, ids, |evaluation, measured| {
        let of = evaluation.own_indicator().filter(|of| *of == indicator)?;
        study(evaluation, measured).map(|_| of.clone())
    });
    let each = found.get(indicator).into_iter().flatten();
    let studies: Vec<(String, Study)> =
        each.filter_map(|(one, measured)| Some((code.clone(), study(one, measured)?))).collect();
    let found = pool_by_kind(&studies, Heterogeneity::default(), CHANCE).unwrap_or_default();
    found.get(code).map_or_else(String::new, |found| together(words, programme, proposal, found))
}

/// An evaluation with a standard error as a study.
fn study(evaluation: &Evaluation, measured: &Measurement) -> Option<Study> {
    let variance = standard_error(measured)?.powi(2);
    let usable = measured.estimate.is_finite() && variance.is_normal() && variance.recip().is_normal();
    usable.then(|| Study { id: evaluation.id.to_string(), effect: measured.estimate, variance })
}

fn together(words: Words, programme: &Programme, proposal: &Proposal, found: &Pooled) -> String {
    let unit = proposal.indicator.as_ref().map(|id| speaker(programme, words).unit(id)).unwrap_or_default();
    let number = |x: f64| figure(Spoken::of(words.language.code()), x);
    let interval = wider(found);
    let studies = words.count("choice.evaluations", found.studies as u64);
    let values = [studies, with_unit(words, found.effect, unit), number(interval.low), number(interval.high)];
    let mean = words.fill("choice.pooled", values);
    match found.prediction {
        Some(next) => {
            let next =
                words.fill("choice.pooled_next", [number(next.low), with_unit(words, next.high, unit)]);
            format!("{mean} {next}")
        }
        None => mean,
    }
}

#[cfg(test)]
mod tests {
    use senne_programme::{Answer, Direction, Words as Told, effect::pool};

    use super::*;
    use crate::language::Language;

    #[test]
    fn what_is_stated_is_held_against_what_would_be_seen() {
        let words = Words::new(Language::En);
        let of = |low, high| verdict(words, 2.0, low, high);
        assert_eq!(of(Some(2.0), Some(5.0)), words.t("choice.verdict_all"));
        assert_eq!(of(Some(1.0), Some(2.0)), words.t("choice.verdict_part"));
        assert_eq!(of(Some(0.5), Some(1.0)), words.t("choice.verdict_none"));
        assert_eq!(
            (of(None, Some(3.0)), of(None, None)),
            (words.t("choice.verdict_all"), words.t("choice.verdict_unknown"))
        );
    }

    fn evaluation(id: &str) -> Evaluation {
        Evaluation {
            id: id.into(),
            name: Told::default(),
            project: None,
            indicator: Some("urn:ngsi-ld:Indicator:no2".into()),
            outcome: None,
            areas: Vec::new(),
            starts_on: None,
            better: Direction::Lower,
            measured: None,
            status: None,
        }
    }

    fn measured_with(error: Option<f64>) -> Measurement {
        Measurement {
            estimate: -2.0,
            standard_error: error,
            interval: None,
            level: 0.95,
            detectable: None,
            answer: Answer::Better,
            grade: 3,
            verdict: Told::default(),
            on: None,
        }
    }

    #[test]
    fn only_evaluations_with_an_error_are_pooled() {
        let with = |error| study(&evaluation("e"), &measured_with(error)).map(|study| study.variance);
        assert_eq!(
            (with(Some(0.5)), with(Some(0.0)), with(None), with(Some(f64::NAN))),
            (Some(0.25), None, None, None)
        );
    }

    #[test]
    fn a_project_that_was_evaluated_twice_is_one_study() {
        let mut programme = Programme::default();
        let kind = "calm".to_owned();
        let proposal = Proposal {
            indicator: Some("urn:ngsi-ld:Indicator:no2".into()),
            kind: Some(kind.clone()),
            ..Proposal::default()
        };
        for (project, ids) in [("p", ["a", "b"]), ("q", ["c", "d"])] {
            let project = ProjectId::from(project);
            programme.links.projects_by_kind.entry(kind.clone()).or_default().push(project.clone());
            let measured = || Some(measured_with(Some(0.5)));
            let evaluations = ids.map(|id| Evaluation { measured: measured(), ..evaluation(id) });
            let of = evaluations.each_ref().map(|one| one.id.clone()).to_vec();
            programme.links.evaluations_by_project.insert(project, of);
            programme.evaluations.extend(evaluations.map(|one| (one.id.clone(), one)));
        }
        let said = pooled(Words::new(Language::En), &programme, &proposal);
        assert!(said.starts_with("2 evaluations of this kind"), "{said}");
    }

    #[test]
    fn studies_that_happen_to_agree_are_no_surer_than_each_is() {
        let study = |id: &str| Study { id: id.to_owned(), effect: -2.0, variance: 0.25 };
        let pool = pool(&[study("a"), study("b")], Heterogeneity::default(), CHANCE).unwrap();
        let said = together(Words::new(Language::En), &Programme::default(), &Proposal::default(), &pool);
        assert!(said.contains("\u{2212}2.69 to \u{2212}1.31"), "{said}");
    }

    #[test]
    fn an_effect_on_a_percentage_is_in_points() {
        assert_eq!(with_unit(Words::new(Language::En), 0.4, "%"), "0.4\u{a0}percentage points");
        assert_eq!(with_unit(Words::new(Language::Fr), 0.4, "min"), "0,4\u{a0}min");
    }

    #[test]
    fn why_nothing_is_foreseen_is_told_without_the_detail() {
        let short = Problem::bad("detail").field("indicator");
        let areas = Problem::bad("detail").field("areas");
        assert_eq!(unforeseen(&short), "choice.not_foreseen_short");
        assert_eq!(unforeseen(&areas), "choice.not_foreseen_areas");
        assert_eq!(unforeseen(&Problem::not_found("detail")), "choice.not_foreseen");
    }

    #[test]
    fn it_is_looked_at_for_a_year_after_it_is_there_in_full() {
        let asked = |ramp| asked(&Proposal { ramp, ..Proposal::default() }).months;
        assert_eq!((asked(0), asked(6), asked(240)), (12, 18, 120));
    }
}
