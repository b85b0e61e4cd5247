//! The views: what a person sees of the tables.

use std::sync::Arc;

use datafusion::{catalog::TableProvider, common::DataFusionError, prelude::SessionContext};
use senne_language::TimeFilter;
use senne_model::Problem;

use super::{entity::EntityTable, problem, provider::PastTable};
use crate::{
    EntitySource, PastQuery, aggregate,
    engine::Engine,
    rollup_rows,
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

/// Joins the rows of one bucket: the newest that replaces, and all since.
const ROLLUP: &str = "SELECT entity, type, attribute, dataset_id, start, count, usable, good, not_evaluated, suspect, fail, missing, \
       total / usable AS mean, total AS sum, least AS min, most AS max, \
       sqrt(greatest(squares / usable - (total / usable) * (total / usable), 0.0)) AS stddev, \
       earliest AS first, latest AS last, earliest_at AS first_at, latest_at AS last_at \
     FROM (SELECT entity, type, attribute, dataset_id, start, \
         sum(count) AS count, nullif(sum(good) + sum(not_evaluated), 0) AS usable, sum(good) AS good, \
         sum(not_evaluated) AS not_evaluated, sum(suspect) AS suspect, sum(fail) AS fail, sum(missing) AS missing, \
         sum(sum) AS total, sum(coalesce(sum_squares, sum * sum)) AS squares, \
         min(coalesce(min, sum)) AS least, max(coalesce(max, sum)) AS most, \
         first_value(coalesce(first, sum) ORDER BY first_at) FILTER (WHERE sum IS NOT NULL) AS earliest, \
         last_value(coalesce(last, sum) ORDER BY coalesce(last_at, first_at)) FILTER (WHERE sum IS NOT NULL) AS latest, \
         min(first_at) AS earliest_at, max(coalesce(last_at, first_at)) AS latest_at \
       FROM (SELECT *, max(CASE WHEN replaces THEN generation END) \
           OVER (PARTITION BY entity, type, attribute, attribute_iri, dataset_id, start) AS since FROM raw) \
       WHERE since IS NULL OR generation >= since \
       GROUP BY entity, type, attribute, attribute_iri, dataset_id, start) \
     WHERE count > 0 OR missing > 0";

/// Registers the views that the query may name.
pub(super) async fn register(
    context: &SessionContext,
    engine: &Arc<Engine>,
    tenant: &Tenant,
    query: &str,
    entities: Arc<dyn EntitySource>,
) -> Result<(), Problem> {
    let snapshot = tenant.snapshot().map_err(steps::failed)?;
    let query = query.to_ascii_lowercase();
    let put = async |name: &str, kind: Kind, memory: Vec<_>, text: &str| -> Result<(), DataFusionError> {
        let provider: Arc<dyn TableProvider> = Arc::new(PastTable { view: snapshot.view(kind, memory) });
        context.register_table("raw", provider)?;
        let view = context.sql(text).await?.into_view();
        context.deregister_table("raw")?;
        context.register_table(name, view)?;
        Ok(())
    };
    let memory = || snapshot.memory(std::iter::empty(), None, None);
    let plain = format!("SELECT {COLUMNS} FROM raw WHERE NOT deleted");
    put("observation", Kind::Observation, memory(), &plain).await.map_err(|e| problem(&e))?;
    let corrected = format!("SELECT {COLUMNS} FROM {CORRECTED} WHERE version = 1 AND NOT deleted");
    put("observation_corrected", Kind::Observation, memory(), &corrected).await.map_err(|e| problem(&e))?;
    for (name, kind) in [("hourly", Kind::Hour), ("daily", Kind::Day)] {
        // What is in memory is rolled up only for who asks for it.
        let rows = if query.contains(name) {
            memory_rollup(kind, engine, tenant, &snapshot).await?
        } else {
            Vec::new()
        };
        put(name, kind, rows, ROLLUP).await.map_err(|e| problem(&e))?;
    }
    context.register_table("entity", Arc::new(EntityTable::new(entities))).map_err(|e| problem(&e))?;
    Ok(())
}

async fn memory_rollup(
    kind: Kind,
    engine: &Engine,
    tenant: &Tenant,
    snapshot: &Snapshot,
) -> Result<Vec<datafusion::arrow::array::RecordBatch>, Problem> {
    let everything = PastQuery::of(Vec::new(), TimeFilter::default());
    let rows = aggregate::memory_rows(kind, engine, tenant, snapshot, &everything).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    Ok(vec![rollup_rows::to_batch(kind, &rows).map_err(steps::failed)?])
}
