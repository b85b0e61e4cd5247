//! Buckets computed anew: those of hours and days from the observations, those over all of time from the days.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use async_trait::async_trait;
use datafusion::logical_expr::{Expr, col, lit};

use crate::{
    HistoryError,
    engine::{Engine, View},
    filter,
    gather::{Gathered, SeriesName},
    month,
    partial::Partial,
    rollup::{self, COLUMNS, Dirty, RollupRow, Series, bucket_micros, failed, start_of},
    rollup_rows,
    schema::Kind,
    texts::Texts,
};

/// So many entities are rebuilt with one scan of a month.
const ENTITIES_AT_ONCE: usize = 256;
/// So many are rebuilt with one scan of however short a time.
const ENTITIES_MAX: usize = 16_384;
/// So many, when all their days are read.
const ENTITIES_OF_DAYS: usize = 1024;
const MONTH: i64 = 31 * 86_400_000_000;

/// A bucket of a series.
type Place<'a> = (&'a Arc<Series>, i64);

/// What a bucket holds: the sums, and under which types its values were recorded.
#[derive(Default)]
struct Found<'a> {
    partial: Partial,
    /// The change of the newest row of each type, with the type and all types.
    types: HashMap<(&'a str, Option<&'a str>), i64>,
}

/// What is read to compute buckets.
#[async_trait]
pub(crate) trait Source: Sync {
    /// The observations of entities within `from` ≤ moment < `to`, files and memory.
    fn observations(&self, entities: &[&str], from: i64, to: i64) -> View;
    /// The joined daily roll-up rows of one attribute of entities, all that there are.
    async fn days(&self, attribute: &str, entities: &[&str]) -> Result<Vec<RollupRow>, HistoryError>;
}

/// Computes dirty buckets. Values count under the type that their bucket's newest row has; under any other type that the bucket
/// had, an empty row takes the place of what is there.
pub(crate) async fn rebuild(
    kind: Kind,
    engine: &Engine,
    source: &dyn Source,
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
    for ((_, attribute), mut places) in groups {
        places.sort_unstable_by_key(|(series, start)| (&series.entity, *start));
        for places in by_entities(&places, at_once(kind, &places)) {
            let mut entities: Vec<&str> = places.iter().map(|(series, _)| series.entity.as_str()).collect();
            entities.dedup();
            if kind == Kind::Series {
                let days = source.days(attribute, &entities).await?;
                rows.extend(of_days(days, generation, places));
            } else {
                rows.extend(
                    of_observations(kind, engine, source, generation, attribute, &entities, places).await?,
                );
            }
        }
    }
    Ok(rows)
}

/// How many entities are rebuilt with one scan: the shorter the time that is read of each, the more.
fn at_once(kind: Kind, places: &[Place<'_>]) -> usize {
    let Some(bucket) = bucket_micros(kind) else { return ENTITIES_OF_DAYS };
    let starts = || places.iter().map(|(_, start)| *start);
    let span = starts().max().zip(starts().min()).map_or(0, |(last, first)| last - first) + bucket;
    let times = usize::try_from(MONTH / span.max(1)).unwrap_or(1);
    ENTITIES_AT_ONCE.saturating_mul(times).clamp(ENTITIES_AT_ONCE, ENTITIES_MAX)
}

/// Cuts sorted places so that each part has at most so many entities.
fn by_entities<'a, 'b>(places: &'a [Place<'b>], most: usize) -> Vec<&'a [Place<'b>]> {
    let (mut parts, mut from, mut entities) = (Vec::new(), 0, 0);
    for at in 0..places.len() {
        if at == 0 || places[at].0.entity != places[at - 1].0.entity {
            entities += 1;
        }
        if entities > most {
            parts.push(&places[from..at]);
            (from, entities) = (at, 1);
        }
    }
    parts.push(&places[from..]);
    parts
}

async fn of_observations(
    kind: Kind,
    engine: &Engine,
    source: &dyn Source,
    generation: i64,
    attribute: &str,
    entities: &[&str],
    places: &[Place<'_>],
) -> Result<Vec<RollupRow>, HistoryError> {
    let starts = || places.iter().map(|(_, start)| *start);
    let (Some(from), Some(last)) = (starts().min(), starts().max()) else { return Ok(Vec::new()) };
    let to = last + bucket_micros(kind).unwrap_or(0);
    let wanted = wanted(attribute, entities)
        .and(col("observed_at").gt_eq(filter::instant(from)))
        .and(col("observed_at").lt(filter::instant(to)));
    let view = source.observations(entities, from, to);
    let read = engine.read(&view, Some(&COLUMNS), Some(wanted), usize::MAX).await?.unwrap_or_default();
    let gathered = Gathered::new(read).map_err(failed)?;
    let mut found: HashMap<(SeriesName<'_>, i64), Found<'_>> =
        places.iter().map(|(series, start)| ((series.name(), *start), Found::default())).collect();
    sum_up(kind, &gathered, &mut found)?;
    let rows = places.iter().filter_map(|(series, start)| {
        let found = found.remove(&(series.name(), *start))?;
        Some(found.rows(series, *start, generation))
    });
    Ok(rows.flatten().collect())
}

/// The rows of one attribute of some entities, which are sorted: from which to which they are, parts of files are passed over by.
pub(crate) fn wanted(attribute: &str, entities: &[&str]) -> Expr {
    let all = col("attribute").eq(lit(attribute)).and(filter::one_of("entity", entities.iter().copied()));
    match entities {
        [first, .., last] => all.and(col("entity").gt_eq(lit(*first))).and(col("entity").lt_eq(lit(*last))),
        _ => all,
    }
}

fn sum_up<'a>(
    kind: Kind,
    gathered: &'a Gathered,
    found: &mut HashMap<(SeriesName<'a>, i64), Found<'a>>,
) -> Result<(), HistoryError> {
    let keys = gathered.sorted();
    for key in gathered.newest(&keys) {
        let start = start_of(kind, key.moment());
        if let Some(found) = found.get_mut(&(gathered.name(key.series()), start)) {
            found.partial.add(key.moment(), &gathered.value(key));
        }
    }
    let Some(batch) = gathered.batches.first() else { return Ok(()) };
    let texts = |name: &str| {
        let index = batch.schema_ref().index_of(name).map_err(failed)?;
        Texts::of(&gathered.batches, index).map_err(failed)
    };
    let (type_names, all_types) = (texts("type")?, texts("types")?);
    // Rows of one type follow each other nearly always.
    let mut last: Option<(usize, i64, i32, i32)> = None;
    for key in keys {
        let (batch, row) = gathered.locate(key);
        let start = start_of(kind, key.moment());
        let same = (key.series(), start, type_names.number(batch, row), all_types.number(batch, row));
        if last.replace(same) == Some(same) {
            continue;
        }
        if let Some(found) = found.get_mut(&(gathered.name(key.series()), start)) {
            let names = (gathered.text("type", key).unwrap_or_default(), gathered.text("types", key));
            let newest = found.types.entry(names).or_insert(i64::MIN);
            *newest = (*newest).max(gathered.change(key));
        }
    }
    Ok(())
}

impl Found<'_> {
    fn rows(self, series: &Arc<Series>, start: i64, generation: i64) -> Vec<RollupRow> {
        let mut types: Vec<_> = self.types.into_iter().collect();
        types.sort_unstable_by_key(|(_, change)| std::cmp::Reverse(*change));
        let row = |series, partial| RollupRow { series, start, generation, replaces: true, partial };
        let named = |(type_name, types): (&str, Option<&str>)| {
            if type_name == series.type_name && types == series.types.as_deref() {
                Arc::clone(series)
            } else {
                Arc::new(Series::of(&series.name(), type_name, types))
            }
        };
        let Some(((newest, all), _)) = types.first() else {
            return vec![row(Arc::clone(series), self.partial)];
        };
        let mut rows = vec![row(named((newest, *all)), self.partial)];
        let mut seen = BTreeSet::from([*newest]);
        for ((other, all), _) in &types {
            if seen.insert(other) {
                rows.push(row(named((other, *all)), Partial::default()));
            }
        }
        rows
    }
}

/// The sums over all days of each series.
fn of_days(days: Vec<RollupRow>, generation: i64, places: &[Place<'_>]) -> Vec<RollupRow> {
    let mut sums: HashMap<SeriesName<'_>, HashMap<&Arc<Series>, (i64, Partial)>> = HashMap::new();
    for day in &days {
        let of_type = sums.entry(day.series.name()).or_default().entry(&day.series).or_default();
        of_type.0 = of_type.0.max(day.start);
        of_type.1.join(&day.partial);
    }
    let mut rows = Vec::new();
    for (series, start) in places {
        let row = |series: &Arc<Series>, partial| RollupRow {
            series: Arc::clone(series),
            start: *start,
            generation,
            replaces: true,
            partial,
        };
        match sums.remove(&series.name()) {
            None => rows.push(row(series, Partial::default())),
            Some(of_types) => rows.extend(of_types.into_iter().map(|(series, (_, sum))| row(series, sum))),
        }
    }
    rollup::merge(rows)
}

/// Daily rows of files, with what memory adds, joined.
pub(crate) async fn days_of(
    engine: &Engine,
    view: &View,
    attribute: &str,
    entities: &[&str],
    memory: Vec<RollupRow>,
) -> Result<Vec<RollupRow>, HistoryError> {
    let read =
        engine.read(view, None, Some(wanted(attribute, entities)), usize::MAX).await?.unwrap_or_default();
    let mut rows = rollup_rows::from_batches(&read).map_err(failed)?;
    rows.extend(memory.into_iter().filter(|row| {
        row.series.attribute == attribute && entities.binary_search(&row.series.entity.as_str()).is_ok()
    }));
    Ok(rollup::merge(rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(series: &[Arc<Series>], starts: std::ops::Range<i64>) -> Vec<Place<'_>> {
        let hour = 3_600_000_000;
        series.iter().flat_map(|one| starts.clone().map(move |start| (one, start * hour))).collect()
    }

    #[test]
    fn the_shorter_the_time_the_more_entities_at_once() {
        let name = |entity: usize| format!("urn:e:{entity:06}");
        let series: Vec<Arc<Series>> = (0..40_000)
            .map(|n| {
                let entity = name(n);
                let of = SeriesName { attribute: "a", attribute_iri: None, entity: &entity, dataset: None };
                Arc::new(Series::of(&of, "T", None))
            })
            .collect();
        let one_hour = places(&series, 0..1);
        assert_eq!(at_once(Kind::Hour, &one_hour), ENTITIES_MAX);
        let parts = by_entities(&one_hour, at_once(Kind::Hour, &one_hour));
        assert_eq!(parts.iter().map(|part| part.len()).collect::<Vec<_>>(), [16_384, 16_384, 7_232]);
        assert_eq!(at_once(Kind::Hour, &places(&series[..1], 0..24 * 31)), ENTITIES_AT_ONCE);
        assert_eq!(at_once(Kind::Hour, &places(&series[..1], 0..24)), 31 * ENTITIES_AT_ONCE);
        assert_eq!(at_once(Kind::Series, &one_hour), ENTITIES_OF_DAYS);
    }
}
