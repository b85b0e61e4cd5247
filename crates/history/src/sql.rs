//! Read-only SQL over the views of a tenant.

mod again;
mod barrier;
mod budget;
mod cells;
mod contracts;
mod dictionary;
mod entity;
mod functions;
mod observed;
mod parameters;
mod rolled;
mod sight;
mod size;
mod views;

use std::{
    panic::AssertUnwindSafe,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use datafusion::{
    arrow::{array::RecordBatch, datatypes::Schema},
    common::DataFusionError,
    execution::{SessionStateBuilder, context::SQLOptions, session_state::SessionState},
    logical_expr::LogicalPlan,
    object_store::path::Path as StorePath,
    prelude::{DataFrame, SessionContext},
};
use futures::{FutureExt, StreamExt};
use senne_model::{ErrorKind, Problem};
use tokio::sync::mpsc;

use crate::{
    Description, Question, Rows, Surroundings, Table, disk,
    engine::{Engine, session_config},
    tenant::Tenant,
    types::{Deadline, EndOnDrop, GONE, is_gone},
};

/// The longest query text, in bytes.
const TEXT_BYTES_MAX: usize = 100_000;
/// So many batches wait for the reader.
const BATCHES_WAITING: usize = 2;
/// Functions of the engine that are not to be had: they make more in one step than any budget sees, or tell where files lie. As tables,
/// `range` and `generate_series` give their rows one after the other.
const WITHHELD: [&str; 6] =
    ["range", "generate_series", "array_repeat", "array_resize", "input_file_name", "file_row_index"];

/// Plans the question and lets the rows come.
pub(crate) async fn query(
    engine: &Arc<Engine>,
    tenant: Arc<Tenant>,
    question: Question,
    around: Surroundings,
) -> Result<Rows, Problem> {
    check(&question.text)?;
    let Some(threads) = engine.threads() else { return Err(Problem::internal("the engine has stopped")) };
    let (schema_to, schema_from) = tokio::sync::oneshot::channel();
    let (batches_to, batches) = mpsc::channel(BATCHES_WAITING);
    let truncated = Arc::new(AtomicBool::new(false));
    let deadline = Deadline::after(question.limits.time_max);
    let work =
        Work { engine: Arc::clone(engine), tenant, question, around, truncated: Arc::clone(&truncated) };
    let task = threads.spawn(work.run(schema_to, batches_to));
    let end = EndOnDrop(task.abort_handle());
    match deadline.within(schema_from).await? {
        Ok(Ok(schema)) => Ok(Rows { schema, batches, truncated, deadline, _work: end }),
        Ok(Err(problem)) => Err(problem),
        Err(_) => Err(Problem::internal("the query broke off")),
    }
}

/// Takes all rows of a question.
pub(crate) async fn table(mut rows: Rows) -> Result<Table, Problem> {
    let mut table = Table { columns: cells::columns(rows.schema()), ..Table::default() };
    while let Some(batch) = rows.next().await {
        cells::add(&mut table.rows, &batch?).map_err(|e| problem(&e.into()))?;
    }
    table.truncated = rows.truncated();
    Ok(table)
}

/// What the question would answer with.
pub(crate) async fn describe(
    engine: &Arc<Engine>,
    tenant: Arc<Tenant>,
    text: &str,
    around: Surroundings,
) -> Result<Description, Problem> {
    check(text)?;
    let question = Question::new(text);
    let Some(threads) = engine.threads() else { return Err(Problem::internal("the engine has stopped")) };
    let engine = Arc::clone(engine);
    let work = async move {
        let context = session(&engine, &tenant, &question, &around)?;
        let frame = plan(&context, &question.text).await?;
        let parameters = parameters::wanted(frame.logical_plan())?;
        Ok(Description { schema: Arc::new(frame.schema().as_arrow().clone()), parameters })
    };
    let task = threads.spawn(work);
    let _end = EndOnDrop(task.abort_handle());
    task.await.unwrap_or_else(|e| Err(Problem::internal(format!("the query broke off: {e}"))))
}

fn check(text: &str) -> Result<(), Problem> {
    if text.len() > TEXT_BYTES_MAX {
        let detail = format!("the query is longer than {TEXT_BYTES_MAX} bytes");
        return Err(Problem::new(ErrorKind::TooLarge, detail).field("sql"));
    }
    size::of_text(text)
}

fn session(
    engine: &Arc<Engine>,
    tenant: &Arc<Tenant>,
    question: &Question,
    around: &Surroundings,
) -> Result<SessionContext, Problem> {
    let known = engine.speech.get_or_init(speech);
    let catalog = views::catalog(known.clone(), engine, tenant, around, question.as_of)?;
    let mut state = SessionStateBuilder::new_from_existing(known.clone())
        .with_runtime_env(budget::runtime(engine, question.limits.memory_bytes_max))
        .with_catalog_list(catalog);
    if question.beside_others {
        let config = known.config().clone().with_target_partitions(1);
        // The catalogue is there already.
        state = state.with_config(config.with_create_default_catalog_and_schema(false));
    }
    Ok(SessionContext::new_with_state(state.build()))
}

/// What a question may say: functions and rules, without any table.
fn speech() -> SessionState {
    let state = SessionStateBuilder::new()
        .with_config(session_config())
        .with_default_features()
        .with_physical_optimizer_rule(Arc::new(again::Again))
        .build();
    let context = SessionContext::new_with_state(state);
    functions::register(&context);
    WITHHELD.into_iter().for_each(|name| context.deregister_udf(name));
    context.state()
}

async fn plan(context: &SessionContext, text: &str) -> Result<DataFrame, Problem> {
    let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    let state = context.state();
    let dialect = state.config_options().sql_parser.dialect;
    let statement = state.sql_to_statement(text, &dialect).map_err(|e| problem(&e))?;
    size::of_statement(&statement)?;
    let plan = state.statement_to_plan(statement).await.map_err(|e| problem(&e))?;
    options.verify_plan(&plan).map_err(|e| problem(&e))?;
    size::of_plan(&plan)?;
    context.execute_logical_plan(plan).await.map_err(|e| problem(&e))
}

/// Whether what is asked tells how many rows there are, also of those that may not be seen.
fn tells_of_all(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::Analyze(_) => true,
        LogicalPlan::Explain(explain) => explain.verbose || explain.show_statistics == Some(true),
        _ => false,
    }
}

/// Whether an answer may say where the files lie: a plan does, and so do the settings of the engine.
fn tells_of_files(plan: &LogicalPlan, text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let settings = ["df_settings", "show"].iter().any(|word| text.contains(word));
    settings || matches!(plan, LogicalPlan::Explain(_) | LogicalPlan::Analyze(_))
}

/// The folder of the history that has the folder of a tenant, in the ways in which the engine writes it.
fn folders(tenant_dir: &Path) -> Vec<String> {
    let folder = tenant_dir.parent().unwrap_or(tenant_dir);
    let folder = disk::whole_path(folder);
    let plain = folder.display().to_string().trim_start_matches('/').to_owned();
    let stored = StorePath::from_absolute_path(&folder).map(|path| path.to_string()).ok();
    [Some(plain), stored].into_iter().flatten().filter(|folder| !folder.is_empty()).collect()
}

/// One question under way.
struct Work {
    engine: Arc<Engine>,
    tenant: Arc<Tenant>,
    question: Question,
    around: Surroundings,
    truncated: Arc<AtomicBool>,
}

type SchemaTo = tokio::sync::oneshot::Sender<Result<Arc<Schema>, Problem>>;
type BatchesTo = mpsc::Sender<Result<RecordBatch, Problem>>;

impl Work {
    async fn run(self, schema_to: SchemaTo, batches_to: BatchesTo) {
        let _reading = self.tenant.reading();
        let frame = match self.start().await {
            Ok(frame) => frame,
            Err(problem) => {
                schema_to.send(Err(problem)).ok();
                return;
            }
        };
        if schema_to.send(Ok(Arc::new(frame.schema().as_arrow().clone()))).is_err() {
            return;
        }
        // An answer that broke off must not look like one that has ended.
        let given = AssertUnwindSafe(self.give(frame, &batches_to)).catch_unwind().await;
        if let Err(problem) = given.unwrap_or_else(|_| Err(Problem::internal("the query broke off"))) {
            batches_to.send(Err(problem)).await.ok();
        }
    }

    async fn start(&self) -> Result<DataFrame, Problem> {
        let context = session(&self.engine, &self.tenant, &self.question, &self.around)?;
        let frame = plan(&context, &self.question.text).await?;
        if self.around.sight.types().is_some() && tells_of_all(frame.logical_plan()) {
            let detail = "only who may see everything may ask what a query met on its way; EXPLAIN without ANALYZE, VERBOSE and \
                          statistics is for all";
            return Err(Problem::new(ErrorKind::Forbidden, detail).field("sql"));
        }
        parameters::fill(frame, &self.question.parameters)
    }

    async fn give(&self, frame: DataFrame, to: &BatchesTo) -> Result<(), Problem> {
        let hide = tells_of_files(frame.logical_plan(), &self.question.text);
        let folders = folders(&self.tenant.dir);
        let mut stream = frame.execute_stream().await.map_err(|e| problem(&e))?;
        let mut room = self.question.limits.rows_max;
        while let Some(batch) = stream.next().await {
            let mut batch = batch.map_err(|e| problem(&e))?;
            let more = batch.num_rows() > room;
            self.truncated.fetch_or(more, Ordering::Release);
            if hide {
                batch = cells::hide(&batch, &folders).map_err(|e| problem(&e.into()))?;
            }
            batch = batch.slice(0, room.min(batch.num_rows()));
            room -= batch.num_rows();
            if batch.num_rows() > 0 && to.send(Ok(batch)).await.is_err() {
                return Ok(());
            }
            if more {
                break;
            }
        }
        Ok(())
    }
}

/// What went wrong, in the words of the engine where these are about the query.
pub(crate) fn problem(error: &DataFusionError) -> Problem {
    let detail = error.strip_backtrace();
    if is_gone(&detail) {
        return Problem::new(ErrorKind::Conflict, GONE);
    }
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
