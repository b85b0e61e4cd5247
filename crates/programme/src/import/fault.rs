//! What an import gives, and what can be wrong with a file.

use std::fmt;

use crate::types::{BudgetLine, Milestone};

/// How much is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportLimits {
    /// The most bytes of a file.
    pub bytes_most: usize,
    /// The most rows, tasks or work packages.
    pub rows_most: usize,
    /// The most faults that are told.
    pub faults_most: usize,
}

impl Default for ImportLimits {
    fn default() -> Self {
        Self { bytes_most: 20_000_000, rows_most: 20_000, faults_most: 50 }
    }
}

/// Where in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The file as a whole.
    File,
    /// A line, from 1.
    Line(u64),
    /// A place in a document: `/Project/Tasks/Task[3]/Finish`, `/_embedded/elements/2/dueDate`.
    Path(String),
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => out.write_str("the file"),
            Self::Line(line) => write!(out, "line {line}"),
            Self::Path(path) => out.write_str(path),
        }
    }
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {why}; {remedy}")]
pub struct ImportFault {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub why: String,
    /// What to do about it.
    pub remedy: String,
}

impl ImportFault {
    pub(super) fn new(place: Place, why: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { place, why: why.into(), remedy: remedy.into() }
    }

    pub(super) fn too_large(found: usize, most: usize) -> Self {
        let why = format!("it has {found} bytes, and {most} are read at most");
        Self::new(Place::File, why, "export fewer tasks, or in parts")
    }

    pub(super) fn too_many(place: Place, most: usize) -> Self {
        let why = format!("there are more than {most} rows or tasks");
        Self::new(place, why, "export fewer tasks, or in parts")
    }
}

/// Something that was left out or changed on the way, which is no fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where.
    pub place: Place,
    /// What was done.
    pub what: String,
}

/// What a file gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Imported {
    /// Milestones, in the order of the file.
    pub milestones: Vec<Milestone>,
    /// Money, one line a source and year.
    pub money: Vec<BudgetLine>,
    /// What was left out or changed on the way.
    pub notes: Vec<Note>,
}

/// Faults up to the limit; the rest is counted.
#[derive(Debug)]
pub(super) struct Faults {
    told: Vec<ImportFault>,
    more: usize,
    most: usize,
}

impl Faults {
    pub(super) fn new(limits: ImportLimits) -> Self {
        Self { told: Vec::new(), more: 0, most: limits.faults_most.max(1) }
    }

    pub(super) fn add(&mut self, fault: ImportFault) {
        if self.told.len() < self.most {
            self.told.push(fault);
        } else {
            self.more += 1;
        }
    }

    /// Keeps what is right, and tells the fault of what is not.
    pub(super) fn keep<T>(&mut self, result: Result<T, ImportFault>) -> Option<T> {
        result.map_err(|fault| self.add(fault)).ok()
    }

    pub(super) fn end<T>(mut self, whole: T) -> Result<T, Vec<ImportFault>> {
        if self.told.is_empty() {
            return Ok(whole);
        }
        if self.more > 0 {
            let why = format!("there are {} more faults", self.more);
            self.told.push(ImportFault::new(Place::File, why, "mend those above first, and import again"));
        }
        Err(self.told)
    }
}
