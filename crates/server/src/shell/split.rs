//! Finds where statements end in a text that comes line by line.
//!
//! A `;` ends a statement unless it stands in a string, a quoted name, a comment or between dollar signs. A `\` at
//! the place where a statement may begin makes the rest of that line a command to the shell.

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A question in SQL, without its `;`.
    Statement,
    /// A command to the shell, with its `\`.
    Command,
}

/// One statement or command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Which of the two.
    pub(crate) kind: Kind,
    /// Its text, without space around it.
    pub(crate) text: String,
    /// The line on which it begins, from 1.
    pub(crate) line: usize,
}

/// What the next character belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Inside {
    Statement,
    /// `'…'`; with `escapes` (`E'…'`) a backslash takes the next character with it.
    Text {
        escapes: bool,
    },
    /// `"…"` or `` `…` ``.
    Name(char),
    LineComment,
    /// `/* … */`, which nests.
    Comment(usize),
    /// `$tag$ … $tag$`.
    Dollars(String),
    Command,
}

/// Takes text and gives pieces.
#[derive(Clone, Debug)]
pub(crate) struct Splitter {
    text: String,
    at: usize,
    inside: Inside,
    /// Nothing but space and comments so far.
    bare: bool,
    line: usize,
}

impl Default for Splitter {
    fn default() -> Self {
        Self { text: String::new(), at: 0, inside: Inside::Statement, bare: true, line: 1 }
    }
}

impl Splitter {
    /// Takes more text, in whole lines or the whole of what is left, and gives the pieces that it completes.
    pub(crate) fn feed(&mut self, more: &str) -> Vec<Piece> {
        self.text.push_str(more);
        let mut pieces = Vec::new();
        while let Some(next) = self.text[self.at..].chars().next() {
            pieces.extend(self.step(next));
        }
        pieces
    }

    /// What is left at the end of the text.
    pub(crate) fn finish(mut self) -> Option<Piece> {
        match self.inside {
            Inside::Command => Some(self.take(Kind::Command, 0)),
            _ if self.bare => None,
            _ => Some(self.take(Kind::Statement, 0)),
        }
    }

    /// Whether all that was fed is complete, so that nobody need wait for more.
    pub(crate) fn is_complete(&self) -> bool {
        let closed = matches!(self.inside, Inside::Statement | Inside::LineComment);
        self.inside == Inside::Command || (closed && self.bare)
    }

    /// Whether the next character would be SQL itself, not text in quotes or a comment.
    pub(crate) fn is_in_statement(&self) -> bool {
        self.inside == Inside::Statement
    }

    /// What has come since the last piece ended.
    pub(crate) fn pending(&self) -> &str {
        &self.text
    }

    fn step(&mut self, next: char) -> Option<Piece> {
        let rest = &self.text[self.at..];
        let mut taken = next.len_utf8();
        match &mut self.inside {
            Inside::Statement => return self.step_in_statement(next),
            Inside::Text { escapes } => {
                if (*escapes && next == '\\') || rest.starts_with("''") {
                    taken += rest[taken..].chars().next().map_or(0, char::len_utf8);
                } else if next == '\'' {
                    self.inside = Inside::Statement;
                }
            }
            Inside::Name(quote) if next == *quote => self.inside = Inside::Statement,
            Inside::LineComment if next == '\n' => self.inside = Inside::Statement,
            Inside::Comment(depth) => {
                if rest.starts_with("/*") {
                    *depth += 1;
                    taken = 2;
                } else if rest.starts_with("*/") {
                    taken = 2;
                    *depth -= 1;
                    if *depth == 0 {
                        self.inside = Inside::Statement;
                    }
                }
            }
            Inside::Dollars(tag) if next == '$' && rest.starts_with(tag.as_str()) => {
                taken = tag.len();
                self.inside = Inside::Statement;
            }
            Inside::Command if next == '\n' => return Some(self.take(Kind::Command, 1)),
            Inside::Name(_) | Inside::LineComment | Inside::Dollars(_) | Inside::Command => {}
        }
        self.at += taken;
        None
    }

    fn step_in_statement(&mut self, next: char) -> Option<Piece> {
        let (before, rest) = self.text.split_at(self.at);
        let mut taken = next.len_utf8();
        let (inside, bare) = match next {
            ';' if self.bare => {
                self.drop_pending();
                return None;
            }
            ';' => return Some(self.take(Kind::Statement, 1)),
            '\\' if self.bare => {
                // Comments before a command are no part of it.
                self.drop_up_to(self.at);
                (Inside::Command, false)
            }
            '-' if rest.starts_with("--") => (Inside::LineComment, self.bare),
            '/' if rest.starts_with("/*") => {
                taken = 2;
                (Inside::Comment(1), self.bare)
            }
            '\'' => (Inside::Text { escapes: ends_with_escape_mark(before) }, false),
            '"' | '`' => (Inside::Name(next), false),
            '$' if !before.ends_with(is_word) => match dollar_tag(rest) {
                Some(tag) => {
                    taken = tag.len();
                    (Inside::Dollars(tag.to_owned()), false)
                }
                None => (Inside::Statement, false),
            },
            other => (Inside::Statement, self.bare && other.is_whitespace()),
        };
        (self.inside, self.bare) = (inside, bare);
        self.at += taken;
        None
    }

    fn drop_pending(&mut self) {
        self.drop_up_to(self.at + 1);
    }

    /// Leaves out the text before `end` and begins anew after it.
    fn drop_up_to(&mut self, end: usize) {
        self.line += self.text[..end].matches('\n').count();
        self.text.drain(..end);
        (self.at, self.inside, self.bare) = (0, Inside::Statement, true);
    }

    /// The text so far as a piece; `mark` bytes after it are left out.
    fn take(&mut self, kind: Kind, mark: usize) -> Piece {
        let text = &self.text[..self.at];
        let space = &text[..text.len() - text.trim_start().len()];
        let line = self.line + space.matches('\n').count();
        let piece = Piece { kind, text: text.trim().to_owned(), line };
        self.drop_up_to(self.at + mark);
        piece
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}

/// Whether the quote that comes next opens an `E'…'` text.
fn ends_with_escape_mark(before: &str) -> bool {
    before.strip_suffix(['e', 'E']).is_some_and(|rest| !rest.ends_with(is_word))
}

/// `$tag$` or `$$` at the beginning of a text; `$1` is none.
fn dollar_tag(text: &str) -> Option<&str> {
    let inner = text[1..].split('$').next()?;
    let end = inner.len() + 2;
    let named = inner.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !inner.starts_with(|c: char| c.is_numeric());
    (named && text.len() >= end).then(|| &text[..end])
}

/// All pieces of a text.
pub(crate) fn pieces(text: &str) -> Vec<Piece> {
    let mut splitter = Splitter::default();
    let mut pieces = splitter.feed(text);
    pieces.extend(splitter.finish());
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str) -> Vec<String> {
        pieces(text).into_iter().map(|piece| piece.text).collect()
    }

    #[test]
    fn a_semicolon_ends_a_statement() {
        assert_eq!(texts("SELECT 1; SELECT\n2 ;;\n ; SELECT 3"), ["SELECT 1", "SELECT\n2", "SELECT 3"]);
        assert!(texts(" \n; -- nothing\n/* nothing; */").is_empty());
    }

    #[test]
    fn not_within_quotes() {
        for statement in [
            "SELECT ';'",
            "SELECT 'it''s; so'",
            r"SELECT E'it\'s; so' || ';'",
            r"SELECT E'a''b\';'",
            r"SELECT '\'",
            "SELECT \"a;b\"\"c;\" FROM `d;e`",
            "SELECT $$a;'b$$",
            "SELECT $x$ $$;$y$;$x$",
            "SELECT $1, a$b$c",
            "SELECT 1 -- not; here\n + 1",
            "SELECT /* a; /* b; */ c; */ 1",
            "SELECT 'é;日' , '∅'",
        ] {
            assert_eq!(texts(&format!("{statement};{statement}")), [statement, statement], "{statement}");
        }
    }

    #[test]
    fn what_is_open_takes_the_rest() {
        for text in ["SELECT 'a; b", "SELECT \"a; b", "SELECT 1 /* a; b", "SELECT $q$ a; b $q"] {
            assert_eq!(texts(text), [text]);
            let mut splitter = Splitter::default();
            assert!(splitter.feed(text).is_empty() && !splitter.is_complete() && !splitter.is_in_statement());
        }
    }

    #[test]
    fn a_backslash_begins_a_command_where_a_statement_may_begin() {
        let found = pieces("-- all\n\\d entity\nSELECT 1; \\x\n\n SELECT\n '\n\\q';\\q; x");
        let command = |text: &str, line| Piece { kind: Kind::Command, text: text.to_owned(), line };
        let statement = |text: &str, line| Piece { kind: Kind::Statement, text: text.to_owned(), line };
        assert_eq!(
            found,
            [
                command("\\d entity", 2),
                statement("SELECT 1", 3),
                command("\\x", 3),
                statement("SELECT\n '\n\\q'", 5),
                command("\\q; x", 7),
            ]
        );
    }

    #[test]
    fn the_shell_knows_when_to_wait() {
        let complete = |text: &str| {
            let mut splitter = Splitter::default();
            splitter.feed(text);
            splitter.is_complete()
        };
        for text in ["", "  ", "SELECT 1;", "SELECT 1; -- done", "\\d", "SELECT 1;\\x", "-- a"] {
            assert!(complete(text), "{text}");
        }
        for text in ["SELECT 1", "SELECT 1; S", "SELECT ';", "/* a", "SELECT 1 -- ;"] {
            assert!(!complete(text), "{text}");
        }
    }

    /// Texts made of what the splitter looks at.
    fn hostile() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            Just("'"),
            Just("\""),
            Just("`"),
            Just("$"),
            Just("$a$"),
            Just("--"),
            Just("/*"),
            Just("*/"),
            Just(";"),
            Just("\\"),
            Just("\n"),
            Just("E"),
            Just("é"),
            Just("日"),
            Just(" "),
            Just("x"),
            Just("1"),
            Just("\r")
        ];
        proptest::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn any_text_is_split(text in ".{0,200}") {
            pieces(&text);
        }

        #[test]
        fn line_by_line_is_the_same_as_at_once(text in hostile()) {
            let mut splitter = Splitter::default();
            let mut found: Vec<Piece> = text.split_inclusive('\n').flat_map(|line| splitter.feed(line)).collect();
            found.extend(splitter.finish());
            prop_assert_eq!(&found, &pieces(&text));
            // Nothing but what is between statements is lost, and nothing comes twice.
            let kept: usize = found.iter().map(|piece| piece.text.len()).sum();
            prop_assert!(kept <= text.len());
            for piece in found {
                prop_assert!(text.contains(&piece.text));
            }
        }
    }
}
