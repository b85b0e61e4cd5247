//! The line that a person types at: editing, history, completion, and waiting for the end of a statement.

use std::{
    ffi::OsString,
    fs::{DirBuilder, OpenOptions},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use rustyline::{
    CompletionType, Config, Context, Editor, Helper, Result as LineResult,
    completion::{Completer, FilenameCompleter, Pair},
    error::ReadlineError,
    highlight::Highlighter,
    hint::Hinter,
    history::FileHistory,
    validate::{ValidationContext, ValidationResult, Validator},
};

use super::{
    command::plain_word,
    complete::{Offer, offer},
    names::Names,
    session::note,
    split::Splitter,
};

const PROMPT: &str = "senne> ";

/// The most statements that are remembered.
const HISTORY_MAX: usize = 5_000;

/// What a person did.
pub(crate) enum Input {
    /// Gave a complete text.
    Text(String),
    /// Pressed Ctrl-C.
    Cleared,
    /// Pressed Ctrl-D, or the terminal is gone.
    End,
}

/// The line editor.
pub(crate) struct Prompt {
    editor: Editor<Guide, FileHistory>,
    history: Option<PathBuf>,
}

impl Prompt {
    pub(crate) fn new(names: Names) -> anyhow::Result<Self> {
        let config = Config::builder()
            .max_history_size(HISTORY_MAX)?
            .history_ignore_dups(true)?
            .completion_type(CompletionType::List)
            .build();
        let empty = FileHistory::with_config(&config);
        let mut editor = Editor::with_history(config, empty)?;
        editor.set_helper(Some(Guide { names, answered: Vec::new(), files: FilenameCompleter::new() }));
        let history = history_file(std::env::var_os("XDG_STATE_HOME"), std::env::var_os("HOME"));
        let history = history.filter(|path| match prepare(path).and_then(|()| load(&mut editor, path)) {
            Ok(()) => true,
            Err(error) => {
                note(&format!("statements are not remembered: {}: {error}", path.display()));
                false
            }
        });
        Ok(Self { editor, history })
    }

    /// Waits for a complete text; `answered` are the columns of the last answer, for completion.
    pub(crate) fn read(&mut self, answered: Vec<String>) -> anyhow::Result<Input> {
        if let Some(guide) = self.editor.helper_mut() {
            guide.answered = answered;
        }
        match self.editor.readline(PROMPT) {
            Ok(text) => {
                self.remember(text.trim());
                Ok(Input::Text(text))
            }
            Err(ReadlineError::Interrupted) => Ok(Input::Cleared),
            Err(ReadlineError::Eof) => Ok(Input::End),
            Err(error) => Err(error.into()),
        }
    }

    /// At once, so that a shell that is killed and one beside it lose nothing.
    fn remember(&mut self, text: &str) {
        if text.is_empty() || !matches!(self.editor.add_history_entry(text), Ok(true)) {
            return;
        }
        if let Some(path) = &self.history
            && let Err(error) = self.editor.append_history(path)
        {
            note(&format!("statements are not remembered: {}: {error}", path.display()));
            self.history = None;
        }
    }
}

fn load(editor: &mut Editor<Guide, FileHistory>, path: &Path) -> std::io::Result<()> {
    editor.load_history(path).map_err(std::io::Error::other)
}

/// The file in the user's state folder. Relative names are not to be heeded, says the XDG Base Directory
/// Specification.
fn history_file(state: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    let absolute = |name: Option<OsString>| name.map(PathBuf::from).filter(|path| path.is_absolute());
    let state = absolute(state).or_else(|| Some(absolute(home)?.join(".local/state")))?;
    Some(state.join("senne/sql-history"))
}

/// Makes the file before anything is in it: statements may hold what others should not read.
fn prepare(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    OpenOptions::new().append(true).create(true).mode(0o600).open(path).map(drop)
}

/// What the editor asks while a person types.
struct Guide {
    names: Names,
    answered: Vec<String>,
    files: FilenameCompleter,
}

impl Helper for Guide {}

impl Highlighter for Guide {}

impl Hinter for Guide {
    type Hint = String;
}

impl Completer for Guide {
    type Candidate = Pair;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> LineResult<(usize, Vec<Pair>)> {
        let Offer { from, candidates, file } = offer(&self.names, &self.answered, line, at);
        if file {
            return self.files.complete_path(line, at);
        }
        let pair = |text: String| Pair { display: text.clone(), replacement: text };
        Ok((from, candidates.into_iter().map(pair).collect()))
    }
}

impl Validator for Guide {
    fn validate(&self, context: &mut ValidationContext<'_>) -> LineResult<ValidationResult> {
        let mut splitter = Splitter::default();
        splitter.feed(context.input());
        let complete = splitter.is_complete() || plain_word(context.input()).is_some();
        Ok(if complete { ValidationResult::Valid(None) } else { ValidationResult::Incomplete })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn history_is_in_the_state_folder() {
        let file = |state: Option<&str>, home: Option<&str>| {
            history_file(state.map(OsString::from), home.map(OsString::from))
        };
        assert_eq!(file(Some("/s"), Some("/h")), Some("/s/senne/sql-history".into()));
        assert_eq!(file(Some("s"), Some("/h")), Some("/h/.local/state/senne/sql-history".into()));
        assert_eq!(file(None, None), None);
    }
}
