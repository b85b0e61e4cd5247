//! What attributes of one thing must be together, and what a thing cannot be without: said once, for whoever reads, loads, drafts and edits.
//!
//! What contradicts itself is refused wherever it is written; what is only incomplete is listed when it is read, and refused when it is published.

use std::{fmt, ops::RangeInclusive};

use jiff::civil::Date;
use senne_model::{Attribute, Entity, Instance, Json};

use crate::{entities::Finding, from_simple::to_simple};

/// Something that does not hold, at the attribute that is to be mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fault {
    /// The attribute, by its term.
    pub term: &'static str,
    /// What does not hold.
    pub why: Why,
}

/// What does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// It lies before, or below, this other attribute.
    Before(&'static str),
    /// It lies before the first day of the project.
    BeforeProject,
    /// It is no day of [`YEARS`].
    FarDay,
    /// This other attribute counts only with it.
    Alone(&'static str),
    /// A programme leaves the thing out without it.
    Missing,
}

/// Days of a programme lie in these years.
pub const YEARS: RangeInclusive<i16> = 1900..=2200;

/// Of a type, the first is not after, or above, the second.
const ORDERED: [(&str, &str, &str); 5] = [
    ("Project", "startsOn", "endsOn"),
    ("CallForProjects", "opensOn", "closesOn"),
    ("Objective", "baselineOn", "targetOn"),
    ("Objective", "targetLow", "targetHigh"),
    ("ExpectedEffect", "sizeLow", "sizeHigh"),
];

/// Of a type, the first counts only with the second.
const TOGETHER: [(&str, &str, &str); 2] =
    [("Project", "confidence", "confidenceAt"), ("Objective", "baseline", "baselineOn")];

/// Attributes of any type that are days.
const DAYS: [&str; 12] = [
    "startsOn",
    "endsOn",
    "opensOn",
    "closesOn",
    "baselineOn",
    "targetOn",
    "plannedOn",
    "doneOn",
    "dueOn",
    "signedOn",
    "documentDate",
    "confidenceAt",
];

/// What things of a type cannot be without.
const NEEDED: [(&str, &[&str]); 14] = [
    ("Memorandum", &["name"]),
    ("Pillar", &["name"]),
    ("Objective", &["name", "refPillar", "refIndicator", "targetOn"]),
    ("Catalyst", &["name", "catalystKind"]),
    ("Organisation", &["name", "helixRole"]),
    ("CallForProjects", &["name", "opensOn", "closesOn"]),
    ("Project", &["name", "refPillar"]),
    ("ExpectedEffect", &["refProject", "refIndicator", "sign", "sizeLow"]),
    ("Milestone", &["name", "refProject"]),
    ("BudgetLine", &["refProject", "source", "year"]),
    ("Risk", &["name", "refProject", "probability", "severity"]),
    ("Benefit", &["name", "refProject"]),
    ("Intervention", &["name"]),
    ("Document", &["name"]),
];

/// A thing to be looked at.
pub struct Thing<'a> {
    /// Its type, by its term.
    pub kind: &'a str,
    /// What stands, or would stand, at a term, in simple form.
    pub says: &'a dyn Fn(&str) -> Option<Json>,
    /// Whether an attribute is written now. What was wrong before, and is not touched, is no reason to refuse the rest.
    pub touched: &'a dyn Fn(&str) -> bool,
    /// The first day of a project, by its identifier.
    pub begins_on: &'a dyn Fn(&str) -> Option<Date>,
}

impl Thing<'_> {
    /// What contradicts itself, of what is written now.
    pub fn contradictions(&self) -> Vec<Fault> {
        let mut faults = self.turned();
        let far = |term: &&str| {
            (self.touched)(term)
                && (self.says)(term).and_then(|json| day(&json)).is_some_and(|day| !is_near(day))
        };
        faults.extend(DAYS.into_iter().filter(far).map(|term| Fault { term, why: Why::FarDay }));
        faults.extend(self.before_project());
        faults
    }

    /// What lies before or below what it should follow.
    pub(crate) fn turned(&self) -> Vec<Fault> {
        let ordered = pairs(&ORDERED, self.kind).filter(|(first, second)| self.writes(first, second));
        let turned = ordered.filter(|(first, second)| {
            (self.says)(first)
                .zip((self.says)(second))
                .is_some_and(|(first, second)| is_after(&first, &second))
        });
        turned.map(|(first, second)| Fault { term: second, why: Why::Before(first) }).collect()
    }

    /// What counts only with something that is not there, of what is written now.
    pub fn alone(&self) -> Vec<Fault> {
        let together = pairs(&TOGETHER, self.kind).filter(|(first, second)| self.writes(first, second));
        let alone = together.filter(|(first, second)| self.has(first) && !self.has(second));
        alone.map(|(first, second)| Fault { term: second, why: Why::Alone(first) }).collect()
    }

    /// What it cannot be without, and lacks.
    pub fn lacks(&self) -> Vec<Fault> {
        let missing = needed(self.kind).iter().copied().filter(|term| !self.has(term));
        missing.map(|term| Fault { term, why: Why::Missing }).collect()
    }

    fn has(&self, term: &str) -> bool {
        (self.says)(term).is_some_and(|json| json != Json::Null)
    }

    fn writes(&self, first: &str, second: &str) -> bool {
        (self.touched)(first) || (self.touched)(second)
    }

    /// Nothing changes before the project that should change it begins. Milestones and risks may lie outside of its days: work is prepared
    /// before it begins, and is late when it should have ended.
    fn before_project(&self) -> Option<Fault> {
        let term = "startsOn";
        if self.kind != "ExpectedEffect" || !self.writes(term, "refProject") {
            return None;
        }
        let starts = day(&(self.says)(term)?)?;
        let project = (self.says)("refProject")?;
        let begins = (self.begins_on)(project.as_str()?)?;
        (starts < begins).then_some(Fault { term, why: Why::BeforeProject })
    }
}

impl Fault {
    /// As a sentence about a thing, in English.
    pub fn of(self, id: &str) -> Finding {
        Finding { entity: id.to_owned(), attribute: self.term.to_owned(), wanted: self.why.to_string() }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Before(first) if DAYS.contains(first) => write!(out, "on or after `{first}`"),
            Self::Before(first) => write!(out, "at or above `{first}`"),
            Self::BeforeProject => out.write_str("on or after the first day of its project"),
            Self::FarDay => write!(out, "a day from {} to {}", YEARS.start(), YEARS.end()),
            Self::Alone(first) => write!(out, "there: without it `{first}` does not count"),
            Self::Missing => out.write_str("there: without it a programme leaves the thing out"),
        }
    }
}

/// What things of a type cannot be without.
pub fn needed(kind: &str) -> &'static [&'static str] {
    NEEDED.iter().find(|(known, _)| *known == kind).map_or(&[], |(_, terms)| terms)
}

/// Whether something of a type is held against what stands there already, or against a project.
pub fn looks_beyond(kind: &str) -> bool {
    ORDERED.iter().chain(&TOGETHER).any(|(known, ..)| *known == kind)
}

/// What an entity says at a term, in simple form.
pub fn said(entity: &Entity, term: &str) -> Option<Json> {
    instance(entity, term).map(|found| to_simple(&found.value))
}

/// The instance that stands at a term, whatever it is.
pub(crate) fn instance<'a>(entity: &'a Entity, term: &str) -> Option<&'a Instance> {
    let named = |attribute: &&Attribute| {
        let name: &str = &attribute.name;
        // Terms may come from any vocabulary; most are of the default context.
        name.strip_suffix(term).is_some_and(|rest| rest.is_empty() || rest.ends_with(['/', '#']))
    };
    entity.attributes.iter().find(named)?.main()
}

/// The civil day of a time in simple form, as its text says it.
pub fn day(json: &Json) -> Option<Date> {
    day_in(json.as_str()?)
}

/// The day at the beginning of a day or a date-time.
pub(crate) fn day_in(text: &str) -> Option<Date> {
    let (head, rest) = text.split_at_checked(10)?;
    if !(rest.is_empty() || rest.starts_with(['T', 't', ' '])) {
        return None;
    }
    head.parse().ok()
}

/// Whether a day lies in the years of programmes.
pub(crate) fn is_near(day: Date) -> bool {
    YEARS.contains(&day.year())
}

fn pairs(
    of: &'static [(&str, &str, &str)],
    kind: &str,
) -> impl Iterator<Item = (&'static str, &'static str)> {
    of.iter().filter(move |(known, ..)| *known == kind).map(|(_, first, second)| (*first, *second))
}

fn is_after(first: &Json, second: &Json) -> bool {
    match (first.as_f64(), second.as_f64()) {
        (Some(first), Some(second)) => first > second,
        _ => day(first).zip(day(second)).is_some_and(|(first, second)| first > second),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn faults(kind: &str, text: &str, touched: &[&str]) -> (Vec<Fault>, Vec<Fault>, Vec<&'static str>) {
        let json: Json = serde_json::from_str(text).unwrap();
        let thing = Thing {
            kind,
            says: &|term| json.get(term).cloned(),
            touched: &|term| touched.is_empty() || touched.contains(&term),
            begins_on: &|id| (id == "urn:p").then(|| date(2027, 3, 1)),
        };
        let lacks = thing.lacks().into_iter().map(|fault| fault.term).collect();
        (thing.contradictions(), thing.alone(), lacks)
    }

    fn before(term: &'static str, first: &'static str) -> Fault {
        Fault { term, why: Why::Before(first) }
    }

    #[test]
    fn days_and_numbers_have_an_order() {
        let wrong = |kind, text: &str| faults(kind, text, &[]).0;
        let project = r#"{"startsOn": "2026-12-01", "endsOn": "2026-11-30T10:00:00Z"}"#;
        assert_eq!(wrong("Project", project), [before("endsOn", "startsOn")]);
        assert_eq!(wrong("Project", r#"{"startsOn": "2026-12-01", "endsOn": "2026-12-01"}"#), []);
        let call = r#"{"opensOn": "2026-12-01", "closesOn": "2026-01-01"}"#;
        assert_eq!(wrong("CallForProjects", call), [before("closesOn", "opensOn")]);
        // Of a type that has no such attributes, they say nothing.
        assert_eq!(wrong("Pillar", call), []);
        let objective =
            r#"{"targetLow": 3, "targetHigh": 2.5, "baselineOn": "2030-01-01", "targetOn": "2029-01-01"}"#;
        let both = [before("targetOn", "baselineOn"), before("targetHigh", "targetLow")];
        assert_eq!(wrong("Objective", objective), both);
        assert_eq!(wrong("Objective", r#"{"targetLow": null, "targetHigh": 1}"#), []);
    }

    #[test]
    fn only_what_is_written_now_is_refused() {
        let text = r#"{"startsOn": "2026-12-01", "endsOn": "2026-11-30"}"#;
        assert_eq!(faults("Project", text, &["name"]).0, []);
        assert_eq!(faults("Project", text, &["startsOn"]).0, [before("endsOn", "startsOn")]);
    }

    #[test]
    fn an_effect_does_not_come_before_its_project() {
        let wrong = |project: &str, day: &str| {
            faults("ExpectedEffect", &format!(r#"{{"refProject": "{project}", "startsOn": "{day}"}}"#), &[]).0
        };
        assert_eq!(wrong("urn:p", "2027-02-28"), [Fault { term: "startsOn", why: Why::BeforeProject }]);
        assert_eq!((wrong("urn:p", "2027-03-01"), wrong("urn:q", "2020-01-01")), (vec![], vec![]));
    }

    #[test]
    fn a_day_is_of_these_centuries() {
        let wrong = faults("Milestone", r#"{"plannedOn": "0206-05-01", "doneOn": "2026-05-01"}"#, &[]).0;
        assert_eq!(wrong, [Fault { term: "plannedOn", why: Why::FarDay }]);
    }

    #[test]
    fn what_is_missing_is_named() {
        let (_, alone, lacks) = faults("Project", r#"{"confidence": "green", "name": null}"#, &[]);
        assert_eq!(alone, [Fault { term: "confidenceAt", why: Why::Alone("confidence") }]);
        assert_eq!(lacks, ["name", "refPillar"]);
        assert!(faults("Decision", "{}", &[]).2.is_empty());
        let told = Fault { term: "endsOn", why: Why::Before("startsOn") }.of("urn:p").to_string();
        assert_eq!(told, "`endsOn` of urn:p should be on or after `startsOn`");
    }
}
