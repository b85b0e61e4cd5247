//! Roll-up rows put into buckets of civil time.

use std::collections::{BTreeMap, BTreeSet};

use senne_language::Buckets;
use senne_model::Timestamp;

use super::{
    gaps::Stretch,
    steps::{DAY, HOUR},
};
use crate::{ChartBucket, partial::Partial, rollup::RollupRow};

/// Buckets under way, by their start in microseconds.
pub(super) struct Summed {
    buckets: Buckets,
    span: (Timestamp, Timestamp),
    found: BTreeMap<i64, (i64, Partial)>,
    pub(super) approximate: bool,
}

impl Summed {
    pub(super) fn new(buckets: Buckets) -> Self {
        let span = (Timestamp::MIN, Timestamp::MIN);
        Self { buckets, span, found: BTreeMap::new(), approximate: false }
    }

    /// The edges of the bucket in which a moment lies.
    fn around(&mut self, at: i64) -> (i64, i64) {
        let at = Timestamp::from_micros(at);
        if !(self.span.0..self.span.1).contains(&at) {
            self.span = self.buckets.around(at);
        }
        (self.span.0.micros(), self.span.1.micros())
    }

    /// The sums of the bucket in which a moment lies.
    pub(super) fn at(&mut self, at: i64) -> &mut Partial {
        let (from, to) = self.around(at);
        &mut self.found.entry(from).or_insert_with(|| (to, Partial::default())).1
    }

    /// Adds days of UTC that lie in one bucket, and gives those that lie in two and whose hours are there: from `kept_from` on. An
    /// earlier one counts where its noon lies.
    pub(super) fn add_days(&mut self, rows: &[RollupRow], kept_from: Option<Timestamp>) -> BTreeSet<i64> {
        let mut split = BTreeSet::new();
        for row in rows {
            let in_one = self.around(row.start).1 >= row.start + DAY;
            let let_go = kept_from.is_some_and(|kept| row.start < kept.micros());
            match (in_one, let_go) {
                (true, _) => self.at(row.start).join(&row.partial),
                (false, true) => {
                    self.approximate = true;
                    self.at(row.start + DAY / 2).join(&row.partial);
                }
                (false, false) => {
                    split.insert(row.start);
                }
            }
        }
        split
    }

    /// Adds hours, of these days alone where some are named.
    pub(super) fn add_hours(&mut self, rows: &[RollupRow], days: Option<&BTreeSet<i64>>) {
        for row in rows {
            if days.is_some_and(|days| !days.contains(&(row.start.div_euclid(DAY) * DAY))) {
                continue;
            }
            self.approximate |= self.around(row.start).1 < row.start + HOUR;
            self.at(row.start).join(&row.partial);
        }
    }

    /// The buckets with values between two moments, oldest first.
    pub(super) fn buckets(&self, from: Timestamp, to: Timestamp) -> Vec<ChartBucket> {
        let inside = self.found.range(from.micros()..to.micros()).filter(|(_, (_, sum))| !sum.is_empty());
        let bucket = |(from, (to, sum)): (&i64, &(i64, Partial))| {
            let some = |x: f64| (sum.usable.count > 0).then_some(x);
            ChartBucket {
                from: Timestamp::from_micros(*from),
                to: Timestamp::from_micros(*to),
                mean: some(sum.usable.sum / sum.usable.count as f64),
                min: some(sum.usable.min),
                max: some(sum.usable.max),
                flags: sum.flags,
            }
        };
        inside.map(bucket).collect()
    }

    /// The stretches of usable values in these buckets.
    pub(super) fn stretches(&self) -> Vec<Stretch> {
        let usable = self.found.values().filter(|(_, sum)| sum.usable.count > 0);
        let stretch = |(_, sum): &(i64, Partial)| Stretch {
            first: sum.usable.first.0,
            last: sum.usable.last.0,
            count: sum.usable.count,
        };
        usable.map(stretch).collect()
    }
}
