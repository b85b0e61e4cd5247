//! `q` and `mq` of NGSI-v2 as our filters.

use senne_context::Context as Terms;
use senne_language::Filter;
use senne_model::{Problem, Timestamp};

/// The longest expression, in bytes.
const BYTES_MAX: usize = 16 << 10;

/// The operators, longer ones first.
const OPERATORS: [&str; 9] = ["==", "!=", ">=", "<=", "~=", ">", "<", ":", "="];

/// Reads `q` (conditions on attributes), or `mq` (on metadata, whose paths begin with the attribute).
pub(crate) fn filter(text: &str, of_metadata: bool, terms: &Terms) -> Result<Filter, Problem> {
    let field = if of_metadata { "mq" } else { "q" };
    if text.len() > BYTES_MAX {
        return Err(Problem::bad(format!("an expression has at most {BYTES_MAX} bytes")).field(field));
    }
    let parts: Vec<String> = split(text, ';')
        .into_iter()
        .map(|part| statement(part.trim(), of_metadata))
        .collect::<Result<_, _>>()
        .map_err(|problem| problem.field(field))?;
    Filter::parse(&parts.join(";"), &|term| terms.expand(term)).map_err(|problem| problem.field(field))
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
            Some(Filter::new(senne_language::Condition::All(roots)))
        }
    })
}

fn statement(text: &str, of_metadata: bool) -> Result<String, Problem> {
    if text.is_empty() {
        return Err(Problem::bad("a condition is missing"));
    }
    if let Some(rest) = text.strip_prefix('!').filter(|rest| operator(rest).is_none()) {
        return Ok(format!("!{}", path(rest, of_metadata)?));
    }
    let Some((place, operator)) = operator(text) else { return path(text, of_metadata) };
    let (left, right) = (&text[..place], text[place + operator.len()..].trim());
    if right.is_empty() {
        return Err(Problem::bad(format!("there is nothing after `{operator}`")));
    }
    let word = if matches!(operator, ":" | "=") { "==" } else { operator };
    Ok(format!("{}{word}{}", path(left, of_metadata)?, values(right, word == "~=")?))
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

/// `attr.member` goes into the value of an attribute, `attr.metadata.member` into that of its metadata.
fn path(text: &str, of_metadata: bool) -> Result<String, Problem> {
    let parts: Vec<String> = split(text.trim(), '.').into_iter().map(unquoted).collect();
    let plain = |part: &String| !part.is_empty() && !part.contains(['[', ']', '{', '}', '"', '(', ')', '|']);
    let most = if of_metadata { 2 } else { 1 };
    if !parts.iter().all(plain) || (of_metadata && parts.len() < 2) {
        return Err(Problem::bad(format!("`{text}` is no path; write e.g. temperature or address.city")));
    }
    // The builtin ones have other names with us.
    let name = |part: &str| match part {
        "dateCreated" => "createdAt".to_owned(),
        "dateModified" => "modifiedAt".to_owned(),
        "TimeInstant" if of_metadata => "observedAt".to_owned(),
        other => other.to_owned(),
    };
    let head: Vec<String> = parts.iter().take(most).map(|part| name(part)).collect();
    let tail = &parts[most.min(parts.len())..];
    let inner = if tail.is_empty() { String::new() } else { format!("[{}]", tail.join(".")) };
    Ok(format!("{}{inner}", head.join(".")))
}

/// A value, a list of them, or a range.
fn values(text: &str, pattern: bool) -> Result<String, Problem> {
    if pattern {
        return Ok(quoted(&unquoted(text)));
    }
    if let [from, to] = text.split("..").collect::<Vec<_>>().as_slice() {
        return Ok(format!("{}..{}", literal(from)?, literal(to)?));
    }
    let each: Vec<String> = split(text, ',').into_iter().map(literal).collect::<Result<_, _>>()?;
    Ok(each.join(","))
}

/// Numbers, `true`, `false` and times are what they look like, all else is text; quotes make text of anything.
fn literal(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Problem::bad("a value is missing"));
    }
    let is_number = text.parse::<f64>().is_ok_and(f64::is_finite);
    if is_number || matches!(text, "true" | "false") {
        return Ok(text.to_owned());
    }
    if Timestamp::parse(text).is_ok() {
        return Ok(text.to_owned());
    }
    Ok(quoted(&unquoted(text)))
}

fn unquoted(text: &str) -> String {
    text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).unwrap_or(text).to_owned()
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
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

    fn put(text: &str) -> String {
        split(text, ';').into_iter().map(|part| statement(part, false).unwrap()).collect::<Vec<_>>().join(";")
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
        ] {
            assert_eq!(put(theirs), ours);
        }
        assert_eq!(statement("temperature.accuracy<0.9", true).unwrap(), "temperature.accuracy<0.9");
        let terms = Terms::default_core();
        for wrong in ["", "a>", ">5", "a==", "a==1,,2", "a[b]==1", ";"] {
            assert_eq!(filter(wrong, false, &terms).unwrap_err().field.as_deref(), Some("q"), "{wrong}");
        }
        assert!(both(Some("a>1"), Some("a.b==2"), &terms).unwrap().is_some());
    }
}
