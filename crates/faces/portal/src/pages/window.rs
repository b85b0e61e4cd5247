//! The span of time that the charts of an entity show, as its address says it.

use senne_model::{Entity, Timestamp};

use crate::{
    format,
    visit::Visit,
    words::{Words, key},
};

const DAY: i64 = 86_400_000_000;

/// How far back a chart goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Range {
    Day,
    Week,
    Month,
    Year,
}

impl Range {
    pub(crate) const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Year];

    /// The word in the address.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
            Self::Year => "1y",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|range| range.word() == word)
    }

    pub(crate) fn label(self, words: Words) -> &'static str {
        words.t(match self {
            Self::Day => key!("range.day"),
            Self::Week => key!("range.week"),
            Self::Month => key!("range.month"),
            Self::Year => key!("range.year"),
        })
    }

    pub(crate) fn micros(self) -> i64 {
        match self {
            Self::Day => DAY,
            Self::Week => 7 * DAY,
            Self::Month => 30 * DAY,
            Self::Year => 365 * DAY,
        }
    }
}

/// From when to when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Window {
    pub(crate) range: Range,
    /// In microseconds UTC; `to` is the first moment that no longer counts.
    pub(crate) from: i64,
    pub(crate) to: i64,
    /// Whether the address names the end; else it moves with the data.
    pub(crate) fixed: bool,
    /// The end that the window has when the address names none.
    latest: i64,
}

impl Window {
    /// As the address asks: `range=7d&end=2024-01-31T12:00:00Z`. Without an end it is now when the entity was heard
    /// of within the range, else its newest value, so that recorded data show themselves.
    pub(crate) fn asked(visit: &Visit, entity: &Entity) -> Self {
        let range = visit.parameter("range").and_then(Range::parse).unwrap_or(Range::Week);
        let end = visit.parameter("end").and_then(|text| Timestamp::parse(text).ok());
        Self::new(range, end, newest(entity), visit.now)
    }

    fn new(range: Range, end: Option<Timestamp>, newest: Option<Timestamp>, now: Timestamp) -> Self {
        let now = now.micros();
        // On the next whole minute, so that the newest value is inside and addresses stay short.
        let whole = |at: i64| (at / 60_000_000 + 1) * 60_000_000;
        let newest = newest.map_or(now, Timestamp::micros);
        let latest = whole(if now - newest < range.micros() { now } else { newest });
        let to = end.map_or(latest, |end| end.micros().clamp(0, latest.max(now)));
        Self { range, from: to - range.micros(), to, fixed: end.is_some(), latest }
    }

    fn address(range: Range, end: Option<i64>) -> String {
        let end = end.map_or_else(String::new, |end| format!("&end={}", Timestamp::from_micros(end)));
        format!("?range={}{end}#past", range.word())
    }

    /// The same end with another range.
    pub(crate) fn with(self, range: Range) -> String {
        Self::address(range, self.fixed.then_some(self.to))
    }

    pub(crate) fn earlier(self) -> Option<String> {
        (self.from > 0).then(|| Self::address(self.range, Some(self.from)))
    }

    pub(crate) fn later(self) -> Option<String> {
        let end = self.to + self.range.micros();
        (self.to < self.latest).then(|| Self::address(self.range, (end < self.latest).then_some(end)))
    }

    /// `du 24 janvier 2024 à 13:05 au …`
    pub(crate) fn text(self, words: Words) -> String {
        let moment = |at| format::moment(words.language, Timestamp::from_micros(at));
        words.fill("range.window", [moment(self.from), moment(self.to)])
    }

    /// The query that fetches the same window as a file.
    pub(crate) fn query(self) -> String {
        format!("range={}&end={}", self.range.word(), Timestamp::from_micros(self.to))
    }
}

/// The newest moment at which the entity observed a number.
pub(crate) fn newest(entity: &Entity) -> Option<Timestamp> {
    let numbers =
        entity.attributes.iter().flat_map(|a| &a.instances).filter(|i| i.value.as_number().is_some());
    numbers.filter_map(|i| i.observed_at).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn recorded_data_show_their_own_end() {
        let now = at("2026-11-21T12:00:30Z");
        let old = Window::new(Range::Week, None, Some(at("2024-01-31T23:50:00Z")), now);
        assert_eq!(Timestamp::from_micros(old.to), at("2024-01-31T23:51:00Z"));
        assert_eq!(old.later(), None);
        let live = Window::new(Range::Day, None, Some(at("2026-11-21T11:50:00Z")), now);
        assert_eq!(Timestamp::from_micros(live.to), at("2026-11-21T12:01:00Z"));
    }

    #[test]
    fn one_can_step_back_and_forth() {
        let now = at("2026-11-21T12:00:30Z");
        let newest = Some(at("2026-11-21T11:50:00Z"));
        let back = Window::new(Range::Day, Some(at("2026-11-10T12:00:00Z")), newest, now);
        assert_eq!(back.earlier().unwrap(), "?range=24h&end=2026-11-09T12:00:00Z#past");
        assert_eq!(back.later().unwrap(), "?range=24h&end=2026-11-11T12:00:00Z#past");
        assert_eq!(back.with(Range::Year), "?range=1y&end=2026-11-10T12:00:00Z#past");
        let almost = Window::new(Range::Day, Some(at("2026-11-21T00:00:00Z")), newest, now);
        assert_eq!(almost.later().unwrap(), "?range=24h#past");
    }

    #[test]
    fn an_end_beyond_the_present_is_brought_back() {
        let now = at("2026-11-21T12:00:30Z");
        let far = Window::new(Range::Day, Some(at("9999-01-01T00:00:00Z")), None, now);
        assert_eq!(Timestamp::from_micros(far.to), at("2026-11-21T12:01:00Z"));
    }
}
