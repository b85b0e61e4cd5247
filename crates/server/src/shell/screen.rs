//! What answers are shown on.

use std::io::{IsTerminal as _, stdout};

/// The standard output, as it is now: a window may have been drawn larger since.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Screen {
    /// Whether a person looks at it.
    pub(crate) terminal: bool,
    /// Whether it has colours, and the person wants them (<https://no-color.org>).
    pub(crate) colours: bool,
    /// Letters side by side.
    pub(crate) width: usize,
    /// Lines above each other.
    pub(crate) height: usize,
}

impl Screen {
    pub(crate) fn now() -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<usize>().ok());
        let size = terminal_size::terminal_size().map(|(w, h)| (usize::from(w.0), usize::from(h.0)));
        let size = size.filter(|(width, height)| *width > 0 && *height > 0);
        let (width, height) =
            size.unwrap_or_else(|| (number("COLUMNS").unwrap_or(80), number("LINES").unwrap_or(24)));
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let terminal = stdout().is_terminal() && !dumb;
        Self {
            terminal,
            colours: terminal && !set("NO_COLOR"),
            width: width.min(1000),
            height: height.min(1000),
        }
    }
}
