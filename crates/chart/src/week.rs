//! The heat map of a usual week: a cell for each hour of each weekday.

use std::fmt::Write as _;

use crate::{
    Axis, Chart, Head, Known, Row, Table,
    calendar::{ASIDE, weekdays},
    classes::Classes,
    figure::{Size, open},
    heat::{self, PITCH},
    words::Phrase,
};

const ABOVE: f64 = 20.0;

/// A usual week.
#[derive(Clone, Copy, Debug)]
pub struct Week<'a> {
    /// Name and language.
    pub head: Head<'a>,
    /// Unit and decimals of the values.
    pub axis: Axis<'a>,
    /// The same for all pictures of this indicator.
    pub classes: &'a Classes,
    /// From Monday, from midnight.
    pub hours: &'a [[Known; 24]; 7],
}

impl Week<'_> {
    fn cells(&self) -> impl Iterator<Item = (usize, usize, Known)> {
        let days = self.hours.iter().enumerate();
        days.flat_map(|(day, hours)| hours.iter().enumerate().map(move |(hour, value)| (day, hour, *value)))
    }
}

impl Chart for Week<'_> {
    fn head(&self) -> Head<'_> {
        self.head
    }

    fn summary(&self) -> String {
        let words = self.head.words;
        let known: Vec<(usize, usize, f64)> =
            self.cells().filter_map(|(day, hour, value)| Some((day, hour, value.number()?))).collect();
        let least = known.iter().min_by(|a, b| a.2.total_cmp(&b.2));
        let most = known.iter().max_by(|a, b| a.2.total_cmp(&b.2));
        let (Some(least), Some(most)) = (least, most) else { return words.say(Phrase::Nothing, &[]) };
        let say = |(day, hour, value): &(usize, usize, f64)| {
            [self.axis.say(words, *value), words.weekday(*day).to_owned(), hour.to_string()]
        };
        words.say(Phrase::WeekSummary, &[say(least), say(most)].concat())
    }

    fn table(&self) -> Table {
        let words = self.head.words;
        let mut table = Table::new(words, &[Phrase::Hour]);
        table.columns.extend((0..7).map(|day| words.weekday(day).to_owned()));
        for hour in 0..24 {
            let cells = self.hours.iter().map(|hours| self.axis.say_known(words, hours[hour]));
            table.rows.push(Row::new(&format!("{hour:02}:00"), "", cells.collect()));
        }
        table
    }

    fn legend(&self) -> String {
        let values: Vec<Known> = self.cells().map(|(_, _, value)| value).collect();
        self.classes.legend(self.head.words, &self.axis, &values, heat::symbol)
    }

    fn draw(&self) -> String {
        let words = self.head.words;
        let mut out = String::new();
        let size = Size::Fixed(ASIDE + 24.0 * PITCH, ABOVE + 7.0 * PITCH);
        open(&mut out, self.head, &self.summary(), "chart heat-map", size, false);
        out.push_str(r#"<g aria-hidden="true">"#);
        weekdays(&mut out, words, ABOVE);
        for hour in [0, 6, 12, 18] {
            let x = ASIDE + f64::from(hour) * PITCH;
            let _ = write!(out, r#"<text x="{x}" y="13">{hour:02}:00</text>"#);
        }
        out.push_str("</g>");
        for (day, hour, value) in self.cells() {
            let place = (ASIDE + hour as f64 * PITCH, ABOVE + day as f64 * PITCH);
            let says = format!("{} {hour:02}:00: {}", words.weekday(day), self.axis.say_known(words, value));
            heat::cell(&mut out, place, self.classes, value, &says);
        }
        out.push_str("</svg>");
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::plain::Plain;

    #[test]
    fn each_hour_of_each_weekday_has_a_cell() {
        let mut hours = [[Known::Unknown; 24]; 7];
        hours[0][8] = Known::Value(40.0);
        hours[6][23] = Known::Value(4.0);
        hours[3][0] = Known::Suppressed;
        let classes = Classes::with_ends(&[10.0, 20.0, 30.0]);
        let week = Week {
            head: Head { id: "w", title: "Week", words: &Plain },
            axis: Axis::default(),
            classes: &classes,
            hours: &hours,
        };
        assert_eq!(week.summary(), "WeekSummary(4|Sun|23|40|Mon|8)");
        let drawn = week.draw();
        assert_eq!(drawn.matches("<title>").count(), 7 * 24);
        assert!(drawn.contains("<title>Mon 08:00: 40</title>"), "{drawn}");
        let monday = drawn.split("Mon 08:00: 40").nth(1).unwrap();
        insta::assert_snapshot!(monday[..220].replace("><", ">\n<"));
        let table = week.table();
        assert_eq!((table.rows.len(), table.columns.len()), (24, 8));
        assert_eq!(
            table.rows[8].cells,
            ["40", "Unknown", "Unknown", "Unknown", "Unknown", "Unknown", "Unknown"]
        );
    }
}
