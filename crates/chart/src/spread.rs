//! How values lie beside each other: the sentence and the table of strips, dots and maps.

use crate::{
    Axis, Head, Item, Row, Table,
    words::{Phrase, Words},
};

/// The half of the values is at most this: the middle one, or the mean of the two in the middle.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        n if n % 2 == 1 => Some(sorted[middle]),
        _ => Some(sorted[middle - 1].midpoint(sorted[middle])),
    }
}

pub(crate) fn numbers(items: &[Item<'_>]) -> Vec<f64> {
    items.iter().filter_map(|item| item.value.number()).collect()
}

/// From the least to the most, and where the middle is.
pub(crate) fn summary(words: &dyn Words, axis: &Axis<'_>, items: &[Item<'_>]) -> String {
    let known: Vec<(&str, f64)> =
        items.iter().filter_map(|item| Some((item.name, item.value.number()?))).collect();
    let least = known.iter().min_by(|a, b| a.1.total_cmp(&b.1));
    let most = known.iter().max_by(|a, b| a.1.total_cmp(&b.1));
    let (Some(least), Some(most), Some(half)) = (least, most, median(&numbers(items))) else {
        return words.say(Phrase::Nothing, &[]);
    };
    let count = |n: usize| words.number(n as f64, 0);
    let say = |x: f64| axis.say(words, x);
    let values = [
        count(known.len()),
        say(least.1),
        least.0.to_owned(),
        say(most.1),
        most.0.to_owned(),
        say(half),
        count(items.len() - known.len()),
    ];
    words.say(Phrase::SpreadSummary, &values)
}

/// Name, value, and from where to where it may lie.
pub(crate) fn table(head: Head<'_>, axis: &Axis<'_>, items: &[Item<'_>]) -> Table {
    let words = head.words;
    let intervals = items.iter().any(|item| item.interval.is_some());
    let columns = [Phrase::Name, Phrase::Value, Phrase::Least, Phrase::Most];
    let mut table = Table::new(words, if intervals { &columns } else { &columns[..2] });
    for item in items {
        let mut cells = vec![axis.say_known(words, item.value)];
        if intervals {
            let end = |x: Option<f64>| x.map_or_else(String::new, |x| axis.say(words, x));
            cells.extend([end(item.interval.map(|i| i.low)), end(item.interval.map(|i| i.high))]);
        }
        table.rows.push(Row::new(item.name, item.link, cells));
    }
    table
}

/// Name and value, as they are said when something is pointed at.
pub(crate) fn says(words: &dyn Words, axis: &Axis<'_>, item: &Item<'_>) -> String {
    format!("{}: {}", item.name, axis.say_known(words, item.value))
}

/// In which lane each place goes so that no two in one lane are nearer than `gap`: 0 is the lowest. Places may come in any order.
pub(crate) fn lanes(places: &[f64], gap: f64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by(|a, b| places[*a].total_cmp(&places[*b]));
    let mut ends: Vec<f64> = Vec::new();
    let mut lanes = vec![0; places.len()];
    for index in order {
        let here = places[index];
        let lane = ends.iter().position(|end| here - end >= gap).unwrap_or(ends.len());
        if lane == ends.len() {
            ends.push(here);
        } else {
            ends[lane] = here;
        }
        lanes[index] = lane;
    }
    lanes
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{Interval, Known, words::plain::Plain};

    /// Four communes: one has no value, one is not published.
    pub(crate) const FOUR: [Item<'static>; 4] = [
        item("Ixelles", Known::Value(12.5), true),
        item("Uccle & co", Known::Value(8.0), false),
        item("Forest", Known::Suppressed, false),
        item("Evere", Known::Unknown, false),
    ];

    const fn item(name: &'static str, value: Known, here: bool) -> Item<'static> {
        let interval = match value {
            Known::Value(x) => Some(Interval { low: x - 1.5, high: x + 2.0 }),
            _ => None,
        };
        Item { name, link: "/fr/area/1?a=b&c", value, interval, here }
    }

    pub(crate) const PERCENT: Axis<'static> = Axis { unit: "%", decimals: 1, range: None };

    #[test]
    fn the_sentence_says_the_ends_the_middle_and_what_is_missing() {
        assert_eq!(
            summary(&Plain, &PERCENT, &FOUR),
            "SpreadSummary(2|8,0\u{a0}%|Uccle & co|12,5\u{a0}%|Ixelles|10,2\u{a0}%|2)"
        );
        assert_eq!(summary(&Plain, &PERCENT, &FOUR[2..]), "Nothing");
    }

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[4.0, 1.0]), Some(2.5));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn what_lies_close_goes_into_another_lane() {
        assert_eq!(lanes(&[10.0, 11.0, 30.0, 11.5], 2.5), [0, 1, 0, 2]);
    }
}
