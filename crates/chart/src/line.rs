//! The line chart of one series over time.

use std::fmt::Write as _;

use crate::{Dot, Trust, Words, escape, scale::Scale, short, ticks};

/// The height of the drawing in CSS pixels, and the band in which values are drawn.
const HEIGHT: f64 = 236.0;
const PLOT: (f64, f64) = (206.0, 22.0);
/// Where the first and the last moment stand, in per cent of the width.
const SPAN: (f64, f64) = (0.5, 98.5);
/// The width of the inner drawing, which is stretched to the real one.
const INNER: f64 = 1000.0;
/// More hollow marks than this say no more than this many.
const HOLLOW_MAX: usize = 160;

/// What the line is compared with.
#[derive(Clone, Debug)]
pub struct Guideline {
    /// Where it lies, in the unit of the chart.
    pub value: f64,
    /// What it says beside it.
    pub label: String,
    /// Which side of it is shaded: where values should not be.
    pub shaded: Side,
}

/// A side of a guideline.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Side {
    /// What is greater is wrong.
    Above,
    /// What is less is wrong.
    Below,
    /// Values should lie between the guideline and this one, which is greater.
    Outside(f64),
    /// Neither is wrong.
    Nowhere,
}

impl Guideline {
    /// Where a line is drawn.
    fn ends(&self) -> impl Iterator<Item = f64> {
        let other = if let Side::Outside(high) = self.shaded { Some(high) } else { None };
        std::iter::once(self.value).chain(other)
    }
}

/// A line chart.
#[derive(Clone, Debug)]
pub struct LineChart<'a> {
    /// Unique in the page; names the title and the description.
    pub id: &'a str,
    /// What the picture is called.
    pub title: &'a str,
    /// What the picture shows, in one sentence.
    pub description: &'a str,
    /// Written beside the topmost number of the axis; may be empty.
    pub unit: &'a str,
    /// The language of the reader.
    pub words: &'a dyn Words,
    /// The first moment of the axis, in microseconds UTC.
    pub from: i64,
    /// The last moment.
    pub to: i64,
    /// In order of time.
    pub dots: &'a [Dot],
    /// Two dots further apart than this are not joined, in microseconds.
    pub gap_after: i64,
    /// A limit or a target.
    pub guideline: Option<Guideline>,
    /// What the scale takes in beside the values, so that charts can be compared.
    pub scale_of: Option<(f64, f64)>,
    /// What it is compared with, as a dashed line: what would have been.
    pub beside: &'a [Dot],
    /// When something began that may have changed it, with its name.
    pub begins: Option<(i64, &'a str)>,
}

/// The lowest and the highest of the values that count; of the doubtful ones where these are all there is.
pub fn extremes(dots: &[Dot]) -> Option<(f64, f64)> {
    let bounds = |only_usable: bool| {
        let counting = dots.iter().filter(|d| d.trust == Trust::Usable || !only_usable);
        let spreads =
            counting.map(|d| d.spread.unwrap_or((d.value, d.value))).filter(|(low, _)| low.is_finite());
        spreads.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))
    };
    bounds(true).or_else(|| bounds(false))
}

impl LineChart<'_> {
    /// The SVG element.
    pub fn svg(&self) -> String {
        let mut out = String::with_capacity(4096);
        let scale = self.scale();
        let _ = write!(
            out,
            r#"<svg class="chart" role="img" aria-labelledby="{id}-t {id}-d" width="100%" height="{HEIGHT}"><title id="{id}-t">{}</title><desc id="{id}-d">{}</desc>"#,
            escape(self.title),
            escape(self.description),
            id = escape(self.id),
        );
        Self::grid(&mut out, &scale);
        let _ = write!(
            out,
            r#"<svg x="0" y="0" width="100%" height="{HEIGHT}" viewBox="0 0 {INNER} {HEIGHT}" preserveAspectRatio="none" aria-hidden="true">"#
        );
        self.band(&mut out, &scale);
        self.spread(&mut out, &scale, self.beside);
        self.spread(&mut out, &scale, self.dots);
        self.line(&mut out, &scale, "chart-beside", self.beside);
        self.line(&mut out, &scale, "chart-line", self.dots);
        out.push_str("</svg>");
        self.beginning(&mut out);
        self.marks(&mut out, &scale);
        self.axis(&mut out, &scale);
        out.push_str("</svg>");
        out
    }

    fn scale(&self) -> Scale {
        let guides = self.guideline.iter().flat_map(Guideline::ends).map(|value| Some((value, value)));
        let all = [extremes(self.dots), extremes(self.beside), self.scale_of];
        let both = |one: (f64, f64), other: (f64, f64)| (one.0.min(other.0), one.1.max(other.1));
        let (low, high) = all.into_iter().chain(guides).flatten().reduce(both).unwrap_or((0.0, 1.0));
        Scale::nice(low, high, 4, PLOT)
    }

    /// The share of the width at which a moment stands, in per cent.
    fn percent(&self, at: i64) -> f64 {
        let share = (at - self.from) as f64 / (self.to - self.from).max(1) as f64;
        SPAN.0 + share.clamp(0.0, 1.0) * (SPAN.1 - SPAN.0)
    }

    fn inner(&self, at: i64) -> f64 {
        self.percent(at) * INNER / 100.0
    }

    fn grid(out: &mut String, scale: &Scale) {
        out.push_str(r#"<g class="chart-grid" aria-hidden="true">"#);
        for tick in scale.ticks() {
            let y = scale.place(tick).round();
            let _ = write!(out, r#"<line x1="0" x2="100%" y1="{y}" y2="{y}"/>"#);
        }
        out.push_str("</g>");
    }

    /// The guideline: what lies on its wrong side is shaded.
    fn band(&self, out: &mut String, scale: &Scale) {
        let Some(guide) = &self.guideline else { return };
        let y = scale.place(guide.value);
        let shaded = match guide.shaded {
            Side::Above => vec![(PLOT.1, y)],
            Side::Below => vec![(y, PLOT.0)],
            Side::Outside(high) => vec![(PLOT.1, scale.place(high)), (y, PLOT.0)],
            Side::Nowhere => Vec::new(),
        };
        for (top, bottom) in shaded {
            let height = (bottom - top).max(0.0);
            let _ = write!(
                out,
                r#"<rect class="chart-band" x="0" width="{INNER}" y="{top:.1}" height="{height:.1}"/>"#
            );
        }
        for value in guide.ends() {
            let y = scale.place(value);
            let _ = write!(out, r#"<line class="chart-guide" x1="0" x2="{INNER}" y1="{y:.1}" y2="{y:.1}"/>"#);
        }
    }

    /// The usable dots in runs without a gap.
    fn runs(&self, dots: &[Dot]) -> Vec<Vec<Dot>> {
        let mut runs: Vec<Vec<Dot>> = Vec::new();
        for dot in dots.iter().filter(|d| d.trust == Trust::Usable) {
            match runs.last_mut() {
                Some(run) if run.last().is_some_and(|last| dot.at - last.at <= self.gap_after) => {
                    run.push(*dot);
                }
                _ => runs.push(vec![*dot]),
            }
        }
        runs
    }

    fn spread(&self, out: &mut String, scale: &Scale, dots: &[Dot]) {
        for run in self.runs(dots) {
            let edges: Vec<_> = run.iter().filter_map(|d| d.spread.map(|s| (self.inner(d.at), s))).collect();
            if edges.len() < 2 {
                continue;
            }
            out.push_str(r#"<path class="chart-spread" d=""#);
            let upper = edges.iter().map(|(x, (_, high))| (*x, *high));
            let lower = edges.iter().rev().map(|(x, (low, _))| (*x, *low));
            for (index, (x, value)) in upper.chain(lower).enumerate() {
                out.push(if index == 0 { 'M' } else { 'L' });
                short(out, x);
                out.push(' ');
                short(out, scale.place(value));
            }
            out.push_str("Z\"/>");
        }
    }

    fn line(&self, out: &mut String, scale: &Scale, class: &str, dots: &[Dot]) {
        let mut path = String::new();
        for run in self.runs(dots).iter().filter(|run| run.len() > 1) {
            for (index, dot) in thin(run, |d| self.inner(d.at)).iter().enumerate() {
                path.push(if index == 0 { 'M' } else { 'L' });
                short(&mut path, self.inner(dot.at));
                path.push(' ');
                short(&mut path, scale.place(dot.value));
            }
        }
        if !path.is_empty() {
            let _ = write!(out, r#"<path class="{class}" d="{path}"/>"#);
        }
    }

    /// The moment from which on something may have changed.
    fn beginning(&self, out: &mut String) {
        let Some((at, name)) = self.begins else { return };
        let x = self.percent(at);
        let (top, low) = (PLOT.1 - 8.0, PLOT.0);
        let anchor = if x > 60.0 { "end" } else { "start" };
        let _ = write!(
            out,
            r#"<g aria-hidden="true"><line class="chart-begin" x1="{x:.2}%" x2="{x:.2}%" y1="{top}" y2="{low}"/><text class="chart-begin-text" x="{x:.2}%" y="11" text-anchor="{anchor}">{}</text></g>"#,
            escape(name)
        );
    }

    fn marks(&self, out: &mut String, scale: &Scale) {
        out.push_str(r#"<g aria-hidden="true">"#);
        for run in self.runs(self.dots).iter().filter(|run| run.len() == 1) {
            self.circle(out, "chart-dot", &run[0], scale, 2.5);
        }
        let hollow: Vec<_> = self.dots.iter().filter(|d| d.trust != Trust::Usable).collect();
        let every = hollow.len().div_ceil(HOLLOW_MAX).max(1);
        for dot in hollow.iter().step_by(every) {
            let class = if dot.trust == Trust::Failed { "chart-failed" } else { "chart-suspect" };
            if scale.holds(dot.value) {
                self.circle(out, class, dot, scale, 3.5);
            } else {
                self.beyond(out, class, dot, scale);
            }
        }
        if let Some(last) = self.dots.iter().rev().find(|d| d.trust == Trust::Usable) {
            self.circle(out, "chart-last", last, scale, 4.0);
        }
        out.push_str("</g>");
    }

    fn circle(&self, out: &mut String, class: &str, dot: &Dot, scale: &Scale, radius: f64) {
        let (x, y) = (self.percent(dot.at), scale.place(dot.value));
        let _ = write!(out, r#"<circle class="{class}" cx="{x:.2}%" cy="{y:.1}" r="{radius}"/>"#);
    }

    /// A value off the scale: a hollow wedge at the edge that points outwards.
    fn beyond(&self, out: &mut String, class: &str, dot: &Dot, scale: &Scale) {
        let points = if dot.value > scale.high { "-4,12 4,12 0,4" } else { "-4,214 4,214 0,222" };
        let x = self.percent(dot.at);
        let _ = write!(
            out,
            r#"<svg x="{x:.2}%" overflow="visible"><polygon class="{class}" points="{points}"/></svg>"#
        );
    }

    fn axis(&self, out: &mut String, scale: &Scale) {
        out.push_str(r#"<g class="chart-text" aria-hidden="true">"#);
        let decimals = scale.decimals();
        let ticks: Vec<f64> = scale.ticks().collect();
        for (index, tick) in ticks.iter().enumerate() {
            let y = scale.place(*tick).round() - 4.0;
            let unit = if index + 1 == ticks.len() { format!(" {}", self.unit) } else { String::new() };
            let label = self.words.number(*tick, decimals);
            let _ = write!(out, r#"<text x="0" y="{y}">{label}{}</text>"#, escape(unit.trim_end()));
        }
        for tick in ticks::ticks(self.words, self.from, self.to) {
            let x = self.percent(tick.at);
            let class = if tick.spare { r#" class="spare""# } else { "" };
            // Labels near the edges lean inwards so that none is cut off.
            let anchor = match x {
                x if x < 6.0 => "start",
                x if x > 92.0 => "end",
                _ => "middle",
            };
            let _ = write!(out, r#"<line class="chart-tick" x1="{x:.2}%" x2="{x:.2}%" y1="206" y2="211"/>"#);
            let _ = write!(
                out,
                r#"<text{class} x="{x:.2}%" y="228" text-anchor="{anchor}">{}</text>"#,
                escape(&tick.label)
            );
        }
        out.push_str("</g>");
        self.labels(out, scale);
    }

    /// The guideline and the last value say themselves what they are.
    fn labels(&self, out: &mut String, scale: &Scale) {
        let last = self.dots.iter().rev().find(|d| d.trust == Trust::Usable);
        if let Some(guide) = &self.guideline {
            let y = scale.place(guide.value) - 5.0;
            let label = escape(&guide.label);
            let _ = write!(
                out,
                r#"<text class="chart-guide-text" x="99%" y="{y:.1}" text-anchor="end">{label}</text>"#
            );
        }
        if let Some(dot) = last {
            let x = self.percent(dot.at);
            let anchor = if x > 60.0 { "end" } else { "start" };
            let above = scale.place(dot.value) - 10.0;
            // Not on the label of the guideline, and not out of the picture.
            let crowded =
                self.guideline.as_ref().is_some_and(|g| (scale.place(g.value) - 5.0 - above).abs() < 16.0);
            let y = if crowded || above < 12.0 { scale.place(dot.value) + 20.0 } else { above };
            let text = self.words.value(dot.value);
            let _ = write!(
                out,
                r#"<text class="chart-value" x="{x:.2}%" y="{y:.1}" text-anchor="{anchor}">{text}</text>"#
            );
        }
    }
}

/// Keeps, per half pixel of the inner drawing, the first, lowest, highest and last dot: the line looks the same.
fn thin(run: &[Dot], place: impl Fn(&Dot) -> f64) -> Vec<Dot> {
    if run.len() < 1200 {
        return run.to_vec();
    }
    let mut kept: Vec<Dot> = Vec::with_capacity(2400);
    for column in run.chunk_by(|a, b| (place(a) * 0.7) as i64 == (place(b) * 0.7) as i64) {
        let lowest = column.iter().min_by(|a, b| a.value.total_cmp(&b.value));
        let highest = column.iter().max_by(|a, b| a.value.total_cmp(&b.value));
        let mut picks: Vec<&Dot> =
            [column.first(), lowest, highest, column.last()].into_iter().flatten().collect();
        picks.sort_by_key(|d| d.at);
        picks.dedup_by_key(|d| d.at);
        kept.extend(picks);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::plain::Plain;

    const MINUTE: i64 = 60_000_000;
    /// 2024-01-31T00:00:00Z.
    const START: i64 = 1_706_659_200_000_000;

    fn dot(minutes: i64, value: f64, trust: Trust) -> Dot {
        Dot { at: START + minutes * MINUTE, value, spread: None, trust }
    }

    fn chart(dots: &[Dot]) -> LineChart<'_> {
        LineChart {
            id: "no2",
            title: "NO2 <now>",
            description: "Four values & a gap.",
            unit: "µg/m³",
            words: &Plain,
            from: START,
            to: START + 24 * 60 * MINUTE,
            dots,
            gap_after: 45 * MINUTE,
            guideline: None,
            scale_of: None,
            beside: &[],
            begins: None,
        }
    }

    #[test]
    fn a_gap_is_a_gap_and_doubt_is_hollow() {
        let dots = [
            dot(0, 10.0, Trust::Usable),
            dot(15, 12.5, Trust::Usable),
            dot(30, 900.0, Trust::Failed),
            dot(300, 31.0, Trust::Usable),
            dot(315, 33.0, Trust::Usable),
            dot(330, 20.0, Trust::Suspect),
            dot(700, 8.0, Trust::Usable),
        ];
        let svg = chart(&dots).svg();
        let path = svg.split("chart-line\" d=\"").nth(1).unwrap().split('"').next().unwrap();
        assert_eq!(path.matches('M').count(), 2, "{path}");
        assert_eq!(svg.matches("class=\"chart-failed\"").count(), 1);
        assert_eq!(svg.matches("class=\"chart-suspect\"").count(), 1);
        assert_eq!(svg.matches("class=\"chart-dot\"").count(), 1);
        insta::assert_snapshot!(svg.replace("><", ">\n<"));
    }

    #[test]
    fn a_failed_value_does_not_flatten_the_others() {
        let dots =
            [dot(0, 10.0, Trust::Usable), dot(15, 20.0, Trust::Usable), dot(30, 9500.0, Trust::Failed)];
        assert_eq!(chart(&dots).scale().high, 20.0);
    }

    #[test]
    fn the_guideline_is_on_the_scale() {
        let dots = [dot(0, 10.0, Trust::Usable), dot(15, 11.0, Trust::Usable)];
        let guideline = Some(Guideline { value: 25.0, label: "OMS 25".to_owned(), shaded: Side::Above });
        let svg = LineChart { guideline, ..chart(&dots) }.svg();
        assert!(svg.contains("OMS 25") && svg.contains("chart-band"));
    }

    #[test]
    fn a_band_is_shaded_on_both_sides_and_on_the_scale() {
        let dots = [dot(0, 10.0, Trust::Usable), dot(15, 11.0, Trust::Usable)];
        let guideline =
            Some(Guideline { value: 25.0, label: "25 to 60".to_owned(), shaded: Side::Outside(60.0) });
        let chart = LineChart { guideline, ..chart(&dots) };
        let svg = chart.svg();
        assert_eq!(
            (svg.matches("chart-band").count(), svg.matches("\"chart-guide\"").count()),
            (2, 2),
            "{svg}"
        );
        assert!(chart.scale().holds(60.0));
    }

    #[test]
    fn nothing_still_draws_axes() {
        let svg = chart(&[]).svg();
        assert!(svg.contains("chart-grid") && !svg.contains("chart-line"));
    }

    #[test]
    fn a_long_line_keeps_its_peaks() {
        let mut dots: Vec<Dot> =
            (0..20_000).map(|i| dot(i, f64::from(i as i32 % 7), Trust::Usable)).collect();
        dots[7001].value = 99.0;
        let kept = thin(&dots, |d| (d.at - START) as f64 / 20_000.0 / MINUTE as f64 * 1000.0);
        assert!(kept.len() <= 2900 && kept.iter().any(|d| d.value == 99.0), "{}", kept.len());
        assert!(kept.is_sorted_by_key(|d| d.at));
    }
}
