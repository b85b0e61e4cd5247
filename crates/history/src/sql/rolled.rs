//! A roll-up table as it stood at one moment, each bucket as one row, for the SQL planner.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use datafusion::{
    arrow::datatypes::SchemaRef,
    catalog::{Session, TableProvider},
    common::{DataFusionError, ScalarValue},
    logical_expr::{BinaryExpr, Expr, Operator, TableProviderFilterPushDown, TableType},
    physical_plan::ExecutionPlan,
};

use super::{
    barrier::{SeenExec, cannot_fail},
    observed::session,
};
use crate::{
    engine::Engine,
    fresh::Fresh,
    rollup_scan::{self, KEY_COLUMNS},
    schema::Kind,
    tenant::{Snapshot, Tenant},
};

/// Roll-up rows of files, joined with what memory adds to them.
pub(super) struct Rolled {
    pub(super) kind: Kind,
    pub(super) engine: Arc<Engine>,
    pub(super) tenant: Arc<Tenant>,
    pub(super) snapshot: Arc<Snapshot>,
    /// What every row must meet.
    pub(super) conditions: Vec<Expr>,
    /// Whether there are rows that the caller may not see.
    pub(super) guarded: bool,
}

impl fmt::Debug for Rolled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rolled({:?})", self.kind)
    }
}

#[async_trait]
impl TableProvider for Rolled {
    fn schema(&self) -> SchemaRef {
        self.kind.schema()
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
        let fresh = Fresh { engine: &self.engine, tenant: &self.tenant, snapshot: &self.snapshot };
        let entities = entities(filters);
        let entities: Vec<&str> = entities.iter().map(String::as_str).collect();
        let of_series =
            |filter: &&Expr| only(filter, &["attribute", "attribute_iri", "entity", "dataset_id"]);
        let conditions: Vec<Expr> = filters.iter().filter(of_series).cloned().collect();
        let memory = fresh.rollup(self.kind, &entities, range(filters), conditions).await;
        let memory = memory.map_err(|e| DataFusionError::External(Box::new(e)))?;
        let view = self.snapshot.view(self.kind, Vec::new());
        let filters = [&self.conditions, filters].concat();
        let plan = rollup_scan::plan(session(state)?, &view, memory, projection, &filters)?;
        Ok(if self.guarded { SeenExec::over(plan) } else { plan })
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>, DataFusionError> {
        let support = |filter: &&Expr| {
            let harmless = !self.guarded || cannot_fail(filter);
            if harmless && only(filter, &KEY_COLUMNS) && !filter.is_volatile() {
                TableProviderFilterPushDown::Exact
            } else {
                TableProviderFilterPushDown::Unsupported
            }
        };
        Ok(filters.iter().map(support).collect())
    }
}

/// Whether a filter is about these columns alone.
fn only(filter: &Expr, columns: &[&str]) -> bool {
    filter.column_refs().iter().all(|column| columns.contains(&column.name.as_str()))
}

fn text(expression: &Expr) -> Option<String> {
    let Expr::Literal(value, _) = expression else { return None };
    value.try_as_str().flatten().map(str::to_owned)
}

/// The entities that a conjunction of filters allows, sorted; empty when it does not say.
fn entities(filters: &[Expr]) -> Vec<String> {
    let is_entity = |e: &Expr| matches!(e, Expr::Column(column) if column.name == "entity");
    let named = filters.iter().find_map(|filter| match filter {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) if is_entity(left) => {
            text(right).map(|one| vec![one])
        }
        Expr::InList(list) if is_entity(&list.expr) && !list.negated => list.list.iter().map(text).collect(),
        _ => None,
    });
    let mut named: Vec<String> = named.unwrap_or_default();
    named.sort_unstable();
    named.dedup();
    named
}

/// The range of `start` that a conjunction of filters allows: from inclusive, to exclusive, in microseconds.
fn range(filters: &[Expr]) -> (Option<i64>, Option<i64>) {
    let (mut from, mut to): (Option<i64>, Option<i64>) = (None, None);
    for filter in filters {
        let Expr::BinaryExpr(BinaryExpr { left, op, right }) = filter else { continue };
        let (Expr::Column(column), Expr::Literal(ScalarValue::TimestampMicrosecond(Some(at), _), _)) =
            (left.as_ref(), right.as_ref())
        else {
            continue;
        };
        if column.name != "start" {
            continue;
        }
        match op {
            Operator::Gt | Operator::GtEq | Operator::Eq => {
                from = Some(from.map_or(*at, |from| from.max(*at)));
            }
            _ => {}
        }
        match op {
            Operator::Lt => to = Some(to.map_or(*at, |to| to.min(*at))),
            Operator::LtEq | Operator::Eq => {
                let after = at.saturating_add(1);
                to = Some(to.map_or(after, |to| to.min(after)));
            }
            _ => {}
        }
    }
    (from, to)
}

#[cfg(test)]
mod tests {
    use datafusion::logical_expr::{col, lit};

    use super::*;
    use crate::filter::instant;

    #[test]
    fn filters_say_entities_and_range() {
        let filters = [
            col("entity").in_list(vec![lit("b"), lit("a"), lit("b")], false),
            col("start").gt_eq(instant(5)),
            col("start").gt(instant(3)),
            col("start").lt_eq(instant(9)),
            col("attribute").eq(lit("NO2")),
        ];
        assert_eq!(entities(&filters), ["a", "b"]);
        assert_eq!(range(&filters), (Some(5), Some(10)));
        assert_eq!(range(&filters[4..]), (None, None));
        let ends = [col("start").gt_eq(instant(i64::MIN)), col("start").lt_eq(instant(i64::MAX))];
        assert_eq!(range(&ends), (Some(i64::MIN), Some(i64::MAX)));
        assert_eq!(entities(&[col("entity").not_eq(lit("a"))]), [""; 0]);
        assert!(only(&filters[0], &KEY_COLUMNS) && !only(&col("count").gt(lit(1)), &KEY_COLUMNS));
    }
}
