//! Whether a decision comes out the same when it is made again.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    canonical::canonical,
    record::{Decision, outcome},
};
use crate::ProgrammeError;

/// The most differences that are told.
const DIFFERENCES_MOST: usize = 100;

/// One place at which both differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Where in the outcome, `/selection/chosen/value` (a JSON pointer, RFC 6901).
    pub path: String,
    /// What is recorded, in canonical JSON; nothing when it is not there.
    pub recorded: Option<String>,
    /// What came out now.
    pub recomputed: Option<String>,
}

/// What came of making a decision again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replay {
    /// Whether the outcome is the same.
    pub same_outcome: bool,
    /// Whether the recorded digest is that of what is recorded; if not, the record was changed afterwards.
    pub digest_fits: bool,
    /// Where outcomes differ, the first hundred places.
    pub differences: Vec<Difference>,
}

/// What came of asking for a decision to be made again.
#[derive(Clone, Debug, PartialEq)]
pub enum Again {
    /// It was made.
    Made(Arc<Replay>),
    /// It could not be made, and why.
    Failed(ProgrammeError),
    /// It is being made, or others come first.
    Waiting,
}

impl Replay {
    /// Whether the record is whole and comes out the same.
    pub fn is_equal(&self) -> bool {
        self.same_outcome && self.digest_fits
    }
}

/// Makes a decision again from what it read, and compares.
///
/// # Errors
/// When what it read is no longer whole, which a record that was not changed never is.
pub fn replay(decision: &Decision) -> Result<Replay, ProgrammeError> {
    let again = outcome(&decision.inputs, &decision.settings)?;
    let as_json = |what: &str, value: &super::DecisionOutcome| {
        serde_json::to_value(value)
            .map_err(|error| ProgrammeError::Json { what: what.to_owned(), why: error.to_string() })
    };
    let recorded = as_json("the recorded outcome", &decision.outcome)?;
    let recomputed = as_json("the outcome", &again)?;
    let mut differences = Vec::new();
    compare("", Some(&recorded), Some(&recomputed), &mut differences)?;
    Ok(Replay {
        same_outcome: differences.is_empty(),
        digest_fits: decision.digest_now()? == decision.digest,
        differences,
    })
}

fn compare(
    path: &str,
    recorded: Option<&Value>,
    recomputed: Option<&Value>,
    out: &mut Vec<Difference>,
) -> Result<(), ProgrammeError> {
    if out.len() >= DIFFERENCES_MOST {
        return Ok(());
    }
    match (recorded, recomputed) {
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            let mut keys: Vec<&String> = one.keys().chain(other.keys()).collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                let step = key.replace('~', "~0").replace('/', "~1");
                compare(&format!("{path}/{step}"), one.get(key), other.get(key), out)?;
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) => {
            for place in 0..one.len().max(other.len()) {
                compare(&format!("{path}/{place}"), one.get(place), other.get(place), out)?;
            }
        }
        _ => {
            let text = |value: Option<&Value>| value.map(|value| canonical("a value", value)).transpose();
            let (recorded, recomputed) = (text(recorded)?, text(recomputed)?);
            if recorded != recomputed {
                out.push(Difference { path: path.to_owned(), recorded, recomputed });
            }
        }
    }
    Ok(())
}
