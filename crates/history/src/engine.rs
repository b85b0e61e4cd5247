//! The query engine and the plan that reads buffer and files as one table.

pub(crate) mod sorted;

use std::{
    path::{Component, Path},
    sync::{Arc, OnceLock},
};

use datafusion::{
    arrow::{
        array::RecordBatch,
        datatypes::{DataType, Field},
    },
    common::{DFSchema, DataFusionError, ScalarValue, pruning::PruningStatistics},
    config::TableParquetOptions,
    datasource::{
        listing::PartitionedFile,
        memory::MemorySourceConfig,
        physical_plan::{
            FileGroup, FileScanConfigBuilder, ParquetSource, parquet::CachedParquetFileReaderFactory,
        },
        source::DataSourceExec,
        table_schema::TableSchema,
    },
    execution::{
        SendableRecordBatchStream, SessionStateBuilder,
        memory_pool::FairSpillPool,
        object_store::ObjectStoreUrl,
        runtime_env::{RuntimeEnv, RuntimeEnvBuilder},
        session_state::SessionState,
    },
    logical_expr::{Expr, utils::conjunction},
    object_store::path::Path as StorePath,
    physical_expr::{
        LexOrdering, PhysicalExpr,
        expressions::Column,
        utils::{collect_columns, reassign_expr_columns},
    },
    physical_optimizer::pruning::PruningPredicateBuilder,
    physical_plan::{ExecutionPlan, execute_stream, filter::FilterExecBuilder, union::UnionExec},
    prelude::SessionConfig,
};
use futures::TryStreamExt;

use crate::{
    HistoryConfig, HistoryError, background, disk,
    files::FileSet,
    schema::{Kind, dictionary},
    spread::cores,
};

/// Rows of a batch while reading.
const BATCH_ROWS: usize = 8192;

/// The most that queries may put aside on disk while they sort or group, in bytes.
const SPILL_BYTES_MAX: u64 = 8 << 30;

/// The stack of a thread that answers SQL, in bytes: a deep expression is worked through by calling itself. Only what is used of it takes
/// memory.
const STACK_BYTES: usize = 64 << 20;

/// The catalogue of the views.
pub(crate) const CATALOG: &str = "senne";
/// Their schema.
pub(crate) const SCHEMA: &str = "public";

/// What all queries share: memory limits, kept footers, one session for the questions of the program itself.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) runtime: Arc<RuntimeEnv>,
    pub(crate) state: SessionState,
    /// What a question of people may say.
    pub(crate) speech: OnceLock<SessionState>,
    /// SQL runs on threads of its own: a heavy query may compute for long without a pause, and must stop neither its own
    /// deadline nor anybody else's work. There are more of them than cores, so that a few such queries do not keep the rest waiting.
    threads: Option<tokio::runtime::Runtime>,
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(threads) = self.threads.take() {
            threads.shutdown_background();
        }
    }
}

/// One table as it stood at one moment: files of a version, and rows in memory.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) dir: Arc<Path>,
    pub(crate) files: Arc<FileSet>,
    pub(crate) memory: Vec<RecordBatch>,
    /// What every row must meet: that it is not erased.
    pub(crate) hidden: Arc<[Expr]>,
}

impl View {
    /// The filters with those that keep from sight what is erased.
    fn visible(&self, filters: &[Expr]) -> Vec<Expr> {
        [filters, &self.hidden].concat()
    }
}

impl Engine {
    /// The engine of a process that has the folder for itself.
    pub(crate) fn new(config: &HistoryConfig) -> Result<Self, HistoryError> {
        let spill = config.dir.join(".spill");
        // What a process that was killed had put aside.
        std::fs::remove_dir_all(&spill).ok();
        disk::make_folder(&spill)?;
        Self::with(config, RuntimeEnvBuilder::new().with_temp_file_path(spill))
    }

    /// The engine of one who looks at a folder in which another process may be at work: what that one has put aside stays, and nothing
    /// is put aside here.
    pub(crate) fn beside(config: &HistoryConfig) -> Result<Self, HistoryError> {
        Self::with(config, RuntimeEnvBuilder::new())
    }

    fn with(config: &HistoryConfig, runtime: RuntimeEnvBuilder) -> Result<Self, HistoryError> {
        let failed =
            |e: DataFusionError| HistoryError::Query { step: "starting the engine", detail: e.to_string() };
        let runtime = runtime
            .with_memory_pool(Arc::new(FairSpillPool::new(config.query_bytes_max)))
            .with_metadata_cache_limit(config.footer_bytes_max)
            .with_max_temp_directory_size(SPILL_BYTES_MAX)
            .build_arc()
            .map_err(failed)?;
        let state = SessionStateBuilder::new()
            .with_config(session_config())
            .with_runtime_env(Arc::clone(&runtime))
            .with_default_features()
            .build();
        let threads = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(cores() * 2 + 2)
            .thread_stack_size(STACK_BYTES)
            .thread_name("senne-sql")
            .on_thread_start(background::asking)
            .enable_all()
            .build()
            .map_err(disk::error("starting threads for", &config.dir))?;
        Ok(Self { runtime, state, speech: OnceLock::new(), threads: Some(threads) })
    }

    /// Where SQL queries run.
    pub(crate) fn threads(&self) -> Option<&tokio::runtime::Runtime> {
        self.threads.as_ref()
    }

    /// Reads rows, in no order. Gives `None` when there are more than `rows_max`.
    pub(crate) async fn read(
        &self,
        view: &View,
        columns: Option<&[&str]>,
        filter: Option<Expr>,
        rows_max: usize,
    ) -> Result<Option<Vec<RecordBatch>>, HistoryError> {
        let mut stream = self.stream(view, columns, filter)?;
        let (mut batches, mut rows) = (Vec::new(), 0);
        while let Some(batch) = stream.try_next().await.map_err(unread)? {
            rows += batch.num_rows();
            if rows > rows_max {
                return Ok(None);
            }
            if batch.num_rows() > 0 {
                batches.push(batch);
            }
        }
        Ok(Some(batches))
    }

    /// Hands on the rows that pass the filter, in no order, and keeps none of them.
    pub(crate) async fn each(
        &self,
        view: &View,
        columns: &[&str],
        filter: Option<Expr>,
        mut take: impl FnMut(&RecordBatch) + Send,
    ) -> Result<(), HistoryError> {
        let mut stream = self.stream(view, Some(columns), filter)?;
        while let Some(batch) = stream.try_next().await.map_err(unread)? {
            take(&batch);
        }
        Ok(())
    }

    fn stream(
        &self,
        view: &View,
        columns: Option<&[&str]>,
        filter: Option<Expr>,
    ) -> Result<SendableRecordBatchStream, HistoryError> {
        let schema = view.files.kind().schema();
        let projection = columns
            .map(|names| names.iter().map(|name| schema.index_of(name)).collect::<Result<Vec<_>, _>>())
            .transpose()
            .map_err(|e| unread(e.into()))?;
        let filters: Vec<Expr> = filter.into_iter().collect();
        let plan = plan(&self.state, view, projection.as_ref(), &filters).map_err(unread)?;
        execute_stream(plan, self.state.task_ctx()).map_err(unread)
    }
}

fn unread(cause: DataFusionError) -> HistoryError {
    HistoryError::Query { step: "reading the past", detail: cause.to_string() }
}

impl Engine {
    /// How many rows pass the filter.
    pub(crate) async fn count(&self, view: &View, filter: Expr) -> Result<u64, HistoryError> {
        let failed =
            |e: DataFusionError| HistoryError::Query { step: "counting rows", detail: e.to_string() };
        // One column, since a batch without columns is of no help to those that look at it.
        let plan = plan(&self.state, view, Some(&vec![0]), &[filter]).map_err(failed)?;
        let mut stream = execute_stream(plan, self.state.task_ctx()).map_err(failed)?;
        let mut rows = 0;
        while let Some(batch) = stream.try_next().await.map_err(failed)? {
            rows += batch.num_rows() as u64;
        }
        Ok(rows)
    }

    /// Forgets the footers and indexes of files.
    pub(crate) fn forget_footers(&self) {
        self.runtime.cache_manager.get_file_metadata_cache().clear();
    }
}

/// The session settings of every query.
pub(crate) fn session_config() -> SessionConfig {
    let mut config = SessionConfig::new()
        .with_target_partitions(cores())
        .with_batch_size(BATCH_ROWS)
        .with_information_schema(true)
        .with_default_catalog_and_schema(CATALOG, SCHEMA);
    let parquet = &mut config.options_mut().execution.parquet;
    parquet.pushdown_filters = true;
    parquet.reorder_filters = true;
    config
}

/// Which files may have rows that pass the filter.
pub(crate) fn prune(files: &FileSet, predicate: Option<&Arc<dyn PhysicalExpr>>) -> Vec<bool> {
    let all = || vec![true; files.num_containers()];
    let Some(predicate) = predicate else { return all() };
    let schema = files.kind().schema();
    let pruning = PruningPredicateBuilder::new().with_file_schema(schema).try_build(Arc::clone(predicate));
    match pruning {
        Ok(pruning) if !pruning.always_true() => pruning.prune(files).unwrap_or_else(|_| all()),
        _ => all(),
    }
}

/// The filters as one physical predicate over the columns of the table.
pub(crate) fn predicate(
    state: &SessionState,
    kind: Kind,
    filters: &[Expr],
) -> Result<Option<Arc<dyn PhysicalExpr>>, DataFusionError> {
    let Some(filter) = conjunction(filters.iter().cloned()) else { return Ok(None) };
    let schema = DFSchema::try_from(kind.schema().as_ref().clone())?;
    state.create_physical_expr(filter, &schema).map(Some)
}

/// A plan that gives the rows that pass the filters, with the projected columns.
pub(crate) fn plan(
    state: &SessionState,
    view: &View,
    projection: Option<&Vec<usize>>,
    filters: &[Expr],
) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
    let kind = view.files.kind();
    let schema = kind.schema();
    let predicate = predicate(state, kind, &view.visible(filters))?;
    let wanted: Vec<usize> = projection.cloned().unwrap_or_else(|| (0..schema.fields().len()).collect());
    let mut needed = wanted.clone();
    if let Some(predicate) = &predicate {
        needed.extend(collect_columns(predicate).iter().map(Column::index));
        needed.sort_unstable();
        needed.dedup();
    }
    let mut inputs: Vec<Arc<dyn ExecutionPlan>> = Vec::new();
    if !view.memory.is_empty() {
        inputs.push(memory_scan(view, &needed)?);
    }
    let count = state.config().target_partitions();
    let groups = file_groups(view, &prune(&view.files, predicate.as_ref()), count)?;
    if !groups.is_empty() || inputs.is_empty() {
        inputs.push(parquet_scan(state, kind, groups, predicate.as_ref(), &needed, Vec::new())?);
    }
    if let Some(predicate) = predicate {
        // The scans use the predicate to read less; that no other row comes through is seen to here.
        let schema = schema.project(&needed)?;
        let predicate = reassign_expr_columns(predicate, &schema)?;
        let places =
            wanted.iter().map(|column| needed.binary_search(column).unwrap_or_default()).collect::<Vec<_>>();
        for input in &mut inputs {
            let filter = FilterExecBuilder::new(Arc::clone(&predicate), Arc::clone(input));
            *input = Arc::new(filter.apply_projection(Some(places.clone()))?.build()?);
        }
    }
    if inputs.len() == 1 { Ok(inputs.remove(0)) } else { UnionExec::try_new(inputs) }
}

fn memory_scan(view: &View, columns: &[usize]) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
    let half = view.memory.len().div_ceil(2);
    let project = |batches: &[RecordBatch]| batches.iter().map(|batch| batch.project(columns)).collect();
    let parts = view.memory.chunks(half).map(project).collect::<Result<Vec<Vec<_>>, _>>()?;
    let schema = Arc::new(view.files.kind().schema().project(columns)?);
    Ok(MemorySourceConfig::try_new_exec(&parts, schema, None)?)
}

/// A file as the store of files names it: what its folders are called is taken as it is, such as the `~` of a companion tenant, and steps
/// back are gone.
fn store_path(path: &Path) -> Result<StorePath, DataFusionError> {
    let mut plain = std::path::PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    Ok(StorePath::parse(plain.to_string_lossy())?)
}

/// The kept files in at most so many groups.
fn file_groups(view: &View, kept: &[bool], groups_max: usize) -> Result<Vec<FileGroup>, DataFusionError> {
    let files: Vec<_> =
        view.files.files.iter().zip(kept).filter(|(_, kept)| **kept).map(|(file, _)| file).collect();
    let count = groups_max.min(files.len()).max(1);
    let mut groups: Vec<Vec<PartitionedFile>> = vec![Vec::new(); count];
    for (i, file) in files.into_iter().enumerate() {
        let path = store_path(&view.dir.join(&file.path))?;
        let type_name = ScalarValue::Utf8(Some(file.type_name.clone()));
        let type_name = ScalarValue::Dictionary(Box::new(DataType::Int32), Box::new(type_name));
        let mut file = PartitionedFile::new("", file.bytes).with_partition_values(vec![type_name]);
        file.object_meta.location = path;
        groups[i % count].push(file);
    }
    groups.retain(|group| !group.is_empty());
    Ok(groups.into_iter().map(FileGroup::new).collect())
}

fn parquet_scan(
    state: &SessionState,
    kind: Kind,
    groups: Vec<FileGroup>,
    predicate: Option<&Arc<dyn PhysicalExpr>>,
    columns: &[usize],
    ordering: Vec<LexOrdering>,
) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
    // Without any group the plan would have no partition, and what needs one, as a limit does, refuses that.
    let groups = if groups.is_empty() { vec![FileGroup::new(Vec::new())] } else { groups };
    let url = ObjectStoreUrl::local_filesystem();
    let type_column = Arc::new(Field::new("type", dictionary(), true));
    let table = TableSchema::builder(kind.file_schema()).with_table_partition_cols(vec![type_column]).build();
    let options = TableParquetOptions {
        global: state.config_options().execution.parquet.clone(),
        ..Default::default()
    };
    let store = state.runtime_env().object_store(&url)?;
    let footers = state.runtime_env().cache_manager.get_file_metadata_cache();
    let mut source = ParquetSource::new(table)
        .with_table_parquet_options(options)
        .with_parquet_file_reader_factory(Arc::new(CachedParquetFileReaderFactory::new(store, footers)));
    if let Some(predicate) = predicate {
        source = source.with_predicate(Arc::clone(predicate));
    }
    let scan = FileScanConfigBuilder::new(url, Arc::new(source))
        .with_file_groups(groups)
        .with_projection_indices(Some(columns.to_vec()))?
        .with_output_ordering(ordering)
        .build();
    Ok(DataSourceExec::from_data_source(scan))
}
