//! The projects that need attention most, with the reasons that are computed and the judgement that a person signed.

use senne_programme::{
    Colour, Euros, Judgement, Programme,
    portfolio::Line,
    says::{Speaker, euros},
};

use super::{
    super::shared::{Mark, called, date, link, mark, speaker},
    spoken,
    status::is_active,
};
use crate::{format, words::Words};

/// So many projects are shown.
const PROJECTS_MOST: usize = 3;
/// So many reasons of each.
const REASONS_MOST: usize = 2;

/// What needs attention.
pub(super) struct Attention {
    /// How many there are, or that there are none.
    pub(super) said: String,
    pub(super) projects: Vec<Watched>,
}

/// A project that needs attention.
pub(super) struct Watched {
    pub(super) name: String,
    pub(super) link: String,
    pub(super) mark: Mark,
    pub(super) facts: String,
    pub(super) reasons: Vec<String>,
    pub(super) more: String,
    pub(super) signed: String,
}

impl Attention {
    pub(super) fn of(words: Words, programme: &Programme, lines: &[&Line]) -> Self {
        let found = worst_first(lines);
        let speaker = speaker(programme, words);
        let projects: Vec<Watched> =
            found.iter().take(PROJECTS_MOST).map(|line| watched(words, speaker, programme, line)).collect();
        let said = if !lines.iter().any(|line| is_active(line)) {
            words.t("paper.none_active").to_owned()
        } else if found.is_empty() {
            words.t("paper.all_green").to_owned()
        } else {
            let counts = [projects.len(), found.len()];
            words.fill("paper.attention_of", counts.map(|n| format::amount(words.language, n as u64)))
        };
        Self { said, projects }
    }
}

/// The computed colour; red where none can be computed, as in the totals.
fn colour(line: &Line) -> Colour {
    line.confidence.as_ref().map_or(Colour::Red, |confidence| confidence.computed)
}

/// Projects under way that are not green, the worst first, then those with the most money in them.
fn worst_first<'a>(lines: &[&'a Line]) -> Vec<&'a Line> {
    let mut found: Vec<&Line> =
        lines.iter().copied().filter(|line| is_active(line) && colour(line) != Colour::Green).collect();
    found.sort_by(|a, b| {
        let order = colour(b).cmp(&colour(a)).then_with(|| b.money.planned.cmp(&a.money.planned));
        order.then_with(|| a.id.cmp(&b.id))
    });
    found
}

fn watched<'a>(words: Words, speaker: Speaker<'a>, programme: &'a Programme, line: &'a Line) -> Watched {
    let money = if line.money.planned == Euros::ZERO {
        words.t("paper.no_money").to_owned()
    } else {
        words.fill("paper.planned", [euros(spoken(words), line.money.planned)])
    };
    let owner = line.owner.as_ref().map_or(words.t("paper.no_owner"), |owner| speaker.organisation(owner));
    let (reasons, more) = reasons(words, speaker, line);
    let judgement = programme.projects.get(&line.id).and_then(|project| project.judgement.as_ref());
    Watched {
        name: called(words, Some(&line.name), line.id.as_str()),
        link: link(words, "project", line.id.as_str()),
        // What cannot be computed is not said to have a colour.
        mark: mark(words, line.confidence.as_ref().map(|confidence| confidence.computed)),
        facts: format!("{owner} · {money}"),
        reasons,
        more,
        signed: signed(words, judgement),
    }
}

/// The worst reasons, and how many more there are.
fn reasons(words: Words, speaker: Speaker<'_>, line: &Line) -> (Vec<String>, String) {
    let Some(confidence) = &line.confidence else {
        return (vec![words.t("paper.cannot_compute").to_owned()], String::new());
    };
    let shown = confidence.reasons.iter().take(REASONS_MOST).map(|reason| speaker.reason(reason)).collect();
    let left = confidence.reasons.len().saturating_sub(REASONS_MOST) as u64;
    (shown, if left == 0 { String::new() } else { words.count("paper.more_reasons", left) })
}

/// What a person signed; the name stands only where the reader may see it.
fn signed(words: Words, judgement: Option<&Judgement>) -> String {
    let Some(judgement) = judgement else { return words.t("paper.unsigned").to_owned() };
    let (word, on) = (mark(words, Some(judgement.colour)).word, date(words, judgement.on));
    let said = if judgement.by.is_empty() {
        words.fill("paper.signed", [word, &on])
    } else {
        words.fill("paper.signed_by", [word, &on, &judgement.by])
    };
    match judgement.reason.get(words.language.code()).filter(|reason| !reason.is_empty()) {
        Some(reason) => format!("{said} {reason}"),
        None => said,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date as on;
    use senne_programme::{
        Project, ProjectState, Words as Told,
        portfolio::{LineLimits, line},
    };

    use super::*;
    use crate::language::Language;

    fn running(id: &str, planned: i64, colour: Colour) -> Line {
        let project = Project { id: id.into(), state: ProjectState::Running, ..Project::default() };
        let mut line = line(&Programme::default(), &project, LineLimits::default(), on(2026, 11, 30));
        line.money.planned = Euros(planned);
        line.confidence.as_mut().unwrap().computed = colour;
        line
    }

    #[test]
    fn the_worst_come_first_and_then_the_dearest() {
        let (small, large) = (running("a", 10, Colour::Red), running("b", 20, Colour::Red));
        let (amber, green) = (running("c", 99, Colour::Amber), running("d", 99, Colour::Green));
        let mut unknown = running("e", 1, Colour::Green);
        unknown.confidence = None;
        let found = worst_first(&[&small, &green, &amber, &unknown, &large]);
        assert_eq!(found.iter().map(|line| line.id.as_str()).collect::<String>(), "baec");
    }

    #[test]
    fn a_judgement_without_a_name_is_signed_all_the_same() {
        let words = Words::new(Language::En);
        let reason = Told::in_language("en", "The permit came.");
        let mut judgement =
            Judgement { colour: Colour::Amber, by: String::new(), on: on(2026, 11, 2), reason };
        assert!(signed(words, Some(&judgement)).ends_with("The permit came."));
        assert!(!signed(words, Some(&judgement)).contains("by"));
        "Somebody".clone_into(&mut judgement.by);
        assert!(signed(words, Some(&judgement)).contains("Somebody"));
        assert_eq!(signed(words, None), words.t("paper.unsigned"));
    }
}
