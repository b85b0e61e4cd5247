//! A draft and all that belongs to it, beside what they are about as that is now.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use senne_contract::Contract;
use senne_model::{Json, Problem};
use senne_programme::{Draft, DraftState, rules::day};

use super::super::{
    edit::{
        names,
        rules::{Looked, look},
        simple::{self, Simple},
        subject::{self, fingerprint},
    },
    shared::{self, View},
};
use crate::{overview::Overview, visit::Visit, words::Words};

/// A draft, and what it is about as that is now.
pub(super) struct Member<'a> {
    pub(super) draft: Draft,
    pub(super) contract: Option<&'a Contract>,
    pub(super) now: Option<Simple>,
}

/// The drafts that belong together.
pub(super) struct Read<'a> {
    /// The first, then its parts.
    pub(super) members: Vec<Member<'a>>,
    pub(super) view: Arc<View>,
    /// The areas of the city, over which places are drawn.
    pub(super) overview: Arc<Overview>,
}

impl<'a> Read<'a> {
    /// Those to which the draft of an identifier belongs; the first of them is always there.
    pub(super) async fn of(visit: &'a Visit, id: &str) -> Result<Self, Problem> {
        let view = shared::own_view(visit).await?;
        let asked = subject::draft(visit, &view, id).await?.ok_or_else(|| shared::missing("draft", id))?;
        let mut drafts = Vec::new();
        match view.programme.draft_set(&asked.id) {
            Some(set) => {
                for draft in set.all() {
                    drafts.extend(subject::draft(visit, &view, draft.id.as_str()).await?);
                }
            }
            None => drafts.push(asked),
        }
        let mut members = Vec::with_capacity(drafts.len());
        for draft in drafts {
            members.push(Member::of(visit, draft).await?);
        }
        let overview = visit.portal.overview(&visit.context()).await?;
        Ok(Self { members, view, overview })
    }

    /// The draft that the others belong to.
    pub(super) fn first(&self) -> Option<&Member<'a>> {
        self.members.first()
    }

    /// Those of which something may still become.
    pub(super) fn open(&self) -> impl Iterator<Item = &Member<'a>> {
        self.members.iter().filter(|member| member.draft.is_open())
    }

    /// How far they have come: as far as what is open has, where something is.
    pub(super) fn state(&self) -> DraftState {
        let member = self.open().next().or_else(|| self.first());
        member.map(|member| member.draft.state).unwrap_or_default()
    }

    /// Changes whenever one of them, or what it is about, does.
    pub(super) fn fingerprint(&self) -> String {
        let mut hasher = DefaultHasher::new();
        for member in &self.members {
            fingerprint(member.now.as_deref().unwrap_or_default(), Some(&member.draft)).hash(&mut hasher);
        }
        format!("{:016x}", hasher.finish())
    }

    /// What does not hold of one of them, once all are published.
    pub(super) fn look(&self, member: &Member<'_>) -> Looked {
        let draft = &member.draft;
        let written = |term: &str| {
            if draft.removes(term) { Some(None) } else { draft.value(term).cloned().map(Some) }
        };
        let begins_on = |project: &str| {
            let mut beside = self.members.iter().filter(|one| one.draft.about == project);
            let said = beside.find_map(|one| one.draft.value("startsOn"));
            said.and_then(day).or_else(|| self.view.programme.begins_on(project))
        };
        look(&draft.kind, member.now.as_deref().unwrap_or_default(), &written, &begins_on)
    }
}

impl<'a> Member<'a> {
    async fn of(visit: &'a Visit, draft: Draft) -> Result<Self, Problem> {
        let contract = visit.hub().contracts().iter().find(|one| one.type_term == draft.kind);
        let entity = subject::entity(visit, &draft.about).await?;
        let now = entity
            .map(|entity| contract.map_or_else(Simple::new, |contract| simple::simple(&entity, contract)));
        Ok(Self { draft, contract, now })
    }

    /// What the thing is called, or would be.
    pub(super) fn name(&self, words: Words, view: &View) -> String {
        names::of_draft(words, &view.programme, &self.draft)
    }

    /// What its type is called.
    pub(super) fn kind(&self, words: Words) -> &str {
        self.contract.map_or(self.draft.kind.as_str(), |contract| contract.title.get(words.language.code()))
    }

    /// What it says now at a term.
    pub(super) fn says(&self, term: &str) -> Option<&Json> {
        simple::get(self.now.as_deref()?, term)
    }
}
