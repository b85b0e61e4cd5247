//! The tree as text again; reading it with the same context gives the same tree.

use std::fmt::{self, Display, Formatter};

use senne_model::Json;

use super::{Comparison, Condition, Filter, Literal, Operand, Path, Test};
use crate::pattern::Pattern;

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.root.fmt(f)
    }
}

impl Display for Condition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (parts, by) = match self {
            Self::Compare(comparison) => return comparison.fmt(f),
            Self::All(parts) => (parts, ";"),
            Self::Any(parts) => (parts, "|"),
        };
        for (i, part) in parts.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { by })?;
            match part {
                Self::Compare(comparison) => comparison.fmt(f)?,
                group => write!(f, "({group})")?,
            }
        }
        Ok(())
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match &self.test {
            Test::Exists => path.fmt(f),
            Test::Absent => write!(f, "!{path}"),
            Test::Equal(operand) => write!(f, "{path}=={operand}"),
            Test::Unequal(operand) => write!(f, "{path}!={operand}"),
            Test::Greater(value) => write!(f, "{path}>{value}"),
            Test::GreaterOrEqual(value) => write!(f, "{path}>={value}"),
            Test::Less(value) => write!(f, "{path}<{value}"),
            Test::LessOrEqual(value) => write!(f, "{path}<={value}"),
            Test::Matches(pattern) => write!(f, "{path}~={}", Quoted(pattern)),
            Test::MatchesNot(pattern) => write!(f, "{path}!~={}", Quoted(pattern)),
        }
    }
}

impl Display for Path {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for link in &self.links {
            write!(f, "{}{{", link.relation.term)?;
            for (i, kind) in link.types.iter().enumerate() {
                write!(f, "{}{}", if i == 0 { "" } else { "," }, kind.term)?;
            }
            f.write_str(if link.types.is_empty() { "" } else { ":" })?;
        }
        for (i, step) in self.steps.iter().enumerate() {
            write!(f, "{}{}", if i == 0 { "" } else { "." }, step.term)?;
        }
        if !self.member.is_empty() {
            write!(f, "[{}]", self.member.join("."))?;
        }
        self.links.iter().try_for_each(|_| f.write_str("}"))
    }
}

impl Display for Operand {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Range(from, to) => write!(f, "{from}..{to}"),
            Self::OneOf(values) => values.iter().enumerate().try_for_each(|(i, value)| {
                f.write_str(if i == 0 { "" } else { "," })?;
                value.fmt(f)
            }),
        }
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(b) => b.fmt(f),
            Self::Integer(i) => i.fmt(f),
            // Debug writes `1e300` where Display would write three hundred zeros.
            Self::Decimal(x) => fmt::Debug::fmt(x, f),
            Self::Moment(at) => at.fmt(f),
            Self::DateOrTime(text) => f.write_str(text),
            Self::Text(word) => Json::text(&word.text).fmt(f),
            Self::Iri(word) => f.write_str(&word.text),
        }
    }
}

/// A pattern between quotes; only the quote itself is escaped (see the parser).
struct Quoted<'a>(&'a Pattern);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.as_str().replace('"', "\\\""))
    }
}
