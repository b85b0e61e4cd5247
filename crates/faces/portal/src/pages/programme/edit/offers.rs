//! What an attribute may be: the things of the programme that fit, or the words that its contract lists.

use senne_contract::{AttributeContract, ValueKind};
use senne_programme::{DraftState, Intervention, Programme, ProjectId, Words as Told};

use super::{super::shared, known, simple};
use crate::words::Words;

/// More than so many are not listed, but suggested while one writes.
const LISTED_MOST: usize = 300;
/// So many are suggested; a page must stay light.
pub(super) const SUGGESTED_MOST: usize = 1000;

/// What may be chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Offer {
    /// Identifiers or words, each with what it is called.
    pub(super) all: Vec<(String, String)>,
    /// Whether more than one may be chosen.
    pub(super) many: bool,
    /// The type of the things; empty for words, and where things of any type fit.
    pub(super) kind: &'static str,
    /// Whether something else may be written too.
    pub(super) open: bool,
}

impl Offer {
    /// Whether all of it is shown to choose from.
    pub(super) fn is_listed(&self) -> bool {
        (1..=LISTED_MOST).contains(&self.all.len())
    }

    /// The identifier that somebody means: `a` of a `Project` is `urn:ngsi-ld:Project:a`.
    pub(super) fn whole(&self, text: &str) -> String {
        if self.kind.is_empty() { text.to_owned() } else { shared::whole(self.kind, text) }
    }
}

/// What is offered for an attribute of the thing `about`, in the project `project`; nothing where one writes freely.
pub(super) fn offer(
    words: Words,
    programme: &Programme,
    attribute: &AttributeContract,
    about: &str,
    project: &str,
) -> Option<Offer> {
    let term = attribute.term.as_str();
    match attribute.kind {
        ValueKind::Relationship => {
            let kind = kind_of(term);
            let mut all = things(words, programme, kind, project);
            all.extend(drafted(words, programme, kind));
            all.retain(|(id, _)| id != about);
            // Where nothing is known, nothing can be checked.
            let open = kind.is_empty() || all.is_empty();
            Some(Offer { open, all, many: is_many(term), kind })
        }
        ValueKind::Text => {
            let all = if term == "interventionKind" {
                let code = |one: &Intervention| {
                    (one.code.clone(), shared::called(words, Some(&one.name), &one.code))
                };
                by_name(programme.interventions.values().map(code))
            } else {
                known::known(words, attribute)
            };
            (!all.is_empty()).then(|| Offer { all, ..Offer::default() })
        }
        _ => None,
    }
}

/// The type of things that a relationship leads to; empty when it may be any.
fn kind_of(term: &str) -> &'static str {
    match term {
        "refPillar" | "refPillars" => "Pillar",
        "refObjective" | "refObjectives" => "Objective",
        "refOwner" | "refPartners" | "refSignatories" | "refParent" => "Organisation",
        "refProject" | "refProjects" => "Project",
        "refIndicator" | "refIndicators" => "Indicator",
        "refArea" | "refAreas" => "AdministrativeArea",
        "refCall" => "CallForProjects",
        "refNeeds" | "refStrengthens" => "Catalyst",
        "refDependsOn" => "Milestone",
        "refMemorandum" => "Memorandum",
        "refEvaluations" => "Evaluation",
        _ => "",
    }
}

/// Terms name one thing or several, as their words do.
fn is_many(term: &str) -> bool {
    term == "refDependsOn" || term.ends_with('s')
}

fn things(words: Words, programme: &Programme, kind: &str, project: &str) -> Vec<(String, String)> {
    let entry = |id: &str, name: &Told| (id.to_owned(), shared::called(words, Some(name), id));
    let p = programme;
    match kind {
        "Pillar" => p.pillars_in_order().iter().map(|one| entry(one.id.as_str(), &one.name)).collect(),
        "Objective" => by_name(p.objectives.values().map(|one| entry(one.id.as_str(), &one.name))),
        "Organisation" => by_name(p.organisations.values().map(|one| entry(one.id.as_str(), &one.name))),
        "Project" => by_name(p.projects.values().map(|one| entry(one.id.as_str(), &one.name))),
        "Indicator" => by_name(p.indicators.values().map(|one| entry(one.id.as_str(), &one.name))),
        "AdministrativeArea" => by_name(p.areas.iter().map(|(id, name)| entry(id.as_str(), name))),
        "CallForProjects" => by_name(p.calls.values().map(|one| entry(one.id.as_str(), &one.name))),
        "Catalyst" => by_name(p.catalysts.values().map(|one| entry(one.id.as_str(), &one.name))),
        "Memorandum" => by_name(p.memoranda.values().map(|one| entry(one.id.as_str(), &one.name))),
        "Evaluation" => by_name(p.evaluations.values().map(|one| entry(one.id.as_str(), &one.name))),
        "Milestone" => {
            let of_project = p.milestones.of(&ProjectId::from(project));
            by_name(of_project.iter().map(|one| entry(one.id.as_str(), &one.name)))
        }
        "" => anything(words, programme),
        _ => Vec::new(),
    }
}

/// What papers are about.
fn anything(words: Words, programme: &Programme) -> Vec<(String, String)> {
    let kinds = ["Memorandum", "Pillar", "Objective", "CallForProjects", "Project"];
    let mut all: Vec<(String, String)> =
        kinds.into_iter().flat_map(|kind| things(words, programme, kind, "")).collect();
    let decisions = programme.decisions.values();
    let entry = |id: &str, name: &Told| (id.to_owned(), shared::called(words, Some(name), id));
    all.extend(by_name(decisions.map(|one| entry(one.id.as_str(), &one.name))));
    all
}

/// Things that stand in drafts only: what belongs to them is drafted with them.
fn drafted(words: Words, programme: &Programme, kind: &str) -> Vec<(String, String)> {
    let open = programme
        .drafts
        .values()
        .filter(|draft| draft.kind == kind && matches!(draft.state, DraftState::Draft | DraftState::Review));
    let new = open.filter(|draft| super::names::told(programme, &draft.about).is_none());
    let entry = |draft: &senne_programme::Draft| {
        let name = simple::told(draft.value("name"), words.language.code());
        let name = name.unwrap_or_else(|| shared::last(&draft.about));
        (draft.about.clone(), words.fill("editing.in_draft", [name]))
    };
    let mut all: Vec<(String, String)> = new.map(entry).collect();
    all.dedup_by(|a, b| a.0 == b.0);
    all
}

fn by_name(things: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    let mut things: Vec<(String, String)> = things.collect();
    things.sort_by_cached_key(|(id, name)| (name.to_lowercase(), id.clone()));
    things
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relationships_lead_to_things_of_their_type() {
        assert_eq!((kind_of("refNeeds"), kind_of("refAbout")), ("Catalyst", ""));
        assert!(is_many("refPartners") && is_many("refDependsOn") && !is_many("refOwner"));
    }

    #[test]
    fn a_short_identifier_is_made_whole() {
        let offer = Offer { kind: "Project", ..Offer::default() };
        assert_eq!(offer.whole("a"), "urn:ngsi-ld:Project:a");
        assert_eq!(offer.whole("urn:x:1"), "urn:x:1");
        assert!(!offer.is_listed());
    }
}
