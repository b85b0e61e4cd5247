//! What is edited: a thing that there is, one that is to be, or a draft of either.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use senne_contract::Contract;
use senne_hub::Action;
use senne_model::{Entity, EntityId, ErrorKind, Json, Problem};
use senne_programme::{Draft, DraftId, DraftSet, DraftState, Programme};

use super::{
    super::shared::{self, View},
    kinds::{self, Kind},
    names,
    simple::{self, Simple},
};
use crate::visit::Visit;

/// A thing under edit.
pub(super) struct Subject<'a> {
    pub(super) kind: &'static Kind,
    pub(super) contract: &'a Contract,
    /// Empty while it has none.
    pub(super) id: String,
    /// Whether it is there already.
    pub(super) exists: bool,
    /// What it says now, for the reader.
    pub(super) now: Simple,
    /// The draft that is edited on.
    pub(super) draft: Option<Draft>,
    pub(super) view: Arc<View>,
}

impl<'a> Subject<'a> {
    /// A thing that there is, by its identifier.
    pub(super) async fn find(visit: &'a Visit, id: &str) -> Result<Self, Problem> {
        let id = kinds::whole(id);
        let entity = entity(visit, &id).await?.ok_or_else(|| shared::missing("thing", &id))?;
        let view = shared::own_view(visit).await?;
        let draft = asked_draft(visit, &view).await?;
        if draft.as_ref().is_some_and(|draft| draft.about != id) {
            return Err(shared::missing("draft of", &id));
        }
        Self::of(visit, &entity, draft, view)
    }

    /// One that is to be. A draft says which; somebody may have published it by now.
    pub(super) async fn begin(visit: &'a Visit, term: &str) -> Result<Self, Problem> {
        let unknown = || shared::missing("kind", term);
        let kind = kinds::begun(term).ok_or_else(unknown)?;
        let contract = visit.hub().contracts().iter().find(|one| one.type_term == term);
        let contract = contract.ok_or_else(unknown)?;
        let view = shared::own_view(visit).await?;
        let draft = asked_draft(visit, &view).await?.filter(|draft| draft.kind == term);
        let id = draft.as_ref().map(|draft| draft.about.clone()).unwrap_or_default();
        if let Some(entity) = entity(visit, &id).await? {
            return Self::of(visit, &entity, draft, view);
        }
        Ok(Self { kind, contract, id, exists: false, now: Simple::new(), draft, view })
    }

    fn of(visit: &'a Visit, entity: &Entity, draft: Option<Draft>, view: Arc<View>) -> Result<Self, Problem> {
        let contracts = visit.hub().contracts();
        let mut each = entity.types.iter().filter_map(|name| contracts.get(name));
        let found = each.find_map(|contract| Some((kinds::find(&contract.type_term)?, contract)));
        let id = entity.id.to_string();
        let (kind, contract) = found.ok_or_else(|| shared::missing("thing", &id))?;
        let now = simple::simple(entity, contract);
        Ok(Self { kind, contract, id, exists: true, now, draft, view })
    }

    pub(super) fn programme(&self) -> &Programme {
        &self.view.programme
    }

    /// The draft, while it may still be changed.
    pub(super) fn open_draft(&self) -> Option<&Draft> {
        self.draft.as_ref().filter(|draft| is_open(draft))
    }

    /// The drafts that the one under edit belongs to, while they are not public; nothing when it is alone.
    pub(super) fn set(&self) -> Option<DraftSet<'_>> {
        let draft = self.draft.as_ref().filter(|draft| draft.state != DraftState::Published)?;
        let set = self.programme().draft_set(&draft.id)?;
        (!set.parts.is_empty()).then_some(set)
    }

    /// What it would say at a term: the draft before what it says now.
    pub(super) fn says(&self, term: &str) -> Option<&Json> {
        match &self.draft {
            Some(draft) if draft.removes(term) => None,
            Some(draft) => draft.value(term).or_else(|| simple::get(&self.now, term)),
            None => simple::get(&self.now, term),
        }
    }

    /// The project that it belongs to.
    pub(super) fn project(&self) -> Option<&str> {
        simple::targets(self.says("refProject")).first().copied()
    }

    /// What it is called.
    pub(super) fn name(&self, visit: &Visit) -> String {
        let code = visit.w.language.code();
        let spoken = [code, "en", "fr", "nl"].into_iter().find_map(|each| {
            simple::told(self.says("name"), each).map(str::trim).filter(|name| !name.is_empty())
        });
        spoken.map_or_else(|| names::name(visit.w, self.programme(), &self.id), ToOwned::to_owned)
    }

    /// Changes whenever what is edited does, so that nobody overwrites what they have not seen.
    pub(super) fn fingerprint(&self) -> String {
        fingerprint(&self.now, self.draft.as_ref())
    }
}

/// A mark of what a thing says and of its draft.
pub(in crate::pages::programme) fn fingerprint(now: &[(String, Json)], draft: Option<&Draft>) -> String {
    let mut hasher = DefaultHasher::new();
    for (term, json) in now {
        (term, json.to_string()).hash(&mut hasher);
    }
    if let Some(draft) = draft {
        (draft.content.to_string(), &draft.id, draft.state).hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

/// Whether a draft may still be changed.
pub(in crate::pages::programme) fn is_open(draft: &Draft) -> bool {
    draft.is_open()
}

/// Whether the reader may write here.
pub(in crate::pages::programme) fn may_write(visit: &Visit) -> bool {
    visit.hub().decide(&visit.own_context(), Action::Write).is_ok()
}

/// An entity as the reader may see it; nothing when there is none for them.
pub(in crate::pages::programme) async fn entity(
    visit: &Visit,
    id: &str,
) -> Result<Option<Arc<Entity>>, Problem> {
    let Ok(id) = EntityId::parse(id) else { return Ok(None) };
    match visit.hub().entity(&visit.own_context(), &id).await {
        Ok(entity) => Ok(Some(entity)),
        Err(problem) if problem.kind == ErrorKind::NotFound => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// A draft as the reader may see it. A view may be a moment old, and a draft just saved is looked at next: the hub is asked first.
pub(in crate::pages::programme) async fn draft(
    visit: &Visit,
    view: &View,
    id: &str,
) -> Result<Option<Draft>, Problem> {
    let id = shared::whole("Draft", id);
    if let Some(entity) = entity(visit, &id).await? {
        let read = Programme::read(std::iter::once(&*entity));
        if let Some(draft) = read.drafts.into_values().next() {
            return Ok(Some(draft));
        }
    }
    Ok(view.programme.drafts.get(&DraftId::from(id)).cloned())
}

async fn asked_draft(visit: &Visit, view: &View) -> Result<Option<Draft>, Problem> {
    let Some(id) = visit.parameter("draft") else { return Ok(None) };
    Ok(Some(draft(visit, view, id).await?.ok_or_else(|| shared::missing("draft", id))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_changes_with_what_is_edited() {
        let now = vec![("name".to_owned(), Json::text("a"))];
        let mut draft = Draft {
            id: "urn:d".into(),
            part_of: None,
            about: "urn:a".into(),
            kind: "Project".into(),
            content: Json::Object(Vec::new()),
            state: DraftState::Draft,
            author: None,
            reviewer: None,
            note: None,
            changed_on: None,
        };
        let first = fingerprint(&now, Some(&draft));
        assert_eq!(first, fingerprint(&now, Some(&draft)));
        assert_ne!(first, fingerprint(&now, None));
        draft.state = DraftState::Review;
        assert_ne!(first, fingerprint(&now, Some(&draft)));
    }
}
