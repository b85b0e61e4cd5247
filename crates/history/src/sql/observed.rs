//! The observations as they stood at one moment, for the SQL planner.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::{
    arrow::datatypes::SchemaRef,
    catalog::{Session, TableProvider},
    common::DataFusionError,
    execution::session_state::SessionState,
    logical_expr::{Expr, TableProviderFilterPushDown, TableType},
    physical_plan::ExecutionPlan,
};

use super::barrier::{SeenExec, cannot_fail};
use crate::engine::{self, View};

/// Memory and files of the observations, as far as the caller may see them.
#[derive(Debug)]
pub(super) struct Observed {
    pub(super) view: View,
    /// What every row must meet.
    pub(super) conditions: Vec<Expr>,
    /// Whether there are rows that the caller may not see.
    pub(super) guarded: bool,
}

#[async_trait]
impl TableProvider for Observed {
    fn schema(&self) -> SchemaRef {
        self.view.files.kind().schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        let filters = [&self.conditions, filters].concat();
        let plan = engine::plan(session(state)?, &self.view, projection, &filters)?;
        Ok(if self.guarded { SeenExec::over(plan) } else { plan })
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>, DataFusionError> {
        // The plan applies each filter to every row itself, also to those that are hidden.
        let support = |filter: &&Expr| {
            if self.guarded && !cannot_fail(filter) {
                TableProviderFilterPushDown::Unsupported
            } else {
                TableProviderFilterPushDown::Exact
            }
        };
        Ok(filters.iter().map(support).collect())
    }
}

pub(super) fn session(state: &dyn Session) -> Result<&SessionState, DataFusionError> {
    let state = state.as_any().downcast_ref::<SessionState>();
    state.ok_or_else(|| DataFusionError::Internal("a session of another kind".to_owned()))
}
