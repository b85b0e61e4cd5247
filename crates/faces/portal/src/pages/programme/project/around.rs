//! What stands around a project: facts, what it needs and leaves stronger, papers.

use senne_programme::{CatalystId, CatalystKind, Document, Objective, portfolio::StalenessState};

use super::{
    Subject,
    ground::{Fact, Ground, safe_link, state},
    similar::kind_name,
};
use crate::{
    pages::{
        programme::shared::{called, date, link},
        rows::Linked,
    },
    words::{Words, key},
};

/// So many papers, or things of one kind, are listed.
const LISTED_MOST: usize = 50;

/// Something that the project needs or leaves stronger.
pub(super) struct Catalyst {
    pub(super) name: String,
    pub(super) link: String,
    pub(super) kind: &'static str,
    pub(super) description: String,
}

/// A paper.
pub(super) struct Paper {
    pub(super) name: String,
    /// Empty when it lies nowhere a page may lead to.
    pub(super) link: String,
    /// Date and languages.
    pub(super) about: String,
    /// SHA-256 of the file; empty when it is not known.
    pub(super) digest: String,
}

pub(super) fn facts(subject: Subject<'_>) -> Vec<Fact> {
    let Subject { ground, project, .. } = subject;
    let words = ground.words;
    let plain = |name: String| Linked { name, link: String::new() };
    let unknown =
        |found: Option<Linked>| found.unwrap_or_else(|| plain(words.t("programme.unknown").to_owned()));
    let owner = project.owner.as_ref().map(|id| ground.organisation(id));
    let kind = project.kind.as_ref().map(|kind| plain(kind_name(ground, kind)));
    let facts = [
        (key!("project.state"), vec![plain(state(words, project.state).to_owned())]),
        (key!("project.pillar"), vec![ground.pillar(&project.pillar)]),
        (key!("project.objectives"), objectives(subject)),
        (key!("project.owner"), vec![unknown(owner)]),
        (key!("project.partners"), project.partners.iter().map(|id| ground.organisation(id)).collect()),
        (key!("project.where"), ground.areas(&project.areas)),
        (key!("project.kind"), kind.into_iter().collect()),
        (key!("project.call"), call(subject)),
        (key!("project.decision"), decisions(subject)),
        (key!("project.confirmed"), vec![plain(ground.day(project.confirmed_on))]),
    ];
    Fact::all(words, facts)
}

fn objectives(subject: Subject<'_>) -> Vec<Linked> {
    let Subject { ground, project, .. } = subject;
    let linked = |one: &Objective| Linked {
        name: called(ground.words, Some(&one.name), one.id.as_str()),
        link: link(ground.words, "objective", one.id.as_str()),
    };
    project.objectives.iter().filter_map(|id| ground.view.programme.objectives.get(id)).map(linked).collect()
}

fn call(subject: Subject<'_>) -> Vec<Linked> {
    let Subject { ground, project, .. } = subject;
    let Some(id) = &project.call else { return Vec::new() };
    let found = ground.view.programme.calls.get(id);
    let name = called(ground.words, found.map(|one| &one.name), id.as_str());
    let link = found.map_or_else(String::new, |_| link(ground.words, "call", id.as_str()));
    vec![Linked { name, link }]
}

/// The decisions on the call.
fn decisions(subject: Subject<'_>) -> Vec<Linked> {
    let Subject { ground, project, .. } = subject;
    let programme = &ground.view.programme;
    let ids = project.call.as_ref().and_then(|call| programme.links.decisions_by_call.get(call));
    let found = ids.into_iter().flatten().filter_map(|id| programme.decisions.get(id));
    found
        .map(|one| {
            let name = called(ground.words, Some(&one.name), one.id.as_str());
            let day = one.decided_on.map(|day| format!(" ({})", date(ground.words, day))).unwrap_or_default();
            Linked { name: format!("{name}{day}"), link: link(ground.words, "decision", one.id.as_str()) }
        })
        .collect()
}

/// That the owner has not confirmed for long what is written; empty where that is no matter.
pub(super) fn stale(subject: Subject<'_>) -> String {
    let words = subject.ground.words;
    let confirmed = subject.line.confirmed;
    if confirmed.state == StalenessState::Fresh {
        return String::new();
    }
    match confirmed.last.zip(confirmed.days) {
        Some((last, days)) => {
            let ago = words.count("count.days", days.max(0).unsigned_abs());
            words.fill("project.stale", [date(words, last), ago])
        }
        None => words.t("project.never_confirmed").to_owned(),
    }
}

pub(super) fn catalysts(ground: Ground<'_>, ids: &[CatalystId]) -> Vec<Catalyst> {
    let one = |id: &CatalystId| {
        let found = ground.view.programme.catalysts.get(id)?;
        Some(Catalyst {
            name: called(ground.words, Some(&found.name), id.as_str()),
            link: ground.address("entity", id.as_str()),
            kind: catalyst_kind(ground.words, found.kind),
            description: ground.described(id.as_str()),
        })
    };
    ids.iter().take(LISTED_MOST).filter_map(one).collect()
}

fn catalyst_kind(words: Words, kind: CatalystKind) -> &'static str {
    words.t(match kind {
        CatalystKind::Data => key!("project.catalyst_data"),
        CatalystKind::Technology => key!("project.catalyst_technology"),
        CatalystKind::Governance => key!("project.catalyst_governance"),
        CatalystKind::Cooperation => key!("project.catalyst_cooperation"),
        CatalystKind::HumanCapital => key!("project.catalyst_people"),
    })
}

/// The papers about the project, the newest first.
pub(super) fn papers(subject: Subject<'_>) -> Vec<Paper> {
    let Subject { ground, project, .. } = subject;
    let programme = &ground.view.programme;
    let ids = programme.links.documents_by_about.get(project.id.as_str()).into_iter().flatten();
    let mut found: Vec<&Document> = ids.filter_map(|id| programme.documents.get(id)).collect();
    found.sort_by_key(|one| std::cmp::Reverse(one.date));
    found.truncate(LISTED_MOST);
    found.into_iter().map(|one| paper(ground, one)).collect()
}

fn paper(ground: Ground<'_>, document: &Document) -> Paper {
    let words = ground.words;
    let about = [document.date.map(|day| date(words, day)), document.language.clone()];
    let about: Vec<String> = about.into_iter().flatten().filter(|text| !text.is_empty()).collect();
    Paper {
        name: called(words, Some(&document.name), document.id.as_str()),
        link: document.url.as_deref().and_then(safe_link).unwrap_or_default().to_owned(),
        about: about.join(" · "),
        digest: document.file_hash.clone().unwrap_or_default(),
    }
}
