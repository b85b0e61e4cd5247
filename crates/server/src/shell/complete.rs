//! What Tab offers: keywords, views, functions, the columns of the views that the statement names, and commands.

use super::{
    command::COMMANDS,
    names::Names,
    split::{Kind, Splitter},
};

const KEYWORDS: [&str; 61] = [
    "ALL",
    "AND",
    "AS",
    "ASC",
    "BETWEEN",
    "BY",
    "CASE",
    "CAST",
    "CROSS",
    "DESC",
    "DISTINCT",
    "ELSE",
    "END",
    "EXCEPT",
    "EXISTS",
    "EXPLAIN",
    "FALSE",
    "FILTER",
    "FROM",
    "FULL",
    "GROUP",
    "HAVING",
    "ILIKE",
    "IN",
    "INNER",
    "INTERSECT",
    "INTERVAL",
    "IS",
    "JOIN",
    "LEFT",
    "LIKE",
    "LIMIT",
    "NOT",
    "NULL",
    "NULLS",
    "OFFSET",
    "ON",
    "OR",
    "ORDER",
    "OUTER",
    "OVER",
    "PARTITION",
    "QUALIFY",
    "RIGHT",
    "ROWS",
    "SELECT",
    "SHOW",
    "SIMILAR",
    "TABLES",
    "THEN",
    "TIMESTAMP",
    "TO",
    "TRUE",
    "UNION",
    "USING",
    "VALUES",
    "WHEN",
    "WHERE",
    "WINDOW",
    "WITH",
    "WITHIN",
];

/// What can take the place of the text from `from` to the cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Offer {
    /// Where the text to replace begins, in bytes.
    pub(crate) from: usize,
    /// What it may become.
    pub(crate) candidates: Vec<String>,
    /// Whether a file's name is wanted.
    pub(crate) file: bool,
}

/// The offer for a cursor at `at`; `answered` are the columns of the last answer.
pub(crate) fn offer(names: &Names, answered: &[String], text: &str, at: usize) -> Offer {
    let Some((before, behind)) = text.split_at_checked(at) else { return Offer::default() };
    let mut splitter = Splitter::default();
    splitter.feed(before);
    let own = splitter.pending().to_owned();
    if own.starts_with('\\') {
        return for_command(names, answered, &own, at);
    }
    if !splitter.is_in_statement() {
        return Offer { from: at, ..Offer::default() };
    }
    let mut statement = splitter.clone();
    let rest = statement.feed(behind).into_iter().find(|piece| piece.kind == Kind::Statement);
    let statement = rest.map_or_else(|| statement.pending().to_owned(), |piece| piece.text);
    in_statement(names, &statement, &own, at)
}

fn for_command(names: &Names, answered: &[String], line: &str, at: usize) -> Offer {
    let word = line.rsplit(char::is_whitespace).next().unwrap_or_default();
    let from = at - word.len();
    let Some((command, _)) = line.split_once(char::is_whitespace) else {
        let known = COMMANDS.iter().map(|(name, ..)| *name).filter(|name| !name.is_empty());
        return Offer { from, candidates: beginning(known, word), file: false };
    };
    let views = || names.views.iter().map(|view| view.name.as_str());
    let candidates = match command {
        "\\d" => beginning(views(), word),
        "\\format" => beginning(["table", "csv", "json", "ndjson"].into_iter(), word),
        "\\x" | "\\timing" => beginning(["on", "off"].into_iter(), word),
        "\\plot" => beginning(answered.iter().map(String::as_str).chain(["by"]), word),
        "\\i" | "\\o" => return Offer { from, candidates: Vec::new(), file: true },
        _ => Vec::new(),
    };
    Offer { from, candidates, file: false }
}

fn in_statement(names: &Names, statement: &str, before: &str, at: usize) -> Offer {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let word = before.rsplit(|c| !is_word(c)).next().unwrap_or_default();
    if let Some((qualifier, part)) = word.rsplit_once('.') {
        let columns = columns_of(names, statement, Some(qualifier));
        return Offer {
            from: at - part.len(),
            candidates: beginning(columns.into_iter(), part),
            file: false,
        };
    }
    let from = at - word.len();
    let views = || names.views.iter().map(|view| view.name.as_str());
    let after = tokens(&before[..before.len() - word.len()]).last().map(str::to_ascii_uppercase);
    if matches!(after.as_deref(), Some("FROM" | "JOIN")) {
        return Offer { from, candidates: beginning(views(), word), file: false };
    }
    let columns = columns_of(names, statement, None);
    let mut candidates = beginning(columns.into_iter().chain(views()), word);
    // Hundreds of functions are no help to somebody who has not begun a word.
    if !word.is_empty() {
        let functions = beginning(names.functions.iter().map(String::as_str), word);
        candidates.extend(functions.into_iter().map(|name| name + "("));
    }
    let lower = word.starts_with(|c: char| c.is_lowercase());
    let keywords = beginning(KEYWORDS.into_iter(), word).into_iter();
    candidates.extend(keywords.map(|word| if lower { word.to_lowercase() } else { word }));
    let mut seen = std::collections::HashSet::new();
    candidates.retain(|candidate| seen.insert(candidate.clone()));
    Offer { from, candidates, file: false }
}

/// Names that begin with the word, whatever the case, each once; those that SQL wants in quotes are in quotes.
fn beginning<'a>(names: impl Iterator<Item = &'a str>, word: &str) -> Vec<String> {
    let word = word.to_lowercase();
    let mut found: Vec<String> = Vec::new();
    for name in names.filter(|name| name.to_lowercase().starts_with(&word)) {
        let name = quoted(name);
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

fn quoted(name: &str) -> String {
    let command_or_keyword = name.starts_with('\\') || KEYWORDS.contains(&name);
    let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    if command_or_keyword || plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
}

fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

/// The columns of the views that the statement names; of the one that the qualifier means, when it means one.
fn columns_of<'a>(names: &'a Names, statement: &str, qualifier: Option<&str>) -> Vec<&'a str> {
    let words: Vec<&str> = tokens(statement).collect();
    let named = words.iter().filter_map(|word| names.view(word));
    let meant =
        qualifier.and_then(|qualifier| names.view(qualifier).or_else(|| alias(names, &words, qualifier)));
    let mut columns: Vec<&str> = match meant {
        Some(view) => view.columns.iter().map(|(name, _)| name.as_str()).collect(),
        None => named.flat_map(|view| &view.columns).map(|(name, _)| name.as_str()).collect(),
    };
    let mut seen = std::collections::HashSet::new();
    columns.retain(|name| seen.insert(*name));
    columns
}

/// The view that `FROM view name` or `FROM view AS name` calls by this name.
fn alias<'a>(names: &'a Names, words: &[&str], name: &str) -> Option<&'a super::names::View> {
    let at = |from: usize, found: &&str| (from > 0 && found.eq_ignore_ascii_case(name)).then_some(from);
    let places = words.iter().enumerate().filter_map(|(i, word)| at(i, word));
    places.into_iter().find_map(|i| {
        let step = if i > 1 && words[i - 1].eq_ignore_ascii_case("as") { 2 } else { 1 };
        names.view(words[i - step])
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::shell::names::tests::sample;

    /// The offer where `|` stands, with what would be replaced.
    fn at(text: &str) -> (String, Vec<String>) {
        let cursor = text.find('|').unwrap();
        let text = text.replace('|', "");
        let answered = ["start".to_owned(), "avg(x)".to_owned()];
        let offer = offer(&sample(), &answered, &text, cursor);
        (text[offer.from..cursor].to_owned(), offer.candidates)
    }

    fn candidates(text: &str) -> Vec<String> {
        at(text).1
    }

    #[test]
    fn keywords_keep_the_case_that_was_begun() {
        assert_eq!(at("sel|"), ("sel".to_owned(), vec!["select".to_owned()]));
        assert_eq!(candidates("SEL|"), ["SELECT"]);
        assert_eq!(candidates("SELECT 1; ord|"), ["order"]);
    }

    #[test]
    fn views_follow_from() {
        assert_eq!(candidates("SELECT * FROM |"), ["entity", "hourly"]);
        assert_eq!(candidates("SELECT * FROM entity JOIN h|"), ["hourly"]);
    }

    #[test]
    fn columns_are_those_of_the_views_in_the_statement() {
        assert_eq!(candidates("SELECT st| FROM hourly"), ["start"]);
        assert!(candidates("SELECT st| FROM entity").is_empty());
        assert!(candidates("SELECT 1 FROM hourly; SELECT st|").is_empty());
        assert_eq!(candidates("SELECT h.m| FROM entity e, hourly AS h"), ["mean"]);
        assert_eq!(candidates("SELECT e.| FROM entity e, hourly h"), ["id", "type"]);
        assert_eq!(candidates("SELECT hourly.o|"), ["\"Odd Name\""]);
        assert_eq!(at("SELECT h.me|an FROM hourly h").0, "me");
    }

    #[test]
    fn functions_come_with_their_bracket() {
        assert_eq!(candidates("SELECT date_|"), ["date_bin(", "date_trunc("]);
    }

    #[test]
    fn nothing_within_quotes_and_comments() {
        for text in ["SELECT 'sel|", "SELECT \"sel|", "-- sel|", "/* sel|", "SELECT $$ sel|"] {
            assert!(candidates(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn commands_and_what_follows_them() {
        assert_eq!(candidates("\\f|"), ["\\format"]);
        assert_eq!(candidates("\\d h|"), ["hourly"]);
        assert_eq!(candidates("\\format |").len(), 4);
        assert_eq!(candidates("\\plot s|"), ["start"]);
        assert_eq!(candidates("\\plot start a|"), ["\"avg(x)\""]);
        assert_eq!(candidates("SELECT 1; \\ti|"), ["\\timing"]);
        assert!(offer(&sample(), &[], "\\i quest", 8).file);
    }

    #[test]
    fn keywords_are_in_order() {
        assert!(KEYWORDS.is_sorted());
    }

    proptest! {
        #[test]
        fn any_text_with_any_cursor(text in "(\\PC|[\\\\.;'\"$ \n]){0,60}", at in 0_usize..80) {
            let found = offer(&sample(), &[], &text, at);
            prop_assert!(found.from <= at);
            prop_assert!(found.candidates.is_empty() || text.is_char_boundary(found.from));
        }
    }
}
