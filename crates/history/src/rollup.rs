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
    gather::{Gathered, Key, SeriesName, Value},
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
    bucket_micros(kind).map_or(0, |length| moment.div_euclid(length).saturating_mul(length))
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

/// The fresh values of one series that are rolled up: each moment once, in order.
struct Run {
    series: Arc<Series>,
    /// An upper bound of what the tables have of the series.
    known: i64,
    values: Vec<(i64, Value)>,
}

/// Computes the rows of several roll-ups from fresh observations, each with the buckets that have a value that is not newer and must
/// be computed anew. `keys` are in order. `newest` is an upper bound of what the tables have of a series, given its name and the
/// first fresh moment. What comes for a time that was let go of is left out.
pub(crate) fn build<const KINDS: usize>(
    kinds: [Kind; KINDS],
    fresh: &Gathered,
    keys: &[Key],
    generation: i64,
    newest: &mut dyn FnMut(&SeriesName<'_>, i64) -> i64,
    retired: &Retired,
) -> [(Vec<RollupRow>, Dirty); KINDS] {
    let mut built = kinds.map(|_| (Vec::new(), Dirty::new()));
    for keys in keys.chunk_by(|a, b| a.series() == b.series()) {
        let Some(run) = run(fresh, keys, newest, retired) else { continue };
        for (kind, (rows, dirty)) in kinds.iter().zip(&mut built) {
            add(*kind, &run, generation, rows, dirty);
        }
    }
    built
}

/// What counts of the rows of one series. Their values lie scattered over the batches, so each is looked at once.
fn run(
    fresh: &Gathered,
    keys: &[Key],
    newest: &mut dyn FnMut(&SeriesName<'_>, i64) -> i64,
    retired: &Retired,
) -> Option<Run> {
    let mut known = None;
    let mut until = |key: Key| {
        let types = (fresh.text("type", key).unwrap_or_default(), fresh.text("types", key));
        match known {
            Some((same, until)) if same == types => until,
            _ => {
                let until = retired.until(types.0, types.1);
                known = Some((types, until));
                until
            }
        }
    };
    let kept = |key: &Key| {
        let late = |until: i64| key.moment() < until;
        fresh.is_observed(*key) && (retired.is_empty() || !until(*key).is_some_and(late))
    };
    let timed: Vec<Key> = keys.iter().copied().filter(kept).collect();
    let (first, last) = (timed.first()?, timed.last()?);
    let name = fresh.name(first.series());
    let type_name = fresh.text("type", *last).unwrap_or_default();
    Some(Run {
        known: newest(&name, first.moment()),
        series: Arc::new(Series::of(&name, type_name, fresh.text("types", *last))),
        values: fresh.newest(&timed).iter().map(|key| (key.moment(), fresh.value(*key))).collect(),
    })
}

fn add(kind: Kind, run: &Run, generation: i64, rows: &mut Vec<RollupRow>, dirty: &mut Dirty) {
    for bucket in run.values.chunk_by(|a, b| start_of(kind, a.0) == start_of(kind, b.0)) {
        let start = start_of(kind, bucket[0].0);
        if bucket[0].0 <= run.known {
            dirty.entry(Arc::clone(&run.series)).or_default().insert(start);
            continue;
        }
        let mut partial = Partial::default();
        for (moment, value) in bucket {
            partial.add(*moment, value);
        }
        if !partial.is_empty() {
            let series = Arc::clone(&run.series);
            rows.push(RollupRow { series, start, generation, replaces: false, partial });
        }
    }
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
