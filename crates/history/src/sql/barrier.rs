//! Keeps what a question says away from rows that its caller may not see.
//!
//! The engine puts the conditions of a scan together, in an order of its own, and asks each of them about whole batches. A condition that
//! can fail, as `CAST(text AS INT)` and `1 / number` can, would tell of a hidden row by failing. So a scan with hidden rows takes such
//! conditions only as cannot fail, and lets nothing be moved below it afterwards.

use std::{fmt, sync::Arc};

use datafusion::{
    common::{DataFusionError, tree_node::TreeNodeRecursion},
    execution::{SendableRecordBatchStream, TaskContext},
    logical_expr::{BinaryExpr, Expr, Operator},
    physical_expr::PhysicalExpr,
    physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties},
};

/// Whether a condition says yes, no or nothing of any row, and never fails.
pub(super) fn cannot_fail(condition: &Expr) -> bool {
    match condition {
        Expr::Column(_) | Expr::Literal(..) => true,
        Expr::Not(inner)
        | Expr::IsNull(inner)
        | Expr::IsNotNull(inner)
        | Expr::IsTrue(inner)
        | Expr::IsFalse(inner)
        | Expr::IsNotTrue(inner)
        | Expr::IsNotFalse(inner) => cannot_fail(inner),
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
            compares(*op) && cannot_fail(left) && cannot_fail(right)
        }
        Expr::Between(between) => {
            cannot_fail(&between.expr) && cannot_fail(&between.low) && cannot_fail(&between.high)
        }
        Expr::InList(list) => cannot_fail(&list.expr) && list.list.iter().all(cannot_fail),
        Expr::Like(like) => matches!(*like.pattern, Expr::Literal(..)) && cannot_fail(&like.expr),
        // Anything can be written as a text.
        Expr::Cast(cast) => cast.field.data_type().is_string() && cannot_fail(&cast.expr),
        _ => false,
    }
}

/// Operators that compare or join yes and no; of numbers some fail.
fn compares(operator: Operator) -> bool {
    matches!(
        operator,
        Operator::Eq
            | Operator::NotEq
            | Operator::Lt
            | Operator::LtEq
            | Operator::Gt
            | Operator::GtEq
            | Operator::And
            | Operator::Or
            | Operator::IsDistinctFrom
            | Operator::IsNotDistinctFrom
    )
}

/// Gives what its input gives. No condition and no expression from above is moved below it.
#[derive(Debug)]
pub(super) struct SeenExec {
    input: Arc<dyn ExecutionPlan>,
}

impl SeenExec {
    /// Puts a scan with hidden rows behind it.
    pub(super) fn over(input: Arc<dyn ExecutionPlan>) -> Arc<dyn ExecutionPlan> {
        Arc::new(Self { input })
    }
}

impl DisplayAs for SeenExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SeenExec: what may be seen")
    }
}

impl ExecutionPlan for SeenExec {
    fn name(&self) -> &'static str {
        "SeenExec"
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
        Ok(Self::over(input))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream, DataFusionError> {
        self.input.execute(partition, context)
    }
}

#[cfg(test)]
mod tests {
    use datafusion::{
        arrow::datatypes::DataType,
        logical_expr::{cast, col, lit},
    };

    use super::*;

    #[test]
    fn what_compares_cannot_fail_and_what_computes_can() {
        let entity = || col("entity");
        for safe in [
            entity().eq(lit("a")).and(col("number").gt(lit(1.5)).or(col("deleted"))),
            entity().in_list(vec![lit("a"), lit("b")], true),
            entity().like(lit("urn:%")),
            cast(entity(), DataType::Utf8).not_eq(lit("a")),
            col("observed_at").is_not_null(),
            col("number").between(lit(1.0), lit(2.0)),
        ] {
            assert!(cannot_fail(&safe), "{safe}");
        }
        for unsafe_one in [
            cast(col("text"), DataType::Int64).gt(lit(1)),
            (lit(1) / col("number")).gt(lit(0)),
            entity().like(col("text")),
            entity().eq(lit("a")).and(cast(col("text"), DataType::Int64).is_null()),
            entity().in_list(vec![cast(col("text"), DataType::Int64)], false),
        ] {
            assert!(!cannot_fail(&unsafe_one), "{unsafe_one}");
        }
    }
}
