//! What went wrong, with the place in the statement when the message names one.

use senne_model::Problem;
use unicode_width::UnicodeWidthStr;

use crate::output::printable;

/// How much of a line is shown before and behind the place.
const AROUND: usize = 50;

/// A refusal or failure, as a person reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault(pub(crate) String);

impl Fault {
    /// A problem with a statement.
    pub(crate) fn of(problem: &Problem, statement: &str) -> Self {
        let detail: Vec<_> = problem.detail.lines().map(printable).collect();
        let shown = place(&problem.detail, statement).map(|(line, column)| mark(statement, line, column));
        Self(format!("{}{}", detail.join("\n"), shown.flatten().unwrap_or_default()))
    }

    /// The same, with where the statement stands before it.
    pub(crate) fn at(self, file: &str, line: usize) -> Self {
        Self(format!("{file}:{line}: {}", self.0))
    }
}

impl From<String> for Fault {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// Line and column, from 1, as the parser writes them: `Line: 2, Column: 5`. What it wanted after the end of the
/// text has no place of its own: the end is it.
fn place(detail: &str, statement: &str) -> Option<(usize, usize)> {
    let number = |text: &str| {
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        text[..end].parse::<usize>().ok()
    };
    if let Some((_, rest)) = detail.rsplit_once("Line: ") {
        let (_, column) = rest.split_once("Column: ")?;
        return Some((number(rest)?, number(column)?));
    }
    let last = statement.trim_end().lines().last()?;
    detail.contains("found: EOF").then(|| (statement.trim_end().lines().count(), last.chars().count() + 1))
}

/// The line of the statement, and a mark under the column.
fn mark(statement: &str, line: usize, column: usize) -> Option<String> {
    let text: Vec<char> = statement.lines().nth(line.checked_sub(1)?)?.chars().collect();
    let at = column.checked_sub(1).filter(|at| *at <= text.len())?;
    let (from, to) = (at.saturating_sub(AROUND), text.len().min(at.saturating_add(AROUND)));
    let part = |from: usize, to: usize| {
        let part: String = text[from..to].iter().map(|c| if *c == '\t' { ' ' } else { *c }).collect();
        printable(&part).into_owned()
    };
    let before = format!("{}{}", if from > 0 { "…" } else { "" }, part(from, at));
    let behind = format!("{}{}", part(at, to), if to < text.len() { "…" } else { "" });
    Some(format!("\n  {before}{behind}\n  {}^", " ".repeat(before.width())))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(detail: &str, statement: &str) -> String {
        Fault::of(&Problem::bad(detail), statement).0
    }

    #[test]
    fn the_place_is_marked() {
        assert_eq!(
            shown("Expected: an expression, found: , at Line: 2, Column: 5", "SELECT\n'日',, 2"),
            "Expected: an expression, found: , at Line: 2, Column: 5\n  '日',, 2\n       ^"
        );
        assert_eq!(
            shown("Expected: an expression, found: EOF", "SELECT 1 +"),
            "Expected: an expression, found: EOF\n  SELECT 1 +\n            ^"
        );
        assert_eq!(shown("No field named nope", "SELECT nope"), "No field named nope");
    }

    #[test]
    fn a_long_line_is_shown_in_part() {
        let statement = format!("SELECT {}", "abcdefghi,".repeat(100));
        let text = shown("at Line: 1, Column: 501", &statement);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1].chars().count(), 2 + 1 + 2 * AROUND + 1);
        assert_eq!(lines[2].chars().count(), 2 + 1 + AROUND + 1);
    }

    proptest! {
        #[test]
        fn any_message_about_any_statement(
            before in "\\PC{0,20}", line in any::<u64>(), column in 0_usize..60, statement in "(\\PC|\\s){0,60}"
        ) {
            shown(&format!("{before}Line: {line}, Column: {column}"), &statement);
            shown(&format!("Line: {}, Column: {column}{before}", line % 4), &statement);
            shown(&format!("{before} found: EOF"), &statement);
        }
    }
}
