//! Regular expressions that came from outside, compiled within limits.

use std::fmt;

use regex::{Regex, RegexBuilder};
use senne_model::{EntityId, ErrorKind, Problem};

use crate::scan::shorten;

/// The longest pattern, in bytes.
const PATTERN_BYTES_MAX: usize = 1024;
/// How much memory one compiled pattern may take, in bytes.
const COMPILED_BYTES_MAX: usize = 256 * 1024;

/// A compiled pattern. Two are equal when their texts are. Matching takes time linear in the input.
#[derive(Clone)]
pub struct Pattern {
    regex: Regex,
}

/// Whether something that is repeated is repeated again, as in `x**`: an error in the POSIX language, which NGSI-LD has.
fn repeats_twice(text: &str) -> bool {
    let (mut in_class, mut before) = (false, None);
    let mut letters = text.chars();
    while let Some(c) = letters.next() {
        let repeats = !in_class && matches!(c, '*' | '+');
        if repeats && matches!(before, Some('*' | '+' | '?')) {
            return true;
        }
        match c {
            '\\' => {
                letters.next();
            }
            '[' => in_class = true,
            ']' => in_class = false,
            _ => {}
        }
        before = (!in_class).then_some(c);
    }
    false
}

impl Pattern {
    /// Compiles a pattern; `field` is the parameter it came in.
    pub(crate) fn parse(text: &str, field: &str) -> Result<Self, Problem> {
        let refuse = |kind, detail: String| Err(Problem::new(kind, detail).field(field));
        if text.len() > PATTERN_BYTES_MAX {
            return refuse(
                ErrorKind::TooComplex,
                format!("the pattern is longer than {PATTERN_BYTES_MAX} bytes"),
            );
        }
        let built = RegexBuilder::new(text)
            .size_limit(COMPILED_BYTES_MAX)
            .dfa_size_limit(COMPILED_BYTES_MAX)
            .nest_limit(32)
            .build();
        let built = if repeats_twice(text) { Err(regex::Error::Syntax(String::new())) } else { built };
        match built {
            Ok(regex) => Ok(Self { regex }),
            Err(regex::Error::CompiledTooBig(_)) => refuse(
                ErrorKind::TooComplex,
                format!("the pattern `{}` needs too much memory; write a simpler one", shorten(text)),
            ),
            Err(_) => refuse(
                ErrorKind::BadRequest,
                format!(
                    "`{}` is not a regular expression that is understood here; look-around and back-references are not supported",
                    shorten(text)
                ),
            ),
        }
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        self.regex.as_str()
    }

    /// Whether the pattern is found in `text` (anywhere, unless it is anchored with `^` and `$`).
    pub fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/", self.as_str())
    }
}

/// The `idPattern` of a query: a regular expression on entity ids (IEEE 1003.2; found anywhere in the id
/// unless anchored).
#[derive(Clone, Debug, PartialEq)]
pub struct IdPattern(Pattern);

impl IdPattern {
    /// Compiles the pattern. Refuses patterns of more than 1,024 bytes or that need more than 256 KiB.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        Pattern::parse(text, "idPattern").map(Self)
    }

    /// Whether the id has the pattern.
    pub fn matches(&self, id: &EntityId) -> bool {
        self.0.matches(id)
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The text that every matching id starts with, when the pattern is anchored and starts plainly
    /// (`^urn:ngsi-ld:Device:.*` gives `urn:ngsi-ld:Device:`), so that a store can seek instead of scan.
    pub fn prefix(&self) -> Option<&str> {
        let rest = self.0.as_str().strip_prefix('^')?;
        if rest.contains('|') {
            return None;
        }
        let special = |c: char| !(c.is_alphanumeric() || matches!(c, ':' | '-' | '_' | '/' | '#' | '%'));
        let end = rest.find(special).unwrap_or(rest.len());
        // A quantifier belongs to the character before it, which is then no longer certain.
        let quantified = rest[end..].starts_with(['*', '?', '{']);
        let end =
            if quantified { rest[..end].char_indices().next_back().map_or(0, |(at, _)| at) } else { end };
        (end > 0).then(|| &rest[..end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_searched_unless_anchored() {
        let pattern = IdPattern::parse("Device:[0-9]+$").unwrap();
        assert!(pattern.matches(&EntityId::trusted("urn:ngsi-ld:Device:12")));
        assert!(!pattern.matches(&EntityId::trusted("urn:ngsi-ld:Device:x")));
    }

    #[test]
    fn the_certain_beginning_is_known() {
        let prefix = |text: &str| IdPattern::parse(text).unwrap().prefix().map(str::to_owned);
        assert_eq!(prefix("^urn:ngsi-ld:Device:.*"), Some("urn:ngsi-ld:Device:".to_owned()));
        assert_eq!(prefix("^urn:ab*"), Some("urn:a".to_owned()));
        assert_eq!(prefix("^urn:ab?c"), Some("urn:a".to_owned()));
        assert_eq!(prefix("^urn:a|^b"), None);
        assert_eq!(prefix("urn:a"), None);
        assert_eq!(prefix("^a{0}b"), None);
    }

    #[test]
    fn what_would_cost_too_much_is_refused() {
        let bomb = IdPattern::parse(r"(\w{100}){100}").unwrap_err();
        assert_eq!((bomb.kind, bomb.field.as_deref()), (ErrorKind::TooComplex, Some("idPattern")));
        assert_eq!(IdPattern::parse(&"a".repeat(2000)).unwrap_err().kind, ErrorKind::TooComplex);
        assert_eq!(IdPattern::parse("(").unwrap_err().kind, ErrorKind::BadRequest);
    }
}
