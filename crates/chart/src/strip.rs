//! The distribution strip: one mark for each value on one axis, so that outliers and leaning show.

use std::fmt::Write as _;

use crate::{
    Axis, Chart, Head, Item, Reference, Table, escape,
    figure::{Size, linked, open},
    scale::Scale,
    spread,
    words::Phrase,
};

/// The axis from left to right, in per cent of the width.
const SPAN: (f64, f64) = (3.0, 97.0);
/// Marks nearer than this are set upon each other, in per cent of the width.
const GAP: f64 = 2.6;
/// From one lane to the next, in CSS pixels.
const LANE: f64 = 11.0;
/// Room above the marks, for the name of the one the page is about.
const ABOVE: f64 = 26.0;
/// Room below them, for the axis and what they are compared with.
const BELOW: f64 = 46.0;

/// A distribution strip.
#[derive(Clone, Copy, Debug)]
pub struct Strip<'a> {
    /// Name and language.
    pub head: Head<'a>,
    /// The one axis.
    pub axis: Axis<'a>,
    /// In any order.
    pub items: &'a [Item<'a>],
    /// What they are compared with.
    pub reference: Option<Reference<'a>>,
}

impl Chart for Strip<'_> {
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
        let known: Vec<(&Item<'_>, f64)> =
            self.items.iter().filter_map(|item| Some((item, item.value.number()?))).collect();
        let values = known.iter().map(|(_, x)| *x).chain(self.reference.map(|r| r.value));
        let scale = self.axis.scale(values, SPAN);
        let places: Vec<f64> = known.iter().map(|(_, x)| scale.place(*x)).collect();
        let lanes = spread::lanes(&places, GAP);
        let base = ABOVE + LANE * (lanes.iter().max().copied().unwrap_or(0) + 1) as f64;
        let mut out = String::new();
        open(&mut out, self.head, &self.summary(), "chart", Size::Wide(base + BELOW), true);
        self.ground(&mut out, &scale, base);
        for (((item, _), x), lane) in known.iter().zip(&places).zip(&lanes) {
            let y = base - LANE * (*lane as f64 + 0.5);
            let says = spread::says(self.head.words, &self.axis, item);
            linked(&mut out, item.link, "strip-item", &says, &mark(item.here, &format!("{x:.2}%"), y, 4.5));
        }
        if let Some(((item, value), x)) = known.iter().zip(&places).find(|((item, _), _)| item.here) {
            let text = format!("{} {}", item.name, self.axis.say(self.head.words, *value));
            label(&mut out, "chart-value", *x, 15.0, &text);
        }
        out.push_str("</svg>");
        out
    }
}

impl Strip<'_> {
    fn ground(&self, out: &mut String, scale: &Scale, base: f64) {
        let words = self.head.words;
        out.push_str(r#"<g aria-hidden="true">"#);
        let _ = write!(out, r#"<line class="chart-tick" x1="0" x2="100%" y1="{base}" y2="{base}"/>"#);
        let ticks: Vec<f64> = scale.ticks().collect();
        for (index, tick) in ticks.iter().enumerate() {
            let x = scale.place(*tick);
            let (to, y) = (base + 5.0, base + 20.0);
            let number = words.number(*tick, scale.decimals());
            let unit = if index + 1 == ticks.len() { format!("{number} {}", self.axis.unit) } else { number };
            let _ =
                write!(out, r#"<line class="chart-tick" x1="{x:.2}%" x2="{x:.2}%" y1="{base}" y2="{to}"/>"#);
            label(out, "chart-number", x, y, unit.trim_end());
        }
        if let Some(half) = spread::median(&spread::numbers(self.items)) {
            let x = scale.place(half);
            let (from, to) = (base - LANE, base + 5.0);
            let _ = write!(
                out,
                r#"<line class="strip-median" x1="{x:.2}%" x2="{x:.2}%" y1="{from}" y2="{to}"><title>{}</title></line>"#,
                escape(&words.say(Phrase::Median, &[]))
            );
        }
        if let Some(reference) = self.reference {
            let x = scale.place(reference.value);
            let to = base + 26.0;
            let _ = write!(
                out,
                r#"<line class="chart-guide" x1="{x:.2}%" x2="{x:.2}%" y1="{ABOVE}" y2="{to}"/>"#
            );
            label(out, "chart-guide-text", x, base + 40.0, reference.label);
        }
        out.push_str("</g>");
    }
}

/// A circle; a larger diamond for the one the page is about.
pub(crate) fn mark(here: bool, x: &str, y: f64, radius: f64) -> String {
    if here {
        let r = radius * 1.7;
        format!(
            r#"<svg x="{x}" y="{y:.1}" overflow="visible"><path class="strip-here" d="M0-{r:.1}L{r:.1} 0 0 {r:.1}-{r:.1} 0Z"/></svg>"#
        )
    } else {
        format!(r#"<circle class="strip-dot" cx="{x}" cy="{y:.1}" r="{radius}"/>"#)
    }
}

/// Text at a share of the width; near the edges it leans inwards.
pub(crate) fn label(out: &mut String, class: &str, x: f64, y: f64, text: &str) {
    let anchor = match x {
        x if x < 25.0 => "start",
        x if x > 75.0 => "end",
        _ => "middle",
    };
    let _ = write!(
        out,
        r#"<text class="{class}" x="{x:.2}%" y="{y:.0}" text-anchor="{anchor}">{}</text>"#,
        escape(text)
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        spread::tests::{FOUR, PERCENT},
        words::plain::Plain,
    };

    #[test]
    fn each_value_is_a_mark_and_the_one_asked_for_is_a_diamond_with_its_name() {
        let strip = Strip {
            head: Head { id: "s", title: "Strip", words: &Plain },
            axis: PERCENT,
            items: &FOUR,
            reference: Some(Reference { value: 11.0, label: "Region 11" }),
        };
        insta::assert_snapshot!(strip.draw().replace("><", ">\n<"));
        insta::assert_snapshot!(strip.table().html("Strip").replace("><", ">\n<"));
    }

    #[test]
    fn nothing_is_an_axis_and_a_sentence() {
        let head = Head { id: "s", title: "Strip", words: &Plain };
        let strip = Strip { head, axis: PERCENT, items: &FOUR[2..], reference: None };
        assert!(!strip.draw().contains("NaN") && strip.draw().contains("Nothing"));
    }
}
