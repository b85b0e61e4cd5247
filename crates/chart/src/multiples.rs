//! Small multiples: one small line for each series, all over the same time and on the same axis.

use std::fmt::Write as _;

use crate::{
    Axis, Band, Chart, Dot, Head, Row, Series, Table, Trust, escape, line, scale::Scale, short, words::Phrase,
};

const HEIGHT: f64 = 96.0;
const PLOT: (f64, f64) = (88.0, 14.0);
/// The width of the inner drawing, which is stretched to the real one, and of the part in which the line is.
const INNER: f64 = 1000.0;
const LINE: f64 = 740.0;

/// Series beside each other, each in a picture of its own.
#[derive(Clone, Copy, Debug)]
pub struct Multiples<'a> {
    /// Name and language.
    pub head: Head<'a>,
    /// The axis of all.
    pub axis: Axis<'a>,
    /// The first moment of all, in microseconds UTC.
    pub from: i64,
    /// The last moment.
    pub to: i64,
    /// From left to right and from the top down.
    pub series: &'a [Series<'a>],
    /// Where the values should be; shaded in each.
    pub band: Option<Band>,
}

fn ends<'a>(series: &Series<'a>) -> Option<(&'a Dot, &'a Dot)> {
    let mut usable = series.dots.iter().filter(|dot| dot.trust == Trust::Usable);
    let first = usable.next()?;
    Some((first, usable.next_back().unwrap_or(first)))
}

impl Chart for Multiples<'_> {
    fn head(&self) -> Head<'_> {
        self.head
    }

    fn summary(&self) -> String {
        let words = self.head.words;
        let known: Vec<(f64, f64)> =
            self.series.iter().filter_map(ends).map(|(first, last)| (first.value, last.value)).collect();
        if known.is_empty() {
            return words.say(Phrase::Nothing, &[]);
        }
        let count = |n: usize| words.number(n as f64, 0);
        let (rise, fall) =
            (known.iter().filter(|x| x.1 > x.0).count(), known.iter().filter(|x| x.1 < x.0).count());
        words.say(Phrase::MultiplesSummary, &[count(known.len()), count(rise), count(fall)])
    }

    fn table(&self) -> Table {
        let words = self.head.words;
        let columns = [Phrase::Name, Phrase::First, Phrase::Last, Phrase::Least, Phrase::Most];
        let mut table = Table::new(words, &columns);
        for series in self.series {
            let at = |dot: &Dot| {
                let date = words.date(words.local(dot.at).date());
                format!("{} ({date})", self.axis.say(words, dot.value))
            };
            let usable: Vec<&Dot> = series.dots.iter().filter(|dot| dot.trust == Trust::Usable).collect();
            let least = usable.iter().min_by(|a, b| a.value.total_cmp(&b.value));
            let most = usable.iter().max_by(|a, b| a.value.total_cmp(&b.value));
            let unknown = || words.say(Phrase::Unknown, &[]);
            let cells = [usable.first(), usable.last(), least, most];
            let cells = cells.map(|dot| dot.map_or_else(unknown, |dot| at(dot)));
            table.rows.push(Row::new(series.name, series.link, cells.to_vec()));
        }
        table
    }

    /// A list; each picture hangs below the name of its series, which leads to it.
    fn draw(&self) -> String {
        let values = self.series.iter().filter_map(|series| line::extremes(series.dots));
        let band = self.band.iter().flat_map(|band| [band.low, band.high]).flatten();
        let scale = self.axis.scale(values.flat_map(|(low, high)| [low, high]).chain(band), PLOT);
        let mut out = String::from(r#"<ul class="multiples">"#);
        for series in self.series {
            let name = escape(series.name);
            let class = if series.here { r#" class="multiple-here""# } else { "" };
            let _ = if series.link.is_empty() {
                write!(out, "<li{class}><span>{name}</span>")
            } else {
                write!(out, r#"<li{class}><a href="{}">{name}</a>"#, escape(series.link))
            };
            self.picture(&mut out, series, &scale);
            out.push_str("</li>");
        }
        out.push_str("</ul>");
        out
    }
}

impl Multiples<'_> {
    /// Hidden from assistive technology: first, last, least and most stand in the table.
    fn picture(&self, out: &mut String, series: &Series<'_>, scale: &Scale) {
        let _ = write!(
            out,
            r#"<svg class="chart" width="100%" height="{HEIGHT}" aria-hidden="true" focusable="false"><svg width="100%" height="{HEIGHT}" viewBox="0 0 {INNER} {HEIGHT}" preserveAspectRatio="none">"#
        );
        self.band(out, scale);
        for end in [scale.low, scale.high] {
            let y = scale.place(end);
            let _ = write!(out, r#"<line class="multiple-end" x1="0" x2="{LINE}" y1="{y}" y2="{y}"/>"#);
        }
        let mut path = String::new();
        let mut before: Option<i64> = None;
        for dot in series.dots.iter().filter(|dot| dot.trust == Trust::Usable) {
            path.push(if before.is_some_and(|at| dot.at - at <= series.gap_after) { 'L' } else { 'M' });
            short(&mut path, self.x(dot));
            path.push(' ');
            short(&mut path, scale.place(dot.value));
            before = Some(dot.at);
        }
        let _ = write!(out, r#"<path class="chart-line" d="{path}"/></svg>"#);
        self.labels(out, series, scale);
        out.push_str("</svg>");
    }

    fn x(&self, dot: &Dot) -> f64 {
        let share = (dot.at - self.from) as f64 / (self.to - self.from).max(1) as f64;
        share.clamp(0.0, 1.0) * LINE
    }

    fn band(&self, out: &mut String, scale: &Scale) {
        let Some(band) = self.band else { return };
        let (low, high) = (band.low.unwrap_or(scale.low), band.high.unwrap_or(scale.high));
        let (top, bottom) = (scale.place(high), scale.place(low));
        let height = (bottom - top).max(0.0);
        let _ = write!(
            out,
            r#"<rect class="multiple-band" x="0" width="{LINE}" y="{top:.1}" height="{height:.1}"/>"#
        );
        let high = band.high.filter(|high| band.low != Some(*high));
        for end in [band.low, high].into_iter().flatten() {
            let y = scale.place(end);
            let _ = write!(out, r#"<line class="chart-guide" x1="0" x2="{LINE}" y1="{y:.1}" y2="{y:.1}"/>"#);
        }
    }

    /// The ends of the axis and the last value.
    fn labels(&self, out: &mut String, series: &Series<'_>, scale: &Scale) {
        let words = self.head.words;
        let last = ends(series).map(|(_, last)| last);
        let near = |y: f64| last.is_some_and(|dot| (scale.place(dot.value) - y).abs() < 15.0);
        for end in [scale.low, scale.high] {
            let y = scale.place(end);
            if !near(y) {
                let text = words.number(end, scale.decimals());
                let at = y + 4.0;
                let _ = write!(
                    out,
                    r#"<text class="multiple-tick" x="100%" y="{at:.0}" text-anchor="end">{text}</text>"#
                );
            }
        }
        if let Some(dot) = last {
            let (x, y) = (self.x(dot) / INNER * 100.0, scale.place(dot.value));
            let text = escape(&words.number(dot.value, self.axis.decimals));
            let at = y + 5.0;
            let _ = write!(
                out,
                r#"<circle class="chart-last" cx="{x:.2}%" cy="{y:.1}" r="4"/><text class="chart-value" x="100%" y="{at:.1}" text-anchor="end">{text}</text>"#
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::plain::Plain;

    const DAY: i64 = 86_400_000_000;

    #[test]
    fn all_pictures_have_one_axis_and_gaps_stay_gaps() {
        let dot = |day: i64, value: f64| Dot { at: day * DAY, value, spread: None, trust: Trust::Usable };
        let (up, down) = ([dot(0, 10.0), dot(1, 40.0)], [dot(0, 30.0), dot(1, 20.0), dot(9, 12.0)]);
        let series = |name, dots, here| Series { name, link: "/a?b&c", dots, gap_after: DAY, here };
        let chart = Multiples {
            head: Head { id: "m", title: "Many", words: &Plain },
            axis: Axis { unit: "%", decimals: 0, range: Some((0.0, 100.0)) },
            from: 0,
            to: 10 * DAY,
            series: &[series("<Up>", &up, true), series("Down", &down, false), series("None", &[], false)],
            band: Some(Band { low: Some(60.0), high: None }),
        };
        assert_eq!(chart.summary(), "MultiplesSummary(2|1|1)");
        let drawn = chart.draw();
        assert_eq!(drawn.split("chart-line\" d=\"").nth(2).unwrap().matches('M').count(), 2);
        insta::assert_snapshot!(drawn.replace("><", ">\n<"));
        insta::assert_snapshot!(chart.table().html("Many").replace("><", ">\n<"));
    }
}
