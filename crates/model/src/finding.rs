//! What a look for damage says: what, where, what it means, what to do.

use std::fmt;

use serde::Serialize;

/// How much a finding matters.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// Something is not as it was written.
    Damage,
    /// What a crash or a failure may leave behind; it hurts nobody, and the next start or vacuum sees to it.
    Leftover,
    /// A thing that could not be looked at, and why.
    LeftOut,
}

/// One finding, as `docs/lifecycle-check.md` numbers them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub grade: Grade,
    /// The number of the check in `docs/lifecycle-check.md`.
    pub check: &'static str,
    /// The file, or the folder.
    pub file: String,
    /// The place in it, e.g. the table and the row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What was seen.
    pub what: String,
    /// What it means for the city.
    pub means: &'static str,
    /// What to do.
    pub advice: &'static str,
}

impl Finding {
    /// A finding without a place in its file.
    pub fn new(grade: Grade, check: &'static str, file: impl Into<String>, what: impl Into<String>) -> Self {
        Self { grade, check, file: file.into(), place: None, what: what.into(), means: "", advice: "" }
    }

    /// Says the place in the file.
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Says what it means and what to do.
    pub fn so(mut self, means: &'static str, advice: &'static str) -> Self {
        (self.means, self.advice) = (means, advice);
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.file)?;
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.what)?;
        for more in [self.means, self.advice].into_iter().filter(|text| !text.is_empty()) {
            write!(f, "; {more}")?;
        }
        Ok(())
    }
}
