//! The chart of an indicator in one area.

use senne_chart::{
    Dot, Trust,
    line::{Guideline, LineChart, Side},
};
use senne_indicator::{Declaration, Direction, Figure, Frequency, Period, Status};

use super::{
    beside::Beside,
    told::{number, target_of, with_unit},
};
use crate::{format, words::Words};

const DAY: i64 = 86_400_000_000;

/// How long a period is, about, in microseconds.
pub(crate) fn length(period: Period) -> i64 {
    DAY * match period.frequency() {
        Frequency::Day => 1,
        Frequency::Week => 7,
        Frequency::Month => 31,
        Frequency::Quarter => 92,
        Frequency::Year => 366,
    }
}

/// Where a period stands on an axis of time: at its first day, in microseconds UTC.
pub(crate) fn place(period: Period) -> i64 {
    period.moments(&jiff::tz::TimeZone::UTC).0
}

/// A figure as a dot with its interval; hollow when too little was there.
pub(crate) fn dot(figure: &Figure) -> Option<Dot> {
    let trust = match figure.value.status {
        Status::Incomplete => Trust::Suspect,
        _ => Trust::Usable,
    };
    Some(Dot { at: place(figure.period), value: figure.value.number?, spread: figure.value.interval, trust })
}

/// The chart, and what it says; nothing when there are fewer than two values.
pub(crate) fn chart(
    words: Words,
    declaration: &Declaration,
    title: &str,
    figures: &[Figure],
    beside: Option<&Beside>,
) -> Option<(String, String)> {
    let dots: Vec<Dot> = figures.iter().filter_map(dot).collect();
    let (first, last) = (figures.first()?, figures.last()?);
    if dots.len() < 2 {
        return None;
    }
    let said = sentence(words, declaration, figures)?;
    let beside = beside.map(|beside| beside.dots(figures)).unwrap_or_default();
    let svg = LineChart {
        id: "indicator-chart",
        title,
        description: &said,
        unit: declaration.unit_shown(words.language.code()),
        words: &words,
        from: place(first.period),
        to: place(last.period).max(place(first.period) + 1),
        dots: &dots,
        gap_after: length(first.period) * 3 / 2,
        guideline: guideline(words, declaration, last),
        scale_of: None,
        beside: &beside,
        begins: None,
    }
    .svg();
    Some((svg, said))
}

fn guideline(words: Words, declaration: &Declaration, newest: &Figure) -> Option<Guideline> {
    let target = target_of(declaration, newest)?;
    let by = format::period(words.language, target.by);
    let (value, shaded) = match (target.band.low, target.band.high) {
        (Some(low), high) if high.is_none() || declaration.direction == Direction::Up => (low, Side::Below),
        (_, Some(high)) => (high, Side::Above),
        _ => return None,
    };
    let label = words.fill("indicator.guide", [number(words, declaration, value), by]);
    Some(Guideline { value, label, shaded })
}

/// From where to where, the least and the most.
fn sentence(words: Words, declaration: &Declaration, figures: &[Figure]) -> Option<String> {
    let known: Vec<(&Figure, f64)> =
        figures.iter().filter_map(|figure| Some((figure, figure.value.number?))).collect();
    let least = known.iter().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let most = known.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let (first, last) = (known.first()?, known.last()?);
    let period = |figure: &Figure| format::period(words.language, figure.period);
    let said = |one: &(&Figure, f64)| with_unit(words, declaration, one.1);
    let values = [period(first.0), period(last.0), said(least), period(least.0), said(most), period(most.0)];
    Some(words.fill("indicator.course", values))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_as_long_as_it_may_be() {
        let of = |text: &str| length(text.parse().unwrap()) / DAY;
        assert_eq!((of("2024-02"), of("2024"), of("2024-W07"), of("2024-02-01")), (31, 366, 7, 1));
    }
}
