//! Roll-up rows of what is in memory, as a flush would write them now.

use async_trait::async_trait;
use datafusion::logical_expr::{Expr, col};

use crate::{
    HistoryError,
    engine::{Engine, View},
    files::FileSet,
    filter,
    gather::{Gathered, SeriesName},
    rebuild::{Source, days_of, rebuild, wanted},
    rollup::{self, COLUMNS, RollupRow, bucket_micros, start_of},
    schema::Kind,
    tenant::{Snapshot, Tenant},
};

/// Memory and files of one moment.
#[derive(Clone, Copy)]
pub(crate) struct Fresh<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) tenant: &'a Tenant,
    pub(crate) snapshot: &'a Snapshot,
}

impl Fresh<'_> {
    /// The rows for buckets that begin within `from` ≤ start < `to`, of series that pass the conditions (on the columns of a
    /// series alone). No entities means all; naming them saves work.
    pub(crate) async fn rollup(
        &self,
        kind: Kind,
        entities: &[&str],
        (from, to): (Option<i64>, Option<i64>),
        mut conditions: Vec<Expr>,
    ) -> Result<Vec<RollupRow>, HistoryError> {
        let (from, to) = if kind == Kind::Series { (None, None) } else { (from, whole(kind, to)) };
        let memory = self.snapshot.memory(entities.iter().copied(), from, to);
        if memory.is_empty() {
            return Ok(Vec::new());
        }
        conditions.push(col("observed_at").is_not_null());
        conditions.extend(from.map(|from| col("observed_at").gt_eq(filter::instant(from))));
        conditions.extend(to.map(|to| col("observed_at").lt(filter::instant(to))));
        let mut view = self.snapshot.view(Kind::Observation, memory);
        view.files = std::sync::Arc::new(FileSet::new(Kind::Observation, Vec::new()));
        let read = self.engine.read(&view, Some(&COLUMNS), filter::all(conditions), usize::MAX).await?;
        let fresh = Gathered::new(read.unwrap_or_default()).map_err(rollup::failed)?;
        let files = self.snapshot.files(Kind::Observation);
        let mut newest = |name: &SeriesName<'_>, first: i64| self.tenant.newest(files, name, first);
        let [(mut rows, dirty)] = {
            let retired = self.tenant.retired.read();
            rollup::build([kind], &fresh, &fresh.sorted(), i64::MAX, &mut newest, &retired)
        };
        rows.extend(rebuild(kind, self.engine, self, i64::MAX, &dirty).await?);
        Ok(rows)
    }
}

/// The end of the bucket that an end falls into.
fn whole(kind: Kind, to: Option<i64>) -> Option<i64> {
    let length = bucket_micros(kind)?;
    to.map(|to| start_of(kind, to.saturating_sub(1)).saturating_add(length))
}

#[async_trait]
impl Source for Fresh<'_> {
    fn observations(&self, entities: &[&str], from: i64, to: i64) -> View {
        let memory = self.snapshot.memory(entities.iter().copied(), Some(from), Some(to));
        self.snapshot.view(Kind::Observation, memory)
    }

    async fn days(&self, attribute: &str, entities: &[&str]) -> Result<Vec<RollupRow>, HistoryError> {
        // Days are computed from observations, never from the series again: this ends.
        let memory =
            self.rollup(Kind::Day, entities, (None, None), vec![wanted(attribute, entities)]).await?;
        days_of(self.engine, &self.snapshot.view(Kind::Day, Vec::new()), attribute, entities, memory).await
    }
}
