//! The slope chart: two periods, and a line for each area from the one to the other.

use std::fmt::Write as _;

use crate::{
    Axis, Chart, Head, Known, Row, Table, escape,
    figure::{Size, apart, linked, open},
    scale::Scale,
    words::Phrase,
};

/// Where the two periods stand, in per cent of the width; names are to the right.
const LEFT: f64 = 13.0;
const RIGHT: f64 = 43.0;
/// From one name to the next, in CSS pixels.
const GAP: f64 = 17.0;
const ABOVE: f64 = 38.0;
const HEIGHT_LEAST: f64 = 200.0;

/// A slope chart.
#[derive(Clone, Copy, Debug)]
pub struct Slope<'a> {
    /// Name and language.
    pub head: Head<'a>,
    /// The one axis.
    pub axis: Axis<'a>,
    /// The names of the two periods.
    pub periods: [&'a str; 2],
    /// In any order.
    pub lines: &'a [SlopeLine<'a>],
}

/// A line of a slope chart.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SlopeLine<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Where it leads; empty for nowhere.
    pub link: &'a str,
    /// Its values in the two periods.
    pub values: [Known; 2],
    /// Whether the change is told apart from chance; `None` where nobody can tell.
    pub clear: Option<bool>,
    /// Whether the page is about this one.
    pub here: bool,
}

impl SlopeLine<'_> {
    fn numbers(&self) -> Option<[f64; 2]> {
        Some([self.values[0].number()?, self.values[1].number()?])
    }

    /// A change that may be chance is dotted.
    fn class(&self) -> &'static str {
        match (self.here, self.clear) {
            (true, Some(false)) => "slope slope-here slope-unclear",
            (true, _) => "slope slope-here",
            (false, Some(false)) => "slope slope-unclear",
            (false, _) => "slope",
        }
    }
}

impl Chart for Slope<'_> {
    fn head(&self) -> Head<'_> {
        self.head
    }

    fn summary(&self) -> String {
        let words = self.head.words;
        let known: Vec<[f64; 2]> = self.lines.iter().filter_map(SlopeLine::numbers).collect();
        if known.is_empty() {
            return words.say(Phrase::Nothing, &[]);
        }
        let count = |n: usize| words.number(n as f64, 0);
        let rise = known.iter().filter(|[from, to]| to > from).count();
        let fall = known.iter().filter(|[from, to]| to < from).count();
        let [from, to] = self.periods.map(str::to_owned);
        words.say(Phrase::SlopeSummary, &[from, to, count(known.len()), count(rise), count(fall)])
    }

    fn table(&self) -> Table {
        let words = self.head.words;
        let [name, change] = [Phrase::Name, Phrase::Change].map(|phrase| words.say(phrase, &[]));
        let [first, last] = self.periods.map(str::to_owned);
        let mut table = Table { columns: vec![name, first, last, change], rows: Vec::new() };
        for line in self.lines {
            let [from, to] = line.values.map(|value| self.axis.say_known(words, value));
            table.rows.push(Row::new(line.name, line.link, vec![from, to, self.change(line)]));
        }
        table
    }

    fn draw(&self) -> String {
        let known: Vec<(&SlopeLine<'_>, [f64; 2])> =
            self.lines.iter().filter_map(|line| Some((line, line.numbers()?))).collect();
        let base = ABOVE + (GAP * known.len() as f64).max(HEIGHT_LEAST);
        let values = known.iter().flat_map(|(_, values)| *values).map(|x| (x, x)).chain(self.axis.range);
        let (low, high) = values.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or((0.0, 1.0));
        let scale = Scale::between(low, high, (base, ABOVE));
        let mut out = String::new();
        open(&mut out, self.head, &self.summary(), "chart", Size::Wide(base + 14.0), true);
        self.ground(&mut out, base);
        let side = |side: usize| -> Vec<f64> {
            let wanted: Vec<f64> = known.iter().map(|(_, values)| scale.place(values[side])).collect();
            apart(&wanted, GAP, (ABOVE, base))
        };
        let (left, right) = (side(0), side(1));
        // The one the page is about lies over the others.
        for here in [false, true] {
            for (place, (line, values)) in known.iter().enumerate().filter(|(_, (line, _))| line.here == here)
            {
                self.line(&mut out, line, *values, (left[place], right[place]), &scale);
            }
        }
        out.push_str("</svg>");
        out
    }
}

impl Slope<'_> {
    fn change(&self, line: &SlopeLine<'_>) -> String {
        let words = self.head.words;
        let Some([from, to]) = line.numbers() else { return words.say(Phrase::Unknown, &[]) };
        let sign = if to > from { "+" } else { "" };
        let change = format!("{sign}{}", self.axis.say(words, to - from));
        match line.clear {
            Some(clear) => {
                let said = words.say(if clear { Phrase::Clear } else { Phrase::Unclear }, &[]);
                format!("{change} ({said})")
            }
            None => change,
        }
    }

    fn ground(&self, out: &mut String, base: f64) {
        out.push_str(r#"<g aria-hidden="true">"#);
        let (top, low) = (ABOVE - 10.0, base + 8.0);
        for (x, period, anchor) in [(LEFT, self.periods[0], "middle"), (RIGHT, self.periods[1], "middle")] {
            let _ = write!(
                out,
                r#"<line class="chart-tick" x1="{x}%" x2="{x}%" y1="{top}" y2="{low}"/><text class="slope-period" x="{x}%" y="14" text-anchor="{anchor}">{}</text>"#,
                escape(period)
            );
        }
        out.push_str("</g>");
    }

    fn line(
        &self,
        out: &mut String,
        line: &SlopeLine<'_>,
        values: [f64; 2],
        (left, right): (f64, f64),
        scale: &Scale,
    ) {
        let words = self.head.words;
        let [y1, y2] = values.map(|x| scale.place(x));
        let [from, to] = values.map(|x| words.number(x, self.axis.decimals));
        let mut content = format!(
            r#"<line x1="{LEFT}%" x2="{RIGHT}%" y1="{y1:.1}" y2="{y2:.1}"/><circle cx="{LEFT}%" cy="{y1:.1}" r="3.5"/><circle cx="{RIGHT}%" cy="{y2:.1}" r="3.5"/>"#
        );
        for (x, toward, y, place) in [(LEFT, LEFT - 2.0, y1, left), (RIGHT, RIGHT + 2.0, y2, right)] {
            let _ = write!(
                content,
                r#"<line class="slope-lead" x1="{x}%" x2="{toward}%" y1="{y:.1}" y2="{place:.1}"/>"#
            );
        }
        let (x1, x2) = (LEFT - 2.6, RIGHT + 2.6);
        let (left, right) = (left + 4.5, right + 4.5);
        let _ = write!(
            content,
            r#"<text x="{x1:.1}%" y="{left:.1}" text-anchor="end">{}</text><text x="{x2:.1}%" y="{right:.1}">{} {}</text>"#,
            escape(&from),
            escape(&to),
            escape(line.name)
        );
        let says = format!("{}: {from} → {}", line.name, self.axis.say(words, values[1]));
        linked(out, line.link, line.class(), &says, &content);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::plain::Plain;

    #[test]
    fn a_change_that_may_be_chance_is_dotted_and_the_missing_are_in_the_table() {
        let line = |name, values, clear, here| SlopeLine { name, link: "/x", values, clear, here };
        let value = Known::Value;
        let lines = [
            line("Ixelles", [value(10.0), value(14.0)], Some(true), true),
            line("Uccle", [value(12.0), value(11.5)], Some(false), false),
            line("Evere", [value(10.0), value(10.0)], None, false),
            line("Forest", [value(9.0), Known::Suppressed], None, false),
        ];
        let chart = Slope {
            head: Head { id: "s", title: "Slope", words: &Plain },
            axis: Axis { unit: "%", decimals: 1, range: None },
            periods: ["2023", "2024"],
            lines: &lines,
        };
        assert_eq!(chart.summary(), "SlopeSummary(2023|2024|3|1|1)");
        insta::assert_snapshot!(chart.draw().replace("><", ">\n<"));
        insta::assert_snapshot!(chart.table().html("Slope").replace("><", ">\n<"));
    }
}
