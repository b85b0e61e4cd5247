//! Reads `q`. By hand, so that every error can say where it stands and what to write instead.

use senne_model::{Name, Problem};

use super::{Comparison, Condition, Link, Literal, Operand, Path, Step, Test};
use crate::{
    Expand, LINKS_MAX,
    pattern::Pattern,
    scan::{DEPTH_MAX, Scan, shorten},
};

/// The most comparisons in one filter.
const COMPARISONS_MAX: usize = 512;
/// The most patterns in one filter: each may take memory (see `Pattern`).
const PATTERNS_MAX: usize = 16;

/// Reads a whole filter.
pub(super) fn filter(q: &str, expand: Expand, expand_values: &[Name]) -> Result<Condition, Problem> {
    let mut parser = Parser {
        scan: Scan::new(q, "q")?,
        expand,
        expand_values,
        expands: false,
        comparisons: 0,
        patterns: 0,
    };
    let root = parser.any(0)?;
    if parser.scan.done() {
        return Ok(root);
    }
    Err(parser.scan.problem(
        "expected `;` (and), `|` (or) or the end; a text is written in quotes, e.g. `name==\"Ixelles\"`",
    ))
}

/// Reads one attribute path that is the whole text (an `orderBy` term).
pub(crate) fn path(text: &str, field: &'static str, expand: Expand) -> Result<Path, Problem> {
    let mut parser = Parser {
        scan: Scan::new(text, field)?,
        expand,
        expand_values: &[],
        expands: false,
        comparisons: 0,
        patterns: 0,
    };
    let path = parser.path()?;
    if parser.scan.done() {
        Ok(path)
    } else {
        Err(parser.scan.problem("expected the end of the attribute path"))
    }
}

struct Parser<'a, 'e> {
    scan: Scan<'a>,
    expand: Expand<'e>,
    /// Attributes whose compared values are expanded too.
    expand_values: &'e [Name],
    /// Whether the comparison that is being read is on one of them.
    expands: bool,
    comparisons: usize,
    patterns: usize,
}

impl Parser<'_, '_> {
    fn any(&mut self, depth: usize) -> Result<Condition, Problem> {
        let mut parts = vec![self.all(depth)?];
        while self.scan.eat("|") {
            parts.push(self.all(depth)?);
        }
        Condition::any(parts).ok_or_else(|| self.scan.problem("expected a condition"))
    }

    fn all(&mut self, depth: usize) -> Result<Condition, Problem> {
        let mut parts = vec![self.one(depth)?];
        while self.scan.eat(";") {
            parts.push(self.one(depth)?);
        }
        Condition::all(parts).ok_or_else(|| self.scan.problem("expected a condition"))
    }

    fn one(&mut self, depth: usize) -> Result<Condition, Problem> {
        if depth > DEPTH_MAX {
            return Err(self.scan.too_complex("the parentheses are nested too deeply"));
        }
        self.scan.blanks();
        let read = if self.scan.eat("(") {
            let inner = self.any(depth + 1)?;
            if !self.scan.eat(")") {
                return Err(self.scan.problem("expected `)`, `;` or `|`"));
            }
            inner
        } else {
            Condition::Compare(self.comparison()?)
        };
        self.scan.blanks();
        Ok(read)
    }

    fn comparison(&mut self) -> Result<Comparison, Problem> {
        self.comparisons += 1;
        if self.comparisons > COMPARISONS_MAX {
            return Err(self
                .scan
                .too_complex(&format!("more than {COMPARISONS_MAX} comparisons; ask in parts")));
        }
        if self.scan.eat("!") {
            let path = self.path()?;
            return Ok(Comparison { path, test: Test::Absent });
        }
        let path = self.path()?;
        self.expands = path.steps.last().is_some_and(|step| self.expand_values.contains(&step.name));
        self.scan.blanks();
        let test = self.test()?;
        Ok(Comparison { path, test })
    }

    fn test(&mut self) -> Result<Test, Problem> {
        if self.scan.eat("==") {
            return Ok(Test::Equal(self.operand()?));
        }
        if self.scan.eat("!=") {
            return Ok(Test::Unequal(self.operand()?));
        }
        if self.scan.eat(">=") {
            return Ok(Test::GreaterOrEqual(self.ordered()?));
        }
        if self.scan.eat("<=") {
            return Ok(Test::LessOrEqual(self.ordered()?));
        }
        if self.scan.eat(">") {
            return Ok(Test::Greater(self.ordered()?));
        }
        if self.scan.eat("<") {
            return Ok(Test::Less(self.ordered()?));
        }
        if self.scan.eat("!~=") {
            return Ok(Test::MatchesNot(self.pattern()?));
        }
        if self.scan.eat("~=") {
            return Ok(Test::Matches(self.pattern()?));
        }
        match self.scan.peek() {
            None | Some(';' | '|' | ')') => Ok(Test::Exists),
            Some('=') => Err(self.scan.problem("equality is written `==`")),
            Some(_) => Err(self.scan.problem("expected an operator: ==, !=, >, >=, <, <=, ~=, !~=")),
        }
    }

    fn operand(&mut self) -> Result<Operand, Problem> {
        let first = self.literal()?;
        if self.scan.eat("..") {
            let last = self.literal()?;
            if !first.is_ordered() || !last.is_ordered() {
                return Err(self
                    .scan
                    .problem("a range goes from one number, text or time to another, e.g. `10..20`"));
            }
            return Ok(Operand::Range(first, last));
        }
        let mut values = vec![first];
        while self.scan.eat(",") {
            values.push(self.literal()?);
        }
        Ok(Operand::OneOf(values))
    }

    fn ordered(&mut self) -> Result<Literal, Problem> {
        let value = self.literal()?;
        if value.is_ordered() {
            return Ok(value);
        }
        Err(self.scan.problem("this operator needs a number, a date-time or a quoted text before here"))
    }

    fn literal(&mut self) -> Result<Literal, Problem> {
        self.scan.blanks();
        let expand = self.expands.then_some(self.expand);
        let rest = self.scan.rest();
        let literal = if rest.starts_with('"') {
            let end =
                quoted_end(rest).ok_or_else(|| self.scan.problem("the closing quote `\"` is missing"))?;
            let text: String = serde_json::from_str(&rest[..end])
                .map_err(|_| self.scan.problem("the quoted text is no JSON string; escape `\\` as `\\\\`"))?;
            self.scan.take(end);
            Literal::text(&text, expand)
        } else {
            let token = &rest[..token_end(rest)];
            let Some(literal) = Literal::token(token, expand) else {
                let remedy = "expected a number, true, false, a date-time, an IRI or a text in quotes, e.g. `\"Ixelles\"`";
                return Err(self.scan.problem(&if token.is_empty() {
                    remedy.to_owned()
                } else {
                    format!("{remedy}; `{}` is none of them", shorten(token))
                }));
            };
            self.scan.take(token.len());
            literal
        };
        self.scan.blanks();
        Ok(literal)
    }

    /// A pattern, in quotes (only `\"` is an escape; every other backslash belongs to the pattern) or bare, up to the
    /// next `;`, `|` or `)` that is not inside parentheses or brackets of its own.
    fn pattern(&mut self) -> Result<Pattern, Problem> {
        self.patterns += 1;
        if self.patterns > PATTERNS_MAX {
            return Err(self.scan.too_complex(&format!("more than {PATTERNS_MAX} patterns; ask in parts")));
        }
        self.scan.blanks();
        let rest = self.scan.rest();
        let quoted = rest.starts_with('"');
        let (raw, length) = if quoted {
            let end =
                quoted_end(rest).ok_or_else(|| self.scan.problem("the closing quote `\"` is missing"))?;
            (&rest[1..end - 1], end)
        } else {
            let end = bare_pattern_end(rest);
            (rest[..end].trim_end(), end)
        };
        if raw.is_empty() {
            return Err(self.scan.problem("expected a pattern, e.g. `name~=\"^Ix\"`"));
        }
        let pattern = Pattern::parse(&unescape_quotes(raw), "q")?;
        self.scan.take(length);
        self.scan.blanks();
        Ok(pattern)
    }

    fn path(&mut self) -> Result<Path, Problem> {
        self.scan.blanks();
        let mut links = Vec::new();
        let mut first = self.name(false)?;
        while self.scan.eat("{") {
            if links.len() == LINKS_MAX {
                return Err(self
                    .scan
                    .too_complex(&format!("a path follows at most {LINKS_MAX} relationships")));
            }
            let mut types = Vec::new();
            let mut next = self.name(true)?;
            while self.scan.eat(",") {
                types.push(std::mem::replace(&mut next, self.name(true)?));
            }
            if self.scan.eat(":") {
                types.push(std::mem::replace(&mut next, self.name(true)?));
            } else if !types.is_empty() {
                return Err(self.scan.problem(
                    "expected `:` between the types and the attribute, e.g. `sensor{Device:humidity}`",
                ));
            }
            links.push(Link { relation: std::mem::replace(&mut first, next), types });
        }
        let mut steps = vec![first];
        while self.scan.rest().starts_with('.') && !self.scan.rest().starts_with("..") {
            self.scan.take(1);
            steps.push(self.name(!links.is_empty())?);
        }
        let mut member = Vec::new();
        while self.scan.eat("[") {
            member.extend(self.members()?);
        }
        for _ in &links {
            if !self.scan.eat("}") {
                return Err(self.scan.problem("expected `}`"));
            }
        }
        Ok(Path { links, steps, member })
    }

    fn members(&mut self) -> Result<Vec<Box<str>>, Problem> {
        let inside = self.scan.take_while(|c| c != ']' && c != '[');
        if !self.scan.eat("]") {
            return Err(self.scan.problem("expected `]` after the path into the value"));
        }
        let members: Vec<Box<str>> = inside.split('.').map(Into::into).collect();
        if members.iter().any(|member| member.is_empty()) {
            return Err(self
                .scan
                .problem("a member name is missing between the brackets, e.g. `address[city]`"));
        }
        Ok(members)
    }

    /// A term, a compact IRI or a full IRI. A full IRI may hold dots, so it has no sub-attribute path. Inside braces a
    /// colon stands after the types, so there is no compact IRI there.
    fn name(&mut self, inside_braces: bool) -> Result<Step, Problem> {
        let rest = self.scan.rest();
        let full = rest.starts_with("http://") || rest.starts_with("https://") || rest.starts_with("urn:");
        let fits = |c: char| {
            let word = c.is_alphanumeric() || matches!(c, '_' | '-');
            word || (full && matches!(c, '.' | '/' | ':' | '#' | '%' | '?' | '@' | '+'))
        };
        let mut length = rest.find(|c| !fits(c)).unwrap_or(rest.len());
        if !full && !inside_braces {
            length = with_prefix(rest, length);
        }
        let starts = rest.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '@');
        if !starts || length == 0 {
            return Err(self.scan.problem("expected the name of an attribute, e.g. `temperature`"));
        }
        let term = self.scan.take(length);
        Ok(Step { term: term.into(), name: (self.expand)(term) })
    }
}

/// Takes in the second half of a compact IRI (`ex:speed`).
fn with_prefix(rest: &str, length: usize) -> usize {
    let Some(after) = rest[length..].strip_prefix(':') else { return length };
    let name = after.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(after.len());
    if name == 0 { length } else { length + 1 + name }
}

/// The length of a quoted text with both quotes.
fn quoted_end(rest: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, b) in rest.bytes().enumerate().skip(1) {
        match b {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Where an unquoted value ends. `..` ends it too, except inside an IRI.
fn token_end(rest: &str) -> usize {
    let end =
        rest.find(|c: char| c.is_whitespace() || matches!(c, ';' | '|' | ')' | ',')).unwrap_or(rest.len());
    let token = &rest[..end];
    let iri = token.starts_with(char::is_alphabetic) && token.contains(':');
    match token.find("..") {
        Some(dots) if !iri => dots,
        _ => end,
    }
}

/// Where an unquoted pattern ends.
fn bare_pattern_end(rest: &str) -> usize {
    let (mut escaped, mut class, mut depth) = (false, false, 0_usize);
    for (at, b) in rest.bytes().enumerate() {
        match b {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b']' => class = false,
            _ if class => {}
            b'[' => class = true,
            b'(' => depth += 1,
            b')' if depth > 0 => depth -= 1,
            b')' => return at,
            b';' | b'|' if depth == 0 => return at,
            _ => {}
        }
    }
    rest.len()
}

/// `\"` becomes `"`; every other pair of a backslash and a character stays.
fn unescape_quotes(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match chars.next() {
            Some('"') => text.push('"'),
            Some(other) => text.extend(['\\', other]),
            None => text.push('\\'),
        }
    }
    text
}
