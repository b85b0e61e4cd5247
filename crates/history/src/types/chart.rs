//! What a chart asks of one series, and what it is given.

use std::time::Duration;

use senne_language::{Buckets, Period};
use senne_model::{EntityId, Flag, Iri, Name, Problem, Quality, Timestamp};

/// The most pixels that a chart may ask for.
pub const PIXELS_MAX: u16 = 4096;

/// One series over one range, at the resolution that so many pixels can show.
#[derive(Clone, Debug)]
pub struct ChartQuery {
    /// The entity.
    pub entity: EntityId,
    /// The attribute, expanded.
    pub attribute: Name,
    /// The data set id; `None` is the default instance.
    pub dataset_id: Option<Iri>,
    /// The first moment, inclusive.
    pub from: Timestamp,
    /// The last moment, exclusive.
    pub to: Timestamp,
    /// How many pixels the range is drawn on: 1 to [`PIXELS_MAX`].
    pub pixels: u16,
    /// The IANA time zone in which days, weeks, months and years begin.
    pub zone: String,
    /// How often a value is promised; without it the usual spacing of the values tells what is a gap.
    pub cadence: Option<Duration>,
    /// The present: silence after it is no gap.
    pub now: Timestamp,
}

impl ChartQuery {
    /// Refuses a range without length, pixels out of bounds and unknown zones, naming the field.
    pub fn check(&self) -> Result<(), Problem> {
        if self.from >= self.to {
            return Err(
                Problem::bad("the range ends before it begins; `from` must be before `to`").field("to")
            );
        }
        if self.pixels == 0 || self.pixels > PIXELS_MAX {
            let detail = format!("a chart has 1 to {PIXELS_MAX} pixels");
            return Err(Problem::bad(detail).field("pixels"));
        }
        let zone = Buckets::new(Period::DAY, Some(&self.zone), None);
        zone.map(|_| ()).map_err(|problem| problem.field("zone"))
    }
}

/// What an answer was made from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChartSource {
    /// The values themselves.
    Observations,
    /// Hourly sums.
    Hours,
    /// Daily sums (days of UTC), with hours where a day of UTC lies in two buckets.
    Days,
}

impl ChartSource {
    /// The SQL view.
    pub fn view(self) -> &'static str {
        match self {
            Self::Observations => "observation_corrected",
            Self::Hours => "hourly",
            Self::Days => "daily",
        }
    }
}

/// One value.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ChartPoint {
    /// When it was observed.
    pub at: Timestamp,
    /// The number; `None` where the sender said that it is missing.
    pub value: Option<f64>,
    /// What the tests said.
    pub quality: Quality,
}

/// The values of one bucket: `from` ≤ moment < `to`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ChartBucket {
    /// Its start, inclusive.
    pub from: Timestamp,
    /// Its end, exclusive.
    pub to: Timestamp,
    /// The mean of the usable values; `None` when there is none.
    pub mean: Option<f64>,
    /// The least usable value.
    pub min: Option<f64>,
    /// The greatest usable value.
    pub max: Option<f64>,
    /// How many values have each flag, in the order of [`Flag::ALL`].
    pub flags: [u64; 5],
}

impl ChartBucket {
    /// How many values it has, whatever their flag.
    pub fn count(&self) -> u64 {
        self.flags.iter().sum()
    }

    /// How many values entered the mean.
    pub fn usable(&self) -> u64 {
        self.flags[Flag::Good as usize] + self.flags[Flag::NotEvaluated as usize]
    }
}

/// A series as a chart draws it: points, or buckets, never both.
#[derive(Clone, PartialEq, Debug)]
pub struct ChartSeries {
    /// The entity.
    pub entity: EntityId,
    /// The attribute, expanded.
    pub attribute: Name,
    /// The data set id; `None` is the default instance.
    pub dataset_id: Option<Iri>,
    /// What is covered: the range that was asked for, moved outwards to the edges of buckets.
    pub from: Timestamp,
    /// Its end, exclusive.
    pub to: Timestamp,
    /// The time zone of the buckets.
    pub zone: String,
    /// What it was made from.
    pub source: ChartSource,
    /// The length of a bucket as ISO 8601 writes it; `None` for single values.
    pub period: Option<&'static str>,
    /// Before this moment single values and hours were let go of; `None` when that lies outside the range.
    pub kept_from: Option<Timestamp>,
    /// Single values, oldest first.
    pub points: Vec<ChartPoint>,
    /// Buckets that have values, oldest first.
    pub buckets: Vec<ChartBucket>,
    /// Times without a usable value, oldest first.
    pub gaps: Vec<(Timestamp, Timestamp)>,
    /// Two usable values further apart than this have a gap between them, in microseconds; `None` when one value or none
    /// cannot tell.
    pub gap_after: Option<i64>,
    /// The first and the last usable value that there are at all.
    pub extent: Option<(Timestamp, Timestamp)>,
    /// Whether there were more values than are given.
    pub truncated: bool,
    /// Whether an edge of a bucket lies inside a stored hour or day, which then counts where most of it lies.
    pub approximate: bool,
}

impl ChartSeries {
    /// How many values are behind the answer, whatever their flag.
    pub fn count(&self) -> u64 {
        self.points.len() as u64 + self.buckets.iter().map(ChartBucket::count).sum::<u64>()
    }
}
