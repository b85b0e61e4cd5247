//! Commands to the shell: what a line that begins with `\` asks for.

use clap::ValueEnum as _;

use crate::cli::Format;

/// What `\?` says, and what can be completed.
pub(crate) const COMMANDS: [(&str, &str, &str); 11] = [
    ("\\?", "", "this help"),
    ("\\d", "[VIEW]", "the views; with a name, its columns"),
    ("\\x", "", "one line a value instead of columns, or back"),
    ("\\timing", "", "say how long each answer took, or do not"),
    ("\\format", "table|csv|json|ndjson", "how to show answers"),
    ("\\rows", "NUMBER", "the most rows of an answer"),
    (
        "\\plot",
        "[X] [Y] [by SERIES]",
        "draw the last answer; without names, its first time and its first number",
    ),
    ("\\o", "[FILE]", "send answers to a file; without a name, back to the screen"),
    ("\\i", "FILE", "run the statements of a file"),
    ("\\q", "", "leave (Ctrl-D does too)"),
    ("", "", "A statement ends with `;`. Tab completes, Ctrl-C clears the line or stops what runs."),
];

/// Which columns to draw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PlotOf {
    /// From left to right; else the first column of times, or of numbers.
    pub(crate) x: Option<String>,
    /// Upwards; else the first column of numbers.
    pub(crate) y: Option<String>,
    /// One line for each value of this column.
    pub(crate) by: Option<String>,
}

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// `\?`
    Help,
    /// `\d`
    Views,
    /// `\d NAME`
    Columns(String),
    /// `\x`, with `on` or `off` when said.
    Expanded(Option<bool>),
    /// `\timing`, with `on` or `off` when said.
    Timing(Option<bool>),
    /// `\o`
    Output(Option<String>),
    /// `\format`
    Format(Format),
    /// `\rows`
    Rows(usize),
    /// `\plot`
    Plot(PlotOf),
    /// `\i`
    Include(String),
    /// `\q`
    Quit,
}

/// Reads a command; the error is a sentence for the person.
pub(crate) fn parse(line: &str) -> Result<Command, String> {
    let line = line.trim();
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let (name, rest) = (name.trim_end_matches(';'), rest.trim());
    let words = words(rest);
    let no_more = |command: Command| match words.first() {
        None => Ok(command),
        Some(word) => Err(format!("`{name}` takes nothing after it, but there is `{word}`")),
    };
    match name {
        "\\?" => no_more(Command::Help),
        "\\q" => no_more(Command::Quit),
        "\\d" => Ok(words.into_iter().next().map_or(Command::Views, Command::Columns)),
        "\\x" => switch(name, &words).map(Command::Expanded),
        "\\timing" => switch(name, &words).map(Command::Timing),
        "\\o" => Ok(Command::Output(file(rest))),
        "\\i" => file(rest).map(Command::Include).ok_or_else(|| "`\\i` needs the name of a file".to_owned()),
        "\\format" => format(&words),
        "\\rows" => rows(&words),
        "\\plot" => plot(words).map(Command::Plot),
        _ => Err(unknown(name)),
    }
}

/// What newcomers type to get out or to be helped.
pub(crate) fn plain_word(line: &str) -> Option<Command> {
    match line.trim().trim_end_matches(';').trim_end().to_ascii_lowercase().as_str() {
        "help" => Some(Command::Help),
        "exit" | "quit" => Some(Command::Quit),
        _ => None,
    }
}

fn unknown(name: &str) -> String {
    let names = COMMANDS.iter().map(|(name, ..)| *name).filter(|name| !name.is_empty());
    let near = nearest(name, names).map_or_else(String::new, |near| format!("; the nearest is `{near}`"));
    format!("there is no command `{name}`{near} (`\\?` lists them all)")
}

/// The name that takes the fewest changes to reach; the first of those that are equally near.
pub(crate) fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name: String = name.chars().take(64).flat_map(char::to_lowercase).collect();
    let far = |other: &&str| {
        let shared = name.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
        (strsim::damerau_levenshtein(&name, other), usize::MAX - shared)
    };
    names.into_iter().min_by_key(far)
}

fn switch(name: &str, words: &[String]) -> Result<Option<bool>, String> {
    match words.first().map(String::as_str) {
        None => Ok(None),
        Some("on") => Ok(Some(true)),
        Some("off") => Ok(Some(false)),
        Some(other) => Err(format!("`{name}` is `on` or `off`, not `{other}`")),
    }
}

fn format(words: &[String]) -> Result<Command, String> {
    let known = || "`\\format` is one of table, csv, json, ndjson".to_owned();
    let word = words.first().ok_or_else(known)?;
    Format::from_str(word, true).map(Command::Format).map_err(|_| known())
}

fn rows(words: &[String]) -> Result<Command, String> {
    let number = words.first().and_then(|word| word.replace('_', "").parse().ok());
    number.map(Command::Rows).ok_or_else(|| "`\\rows` needs a number, e.g. `\\rows 500`".to_owned())
}

fn plot(words: Vec<String>) -> Result<PlotOf, String> {
    let by = words.iter().position(|word| word.eq_ignore_ascii_case("by"));
    let (names, series) = words.split_at(by.unwrap_or(words.len()));
    let usage = || "write `\\plot`, `\\plot Y`, `\\plot X Y` or `\\plot X Y by SERIES`".to_owned();
    let (x, y) = match names {
        [] => (None, None),
        [y] => (None, Some(y.clone())),
        [x, y] => (Some(x.clone()), Some(y.clone())),
        _ => return Err(usage()),
    };
    let by = match series {
        [] => None,
        [_, series] => Some(series.clone()),
        _ => return Err(usage()),
    };
    Ok(PlotOf { x, y, by })
}

/// The name of a file: the rest of the line, so that it may have spaces.
fn file(rest: &str) -> Option<String> {
    let quoted = |quote: char| rest.strip_prefix(quote)?.strip_suffix(quote);
    let name = quoted('\'').or_else(|| quoted('"')).unwrap_or(rest);
    // Completion puts a backslash before a space.
    (!name.is_empty()).then(|| name.replace("\\ ", " "))
}

/// Words between spaces; quotes keep spaces within a word.
fn words(text: &str) -> Vec<String> {
    let text = text.trim_end_matches(|c: char| c == ';' || c.is_whitespace());
    let mut words: Vec<String> = Vec::new();
    let (mut quote, mut open) = (None, false);
    for c in text.chars() {
        match quote {
            Some(q) if c == q => quote = None,
            None if c == '"' || c == '\'' => {
                quote = Some(c);
                if !open {
                    words.push(String::new());
                }
                open = true;
            }
            None if c.is_whitespace() => open = false,
            _ => {
                if !open {
                    words.push(String::new());
                }
                open = true;
                if let Some(word) = words.last_mut() {
                    word.push(c);
                }
            }
        }
    }
    words
}

/// What `\?` shows.
pub(crate) fn help() -> String {
    let head = |name: &str, arguments: &str| format!("{name} {arguments}");
    let width = COMMANDS.iter().map(|(name, arguments, _)| head(name, arguments).len()).max().unwrap_or(0);
    let line = |(name, arguments, what): &(&str, &str, &str)| {
        if name.is_empty() {
            return format!("\n{what}\n");
        }
        format!("{:width$}  {what}\n", head(name, arguments))
    };
    COMMANDS.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plot_of(x: Option<&str>, y: Option<&str>, by: Option<&str>) -> Command {
        let own = |name: Option<&str>| name.map(str::to_owned);
        Command::Plot(PlotOf { x: own(x), y: own(y), by: own(by) })
    }

    #[test]
    fn commands_are_read() {
        for (line, command) in [
            ("\\?", Command::Help),
            ("\\d", Command::Views),
            (" \\d  hourly; ", Command::Columns("hourly".to_owned())),
            ("\\x", Command::Expanded(None)),
            ("\\timing off", Command::Timing(Some(false))),
            ("\\o", Command::Output(None)),
            ("\\o my answers.csv", Command::Output(Some("my answers.csv".to_owned()))),
            ("\\i 'a b.sql'", Command::Include("a b.sql".to_owned())),
            ("\\format NDJSON", Command::Format(Format::Ndjson)),
            ("\\rows 5_000", Command::Rows(5000)),
            ("\\q;", Command::Quit),
            ("\\plot", plot_of(None, None, None)),
            ("\\plot mean", plot_of(None, Some("mean"), None)),
            ("\\plot start \"avg(x y)\" by entity", plot_of(Some("start"), Some("avg(x y)"), Some("entity"))),
            ("\\plot BY entity", plot_of(None, None, Some("entity"))),
        ] {
            assert_eq!(parse(line), Ok(command), "{line}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        for (line, words) in [
            ("\\timming", "`\\timing`"),
            ("\\fromat csv", "`\\format`"),
            ("\\dt", "`\\d`"),
            ("\\quit", "`\\q`"),
            ("\\", "no command"),
            ("\\format xml", "ndjson"),
            ("\\rows many", "number"),
            ("\\i", "file"),
            ("\\plot a b c", "\\plot X Y"),
            ("\\plot a by", "\\plot X Y"),
            ("\\q now", "`now`"),
        ] {
            let error = parse(line).unwrap_err();
            assert!(error.contains(words), "{line}: {error}");
        }
    }

    #[test]
    fn newcomers_get_out() {
        assert_eq!(plain_word("  Exit ;"), Some(Command::Quit));
        assert_eq!(plain_word("help"), Some(Command::Help));
        assert_eq!(plain_word("SELECT 1"), None);
    }

    #[test]
    fn help_names_every_command() {
        insta::assert_snapshot!(help(), @r"
        \?                             this help
        \d [VIEW]                      the views; with a name, its columns
        \x                             one line a value instead of columns, or back
        \timing                        say how long each answer took, or do not
        \format table|csv|json|ndjson  how to show answers
        \rows NUMBER                   the most rows of an answer
        \plot [X] [Y] [by SERIES]      draw the last answer; without names, its first time and its first number
        \o [FILE]                      send answers to a file; without a name, back to the screen
        \i FILE                        run the statements of a file
        \q                             leave (Ctrl-D does too)

        A statement ends with `;`. Tab completes, Ctrl-C clears the line or stops what runs.
        ");
    }

    proptest! {
        #[test]
        fn any_line_is_read_or_refused(line in "\\\\(\\PC|\\s|['\"]){0,60}") {
            let _ = parse(&line);
        }

        #[test]
        fn any_argument_is_read_or_refused(
            (name, rest) in (0..COMMANDS.len(), "(\\PC|[ '\";]){0,40}")
        ) {
            let _ = parse(&format!("{} {rest}", COMMANDS[name].0));
        }
    }
}
