//! The table that is printed.

use crate::generator::Measured;

/// What a number is aimed at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Aim {
    /// At least this much.
    AtLeast(f64),
    /// At most this much.
    AtMost(f64),
    /// It is only told.
    None,
}

struct Row {
    what: String,
    value: f64,
    unit: &'static str,
    latencies: Option<(f64, f64)>,
    aim: Aim,
}

/// The rows so far; each is said aloud as it comes.
#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
}

impl Table {
    /// A number.
    pub(crate) fn add(&mut self, what: &str, value: f64, unit: &'static str, aim: Aim) {
        self.push(Row { what: what.to_owned(), value, unit, latencies: None, aim });
    }

    /// A rate, with `each` things done by one request.
    pub(crate) fn rate(&mut self, what: &str, measured: &Measured, each: f64, unit: &'static str, aim: Aim) {
        let latencies = Some((measured.quantile_ms(0.5), measured.quantile_ms(0.99)));
        self.push(Row { what: what.to_owned(), value: measured.rate() * each, unit, latencies, aim });
    }

    /// A latency: the 99th percentile counts.
    pub(crate) fn latency(&mut self, what: &str, measured: &Measured, aim: Aim) {
        let (half, most) = (measured.quantile_ms(0.5), measured.quantile_ms(0.99));
        self.push(Row {
            what: what.to_owned(),
            value: most,
            unit: "ms p99",
            latencies: Some((half, most)),
            aim,
        });
    }

    fn push(&mut self, row: Row) {
        eprintln!("  {}: {} {}", row.what, figure(row.value), row.unit);
        self.rows.push(row);
    }

    /// The table in Markdown.
    pub(crate) fn render(&self) -> String {
        let header =
            ["what", "measured", "unit", "p50 ms", "p99 ms", "aim", "measured ÷ aim"].map(str::to_owned);
        let rows: Vec<[String; 7]> = std::iter::once(header).chain(self.rows.iter().map(cells)).collect();
        let width = |i: usize| rows.iter().map(|row| row[i].chars().count()).max().unwrap_or(0);
        let widths: Vec<usize> = (0..7).map(width).collect();
        let line = |row: &[String; 7]| {
            let pad = |(i, text): (usize, &String)| {
                let space = " ".repeat(widths[i] - text.chars().count());
                if i == 0 || i == 2 { format!("{text}{space}") } else { format!("{space}{text}") }
            };
            format!("| {} |\n", row.iter().enumerate().map(pad).collect::<Vec<_>>().join(" | "))
        };
        let rule = |i: usize| {
            if i == 0 || i == 2 { "-".repeat(widths[i]) } else { format!("{}:", "-".repeat(widths[i] - 1)) }
        };
        let rule = format!("| {} |\n", (0..7).map(rule).collect::<Vec<_>>().join(" | "));
        let mut lines = rows.iter().map(line);
        let first = lines.next().unwrap_or_default();
        format!("{first}{rule}{}", lines.collect::<String>())
    }
}

fn cells(row: &Row) -> [String; 7] {
    let (half, most) = row.latencies.map_or_else(Default::default, |(a, b)| (figure(a), figure(b)));
    let (aim, ratio) = match row.aim {
        Aim::AtLeast(aim) => (format!("≥ {}", figure(aim)), verdict(row.value / aim, row.value >= aim)),
        Aim::AtMost(aim) => (format!("≤ {}", figure(aim)), verdict(row.value / aim, row.value <= aim)),
        Aim::None => Default::default(),
    };
    [row.what.clone(), figure(row.value), row.unit.to_owned(), half, most, aim, ratio]
}

fn verdict(ratio: f64, met: bool) -> String {
    let word = if met { "met" } else { "MISSED" };
    // To an aim of nothing there is no ratio.
    if ratio.is_finite() { format!("{ratio:.2} {word}") } else { word.to_owned() }
}

/// Three digits or more, with thin groups: 26,314 and 0.42.
fn figure(value: f64) -> String {
    if value.abs() < 100.0 {
        return format!("{value:.2}");
    }
    let digits = format!("{value:.0}");
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|g| std::str::from_utf8(g).ok()).collect();
    groups.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_grouped() {
        assert_eq!([0.417, 26_314.2, 1_487_574.0, 100.0].map(figure), ["0.42", "26,314", "1,487,574", "100"]);
    }

    #[test]
    fn a_table_is_markdown() {
        let mut table = Table::default();
        table.add("start", 1.2, "s", Aim::AtMost(5.0));
        table.add("creates", 15_000.0, "/s", Aim::AtLeast(20_000.0));
        let text = table.render();
        assert!(text.contains("| start   |     1.20 | s    |"), "{text}");
        assert!(text.contains("0.75 MISSED") && text.contains("0.24 met"), "{text}");
        assert!(text.lines().all(|line| line.starts_with('|') && line.ends_with('|')));
    }
}
