//! Charts as SVG: values in, text out. No script, text stays text, colours come from the style sheet.
//!
//! A chart has no view box of its own where it can do without: horizontal places are percentages and text keeps its size, so the same
//! drawing serves a phone and a desk. Nothing here reads or waits, and nothing here has a language: [`Words`] brings it.

mod bounds;
pub mod bubble;
pub mod calendar;
pub mod centre;
pub mod choropleth;
pub mod classes;
mod data;
pub mod dots;
mod figure;
pub mod gantt;
mod heat;
pub mod interval;
pub mod line;
pub mod map;
pub mod matrix;
pub mod meter;
pub mod multiples;
pub mod place;
pub mod scale;
pub mod slope;
pub mod spark;
mod spread;
pub mod stacked;
pub mod strip;
pub mod ticks;
pub mod week;
mod words;

use std::fmt::Write as _;

pub use self::{
    data::{Axis, Band, Dot, Interval, Item, Known, Reference, Series, Trust},
    figure::{Chart, Head, Row, Table, figure, picture},
    words::{Phrase, Words},
};

/// Text as it may stand in SVG and HTML, in element or attribute.
pub fn escape(text: &str) -> String {
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
