//! A feed: one YAML file that says where data comes from and how rows become entities.

mod check;
mod compile;
mod compile_entity;
mod declaration;

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use regex::Regex;
use senne_contract::{Finding, Localised};

use crate::{
    map::{MapPlan, TablePlan},
    rows::{Format, Missing, Slots},
    yaml::Document,
};

use declaration::Declaration;

/// A feed, checked and compiled. Cheap to share (`Arc`), and the same for files and for live sources.
pub struct Feed {
    /// Its short stable name, e.g. `ixelles-air`; positions are kept under it.
    pub id: String,
    /// What people call it.
    pub title: Localised,
    /// More about it.
    pub description: Option<Localised>,
    /// The licence of the data, as their publisher states it.
    pub licence: String,
    /// Whom to name when the data are used.
    pub attribution: String,
    /// Where the publisher describes the data.
    pub homepage: Option<String>,
    /// Patterns of files, relative to the folder that is loaded.
    pub files: Vec<String>,
    /// The live source, when there is one.
    pub http: Option<Http>,
    /// The file that the feed was read from.
    pub file: String,
    /// Changes with any change of the feed's meaning: what was loaded by an older one is compared again.
    pub fingerprint: u128,
    pub(crate) capture: Option<Regex>,
    pub(crate) member: Option<glob::Pattern>,
    pub(crate) format: Format,
    pub(crate) slots: Slots,
    pub(crate) missing: Missing,
    pub(crate) decimal_comma: bool,
    pub(crate) tables: Vec<TablePlan>,
    pub(crate) table_sources: Vec<TableSource>,
    pub(crate) plan: Arc<MapPlan>,
}

/// A live source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Http {
    /// The address, `http` or `https`.
    pub url: String,
    /// How often to ask.
    pub every: Duration,
    /// How long one answer may take.
    pub timeout: Duration,
    /// The largest answer that is taken, in bytes, unpacked.
    pub body_bytes_max: u64,
    /// Headers to send, e.g. `Accept`.
    pub headers: Vec<(String, String)>,
}

/// Where the rows of a table come from.
#[derive(Debug)]
pub(crate) enum TableSource {
    File { path: PathBuf, format: Format, key: String },
    Rows { rows: Vec<senne_model::Json>, key: String },
}

impl Feed {
    /// Reads and checks a feed. `file` is its name in findings. All findings are reported, not only the first.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Finding>> {
        let document = Document::read(file, text)?;
        let findings = document.check(include_str!("schema.json"));
        if !findings.is_empty() {
            return Err(findings);
        }
        let declaration: Declaration = serde_json::from_value(document.value.clone())
            .map_err(|e| vec![document.finding("", e.to_string())])?;
        compile::compile(&document, declaration)
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").field("id", &self.id).field("file", &self.file).finish_non_exhaustive()
    }
}
