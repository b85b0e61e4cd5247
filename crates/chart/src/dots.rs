//! A dot with its interval for each of several things, on one axis.

use std::fmt::Write as _;

use crate::{
    Axis, Chart, Head, Item, Known, Reference, Table, escape,
    figure::{Size, linked, open},
    scale::Scale,
    spread,
    strip::{label, mark},
};

const SPAN: (f64, f64) = (3.0, 97.0);
/// The height of a row: its name above its line.
const ROW: f64 = 36.0;
const ABOVE: f64 = 22.0;
const BELOW: f64 = 28.0;

/// Dots with intervals, one row for each thing.
#[derive(Clone, Copy, Debug)]
pub struct Dots<'a> {
    /// Name and language.
    pub head: Head<'a>,
    /// The one axis.
    pub axis: Axis<'a>,
    /// From the top down.
    pub items: &'a [Item<'a>],
    /// What they are compared with.
    pub reference: Option<Reference<'a>>,
}

impl Chart for Dots<'_> {
    fn head(&self) -> Head<'_> {
        self.head
    }

    fn summary(&self) -> String {
        spread::summary(self.head.words, &self.axis, self.items)
    }

    fn table(&self) -> Table {
        spread::table(self.head, &self.axis, self.items)
    }

    fn draw(&self) -> String {
        let ends = self.items.iter().filter_map(|item| item.interval).flat_map(|i| [i.low, i.high]);
        let values = spread::numbers(self.items).into_iter().chain(ends);
        let scale = self.axis.scale(values.chain(self.reference.map(|r| r.value)), SPAN);
        let base = ABOVE + ROW * self.items.len() as f64;
        let mut out = String::new();
        open(&mut out, self.head, &self.summary(), "chart", Size::Wide(base + BELOW), true);
        self.ground(&mut out, &scale, base);
        for (place, item) in self.items.iter().enumerate() {
            let y = ABOVE + ROW * place as f64 + 24.0;
            linked(
                &mut out,
                item.link,
                if item.here { "dots-item dots-here" } else { "dots-item" },
                &spread::says(self.head.words, &self.axis, item),
                &self.row(item, y, &scale),
            );
        }
        out.push_str("</svg>");
        out
    }
}

impl Dots<'_> {
    fn ground(&self, out: &mut String, scale: &Scale, base: f64) {
        out.push_str(r#"<g class="chart-grid" aria-hidden="true">"#);
        let ticks: Vec<f64> = scale.ticks().collect();
        for (index, tick) in ticks.iter().enumerate() {
            let x = scale.place(*tick);
            let number = self.head.words.number(*tick, scale.decimals());
            let text = if index + 1 == ticks.len() { format!("{number} {}", self.axis.unit) } else { number };
            let _ = write!(out, r#"<line x1="{x:.2}%" x2="{x:.2}%" y1="{ABOVE}" y2="{base}"/>"#);
            label(out, "chart-number", x, base + 18.0, text.trim_end());
        }
        out.push_str(r#"</g><g aria-hidden="true">"#);
        if let Some(reference) = self.reference {
            let x = scale.place(reference.value);
            let _ = write!(
                out,
                r#"<line class="chart-guide" x1="{x:.2}%" x2="{x:.2}%" y1="{ABOVE}" y2="{base}"/>"#
            );
            label(out, "chart-guide-text", x, 14.0, reference.label);
        }
        out.push_str("</g>");
    }

    fn row(&self, item: &Item<'_>, y: f64, scale: &Scale) -> String {
        let mut row = String::new();
        let above = y - 9.0;
        let text = match item.value {
            Known::Value(_) => escape(item.name),
            _ => escape(&spread::says(self.head.words, &self.axis, item)),
        };
        let _ = write!(row, r#"<text x="0" y="{above}">{text}</text>"#);
        let Some(value) = item.value.number() else {
            let _ = write!(row, r#"<line class="meter-unknown" x1="0" x2="100%" y1="{y}" y2="{y}"/>"#);
            return row;
        };
        if let Some(interval) = item.interval {
            let (from, to) = (scale.place(interval.low), scale.place(interval.high));
            let _ = write!(
                row,
                r#"<line class="dot-interval" x1="{from:.2}%" x2="{to:.2}%" y1="{y}" y2="{y}"/>"#
            );
        }
        row.push_str(&mark(item.here, &format!("{:.2}%", scale.place(value)), y, 4.5));
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        spread::tests::{FOUR, PERCENT},
        words::plain::Plain,
    };

    #[test]
    fn a_row_has_name_dot_and_interval_and_what_is_missing_says_so() {
        let dots = Dots {
            head: Head { id: "d", title: "Dots", words: &Plain },
            axis: PERCENT,
            items: &FOUR,
            reference: Some(Reference { value: 11.0, label: "Region 11" }),
        };
        insta::assert_snapshot!(dots.draw().replace("><", ">\n<"));
        assert_eq!(dots.table().rows.len(), 4);
        assert_eq!(dots.table().columns.len(), 4);
    }
}
