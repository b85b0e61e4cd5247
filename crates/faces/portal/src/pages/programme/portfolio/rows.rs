//! A project as a row: its work, what is computed of it beside what was signed, its money, its end, and what it changed.

use senne_programme::{
    Answer, Colour, Euros, Judgement, ProjectState,
    portfolio::{Attributed, Line, Money},
    says::{self, Speaker},
};

use crate::{
    address, format,
    pages::programme::shared::{self, Mark, View, called, mark},
    words::Words,
};

/// A project as a row.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) link: String,
    pub(crate) pillar: String,
    pub(crate) owner: String,
    pub(crate) state: String,
    /// The part of the work that is done; empty when it is not known.
    pub(crate) work: String,
    /// What should be done by now.
    pub(crate) due: String,
    pub(crate) computed: Option<Mark>,
    /// The worst of its reasons; empty without any.
    pub(crate) why: String,
    pub(crate) signed: Option<Signed>,
    pub(crate) money: String,
    pub(crate) end: String,
    pub(crate) drift: String,
    pub(crate) effect: Option<Effect>,
}

/// What a person signed.
pub(crate) struct Signed {
    pub(crate) mark: Mark,
    /// When, and by whom where that may be seen.
    pub(crate) when: String,
    /// Whether it is another colour than the computed one.
    pub(crate) differs: bool,
}

/// What was measured of a project.
pub(crate) struct Effect {
    pub(crate) of: String,
    pub(crate) said: String,
    pub(crate) grade: String,
    pub(crate) link: String,
    /// How many more were measured; empty for none.
    pub(crate) more: String,
}

/// The line of a project as a row.
pub(crate) fn row(words: Words, view: &View, speaker: Speaker<'_>, line: &Line) -> Row {
    let programme = &view.programme;
    let pillar = programme.pillars.get(&line.pillar).map(|pillar| &pillar.name);
    let owner = line.owner.as_ref().map(|id| {
        let found = programme.organisations.get(id);
        called(words, found.map(|one| &one.name), id.as_str())
    });
    let confidence = line.confidence.as_ref();
    // Also where milestones do not hang together, so that nothing can be computed.
    let judgement = programme.projects.get(&line.id).and_then(|project| project.judgement.as_ref());
    // Of what is not chosen, or done, nobody asks whether it will keep its promise.
    let goes_on = matches!(line.state, ProjectState::Chosen | ProjectState::Running);
    let worst = confidence.and_then(|one| one.reasons.first());
    let share = |part: f64| format::percent(words.language, part);
    Row {
        name: called(words, Some(&line.name), line.id.as_str()),
        link: shared::link(words, "project", line.id.as_str()),
        pillar: called(words, pillar, line.pillar.as_str()),
        owner: owner.unwrap_or_else(|| words.t("portfolio.no_owner").to_owned()),
        state: speaker.state(line.state).to_owned(),
        work: line.progress.map(|progress| share(progress.part)).unwrap_or_default(),
        due: line
            .progress
            .map(|progress| words.fill("portfolio.due", [share(progress.due_part)]))
            .unwrap_or_default(),
        computed: goes_on.then(|| mark(words, confidence.map(|one| one.computed))),
        why: match worst {
            _ if !goes_on => String::new(),
            _ if line.fault.is_some() => words.t("portfolio.circle").to_owned(),
            Some(reason) => speaker.reason(reason),
            None => String::new(),
        },
        signed: judgement.map(|signed| judged(words, signed, confidence.map(|one| one.computed))),
        money: money(words, line.money),
        end: line.ends_on.map(|day| shared::date(words, day)).unwrap_or_default(),
        drift: line.drift_days.map(|days| drift(words, days)).unwrap_or_default(),
        effect: effect(words, view, speaker, &line.attributed),
    }
}

fn judged(words: Words, signed: &Judgement, computed: Option<Colour>) -> Signed {
    let on = shared::date(words, signed.on);
    Signed {
        mark: mark(words, Some(signed.colour)),
        when: if signed.by.is_empty() {
            words.fill("portfolio.signed_on", [on])
        } else {
            words.fill("portfolio.signed_by", [on, signed.by.clone()])
        },
        differs: computed.is_some_and(|computed| computed != signed.colour),
    }
}

/// What is spent of what was planned.
pub(crate) fn money(words: Words, money: Money) -> String {
    if money == Money::default() {
        return words.t("portfolio.no_money").to_owned();
    }
    words.fill("portfolio.spent_of", [money.spent, money.planned].map(|amount| euros(words, amount)))
}

/// An amount as a reader writes it.
pub(crate) fn euros(words: Words, amount: Euros) -> String {
    says::euros(spoken(words), amount)
}

/// The language of the visit, as sentences of a programme take it.
pub(crate) fn spoken(words: Words) -> says::Language {
    says::Language::of(words.language.code())
}

/// How far an end lies from the one that was first agreed.
pub(crate) fn drift(words: Words, days: i64) -> String {
    match days {
        0 => words.t("portfolio.as_agreed").to_owned(),
        1.. => words.count("portfolio.later", days.unsigned_abs()),
        _ => words.count("portfolio.earlier", days.unsigned_abs()),
    }
}

/// The surest effect.
fn effect(words: Words, view: &View, speaker: Speaker<'_>, all: &[Attributed]) -> Option<Effect> {
    let (first, others) = all.split_first()?;
    let id = first.evaluation.as_str();
    let evaluation = view.programme.evaluations.get(&first.evaluation);
    Some(Effect {
        of: evaluation.map_or_else(|| shared::last(id).to_owned(), |one| speaker.outcome(one).to_owned()),
        said: found(words, view, speaker, first),
        grade: words.fill("portfolio.grade", [first.grade]),
        link: format!("/{}/evaluation/{}", words.language, address::segment(id)),
        more: match others.len() {
            0 => String::new(),
            more => words.count("portfolio.more_measured", more as u64),
        },
    })
}

/// What was measured in few words: `−2.5 µg/m³ (95%: −4 to −1), better`.
pub(crate) fn found(words: Words, view: &View, speaker: Speaker<'_>, one: &Attributed) -> String {
    let answer = match one.answer {
        Answer::Better => words.t("portfolio.better"),
        Answer::Worse => words.t("portfolio.worse"),
        Answer::TooSmallToMatter => words.t("portfolio.too_small"),
        // A size beside it would be read as one that was found.
        Answer::NotDetectable => return words.t("portfolio.not_detectable").to_owned(),
    };
    let unit = speaker.unit_of(one.quantity());
    let size = signed_size(words, one.estimate, unit);
    let evaluation = view.programme.evaluations.get(&one.evaluation);
    let level = evaluation.and_then(|one| one.measured.as_ref()).map_or(0.95, |measured| measured.level);
    let size = match one.interval {
        Some((low, high)) => {
            let [low, high] = [low, high].map(|end| says::figure(spoken(words), end));
            words.fill("portfolio.with_interval", [size, format::percent(words.language, level), low, high])
        }
        None => words.fill("portfolio.without_interval", [size]),
    };
    format!("{size}, {answer}")
}

/// A difference with its sign and unit; of a percentage, in points.
pub(crate) fn signed_size(words: Words, x: f64, unit: &str) -> String {
    let sign = if x > 0.0 { "+" } else { "" };
    let unit = if unit == "%" { words.t("portfolio.points") } else { unit };
    let gap = if unit.is_empty() { "" } else { "\u{a0}" };
    format!("{sign}{}{gap}{unit}", says::figure(spoken(words), x))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn a_difference_has_its_sign_and_percentages_differ_by_points() {
        let words = Words::new(Language::En);
        assert_eq!(signed_size(words, 2.5, "µg/m³"), "+2.5\u{a0}µg/m³");
        assert_eq!(signed_size(words, -4.0, "%"), "\u{2212}4\u{a0}percentage points");
        assert_eq!(signed_size(words, 0.0, ""), "0");
    }

    #[test]
    fn a_drift_has_its_way() {
        let words = Words::new(Language::En);
        assert_eq!(
            [0, 1, -12].map(|days| drift(words, days)),
            ["as first agreed", "1 day later than first agreed", "12 days earlier than first agreed"]
        );
    }

    #[test]
    fn no_money_is_not_told_as_zero() {
        let words = Words::new(Language::En);
        assert_eq!(money(words, Money::default()), "not recorded");
        let some = Money { planned: Euros(40), ..Money::default() };
        assert_eq!(money(words, some), "0\u{a0}euros of 40\u{a0}euros");
    }
}
