//! Drafts: what somebody would write, looked at by somebody else, then written or not. Those that belong together go the same way at once.

use senne_hub::Context;
use senne_model::{EntityId, ErrorKind, Json, Operation, Problem, Write};
use senne_programme::{
    Draft, DraftId, DraftState, Programme, View,
    asking::{Settlement, SettlementOrder},
};

use crate::{Programmes, check::Beside, keep::now};

/// So many drafts belong together at most.
const TOGETHER_MOST: usize = 200;

impl Programmes {
    /// Writes a draft, which is not public. A draft that was settled is not changed any more; those that belong to it come as far as it has.
    ///
    /// # Errors
    /// When the caller may not write, the draft was published or refused before, or its content does not fit its entity or contradicts itself.
    pub async fn save_draft(&self, context: &Context, draft: &Draft) -> Result<(), Problem> {
        self.may_write(context)?;
        let _turn = self.inner.kept.drafting.lock().await;
        let view = self.view(context).await?;
        let mut draft = draft.clone();
        let before = self.known(context, &view, &draft.id).await?;
        draft.part_of = draft.part_of.or_else(|| before.and_then(|before| before.part_of));
        self.belongs(context, &view, &draft).await?;
        let mut set = self.set_of(context, &view, draft.part_of.as_ref().unwrap_or(&draft.id)).await?;
        set.retain(|other| other.id != draft.id && other.is_open());
        let entities: Vec<Json> = set.iter().chain([&draft]).map(Draft::entity).collect();
        self.fits(context, &view, &draft, &entities).await?;
        let mut writes = vec![self.draft_write(&draft)?];
        for mut other in set.into_iter().filter(|other| other.state != draft.state) {
            other.state = draft.state;
            writes.push(self.draft_write(&other)?);
        }
        self.write_all(context, writes).await
    }

    /// Writes drafts that belong together, in one write: the first, and those that name it. They take the place of what was saved of them
    /// before; an open draft that belonged to the first and is not among them goes.
    ///
    /// # Errors
    /// As for [`Programmes::save_draft`], and when they do not belong together; nothing is written then.
    pub async fn save_proposal(&self, context: &Context, drafts: &[Draft]) -> Result<(), Problem> {
        self.may_write(context)?;
        let first = together(drafts)?;
        let _turn = self.inner.kept.drafting.lock().await;
        let view = self.view(context).await?;
        let entities: Vec<Json> = drafts.iter().map(Draft::entity).collect();
        let mut writes = Vec::with_capacity(drafts.len());
        for draft in drafts {
            self.fits(context, &view, draft, &entities).await?;
            writes.push(self.draft_write(draft)?);
        }
        let before = self.set_of(context, &view, &first.id).await?;
        let gone = before.iter().filter(|old| old.is_open() && drafts.iter().all(|draft| draft.id != old.id));
        for old in gone {
            writes.push(Write::new(entity_id(&old.id)?, Operation::Delete));
        }
        self.write_all(context, writes).await
    }

    /// Says what becomes of a draft and of all that belongs to it, in one write: they are handed in, written on their entities, or refused.
    ///
    /// # Errors
    /// When the caller may not write, there is no such draft, it was settled before, or what one of them says does not fit its entity,
    /// contradicts itself or is not enough.
    pub async fn settle(&self, context: &Context, order: &SettlementOrder) -> Result<(), Problem> {
        self.may_write(context)?;
        // One after another: what one settles, the next finds settled.
        let _turn = self.inner.kept.drafting.lock().await;
        let view = self.view(context).await?;
        let mut set = self.set_of(context, &view, &order.draft).await?;
        let missing = || Problem::not_found(format!("there is no draft `{}`", order.draft)).field("id");
        open(set.iter().find(|draft| draft.id == order.draft).ok_or_else(missing)?)?;
        if let Some(edited) = &order.edited
            && let Some(place) = set.iter_mut().find(|draft| draft.id == edited.id)
        {
            *place = Draft { part_of: place.part_of.take(), ..edited.clone() };
        }
        set.retain(Draft::is_open);
        let entities: Vec<Json> = set.iter().map(Draft::entity).collect();
        let mut writes = Vec::new();
        for draft in &mut set {
            settled(draft, order);
            writes.push(self.draft_write(draft)?);
        }
        if order.settlement == Settlement::Publish {
            let beside = Beside::of(&entities);
            for entity in &entities {
                self.holds(context, &view, entity, &beside).await?;
                self.is_enough(context, entity).await?;
                writes.extend(self.to_writes(entity)?);
            }
        }
        self.write_all(context, writes).await
    }

    /// Whether a draft may be saved. Said now, when its author can still mend it, and not when somebody wants to publish it.
    async fn fits(
        &self,
        context: &Context,
        view: &View,
        draft: &Draft,
        entities: &[Json],
    ) -> Result<(), Problem> {
        if let Some(before) = self.known(context, view, &draft.id).await? {
            open(&before)?;
        }
        let entity = draft.entity();
        for write in self.to_writes(&entity)? {
            self.hub().contracts().check(&write)?;
        }
        self.holds(context, view, &entity, &Beside::of(entities)).await
    }

    /// Whether what a draft says it belongs to is there, open, and no part itself.
    async fn belongs(&self, context: &Context, view: &View, draft: &Draft) -> Result<(), Problem> {
        let Some(first) = &draft.part_of else { return Ok(()) };
        let found = self.known(context, view, first).await?;
        match found.filter(|found| found.part_of.is_none() && found.id != draft.id) {
            Some(found) => open(&found),
            None => {
                Err(Problem::bad(format!("`{first}` is no draft that others may belong to"))
                    .field("refPartOf"))
            }
        }
    }

    /// The drafts that one belongs to, itself among them, as they are now.
    async fn set_of(&self, context: &Context, view: &View, id: &DraftId) -> Result<Vec<Draft>, Problem> {
        let Some(set) = view.programme.draft_set(id) else {
            return Ok(self.known(context, view, id).await?.into_iter().collect());
        };
        let mut drafts = Vec::new();
        for draft in set.all() {
            drafts.extend(self.known(context, view, &draft.id).await?);
        }
        Ok(drafts)
    }

    /// A draft as it is now: a view of a large programme may be some seconds old.
    async fn known(&self, context: &Context, view: &View, id: &DraftId) -> Result<Option<Draft>, Problem> {
        match self.hub().entity(context, &entity_id(id)?).await {
            Ok(entity) => {
                let read = Programme::read(std::iter::once(&*entity));
                Ok(read.drafts.into_values().next().or_else(|| view.programme.drafts.get(id).cloned()))
            }
            Err(problem) if problem.kind == ErrorKind::NotFound => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    fn draft_write(&self, draft: &Draft) -> Result<Write, Problem> {
        entity_id(&draft.id)?;
        let mut members: Vec<(Box<str>, Json)> = vec![
            ("id".into(), Json::text(draft.id.as_str())),
            ("type".into(), Json::text("Draft")),
            ("refAbout".into(), Json::text(&draft.about)),
            ("draftType".into(), Json::text(&draft.kind)),
            ("content".into(), draft.content.clone()),
            ("draftState".into(), Json::text(word(draft.state))),
            ("changedAt".into(), Json::text(&now()?)),
        ];
        let part_of = draft.part_of.as_ref().map(ToString::to_string);
        for (name, text) in [
            ("refPartOf", &part_of),
            ("author", &draft.author),
            ("reviewer", &draft.reviewer),
            ("note", &draft.note),
        ] {
            members.extend(text.as_ref().map(|text| (name.into(), Json::text(text))));
        }
        self.to_write(&Json::Object(members))
    }
}

/// The first of drafts that belong together.
fn together(drafts: &[Draft]) -> Result<&Draft, Problem> {
    let wrong = |detail: String| Err(Problem::bad(detail).field("refPartOf"));
    let Some((first, parts)) = drafts.split_first() else {
        return wrong("there are no drafts to be saved".to_owned());
    };
    if drafts.len() > TOGETHER_MOST {
        return wrong(format!(
            "{} drafts are too many to belong together; at most {TOGETHER_MOST} do",
            drafts.len()
        ));
    }
    if first.part_of.is_some() {
        return wrong(format!("`{}` belongs to another draft and cannot be the first", first.id));
    }
    for (place, part) in parts.iter().enumerate() {
        let twice = drafts.iter().take(place + 1).any(|other| other.id == part.id);
        if twice || part.part_of.as_ref() != Some(&first.id) {
            return wrong(format!("`{}` must stand once and name `{}` in `refPartOf`", part.id, first.id));
        }
    }
    Ok(first)
}

fn settled(draft: &mut Draft, order: &SettlementOrder) {
    draft.state = match order.settlement {
        Settlement::Review => DraftState::Review,
        Settlement::Publish => DraftState::Published,
        Settlement::Refuse => DraftState::Refused,
    };
    for (field, text) in [(&mut draft.reviewer, &order.by), (&mut draft.note, &order.note)] {
        if !text.trim().is_empty() {
            *field = Some(text.trim().to_owned());
        }
    }
}

/// A draft that was settled is a record of what was decided.
fn open(draft: &Draft) -> Result<(), Problem> {
    if draft.is_open() {
        return Ok(());
    }
    let detail = format!("`{}` was settled before; write a new draft", draft.id);
    Err(Problem::new(ErrorKind::Conflict, detail).field("id"))
}

fn entity_id(id: &DraftId) -> Result<EntityId, Problem> {
    EntityId::parse(id.as_str()).map_err(|error| Problem::bad(error.to_string()).field("id"))
}

fn word(state: DraftState) -> &'static str {
    match state {
        DraftState::Draft => "draft",
        DraftState::Review => "review",
        DraftState::Published => "published",
        DraftState::Refused => "refused",
    }
}
