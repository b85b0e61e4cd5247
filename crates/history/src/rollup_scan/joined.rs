//! The step of a plan that joins sorted roll-up rows of one bucket.

use std::{fmt, sync::Arc};

use datafusion::physical_expr::{LexRequirement, OrderingRequirements};
use datafusion::{
    common::{DataFusionError, tree_node::TreeNodeRecursion},
    execution::{SendableRecordBatchStream, TaskContext},
    physical_expr::{EquivalenceProperties, PhysicalExpr},
    physical_plan::{
        DisplayAs, DisplayFormatType, Distribution, ExecutionPlan, ExecutionPlanProperties, Partitioning,
        PlanProperties, stream::RecordBatchStreamAdapter,
    },
};
use futures::{StreamExt, TryStreamExt, stream};

use crate::{engine::sorted, merge::Buckets, schema::Kind};

/// Joins the rows of each bucket; its input is in the order of the table, in one partition.
pub(super) struct JoinedExec {
    kind: Kind,
    input: Arc<dyn ExecutionPlan>,
    properties: Arc<PlanProperties>,
    order: OrderingRequirements,
}

impl JoinedExec {
    pub(super) fn new(kind: Kind, input: Arc<dyn ExecutionPlan>) -> Result<Self, DataFusionError> {
        let ordering = sorted::ordering(kind)?;
        let same = EquivalenceProperties::new_with_orderings(kind.schema(), [ordering.clone()]);
        let properties = PlanProperties::new(
            same,
            Partitioning::UnknownPartitioning(1),
            input.pipeline_behavior(),
            input.boundedness(),
        );
        let order = OrderingRequirements::new(LexRequirement::from(ordering));
        Ok(Self { kind, input, properties: Arc::new(properties), order })
    }
}

impl fmt::Debug for JoinedExec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JoinedExec({:?})", self.kind)
    }
}

impl DisplayAs for JoinedExec {
    fn fmt_as(&self, _kind: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JoinedExec: one row for each bucket of {}", self.kind.folder())
    }
}

impl ExecutionPlan for JoinedExec {
    fn name(&self) -> &'static str {
        "JoinedExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn required_input_distribution(&self) -> Vec<Distribution> {
        vec![Distribution::SinglePartition]
    }

    fn required_input_ordering(&self) -> Vec<Option<OrderingRequirements>> {
        vec![Some(self.order.clone())]
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        _each: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion, DataFusionError>,
    ) -> Result<TreeNodeRecursion, DataFusionError> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        let input = children.pop().ok_or_else(|| DataFusionError::Internal("no input".to_owned()))?;
        Ok(Arc::new(Self::new(self.kind, input)?))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream, DataFusionError> {
        let input = self.input.execute(partition, context)?;
        let rows = input.map_ok(Some).chain(stream::once(async { Ok(None) }));
        let joined = rows.scan(Buckets::new(self.kind), |buckets, next| {
            let done = next.and_then(|next| {
                let done = match next {
                    Some(batch) if batch.num_rows() == 0 => Ok(None),
                    Some(batch) => buckets.push(&batch),
                    None => buckets.finish(),
                };
                done.map_err(|e| DataFusionError::External(Box::new(e)))
            });
            futures::future::ready(Some(done))
        });
        let joined = joined.try_filter_map(|batch| futures::future::ready(Ok(batch)));
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.kind.schema(), joined)))
    }
}
