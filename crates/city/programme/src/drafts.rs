//! Drafts: what somebody would write, looked at by somebody else, then written or not.

use senne_hub::Context;
use senne_model::{EntityId, ErrorKind, Json, Problem, Write};
use senne_programme::{Draft, DraftId, DraftState, asking::Settlement};

use crate::{Programmes, keep::now};

impl Programmes {
    /// Writes a draft, which is not public. A draft that was settled is not changed any more.
    ///
    /// # Errors
    /// When the caller may not write, the draft was published or refused before, or its content would not fit its entity.
    pub async fn save_draft(&self, context: &Context, draft: &Draft) -> Result<(), Problem> {
        self.may_write(context)?;
        // Said now, when its author can still mend it, and not when somebody wants to publish it.
        let write = self.to_write(&draft.entity())?;
        self.hub().contracts().check(&write)?;
        if let Some(before) = self.view(context).await?.programme.drafts.get(&draft.id) {
            open(before)?;
        }
        let write = self.draft_write(draft)?;
        self.write_all(context, vec![write]).await
    }

    /// Says what becomes of a draft: it is handed in, written on its entity, or refused. `by` is who says so.
    ///
    /// # Errors
    /// When the caller may not write, there is no such draft, it was settled before, or its content does not fit its entity.
    pub async fn settle(
        &self,
        context: &Context,
        id: &DraftId,
        settlement: Settlement,
        by: &str,
        note: &str,
    ) -> Result<(), Problem> {
        self.may_write(context)?;
        let view = self.view(context).await?;
        let missing = || Problem::not_found(format!("there is no draft `{id}`")).field("id");
        let before = view.programme.drafts.get(id).ok_or_else(missing)?;
        open(before)?;
        let mut draft = before.clone();
        draft.state = match settlement {
            Settlement::Review => DraftState::Review,
            Settlement::Publish => DraftState::Published,
            Settlement::Refuse => DraftState::Refused,
        };
        for (field, text) in [(&mut draft.reviewer, by), (&mut draft.note, note)] {
            if !text.trim().is_empty() {
                *field = Some(text.trim().to_owned());
            }
        }
        let mut writes = vec![self.draft_write(&draft)?];
        if settlement == Settlement::Publish {
            writes.push(self.to_write(&draft.entity())?);
        }
        self.write_all(context, writes).await
    }

    fn draft_write(&self, draft: &Draft) -> Result<Write, Problem> {
        EntityId::parse(draft.id.as_str()).map_err(|error| Problem::bad(error.to_string()).field("id"))?;
        let mut members: Vec<(Box<str>, Json)> = vec![
            ("id".into(), Json::text(draft.id.as_str())),
            ("type".into(), Json::text("Draft")),
            ("refAbout".into(), Json::text(&draft.about)),
            ("draftType".into(), Json::text(&draft.kind)),
            ("content".into(), draft.content.clone()),
            ("draftState".into(), Json::text(word(draft.state))),
            ("changedAt".into(), Json::text(&now()?)),
        ];
        for (name, text) in [("author", &draft.author), ("reviewer", &draft.reviewer), ("note", &draft.note)]
        {
            members.extend(text.as_ref().map(|text| (name.into(), Json::text(text))));
        }
        self.to_write(&Json::Object(members))
    }
}

/// A draft that was settled is a record of what was decided.
fn open(draft: &Draft) -> Result<(), Problem> {
    if matches!(draft.state, DraftState::Published | DraftState::Refused) {
        let detail = format!("`{}` was settled before; write a new draft", draft.id);
        return Err(Problem::new(ErrorKind::Conflict, detail).field("id"));
    }
    Ok(())
}

fn word(state: DraftState) -> &'static str {
    match state {
        DraftState::Draft => "draft",
        DraftState::Review => "review",
        DraftState::Published => "published",
        DraftState::Refused => "refused",
    }
}
