//! From bytes to writes: the input side of the wire.
//!
//! Bytes are read once, straight into what the model needs; names are expanded on the way. What is not
//! JSON is an error of the whole body; what is JSON but breaks a rule is an error of its entity alone.

mod attribute;
mod body;
mod entity;
mod fault;
mod limits;
mod names;
mod part;
mod scopes;
mod seen;
mod value;

pub(crate) use body::{
    BatchItem, contexts_of, contexts_of_each, read_attribute_body, read_batch, read_entity, read_json,
};
pub(crate) use entity::EntityIn;
pub(crate) use limits::Limits;
pub(crate) use names::Names;
pub(crate) use value::read_value;

/// Reads one attribute from JSON that was read before.
pub(crate) fn read_member(
    term: &str,
    value: senne_model::Json,
    mode: Mode,
    names: &mut Names,
    limits: &Limits,
) -> Result<senne_model::Attribute, senne_model::Problem> {
    attribute::read_attribute(term, part::Raw::from_json(value), mode, names, limits)
}

/// What the operation allows an input to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent permissions, each named where it is given")]
pub(crate) struct Mode {
    /// Parts of an attribute may be given without its value (merge, partial update).
    pub(crate) partial: bool,
    /// An object without a value is always a part of an instance, never a plain value.
    pub(crate) fragment: bool,
    /// `urn:ngsi-ld:null` may stand for a removal.
    pub(crate) markers: bool,
    /// Every member is a plain value (`format=simplified`).
    pub(crate) simplified: bool,
    /// An attribute may have several instances of one data set, at different times.
    pub(crate) series: bool,
    /// The body was `application/ld+json`: `@context` stands in it.
    pub(crate) linked_data: bool,
}

impl Mode {
    pub(crate) fn whole() -> Self {
        Self::default()
    }
    pub(crate) fn update() -> Self {
        Self { markers: true, ..Self::default() }
    }
    pub(crate) fn merge() -> Self {
        Self { partial: true, markers: true, ..Self::default() }
    }
    pub(crate) fn fragment() -> Self {
        Self { fragment: true, ..Self::merge() }
    }
    pub(crate) fn series() -> Self {
        Self { series: true, ..Self::default() }
    }

    /// Whether values are merged with those that are there, member by member.
    fn merges(self) -> bool {
        self.partial && !self.fragment
    }
}
