//! Which scopes (GS CIM 009 clause 4.19): `/Brussels/Ixelles`, `/Brussels/+`, `/Brussels/#`, `(/A;/B),/C`.

use std::fmt;

use senne_model::Problem;

use crate::scan::{DEPTH_MAX, Scan};

/// An expression over the scopes of an entity. Whatever is read of a text, an entity without scopes never matches.
#[derive(Clone, Debug, PartialEq)]
pub enum ScopeExpression {
    /// The entity has no scope at all: it stands at the root. No text says so.
    Unscoped,
    /// One scope of the entity has this form.
    Is(ScopePattern),
    /// All of these hold; at least two.
    All(Vec<ScopeExpression>),
    /// One of these holds; at least two.
    Any(Vec<ScopeExpression>),
}

/// One scope with wildcards.
#[derive(Clone, Debug, PartialEq)]
pub struct ScopePattern {
    /// The levels; `None` stands for `+`, exactly one level whatever it is called.
    pub levels: Vec<Option<Box<str>>>,
    /// Whether the scopes below count too (`/#`). Without levels: any scope.
    pub below: bool,
}

impl ScopePattern {
    fn matches(&self, scope: &str) -> bool {
        let mut rest = scope.trim_start_matches('/').split('/');
        self.levels.iter().all(|level| match (level, rest.next()) {
            (_, None | Some("")) => false,
            (None, Some(_)) => true,
            (Some(wanted), Some(found)) => **wanted == *found,
        }) && (self.below || rest.next().is_none())
    }
}

impl ScopeExpression {
    /// Reads an expression of at most 16 KiB. The `/` at the start of a scope may be left out.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let mut scan = Scan::new(text, "scopeQ")?;
        let read = any(&mut scan, 0)?;
        if scan.done() { Ok(read) } else { Err(scan.problem("expected `,`, `|`, `;` or the end")) }
    }

    /// Whether an entity with these scopes is meant.
    pub fn matches(&self, scopes: &[Box<str>]) -> bool {
        match self {
            Self::Unscoped => scopes.is_empty(),
            Self::Is(pattern) => scopes.iter().any(|scope| pattern.matches(scope)),
            Self::All(parts) => parts.iter().all(|part| part.matches(scopes)),
            Self::Any(parts) => parts.iter().any(|part| part.matches(scopes)),
        }
    }
}

impl fmt::Display for ScopePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for level in &self.levels {
            write!(f, "/{}", level.as_deref().unwrap_or("+"))?;
        }
        if self.below { f.write_str("/#") } else { Ok(()) }
    }
}

impl fmt::Display for ScopeExpression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let join = |parts: &[Self], by: &str, f: &mut fmt::Formatter<'_>| {
            for (i, part) in parts.iter().enumerate() {
                let separator = if i == 0 { "" } else { by };
                match part {
                    Self::Unscoped => write!(f, "{separator}/")?,
                    Self::Is(pattern) => write!(f, "{separator}{pattern}")?,
                    group => write!(f, "{separator}({group})")?,
                }
            }
            Ok(())
        };
        match self {
            Self::Unscoped => f.write_str("/"),
            Self::Is(pattern) => pattern.fmt(f),
            Self::All(parts) => join(parts, ";", f),
            Self::Any(parts) => join(parts, "|", f),
        }
    }
}

fn any(scan: &mut Scan, depth: usize) -> Result<ScopeExpression, Problem> {
    let first = all(scan, depth)?;
    let mut parts = vec![first];
    while scan.eat(",") || scan.eat("|") {
        parts.push(all(scan, depth)?);
    }
    Ok(if parts.len() == 1 { parts.remove(0) } else { ScopeExpression::Any(parts) })
}

fn all(scan: &mut Scan, depth: usize) -> Result<ScopeExpression, Problem> {
    let mut parts = vec![one(scan, depth)?];
    while scan.eat(";") {
        parts.push(one(scan, depth)?);
    }
    Ok(if parts.len() == 1 { parts.remove(0) } else { ScopeExpression::All(parts) })
}

fn one(scan: &mut Scan, depth: usize) -> Result<ScopeExpression, Problem> {
    if depth > DEPTH_MAX {
        return Err(scan.too_complex("the parentheses are nested too deeply"));
    }
    scan.blanks();
    let read = if scan.eat("(") {
        let inner = any(scan, depth + 1)?;
        if !scan.eat(")") {
            return Err(scan.problem("expected `)`"));
        }
        inner
    } else {
        ScopeExpression::Is(pattern(scan)?)
    };
    scan.blanks();
    Ok(read)
}

fn pattern(scan: &mut Scan) -> Result<ScopePattern, Problem> {
    let mut levels = Vec::new();
    scan.eat("/");
    loop {
        if scan.eat("#") {
            return Ok(ScopePattern { levels, below: true });
        }
        if scan.eat("+") {
            levels.push(None);
        } else {
            let level = scan.take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '\''));
            if level.is_empty() {
                return Err(
                    scan.problem("expected a scope level, `+` or `#`, e.g. `/Brussels/+` or `/Brussels/#`")
                );
            }
            levels.push(Some(level.into()));
        }
        if !scan.eat("/") {
            return Ok(ScopePattern { levels, below: false });
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(expression: &str, scopes: &[&str]) -> bool {
        let scopes: Vec<Box<str>> = scopes.iter().map(|s| (*s).into()).collect();
        ScopeExpression::parse(expression).unwrap().matches(&scopes)
    }

    #[test]
    fn the_examples_of_the_clause() {
        assert!(matches("/Madrid", &["/Madrid"]));
        assert!(!matches("/Madrid", &["/Madrid/Gardens"]));
        for scope in
            ["/Madrid/Gardens", "/Madrid/Gardens/ParqueNorte", "/Madrid/Gardens/ParqueNorte/Parterre1"]
        {
            assert!(matches("/Madrid/Gardens/#", &[scope]), "{scope}");
        }
        assert!(!matches("/Madrid/Gardens/#", &["/Madrid/GardensOld"]));
        assert!(matches("/Madrid/+/ParqueNorte", &["/Madrid/Sights/ParqueNorte"]));
        assert!(!matches("/Madrid/+/ParqueNorte", &["/Madrid/ParqueNorte"]));
        assert!(matches("(/Madrid/Districts;/CompanyA)", &["/CompanyA", "/Madrid/Districts"]));
        assert!(!matches("(/Madrid/Districts;/CompanyA)", &["/CompanyA"]));
        assert!(matches("(/Madrid/Districts;/CompanyA)|CompanyB", &["/CompanyB"]));
        assert!(matches("(/Madrid/Districts;/CompanyA),/CompanyB", &["CompanyB"]));
    }

    #[test]
    fn any_scope_at_all_is_not_no_scope() {
        assert!(matches("/#", &["/A"]));
        assert!(!matches("/#", &[]));
        assert!(ScopeExpression::Unscoped.matches(&[]) && !ScopeExpression::Unscoped.matches(&["/A".into()]));
    }

    #[test]
    fn errors_say_where() {
        for bad in ["", "/", "/A//B", "(/A", "/A)", "/#/A", "/A;"] {
            let problem = ScopeExpression::parse(bad).unwrap_err();
            assert!(problem.detail.starts_with("at character"), "{bad}");
            assert_eq!(problem.field.as_deref(), Some("scopeQ"));
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "\\PC*") {
            let _ = ScopeExpression::parse(&text);
        }

        #[test]
        fn what_is_printed_is_read_back(text in "(\\(?/[AB+#](/[ab+#])?[,|;]?\\)?){1,6}") {
            if let Ok(read) = ScopeExpression::parse(&text) {
                prop_assert_eq!(ScopeExpression::parse(&read.to_string()).unwrap(), read);
            }
        }
    }
}
