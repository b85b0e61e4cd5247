//! What every parser of this crate needs: a cursor over text, limits, and errors that say where.

use senne_model::{ErrorKind, Problem};

/// The longest query text that is read, in bytes.
pub(crate) const TEXT_BYTES_MAX: usize = 16 * 1024;
/// How deep parentheses may be nested.
pub(crate) const DEPTH_MAX: usize = 32;

/// A place in a text that is being read.
pub(crate) struct Scan<'a> {
    text: &'a str,
    at: usize,
    field: &'static str,
}

impl<'a> Scan<'a> {
    /// Starts at the beginning; refuses a text that is too long.
    pub(crate) fn new(text: &'a str, field: &'static str) -> Result<Self, Problem> {
        check_length(text, field)?;
        Ok(Self { text, at: 0, field })
    }

    /// What has not been read yet.
    pub(crate) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// The next character, without taking it.
    pub(crate) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Takes the next `bytes` bytes; the caller knows that they end between two characters.
    pub(crate) fn take(&mut self, bytes: usize) -> &'a str {
        let taken = self.rest().get(..bytes).unwrap_or("");
        self.at += taken.len();
        taken
    }

    /// Takes characters as long as they fit.
    pub(crate) fn take_while(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !fits(c)).unwrap_or(rest.len());
        self.take(end)
    }

    /// Takes this very text, when it comes next.
    pub(crate) fn eat(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    /// Skips blanks.
    pub(crate) fn blanks(&mut self) {
        self.take_while(char::is_whitespace);
    }

    /// Whether everything was read.
    pub(crate) fn done(&self) -> bool {
        self.at >= self.text.len()
    }

    /// A problem at the present place; `remedy` says what was expected and what to write.
    pub(crate) fn problem(&self, remedy: &str) -> Problem {
        let place = self.text.get(..self.at).unwrap_or(self.text).chars().count() + 1;
        let found = match self.peek() {
            Some(c) => format!("`{c}`"),
            None => "the end".to_owned(),
        };
        Problem::bad(format!("at character {place} ({found}): {remedy}")).field(self.field)
    }

    /// A problem because the query asks for too much.
    pub(crate) fn too_complex(&self, remedy: &str) -> Problem {
        Problem::new(ErrorKind::TooComplex, remedy.to_owned()).field(self.field)
    }
}

/// Refuses a text that is longer than any sensible query.
pub(crate) fn check_length(text: &str, field: &'static str) -> Result<(), Problem> {
    if text.len() <= TEXT_BYTES_MAX {
        return Ok(());
    }
    Err(Problem::new(
        ErrorKind::TooComplex,
        format!("the text is longer than {TEXT_BYTES_MAX} bytes; ask in parts"),
    )
    .field(field))
}

/// The first 80 characters of a text that came from outside, for a message.
pub(crate) fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(80).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
