//! Cost × benefit × evidence: one bubble for each project.

use std::fmt::Write as _;

use crate::{
    Axis, Chart, Head, Interval, Row, Table, escape,
    figure::{Size, linked, open},
    scale::Scale,
    strip::label,
    words::Phrase,
};

/// The highest grade of evidence.
pub const GRADE_MAX: u8 = 5;

const HEIGHT: f64 = 380.0;
const PLOT: (f64, f64) = (330.0, 34.0);
const SPAN: (f64, f64) = (9.0, 94.0);
/// The widths at which names must not lie on each other, in CSS pixels: a desk, a phone.
const WIDTHS: [f64; 2] = [680.0, 350.0];
/// The usual width of a letter, and the height of a line.
const LETTER: f64 = 6.6;
const LINE: f64 = 16.0;

/// A project as a bubble.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bubble<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Where it leads; empty for nowhere.
    pub link: &'a str,
    /// What it costs, in the unit of the axis of costs.
    pub cost: f64,
    /// What it brings, in the unit of the axis of benefits.
    pub benefit: f64,
    /// How sure that is.
    pub interval: Option<Interval>,
    /// How well that is known: 0 for a guess, to 5.
    pub evidence: u8,
}

impl Bubble<'_> {
    fn radius(&self) -> f64 {
        // The area grows with the grade.
        7.0 * (1.0 + f64::from(self.evidence.min(GRADE_MAX))).sqrt()
    }

    /// Dotted and hollow for a guess, dashed for little, whole and filled for much.
    fn class(&self) -> &'static str {
        match self.evidence {
            0 | 1 => "bubble bubble-weak",
            2 | 3 => "bubble bubble-fair",
            _ => "bubble bubble-strong",
        }
    }
}

/// A bubble chart.
#[derive(Clone, Copy, Debug)]
pub struct Bubbles<'a> {
    /// Name and language.
    pub head: Head<'a>,
    /// From left to right; what it measures is said below.
    pub cost: Axis<'a>,
    /// From the bottom up; what it measures is said above.
    pub benefit: Axis<'a>,
    /// In any order.
    pub bubbles: &'a [Bubble<'a>],
}

impl Chart for Bubbles<'_> {
    fn head(&self) -> Head<'_> {
        self.head
    }

    fn summary(&self) -> String {
        let words = self.head.words;
        let most = self.bubbles.iter().max_by(|a, b| a.benefit.total_cmp(&b.benefit));
        let least = self.bubbles.iter().min_by(|a, b| a.cost.total_cmp(&b.cost));
        let (Some(most), Some(least)) = (most, least) else { return words.say(Phrase::Nothing, &[]) };
        let values = [
            words.number(self.bubbles.len() as f64, 0),
            self.benefit.say(words, most.benefit),
            most.name.to_owned(),
            self.cost.say(words, least.cost),
            least.name.to_owned(),
        ];
        words.say(Phrase::BubbleSummary, &values)
    }

    fn table(&self) -> Table {
        let words = self.head.words;
        let columns =
            [Phrase::Name, Phrase::Cost, Phrase::Benefit, Phrase::Least, Phrase::Most, Phrase::Evidence];
        let mut table = Table::new(words, &columns);
        for bubble in self.bubbles {
            let end = |x: Option<f64>| x.map_or_else(String::new, |x| self.benefit.say(words, x));
            let cells = vec![
                self.cost.say(words, bubble.cost),
                self.benefit.say(words, bubble.benefit),
                end(bubble.interval.map(|i| i.low)),
                end(bubble.interval.map(|i| i.high)),
                format!("{}/{GRADE_MAX}", bubble.evidence.min(GRADE_MAX)),
            ];
            table.rows.push(Row::new(bubble.name, bubble.link, cells));
        }
        table
    }

    fn draw(&self) -> String {
        let costs = self.cost.scale(self.bubbles.iter().map(|b| b.cost), SPAN);
        let ends = self.bubbles.iter().filter_map(|b| b.interval).flat_map(|i| [i.low, i.high]);
        let benefits = self.benefit.scale(self.bubbles.iter().map(|b| b.benefit).chain(ends), PLOT);
        let mut out = String::new();
        open(&mut out, self.head, &self.summary(), "chart", Size::Wide(HEIGHT), true);
        self.ground(&mut out, &costs, &benefits);
        // Large ones first, so that none hides a smaller one.
        let mut order: Vec<&Bubble<'_>> = self.bubbles.iter().collect();
        order.sort_by_key(|bubble| std::cmp::Reverse(bubble.evidence));
        for bubble in &order {
            self.bubble(&mut out, bubble, costs.place(bubble.cost), &benefits);
        }
        names(&mut out, &order, &costs, &benefits);
        out.push_str("</svg>");
        out
    }
}

impl Bubbles<'_> {
    fn ground(&self, out: &mut String, costs: &Scale, benefits: &Scale) {
        let words = self.head.words;
        out.push_str(r#"<g class="chart-grid" aria-hidden="true">"#);
        for tick in benefits.ticks() {
            let y = benefits.place(tick).round();
            let class = if tick == 0.0 { r#" class="chart-tick""# } else { "" };
            let text = words.number(tick, benefits.decimals());
            let above = y - 4.0;
            let _ = write!(
                out,
                r#"<line{class} x1="0" x2="100%" y1="{y}" y2="{y}"/><text x="0" y="{above}">{text}</text>"#
            );
        }
        let (from, to, below) = (PLOT.0, PLOT.0 + 5.0, PLOT.0 + 20.0);
        for tick in costs.ticks() {
            let x = costs.place(tick);
            let _ =
                write!(out, r#"<line class="chart-tick" x1="{x:.2}%" x2="{x:.2}%" y1="{from}" y2="{to}"/>"#);
            label(out, "chart-number", x, below, &words.number(tick, costs.decimals()));
        }
        let title = |phrase, unit: &str| {
            let name = words.say(phrase, &[]);
            escape(&if unit.is_empty() { name } else { format!("{name} ({unit})") })
        };
        let _ = write!(
            out,
            r#"<text class="chart-axis" x="0" y="13">{}</text><text class="chart-axis" x="100%" y="{HEIGHT}" dy="-8" text-anchor="end">{}</text></g>"#,
            title(Phrase::Benefit, self.benefit.unit),
            title(Phrase::Cost, self.cost.unit),
        );
    }

    fn bubble(&self, out: &mut String, bubble: &Bubble<'_>, x: f64, benefits: &Scale) {
        let words = self.head.words;
        let y = benefits.place(bubble.benefit);
        let mut content = String::new();
        if let Some(interval) = bubble.interval {
            let (low, high) = (benefits.place(interval.low), benefits.place(interval.high));
            let _ = write!(
                content,
                r#"<line class="bubble-interval" x1="{x:.2}%" x2="{x:.2}%" y1="{low:.1}" y2="{high:.1}"/>"#
            );
        }
        let (radius, grade, below) = (bubble.radius(), bubble.evidence.min(GRADE_MAX), y + 4.5);
        let _ = write!(
            content,
            r#"<circle cx="{x:.2}%" cy="{y:.1}" r="{radius:.1}"/><text class="bubble-grade" x="{x:.2}%" y="{below:.1}" text-anchor="middle">{grade}</text>"#
        );
        let says = format!(
            "{}: {}, {}, {grade}/{GRADE_MAX}",
            bubble.name,
            self.cost.say(words, bubble.cost),
            self.benefit.say(words, bubble.benefit)
        );
        linked(out, bubble.link, bubble.class(), &says, &content);
    }
}

/// Where a name may stand beside its bubble: right, left, above, below. The anchor of the text and its way from the middle of the bubble.
fn spots(bubble: &Bubble<'_>) -> [(&'static str, f64, f64); 4] {
    let away = bubble.radius() + 4.0;
    [("start", away, 4.5), ("end", -away, 4.5), ("middle", 0.0, -away), ("middle", 0.0, away + 10.0)]
}

/// The room of a name: from left to right, from top to bottom.
fn room(bubble: &Bubble<'_>, (x, y): (f64, f64), (anchor, dx, dy): (&str, f64, f64)) -> [f64; 4] {
    let long = bubble.name.chars().count() as f64 * LETTER;
    let from = match anchor {
        "start" => x + dx,
        "end" => x + dx - long,
        _ => x + dx - long / 2.0,
    };
    [from, from + long, y + dy - LINE * 0.8, y + dy + LINE * 0.2]
}

fn clear(room: [f64; 4], width: f64, taken: &[[f64; 4]]) -> bool {
    let apart = |t: &[f64; 4]| room[1] < t[0] || room[0] > t[1] || room[3] < t[2] || room[2] > t[3];
    room[0] >= 0.0 && room[1] <= width && taken.iter().all(apart)
}

/// Names beside their bubbles; one for which there is no room is left out, or on a phone only where there is none there. The table has them all.
fn names(out: &mut String, order: &[&Bubble<'_>], costs: &Scale, benefits: &Scale) {
    let middle = |bubble: &Bubble<'_>, width: f64| {
        (costs.place(bubble.cost) / 100.0 * width, benefits.place(bubble.benefit))
    };
    let mut taken: [Vec<[f64; 4]>; 2] = WIDTHS.map(|width| {
        let disc = |bubble: &&Bubble<'_>| {
            let ((x, y), r) = (middle(bubble, width), bubble.radius());
            [x - r, x + r, y - r, y + r]
        };
        order.iter().map(disc).collect()
    });
    out.push_str(r#"<g aria-hidden="true">"#);
    for bubble in order {
        let fits = |spot: &(&'static str, f64, f64), place: usize| {
            clear(room(bubble, middle(bubble, WIDTHS[place]), *spot), WIDTHS[place], &taken[place])
        };
        let spots = spots(bubble);
        let both = spots.iter().find(|spot| fits(spot, 0) && fits(spot, 1));
        let Some(spot) = both.or_else(|| spots.iter().find(|spot| fits(spot, 0))) else { continue };
        for (place, width) in WIDTHS.iter().enumerate().take(1 + usize::from(both.is_some())) {
            taken[place].push(room(bubble, middle(bubble, *width), *spot));
        }
        let class = if both.is_some() { "" } else { r#" class="spare""# };
        let (anchor, dx, dy) = *spot;
        let (x, y) = (costs.place(bubble.cost), benefits.place(bubble.benefit) + dy);
        let _ = write!(
            out,
            r#"<text{class} x="{x:.2}%" dx="{dx:.1}" y="{y:.1}" text-anchor="{anchor}">{}</text>"#,
            escape(bubble.name)
        );
    }
    out.push_str("</g>");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::plain::Plain;

    fn bubble(name: &str, cost: f64, benefit: f64, evidence: u8) -> Bubble<'_> {
        let interval = Some(Interval { low: benefit - 1.0, high: benefit + 1.0 });
        Bubble { name, link: "/p?a&b", cost, benefit, interval, evidence }
    }

    fn chart<'a>(bubbles: &'a [Bubble<'a>]) -> Bubbles<'a> {
        Bubbles {
            head: Head { id: "b", title: "Bubbles", words: &Plain },
            cost: Axis { unit: "M€", decimals: 1, range: Some((0.0, 0.0)) },
            benefit: Axis { unit: "%", decimals: 0, range: None },
            bubbles,
        }
    }

    #[test]
    fn the_bubble_says_how_well_its_benefit_is_known() {
        let bubbles = [bubble("Trees", 1.5, 4.0, 5), bubble("Signs <30>", 8.0, -2.0, 1)];
        assert_eq!(chart(&bubbles).summary(), "BubbleSummary(2|4\u{a0}%|Trees|1,5\u{a0}M€|Trees)");
        insta::assert_snapshot!(chart(&bubbles).draw().replace("><", ">\n<"));
        insta::assert_snapshot!(chart(&bubbles).table().html("Bubbles").replace("><", ">\n<"));
    }

    #[test]
    fn a_name_without_room_is_left_to_the_table() {
        let crowd: Vec<Bubble<'_>> = (0..12)
            .map(|n| bubble("A project with a long name", 5.0 + f64::from(n) / 50.0, 4.0, 3))
            .collect();
        let drawn = chart(&crowd).draw();
        let named = drawn.matches("long name</text>").count();
        assert!((1..12).contains(&named), "{named}");
        assert_eq!(chart(&crowd).table().rows.len(), 12);
        assert!(chart(&[]).draw().contains("Nothing"));
    }
}
