//! Read-only SQL over the views of a tenant.

mod cells;
mod entity;
mod functions;
mod provider;
mod views;

use std::sync::Arc;

use datafusion::{
    common::DataFusionError,
    execution::{SessionStateBuilder, context::SQLOptions},
    logical_expr::LogicalPlan,
    prelude::SessionContext,
};
use futures::StreamExt;
use senne_model::{ErrorKind, Problem};

use crate::{
    EntitySource, SqlLimits, Table,
    engine::{Engine, session_config},
    tenant::Tenant,
};

/// The longest query text, in bytes.
const TEXT_BYTES_MAX: usize = 100_000;

pub(crate) async fn sql(
    engine: &Arc<Engine>,
    tenant: Arc<Tenant>,
    text: &str,
    entities: Arc<dyn EntitySource>,
    limits: SqlLimits,
) -> Result<Table, Problem> {
    if text.len() > TEXT_BYTES_MAX {
        let detail = format!("the query is longer than {TEXT_BYTES_MAX} bytes");
        return Err(Problem::new(ErrorKind::TooLarge, detail).field("sql"));
    }
    let (own, text) = (Arc::clone(engine), text.to_owned());
    let work = async move { answer(&own, &tenant, &text, entities, limits).await };
    let Some(threads) = engine.threads() else { return Err(Problem::internal("the engine has stopped")) };
    let mut task = threads.spawn(work);
    if let Ok(done) = tokio::time::timeout(limits.time_max, &mut task).await {
        return done.unwrap_or_else(|e| Err(Problem::internal(format!("the query broke off: {e}"))));
    }
    task.abort();
    let seconds = limits.time_max.as_secs_f64();
    let detail = format!("the query took longer than {seconds} s; narrow it by entity, attribute or time");
    Err(Problem::new(ErrorKind::Timeout, detail))
}

async fn answer(
    engine: &Arc<Engine>,
    tenant: &Tenant,
    text: &str,
    entities: Arc<dyn EntitySource>,
    limits: SqlLimits,
) -> Result<Table, Problem> {
    let state = SessionStateBuilder::new()
        .with_config(session_config())
        .with_runtime_env(Arc::clone(&engine.runtime))
        .with_default_features()
        .build();
    let context = SessionContext::new_with_state(state);
    functions::register(&context);
    views::register(&context, engine, tenant, text, entities).await?;
    let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    let frame = context.sql_with_options(text, options).await.map_err(|e| problem(&e))?;
    let hide = match frame.logical_plan() {
        LogicalPlan::Explain(_) | LogicalPlan::Analyze(_) => Some(tenant.dir.display().to_string()),
        _ => None,
    };
    let mut table = Table { columns: cells::columns(frame.schema().as_arrow()), ..Table::default() };
    let mut stream = frame.execute_stream().await.map_err(|e| problem(&e))?;
    while let Some(batch) = stream.next().await {
        let batch = batch.map_err(|e| problem(&e))?;
        let room = limits.rows_max - table.rows.len();
        table.truncated = batch.num_rows() > room;
        cells::add(&mut table.rows, &batch.slice(0, room.min(batch.num_rows())))
            .map_err(|e| problem(&e.into()))?;
        if table.truncated {
            break;
        }
    }
    if let Some(folder) = hide {
        cells::hide(&mut table.rows, folder.trim_start_matches('/'));
    }
    Ok(table)
}

/// What went wrong, in the words of the engine where these are about the query.
pub(crate) fn problem(error: &DataFusionError) -> Problem {
    let detail = error.strip_backtrace();
    match error.find_root() {
        DataFusionError::ResourcesExhausted(_) => Problem::new(
            ErrorKind::TooComplex,
            format!(
                "the query needs more memory than it may use; narrow it by entity, attribute or time ({detail})"
            ),
        ),
        DataFusionError::ObjectStore(_)
        | DataFusionError::IoError(_)
        | DataFusionError::ParquetError(_)
        | DataFusionError::ExecutionJoin(_)
        | DataFusionError::Internal(_)
        | DataFusionError::External(_) => Problem::internal(detail),
        _ => Problem::bad(detail).field("sql"),
    }
}
