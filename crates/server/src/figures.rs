//! Indicators, handed to those who know no module: the portal, HTTP, the command line.

mod ask;
mod portal;

pub(crate) use ask::{ValuesAsked, enter, indicators_json, reproduction, values};
pub(crate) use portal::PortalFigures;
