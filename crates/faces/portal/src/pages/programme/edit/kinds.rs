//! Which types are edited here, and what of them.

use senne_contract::{AttributeContract, Contract};
use senne_programme::rules::needed;

use super::super::shared;
use crate::words::Words;

/// Written by who confirms that what stands there is still so; never a field of the form.
pub(super) const CONFIRMED_AT: &str = "lastConfirmedAt";
pub(super) const CONFIRMED_BY: &str = "lastConfirmedBy";

/// A type that is edited here.
#[derive(Debug)]
pub(in crate::pages::programme) struct Kind {
    /// The name of the type.
    pub(in crate::pages::programme) term: &'static str,
    /// Whether a new one may be begun here.
    begun: bool,
    /// The attributes that are edited; all when empty.
    only: &'static [&'static str],
    /// The page that shows it; empty for what its project shows.
    page: &'static str,
}

const fn kind(term: &'static str, page: &'static str) -> Kind {
    Kind { term, begun: true, only: &[], page }
}

/// An evaluation is planned elsewhere; a decision is made on its call, and only told here.
static KINDS: [Kind; 15] = [
    kind("Memorandum", "memorandum"),
    kind("Pillar", "pillar"),
    kind("Objective", "objective"),
    kind("Catalyst", ""),
    kind("Organisation", ""),
    kind("CallForProjects", "call"),
    kind("Project", "project"),
    kind("ExpectedEffect", ""),
    kind("Milestone", ""),
    kind("BudgetLine", ""),
    kind("Risk", ""),
    kind("Benefit", ""),
    kind("Intervention", ""),
    kind("Document", ""),
    Kind { begun: false, only: &["name", "minutes"], ..kind("Decision", "decision") },
];

/// The type of a name, when it is edited here.
pub(in crate::pages::programme) fn find(term: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.term == term)
}

/// The same, when one of it may be begun here.
pub(in crate::pages::programme) fn begun(term: &str) -> Option<&'static Kind> {
    find(term).filter(|kind| kind.begun)
}

/// All types of which one may be begun here.
pub(in crate::pages::programme) fn all_begun() -> impl Iterator<Item = &'static Kind> {
    KINDS.iter().filter(|kind| kind.begun)
}

/// The page on which one is begun.
pub(in crate::pages::programme) fn link(words: Words, kind: &Kind) -> String {
    format!("/{}/programme/new/{}", words.language, kind.term)
}

impl Kind {
    /// Whether a programme leaves the thing out without an attribute.
    pub(super) fn needs(&self, term: &str) -> bool {
        needed(self.term).contains(&term)
    }

    /// The attributes of the form, in the order of the contract.
    pub(super) fn attributes<'a>(
        &'static self,
        contract: &'a Contract,
    ) -> impl Iterator<Item = &'a AttributeContract> + use<'a> {
        contract.attributes.iter().filter(move |attribute| self.edits(&attribute.term))
    }

    /// Whether the form edits an attribute.
    pub(super) fn edits(&self, term: &str) -> bool {
        let confirmation = matches!(term, CONFIRMED_AT | CONFIRMED_BY);
        !confirmation && (self.only.is_empty() || self.only.contains(&term))
    }

    /// The page that shows a thing of this type: its own, or that of its project.
    pub(in crate::pages::programme) fn shown_at(
        &self,
        words: Words,
        id: &str,
        project: Option<&str>,
    ) -> Option<String> {
        match (self.page, project) {
            ("", Some(project)) => Some(shared::link(words, "project", project)),
            ("", None) => None,
            (page, _) => Some(shared::link(words, page, id)),
        }
    }
}

/// The identifier that an address means: `Risk:a` is `urn:ngsi-ld:Risk:a`.
pub(super) fn whole(id: &str) -> String {
    match id.split_once(':') {
        Some((term, rest)) if find(term).is_some() && !rest.is_empty() => format!("urn:ngsi-ld:{id}"),
        _ => id.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn addresses_say_the_type_or_all_of_the_identifier() {
        assert_eq!(whole("Risk:a:b"), "urn:ngsi-ld:Risk:a:b");
        assert_eq!(whole("urn:ngsi-ld:Risk:a"), "urn:ngsi-ld:Risk:a");
        assert_eq!((whole("https://x.org/1"), whole("Risk:")), ("https://x.org/1".into(), "Risk:".into()));
    }

    #[test]
    fn what_is_not_edited_here_is_not_found() {
        assert!(find("Evaluation").is_none() && find("Draft").is_none());
        assert!(find("Decision").is_some() && begun("Decision").is_none());
        let decision = find("Decision").unwrap();
        assert!(decision.edits("minutes") && !decision.edits("outcome"));
        let project = find("Project").unwrap();
        assert!(project.edits("confidence") && !project.edits(CONFIRMED_AT));
    }

    #[test]
    fn what_has_no_page_is_shown_by_its_project() {
        let words = Words::new(Language::Fr);
        let at = |term: &str, project| find(term).unwrap().shown_at(words, "urn:ngsi-ld:X:a", project);
        assert_eq!(at("Pillar", None).as_deref(), Some("/fr/programme/pillar/a"));
        let risk = at("Risk", Some("urn:ngsi-ld:Project:b"));
        assert_eq!(risk.as_deref(), Some("/fr/programme/project/b"));
        assert_eq!(at("Catalyst", None), None);
    }
}
