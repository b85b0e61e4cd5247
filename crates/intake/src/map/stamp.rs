//! When a row was so. Sources write times in many ways; here they become microseconds UTC at the **start** of
//! the interval that a value is for, so that an hour stamped at its end does not fall into the next day.

use std::collections::HashMap;

use jiff::{
    civil::DateTime,
    fmt::strtime,
    tz::{AmbiguousOffset, Offset, TimeZone},
};
use senne_model::{EntityId, Json, Timestamp};

use crate::{refusal::shorten, rows::Cell};

use super::{Expression, Line, Place};

/// How a feed tells the time of a row.
#[derive(Debug)]
pub(crate) struct Stamp {
    pub(crate) source: StampSource,
    pub(crate) form: Form,
    pub(crate) zone: Zone,
    /// Taken off each stamp: the interval, when stamps are at its end.
    pub(crate) back_micros: i64,
    pub(crate) fold: Fold,
    pub(crate) gap: Gap,
}

/// Where the time stands.
#[derive(Debug)]
pub(crate) enum StampSource {
    Place(Place),
    Expression(Expression),
    /// Year, month, day, hour, minute, second; the last three may be absent.
    Parts([Option<Place>; 6]),
    /// When the answer was received.
    Received,
}

/// How the time is written.
#[derive(Debug)]
pub(crate) enum Form {
    /// RFC 3339 or ISO 8601, with or without an offset.
    Iso,
    /// Seconds since 1970, times this many microseconds.
    Epoch(i64),
    /// A `strptime` format, and the same as fixed places where it is simple.
    Text(Box<str>, Option<Vec<Piece>>),
}

/// A piece of a simple format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// So many digits for this field (0 year … 5 second).
    Digits(usize, usize),
    Literal(u8),
}

/// Where local times are local.
#[derive(Debug)]
pub(crate) enum Zone {
    Utc,
    Local(TimeZone),
}

/// Which of two instants a local time means when clocks are set back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fold {
    Earlier,
    Later,
    /// The first pass through the hour is the earlier one; a time that does not grow begins the second.
    InOrder,
}

/// What becomes of a local time that does not exist, when clocks are set forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gap {
    Refuse,
    Later,
    Earlier,
}

/// Of so many entities it is remembered where they stand in an hour that comes twice.
const FOLDS_MAX: usize = 200_000;

/// The state of [`Fold::InOrder`]: per entity, the last ambiguous time and whether the second pass had begun.
#[derive(Debug, Default)]
pub(crate) struct Folds {
    last: HashMap<EntityId, (DateTime, bool)>,
}

impl Form {
    /// `iso`, `epoch_s`, `epoch_ms`, or a `strptime` format.
    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "iso" => Self::Iso,
            "epoch_s" => Self::Epoch(1_000_000),
            "epoch_ms" => Self::Epoch(1000),
            _ => Self::Text(text.into(), pieces(text)),
        }
    }
}

/// The fixed places of a format of `%Y %m %d %H %M %S` and literals; `None` for anything more.
fn pieces(format: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut bytes = format.bytes();
    while let Some(b) = bytes.next() {
        pieces.push(match b {
            b'%' => match bytes.next()? {
                b'Y' => Piece::Digits(0, 4),
                b'm' => Piece::Digits(1, 2),
                b'd' => Piece::Digits(2, 2),
                b'H' => Piece::Digits(3, 2),
                b'M' => Piece::Digits(4, 2),
                b'S' => Piece::Digits(5, 2),
                _ => return None,
            },
            literal => Piece::Literal(literal),
        });
    }
    Some(pieces)
}

impl Stamp {
    /// The time of a line; `entity` tells series apart where clocks are set back.
    pub(crate) fn read(
        &self,
        line: &Line<'_>,
        entity: &EntityId,
        folds: &mut Folds,
    ) -> Result<Timestamp, String> {
        let local = |cell: Cell<'_>, folds: &mut Folds| self.cell(cell, Some((entity, folds)));
        let at = match &self.source {
            StampSource::Place(place) => local(place.cell(line), folds)?,
            StampSource::Expression(expression) => match expression.evaluate(line)? {
                Some(Json::Text(text)) => local(Cell::Text(&text), folds)?,
                Some(value) => local(Cell::Json(&value), folds)?,
                None => return Err("the row has no time".to_owned()),
            },
            StampSource::Parts(places) => {
                let fields = parts(places, line)?;
                self.locate(civil(fields)?, Some((entity, folds)))?
            }
            StampSource::Received => line.around.received_at,
        };
        let at = Timestamp::from_micros(at.micros().saturating_sub(self.back_micros));
        if (Timestamp::MIN..=Timestamp::MAX).contains(&at) {
            Ok(at)
        } else {
            Err("the time is out of range".into())
        }
    }

    /// Another instant of a line, written like its time.
    pub(crate) fn instant(&self, cell: Cell<'_>, _line: &Line<'_>) -> Result<Timestamp, String> {
        self.cell(cell, None)
    }

    fn cell(&self, cell: Cell<'_>, series: Option<(&EntityId, &mut Folds)>) -> Result<Timestamp, String> {
        match (&self.form, cell) {
            (_, Cell::Missing) => Err("the row has no time".to_owned()),
            (_, Cell::Broken) => Err("the time is not text".to_owned()),
            (Form::Epoch(unit), Cell::Json(value)) => epoch(value.as_f64(), *unit),
            (Form::Epoch(unit), Cell::Text(text)) => epoch(text.parse().ok(), *unit),
            (_, Cell::Json(value)) => Err(format!("`{}` is not a time", shorten(&value.to_string()))),
            (Form::Iso, Cell::Text(text)) => self.iso(text, series),
            (Form::Text(format, pieces), Cell::Text(text)) => {
                match pieces.as_deref().and_then(|p| quick(p, text)) {
                    Some(fields) => self.locate(civil(fields)?, series),
                    None => self.slow(format, text, series),
                }
            }
        }
    }

    fn iso(&self, text: &str, series: Option<(&EntityId, &mut Folds)>) -> Result<Timestamp, String> {
        if let Ok(at) = Timestamp::parse(text) {
            return Ok(at);
        }
        if let Ok(at) = text.parse::<jiff::Timestamp>() {
            return Ok(Timestamp::from_micros(at.as_microsecond()));
        }
        let local: DateTime =
            text.parse().map_err(|_| format!("`{}` is not an ISO 8601 time", shorten(text)))?;
        self.locate(local, series)
    }

    fn slow(
        &self,
        format: &str,
        text: &str,
        series: Option<(&EntityId, &mut Folds)>,
    ) -> Result<Timestamp, String> {
        let wrong = || format!("`{}` is not a time of the form `{format}`", shorten(text));
        let read = strtime::parse(format, text).map_err(|_| wrong())?;
        if let Ok(at) = read.to_timestamp() {
            return Ok(Timestamp::from_micros(at.as_microsecond()));
        }
        let local = match read.to_datetime() {
            Ok(local) => local,
            // A date alone is its first moment.
            Err(_) => read.to_date().map_err(|_| wrong())?.to_datetime(jiff::civil::Time::midnight()),
        };
        self.locate(local, series)
    }

    /// The instant that a local time means in the zone of the feed.
    fn locate(&self, local: DateTime, series: Option<(&EntityId, &mut Folds)>) -> Result<Timestamp, String> {
        let Zone::Local(zone) = &self.zone else { return at_offset(local, Offset::UTC) };
        let offset = match zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset,
            AmbiguousOffset::Gap { before, after } => match self.gap {
                Gap::Refuse => {
                    return Err(format!("{local} does not exist: clocks were set forward over it"));
                }
                // The offset from before moves the time past the gap, the one from after moves it before.
                Gap::Later => before,
                Gap::Earlier => after,
            },
            AmbiguousOffset::Fold { before, after } => {
                if self.second_pass(local, series) {
                    after
                } else {
                    before
                }
            }
        };
        at_offset(local, offset)
    }

    fn second_pass(&self, local: DateTime, series: Option<(&EntityId, &mut Folds)>) -> bool {
        let (Fold::InOrder, Some((entity, folds))) = (self.fold, series) else {
            return self.fold == Fold::Later;
        };
        let second = match folds.last.get(entity) {
            Some((last, second)) if last.date() == local.date() => *second || local <= *last,
            _ => false,
        };
        if folds.last.len() >= FOLDS_MAX {
            folds.last.clear();
        }
        folds.last.insert(entity.clone(), (local, second));
        second
    }
}

fn at_offset(local: DateTime, offset: Offset) -> Result<Timestamp, String> {
    let at = offset.to_timestamp(local).map_err(|_| format!("{local} is out of range"))?;
    Ok(Timestamp::from_micros(at.as_microsecond()))
}

fn epoch(number: Option<f64>, unit: i64) -> Result<Timestamp, String> {
    let micros = number.map(|x| x * unit as f64).filter(|x| x.abs() < 9e17);
    micros
        .map(|x| Timestamp::from_micros(x.round() as i64))
        .ok_or_else(|| "the time is not a number".to_owned())
}

/// Year, month, day, hour, minute, second of a text with fixed places.
fn quick(pieces: &[Piece], text: &str) -> Option<[i64; 6]> {
    let mut fields = [1970, 1, 1, 0, 0, 0];
    let mut rest = text.as_bytes();
    for piece in pieces {
        match *piece {
            Piece::Digits(field, places) => {
                let (digits, after) = rest.split_at_checked(places)?;
                let read = |sum: i64, d: &u8| d.is_ascii_digit().then(|| sum * 10 + i64::from(d - b'0'));
                fields[field] = digits.iter().try_fold(0, read)?;
                rest = after;
            }
            Piece::Literal(literal) => {
                let (first, after) = rest.split_first()?;
                if *first != literal {
                    return None;
                }
                rest = after;
            }
        }
    }
    rest.is_empty().then_some(fields)
}

fn parts(places: &[Option<Place>; 6], line: &Line<'_>) -> Result<[i64; 6], String> {
    let names = ["year", "month", "day", "hour", "minute", "second"];
    let mut fields = [1970, 1, 1, 0, 0, 0];
    for (i, place) in places.iter().enumerate() {
        let Some(place) = place else { continue };
        let number = match place.cell(line) {
            Cell::Text(text) => text.parse().ok(),
            Cell::Json(Json::Int(i)) => Some(*i),
            _ => None,
        };
        fields[i] = number.ok_or_else(|| format!("the {} is not a number", names[i]))?;
    }
    Ok(fields)
}

fn civil([year, month, day, hour, minute, second]: [i64; 6]) -> Result<DateTime, String> {
    let wrong = || format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} is not a time");
    let small = |n: i64| i8::try_from(n).map_err(|_| wrong());
    let year_small = i16::try_from(year).map_err(|_| wrong())?;
    DateTime::new(year_small, small(month)?, small(day)?, small(hour)?, small(minute)?, small(second)?, 0)
        .map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(form: &str, fold: Fold, gap: Gap, back_micros: i64) -> Stamp {
        let zone = Zone::Local(TimeZone::get("Europe/Brussels").unwrap());
        Stamp { source: StampSource::Received, form: Form::parse(form), zone, back_micros, fold, gap }
    }

    fn read(stamp: &Stamp, text: &str, folds: &mut Folds) -> Result<String, String> {
        stamp.cell(Cell::Text(text), Some((&EntityId::trusted("urn:x:1"), folds))).map(|at| at.to_string())
    }

    #[test]
    fn local_times_follow_the_clock_of_the_city() {
        let stamp = stamp("%Y/%m/%d %H:%M", Fold::InOrder, Gap::Refuse, 0);
        let mut folds = Folds::default();
        let mut at = |text: &str| read(&stamp, text, &mut folds);
        assert_eq!(at("2019/10/23 12:37").unwrap(), "2019-10-23T10:37:00Z");
        assert_eq!(at("2022/01/01 00:00").unwrap(), "2021-12-31T23:00:00Z");
        assert!(at("2022/03/27 02:00").unwrap_err().contains("does not exist"));
        assert!(at("23/10/2019").is_err());
        assert!(at("2019/13/23 12:37").is_err());
    }

    #[test]
    fn the_repeated_hour_is_told_apart_by_order() {
        let stamp = stamp("%Y-%m-%d %H:%M", Fold::InOrder, Gap::Refuse, 0);
        let mut folds = Folds::default();
        let times = ["02:00", "02:30", "02:00", "02:30", "03:00"];
        let read: Vec<_> =
            times.iter().map(|t| read(&stamp, &format!("2022-10-30 {t}"), &mut folds).unwrap()).collect();
        let want = ["00:00", "00:30", "01:00", "01:30", "02:00"].map(|t| format!("2022-10-30T{t}:00Z"));
        assert_eq!(read, want);
    }

    #[test]
    fn ever_new_entities_in_the_repeated_hour_do_not_fill_the_memory() {
        let stamp = stamp("%Y-%m-%d %H:%M", Fold::InOrder, Gap::Refuse, 0);
        let (mut folds, local) = (Folds::default(), "2022-10-30T02:30".parse().unwrap());
        for n in 0..=FOLDS_MAX {
            stamp.second_pass(local, Some((&EntityId::trusted(&n.to_string()), &mut folds)));
        }
        assert!(folds.last.len() <= FOLDS_MAX);
    }

    #[test]
    fn the_missing_hour_can_be_moved() {
        let later = stamp("iso", Fold::Earlier, Gap::Later, 0);
        let earlier = stamp("iso", Fold::Later, Gap::Earlier, 0);
        let mut folds = Folds::default();
        assert_eq!(read(&later, "2022-03-27T02:30", &mut folds).unwrap(), "2022-03-27T01:30:00Z");
        assert_eq!(read(&earlier, "2022-03-27T02:30", &mut folds).unwrap(), "2022-03-27T00:30:00Z");
        assert_eq!(read(&later, "2022-10-30T02:30", &mut folds).unwrap(), "2022-10-30T00:30:00Z");
        assert_eq!(read(&earlier, "2022-10-30T02:30", &mut folds).unwrap(), "2022-10-30T01:30:00Z");
        assert_eq!(read(&later, "2022-10-30T02:30+01:00", &mut folds).unwrap(), "2022-10-30T01:30:00Z");
    }

    #[test]
    fn other_forms_go_through_the_library() {
        let american = stamp("%m/%d/%y %I:%M %p", Fold::InOrder, Gap::Refuse, 0);
        let epoch = stamp("epoch_ms", Fold::InOrder, Gap::Refuse, 0);
        let date = stamp("%d/%m/%Y", Fold::InOrder, Gap::Refuse, 0);
        let mut folds = Folds::default();
        assert_eq!(read(&american, "12/19/23 01:20 PM", &mut folds).unwrap(), "2023-12-19T12:20:00Z");
        assert_eq!(read(&epoch, "1777412603000", &mut folds).unwrap(), "2026-04-28T21:43:23Z");
        assert_eq!(read(&date, "19/12/2023", &mut folds).unwrap(), "2023-12-18T23:00:00Z");
    }
}
