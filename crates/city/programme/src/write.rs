//! Entities in their simple form, written through the hub.

use senne_contract::ValueKind;
use senne_hub::{Action, Context, WriteOptions};
use senne_model::{ErrorKind, Json, Problem, Write};
use senne_programme::{TYPES, from_simple::from_simple};

use crate::{Programmes, term};

/// The types beside those of a programme that may be written here.
const ALSO: [&str; 1] = ["Evaluation"];

impl Programmes {
    /// Whether the caller may write at all; asked before anything is read from it.
    ///
    /// # Errors
    /// When it may not.
    pub fn may_write(&self, context: &Context) -> Result<(), Problem> {
        self.hub().decide(context, Action::Write).map(|_| ())
    }

    /// Writes an entity in its simple form, `{id, type, attribute: value}`. What is not named stays as it is.
    ///
    /// # Errors
    /// When the caller may not write, the type is none of a programme, or a value does not fit its contract.
    pub async fn write(&self, context: &Context, entity: &Json) -> Result<(), Problem> {
        self.write_all(context, vec![self.to_write(entity)?]).await
    }

    /// The write of an entity in its simple form.
    pub(crate) fn to_write(&self, entity: &Json) -> Result<Write, Problem> {
        let kind = entity.get("type").and_then(Json::as_str).unwrap_or_default();
        if !kind.is_empty() && !TYPES.contains(&kind) && !ALSO.contains(&kind) {
            let detail = format!("`{kind}` is no type of a programme; these are {}", TYPES.join(", "));
            return Err(Problem::bad(detail).field("type"));
        }
        let wrong = |error: senne_programme::from_simple::SimpleError| Problem::bad(error.to_string());
        from_simple(entity, |kind, attribute| self.kind_of(kind, attribute)).map_err(wrong)
    }

    fn kind_of(&self, kind: &str, attribute: &str) -> Option<ValueKind> {
        let contract = self.hub().contracts().get(&term(kind))?;
        contract.attributes.iter().find(|known| known.term == attribute).map(|known| known.kind)
    }

    /// Writes all or nothing.
    pub(crate) async fn write_all(&self, context: &Context, writes: Vec<Write>) -> Result<(), Problem> {
        let options = WriteOptions { position: None, all_or_nothing: true };
        let answers = self.hub().write(context, writes, options).await?;
        let mut refused = Vec::new();
        for answer in answers {
            match answer {
                Ok(written) => self.changed(written.change),
                // Those that went down with another say nothing of their own.
                Err(problem) => refused.push(problem),
            }
        }
        let own = refused.iter().position(|problem| problem.kind != ErrorKind::Conflict).unwrap_or(0);
        if refused.is_empty() { Ok(()) } else { Err(refused.swap_remove(own)) }
    }
}
