//! Draws an answer in the terminal: lines of braille dots over true axes. A nothing breaks a line; it is not bridged.

mod axis;
mod canvas;
mod series;

use senne_hub::Table;
use senne_model::Timestamp;
use unicode_width::UnicodeWidthStr;

use super::command::PlotOf;
use crate::output::{cut, printable};
use axis::Mark;
use canvas::{Canvas, Style};
use series::{Drawing, LINES_MAX, Line, read};

/// However large the terminal, a plot stays one look.
const ROWS_MAX: usize = 24;

/// Below this there is nothing to be seen.
const SIZE_MIN: (usize, usize) = (20, 4);

/// Around a moment that stands alone.
const HALF_HOUR_MICROS: f64 = 1_800_000_000.0;

/// Where the plot goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paper {
    /// Letters side by side.
    pub(crate) width: usize,
    /// Lines above each other.
    pub(crate) height: usize,
    /// Whether it has colours.
    pub(crate) colours: bool,
}

/// From the least to the greatest.
#[derive(Clone, Copy)]
struct Range(f64, f64);

impl Range {
    fn of(values: impl Iterator<Item = f64>) -> Option<Self> {
        let wider = |range: Option<Self>, x: f64| {
            Some(range.map_or(Self(x, x), |range| Self(range.0.min(x), range.1.max(x))))
        };
        values.fold(None, wider)
    }

    /// A single value stands in the middle.
    fn opened(self, time: bool) -> Self {
        let around = if time { HALF_HOUR_MICROS } else { (self.0.abs() * 0.1).max(0.5) };
        let half = if self.0 == self.1 { around } else { 0.0 };
        Self(self.0 - half, self.1 + half)
    }

    /// The place of a value on a line of so many dots.
    fn place(self, value: f64, dots: usize) -> usize {
        ((value - self.0) / (self.1 - self.0) * (dots - 1) as f64).round().clamp(0.0, (dots - 1) as f64)
            as usize
    }
}

/// The plot as text; the error is a sentence for the person.
pub(crate) fn plot(table: &Table, of: &PlotOf, paper: Paper) -> Result<String, String> {
    let drawing = read(table, of)?;
    let drawn = || drawing.lines.iter().flat_map(|line| &line.points);
    let x = Range::of(drawn().filter(|(_, y)| y.is_some()).map(|(x, _)| *x));
    let y = Range::of(drawn().filter_map(|(_, y)| *y));
    let (Some(x), Some(y)) = (x, y) else { return Err("there is no value to draw".to_owned()) };
    let (x, y) = (x.opened(drawing.time), y.opened(false));
    if !((x.1 - x.0).is_finite() && (y.1 - y.0).is_finite()) {
        return Err("the values lie too far apart to be drawn".to_owned());
    }
    Ok(draw(&drawing, x, y, paper))
}

fn draw(drawing: &Drawing, x: Range, y: Range, paper: Paper) -> String {
    let rows = paper.height.saturating_sub(6).clamp(SIZE_MIN.1, ROWS_MAX);
    let step = axis::round_step((y.1 - y.0) / (rows / 3).max(1) as f64);
    let round = Range((y.0 / step).floor() * step, (y.1 / step).ceil() * step);
    let y = if (round.1 - round.0).is_finite() && round.0 < round.1 { round } else { y };
    let marks = axis::multiples(y.0, y.1, step);
    let margin = marks.iter().map(|mark| mark.label.width()).max().unwrap_or(0);
    let columns = paper.width.saturating_sub(margin + 3).max(SIZE_MIN.0);
    let style = match (drawing.lines.len(), paper.colours) {
        (0 | 1, _) => Style::Plain,
        (_, true) => Style::Colours,
        (_, false) => Style::Letters,
    };
    let mut canvas = Canvas::new(columns, rows);
    for (number, line) in drawing.lines.iter().enumerate() {
        draw_line(&mut canvas, number as u8, line, x, y);
    }
    let mut out = format!("{}\n", printable(&drawing.y_name));
    for row in 0..rows {
        let here = |mark: &&Mark| (canvas.height() - 1 - y.place(mark.at, canvas.height())) / 4 == row;
        let (label, edge) = marks.iter().find(here).map_or(("", '│'), |mark| (mark.label.as_str(), '┤'));
        let space = " ".repeat(margin.saturating_sub(label.width()));
        out.push_str(format!("{space}{label} {edge}{}", canvas.row(row, style)).trim_end());
        out.push('\n');
    }
    out + &foot(drawing, x, margin, columns) + &legend(drawing, style, paper.width)
}

fn draw_line(canvas: &mut Canvas, number: u8, line: &Line, x: Range, y: Range) {
    let (width, height) = (canvas.width(), canvas.height());
    let mut last = None;
    for (at, value) in &line.points {
        let here = value.map(|value| (x.place(*at, width), height - 1 - y.place(value, height)));
        if let Some(here) = here {
            canvas.stroke(number, last.unwrap_or(here), here);
        }
        last = here;
    }
}

/// The lower axis, its labels, and what it measures.
fn foot(drawing: &Drawing, x: Range, margin: usize, columns: usize) -> String {
    let (marks, unit) = if drawing.time {
        let (marks, step) = axis::times(x.0, x.1, columns / 14);
        let moment = |micros: f64| Timestamp::from_micros(micros as i64).to_string();
        (marks, format!(", {} to {}, a mark every {step}", moment(x.0), moment(x.1)))
    } else {
        (axis::numbers(x.0, x.1, columns / 14), String::new())
    };
    let mut rule: Vec<char> = vec!['─'; columns];
    let mut labels = String::new();
    for mark in marks {
        let at = x.place(mark.at.clamp(x.0, x.1), columns);
        rule[at] = '┬';
        let width = mark.label.width();
        let start = at.saturating_sub(width / 2).min(columns.saturating_sub(width));
        if labels.is_empty() || start > labels.width() {
            labels.push_str(&" ".repeat(start - labels.width()));
            labels.push_str(&mark.label);
        }
    }
    let space = " ".repeat(margin + 1);
    let rule: String = rule.into_iter().collect();
    format!("{space}└{rule}\n{space} {labels}\n{space} {}{unit}\n", printable(&drawing.x_name))
}

/// Which line is which, and what is not shown.
fn legend(drawing: &Drawing, style: Style, width: usize) -> String {
    let mut out = String::new();
    if drawing.lines.len() > 1 {
        for (number, line) in drawing.lines.iter().enumerate() {
            let name = cut(&printable(&line.name), width.saturating_sub(4).max(SIZE_MIN.0));
            out.push_str(&format!("{}  {name}\n", style.dress(number as u8, "⣿")));
        }
    }
    if drawing.left_out > 0 {
        out.push_str(&format!("and {} more series; a plot shows {LINES_MAX}\n", drawing.left_out));
    }
    if drawing.folded {
        out.push_str("some points share a place from left to right: `by SERIES` draws a line for each\n");
    }
    out
}

#[cfg(test)]
mod tests;
