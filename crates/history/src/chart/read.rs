//! Reading for a chart: no more than the caller may see.

use std::{collections::BTreeSet, sync::Arc};

use datafusion::logical_expr::{Expr, col};
use senne_language::{TimeFilter, TimeProperty};
use senne_model::{Json, Name, Problem, Quality, Timestamp};

use super::steps::{DAY, HOUR};
use crate::{
    ChartPoint, ChartQuery, HistoryError, PastQuery, Sight,
    engine::Engine,
    filter,
    fresh::Fresh,
    gather::Value,
    names::expanded,
    rollup::{self, COLUMNS, RollupRow},
    rollup_rows,
    schema::Kind,
    steps::Steps,
    tenant::{Snapshot, Tenant},
};

/// So many stretches of hours are named one by one; where there are more, all hours between are read.
const STRETCHES_MAX: usize = 130;

/// What there is to read, for one series and one caller.
pub(crate) struct Reader<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) tenant: &'a Tenant,
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) query: &'a ChartQuery,
    pub(crate) sight: &'a dyn Sight,
}

impl Reader<'_> {
    fn series(&self) -> PastQuery {
        let (from, to) = (Some(self.query.from), Some(self.query.to));
        let time = TimeFilter { property: TimeProperty::ObservedAt, from, to };
        let mut query = PastQuery::of(vec![self.query.entity.clone()], time);
        query.attributes = vec![self.query.attribute.clone()];
        query.dataset_id = Some(self.query.dataset_id.clone());
        query
    }

    /// The buckets of a roll-up that begin in a span, joined with what memory adds.
    pub(super) async fn rollup(
        &self,
        kind: Kind,
        span: Option<(i64, i64)>,
    ) -> Result<Vec<RollupRow>, HistoryError> {
        self.rollup_with(kind, span, Vec::new()).await
    }

    /// The hours of some days.
    pub(super) async fn hours(&self, days: &BTreeSet<i64>) -> Result<Vec<RollupRow>, HistoryError> {
        let (Some(first), Some(last)) = (days.first(), days.last()) else { return Ok(Vec::new()) };
        let mut stretches: Vec<(i64, i64)> = Vec::new();
        for day in days {
            match stretches.last_mut() {
                Some((_, end)) if end == day => *end += DAY,
                _ => stretches.push((*day, day + DAY)),
            }
        }
        let between = |(from, to): (i64, i64)| {
            col("start").gt_eq(filter::instant(from)).and(col("start").lt(filter::instant(to)))
        };
        let few = stretches.len() <= STRETCHES_MAX;
        let named = few.then(|| stretches.into_iter().map(between).reduce(Expr::or)).flatten();
        self.rollup_with(Kind::Hour, Some((*first, last + DAY)), named.into_iter().collect()).await
    }

    async fn rollup_with(
        &self,
        kind: Kind,
        span: Option<(i64, i64)>,
        more: Vec<Expr>,
    ) -> Result<Vec<RollupRow>, HistoryError> {
        let series = filter::series(&self.series());
        let mut conditions = series.clone();
        if let Some((from, to)) = span {
            conditions.push(col("start").gt_eq(filter::instant(from)));
            conditions.push(col("start").lt(filter::instant(to)));
        }
        conditions.extend(more);
        let view = self.snapshot.view(kind, Vec::new());
        let read = self.engine.read(&view, None, filter::all(conditions), usize::MAX).await?;
        let mut rows = rollup_rows::from_batches(&read.unwrap_or_default()).map_err(rollup::failed)?;
        let fresh = Fresh { engine: self.engine, tenant: self.tenant, snapshot: self.snapshot };
        let range = span.map_or((None, None), |(from, to)| (Some(from), Some(to)));
        rows.extend(fresh.rollup(kind, &[self.query.entity.as_str()], range, series).await?);
        let mut rows = rollup::merge(rows);
        rows.retain(|row| self.sees(row.series.types.as_deref(), &row.series.type_name));
        Ok(rows)
    }

    /// Whether what was recorded under these types may be seen.
    fn sees(&self, types: Option<&str>, type_name: &str) -> bool {
        if self.sight.types().is_none() {
            return true;
        }
        let listed = types.and_then(|text| serde_json::from_str::<Json>(text).ok());
        let types: Vec<Name> = match listed.as_ref().and_then(Json::as_array) {
            Some(list) => list.iter().filter_map(Json::as_str).map(Name::new).collect(),
            None => vec![expanded(type_name, None)],
        };
        self.sight.sees(&types, &self.query.attribute)
    }

    /// The moment before which single values and hours of the type of these rows were let go of.
    pub(super) fn kept_from(&self, rows: &[RollupRow]) -> Option<Timestamp> {
        let retired = self.tenant.retired.read();
        let types = rows.iter().map(|row| (row.series.type_name.as_str(), row.series.types.as_deref()));
        let types: BTreeSet<(&str, Option<&str>)> = types.collect();
        let until = types.into_iter().filter_map(|(term, types)| retired.until(term, types)).max();
        until.filter(|until| *until > self.query.from.micros()).map(Timestamp::from_micros)
    }

    /// The single values within a span, newest versions only, oldest first.
    pub(super) async fn values(&self, span: (i64, i64)) -> Result<Vec<(i64, Value)>, Problem> {
        let mut query = self.series();
        query.time.from = Some(Timestamp::from_micros(span.0));
        query.time.to = Some(Timestamp::from_micros(span.1));
        let mut steps = Steps::new(self.engine, self.snapshot, &query, false, Vec::new())?;
        let mut found = Vec::new();
        let mut seen: Option<(Option<Arc<str>>, Arc<str>, bool)> = None;
        while let Some(rows) = steps.next(Some(&COLUMNS)).await? {
            for key in rows.newest(&rows.sorted()) {
                let value = rows.value(key);
                let missing = Quality::from_bits(value.quality).flag() == senne_model::Flag::Missing;
                if value.deleted || (value.number.is_none() && !missing) {
                    continue;
                }
                let (types, name) = (rows.text("types", key), rows.text("type", key).unwrap_or_default());
                let known = seen.as_ref().filter(|(t, n, _)| t.as_deref() == types && &**n == name);
                let may = known.map_or_else(|| self.sees(types, name), |(_, _, may)| *may);
                if known.is_none() {
                    seen = Some((types.map(Arc::from), Arc::from(name), may));
                }
                if may {
                    found.push((key.moment(), value));
                }
            }
        }
        found.sort_by_key(|(at, _)| *at);
        Ok(found)
    }
}

/// The value as a point.
pub(super) fn point((at, value): &(i64, Value)) -> ChartPoint {
    ChartPoint {
        at: Timestamp::from_micros(*at),
        value: value.number,
        quality: Quality::from_bits(value.quality),
    }
}

/// A span moved outwards to the edges of stored buckets.
pub(super) fn outwards((from, to): (i64, i64), kind: Kind) -> (i64, i64) {
    let length = if kind == Kind::Day { DAY } else { HOUR };
    let end = to.checked_add(length - 1).map_or(to, |end| end.div_euclid(length) * length);
    (from.div_euclid(length) * length, end)
}
