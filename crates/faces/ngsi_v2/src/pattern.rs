//! Patterns of identifiers. What is a word in NGSI-v2 stands behind a prefix here, which no pattern is to see.

use senne_language::IdPattern;
use senne_model::Problem;

use crate::names::PREFIX;

/// The pattern as it is found in an identifier inside. It may be found in the prefix too: [`behind_prefix`] says where else it must be.
pub(crate) fn found(text: &str) -> Result<IdPattern, Problem> {
    // What is wrong with it is told in the words of the caller.
    let plain = parse(text)?;
    let parts = alternatives(text);
    if !parts.iter().any(|part| part.starts_with('^')) {
        return Ok(plain);
    }
    let one = |part: &&str| match part.strip_prefix('^') {
        Some(rest) => format!("^(?:{PREFIX})?(?:{rest})"),
        None => format!("(?:{part})"),
    };
    parse(&parts.iter().map(one).collect::<Vec<_>>().join("|"))
}

/// What an identifier must be besides, that has one of some patterns: an IRI of its own, or a word that has the pattern behind the
/// prefix. `None` where every identifier will do, and where patterns are too large together to be looked at twice.
pub(crate) fn behind_prefix(texts: &[&str]) -> Option<IdPattern> {
    if texts.is_empty() || texts.iter().any(|text| matches!(*text, ".*" | "^.*$" | "^.*")) {
        return None;
    }
    let one = |part: &str| match part.strip_prefix('^') {
        Some(rest) => format!("{PREFIX}(?:{rest})"),
        None => format!("{PREFIX}.*(?:{part})"),
    };
    let words = texts.iter().flat_map(|text| alternatives(text)).map(one);
    let all: Vec<String> = words.chain(others()).collect();
    parse(&format!("^(?:{})", all.join("|"))).ok()
}

fn parse(text: &str) -> Result<IdPattern, Problem> {
    IdPattern::parse(text).map_err(|problem| problem.field("idPattern"))
}

/// Identifiers that do not begin with the prefix: by the first character in which they differ from it.
fn others() -> impl Iterator<Item = String> {
    PREFIX.char_indices().map(|(place, c)| format!("{}[^{c}]", PREFIX.get(..place).unwrap_or_default()))
}

/// The alternatives of a pattern: the parts between `|` outside of groups and classes.
fn alternatives(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut in_class) = (Vec::new(), 0, 0_usize, false);
    let mut characters = text.char_indices();
    while let Some((place, c)) = characters.next() {
        match c {
            '\\' => {
                characters.next();
            }
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => depth += 1,
            ')' if !in_class => depth = depth.saturating_sub(1),
            '|' if !in_class && depth == 0 => {
                parts.push(&text[start..place]);
                start = place + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::id_in;

    fn has(pattern: &str, id: &str) -> bool {
        let id = id_in(id).unwrap();
        let behind = behind_prefix(&[pattern]);
        found(pattern).unwrap().matches(&id) && behind.is_none_or(|behind| behind.matches(&id))
    }

    #[test]
    fn the_prefix_is_not_seen() {
        for (pattern, id, wanted) in [
            ("Room", "Room1", true),
            ("oom[0-9]$", "Room1", true),
            ("ngsi", "Room1", false),
            ("v2:R", "Room1", false),
            (":", "Room1", false),
            ("^urn", "Room1", false),
            ("^[a-z]", "Room1", false),
            ("^Room", "Room1", true),
            ("^oom", "Room1", false),
            ("^A|oom", "Room1", true),
            ("^A|ngsi", "Room1", false),
            ("(a|R)oom", "Room1", true),
            (".*", "Room1", true),
            ("ngsi", "urn:ngsi-ld:Room:1", true),
            ("^urn:ngsi-ld", "urn:ngsi-ld:Room:1", true),
            ("v2", "urn:ngsi-ld:Room:1", false),
            ("oom:1$", "urn:ngsi-ld:Room:1", true),
        ] {
            assert_eq!(has(pattern, id), wanted, "{pattern} {id}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_in_the_words_of_the_caller() {
        for wrong in ["(", "^(", "a|["] {
            let problem = found(wrong).unwrap_err();
            assert_eq!(problem.field.as_deref(), Some("idPattern"), "{wrong}");
            assert!(!problem.detail.contains(PREFIX), "{}", problem.detail);
        }
    }
}
