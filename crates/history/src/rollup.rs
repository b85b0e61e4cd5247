//! Hourly and daily roll-ups: rows of joinable sums per series and bucket.
//!
//! A flush adds rows for what is newer than anything known of the series; a bucket that a late value, a duplicate or a
//! correction falls into is computed anew from the observations, and its row replaces those of earlier flushes.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use datafusion::logical_expr::{col, lit};

use crate::{
    HistoryError,
    engine::{Engine, View},
    filter,
    gather::{Gathered, Key, SeriesName},
    month,
    partial::Partial,
    schema::Kind,
};

/// The columns that roll-ups and aggregates are computed from.
pub(crate) const COLUMNS: [&str; 12] = [
    "attribute",
    "attribute_iri",
    "entity",
    "dataset_id",
    "type",
    "observed_at",
    "recorded_at",
    "number",
    "quality",
    "change",
    "position",
    "deleted",
];
/// So many entities are rebuilt with one scan.
const ENTITIES_AT_ONCE: usize = 256;

/// The length of a bucket of a roll-up table, in microseconds.
pub(crate) fn bucket_micros(kind: Kind) -> i64 {
    if kind == Kind::Day { 86_400_000_000 } else { 3_600_000_000 }
}

/// A series with its type.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct Series {
    pub(crate) type_name: String,
    pub(crate) attribute: String,
    pub(crate) entity: String,
    pub(crate) dataset: Option<String>,
    pub(crate) attribute_iri: Option<String>,
}

impl Series {
    pub(crate) fn of(name: &SeriesName<'_>, type_name: &str) -> Self {
        Self {
            type_name: type_name.to_owned(),
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

/// A bucket of a series.
type Place<'a> = (&'a Arc<Series>, i64);

/// Buckets to compute anew.
pub(crate) type Dirty = HashMap<Arc<Series>, BTreeSet<i64>>;

/// Computes rows from fresh observations; `keys` are in order. `newest` is an upper bound of what the tables have of a
/// series, given its name and the first fresh moment. Buckets with a value that is not newer go to `dirty`.
pub(crate) fn build(
    kind: Kind,
    fresh: &Gathered,
    keys: &[Key],
    generation: i64,
    newest: &mut dyn FnMut(&SeriesName<'_>, i64) -> i64,
    dirty: &mut Dirty,
) -> Vec<RollupRow> {
    let length = bucket_micros(kind);
    let mut rows = Vec::new();
    for run in keys.chunk_by(|a, b| a.series() == b.series()) {
        let timed: Vec<Key> =
            run.iter().copied().filter(|key| fresh.value(*key).observed.is_some()).collect();
        let (Some(first), Some(last)) = (timed.first(), timed.last()) else { continue };
        let name = fresh.name(first.series());
        let known = newest(&name, first.moment());
        let series = Arc::new(Series::of(&name, fresh.text("type", *last).unwrap_or_default()));
        let kept = fresh.newest(&timed);
        for bucket in kept.chunk_by(|a, b| a.moment().div_euclid(length) == b.moment().div_euclid(length)) {
            let start = bucket[0].moment().div_euclid(length) * length;
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

/// Computes dirty buckets from the observations of a view.
pub(crate) async fn rebuild(
    kind: Kind,
    engine: &Engine,
    view: &(dyn Fn(&[&str], i64, i64) -> View + Sync),
    generation: i64,
    dirty: &Dirty,
) -> Result<Vec<RollupRow>, HistoryError> {
    let mut groups: HashMap<(month::Month, &str), Vec<Place<'_>>> = HashMap::new();
    for (series, starts) in dirty {
        for start in starts {
            groups.entry((month::of(*start), &series.attribute)).or_default().push((series, *start));
        }
    }
    let mut rows = Vec::new();
    for ((_, attribute), mut buckets) in groups {
        buckets.sort_unstable();
        let mut rest = buckets.as_slice();
        while !rest.is_empty() {
            let mut entities: Vec<&str> = Vec::new();
            let end = rest.iter().position(|(series, _)| {
                if entities.last() != Some(&series.entity.as_str()) {
                    entities.push(&series.entity);
                }
                entities.len() > ENTITIES_AT_ONCE
            });
            let (now, later) = rest.split_at(end.unwrap_or(rest.len()));
            entities.truncate(ENTITIES_AT_ONCE);
            rebuild_some(kind, engine, view, generation, attribute, &entities, now, &mut rows).await?;
            rest = later;
        }
    }
    Ok(rows)
}

#[expect(clippy::too_many_arguments, reason = "the inner step of one loop")]
async fn rebuild_some(
    kind: Kind,
    engine: &Engine,
    view: &(dyn Fn(&[&str], i64, i64) -> View + Sync),
    generation: i64,
    attribute: &str,
    entities: &[&str],
    buckets: &[Place<'_>],
    rows: &mut Vec<RollupRow>,
) -> Result<(), HistoryError> {
    let length = bucket_micros(kind);
    let starts = || buckets.iter().map(|(_, start)| *start);
    let (Some(from), Some(last)) = (starts().min(), starts().max()) else { return Ok(()) };
    let to = last + length;
    let wanted = col("attribute").eq(lit(attribute)).and(filter::one_of("entity", entities.iter().copied()));
    let wanted = wanted
        .and(col("observed_at").gt_eq(filter::instant(from)))
        .and(col("observed_at").lt(filter::instant(to)));
    let read = engine.read(&view(entities, from, to), Some(&COLUMNS), Some(wanted), usize::MAX).await?;
    let gathered = Gathered::new(read.unwrap_or_default()).map_err(failed)?;
    let mut sums: HashMap<(SeriesName<'_>, i64), Partial> =
        buckets.iter().map(|(series, start)| ((series.name(), *start), Partial::default())).collect();
    for key in gathered.newest(&gathered.sorted()) {
        let start = key.moment().div_euclid(length) * length;
        if let Some(partial) = sums.get_mut(&(gathered.name(key.series()), start)) {
            partial.add(key.moment(), &gathered.value(key));
        }
    }
    for (series, start) in buckets {
        if let Some(partial) = sums.remove(&(series.name(), *start)) {
            rows.push(RollupRow {
                series: Arc::clone(series),
                start: *start,
                generation,
                replaces: true,
                partial,
            });
        }
    }
    Ok(())
}

pub(crate) fn failed(cause: impl std::fmt::Display) -> HistoryError {
    HistoryError::Query { step: "rolling up", detail: cause.to_string() }
}

/// Puts rows in the order of the tables and joins those of one bucket: the newest that replaces, and all since.
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
        let key = |row: &RollupRow| (row.start, row.generation);
        order(&a.series).cmp(&order(&b.series)).then_with(|| key(a).cmp(&key(b)))
    });
}

fn order(series: &Series) -> (&str, Option<&str>, &str, Option<&str>) {
    (&series.attribute, series.attribute_iri.as_deref(), &series.entity, series.dataset.as_deref())
}

fn same_bucket(a: &RollupRow, b: &RollupRow) -> bool {
    a.start == b.start && (Arc::ptr_eq(&a.series, &b.series) || order(&a.series) == order(&b.series))
}
