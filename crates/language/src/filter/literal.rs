//! The values that a query can name.

use senne_model::{Name, Timestamp, is_iri};

use crate::Expand;

/// A value in a query.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `true` or `false`
    Bool(bool),
    /// A number without fraction or exponent.
    Integer(i64),
    /// Any other number; finite.
    Decimal(f64),
    /// A date-time with a zone.
    Moment(Timestamp),
    /// A date (`2024-01-31`) or a time of day (`12:00:00Z`), compared as text of the same form.
    DateOrTime(Box<str>),
    /// A quoted string.
    Text(Word),
    /// An unquoted IRI, or an unquoted term of a vocabulary.
    Iri(Word),
}

/// A text and, where it matters, what it is as a term of a vocabulary.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// As it was written.
    pub text: Box<str>,
    /// Expanded, when the query asked for it (`expandValues`), for comparison with entries of a vocabulary.
    pub expanded: Option<Name>,
}

impl Literal {
    /// A quoted string.
    pub(crate) fn text(text: &str, expand: Option<Expand>) -> Self {
        Self::Text(Word { text: text.into(), expanded: expand.map(|expand| expand(text)) })
    }

    /// What an unquoted token stands for, or `None` when it is no value.
    pub(crate) fn token(token: &str, expand: Option<Expand>) -> Option<Self> {
        match token {
            "true" => return Some(Self::Bool(true)),
            "false" => return Some(Self::Bool(false)),
            _ => {}
        }
        if let Some(number) = number(token) {
            return Some(number);
        }
        if let Ok(at) = Timestamp::parse(token) {
            return Some(Self::Moment(at));
        }
        if is_date(token) || is_time_of_day(token) {
            return Some(Self::DateOrTime(token.into()));
        }
        let letters = token.chars().next().is_some_and(char::is_alphabetic);
        let word = letters && token.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
        let iri = is_iri(token) && !token.contains([';', '|', ')', ',']);
        (word || iri)
            .then(|| Self::Iri(Word { text: token.into(), expanded: expand.map(|expand| expand(token)) }))
    }

    /// The expanded name, when the query asked for it.
    pub(crate) fn expanded(&self) -> Option<&str> {
        match self {
            Self::Text(word) | Self::Iri(word) => word.expanded.as_deref(),
            _ => None,
        }
    }

    /// Whether this is a string or an IRI that stands for `found`, as it was written or expanded.
    pub(crate) fn names(&self, found: &str) -> bool {
        self.expanded() == Some(found) || self.as_text() == Some(found)
    }

    /// The number, when this is one.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Integer(i) => Some(*i as f64),
            Self::Decimal(x) => Some(*x),
            _ => None,
        }
    }

    /// The text, when this is a string or an IRI.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(word) | Self::Iri(word) => Some(&word.text),
            _ => None,
        }
    }

    /// Whether the literal has an order: everything but `true`, `false` and IRIs.
    pub(crate) fn is_ordered(&self) -> bool {
        !matches!(self, Self::Bool(_) | Self::Iri(_))
    }
}

/// A number by the grammar of JSON (RFC 8259 §6).
fn number(token: &str) -> Option<Literal> {
    let digits = token.strip_prefix('-').unwrap_or(token);
    let leading_zero = digits.len() > 1 && digits.starts_with('0') && digits.as_bytes()[1].is_ascii_digit();
    if !digits.starts_with(|c: char| c.is_ascii_digit()) || leading_zero {
        return None;
    }
    if digits.bytes().all(|b| b.is_ascii_digit())
        && let Ok(integer) = token.parse()
    {
        return Some(Literal::Integer(integer));
    }
    let value: f64 = token.parse().ok()?;
    let written_well =
        digits.split_once('.').is_none_or(|(_, after)| after.starts_with(|c: char| c.is_ascii_digit()));
    (value.is_finite() && written_well).then_some(Literal::Decimal(value))
}

/// Whether a text has the form `2024-01-31` and names a day.
fn is_date(token: &str) -> bool {
    token.len() == 10 && Timestamp::parse(&format!("{token}T00:00:00Z")).is_ok()
}

/// Whether a text has the form `12:00:00`, with an optional fraction and `Z`.
fn is_time_of_day(token: &str) -> bool {
    let bare = token.strip_suffix('Z').unwrap_or(token);
    bare.len() >= 8 && bare.is_ascii() && Timestamp::parse(&format!("2000-01-01T{bare}Z")).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str) -> Option<Literal> {
        Literal::token(text, None)
    }

    #[test]
    fn tokens_are_told_apart() {
        assert_eq!(token("20"), Some(Literal::Integer(20)));
        assert_eq!(token("-20.50"), Some(Literal::Decimal(-20.5)));
        assert_eq!(token("1e3"), Some(Literal::Decimal(1000.0)));
        assert_eq!(token("true"), Some(Literal::Bool(true)));
        assert_eq!(token("2024-01-31"), Some(Literal::DateOrTime("2024-01-31".into())));
        assert_eq!(token("12:30:00Z"), Some(Literal::DateOrTime("12:30:00Z".into())));
        assert!(matches!(token("2024-01-31T12:00:00Z"), Some(Literal::Moment(_))));
        assert!(matches!(token("urn:x:1"), Some(Literal::Iri(_))));
        assert!(matches!(token("Male"), Some(Literal::Iri(_))));
        assert!(matches!(token("9223372036854775808"), Some(Literal::Decimal(_))));
    }

    #[test]
    fn what_is_no_value_is_refused() {
        for bad in ["", "01", "1.", "+1", ".5", "1e999", "20 km", "-", "2024-02-30", "25:00:00", "^a"] {
            assert_eq!(token(bad), None, "{bad}");
        }
    }
}
