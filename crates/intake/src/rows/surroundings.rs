//! What a row can refer to beside its own cells.

use std::sync::Arc;

use regex::Regex;
use senne_model::{Json, Timestamp};

use super::Table;

/// Names and values.
type Facts = Vec<(Box<str>, Box<str>)>;

/// The file, the tables and the document around a row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surroundings {
    /// `name`, `stem`, `folder` and the captures of the file's name.
    pub(crate) file: Facts,
    /// Scalars at the top of a JSON document.
    pub(crate) document: Json,
    /// The tables of the feed, in the order of their declaration.
    pub(crate) tables: Arc<Vec<Table>>,
    /// When the source was received, for live sources.
    pub(crate) received_at: Timestamp,
}

impl Surroundings {
    /// The facts that a file's name gives. `Err` when the name does not fit the pattern.
    pub(crate) fn of_file(name: &str, capture: Option<&Regex>) -> Result<Facts, String> {
        let (folder, last) = name.rsplit_once('/').unwrap_or(("", name));
        let stem = last.split('.').next().unwrap_or(last);
        let mut facts: Facts = vec![
            ("name".into(), last.into()),
            ("stem".into(), stem.into()),
            ("folder".into(), folder.into()),
        ];
        if let Some(pattern) = capture {
            let found = pattern
                .captures(name)
                .ok_or_else(|| format!("the name does not fit `capture: {pattern}`"))?;
            for group in pattern.capture_names().flatten() {
                if let Some(part) = found.name(group) {
                    facts.push((group.into(), part.as_str().into()));
                }
            }
        }
        Ok(facts)
    }

    /// One fact about the file.
    pub(crate) fn file_fact(&self, name: &str) -> Option<&str> {
        self.file.iter().find(|(n, _)| **n == *name).map(|(_, value)| &**value)
    }
}
