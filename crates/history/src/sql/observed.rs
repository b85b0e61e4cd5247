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

use crate::engine::{self, View};

/// Memory and files of the observations, as far as the caller may see them.
#[derive(Debug)]
pub(super) struct Observed {
    pub(super) view: View,
    /// What every row must meet.
    pub(super) conditions: Vec<Expr>,
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
        engine::plan(session(state)?, &self.view, projection, &[&self.conditions, filters].concat())
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>, DataFusionError> {
        // The plan applies each filter to every row itself.
        Ok(vec![TableProviderFilterPushDown::Exact; filters.len()])
    }
}

pub(super) fn session(state: &dyn Session) -> Result<&SessionState, DataFusionError> {
    let state = state.as_any().downcast_ref::<SessionState>();
    state.ok_or_else(|| DataFusionError::Internal("a session of another kind".to_owned()))
}
