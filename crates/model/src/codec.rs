//! The compact form in which entities and changes stand on disk.
//!
//! A version byte, then fields one after the other: integers as LEB128 varints (signed ones zig-zag), texts as
//! length and UTF-8, names as numbers of a dictionary ([`Names`]) or in full, times as differences to the
//! write's own time where they usually equal it. Reading any bytes gives a value or an error, never a panic.

mod names;
mod read;
mod write;

#[cfg(test)]
mod tests;

use crate::{Change, ChangeNo, Entity, TenantName, Timestamp, Write};

pub use names::Names;

/// The version of the form that is written.
const VERSION: u8 = 1;

/// The version of an entity that expires; its moment follows the other times.
const EXPIRING: u8 = 2;

/// Bytes that are not in the compact form.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CodecError {
    /// The bytes end too early.
    #[error("the record is cut short")]
    Short,
    /// A version that this program does not know.
    #[error("the record has version {0}, which this program does not know")]
    Version(u8),
    /// A tag, a length or a text that cannot be.
    #[error("the record is damaged ({0})")]
    Damaged(&'static str),
    /// A name that the dictionary does not hold.
    #[error("the record refers to name {0}, which is not in the dictionary")]
    UnknownName(u64),
}

/// Appends the compact form of an entity to `out`.
pub fn encode_entity(entity: &Entity, names: &mut Names, out: &mut Vec<u8>) {
    write::Writer { out, names, base: entity.modified_at }.entity(entity);
}

/// Reads an entity.
pub fn decode_entity(bytes: &[u8], names: &Names) -> Result<Entity, CodecError> {
    read::Reader::new(bytes, names).entity()
}

/// Appends the compact form of a change to `out`, without its number and tenant: the log row has them.
pub fn encode_change(change: &Change, names: &mut Names, out: &mut Vec<u8>) {
    write::Writer { out, names, base: change.recorded_at }.change(change);
}

/// Reads one change from the front of `bytes`, and gives what follows it.
pub fn decode_change<'a>(
    bytes: &'a [u8],
    names: &Names,
    no: ChangeNo,
    tenant: &TenantName,
) -> Result<(Change, &'a [u8]), CodecError> {
    let mut reader = read::Reader::new(bytes, names);
    let change = reader.change(no, tenant)?;
    Ok((change, reader.rest()))
}

/// Writes in a form of their own that needs no dictionary from elsewhere: for handing them from one process to
/// another.
pub fn encode_writes(writes: &[Write]) -> Vec<u8> {
    let mut names = Names::default();
    let mut body = Vec::new();
    let mut writer = write::Writer { out: &mut body, names: &mut names, base: Timestamp::default() };
    writer.writes(writes);
    let mut out = Vec::with_capacity(body.len() + 1024);
    let mut none = Names::default();
    write::Writer { out: &mut out, names: &mut none, base: Timestamp::default() }.dictionary(&names);
    out.extend_from_slice(&body);
    out
}

/// Reads what [`encode_writes`] wrote.
pub fn decode_writes(bytes: &[u8]) -> Result<Vec<Write>, CodecError> {
    let none = Names::default();
    let mut reader = read::Reader::new(bytes, &none);
    let names = reader.dictionary()?;
    read::Reader::new(reader.rest(), &names).writes()
}

/// The kind of change of a removal that says what the entity was. Older builds wrote `2` without it.
const DELETED_AS_IT_WAS: u8 = 4;

/// The effect of an update that says what the instance was. Older builds wrote `1` without it.
const UPDATED_FROM: u8 = 4;

/// What an instance has beside its value, as bits of one number.
mod parts {
    pub(super) const DATASET: u64 = 1;
    pub(super) const OBSERVED: u64 = 1 << 1;
    pub(super) const UNIT: u64 = 1 << 2;
    pub(super) const QUALITY: u64 = 1 << 3;
    pub(super) const TRACK: u64 = 1 << 4;
    pub(super) const SUB_ATTRIBUTES: u64 = 1 << 5;
    pub(super) const CREATED: u64 = 1 << 6;
    pub(super) const MODIFIED: u64 = 1 << 7;
    pub(super) const EXPIRES: u64 = 1 << 8;
}

/// The tags of values.
mod tags {
    pub(super) const NULL: u8 = 0;
    pub(super) const FALSE: u8 = 1;
    pub(super) const TRUE: u8 = 2;
    pub(super) const INT: u8 = 3;
    pub(super) const FLOAT: u8 = 4;
    /// A number that is a whole number of hundredths.
    pub(super) const HUNDREDTHS: u8 = 5;
    pub(super) const TEXT: u8 = 6;
    pub(super) const ARRAY: u8 = 7;
    pub(super) const OBJECT: u8 = 8;
    pub(super) const BIG_INT: u8 = 9;
    pub(super) const RELATIONSHIP: u8 = 20;
    pub(super) const GEO: u8 = 21;
    pub(super) const LANGUAGE: u8 = 22;
    pub(super) const VOCAB: u8 = 23;
    pub(super) const JSON: u8 = 24;
    pub(super) const LIST: u8 = 25;
    pub(super) const LIST_RELATIONSHIP: u8 = 26;
    pub(super) const POINT: u8 = 27;
}
