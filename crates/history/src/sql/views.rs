//! The views: what a person sees of the tables.

use std::sync::Arc;

use datafusion::{
    arrow::array::RecordBatch,
    catalog::TableProvider,
    common::DataFusionError,
    datasource::MemTable,
    logical_expr::Expr,
    prelude::{SessionContext, col, lit},
};
use senne_model::{ChangeNo, Problem};

use super::{contracts, dictionary, entity::EntityTable, observed::Observed, problem, rolled::Rolled, sight};
use crate::{
    Surroundings,
    engine::Engine,
    schema::Kind,
    steps,
    tenant::{Snapshot, Tenant},
};

const COLUMNS: &str = "entity, type, attribute, dataset_id, observed_at, recorded_at, number, text, json, geometry, unit, \
     CASE quality & 7 WHEN 0 THEN 1 WHEN 1 THEN 2 WHEN 2 THEN 3 WHEN 3 THEN 4 ELSE 9 END AS quality, \
     quality_tests(quality) AS quality_tests, change";

/// Of each series and moment the row that was recorded last; the order of changes is the order of recording.
const CORRECTED: &str = "(SELECT *, row_number() OVER (PARTITION BY entity, type, attribute, attribute_iri, dataset_id, \
     observed_at, CASE WHEN observed_at IS NULL THEN recorded_at END ORDER BY change DESC, position DESC) AS version FROM raw)";

/// What follows from the sums of a bucket.
const SUMS: &str = "count, nullif(good + not_evaluated, 0) AS usable, good, not_evaluated, suspect, fail, missing, \
     sum / (good + not_evaluated) AS mean, sum, coalesce(min, sum) AS min, coalesce(max, sum) AS max, \
     CASE WHEN sum IS NOT NULL THEN sqrt(greatest(coalesce(sum_squares, sum * sum) / (good + not_evaluated) \
       - (sum / (good + not_evaluated)) * (sum / (good + not_evaluated)), 0.0)) END AS stddev, \
     coalesce(first, sum) AS first, coalesce(last, sum) AS last, first_at, coalesce(last_at, first_at) AS last_at";

/// The columns of a roll-up from the observations themselves. `start` is the column of the bucket, with a comma, or nothing.
fn rolled_anew(start: &str) -> String {
    let by = if start.is_empty() { "" } else { ", 5" };
    let flag = |flag: &str| format!("count(*) FILTER (WHERE quality & 7 {flag})");
    let usable = "FILTER (WHERE quality & 7 <= 1)";
    format!(
        "SELECT entity, type, attribute, dataset_id, {start}count(number) AS count, {} AS good, {} AS not_evaluated, \
         {} AS suspect, {} AS fail, {} AS missing, sum(number) {usable} AS sum, min(number) {usable} AS min, \
         max(number) {usable} AS max, sum(number * number) {usable} AS sum_squares, \
         first_value(number ORDER BY observed_at) {usable} AS first, last_value(number ORDER BY observed_at) {usable} AS last, \
         min(observed_at) {usable} AS first_at, max(observed_at) {usable} AS last_at \
         FROM {CORRECTED} WHERE version = 1 AND NOT deleted AND observed_at IS NOT NULL \
           AND (number IS NOT NULL OR quality & 7 > 3) GROUP BY 1, 2, 3, 4{by}",
        flag("= 0"),
        flag("= 1"),
        flag("= 2"),
        flag("= 3"),
        flag("> 3"),
    )
}

/// Registers the views that a query may name.
pub(super) async fn register(
    context: &SessionContext,
    engine: &Arc<Engine>,
    tenant: &Arc<Tenant>,
    around: &Surroundings,
    as_of: Option<ChangeNo>,
) -> Result<(), Problem> {
    let snapshot = Arc::new(tenant.snapshot().map_err(steps::failed)?);
    let conditions = sight::conditions(&around.sight);
    let sources = Sources { context, engine, tenant, conditions, as_of, snapshot };
    sources.register(around).await.map_err(|e| problem(&e))
}

struct Sources<'a> {
    context: &'a SessionContext,
    engine: &'a Arc<Engine>,
    tenant: &'a Arc<Tenant>,
    conditions: Vec<Expr>,
    as_of: Option<ChangeNo>,
    snapshot: Arc<Snapshot>,
}

impl Sources<'_> {
    async fn register(&self, around: &Surroundings) -> Result<(), DataFusionError> {
        self.put("observation", self.observed(), &format!("SELECT {COLUMNS} FROM raw WHERE NOT deleted"))
            .await?;
        let corrected = format!("SELECT {COLUMNS} FROM {CORRECTED} WHERE version = 1 AND NOT deleted");
        self.put("observation_corrected", self.observed(), &corrected).await?;
        let rolled = [
            ("hourly", Kind::Hour, "start, ", "date_trunc('hour', observed_at) AS start, "),
            ("daily", Kind::Day, "start, ", "date_trunc('day', observed_at) AS start, "),
            ("series", Kind::Series, "", ""),
        ];
        for (name, kind, start, anew) in rolled {
            let of = format!("SELECT entity, type, attribute, dataset_id, {start}{SUMS} FROM");
            if self.as_of.is_some() {
                self.put(name, self.observed(), &format!("{of} ({}) AS sums", rolled_anew(anew))).await?;
            } else {
                self.put(name, self.rolled(kind), &format!("{of} raw WHERE count > 0 OR missing > 0"))
                    .await?;
            }
        }
        self.context.register_table("entity", Arc::new(EntityTable::new(Arc::clone(&around.entities))))?;
        let areas = &around.areas;
        self.fixed("area", &areas.areas)?;
        self.fixed("entity_area", &areas.memberships)?;
        for view in around.contracts.iter() {
            let rows = self.context.sql(&contracts::select(view)).await?.into_view();
            self.context.register_table(view.name.as_str(), rows)?;
        }
        self.context.register_table("data_dictionary", dictionary::table(&around.contracts)?)?;
        Ok(())
    }

    fn fixed(&self, name: &str, rows: &RecordBatch) -> Result<(), DataFusionError> {
        let table = MemTable::try_new(rows.schema(), vec![vec![rows.clone()]])?;
        self.context.register_table(name, Arc::new(table))?;
        Ok(())
    }

    fn observed(&self) -> Arc<dyn TableProvider> {
        let memory = self.snapshot.memory(std::iter::empty(), None, None);
        let view = self.snapshot.view(Kind::Observation, memory);
        let known = self.as_of.map(|no| col("change").lt_eq(lit(no.0 as i64)));
        Arc::new(Observed { view, conditions: self.conditions.iter().cloned().chain(known).collect() })
    }

    fn rolled(&self, kind: Kind) -> Arc<dyn TableProvider> {
        Arc::new(Rolled {
            kind,
            engine: Arc::clone(self.engine),
            tenant: Arc::clone(self.tenant),
            snapshot: Arc::clone(&self.snapshot),
            conditions: self.conditions.clone(),
        })
    }

    /// Registers a view; `raw` in its text is the table.
    async fn put(&self, name: &str, raw: Arc<dyn TableProvider>, text: &str) -> Result<(), DataFusionError> {
        self.context.register_table("raw", raw)?;
        let view = self.context.sql(text).await?.into_view();
        self.context.deregister_table("raw")?;
        self.context.register_table(name, view)?;
        Ok(())
    }
}
