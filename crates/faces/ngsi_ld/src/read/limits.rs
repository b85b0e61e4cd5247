//! What an input may at most be.

use senne_model::{AttributeValue, ErrorKind, Json, Problem};

/// The bounds of one attribute.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The largest value of one attribute, in bytes of its texts and numbers.
    pub(crate) value_bytes_max: usize,
    /// How deep arrays and objects may be nested in one attribute.
    pub(crate) depth_max: usize,
    /// Whether the body is large enough for a value to be too large at all.
    pub(crate) weigh: bool,
}

/// A name of an attribute or type is at most this long, in bytes.
const NAME_BYTES_MAX: usize = 1024;

/// The most attributes of one entity in one body. Where a write meets what is there each is looked for among the others, by the one
/// thread that commits.
pub(super) const ATTRIBUTES_MAX: usize = 2_000;

/// The most data sets of one attribute in one body, for the same reason.
pub(super) const DATA_SETS_MAX: usize = 1_000;

/// The most attributes of an attribute in a merge or a partial update, for the same reason.
pub(super) const PARTS_MERGED_MAX: usize = 1_000;

/// The most members of a value in a merge, for the same reason.
const MEMBERS_MERGED_MAX: usize = 5_000;

/// The most types of one entity, and the most scopes.
pub(super) const TYPES_MAX: usize = 1_000;
pub(super) const SCOPES_MAX: usize = 1_000;

/// Refuses one more than there may be.
pub(super) fn too_many(most: usize, of: &str) -> Problem {
    Problem::bad(format!("more than {most} {of} are too many in one body; send them in parts"))
}

/// Refuses a value of a merge that has too many members.
pub(super) fn check_merged(value: &AttributeValue) -> Result<(), Problem> {
    let members = match value {
        AttributeValue::Property(json) | AttributeValue::JsonProperty(json) => members(json),
        AttributeValue::Language(texts) => texts.len(),
        _ => 0,
    };
    if members <= MEMBERS_MERGED_MAX {
        return Ok(());
    }
    Err(Problem::bad(format!(
        "a merge sets at most {MEMBERS_MERGED_MAX} members of a value; replace the attribute instead"
    )))
}

/// How many members the objects in a value have.
fn members(value: &Json) -> usize {
    match value {
        Json::Object(inner) => inner.len() + inner.iter().map(|(_, item)| members(item)).sum::<usize>(),
        // What stands in an array is replaced with it.
        _ => 0,
    }
}

impl Limits {
    pub(crate) fn for_body(body_bytes: usize, value_bytes_max: usize) -> Self {
        Self { value_bytes_max, depth_max: 32, weigh: body_bytes > value_bytes_max }
    }

    /// Refuses a value that is nested too deep or too large.
    pub(crate) fn check(&self, value: &Json) -> Result<(), Problem> {
        if matches!(value, Json::Array(_) | Json::Object(_)) && value.depth() > self.depth_max {
            return Err(Problem::bad(format!("the value is nested deeper than {} levels", self.depth_max)));
        }
        if self.weigh && weight(value) > self.value_bytes_max {
            let detail = format!(
                "the value is larger than {} bytes; store a link to it instead",
                self.value_bytes_max
            );
            return Err(Problem::new(ErrorKind::TooLarge, detail));
        }
        Ok(())
    }
}

/// About how many bytes the value has as compact JSON.
fn weight(value: &Json) -> usize {
    match value {
        Json::Null | Json::Bool(_) => 4,
        Json::Int(_) | Json::Float(_) => 8,
        Json::BigInt(digits) => digits.len(),
        Json::Text(text) => text.len() + 2,
        Json::Array(items) => 2 + items.iter().map(|item| 1 + weight(item)).sum::<usize>(),
        Json::Object(members) => {
            2 + members.iter().map(|(name, item)| 4 + name.len() + weight(item)).sum::<usize>()
        }
    }
}

/// Refuses what cannot be the name of an attribute or a type (clause 4.6.2: the query language's own signs).
pub(crate) fn check_name(name: &str) -> Result<(), Problem> {
    if name.is_empty() || name.len() > NAME_BYTES_MAX {
        return Err(Problem::bad(format!("a name has 1 to {NAME_BYTES_MAX} bytes")));
    }
    if name.starts_with('@') {
        return Err(Problem::bad("a name does not begin with `@`: those are keywords of JSON-LD"));
    }
    let odd = |c: char| c.is_control() || c.is_whitespace() || "<>\"'=;()[]{}|\\^`,".contains(c);
    match name.chars().find(|c| odd(*c)) {
        Some(c) => Err(Problem::bad(format!("a name does not hold {c:?}"))),
        None => Ok(()),
    }
}
