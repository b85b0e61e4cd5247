//! One query tree for every face, its parsers and its evaluation against an entity.
//!
//! The languages are those of NGSI-LD (ETSI GS CIM 009): `q` (clause 4.9), geo-queries (4.10), temporal
//! queries (4.11), entity types (4.17), scopes (4.19), projection (4.21) and ordering (4.23). Other faces
//! translate their own words into the same tree. Nothing here does I/O, and no input makes it panic.

mod buckets;
mod collate;
mod distance;
mod effort;
mod filter;
mod geo_filter;
mod method;
mod order;
mod pattern;
mod period;
mod projection;
mod query;
mod scan;
mod scope;
mod sound;
mod time;
mod types;

pub use buckets::Buckets;
pub use collate::Collation;
pub use distance::metres as distance_metres;
pub use effort::{can_measure, can_relate};
pub use filter::{Comparison, Condition, Filter, Find, Link, Literal, Operand, Path, Step, Test, Word};
pub use geo_filter::{GeoFilter, GeoRelation};
pub use method::Method;
pub use order::{Direction, Order, OrderBy, OrderKey, OrderTerm};
pub use pattern::{IdPattern, Pattern};
pub use period::Period;
pub use projection::{Member, Projection};
pub use query::{Query, Selector};
pub use scope::{ScopeExpression, ScopePattern};
pub use time::{TimeFilter, TimeProperty};
pub use types::TypeExpression;

use senne_model::Name;

/// How many relationships may be followed one after the other, in a filter, a projection or a join.
pub const LINKS_MAX: usize = 10;

/// Turns a term (as a client writes it) into its expanded name, by the context that came with the request.
pub type Expand<'a> = &'a dyn Fn(&str) -> Name;
