//! The range that the page of a series shows, and the steps from it: every one is an address.

use senne_model::{Problem, Timestamp};

use crate::{
    format,
    visit::Visit,
    words::{Words, key},
};

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 24 * 60 * MINUTE;
const WEEK: i64 = 7 * DAY;
const YEAR: i64 = 365 * DAY;
/// Nothing shorter and nothing longer is shown.
const SHORTEST: i64 = MINUTE;
const LONGEST: i64 = 1_000 * YEAR;

/// From when to when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::pages) struct Span {
    pub(in crate::pages) from: Timestamp,
    pub(in crate::pages) to: Timestamp,
}

/// A step to another range.
#[derive(Debug)]
pub(in crate::pages) struct Move {
    /// What the island knows it by.
    pub(in crate::pages) word: &'static str,
    pub(in crate::pages) label: &'static str,
    /// Where it leads; `None` where one cannot go.
    pub(in crate::pages) link: Option<String>,
    pub(in crate::pages) here: bool,
}

impl Span {
    /// `from=…&to=…`; without them the week before the newest value. A range that makes no sense is refused.
    pub(in crate::pages) fn asked(visit: &Visit, newest: Option<Timestamp>) -> Result<Self, Problem> {
        let read = |name: &'static str| {
            let text = visit.parameter(name).filter(|text| !text.is_empty());
            text.map(|text| {
                Timestamp::parse(text).map_err(|error| Problem::bad(format!("{error}")).field(name))
            })
            .transpose()
        };
        let newest = newest.filter(|at| visit.now.micros() - at.micros() > WEEK).unwrap_or(visit.now);
        let whole = Timestamp::from_micros((newest.micros() / MINUTE + 1) * MINUTE);
        let to = read("to")?.unwrap_or(whole);
        let from = read("from")?.unwrap_or(Timestamp::from_micros(to.micros().saturating_sub(WEEK)));
        if from >= to {
            return Err(Problem::bad("the range ends before it begins").field("to"));
        }
        Ok(Self { from, to })
    }

    fn length(self) -> i64 {
        self.to.micros().saturating_sub(self.from.micros())
    }

    /// A range of this length around a middle, within what a calendar knows.
    fn around(middle: i64, length: i64) -> Self {
        let from = middle.saturating_sub(length / 2).max(Timestamp::MIN.micros());
        let to = from.saturating_add(length).min(Timestamp::MAX.micros());
        Self { from: Timestamp::from_micros(from), to: Timestamp::from_micros(to) }
    }

    /// The address of a page about this range.
    pub(in crate::pages) fn link(self, page: &str) -> String {
        let sign = if page.contains('?') { '&' } else { '?' };
        format!("{page}{sign}from={}&to={}", self.from, self.to)
    }

    /// In, out, earlier, later.
    pub(in crate::pages) fn moves(
        self,
        words: Words,
        page: &str,
        extent: Option<(Timestamp, Timestamp)>,
        now: Timestamp,
    ) -> Vec<Move> {
        let (length, middle) = (self.length(), self.from.micros().midpoint(self.to.micros()));
        let first = extent.map_or(now, |(first, _)| first);
        let there = |allowed: bool, to: Self| allowed.then(|| to.link(page));
        let step = |word, label, link| Move { word, label, link, here: false };
        vec![
            step(
                "earlier",
                words.t("past.earlier"),
                there(middle > first.micros(), Self::around(middle - length / 2, length)),
            ),
            step("in", words.t("past.in"), there(length / 2 >= SHORTEST, Self::around(middle, length / 2))),
            step(
                "out",
                words.t("past.out"),
                there(length < LONGEST, Self::around(middle, length.saturating_mul(2))),
            ),
            step(
                "later",
                words.t("past.later"),
                there(self.to < now, Self::around(middle + length / 2, length)),
            ),
        ]
    }

    /// Lengths that people know, ending where this ends or with the newest value; and all there is.
    pub(in crate::pages) fn presets(
        self,
        words: Words,
        page: &str,
        extent: Option<(Timestamp, Timestamp)>,
        now: Timestamp,
    ) -> Vec<Move> {
        let end = self.to.micros().min((now.micros() / MINUTE + 1) * MINUTE);
        let lengths = [
            ("day", key!("range.day"), DAY),
            ("week", key!("range.week"), WEEK),
            ("month", key!("range.month"), 30 * DAY),
            ("year", key!("range.year"), YEAR),
        ];
        let mut presets: Vec<Move> = lengths
            .into_iter()
            .map(|(word, label, length)| {
                let to = Self { from: Timestamp::from_micros(end - length), to: Timestamp::from_micros(end) };
                Move { word, label: words.t(label), link: Some(to.link(page)), here: self.length() == length }
            })
            .collect();
        let all = extent.map(|(first, last)| {
            let whole = |at: i64, more: i64| Timestamp::from_micros((at.div_euclid(MINUTE) + more) * MINUTE);
            Self { from: whole(first.micros(), 0), to: whole(last.micros(), 1) }
        });
        presets.push(Move {
            word: "all",
            label: words.t("past.all"),
            link: all.map(|all| all.link(page)),
            here: all == Some(self),
        });
        presets
    }

    pub(in crate::pages) fn text(self, words: Words) -> String {
        let moment = |at| format::moment(words.language, at);
        words.fill("range.window", [moment(self.from), moment(self.to)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn steps_halve_double_and_shift() {
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let span = Span { from: at("2024-01-10T00:00:00Z"), to: at("2024-01-14T00:00:00Z") };
        let words = Words::new(Language::En);
        let extent = Some((at("2024-01-01T00:00:30Z"), at("2024-02-01T00:00:30Z")));
        let moves = span.moves(words, "/p", extent, at("2024-03-01T00:00:00Z"));
        let links: Vec<_> = moves.iter().map(|m| m.link.clone().unwrap()).collect();
        assert_eq!(
            links,
            [
                "/p?from=2024-01-08T00:00:00Z&to=2024-01-12T00:00:00Z",
                "/p?from=2024-01-11T00:00:00Z&to=2024-01-13T00:00:00Z",
                "/p?from=2024-01-08T00:00:00Z&to=2024-01-16T00:00:00Z",
                "/p?from=2024-01-12T00:00:00Z&to=2024-01-16T00:00:00Z",
            ]
        );
        let presets = span.presets(words, "/p", extent, at("2024-03-01T00:00:00Z"));
        assert_eq!(presets[4].link.as_deref(), Some("/p?from=2024-01-01T00:00:00Z&to=2024-02-01T00:01:00Z"));
    }

    #[test]
    fn one_cannot_leave_the_calendar() {
        let words = Words::new(Language::En);
        let all = Span { from: Timestamp::MIN, to: Timestamp::MAX };
        let moves = all.moves(words, "/p", None, Timestamp::from_micros(0));
        assert!(moves[2].link.is_none() && moves[3].link.is_none());
    }
}
