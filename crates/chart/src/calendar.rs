//! The heat calendar: a cell for each day, weeks from left to right, a year below the other.

use std::{collections::BTreeMap, fmt::Write as _};

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

use crate::{
    Axis, Chart, Head, Known, Row, Table,
    classes::Classes,
    figure::{Size, open},
    heat::{self, PITCH},
    words::{Phrase, Words},
};

/// Room for the weekdays, and for the months of a year, in CSS pixels.
pub(crate) const ASIDE: f64 = 42.0;
const ABOVE: f64 = 20.0;
/// The height of a year with the room below it.
const YEAR: f64 = ABOVE + 7.0 * PITCH + 12.0;

/// A calendar of values.
#[derive(Clone, Copy, Debug)]
pub struct Calendar<'a> {
    /// Name and language.
    pub head: Head<'a>,
    /// Unit and decimals of the values.
    pub axis: Axis<'a>,
    /// The same for all pictures of this indicator.
    pub classes: &'a Classes,
    /// The days that are asked for; one that is not named is not drawn.
    pub days: &'a BTreeMap<Date, Known>,
}

/// The weeks of one year that are drawn.
struct Weeks {
    year: i16,
    /// A Monday.
    first: Date,
    count: i32,
}

fn monday(date: Date) -> Date {
    let past = i64::from(date.weekday().since(Weekday::Monday));
    date.checked_sub(past.days()).unwrap_or(date)
}

fn week(first: Date, date: Date) -> i32 {
    first.until(date).map_or(0, |span| span.get_days() / 7)
}

impl Chart for Calendar<'_> {
    fn head(&self) -> Head<'_> {
        self.head
    }

    fn summary(&self) -> String {
        let words = self.head.words;
        let known: Vec<(Date, f64)> =
            self.days.iter().filter_map(|(date, value)| Some((*date, value.number()?))).collect();
        let least = known.iter().min_by(|a, b| a.1.total_cmp(&b.1));
        let most = known.iter().max_by(|a, b| a.1.total_cmp(&b.1));
        let (Some(first), Some(last), Some(least), Some(most)) = (known.first(), known.last(), least, most)
        else {
            return words.say(Phrase::Nothing, &[]);
        };
        let say = |x: f64| self.axis.say(words, x);
        let values = [
            words.number(known.len() as f64, 0),
            words.date(first.0),
            words.date(last.0),
            say(least.1),
            words.date(least.0),
            say(most.1),
            words.date(most.0),
        ];
        words.say(Phrase::CalendarSummary, &values)
    }

    fn table(&self) -> Table {
        let words = self.head.words;
        let mut table = Table::new(words, &[Phrase::Date, Phrase::Value]);
        for (date, value) in self.days.iter().rev() {
            table.rows.push(Row::new(&words.date(*date), "", vec![self.axis.say_known(words, *value)]));
        }
        table
    }

    fn legend(&self) -> String {
        let values: Vec<Known> = self.days.values().copied().collect();
        self.classes.legend(self.head.words, &self.axis, &values, heat::symbol)
    }

    fn draw(&self) -> String {
        let years = self.years();
        let weeks = years.iter().map(|weeks| weeks.count).max().unwrap_or(0);
        let size = Size::Fixed(ASIDE + f64::from(weeks) * PITCH, YEAR * years.len() as f64);
        let mut out = String::new();
        open(&mut out, self.head, &self.summary(), "chart heat-map", size, false);
        for (place, weeks) in years.iter().enumerate() {
            let top = place as f64 * YEAR + ABOVE;
            self.labels(&mut out, weeks, top, years.len() > 1);
            self.cells(&mut out, weeks, top);
        }
        out.push_str("</svg>");
        out
    }
}

impl Calendar<'_> {
    fn years(&self) -> Vec<Weeks> {
        let mut years: Vec<Weeks> = Vec::new();
        for date in self.days.keys() {
            match years.last_mut() {
                Some(weeks) if weeks.year == date.year() => weeks.count = week(weeks.first, *date) + 1,
                _ => years.push(Weeks { year: date.year(), first: monday(*date), count: 1 }),
            }
        }
        years
    }

    fn labels(&self, out: &mut String, weeks: &Weeks, top: f64, several: bool) {
        let words = self.head.words;
        out.push_str(r#"<g aria-hidden="true">"#);
        let above = top - 7.0;
        if several {
            let _ = write!(out, r#"<text class="heat-year" x="0" y="{above}">{}</text>"#, weeks.year);
        }
        weekdays(out, words, top);
        for number in 0..weeks.count {
            let Some(day) = weeks.first.checked_add(i64::from(number).weeks()).ok() else { continue };
            // A month is named over the week that holds its first day.
            let begins = (0..7_i64).filter_map(|d| day.checked_add(d.days()).ok()).find(|d| d.day() == 1);
            let Some(begins) = begins.filter(|date| date.year() == weeks.year) else { continue };
            let Ok(at) = begins.to_zoned(jiff::tz::TimeZone::UTC) else { continue };
            let x = ASIDE + f64::from(number) * PITCH;
            let _ = write!(out, r#"<text x="{x}" y="{above}">{}</text>"#, words.month(&at));
        }
        out.push_str("</g>");
    }

    fn cells(&self, out: &mut String, weeks: &Weeks, top: f64) {
        let words = self.head.words;
        for (date, value) in self.days.iter().filter(|(date, _)| date.year() == weeks.year) {
            let x = ASIDE + f64::from(week(weeks.first, *date)) * PITCH;
            let y = top + f64::from(date.weekday().to_monday_zero_offset()) * PITCH;
            let says = format!("{}: {}", words.date(*date), self.axis.say_known(words, *value));
            heat::cell(out, (x, y), self.classes, *value, &says);
        }
    }
}

/// Every other weekday beside its row.
pub(crate) fn weekdays(out: &mut String, words: &dyn Words, top: f64) {
    for place in [0, 2, 4, 6] {
        let y = top + place as f64 * PITCH + 10.5;
        let _ = write!(out, r#"<text x="0" y="{y}">{}</text>"#, words.weekday(place));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::plain::Plain;

    #[test]
    fn a_day_stands_in_its_week_and_a_new_year_begins_below() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        let days = BTreeMap::from([
            (date("2024-12-30"), Known::Value(3.0)),
            (date("2024-12-31"), Known::Suppressed),
            (date("2025-01-01"), Known::Value(12.0)),
            (date("2025-01-06"), Known::Unknown),
            (date("2025-02-02"), Known::Value(22.0)),
        ]);
        let classes = Classes::over(days.values().filter_map(|value| value.number()));
        let calendar = Calendar {
            head: Head { id: "c", title: "Days", words: &Plain },
            axis: Axis { unit: "µg/m³", decimals: 0, range: None },
            classes: &classes,
            days: &days,
        };
        assert_eq!(
            calendar.summary(),
            "CalendarSummary(3|2024-12-30|2025-02-02|3\u{a0}µg/m³|2024-12-30|22\u{a0}µg/m³|2025-02-02)"
        );
        insta::assert_snapshot!(calendar.draw().replace("><", ">\n<"));
        insta::assert_snapshot!(calendar.table().html("Days").replace("><", ">\n<"));
        insta::assert_snapshot!(calendar.legend().replace("><", ">\n<"));
    }
}
