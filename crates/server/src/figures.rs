//! Indicators, handed to those who know no module: the portal, HTTP, the command line.

mod ask;
mod indices;
mod portal;

pub(crate) use ask::{
    ValuesAsked, declaration, declare, enter, indicators_json, reproduction, trial, values,
};
pub(crate) use indices::{index, indices};
pub(crate) use portal::PortalFigures;
