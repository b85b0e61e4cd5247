//! Patterns of identifiers and of types. What is a word in NGSI-v2 stands behind a prefix here, which no pattern is to see.

use senne_context::Context as Terms;
use senne_language::IdPattern;
use senne_model::{EntityId, Name, Problem};

use crate::names::{PREFIX, name_out};

/// A pattern of the names of types, as they are told.
#[derive(Clone, Debug)]
pub(crate) struct TypePattern(IdPattern);

impl TypePattern {
    pub(crate) fn parse(text: &str) -> Result<Self, Problem> {
        IdPattern::parse(text).map(Self).map_err(|problem| problem.field("typePattern"))
    }

    /// Whether one of some types has it.
    pub(crate) fn matches(&self, terms: &Terms, types: &[Name]) -> bool {
        types.iter().any(|kind| self.0.matches(&EntityId::trusted(&name_out(terms, kind))))
    }
}

/// The pattern as it is found in an identifier inside. It may be found in the prefix too: [`behind_prefix`] says where else it must be.
pub(crate) fn found(text: &str) -> Result<IdPattern, Problem> {
    // What is wrong with it is told in the words of the caller.
    let plain = parse(text)?;
    let whole = carets(text, &format!("^(?:{PREFIX})?"));
    if whole == text { Ok(plain) } else { parse(&whole) }
}

/// What an identifier must be besides, that has one of some patterns: an IRI of its own, or a word that has the pattern behind the
/// prefix. `None` where every identifier will do, and where patterns are too large together to be looked at twice.
pub(crate) fn behind_prefix(texts: &[&str]) -> Option<IdPattern> {
    if texts.is_empty() || texts.iter().any(|text| matches!(*text, ".*" | "^.*$" | "^.*")) {
        return None;
    }
    let one = |part: &str| {
        let after = part.strip_prefix('^');
        let rest = after.unwrap_or(part);
        if carets(rest, "") != rest {
            // Within a group: either no beginning is meant, or the one behind the prefix.
            let begun = carets(part, &format!("^{PREFIX}"));
            return vec![format!("{PREFIX}.*(?:{part})"), format!("(?:{begun})")];
        }
        vec![match after {
            Some(rest) => format!("{PREFIX}(?:{rest})"),
            None => format!("{PREFIX}.*(?:{part})"),
        }]
    };
    let words = texts.iter().flat_map(|text| alternatives(text)).flat_map(one);
    let all: Vec<String> = words.chain(others()).collect();
    parse(&format!("^(?:{})", all.join("|"))).ok()
}

/// With something else for the beginning, wherever it is named outside of classes.
fn carets(text: &str, by: &str) -> String {
    let (mut out, mut in_class) = (String::with_capacity(text.len()), false);
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => {
                out.push(c);
                out.extend(characters.next());
            }
            '^' if !in_class => out.push_str(by),
            _ => {
                in_class = c == '[' || (in_class && c != ']');
                out.push(c);
            }
        }
    }
    out
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
            ("(^Room1$|^Room2$)", "Room2", true),
            ("(^Room1$|^Room2$)", "urn:ngsi-ld:Room:1", false),
            ("(^Hall|oom)", "Room1", true),
            ("(^Hall|ngsi)", "Room1", false),
            ("(^u|^v2)", "Room1", false),
            ("[^H]oom", "Room1", true),
        ] {
            assert_eq!(has(pattern, id), wanted, "{pattern} {id}");
        }
    }

    #[test]
    fn types_have_a_pattern_as_they_are_told() {
        let terms = Terms::default_core();
        let types = [terms.expand("MeetingRoom")];
        for (pattern, wanted) in
            [("Room$", true), ("^Meeting", true), ("^Room", false), ("default-context", false)]
        {
            assert_eq!(TypePattern::parse(pattern).unwrap().matches(&terms, &types), wanted, "{pattern}");
        }
        assert_eq!(TypePattern::parse("(").unwrap_err().field.as_deref(), Some("typePattern"));
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
