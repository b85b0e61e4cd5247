//! The views: what a person sees of the tables. Each is planned when a question names it, and not before: a question names one or
//! two, and planning all of them would take longer than most answers.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use datafusion::{
    arrow::array::RecordBatch,
    catalog::{
        CatalogProviderList, MemoryCatalogProvider, MemoryCatalogProviderList, SchemaProvider, TableProvider,
    },
    common::DataFusionError,
    datasource::MemTable,
    execution::session_state::SessionState,
    logical_expr::Expr,
    prelude::{SessionContext, col, lit},
};
use senne_model::{ChangeNo, Problem};

use super::{contracts, dictionary, entity::EntityTable, observed::Observed, rolled::Rolled, sight};
use crate::{
    Surroundings,
    engine::{CATALOG, Engine, SCHEMA},
    schema::Kind,
    steps,
    tenant::{Snapshot, Tenant},
};

const COLUMNS: &str = "entity, type, attribute, dataset_id, observed_at, recorded_at, number, text, json, geometry, unit, \
     CASE quality & 7 WHEN 0 THEN 1 WHEN 1 THEN 2 WHEN 2 THEN 3 WHEN 3 THEN 4 ELSE 9 END AS quality, \
     quality_tests(quality) AS quality_tests, change";

/// Of each series and moment the row that was recorded last; the order of changes is the order of recording. The type of an entity may
/// change, so it does not tell one series from another. Where no entity has two types it makes no difference, and lets a question for
/// one type pass the files of the others by.
fn newest_versions(types_are_apart: bool) -> String {
    let by_type = if types_are_apart { "type, " } else { "" };
    format!(
        "(SELECT *, row_number() OVER (PARTITION BY entity, {by_type}attribute, attribute_iri, dataset_id, observed_at, \
         CASE WHEN observed_at IS NULL THEN recorded_at END ORDER BY change DESC, position DESC) AS version FROM raw)"
    )
}

/// What follows from the sums of a bucket.
const SUMS: &str = "count, nullif(good + not_evaluated, 0) AS usable, good, not_evaluated, suspect, fail, missing, \
     sum / (good + not_evaluated) AS mean, sum, coalesce(min, sum) AS min, coalesce(max, sum) AS max, \
     CASE WHEN sum IS NOT NULL THEN sqrt(greatest(coalesce(sum_squares, sum * sum) / (good + not_evaluated) \
       - (sum / (good + not_evaluated)) * (sum / (good + not_evaluated)), 0.0)) END AS stddev, \
     coalesce(first, sum) AS first, coalesce(last, sum) AS last, first_at, coalesce(last_at, first_at) AS last_at";

/// The columns of a roll-up from the observations themselves. `start` is the column of the bucket, with a comma, or nothing.
fn rolled_anew(start: &str, newest_versions: &str) -> String {
    let by = if start.is_empty() { "" } else { ", 5" };
    let flag = |flag: &str| format!("count(*) FILTER (WHERE quality & 7 {flag})");
    let usable = "FILTER (WHERE quality & 7 <= 1)";
    format!(
        "SELECT entity, type, attribute, dataset_id, {start}count(number) AS count, {} AS good, {} AS not_evaluated, \
         {} AS suspect, {} AS fail, {} AS missing, sum(number) {usable} AS sum, min(number) {usable} AS min, \
         max(number) {usable} AS max, sum(number * number) {usable} AS sum_squares, \
         first_value(number ORDER BY observed_at) {usable} AS first, last_value(number ORDER BY observed_at) {usable} AS last, \
         min(observed_at) {usable} AS first_at, max(observed_at) {usable} AS last_at \
         FROM {newest_versions} WHERE version = 1 AND NOT deleted AND observed_at IS NOT NULL \
           AND (number IS NOT NULL OR quality & 7 > 3) GROUP BY 1, 2, 3, 4{by}",
        flag("= 0"),
        flag("= 1"),
        flag("= 2"),
        flag("= 3"),
        flag("> 3"),
    )
}

/// The views that are there whatever the contracts.
const FIXED: [&str; 9] = [
    "observation",
    "observation_corrected",
    "hourly",
    "daily",
    "series",
    "entity",
    "area",
    "entity_area",
    "data_dictionary",
];

/// The views of a tenant as they stood at one moment, to be named in a question.
pub(super) struct Views {
    /// Plans the text of a view.
    planner: SessionState,
    engine: Arc<Engine>,
    tenant: Arc<Tenant>,
    conditions: Vec<Expr>,
    as_of: Option<ChangeNo>,
    snapshot: Arc<Snapshot>,
    around: Surroundings,
}

impl fmt::Debug for Views {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Views")
    }
}

/// A catalogue that has the views and nothing else.
pub(super) fn catalog(
    planner: SessionState,
    engine: &Arc<Engine>,
    tenant: &Arc<Tenant>,
    around: &Surroundings,
    as_of: Option<ChangeNo>,
) -> Result<Arc<dyn CatalogProviderList>, Problem> {
    let views = Views {
        planner,
        engine: Arc::clone(engine),
        tenant: Arc::clone(tenant),
        conditions: sight::conditions(&around.sight),
        as_of,
        snapshot: Arc::new(tenant.snapshot().map_err(steps::failed)?),
        around: around.clone(),
    };
    only(Arc::new(views)).map_err(|e| super::problem(&e))
}

/// A list of catalogues with one schema.
fn only(schema: Arc<dyn SchemaProvider>) -> Result<Arc<dyn CatalogProviderList>, DataFusionError> {
    let catalog = MemoryCatalogProvider::new();
    datafusion::catalog::CatalogProvider::register_schema(&catalog, SCHEMA, schema)?;
    let list = MemoryCatalogProviderList::new();
    list.register_catalog(CATALOG.to_owned(), Arc::new(catalog));
    Ok(Arc::new(list))
}

#[async_trait]
impl SchemaProvider for Views {
    fn table_names(&self) -> Vec<String> {
        let contracts = self.around.contracts.iter().map(|view| view.name.as_str());
        FIXED.into_iter().chain(contracts).map(str::to_owned).collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>, DataFusionError> {
        if let Some(view) = self.around.contracts.iter().find(|view| view.name == name) {
            return self.of_contract(&contracts::select(view)).await.map(Some);
        }
        let areas = &self.around.areas;
        let (kind, start, anew) = match name {
            "observation" => return self.observation().await.map(Some),
            "observation_corrected" => return self.corrected().await.map(Some),
            "entity" => {
                return Ok(Some(Arc::new(EntityTable::new(Arc::clone(&self.around.entities)))));
            }
            "area" => return fixed(&areas.areas).map(Some),
            "entity_area" => return fixed(&areas.memberships).map(Some),
            "data_dictionary" => return dictionary::table(&self.around.contracts).map(Some),
            "hourly" => (Kind::Hour, "start, ", "date_trunc('hour', observed_at) AS start, "),
            "daily" => (Kind::Day, "start, ", "date_trunc('day', observed_at) AS start, "),
            "series" => (Kind::Series, "", ""),
            _ => return Ok(None),
        };
        let of = format!("SELECT entity, type, attribute, dataset_id, {start}{SUMS} FROM");
        let view = if self.as_of.is_some() {
            let anew = rolled_anew(anew, &self.newest_versions());
            self.view("raw", self.observed(), &format!("{of} ({anew}) AS sums")).await
        } else {
            self.view("raw", self.rolled(kind), &format!("{of} raw WHERE count > 0 OR missing > 0")).await
        };
        view.map(Some)
    }

    fn table_exist(&self, name: &str) -> bool {
        FIXED.contains(&name) || self.around.contracts.iter().any(|view| view.name == name)
    }
}

impl Views {
    async fn observation(&self) -> Result<Arc<dyn TableProvider>, DataFusionError> {
        self.view("raw", self.observed(), &format!("SELECT {COLUMNS} FROM raw WHERE NOT deleted")).await
    }

    async fn corrected(&self) -> Result<Arc<dyn TableProvider>, DataFusionError> {
        let versions = self.newest_versions();
        let text = format!("SELECT {COLUMNS} FROM {versions} WHERE version = 1 AND NOT deleted");
        self.view("raw", self.observed(), &text).await
    }

    fn newest_versions(&self) -> String {
        newest_versions(self.snapshot.types_are_apart())
    }

    async fn of_contract(&self, text: &str) -> Result<Arc<dyn TableProvider>, DataFusionError> {
        self.view("observation_corrected", self.corrected().await?, text).await
    }

    fn observed(&self) -> Arc<dyn TableProvider> {
        let memory = self.snapshot.memory(std::iter::empty(), None, None);
        let view = self.snapshot.view(Kind::Observation, memory);
        let known = self.as_of.map(|no| col("change").lt_eq(lit(no.0 as i64)));
        let conditions = self.conditions.iter().cloned().chain(known).collect();
        Arc::new(Observed { view, conditions, guarded: self.guarded() })
    }

    /// Whether there are rows that the caller may not see: those of others, and those that are being erased.
    fn guarded(&self) -> bool {
        !self.conditions.is_empty() || self.snapshot.hides()
    }

    fn rolled(&self, kind: Kind) -> Arc<dyn TableProvider> {
        Arc::new(Rolled {
            kind,
            engine: Arc::clone(&self.engine),
            tenant: Arc::clone(&self.tenant),
            snapshot: Arc::clone(&self.snapshot),
            conditions: self.conditions.clone(),
            guarded: self.guarded(),
        })
    }

    /// A view by its text, which names one table.
    async fn view(
        &self,
        name: &str,
        table: Arc<dyn TableProvider>,
        text: &str,
    ) -> Result<Arc<dyn TableProvider>, DataFusionError> {
        let schema = Arc::new(datafusion::catalog::MemorySchemaProvider::new());
        schema.register_table(name.to_owned(), table)?;
        let mut planner = self.planner.clone();
        planner.register_catalog_list(only(schema)?);
        Ok(SessionContext::new_with_state(planner).sql(text).await?.into_view())
    }
}

fn fixed(rows: &RecordBatch) -> Result<Arc<dyn TableProvider>, DataFusionError> {
    Ok(Arc::new(MemTable::try_new(rows.schema(), vec![vec![rows.clone()]])?))
}
