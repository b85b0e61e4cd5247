//! Which entity types (GS CIM 009 clause 4.17): `Building|House`, `Building,House`, `(Home;Vehicle)|Motorhome`.

use std::fmt;

use senne_model::{Name, Problem};

use crate::{
    Expand,
    scan::{DEPTH_MAX, Scan},
};

/// An expression over entity types. `&` is read as `;`, and parentheses may be nested, both beyond the clause.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeExpression {
    /// Any type at all (`*`).
    Anything,
    /// The entity has this type, possibly among others.
    Is(Name),
    /// All of these hold; at least two.
    All(Vec<TypeExpression>),
    /// One of these holds; at least two.
    Any(Vec<TypeExpression>),
}

impl TypeExpression {
    /// Reads an expression of at most 16 KiB and 32 levels of parentheses; terms are expanded, IRIs are kept.
    /// Outside parentheses `;` binds tighter than `,` and `|`.
    pub fn parse(text: &str, expand: Expand) -> Result<Self, Problem> {
        let mut scan = Scan::new(text, "type")?;
        let read = any(&mut scan, expand, 0)?;
        if scan.done() { Ok(read) } else { Err(scan.problem("expected `,`, `|`, `;` or the end")) }
    }

    /// One of these types; `None` when the list is empty.
    pub fn one_of(names: impl IntoIterator<Item = Name>) -> Option<Self> {
        let mut parts: Vec<Self> = names.into_iter().map(Self::Is).collect();
        if parts.len() < 2 { parts.pop() } else { Some(Self::Any(parts)) }
    }

    /// Whether an entity with these types is meant.
    pub fn matches(&self, types: &[Name]) -> bool {
        match self {
            Self::Anything => true,
            Self::Is(name) => types.contains(name),
            Self::All(parts) => parts.iter().all(|part| part.matches(types)),
            Self::Any(parts) => parts.iter().any(|part| part.matches(types)),
        }
    }

    /// The names, when this is one type or a plain list of alternatives.
    pub fn any_of(&self) -> Option<Vec<Name>> {
        match self {
            Self::Is(name) => Some(vec![name.clone()]),
            Self::Any(parts) => parts
                .iter()
                .map(|part| match part {
                    Self::Is(name) => Some(name.clone()),
                    _ => None,
                })
                .collect(),
            Self::Anything | Self::All(_) => None,
        }
    }

    /// Every name that occurs.
    pub fn names(&self) -> Vec<Name> {
        match self {
            Self::Anything => Vec::new(),
            Self::Is(name) => vec![name.clone()],
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::names).collect(),
        }
    }
}

impl fmt::Display for TypeExpression {
    /// The expression with expanded names.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let join = |parts: &[Self], by: &str, f: &mut fmt::Formatter<'_>| {
            for (i, part) in parts.iter().enumerate() {
                let separator = if i == 0 { "" } else { by };
                match part {
                    Self::Anything | Self::Is(_) => write!(f, "{separator}{part}")?,
                    Self::All(_) | Self::Any(_) => write!(f, "{separator}({part})")?,
                }
            }
            Ok(())
        };
        match self {
            Self::Anything => f.write_str("*"),
            Self::Is(name) => f.write_str(name),
            Self::All(parts) => join(parts, ";", f),
            Self::Any(parts) => join(parts, "|", f),
        }
    }
}

fn any(scan: &mut Scan, expand: Expand, depth: usize) -> Result<TypeExpression, Problem> {
    let mut parts = vec![all(scan, expand, depth)?];
    while scan.eat(",") || scan.eat("|") {
        parts.push(all(scan, expand, depth)?);
    }
    let last = parts.pop();
    Ok(match last {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            TypeExpression::Any(parts)
        }
    })
}

fn all(scan: &mut Scan, expand: Expand, depth: usize) -> Result<TypeExpression, Problem> {
    let first = one(scan, expand, depth)?;
    let mut more = Vec::new();
    while scan.eat(";") || scan.eat("&") {
        more.push(one(scan, expand, depth)?);
    }
    if more.is_empty() {
        return Ok(first);
    }
    more.insert(0, first);
    Ok(TypeExpression::All(more))
}

fn one(scan: &mut Scan, expand: Expand, depth: usize) -> Result<TypeExpression, Problem> {
    if depth > DEPTH_MAX {
        return Err(scan.too_complex("the parentheses are nested too deeply"));
    }
    scan.blanks();
    let read = if scan.eat("(") {
        let inner = any(scan, expand, depth + 1)?;
        if !scan.eat(")") {
            return Err(scan.problem("expected `)`"));
        }
        inner
    } else if scan.eat("*") {
        TypeExpression::Anything
    } else {
        let name = scan.take_while(|c| {
            !c.is_whitespace() && !matches!(c, ',' | '|' | ';' | '&' | '(' | ')' | '"' | '<' | '>')
        });
        if name.is_empty() {
            return Err(scan.problem("expected the name of an entity type, e.g. `AirQualityObserved`"));
        }
        TypeExpression::Is(expand(name))
    };
    scan.blanks();
    Ok(read)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn expand(term: &str) -> Name {
        if term.contains(':') { Name::new(term) } else { Name::new(&format!("https://x.org/{term}")) }
    }

    fn parse(text: &str) -> Result<TypeExpression, Problem> {
        TypeExpression::parse(text, &expand)
    }

    fn names(list: &[&str]) -> Vec<Name> {
        list.iter().map(|term| expand(term)).collect()
    }

    #[test]
    fn the_examples_of_the_clause() {
        for text in ["Building|House", "Building,House"] {
            let either = parse(text).unwrap();
            assert!(either.matches(&names(&["House"])));
            assert!(!either.matches(&names(&["Home"])));
            assert_eq!(either.any_of(), Some(names(&["Building", "House"])));
        }
        let both = parse("(Home;Vehicle)").unwrap();
        assert!(both.matches(&names(&["Vehicle", "Home"])));
        assert!(!both.matches(&names(&["Home"])));
        assert_eq!(both.any_of(), None);
        let mixed = parse("(Home;Vehicle),Motorhome").unwrap();
        assert!(mixed.matches(&names(&["Motorhome"])) && mixed.matches(&names(&["Home", "Vehicle"])));
        assert!(!mixed.matches(&names(&["Home"])));
    }

    #[test]
    fn a_star_and_an_iri() {
        assert!(parse("*").unwrap().matches(&names(&["X"])));
        assert_eq!(parse("https://y.org/A").unwrap().any_of(), Some(vec![Name::new("https://y.org/A")]));
    }

    #[test]
    fn errors_say_where() {
        for (bad, place) in [
            ("", "character 1"),
            ("A,", "character 3"),
            ("(A", "character 3"),
            ("A)", "character 2"),
            ("A B", "character 3"),
        ] {
            let problem = parse(bad).unwrap_err();
            assert!(problem.detail.contains(place), "{bad}: {problem}");
            assert_eq!(problem.field.as_deref(), Some("type"));
        }
        assert!(parse(&"(".repeat(5000)).is_err());
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "\\PC*") {
            let _ = parse(&text);
        }

        #[test]
        fn what_is_printed_is_read_back(text in "(\\(?[AB][,|;&]?\\)?){1,8}") {
            if let Ok(read) = parse(&text) {
                prop_assert_eq!(parse(&read.to_string()).unwrap(), read);
            }
        }
    }
}
