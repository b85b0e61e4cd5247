//! From entities to bytes: the output side of the wire. Everything is written straight into one buffer.

mod entity;
mod geojson;
mod instance;
mod pen;
mod shape;
mod temporal;

pub(crate) use entity::{write_entities, write_entity};
pub(crate) use geojson::{write_collection, write_feature};
pub(crate) use pen::Pen;
pub(crate) use shape::{Format, LanguageChoice, Shape};
pub(crate) use temporal::{Evolution, TemporalForm, write_evolution};
