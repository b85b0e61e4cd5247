//! Entities in their simple form, written through the hub.

use senne_contract::ValueKind;
use senne_hub::{Action, Context, WriteOptions};
use senne_model::{ErrorKind, Json, Problem, Write};
use senne_programme::{
    TYPES,
    from_simple::{from_simple, removals},
};

use crate::{Programmes, check::Beside, term};

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

    /// Writes an entity in its simple form, `{id, type, attribute: value}`. What is not named stays as it is; `urn:ngsi-ld:null` takes an
    /// attribute away.
    ///
    /// # Errors
    /// When the caller may not write, the type is none of a programme, a value does not fit its contract, or the entity would contradict
    /// itself or lack what a programme needs.
    pub async fn write(&self, context: &Context, entity: &Json) -> Result<(), Problem> {
        self.may_write(context)?;
        let writes = self.to_writes(entity)?;
        let view = self.view(context).await?;
        self.holds(context, &view, entity, &Beside::of(&[])).await?;
        self.is_enough(context, entity).await?;
        self.write_all(context, writes).await
    }

    /// The writes of an entity in its simple form: what it says, then what it takes away.
    pub(crate) fn to_writes(&self, entity: &Json) -> Result<Vec<Write>, Problem> {
        let mut writes = vec![self.to_write(entity)?];
        writes.extend(removals(entity));
        Ok(writes)
    }

    /// The write of what an entity in its simple form says.
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
