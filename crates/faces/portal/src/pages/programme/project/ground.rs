//! What the pages of a project and of an objective speak from: the programme of a day, in the language of the visit.

use jiff::civil::Date;
use senne_indicator::{Catalogue, Period};
use senne_programme::{
    Answer, AreaId, Evaluation, EvaluationId, ExpectedEffect, IndicatorId, Measurement, OrganisationId,
    PillarId, ProjectId, ProjectState,
    says::{Language as Spoken, Speaker, figure, list, share},
};

use crate::{
    address, format,
    frame::Frame,
    pages::{
        programme::shared::{View, called, date, last, link, speaker},
        rows::Linked,
    },
    visit::Visit,
    words::{Words, key},
};

/// So many areas are named in one line.
const PLACES_MOST: usize = 4;

/// The programme of a day and the language that it is told in.
#[derive(Clone, Copy)]
pub(crate) struct Ground<'a> {
    pub(crate) words: Words,
    pub(crate) view: &'a View,
    pub(crate) speaker: Speaker<'a>,
    catalogue: &'a Catalogue,
}

/// What an evaluation says, in a word; the class gives it a sign too.
pub(crate) struct Verdict {
    pub(crate) class: &'static str,
    pub(crate) word: &'static str,
}

/// A fact with what it names; each may lead somewhere.
pub(crate) struct Fact {
    pub(crate) title: &'static str,
    pub(crate) parts: Vec<Linked>,
}

impl Fact {
    /// Those that name something, by the keys of their titles.
    pub(crate) fn all(
        words: Words,
        facts: impl IntoIterator<Item = (&'static str, Vec<Linked>)>,
    ) -> Vec<Self> {
        let named = facts.into_iter().filter(|(_, parts)| !parts.is_empty());
        named.map(|(title, parts)| Self { title: words.t(title), parts }).collect()
    }
}

/// The same thing elsewhere: its history, as NGSI-LD, as a form.
pub(crate) struct OtherForms {
    pub(crate) history: String,
    pub(crate) api: String,
    /// Only for those who may write.
    pub(crate) edit: Option<String>,
}

impl OtherForms {
    pub(crate) fn of(visit: &Visit, id: &str) -> Self {
        let segment = address::segment(id);
        Self {
            history: visit.link(&format!("/entity/{segment}")),
            api: format!("/ngsi-ld/v1/entities/{segment}"),
            edit: visit.administers().then(|| visit.link(&format!("/programme/edit/{segment}"))),
        }
    }
}

impl<'a> Ground<'a> {
    pub(crate) fn new(words: Words, view: &'a View, catalogue: &'a Catalogue) -> Self {
        Self { words, view, speaker: speaker(&view.programme, words), catalogue }
    }

    pub(crate) fn spoken(self) -> Spoken {
        Spoken::of(self.words.language.code())
    }

    /// An indicator; it has a page where its declaration is known.
    pub(crate) fn indicator(self, id: &IndicatorId) -> Linked {
        let found = self.view.programme.indicators.get(id);
        let short = last(id.as_str());
        let link = match self.catalogue.indicator(short) {
            Some(_) => self.address("indicator", short),
            None => String::new(),
        };
        Linked { name: called(self.words, found.map(|one| &one.name), id.as_str()), link }
    }

    /// An area; it has a page where it is known.
    pub(crate) fn area(self, id: &AreaId) -> Linked {
        let found = self.view.programme.areas.get(id);
        let link = match found {
            Some(_) => self.address("area", id.as_str()),
            None => String::new(),
        };
        Linked { name: called(self.words, found, id.as_str()), link }
    }

    pub(crate) fn areas(self, ids: &[AreaId]) -> Vec<Linked> {
        ids.iter().map(|id| self.area(id)).collect()
    }

    /// The names of areas in one line; their number where they are many.
    pub(crate) fn places(self, ids: &[AreaId]) -> String {
        if ids.len() > PLACES_MOST {
            return self.words.count("project.areas", ids.len() as u64);
        }
        let names: Vec<String> = ids.iter().map(|id| self.area(id).name).collect();
        list(self.spoken(), &names)
    }

    pub(crate) fn organisation(self, id: &OrganisationId) -> Linked {
        let found = self.view.programme.organisations.get(id);
        let link = found.map_or_else(String::new, |_| self.address("entity", id.as_str()));
        Linked { name: called(self.words, found.map(|one| &one.name), id.as_str()), link }
    }

    pub(crate) fn project(self, id: &ProjectId) -> Linked {
        let found = self.view.programme.projects.get(id);
        let link = found.map_or_else(String::new, |_| link(self.words, "project", id.as_str()));
        Linked { name: called(self.words, found.map(|one| &one.name), id.as_str()), link }
    }

    pub(crate) fn pillar(self, id: &PillarId) -> Linked {
        let found = self.view.programme.pillars.get(id);
        let link = found.map_or_else(String::new, |_| link(self.words, "pillar", id.as_str()));
        Linked { name: called(self.words, found.map(|one| &one.name), id.as_str()), link }
    }

    /// The frame of a page under its pillar.
    pub(crate) fn frame(self, visit: &Visit, pillar: &PillarId, title: &str, summary: &str) -> Frame {
        let frame = visit.frame().titled(title, summary);
        let frame = frame.under(self.words.t("frame.programme"), "/programme");
        let pillar = self.pillar(pillar);
        match pillar.link.strip_prefix(&format!("/{}", self.words.language)) {
            Some(path) => frame.under(pillar.name, path).ending(title),
            None => frame.ending(title),
        }
    }

    /// The page of an evaluation.
    pub(crate) fn evaluation(self, id: &EvaluationId) -> String {
        self.address("evaluation", id.as_str())
    }

    /// An address of the portal whose last part is an identifier.
    pub(crate) fn address(self, page: &str, id: &str) -> String {
        format!("/{}/{page}/{}", self.words.language, address::segment(id))
    }

    /// What a thing is described as; empty when nobody did.
    pub(crate) fn described(self, id: &str) -> String {
        let found = self.view.programme.descriptions.get(id);
        found.and_then(|text| text.get(self.words.language.code())).unwrap_or_default().to_owned()
    }

    /// A day, or that it is not known.
    pub(crate) fn day(self, day: Option<Date>) -> String {
        day.map_or_else(|| self.words.t("project.no_day").to_owned(), |day| date(self.words, day))
    }

    /// A period as it is published: `2025`, `2026-Q3`.
    pub(crate) fn period(self, period: &str) -> String {
        let read = period.parse::<Period>();
        read.map_or_else(|_| period.to_owned(), |period| format::period(self.words.language, period))
    }

    pub(crate) fn number(self, x: f64) -> String {
        figure(self.spoken(), x)
    }

    pub(crate) fn share(self, part: f64) -> String {
        share(self.spoken(), part)
    }

    /// A count.
    pub(crate) fn number_whole(self, n: u64) -> String {
        format::amount(self.words.language, n)
    }

    /// A value with its unit.
    pub(crate) fn amount(self, x: f64, unit: &str) -> String {
        self.with_unit(&self.number(x), unit)
    }

    /// From one value to another.
    pub(crate) fn between(self, (low, high): (f64, f64), unit: &str) -> String {
        if low == high {
            return self.amount(low, unit);
        }
        self.words.fill("indicator.interval", [self.number(low), self.amount(high, unit)])
    }

    /// A difference with its sign; of a percentage, in points.
    pub(crate) fn change(self, x: f64, unit: &str) -> String {
        let sign = if x > 0.0 { "+" } else { "" };
        self.with_unit(&format!("{sign}{}", self.number(x)), self.points(unit))
    }

    /// From one difference to another.
    pub(crate) fn changes(self, ends: (f64, f64), unit: &str) -> String {
        self.between(ends, self.points(unit))
    }

    fn points(self, unit: &str) -> &str {
        if unit == "%" { self.words.t("project.points") } else { unit }
    }

    fn with_unit(self, number: &str, unit: &str) -> String {
        match unit {
            "" => number.to_owned(),
            "%" if self.spoken() != Spoken::Fr => format!("{number}%"),
            unit => format!("{number}\u{a0}{unit}"),
        }
    }

    /// What an evaluation is about: the indicator, or what stands for it near the project.
    pub(crate) fn outcome(self, evaluation: &Evaluation) -> Linked {
        match evaluation.own_indicator() {
            Some(id) => self.indicator(id),
            None => Linked { name: self.speaker.outcome(evaluation).to_owned(), link: String::new() },
        }
    }

    /// What a promise is about: the indicator, or what stands for it near the project.
    pub(crate) fn promised(self, effect: &ExpectedEffect) -> Linked {
        match effect.quantity().own_indicator() {
            Some(id) => self.indicator(id),
            None => Linked { name: self.speaker.promised(effect.quantity()).to_owned(), link: String::new() },
        }
    }

    /// The unit of what was measured; empty where nobody says it.
    pub(crate) fn unit_of<'q>(self, evaluation: &'q Evaluation) -> &'q str
    where
        'a: 'q,
    {
        self.speaker.unit_of(evaluation.quantity())
    }

    /// The interval of a measurement with the chance that it holds the effect; that it has none.
    pub(crate) fn interval(self, measured: &Measurement, unit: &str) -> String {
        match measured.interval {
            Some(ends) => format!("{} ({})", self.changes(ends, unit), self.share(measured.level)),
            None => self.words.t("project.no_interval").to_owned(),
        }
    }

    /// How sure something is, 1 to 5.
    pub(crate) fn grade(self, grade: u8) -> String {
        self.words.fill("evaluation.grade", [grade])
    }
}

/// How far a project has come, in a word.
pub(crate) fn state(words: Words, state: ProjectState) -> &'static str {
    words.t(match state {
        ProjectState::Proposed => key!("project.state_proposed"),
        ProjectState::Chosen => key!("project.state_chosen"),
        ProjectState::Running => key!("project.state_running"),
        ProjectState::Finished => key!("project.state_finished"),
        ProjectState::Stopped => key!("project.state_stopped"),
        ProjectState::Rejected => key!("project.state_rejected"),
    })
}

/// What an evaluation says, in a word.
pub(crate) fn verdict(words: Words, answer: Answer) -> Verdict {
    let (class, word) = match answer {
        Answer::Better => ("verdict-better", key!("project.better")),
        Answer::Worse => ("verdict-worse", key!("project.worse")),
        Answer::NotDetectable => ("verdict-unclear", key!("project.not_detectable")),
        Answer::TooSmallToMatter => ("verdict-unclear", key!("project.too_small")),
    };
    Verdict { class, word: words.t(word) }
}

/// Where a paper lies, as far as a page may lead there: by HTTP, or on this server.
pub(crate) fn safe_link(url: &str) -> Option<&str> {
    let here = url.starts_with('/') && !url.starts_with("//") && !url.starts_with("/\\");
    (here || url.starts_with("https://") || url.starts_with("http://")).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn a_paper_leads_to_no_script() {
        assert!(safe_link("https://city.example/a.pdf").is_some());
        assert!(safe_link("/documents/a.pdf").is_some());
        for url in ["javascript:alert(1)", "//elsewhere.example", "/\\elsewhere.example", "data:text/html,x"]
        {
            assert_eq!(safe_link(url), None, "{url}");
        }
    }

    #[test]
    fn differences_have_a_sign_and_percentages_points() {
        let (view, catalogue) = (View::default(), Catalogue::default());
        let of = |language| Ground::new(Words::new(language), &view, &catalogue);
        assert_eq!(of(Language::En).change(2.5, "µg/m³"), "+2.5\u{a0}µg/m³");
        assert_eq!(of(Language::En).change(-2.5, ""), "\u{2212}2.5");
        assert_eq!(of(Language::En).amount(12.0, "%"), "12%");
        assert_eq!(of(Language::Fr).amount(12.0, "%"), "12\u{a0}%");
        assert!(!of(Language::Fr).change(-3.0, "%").contains('%'));
        assert_eq!(of(Language::En).between((2.0, 2.0), ""), "2");
    }
}
