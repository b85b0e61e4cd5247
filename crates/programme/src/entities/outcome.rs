//! The outcome that stands for an indicator, of a promise or of an evaluation.

use super::Reader;
use crate::types::Outcome;

/// The outcome that an entity names; nothing when it names none. Half of one is a fault: sizes would be read as those of the indicator.
pub(super) fn outcome(reader: &mut Reader<'_>, entities: &str) -> Result<Option<Outcome>, ()> {
    let (kind, attribute) = (reader.owned("outcomeType"), reader.owned("outcomeAttribute"));
    let (kind, attribute) = match (kind, attribute) {
        (Some(kind), Some(attribute)) => (kind, attribute),
        (None, None) => return Ok(None),
        (Some(_), None) => {
            reader.wrong("outcomeAttribute", "an attribute of `outcomeType`");
            return Err(());
        }
        (None, Some(_)) => {
            reader.wrong("outcomeType", "the type that has `outcomeAttribute`");
            return Err(());
        }
    };
    Ok(Some(Outcome {
        kind,
        attribute,
        name: reader.words("outcomeName"),
        unit: reader.words("outcomeUnit"),
        entities: reader.targets(entities),
    }))
}
