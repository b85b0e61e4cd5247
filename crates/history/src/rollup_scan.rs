//! Reading a roll-up table so that each bucket comes as one row.
//!
//! A partition that is one run has each bucket once: it is read as it is. Where newer files or memory have more to say, the run is
//! read as it is up to the first moment that they speak of, and from there on merged with them.

mod joined;

use std::{collections::BTreeMap, sync::Arc};

use datafusion::{
    arrow::array::RecordBatch,
    common::DataFusionError,
    execution::session_state::SessionState,
    logical_expr::{Expr, col},
    physical_expr::expressions::Column,
    physical_plan::{
        ExecutionPlan, projection::ProjectionExec, sorts::sort_preserving_merge::SortPreservingMergeExec,
        union::UnionExec,
    },
};

use self::joined::JoinedExec;
use crate::{
    engine::{self, View, sorted},
    files::{FileEntry, FileSet},
    filter,
    rollup::{self, RollupRow},
    rollup_rows,
    schema::Kind,
};

/// The columns that conditions may name before buckets are joined: what is the same for all rows of a bucket.
pub(crate) const KEY_COLUMNS: [&str; 6] =
    ["attribute", "attribute_iri", "entity", "dataset_id", "start", "type"];

/// What there is of one partition.
#[derive(Default)]
struct Partition {
    /// Each bucket once.
    run: Vec<Arc<FileEntry>>,
    /// More about buckets, here or in the run.
    rest: Vec<Arc<FileEntry>>,
    memory: Vec<RollupRow>,
}

/// A plan for the rows that pass the filters, with the projected columns. Filters may name [`KEY_COLUMNS`] alone; the view has
/// no memory, that of the table comes as rows.
pub(crate) fn plan(
    state: &SessionState,
    view: &View,
    memory: Vec<RollupRow>,
    projection: Option<&Vec<usize>>,
    filters: &[Expr],
) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
    let kind = view.files.kind();
    let predicate = engine::predicate(state, kind, filters)?;
    let kept = engine::prune(&view.files, predicate.as_ref());
    let files = view.files.files.iter().zip(kept).filter(|(_, kept)| *kept).map(|(file, _)| Arc::clone(file));
    let partitions = partitions(kind, files, memory);
    let of = |files: Vec<Arc<FileEntry>>| View { files: Arc::new(FileSet::new(kind, files)), ..view.clone() };
    let mut inputs = Vec::new();
    let mut plain = Vec::new();
    // Types are kept apart, and months spread over the cores.
    let mut merges: BTreeMap<(String, usize), Vec<Arc<dyn ExecutionPlan>>> = BTreeMap::new();
    let cores = state.config().target_partitions().max(1);
    for (number, ((type_name, _), part)) in partitions.into_iter().enumerate() {
        if part.rest.is_empty() && part.memory.is_empty() {
            plain.extend(part.run);
            continue;
        }
        let cut = part.first_start();
        let before = |at: i64| [filters, &[col("start").lt(filter::instant(at))]].concat();
        let after = |at: i64| [filters, &[col("start").gt_eq(filter::instant(at))]].concat();
        let merge = merges.entry((type_name, number % cores)).or_default();
        if !part.run.is_empty() {
            let run = of(part.run);
            if kind != Kind::Series {
                inputs.push(engine::plan(state, &run, projection, &before(cut))?);
            }
            merge.push(sorted::plan(state, &run, &after(cut))?);
        }
        let mut rest = of(part.rest);
        if !part.memory.is_empty() {
            rest.memory.push(batch(kind, part.memory)?);
        }
        merge.push(sorted::plan(state, &rest, filters)?);
    }
    for merge in merges.into_values() {
        inputs.push(joined(kind, merge, projection)?);
    }
    if !plain.is_empty() || inputs.is_empty() {
        inputs.push(engine::plan(state, &of(plain), projection, filters)?);
    }
    if inputs.len() == 1 { Ok(inputs.remove(0)) } else { UnionExec::try_new(inputs) }
}

fn partitions(
    kind: Kind,
    files: impl Iterator<Item = Arc<FileEntry>>,
    memory: Vec<RollupRow>,
) -> BTreeMap<(String, String), Partition> {
    let mut partitions: BTreeMap<(String, String), Partition> = BTreeMap::new();
    for file in files {
        let part = partitions.entry((file.type_name.clone(), file.part.clone())).or_default();
        if file.name.run.is_some() { part.run.push(file) } else { part.rest.push(file) }
    }
    for row in memory {
        let key = (row.series.type_name.clone(), kind.time_partition_of(row.start));
        partitions.entry(key).or_default().memory.push(row);
    }
    for part in partitions.values_mut() {
        // What a flush wrote at once has each bucket once.
        if part.run.is_empty() && part.rest.len() == 1 {
            part.run = std::mem::take(&mut part.rest);
        }
    }
    partitions
}

impl Partition {
    /// The first moment that newer files or memory speak of.
    fn first_start(&self) -> i64 {
        let files = self.rest.iter().map(|file| file.bounds.time.map_or(i64::MIN, |time| time.0));
        files.chain(self.memory.iter().map(|row| row.start)).min().unwrap_or(i64::MIN)
    }
}

fn batch(kind: Kind, mut rows: Vec<RollupRow>) -> Result<RecordBatch, DataFusionError> {
    rollup::sort(&mut rows);
    Ok(rollup_rows::to_batch(kind, &rows)?)
}

fn joined(
    kind: Kind,
    inputs: Vec<Arc<dyn ExecutionPlan>>,
    projection: Option<&Vec<usize>>,
) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
    let schema = kind.schema();
    let all: Arc<dyn ExecutionPlan> = match <[_; 1]>::try_from(inputs) {
        Ok([one]) => one,
        Err(several) => UnionExec::try_new(several)?,
    };
    let merged: Arc<dyn ExecutionPlan> = Arc::new(SortPreservingMergeExec::new(sorted::ordering(kind)?, all));
    let plan: Arc<dyn ExecutionPlan> = Arc::new(JoinedExec::new(kind, merged)?);
    let Some(projection) = projection else { return Ok(plan) };
    let columns = projection.iter().map(|index| {
        let name = schema.field(*index).name();
        let column: Arc<dyn datafusion::physical_expr::PhysicalExpr> = Arc::new(Column::new(name, *index));
        (column, name.clone())
    });
    Ok(Arc::new(ProjectionExec::try_new(columns.collect::<Vec<_>>(), plan)?))
}
