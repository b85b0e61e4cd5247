//! Plans of which a part may be executed twice.
//!
//! A join without equality (`NestedLoopJoinExec`) holds its left side in memory. When that does not fit, it executes the left side again and
//! puts it on disk. A step that hands rows to several partitions (`RepartitionExec`) gives them out once and panics when it is asked again, so
//! the left side is put behind a step that makes such parts anew.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use datafusion::{
    common::{
        DataFusionError,
        config::ConfigOptions,
        tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion},
    },
    execution::{SendableRecordBatchStream, TaskContext},
    physical_expr::PhysicalExpr,
    physical_optimizer::PhysicalOptimizerRule,
    physical_plan::{
        ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties,
        ReplaceChildrenOptions, execution_plan::reset_plan_states, joins::NestedLoopJoinExec,
    },
};

/// Puts the left sides of joins without equality behind an [`AgainExec`].
#[derive(Debug)]
pub(super) struct Again;

impl PhysicalOptimizerRule for Again {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        plan.transform_up(|plan| {
            let Some(join) = plan.downcast_ref::<NestedLoopJoinExec>() else {
                return Ok(Transformed::no(plan));
            };
            let left: Arc<dyn ExecutionPlan> = Arc::new(AgainExec::new(Arc::clone(join.left())));
            let right = Arc::clone(join.right());
            let anew = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute);
            Ok(Transformed::yes(plan.replace_children(vec![left, right], anew)?))
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "again"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// Gives what its input gives, also the second time.
#[derive(Debug)]
struct AgainExec {
    input: Arc<dyn ExecutionPlan>,
    begun: AtomicBool,
}

impl AgainExec {
    fn new(input: Arc<dyn ExecutionPlan>) -> Self {
        Self { input, begun: AtomicBool::new(false) }
    }

    /// Whether a bound found by rows that were read before would leave out rows when they are read again: the first rows of an order learn from
    /// what passes.
    fn learns(&self) -> bool {
        let mut found = false;
        let looked = self.input.apply(|plan| {
            found |= plan.fetch().is_some();
            Ok(if found { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
        });
        found || looked.is_err()
    }
}

impl DisplayAs for AgainExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AgainExec: may be read twice")
    }
}

impl ExecutionPlan for AgainExec {
    fn name(&self) -> &'static str {
        "AgainExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
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
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion, DataFusionError>,
    ) -> Result<TreeNodeRecursion, DataFusionError> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        let input = children.pop().ok_or_else(|| DataFusionError::Internal("no input".to_owned()))?;
        Ok(Arc::new(Self::new(input)))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream, DataFusionError> {
        if !self.begun.swap(true, Ordering::AcqRel) {
            return self.input.execute(partition, context);
        }
        if self.learns() {
            let why = "a join without equality holds its left side in memory, and it does not fit";
            return Err(DataFusionError::ResourcesExhausted(why.to_owned()));
        }
        reset_plan_states(Arc::clone(&self.input))?.execute(partition, context)
    }
}
