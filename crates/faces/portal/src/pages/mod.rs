//! The pages, one file each: a view made of plain texts, and the handler that makes it.

pub(crate) mod accessibility;
pub(crate) mod area;
pub(crate) mod areas;
pub(crate) mod compare;
pub(crate) mod contract;
pub(crate) mod csv;
pub(crate) mod data;
pub(crate) mod entity;
pub(crate) mod evaluation;
pub(crate) mod evaluations;
mod facts;
pub(crate) mod geojson;
pub(crate) mod home;
mod home_words;
pub(crate) mod indicator;
pub(crate) mod indicators;
pub(crate) mod map;
mod panel;
pub(crate) mod past;
pub(crate) mod problem;
mod region;
mod rows;
pub(crate) mod search;
pub(crate) mod storage;
mod window;
