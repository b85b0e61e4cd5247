//! `?` as a place for a parameter, which the engine calls `$1`, `$2` …

/// The statement with its question marks numbered, those in texts, names and comments left alone. A statement that numbers or
/// names its places itself is left as it is.
pub(crate) fn numbered(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut places = 0_usize;
    let mut rest = text;
    while let Some(at) = rest.find(['?', '\'', '"', '-', '/', '$']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        if let Some(after) = from.strip_prefix('?') {
            places += 1;
            out.push_str(&format!("${places}"));
            rest = after;
            continue;
        }
        let length = skipped(from);
        out.push_str(&from[..length]);
        rest = &from[length..];
    }
    out.push_str(rest);
    if places == 0 { text.to_owned() } else { out }
}

/// How many bytes at the start are a text, a name, a comment, or one sign that means nothing here.
fn skipped(from: &str) -> usize {
    let closed =
        |open: usize, end: &str| from[open..].find(end).map_or(from.len(), |at| open + at + end.len());
    match from.as_bytes() {
        [b'\'', ..] => closed(1, "'"),
        [b'"', ..] => closed(1, "\""),
        [b'-', b'-', ..] => closed(2, "\n"),
        [b'/', b'*', ..] => comment(from),
        [b'$', ..] => match from[1..].find(|c: char| !(c.is_alphanumeric() || c == '_')) {
            Some(tag) if from.as_bytes()[1 + tag] == b'$' => closed(tag + 2, &from[..tag + 2]),
            _ => 1,
        },
        _ => 1,
    }
}

/// The length of a comment, with the comments in it.
fn comment(from: &str) -> usize {
    let bytes = from.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => (depth, at) = (depth + 1, at + 2),
            b"*/" => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    from.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn question_marks_are_numbered_where_they_are_places() {
        for (text, wanted) in [
            ("SELECT ?, a FROM b WHERE c = ?", "SELECT $1, a FROM b WHERE c = $2"),
            ("SELECT '?', \"?\", ?", "SELECT '?', \"?\", $1"),
            ("SELECT 'it''s ?', ? -- ?\n, ?", "SELECT 'it''s ?', $1 -- ?\n, $2"),
            ("/* ? /* ? */ ? */ ?", "/* ? /* ? */ ? */ $1"),
            ("SELECT $$ ? $$, $a$ ? $$ ? $a$, ?", "SELECT $$ ? $$, $a$ ? $$ ? $a$, $1"),
            ("SELECT $1, $name, a - b / c", "SELECT $1, $name, a - b / c"),
            ("SELECT '?", "SELECT '?"),
            ("é ? é", "é $1 é"),
        ] {
            assert_eq!(numbered(text), wanted);
        }
    }

    proptest! {
        #[test]
        fn nothing_else_changes(text in "[a-z?'\"/*$ \\-\n1é_]{0,60}") {
            let out = numbered(&text);
            prop_assert!(out.len() >= text.len());
            if !text.contains('?') {
                prop_assert_eq!(out, text);
            }
        }
    }
}
