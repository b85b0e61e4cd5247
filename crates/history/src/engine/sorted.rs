//! Scans that keep the order of the files, for plans that merge them.

use std::sync::Arc;

use datafusion::{
    arrow::{array::RecordBatch, compute::SortOptions},
    common::DataFusionError,
    datasource::memory::{DataSourceExec, MemorySourceConfig},
    execution::session_state::SessionState,
    logical_expr::Expr,
    physical_expr::{LexOrdering, PhysicalSortExpr, expressions::Column},
    physical_plan::{ExecutionPlan, filter::FilterExec, union::UnionExec},
};

use super::{View, file_groups, parquet_scan, predicate, prune};
use crate::schema::{Kind, SERIES_COLUMNS};

/// The order of the rows of a roll-up file.
pub(crate) fn ordering(kind: Kind) -> Result<LexOrdering, DataFusionError> {
    let schema = kind.schema();
    let options = SortOptions { descending: false, nulls_first: true };
    let by = |name: &str| {
        let column = Arc::new(Column::new(name, schema.index_of(name)?));
        Ok::<_, DataFusionError>(PhysicalSortExpr::new(column, options))
    };
    let columns = SERIES_COLUMNS.into_iter().chain(["start"]).map(by).collect::<Result<Vec<_>, _>>()?;
    LexOrdering::new(columns).ok_or_else(|| DataFusionError::Internal("an order without columns".to_owned()))
}

/// All columns of the rows of files and memory that pass the filters: one partition a file or batch, each in the order of the
/// table. Batches in memory must be in that order.
pub(crate) fn plan(
    state: &SessionState,
    view: &View,
    filters: &[Expr],
) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
    let kind = view.files.kind();
    let columns: Vec<usize> = (0..kind.schema().fields().len()).collect();
    let predicate = predicate(state, kind, &view.visible(filters))?;
    let kept = prune(&view.files, predicate.as_ref());
    let groups = file_groups(view, &kept, usize::MAX)?;
    let mut inputs: Vec<Arc<dyn ExecutionPlan>> = Vec::new();
    if !groups.is_empty() || view.memory.is_empty() {
        let order = vec![ordering(kind)?];
        inputs.push(parquet_scan(state, kind, groups, predicate.as_ref(), &columns, order)?);
    }
    if !view.memory.is_empty() {
        inputs.push(memory(kind, &view.memory)?);
    }
    if let Some(predicate) = predicate {
        for input in &mut inputs {
            *input = Arc::new(FilterExec::try_new(Arc::clone(&predicate), Arc::clone(input))?);
        }
    }
    if inputs.len() == 1 { Ok(inputs.remove(0)) } else { UnionExec::try_new(inputs) }
}

fn memory(kind: Kind, batches: &[RecordBatch]) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
    let parts: Vec<Vec<RecordBatch>> = batches.iter().map(|batch| vec![batch.clone()]).collect();
    let source = MemorySourceConfig::try_new(&parts, kind.schema(), None)?;
    let source = source.try_with_sort_information(vec![ordering(kind)?; 1])?;
    Ok(DataSourceExec::from_data_source(source))
}
