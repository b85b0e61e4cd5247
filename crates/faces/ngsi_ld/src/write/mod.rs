//! From entities to bytes: the output side of the wire. Everything is written straight into one buffer.

mod entity;
mod geojson;
mod instance;
mod linked;
mod pen;
mod shape;
mod temporal;

pub(crate) use entity::{write_entities, write_entity};
pub(crate) use geojson::{write_collection, write_collection_of, write_feature};
pub(crate) use instance::{value_json, write_attribute_alone};
pub(crate) use linked::{Linked, WITHIN_MAX, Within, linked_members};
pub(crate) use pen::{Pen, whole};
pub(crate) use shape::{Format, LanguageChoice, Shape};
pub(crate) use temporal::{Evolution, TemporalForm, write_evolution};
