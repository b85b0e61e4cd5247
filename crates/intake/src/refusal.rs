//! What could not be read, and where it stands in the source.

use std::fmt;

/// A row, or one value of a row, that was not taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// The file, relative to the folder that was loaded, or the address that was polled.
    pub file: String,
    /// The line on which the row begins, counted from 1.
    pub line: u64,
    /// The column or attribute, when one value was refused and the rest of the row was taken.
    pub column: Option<String>,
    /// What is wrong with it.
    pub reason: String,
}

impl fmt::Display for Refusal {
    /// `file:line: column: reason`, as compilers write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file, self.line)?;
        if let Some(column) = &self.column {
            write!(f, "{column}: ")?;
        }
        f.write_str(&self.reason)
    }
}

/// The first 60 characters of a text from a source, for use in a message.
pub(crate) fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
