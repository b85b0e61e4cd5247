//! Round moments on a time axis, on the clocks of the reader.

use jiff::{ToSpan, Zoned, civil::Weekday};

use crate::Words;

/// A labelled moment of a time axis.
#[derive(Clone, PartialEq, Debug)]
pub struct Tick {
    /// When, in microseconds UTC.
    pub at: i64,
    /// Its name on the axis.
    pub label: String,
    /// Whether it may go where room is short.
    pub spare: bool,
}

const HOUR: i64 = 3_600_000_000;

/// The ticks between two moments, at most about a dozen.
pub fn ticks(words: &dyn Words, from: i64, to: i64) -> Vec<Tick> {
    let start = words.local(from);
    let Ok(midnight) = start.start_of_day() else { return Vec::new() };
    let days = (to - from) / (24 * HOUR);
    let walk = Walk { from, to };
    match days {
        ..=1 => walk.by(midnight, 6.hours(), |z| {
            if z.hour() == 0 { words.day(z) } else { format!("{:02}:00", z.hour()) }
        }),
        2..=9 => walk.by(midnight, 1.day(), |z| words.day(z)),
        10..=45 => {
            let ahead = i64::from(midnight.weekday().until(Weekday::Monday));
            walk.onward(midnight.checked_add(ahead.days()), 1.week(), |z| words.day(z))
        }
        46..=800 => walk.onward(month_start(&midnight), 1.month(), |z| label_month(words, z)),
        _ => {
            // Ten or so: from twelve years on, labels would lie on each other.
            let years = (days / 3_650).max(1);
            walk.onward(year_start(&midnight), years.years(), |z| z.year().to_string())
        }
    }
}

/// January says its year; more would not fit between two months.
fn label_month(words: &dyn Words, at: &Zoned) -> String {
    let month = words.month(at);
    if at.month() == 1 { format!("{month} {}", at.year()) } else { month.to_owned() }
}

fn month_start(at: &Zoned) -> Result<Zoned, jiff::Error> {
    at.first_of_month()?.start_of_day()
}

fn year_start(at: &Zoned) -> Result<Zoned, jiff::Error> {
    at.first_of_year()?.start_of_day()
}

struct Walk {
    from: i64,
    to: i64,
}

impl Walk {
    fn onward(
        &self,
        start: Result<Zoned, jiff::Error>,
        step: jiff::Span,
        label: impl Fn(&Zoned) -> String,
    ) -> Vec<Tick> {
        start.map_or_else(|_| Vec::new(), |start| self.by(start, step, label))
    }

    fn by(&self, start: Zoned, step: jiff::Span, label: impl Fn(&Zoned) -> String) -> Vec<Tick> {
        let mut ticks: Vec<Tick> = Vec::new();
        for n in 0..120_i64 {
            let Some(here) = step.checked_mul(n).ok().and_then(|span| start.checked_add(span).ok()) else {
                break;
            };
            let at = here.timestamp().as_microsecond();
            if at > self.to {
                break;
            }
            if at >= self.from {
                let spare = ticks.len() % 2 == 1;
                ticks.push(Tick { at, label: label(&here), spare });
            }
        }
        ticks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::plain::Plain;

    fn labels(from: &str, to: &str) -> Vec<String> {
        let micros = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_microsecond();
        ticks(&Plain, micros(from), micros(to)).into_iter().map(|t| t.label.replace('\u{a0}', " ")).collect()
    }

    #[test]
    fn a_day_shows_hours_of_brussels() {
        let day = labels("2024-01-30T11:30:00Z", "2024-01-31T11:30:00Z");
        assert_eq!(day, ["18:00", "31 Jan", "06:00", "12:00"]);
    }

    #[test]
    fn a_week_shows_days_also_when_the_clock_changes() {
        let week = labels("2024-03-28T23:00:00Z", "2024-04-02T12:00:00Z");
        assert_eq!(week, ["29 Mar", "30 Mar", "31 Mar", "1 Apr", "2 Apr"]);
    }

    #[test]
    fn a_month_shows_mondays_and_a_year_months() {
        assert_eq!(
            labels("2024-01-01T00:00:00Z", "2024-01-31T00:00:00Z"),
            ["8 Jan", "15 Jan", "22 Jan", "29 Jan"]
        );
        let year = labels("2023-01-31T12:00:00Z", "2024-01-31T12:00:00Z");
        assert_eq!(year[0], "Feb");
        assert_eq!(year.last().unwrap(), "Jan 2024");
        assert_eq!(year.len(), 12);
    }

    #[test]
    fn many_years_show_years() {
        assert_eq!(labels("2019-06-01T00:00:00Z", "2023-06-01T00:00:00Z"), ["2020", "2021", "2022", "2023"]);
    }
}
