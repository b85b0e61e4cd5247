//! The read path for charts.

use std::sync::Arc;

use senne_history::{ChartQuery, ChartSeries, Everything, Sight};
use senne_model::Problem;
use senne_policy::{Action, Grant, decide};

use crate::{Context, Hub, sql::Granted};

/// The most series that one call may ask for.
pub const CHART_SERIES_MAX: usize = 6;

impl Hub {
    /// Series at the resolution of a chart, in the order asked. What was acknowledged before the call is in the answer, and nothing
    /// that the caller may not see: a series of an entity that is hidden is not found, like one that is not there. The cadence of a
    /// question that has none is the one that the contract promises.
    pub async fn charts(
        &self,
        context: &Context,
        queries: &[ChartQuery],
    ) -> Result<Vec<ChartSeries>, Problem> {
        let grant = decide(&context.principal, &context.tenant, Action::Read)?;
        if queries.len() > CHART_SERIES_MAX {
            let detail = format!("at most {CHART_SERIES_MAX} series are shown together");
            return Err(Problem::bad(detail).field("attribute"));
        }
        for query in queries {
            query.check()?;
            self.may_chart(context, grant, query)?;
        }
        let work = async {
            self.wait_for_history().await?;
            let mut charts = Vec::with_capacity(queries.len());
            for query in queries {
                charts.push(self.chart(context, grant, query).await?);
            }
            Ok(charts)
        };
        context.within(work).await
    }

    fn may_chart(&self, context: &Context, grant: Grant, query: &ChartQuery) -> Result<(), Problem> {
        if grant == Grant::Everything {
            return Ok(());
        }
        let contracts = &self.inner.contracts;
        let seen = self.inner.store.entity(&context.tenant, &query.entity)?.is_some_and(|entity| {
            grant.allows_types(&entity.types, contracts)
                && grant.allows_attribute(&entity.types, &query.attribute, contracts)
        });
        let missing = || Problem::not_found(format!("there is no entity `{}` here", query.entity));
        seen.then_some(()).ok_or_else(missing)
    }

    async fn chart(
        &self,
        context: &Context,
        grant: Grant,
        query: &ChartQuery,
    ) -> Result<ChartSeries, Problem> {
        let contracts = &self.inner.contracts;
        let entity = self.inner.store.entity(&context.tenant, &query.entity)?;
        let contract = entity.iter().flat_map(|entity| &entity.types).find_map(|name| contracts.get(name));
        let promised = contract.and_then(|contract| contract.attribute(&query.attribute));
        let mut query = query.clone();
        query.cadence = query.cadence.or_else(|| promised?.cadence);
        let sight: Arc<dyn Sight> = match grant {
            Grant::Everything => Arc::new(Everything),
            Grant::OpenOnly => Arc::new(Granted { grant, contracts: Arc::clone(contracts) }),
        };
        let chart = self.inner.history.chart(&context.tenant, &query, &*sight).await?;
        if entity.is_none() && chart.extent.is_none() && chart.count() == 0 {
            return Err(Problem::not_found(format!("there is no entity `{}` here", query.entity)));
        }
        Ok(chart)
    }
}
