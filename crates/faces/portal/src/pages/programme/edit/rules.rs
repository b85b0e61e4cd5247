//! What must hold together, in the words of the page: the rules are those of programmes.

use jiff::civil::Date;
use senne_contract::Contract;
use senne_model::Json;
use senne_programme::rules::{Fault, Thing, Why, YEARS};

use super::simple;
use crate::words::Words;

/// What does not hold of a thing as it would be.
#[derive(Debug, Default)]
pub(in crate::pages::programme) struct Looked {
    /// What contradicts itself, or counts only with something that is not there. Only what is written is looked at.
    pub(in crate::pages::programme) wrong: Vec<Fault>,
    /// What the thing cannot be without, and lacks.
    pub(in crate::pages::programme) lacking: Vec<Fault>,
}

/// Looks at a thing of a type. `now` is what it says, `written` what would be written at a term, which is nothing where it is taken away;
/// `begins_on` says the first day of a project.
pub(in crate::pages::programme) fn look(
    kind: &str,
    now: &[(String, Json)],
    written: &dyn Fn(&str) -> Option<Option<Json>>,
    begins_on: &dyn Fn(&str) -> Option<Date>,
) -> Looked {
    let says = |term: &str| written(term).unwrap_or_else(|| simple::get(now, term).cloned());
    let touched = |term: &str| written(term).is_some();
    let thing = Thing { kind, says: &says, touched: &touched, begins_on };
    let mut wrong = thing.contradictions();
    wrong.extend(thing.alone());
    Looked { wrong, lacking: thing.lacks() }
}

/// What is to be done at the attribute of a fault.
pub(in crate::pages::programme) fn told(words: Words, contract: Option<&Contract>, fault: Fault) -> String {
    match fault.why {
        Why::Before(first) => words.fill("editing.wrong_order", [title(words, contract, first)]),
        Why::BeforeProject => words.t("editing.wrong_before_project").to_owned(),
        Why::FarDay => words.fill("editing.wrong_far_day", [YEARS.start(), YEARS.end()]),
        Why::Alone(first) => words.fill("editing.wrong_alone", [title(words, contract, first)]),
        Why::Missing => words.t("editing.needed_missing").to_owned(),
    }
}

/// What an attribute is called; its term when no contract says it.
pub(in crate::pages::programme) fn title<'a>(
    words: Words,
    contract: Option<&'a Contract>,
    term: &'a str,
) -> &'a str {
    let attributes = contract.map(|contract| contract.attributes.as_slice()).unwrap_or_default();
    let found = attributes.iter().find(|attribute| attribute.term == term);
    found.map_or(term, |attribute| attribute.title.get(words.language.code()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn what_is_taken_away_is_not_there() {
        let now = vec![
            ("confidence".to_owned(), Json::text("green")),
            ("confidenceAt".to_owned(), Json::text("2026-11-30")),
            ("startsOn".to_owned(), Json::text("2026-11-30")),
        ];
        let written = |term: &str| match term {
            "confidenceAt" => Some(None),
            "endsOn" => Some(Some(Json::text("2026-11-29"))),
            _ => None,
        };
        let looked = look("Project", &now, &written, &|_| None);
        let terms: Vec<&str> = looked.wrong.iter().map(|fault| fault.term).collect();
        assert_eq!(terms, ["endsOn", "confidenceAt"]);
        assert!(looked.lacking.iter().any(|fault| fault.term == "name"));
        let told = told(Words::new(Language::Fr), None, looked.wrong[0]);
        assert!(told.contains("startsOn") && !told.contains("{0}"), "{told}");
    }
}
