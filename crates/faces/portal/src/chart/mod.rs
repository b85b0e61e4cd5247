//! Charts as SVG written by the server: no script, text stays text, colours come from the style sheet.
//!
//! A chart has no view box of its own: horizontal places are percentages and text keeps its size, so the same
//! drawing serves a phone and a desk.

pub(crate) mod centre;
pub(crate) mod interval;
pub(crate) mod line;
pub(crate) mod map;
pub(crate) mod meter;
pub(crate) mod scale;
pub(crate) mod spark;
pub(crate) mod ticks;

use std::fmt::Write as _;

/// One value of a series in a chart.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Dot {
    /// When, in microseconds UTC.
    pub(crate) at: i64,
    pub(crate) value: f64,
    /// The lowest and highest value that this dot stands for, when it stands for several.
    pub(crate) spread: Option<(f64, f64)>,
    pub(crate) trust: Trust,
}

/// How far the value of a dot can be trusted; what cannot is drawn hollow and never joined by a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Trust {
    Usable,
    Suspect,
    Failed,
}

/// Text as it may stand in SVG and HTML, in element or attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// A coordinate with at most one decimal, as short as it can be written.
pub(crate) fn short(out: &mut String, x: f64) {
    let tenths = (x * 10.0).round() as i64;
    if tenths % 10 == 0 {
        let _ = write!(out, "{}", tenths / 10);
    } else {
        let _ = write!(out, "{:.1}", tenths as f64 / 10.0);
    }
}
