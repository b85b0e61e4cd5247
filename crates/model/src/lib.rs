//! Plain data: entities, attributes, values, times, quality, writes and changes. No I/O, no async.
//!
//! Everything above speaks in these words. Wire shapes of a standard (NGSI-LD, SensorThings, …) live in
//! the faces; names here are always fully expanded IRIs, times are microseconds UTC, geometry is WGS 84.

mod amend;
mod apply;
mod change;
mod codec;
mod digits;
mod entity;
mod error;
mod expiry;
mod finding;
mod geometry;
mod ids;
mod json;
mod left;
mod merge;
mod needles;
mod quality;
pub mod reserved;
mod scopes;
mod time;
mod value;
mod weight;
mod write;

pub use amend::Amendment;
pub use apply::{Applied, ApplyError, Judge, NoJudge, Outcome, Seen, apply};
pub use change::{Before, Change, ChangeKind, ChangedAttribute, Effect};
pub use codec::{
    CodecError, Names, decode_change, decode_entity, decode_writes, encode_change, encode_entity,
    encode_writes,
};
pub use digits::spell_out;
pub use entity::{Attribute, Entity, Instance, Track};
pub use error::{ErrorKind, Problem};
pub use expiry::expire;
pub use finding::{Finding, Grade};
pub use geometry::Geometry;
pub use ids::{ChangeNo, EntityId, Iri, Name, TenantName, is_iri};
pub use json::{Json, JsonRef};
pub use left::{Later, as_it_was, as_seen, from_change};
pub use merge::is_null_marker;
pub use needles::Needles;
pub use quality::{Flag, Quality, Test};
pub use scopes::{SCOPE, scopes_of};
pub use time::{Timestamp, TimestampError};
pub use value::AttributeValue;
pub use write::{Operation, Write};
