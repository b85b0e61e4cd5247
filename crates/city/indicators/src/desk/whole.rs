//! Indicators in full: what is declared and has not been computed, and what was missed.

use std::{
    collections::{BTreeSet, HashMap, hash_map::Entry},
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

use jiff::civil::Date;
use senne_indicator::Declaration;
use senne_model::{Problem, TenantName};

use super::{Desk, Plan, Progress, RETRY};
use crate::{
    book::Book,
    entity::{declare, declared_as, term},
    hierarchy::Hierarchy,
    publish::write,
    question::service,
    shelf::{Lack, Shelf},
    spans::Spans,
};

impl Desk {
    /// Takes in what was declared since, then computes in full what has not been computed by its present declaration, and everything when
    /// changes were missed or areas have moved. What fails is tried again after a while.
    pub(super) async fn take_declarations(&self, shelf: &mut Shelf, missed: &mut bool) {
        let due = shelf.again_at.is_some_and(|at| at <= Instant::now());
        if !self.declared.swap(false, Ordering::AcqRel) && !due {
            return;
        }
        // Before areas are read: those that move from now on are taken in the next time.
        let areas = self.areas.load(Ordering::Acquire);
        let done = self.compute_declared(shelf, *missed || areas != shelf.areas).await;
        if let Err(problem) = &done {
            tracing::warn!("what is declared could not be read and is tried again: {problem}");
        }
        let failed = done.unwrap_or(true);
        shelf.again_at = failed.then(|| Instant::now() + RETRY);
        *missed &= failed;
        if !failed {
            shelf.areas = areas;
        }
    }

    /// Reads the declarations and computes what is due; gives whether some of it failed.
    async fn compute_declared(&self, shelf: &mut Shelf, anew: bool) -> Result<bool, Problem> {
        *self.plan.write() = Plan::of(self.indicators.reload().await?);
        if let Some(leaves) = self.leaves().filter(|_| anew) {
            leaves.clear().await.map_err(|error| Problem::internal(error.to_string()))?;
        }
        let plan = self.plan();
        let tenants = self.hub.tenants()?;
        let mut hierarchies = HashMap::new();
        let mut failed = false;
        let mut each = Vec::new();
        for tenant in &tenants {
            let spans = Arc::new(Spans::read(&self.hub, tenant).await?);
            each.extend(plan.catalogue.indicators.iter().map(|one| (tenant, Arc::clone(&spans), one)));
        }
        for (tenant, spans, declaration) in each {
            if !anew && self.is_computed(tenant, declaration).await {
                continue;
            }
            let key = (tenant.clone(), declaration.id.as_str().into());
            shelf.forget(&key);
            let days = spans.days(declaration, &self.zone);
            if days.is_empty() {
                shelf.lacks.insert(key, Lack::Data);
                continue;
            }
            match self.whole(&mut hierarchies, tenant, declaration, days).await {
                Ok(Progress { days: 0, .. }) => {
                    shelf.lacks.insert(key, Lack::Areas);
                }
                Ok(Progress { indicator, days, seconds }) => {
                    tracing::info!(indicator, "`{indicator}` computed for {days} days in {seconds:.1} s");
                }
                Err(problem) => {
                    let id = &declaration.id;
                    tracing::warn!(
                        indicator = id,
                        "`{id}` could not be computed and is tried again: {problem}"
                    );
                    failed = true;
                }
            }
        }
        failed |= self.catch_up_indices(&tenants, &plan.catalogue, anew).await;
        Ok(failed)
    }

    /// Computes one indicator in full: all its days, which are none where there are no data.
    async fn whole(
        &self,
        hierarchies: &mut HashMap<TenantName, Hierarchy>,
        tenant: &TenantName,
        declaration: &Declaration,
        days: BTreeSet<Date>,
    ) -> Result<Progress, Problem> {
        let begun = Instant::now();
        if !days.is_empty() {
            let hierarchy = match hierarchies.entry(tenant.clone()) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => place.insert(Hierarchy::load(&self.hub, tenant).await?),
            };
            let key = (tenant.clone(), declaration.id.as_str().into());
            if let Some(leaves) = self.leaves() {
                leaves.forget(&key).await.map_err(|error| Problem::internal(error.to_string()))?;
            }
            let mut book = Book::of(declaration);
            let published = self.one(&mut book, hierarchy, &key, declaration, &days).await?;
            // Data that lie in no area give no figures: once there are areas, all of it is to be computed.
            let nothing = published == 0 && !book.is_published();
            if nothing && !self.is_computed(tenant, declaration).await {
                let seconds = begun.elapsed().as_secs_f64();
                return Ok(Progress { indicator: declaration.id.clone(), days: 0, seconds });
            }
            self.put_away(&key, book).await;
            write(&self.hub, &service(tenant), vec![declare(declaration)]).await?;
        }
        let seconds = begun.elapsed().as_secs_f64();
        Ok(Progress { indicator: declaration.id.clone(), days: days.len(), seconds })
    }

    /// Computes some indicators in full, or all when none is named.
    pub(crate) async fn compute(
        &self,
        ids: &[String],
        tell: &mut dyn FnMut(Progress),
    ) -> Result<(), Problem> {
        let tenant = TenantName::default();
        let spans = Spans::read(&self.hub, &tenant).await?;
        let mut hierarchies = HashMap::new();
        for declaration in &self.plan().catalogue.indicators {
            let wanted = ids.is_empty() || ids.contains(&declaration.id);
            if wanted && declaration.computed.is_some() {
                let days = spans.days(declaration, &self.zone);
                tell(self.whole(&mut hierarchies, &tenant, declaration, days).await?);
            }
        }
        Ok(())
    }

    async fn is_computed(&self, tenant: &TenantName, declaration: &Declaration) -> bool {
        let entity = self.hub.entity(&service(tenant), &declared_as(&declaration.id)).await;
        let formula = declaration.formula();
        entity.is_ok_and(|entity| {
            entity.instance(&term("formula")).and_then(|i| i.value.as_text()) == Some(formula.as_str())
        })
    }
}
