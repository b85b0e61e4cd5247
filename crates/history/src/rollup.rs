//! Roll-ups per hour, per day and over all of time: rows of joinable sums per series and bucket.
//!
//! A flush adds rows for what is newer than anything known of the series; a bucket that a late value, a duplicate or a
//! correction falls into is computed anew from the observations, and its row replaces those of earlier flushes.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use crate::{
    HistoryError,
    gather::{Gathered, Key, SeriesName},
    partial::Partial,
    retention::Retired,
    schema::Kind,
};

/// The columns that roll-ups and aggregates are computed from.
pub(crate) const COLUMNS: [&str; 13] = [
    "attribute",
    "attribute_iri",
    "entity",
    "dataset_id",
    "types",
    "type",
    "observed_at",
    "recorded_at",
    "number",
    "quality",
    "change",
    "position",
    "deleted",
];
/// The length of a bucket of a roll-up table, in microseconds; `None` is all of time.
pub(crate) fn bucket_micros(kind: Kind) -> Option<i64> {
    match kind {
        Kind::Observation | Kind::Hour => Some(3_600_000_000),
        Kind::Day => Some(86_400_000_000),
        Kind::Series => None,
    }
}

/// Where the bucket of a moment begins, in microseconds; 0 where it is all of time.
pub(crate) fn start_of(kind: Kind, moment: i64) -> i64 {
    bucket_micros(kind).map_or(0, |length| moment.div_euclid(length) * length)
}

/// A series with the type of its entity.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct Series {
    pub(crate) type_name: String,
    /// All types as a JSON array of full names, where the type alone does not say it.
    pub(crate) types: Option<String>,
    pub(crate) attribute: String,
    pub(crate) entity: String,
    pub(crate) dataset: Option<String>,
    pub(crate) attribute_iri: Option<String>,
}

impl Series {
    pub(crate) fn of(name: &SeriesName<'_>, type_name: &str, types: Option<&str>) -> Self {
        Self {
            type_name: type_name.to_owned(),
            types: types.map(str::to_owned),
            attribute: name.attribute.to_owned(),
            entity: name.entity.to_owned(),
            dataset: name.dataset.map(str::to_owned),
            attribute_iri: name.attribute_iri.map(str::to_owned),
        }
    }

    pub(crate) fn name(&self) -> SeriesName<'_> {
        SeriesName {
            attribute: &self.attribute,
            attribute_iri: self.attribute_iri.as_deref(),
            entity: &self.entity,
            dataset: self.dataset.as_deref(),
        }
    }
}

/// One row of a roll-up table.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct RollupRow {
    pub(crate) series: Arc<Series>,
    pub(crate) start: i64,
    /// The last change of the flush that wrote it.
    pub(crate) generation: i64,
    /// Rows of earlier generations for this bucket no longer count.
    pub(crate) replaces: bool,
    pub(crate) partial: Partial,
}

/// Buckets to compute anew.
pub(crate) type Dirty = HashMap<Arc<Series>, BTreeSet<i64>>;

/// Computes rows from fresh observations; `keys` are in order. `newest` is an upper bound of what the tables have of a
/// series, given its name and the first fresh moment. What comes for a time that was let go of is left out. Buckets with a value that is not newer go to `dirty`.
pub(crate) fn build(
    kind: Kind,
    fresh: &Gathered,
    keys: &[Key],
    generation: i64,
    newest: &mut dyn FnMut(&SeriesName<'_>, i64) -> i64,
    retired: &Retired,
    dirty: &mut Dirty,
) -> Vec<RollupRow> {
    let mut rows = Vec::new();
    for run in keys.chunk_by(|a, b| a.series() == b.series()) {
        let counts = |key: &Key| {
            fresh.value(*key).observed.is_some()
                && !retired.covers(fresh.text("type", *key).unwrap_or_default(), key.moment())
        };
        let timed: Vec<Key> = run.iter().copied().filter(counts).collect();
        let (Some(first), Some(last)) = (timed.first(), timed.last()) else { continue };
        let name = fresh.name(first.series());
        let known = newest(&name, first.moment());
        let type_name = fresh.text("type", *last).unwrap_or_default();
        let series = Arc::new(Series::of(&name, type_name, fresh.text("types", *last)));
        let kept = fresh.newest(&timed);
        for bucket in kept.chunk_by(|a, b| start_of(kind, a.moment()) == start_of(kind, b.moment())) {
            let start = start_of(kind, bucket[0].moment());
            if bucket[0].moment() <= known {
                dirty.entry(Arc::clone(&series)).or_default().insert(start);
                continue;
            }
            let mut partial = Partial::default();
            for key in bucket {
                partial.add(key.moment(), &fresh.value(*key));
            }
            if !partial.is_empty() {
                rows.push(RollupRow {
                    series: Arc::clone(&series),
                    start,
                    generation,
                    replaces: false,
                    partial,
                });
            }
        }
    }
    rows
}

pub(crate) fn failed(cause: impl std::fmt::Display) -> HistoryError {
    HistoryError::Query { step: "rolling up", detail: cause.to_string() }
}

/// Puts rows in the order of the tables and joins those of one bucket and type: the newest that replaces, and all since.
pub(crate) fn merge(mut rows: Vec<RollupRow>) -> Vec<RollupRow> {
    sort(&mut rows);
    let mut merged: Vec<RollupRow> = Vec::new();
    for same in rows.chunk_by(same_bucket) {
        let from = same.iter().filter(|row| row.replaces).map(|row| row.generation).max();
        let mut counts = same.iter().filter(|row| from.is_none_or(|from| row.generation >= from));
        let Some(mut joined) = counts.next().cloned() else { continue };
        for row in counts {
            joined.partial.join(&row.partial);
            joined.generation = joined.generation.max(row.generation);
            joined.series = Arc::clone(&row.series);
        }
        joined.replaces = from.is_some();
        merged.push(joined);
    }
    merged
}

/// The order of the tables.
pub(crate) fn sort(rows: &mut [RollupRow]) {
    rows.sort_by(|a, b| {
        let names = order(&a.series).cmp(&order(&b.series)).then(a.start.cmp(&b.start));
        names.then_with(|| {
            let types = a.series.type_name.cmp(&b.series.type_name);
            types.then(a.generation.cmp(&b.generation))
        })
    });
}

fn order(series: &Series) -> (&str, Option<&str>, &str, Option<&str>) {
    (&series.attribute, series.attribute_iri.as_deref(), &series.entity, series.dataset.as_deref())
}

fn same_bucket(a: &RollupRow, b: &RollupRow) -> bool {
    let same = |a: &Series, b: &Series| a.type_name == b.type_name && order(a) == order(b);
    a.start == b.start && (Arc::ptr_eq(&a.series, &b.series) || same(&a.series, &b.series))
}
