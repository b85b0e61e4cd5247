//! `q` and `mq` of NGSI-v2 as our filters.

use senne_context::Context as Terms;
use senne_language::{Comparison, Condition, Filter, Literal, Operand, Test, Word};
use senne_model::{Json, Name, Problem, Timestamp};

use crate::{
    metadata::OBSERVED_AT,
    names::{PREFIX, id_in},
    query,
    read::moment,
};

/// The longest expression, in bytes.
const BYTES_MAX: usize = 16 << 10;

/// The operators, longer ones first.
const OPERATORS: [&str; 9] = ["==", "!=", ">=", "<=", "~=", ">", "<", ":", "="];

/// What stands in our words before the number of a name that they could not say.
const ODD: &str = "odd_name_";

/// Reads `q` (conditions on attributes), or `mq` (on metadata, whose paths begin with the attribute).
pub(crate) fn filter(text: &str, of_metadata: bool, terms: &Terms) -> Result<Filter, Problem> {
    let field = if of_metadata { "mq" } else { "q" };
    if text.len() > BYTES_MAX {
        return Err(Problem::bad(format!("an expression has at most {BYTES_MAX} bytes")).field(field));
    }
    let mut reader = Reader { of_metadata, terms, odd: Vec::new() };
    let parts: Vec<String> = split(text, ';')
        .into_iter()
        .map(|part| reader.statement(part.trim()))
        .collect::<Result<_, _>>()
        .map_err(|problem| problem.field(field))?;
    let read = Filter::parse(&parts.join(";"), &|term| reader.expand(term));
    let mut root = read.map_err(|problem| problem.field(field))?.root().clone();
    name_words(&mut root);
    Ok(Filter::new(root))
}

/// A part of an expression that stands in a document.
pub(crate) fn part<'j>(expression: Option<&'j Json>, name: &str) -> Result<Option<&'j str>, Problem> {
    if expression.is_some_and(|expression| expression.as_object().is_none()) {
        return Err(Problem::bad("an object with q, mq or a geo-query is needed here").field("expression"));
    }
    query::text_in(expression, name).map_err(|problem| problem.within("expression"))
}

/// Both together.
pub(crate) fn both(q: Option<&str>, mq: Option<&str>, terms: &Terms) -> Result<Option<Filter>, Problem> {
    let parts: Vec<Filter> = [(q, false), (mq, true)]
        .into_iter()
        .filter_map(|(text, of_metadata)| text.map(|text| filter(text, of_metadata, terms)))
        .collect::<Result<_, _>>()?;
    Ok(match parts.as_slice() {
        [] => None,
        [only] => Some(only.clone()),
        several => {
            let roots = several.iter().map(|filter| filter.root().clone()).collect();
            Some(Filter::new(Condition::All(roots)))
        }
    })
}

/// Lets a word stand for the entity that is called so, too: relationships lead to identifiers as they are inside.
fn name_words(condition: &mut Condition) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter_mut().for_each(name_words),
        Condition::Compare(Comparison { test, .. }) => {
            let (Test::Equal(Operand::OneOf(values)) | Test::Unequal(Operand::OneOf(values))) = test else {
                return;
            };
            let inside = |value: &Literal| {
                let id = id_in(value.as_text()?).ok().filter(|id| id.starts_with(PREFIX))?;
                Some(Literal::Text(Word { text: id.as_str().into(), expanded: None }))
            };
            let more: Vec<Literal> = values.iter().filter_map(inside).collect();
            values.extend(more);
        }
    }
}

/// Puts the statements of one expression into our words.
struct Reader<'t> {
    of_metadata: bool,
    terms: &'t Terms,
    /// The names that our words could not say, which stand there by their numbers.
    odd: Vec<Name>,
}

impl Reader<'_> {
    fn expand(&self, term: &str) -> Name {
        let place = term.strip_prefix(ODD).and_then(|number| number.parse::<usize>().ok());
        let odd = place.and_then(|place| self.odd.get(place)).cloned();
        odd.unwrap_or_else(|| self.terms.expand(term))
    }

    fn statement(&mut self, text: &str) -> Result<String, Problem> {
        if text.is_empty() {
            return Err(Problem::bad("a condition is missing"));
        }
        if let Some(rest) = text.strip_prefix('!').filter(|rest| operator(rest).is_none()) {
            return Ok(format!("!{}", self.path(rest)?.0));
        }
        let Some((place, operator)) = operator(text) else { return Ok(self.path(text)?.0) };
        let (left, right) = (&text[..place], text[place + operator.len()..].trim());
        if right.is_empty() {
            return Err(Problem::bad(format!("there is nothing after `{operator}`")));
        }
        let word = if matches!(operator, ":" | "=") { "==" } else { operator };
        let (path, is_moment) = self.path(left)?;
        if word == "~=" {
            return Ok(format!("{path}{word}{}", pattern(&unquoted(right))));
        }
        Ok(format!("{path}{word}{}", values(right, is_moment)?))
    }

    /// `attr.member` goes into the value of an attribute, `attr.metadata.member` into that of its metadata. Gives whether it leads to
    /// a moment that the broker keeps.
    fn path(&mut self, text: &str) -> Result<(String, bool), Problem> {
        let parts: Vec<String> = split(text.trim(), '.').into_iter().map(unquoted).collect();
        let plain =
            |part: &String| !part.is_empty() && !part.contains(['[', ']', '{', '}', '"', '(', ')', '|']);
        let most = if self.of_metadata { 2 } else { 1 };
        if !parts.iter().all(plain) || (self.of_metadata && parts.len() < 2) {
            return Err(Problem::bad(format!("`{text}` is no path; write e.g. temperature or address.city")));
        }
        let tail = &parts[most.min(parts.len())..];
        if tail.iter().any(|part| part.contains('.')) {
            let detail = format!("members that have a `.` in their name cannot be asked for: `{text}`");
            return Err(Problem::bad(detail));
        }
        let heads = parts.iter().take(most).enumerate();
        let heads: Vec<(String, bool)> = heads.map(|(place, part)| self.name(part, place)).collect();
        let is_moment = tail.is_empty() && heads.last().is_some_and(|(_, is_moment)| *is_moment);
        let head: Vec<String> = heads.into_iter().map(|(word, _)| word).collect();
        let inner = if tail.is_empty() { String::new() } else { format!("[{}]", tail.join(".")) };
        Ok((format!("{}{inner}", head.join(".")), is_moment))
    }

    /// A name in our words. The builtin ones, which are moments, have other names with us.
    fn name(&mut self, part: &str, place: usize) -> (String, bool) {
        match part {
            "dateCreated" => return ("createdAt".to_owned(), true),
            "dateModified" => return ("modifiedAt".to_owned(), true),
            part if place == 1 && OBSERVED_AT.contains(&part) => return ("observedAt".to_owned(), true),
            _ => {}
        }
        let starts = part.starts_with(|c: char| c.is_alphabetic() || c == '_');
        let fits = starts && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
        if fits && !part.starts_with(ODD) {
            return (part.to_owned(), false);
        }
        self.odd.push(self.terms.expand(part));
        (format!("{ODD}{}", self.odd.len() - 1), false)
    }
}

/// The first operator outside quotes, and where it stands.
fn operator(text: &str) -> Option<(usize, &'static str)> {
    let mut quoted = false;
    for (place, c) in text.char_indices() {
        if c == '\'' {
            quoted = !quoted;
        }
        if !quoted && let Some(found) = OPERATORS.into_iter().find(|word| text[place..].starts_with(word)) {
            return Some((place, found));
        }
    }
    None
}

/// A value, a list of them, or a range.
fn values(text: &str, is_moment: bool) -> Result<String, Problem> {
    if let Some((from, to)) = range(text) {
        return Ok(format!("{}..{}", literal(from, is_moment)?, literal(to, is_moment)?));
    }
    let each: Vec<String> =
        split(text, ',').into_iter().map(|one| literal(one, is_moment)).collect::<Result<_, _>>()?;
    Ok(each.join(","))
}

/// Both ends of a range: what stands before and after the only `..` outside quotes.
fn range(text: &str) -> Option<(&str, &str)> {
    let (mut quoted, mut found) = (false, None);
    for (place, c) in text.char_indices() {
        if c == '\'' {
            quoted = !quoted;
        }
        if !quoted && text[place..].starts_with("..") {
            if found.is_some() {
                return None;
            }
            found = Some(place);
        }
    }
    found.map(|place| (&text[..place], &text[place + 2..]))
}

/// Numbers, `true`, `false` and times are what they look like, all else is text; quotes make text of anything.
fn literal(text: &str, is_moment: bool) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Problem::bad("a value is missing"));
    }
    if is_moment && let Some(at) = moment(&unquoted(text)) {
        return Ok(at.to_string());
    }
    if matches!(text, "true" | "false") || Timestamp::parse(text).is_ok() {
        return Ok(text.to_owned());
    }
    if let Some(number) = text.parse::<f64>().ok().and_then(Json::number) {
        // As it was written, to the last digit, where that is a number of JSON too.
        let as_written = Json::parse(text.as_bytes()).is_ok();
        return Ok(if as_written { text.to_owned() } else { number.to_string() });
    }
    Ok(Json::text(&unquoted(text)).to_string())
}

fn unquoted(text: &str) -> String {
    text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).unwrap_or(text).to_owned()
}

/// A pattern in quotes, in which every backslash is of the pattern.
fn pattern(text: &str) -> String {
    let (mut out, mut characters) = (String::from('"'), text.chars());
    while let Some(c) = characters.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => match characters.next() {
                Some('"') => out.push_str("\\\""),
                Some(other) => out.extend(['\\', other]),
                // Alone at the end it is no pattern, which is told by whoever reads it.
                None => out.push_str("\\\\("),
            },
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Cuts at a character outside quotes.
fn split(text: &str, at: char) -> Vec<&str> {
    let (mut parts, mut start, mut quoted) = (Vec::new(), 0, false);
    for (place, c) in text.char_indices() {
        if c == '\'' {
            quoted = !quoted;
        } else if c == at && !quoted {
            parts.push(&text[start..place]);
            start = place + c.len_utf8();
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put_as(text: &str, of_metadata: bool) -> String {
        let terms = Terms::default_core();
        let mut reader = Reader { of_metadata, terms: &terms, odd: Vec::new() };
        split(text, ';').into_iter().map(|part| reader.statement(part).unwrap()).collect::<Vec<_>>().join(";")
    }

    #[test]
    fn expressions_are_put_into_ours() {
        for (theirs, ours) in [
            ("temperature>40", "temperature>40"),
            ("status==open,closed", "status==\"open\",\"closed\""),
            ("a:5;!b;c", "a==5;!b;c"),
            ("a=='5'", "a==\"5\""),
            ("color=='light;green'", "color==\"light;green\""),
            ("temp==10..20", "temp==10..20"),
            ("address.city~=Br.*", "address[city]~=\"Br.*\""),
            ("dateModified>2024-01-01T00:00:00Z", "modifiedAt>2024-01-01T00:00:00Z"),
            ("open!=true", "open!=true"),
            ("name~=^a\\.b\\\"\"$", "name~=\"^a\\.b\\\"\\\"$\""),
            ("name=='1..2'", "name==\"1..2\""),
            ("name==a\\b", "name==\"a\\\\b\""),
            ("dateModified>=2024-01-01", "modifiedAt>=2024-01-01T00:00:00Z"),
            (
                "dateCreated==2024-01-01..2024-01-02T12:00:00",
                "createdAt==2024-01-01T00:00:00Z..2024-01-02T12:00:00Z",
            ),
            ("built>2024-01-01", "built>\"2024-01-01\""),
            ("level==+5,.5,007", "level==5.0,0.5,7.0"),
            ("'a.b'.c==1;dct:x;b", "odd_name_0[c]==1;dct==\"x\";b"),
        ] {
            assert_eq!(put_as(theirs, false), ours, "{theirs}");
        }
        for (theirs, ours) in [
            ("temperature.accuracy<0.9", "temperature.accuracy<0.9"),
            ("temperature.TimeInstant>2024-01-01", "temperature.observedAt>2024-01-01T00:00:00Z"),
            ("temperature.timestamp", "temperature.observedAt"),
            ("'a.b'.'c.d'==1", "odd_name_0.odd_name_1==1"),
        ] {
            assert_eq!(put_as(theirs, true), ours, "{theirs}");
        }
        let terms = Terms::default_core();
        for wrong in ["", "a>", ">5", "a==", "a==1,,2", "a[b]==1", ";", "a.'b.c'==1", "a~=b\\"] {
            assert_eq!(filter(wrong, false, &terms).unwrap_err().field.as_deref(), Some("q"), "{wrong}");
        }
        assert!(both(Some("a>1"), Some("a.b==2"), &terms).unwrap().is_some());
    }
}
