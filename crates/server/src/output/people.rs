//! Tables for people: columns that line up, or one line a value.

use std::borrow::Cow;

use senne_hub::Table;
use senne_model::Json;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::cell;

/// Cells are cut at this width.
const CELL_MAX: usize = 60;

/// However small the terminal, this much of a cell is shown.
const CELL_MIN: usize = 8;

/// The space between two columns.
const GAP: usize = 2;

/// How a table shows itself.
#[derive(Clone, Copy, Default)]
pub(crate) struct Look {
    /// A terminal can tell a nothing from an empty text by its brightness.
    pub(crate) terminal: bool,
    /// The width to keep to, when there is one.
    pub(crate) width: Option<usize>,
}

impl Look {
    fn nothing(self) -> &'static str {
        if self.terminal { "∅" } else { "" }
    }

    fn show(self, value: &Json) -> String {
        if *value == Json::Null { self.nothing().to_owned() } else { printable(&cell(value)).into_owned() }
    }

    fn dim(self, value: Option<&Json>, shown: String) -> String {
        let nothing = self.terminal && value == Some(&Json::Null);
        if nothing { shown.replacen('∅', "\x1b[2m∅\x1b[0m", 1) } else { shown }
    }
}

/// The text without what would steer a terminal: data come from anybody.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
    };
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let show = |c: char| if steers(c) { c.escape_default().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(show).collect())
}

/// The text, or its beginning and `…` when it is wider than `max`.
pub(crate) fn cut(text: &str, max: usize) -> String {
    if text.width() <= max {
        return text.to_owned();
    }
    let mut room = max.saturating_sub(1);
    let fits = |c: &char| match room.checked_sub(c.width().unwrap_or(0)) {
        Some(left) => {
            room = left;
            true
        }
        None => false,
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

fn pad(text: &str, width: usize, right: bool) -> String {
    let space = " ".repeat(width.saturating_sub(text.width()));
    if right { format!("{space}{text}") } else { format!("{text}{space}") }
}

/// A column holds numbers when all that is in it is a number; these are never cut.
fn numeric(table: &Table, column: usize) -> bool {
    let number = |row: &Vec<Json>| {
        matches!(row.get(column), Some(Json::Null | Json::Int(_) | Json::BigInt(_) | Json::Float(_)))
    };
    table.rows.iter().all(number)
}

/// The greatest width of a cut cell with which the columns fit.
fn fitting(widths: &[usize], numeric: &[bool], width: Option<usize>) -> usize {
    let Some(width) = width else { return CELL_MAX };
    let taken = |max: usize| -> usize {
        let each = widths.iter().zip(numeric).map(|(w, numeric)| if *numeric { *w } else { max.min(*w) });
        each.sum::<usize>() + GAP * widths.len().saturating_sub(1)
    };
    (CELL_MIN..=CELL_MAX).rev().find(|max| taken(*max) <= width).unwrap_or(CELL_MIN)
}

/// The rows under their columns.
pub(crate) fn grid(table: &Table, look: Look) -> String {
    let header: Vec<String> = table.columns.iter().map(|c| printable(&c.name).into_owned()).collect();
    let mut rows: Vec<Vec<String>> =
        table.rows.iter().map(|row| row.iter().map(|v| cut(&look.show(v), CELL_MAX)).collect()).collect();
    let numeric: Vec<bool> = (0..header.len()).map(|i| numeric(table, i)).collect();
    let width = |i: usize| rows.iter().chain([&header]).filter_map(|row| row.get(i)).map(|t| t.width()).max();
    let mut widths: Vec<usize> = (0..header.len()).map(|i| width(i).unwrap_or(0)).collect();
    let mut header = header;
    if look.width.is_some() {
        let max = fitting(&widths, &numeric, look.width);
        for (i, width) in widths.iter_mut().enumerate().filter(|(i, _)| !numeric[*i]) {
            *width = max.min(*width);
            let cells = rows.iter_mut().chain([&mut header]).filter_map(|row| row.get_mut(i));
            cells.for_each(|cell| *cell = cut(cell, max));
        }
    }
    let line = |cells: &[String], values: Option<&Vec<Json>>| {
        let parts = cells.iter().enumerate().map(|(i, text)| {
            look.dim(
                values.and_then(|row| row.get(i)),
                pad(text, widths.get(i).copied().unwrap_or(0), numeric.get(i) == Some(&true)),
            )
        });
        format!("{}\n", parts.collect::<Vec<_>>().join("  ").trim_end())
    };
    let rule: Vec<String> = widths.iter().map(|w| "─".repeat(*w)).collect();
    let mut out = line(&header, None) + &line(&rule, None);
    for (cells, values) in rows.iter().zip(&table.rows) {
        out.push_str(&line(cells, Some(values)));
    }
    out
}

/// One line a value, whole: for rows that are wider than the terminal.
pub(crate) fn records(table: &Table, look: Look) -> String {
    let names: Vec<String> = table.columns.iter().map(|c| printable(&c.name).into_owned()).collect();
    let width = names.iter().map(|name| name.width()).max().unwrap_or(0);
    let mut out = String::new();
    for (number, row) in table.rows.iter().enumerate() {
        let head = format!("── row {} ", number + 1);
        let rule = "─".repeat((width + 24).saturating_sub(head.width()));
        out.push_str(&format!("{head}{rule}\n"));
        for (name, value) in names.iter().zip(row) {
            let line = format!("{}  {}", pad(name, width, false), look.dim(Some(value), look.show(value)));
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use senne_hub::{Column, ColumnKind};

    use super::*;

    fn table(names: &[&str], rows: Vec<Vec<Json>>) -> Table {
        let column = |name: &&str| Column { name: (*name).to_owned(), kind: ColumnKind::Other };
        Table { columns: names.iter().map(column).collect(), rows, truncated: false }
    }

    #[test]
    fn columns_line_up_by_what_is_seen() {
        let rows = vec![
            vec![Json::text("東京"), Json::Int(7)],
            vec![Json::text("Uccle"), Json::Int(1200)],
            vec![Json::text("x\u{301}"), Json::Null],
        ];
        insta::assert_snapshot!(grid(&table(&["place", "no2"], rows), Look::default()), @r"
        place   no2
        ─────  ────
        東京      7
        Uccle  1200
        x́
        ");
    }

    #[test]
    fn a_terminal_sees_nothings_and_keeps_its_width() {
        let rows = vec![vec![Json::text(&"wide ".repeat(30)), Json::Float(12345.678), Json::Null]];
        let look = Look { terminal: true, width: Some(40) };
        let text = grid(&table(&["text", "number", "none"], rows), look);
        insta::assert_snapshot!(text.replace('\x1b', "ESC"), @r"
        text                        number  none
        ───────────────────────  ─────────  ────
        wide wide wide wide wi…  12345.678     ESC[2m∅ESC[0m
        ");
    }

    #[test]
    fn records_show_values_whole() {
        let rows = vec![vec![Json::text(&"wide ".repeat(20)), Json::Null]];
        insta::assert_snapshot!(records(&table(&["text", "none"], rows), Look::default()), @r"
        ── row 1 ───────────────────
        text  wide wide wide wide wide wide wide wide wide wide wide wide wide wide wide wide wide wide wide wide
        none
        ");
    }

    #[test]
    fn data_do_not_steer_the_terminal() {
        assert_eq!(printable("a\x1b[2Jb\nc\u{202e}"), "a\\u{1b}[2Jb\\nc\\u{202e}");
        assert_eq!(printable("é 日 ∅"), "é 日 ∅");
    }

    #[test]
    fn cutting_minds_the_width() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "ab…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(cut("x", 0), "…");
    }
}
