//! Buckets over a range: from roll-ups where these give the same, else from the observations.

use std::collections::{BTreeMap, HashSet};

use datafusion::logical_expr::col;
use senne_language::{Buckets, Method, TimeProperty};
use senne_model::{EntityId, ErrorKind, Flag, Iri, Name, Problem, Quality, SCOPE, Timestamp};

use crate::{
    Aggregation, Bucket, HistoryError, PastQuery, SeriesBuckets,
    engine::Engine,
    filter,
    fresh::Fresh,
    gather::{Gathered, SeriesName},
    names::expanded,
    others::{self, Gives, Others},
    partial::{Partial, Sums},
    past::{by_recording, counting, recorded},
    rollup::{self, COLUMNS, RollupRow, bucket_micros, start_of},
    rollup_rows,
    schema::Kind,
    steps::Steps,
    tenant::{Snapshot, Tenant},
    unrolled,
};

/// Beyond so many buckets in all, an answer is refused.
const BUCKETS_MAX: usize = 2_000_000;
/// So many rows of a roll-up are read at once.
const ROLLED_ROWS_MAX: usize = 2_000_000;

type SeriesKey = (EntityId, Name, Option<Iri>);

/// One bucket under way.
#[derive(Default, Debug)]
struct Sum {
    partial: Partial,
    /// All values, whatever their flag; only where these are asked for.
    all: Sums,
    /// Values that are no numbers.
    others: Option<Box<Others>>,
    distinct: HashSet<u64>,
}

struct Answer<'a> {
    aggregation: &'a Aggregation,
    buckets: Buckets,
    series: BTreeMap<SeriesKey, BTreeMap<Timestamp, (Timestamp, Sum)>>,
    count: usize,
    /// The numbers are in it already, from a roll-up.
    rolled: bool,
}

pub(crate) async fn aggregate(
    engine: &Engine,
    tenant: &Tenant,
    snapshot: &Snapshot,
    query: &PastQuery,
    aggregation: &Aggregation,
) -> Result<Vec<SeriesBuckets>, Problem> {
    let buckets = Buckets::new(aggregation.period, aggregation.zone.as_deref(), aggregation.origin)?;
    let fresh =
        || Answer { aggregation, buckets: buckets.clone(), series: BTreeMap::new(), count: 0, rolled: false };
    if let Some(kind) = rollup_kind(query, aggregation) {
        let mut answer = fresh();
        if answer.add_rolled(kind, Fresh { engine, tenant, snapshot }, query).await? {
            if let Some(others) = unrolled::part(engine, snapshot, query).await? {
                answer.rolled = true;
                answer.add_observed(engine, snapshot, &others).await?;
            }
            return Ok(answer.finish(query));
        }
    }
    let mut answer = fresh();
    answer.add_observed(engine, snapshot, query).await?;
    Ok(answer.finish(query))
}

fn counts_only(aggregation: &Aggregation) -> bool {
    aggregation.methods.iter().all(|method| matches!(method, Method::TotalCount | Method::DistinctCount))
}

/// The roll-up table that can answer, if one can: buckets and range on its edges, newest versions only, usable values.
fn rollup_kind(query: &PastQuery, aggregation: &Aggregation) -> Option<Kind> {
    let plain =
        query.as_of.is_none() && !query.every_version && query.time.property == TimeProperty::ObservedAt;
    let sums = aggregation.usable_only
        && !counts_only(aggregation)
        && !aggregation.methods.contains(&Method::DistinctCount);
    let round = |length: i64| aggregation.origin.is_none_or(|origin| origin.micros() % length == 0);
    if !plain || !sums {
        return None;
    }
    let (from, to) = filter::bounds(query);
    let fits = |kind: Kind| {
        let Some(length) = bucket_micros(kind) else { return false };
        let edge = |at: Option<i64>| at.is_none_or(|at| at % length == 0);
        round(length) && edge(from) && edge(to) && aggregation.period.micros % length == 0
    };
    let utc = matches!(aggregation.zone.as_deref(), None | Some("UTC" | "Z"));
    if utc && fits(Kind::Day) {
        return Some(Kind::Day);
    }
    // Local days begin at whole hours of UTC nearly everywhere; where they do not, it shows and the raw way is taken.
    fits(Kind::Hour).then_some(Kind::Hour)
}

/// The roll-up rows of a question that begin in a span, those of the rows in memory included, joined per bucket; `None` when there are too
/// many to be read at once.
async fn rollup_rows(
    kind: Kind,
    fresh: Fresh<'_>,
    query: &PastQuery,
    (from, to): (i64, i64),
) -> Result<Option<Vec<RollupRow>>, HistoryError> {
    let mut conditions = filter::series(query);
    conditions.push(col("start").gt_eq(filter::instant(from)));
    conditions.push(col("start").lt(filter::instant(to)));
    let view = fresh.snapshot.view(kind, Vec::new());
    let read = fresh.engine.read(&view, None, filter::all(conditions), ROLLED_ROWS_MAX).await?;
    let Some(read) = read else { return Ok(None) };
    let mut rows = rollup_rows::from_batches(&read).map_err(rollup::failed)?;
    let entities: Vec<&str> = query.entities.iter().map(EntityId::as_str).collect();
    let range = (Some(from), Some(to));
    rows.extend(fresh.rollup(kind, &entities, range, filter::series(query)).await?);
    Ok(Some(rollup::merge(rows)))
}

/// Where the buckets of a roll-up begin that a question is about: between the first and the last that there are.
fn span_of(kind: Kind, snapshot: &Snapshot, query: &PastQuery) -> (i64, i64) {
    let ever = (Timestamp::MIN.micros(), Timestamp::MAX.micros());
    let files = snapshot.files(kind).files.iter().map(|file| file.bounds.time.unwrap_or(ever));
    let all = files.chain(snapshot.chunks.iter().map(|chunk| chunk.moments));
    let none = (i64::MAX, i64::MIN);
    let (least, most) = all.fold(none, |a, b| (a.0.min(b.0), a.1.max(b.1)));
    let (first, end) = (start_of(kind, least), start_of(kind, most).saturating_add(length_of(kind)));
    let (from, to) = filter::bounds(query);
    (from.map_or(first, |from| from.max(first)), to.map_or(end, |to| to.min(end)))
}

fn length_of(kind: Kind) -> i64 {
    bucket_micros(kind).unwrap_or(i64::MAX)
}

/// A span in two, the later half first; `None` when it is one bucket.
fn halves(kind: Kind, (from, to): (i64, i64)) -> Option<[(i64, i64); 2]> {
    let middle = start_of(kind, from.saturating_add(to.saturating_sub(from) / 2));
    // The middle of two buckets is the begin of the second.
    let middle = if middle <= from { from.saturating_add(length_of(kind)) } else { middle };
    (middle < to).then_some([(middle, to), (from, middle)])
}

impl Answer<'_> {
    /// Adds what the observations say.
    async fn add_observed(
        &mut self,
        engine: &Engine,
        snapshot: &Snapshot,
        query: &PastQuery,
    ) -> Result<(), Problem> {
        let mut steps = Steps::new(engine, snapshot, query, false, Vec::new())?;
        let mut columns = COLUMNS.to_vec();
        columns.extend(["kind", "text", "json"]);
        if self.aggregation.methods.contains(&Method::DistinctCount) {
            columns.push("geometry");
        }
        if query.as_of.is_some() || by_recording(query) {
            columns.push("sub_attributes");
        }
        while let Some(rows) = steps.next(Some(&columns)).await? {
            self.add(&rows, query)?;
        }
        Ok(())
    }

    /// Adds what a roll-up has, so much of it at once as memory should hold; gives `false` when a bucket does not begin and end on the
    /// edges of its buckets.
    async fn add_rolled(&mut self, kind: Kind, fresh: Fresh<'_>, query: &PastQuery) -> Result<bool, Problem> {
        let mut left = vec![span_of(kind, fresh.snapshot, query)];
        while let Some(span) = left.pop() {
            if span.0 >= span.1 {
                continue;
            }
            if let Some(rows) = rollup_rows(kind, fresh, query, span).await? {
                if !self.add_rollups(kind, &rows)? {
                    return Ok(false);
                }
                continue;
            }
            let detail = "more values than can be read at once; name entities or attributes";
            let halves = halves(kind, span).ok_or_else(|| Problem::new(ErrorKind::TooComplex, detail))?;
            left.extend(halves);
        }
        Ok(true)
    }

    /// Adds joined roll-up rows; gives `false` when a bucket does not begin and end on their edges.
    fn add_rollups(&mut self, kind: Kind, rows: &[RollupRow]) -> Result<bool, Problem> {
        let Some(length) = bucket_micros(kind) else { return Ok(false) };
        let mut span = (Timestamp::MIN, Timestamp::MIN);
        for same in rows.chunk_by(|a, b| a.series.name() == b.series.name()) {
            let name = same[0].series.name();
            let mut found: BTreeMap<Timestamp, (Timestamp, Sum)> = BTreeMap::new();
            for row in same.iter().filter(|row| row.partial.count > 0) {
                let at = Timestamp::from_micros(row.start);
                if !(span.0..span.1).contains(&at) {
                    span = self.buckets.around(at);
                }
                if span.0.micros() % length != 0 || span.1.micros() % length != 0 {
                    return Ok(false);
                }
                found.entry(span.0).or_insert_with(|| (span.1, Sum::default())).1.partial.join(&row.partial);
            }
            self.put(&name, found)?;
        }
        Ok(true)
    }

    /// Adds observations.
    fn add(&mut self, rows: &Gathered, query: &PastQuery) -> Result<(), Problem> {
        let keys = counting(rows, query);
        let distinct = self.aggregation.methods.contains(&Method::DistinctCount);
        let observed_only = query.time.property == TimeProperty::ObservedAt;
        for run in keys.chunk_by(|a, b| a.series() == b.series()) {
            let Some(first) = run.first() else { continue };
            let scopes = rows.name(first.series()).attribute_iri == Some(SCOPE);
            let mut found: BTreeMap<Timestamp, (Timestamp, Sum)> = BTreeMap::new();
            let mut span = (Timestamp::MIN, Timestamp::MIN);
            for key in run {
                let mut value = rows.value(*key);
                // On the time line of observation only what was observed has a place.
                let no_place = observed_only && value.observed.is_none();
                if value.deleted || no_place || (self.rolled && value.number.is_some()) {
                    continue;
                }
                let quality = Quality::from_bits(value.quality);
                let taken = quality.usable() || !self.aggregation.usable_only;
                let mut other = None;
                if value.number.is_none() {
                    // What is missing is no value, whatever stands there.
                    if !taken || quality.flag() == Flag::Missing {
                        continue;
                    }
                    match others::gives(rows, *key) {
                        Gives::Number(x) => value.number = Some(x),
                        _ if scopes => other = Some(Gives::Nothing),
                        gives => other = Some(gives),
                    }
                }
                let moment = if observed_only { key.moment() } else { recorded(rows, *key, query) };
                let at = Timestamp::from_micros(moment);
                if !(span.0..span.1).contains(&at) {
                    span = self.buckets.around(at);
                }
                let sum = &mut found.entry(span.0).or_insert_with(|| (span.1, Sum::default())).1;
                sum.partial.add(moment, &value);
                if let Some(x) = value.number {
                    sum.all.add(moment, x);
                }
                if let Some(gives) = other {
                    sum.others.get_or_insert_default().add(gives, quality.usable());
                }
                if distinct && taken {
                    others::note_contents(rows, *key, &mut sum.distinct);
                }
            }
            self.put(&rows.name(first.series()), found)?;
        }
        Ok(())
    }

    fn put(
        &mut self,
        name: &SeriesName<'_>,
        found: BTreeMap<Timestamp, (Timestamp, Sum)>,
    ) -> Result<(), Problem> {
        if found.is_empty() {
            return Ok(());
        }
        let key = (
            EntityId::trusted(name.entity),
            expanded(name.attribute, name.attribute_iri),
            name.dataset.map(Iri::new),
        );
        let series = self.series.entry(key).or_default();
        for (from, (to, sum)) in found {
            self.count += 1;
            series.entry(from).or_insert_with(|| (to, Sum::default())).1.join(sum);
        }
        if self.count <= BUCKETS_MAX {
            return Ok(());
        }
        let detail = format!(
            "more than {BUCKETS_MAX} buckets; ask for a longer period, a shorter range or fewer entities"
        );
        Err(Problem::new(ErrorKind::TooComplex, detail))
    }

    fn finish(self, query: &PastQuery) -> Vec<SeriesBuckets> {
        let whole = self.aggregation.period.is_whole();
        let each = |(from, (to, sum)): (Timestamp, (Timestamp, Sum))| {
            let from = if whole { query.time.from.unwrap_or(from) } else { from };
            let to = if whole { query.time.to.unwrap_or(to) } else { to };
            sum.bucket((from, to), self.aggregation)
        };
        let series = self.series.into_iter().map(|((entity, attribute, dataset_id), sums)| {
            let mut others = sums.values().filter_map(|(_, sum)| sum.others.as_deref());
            let relationship = others.any(|others| others.targets);
            let numbers = sums.values().any(|(_, sum)| sum.partial.count > 0);
            let buckets = sums.into_iter().map(each).collect();
            SeriesBuckets { entity, attribute, dataset_id, relationship, numbers, buckets }
        });
        series.collect()
    }
}

impl Sum {
    fn join(&mut self, other: Self) {
        self.partial.join(&other.partial);
        self.all.join(&other.all);
        if let Some(others) = other.others {
            self.others.get_or_insert_default().join(*others);
        }
        self.distinct.extend(other.distinct);
    }

    fn bucket(&self, (from, to): (Timestamp, Timestamp), aggregation: &Aggregation) -> Bucket {
        let numbers = if aggregation.usable_only { &self.partial.usable } else { &self.all };
        let others = self.others.as_deref();
        let result = |method: &Method| match method {
            Method::TotalCount => Some((numbers.count + others.map_or(0, |others| others.count)) as f64),
            Method::DistinctCount => Some(self.distinct.len() as f64),
            // Where numbers and others come together, numbers are meant.
            method if numbers.count > 0 => numbers.result(*method),
            method => others?.number(*method),
        };
        let text = |method: &Method| Some((*method, others?.text(*method)?));
        let texts = if numbers.count > 0 {
            Vec::new()
        } else {
            aggregation.methods.iter().filter_map(text).collect()
        };
        let sizes = || others.map_or(0, Others::summed);
        Bucket {
            from,
            to,
            count: self.partial.count + others.map_or(0, |others| others.count),
            usable: self.partial.usable.count + others.map_or(0, |others| others.usable),
            summed: if numbers.count > 0 { numbers.count } else { sizes() },
            values: aggregation.methods.iter().map(result).collect(),
            texts,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_halved_down_to_its_buckets() {
        let hour = length_of(Kind::Hour);
        let (mut left, mut single) = (vec![(-3 * hour, 4 * hour)], Vec::new());
        while let Some(span) = left.pop() {
            match halves(Kind::Hour, span) {
                Some(halves) => left.extend(halves),
                None => single.push(span),
            }
        }
        let each: Vec<_> = (-3..4).map(|n| (n * hour, (n + 1) * hour)).collect();
        assert_eq!(single, each);
        // A range that does not end with a bucket.
        assert_eq!(halves(Kind::Hour, (0, hour + 1)), Some([(hour, hour + 1), (0, hour)]));
        assert_eq!(halves(Kind::Hour, (0, hour / 2)), None);
    }
}
