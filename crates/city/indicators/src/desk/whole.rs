//! Indicators in full: what is declared and has not been computed, and what was missed.

use std::{
    collections::{BTreeSet, HashMap, hash_map::Entry},
    sync::atomic::Ordering,
    time::Instant,
};

use jiff::{ToSpan, civil::Date};
use senne_hub::model::Json;
use senne_indicator::Declaration;
use senne_model::{Problem, TenantName, Timestamp};

use super::{Desk, Plan, Progress, RETRY};
use crate::{
    book::Book,
    calendar::day,
    entity::{declare, declared_as, term},
    hierarchy::Hierarchy,
    publish::write,
    question::service,
    shelf::{Lack, Shelf},
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
        let plan = self.plan();
        let tenants = self.hub.tenants()?;
        let mut hierarchies = HashMap::new();
        let mut failed = false;
        let mut each = Vec::new();
        for tenant in &tenants {
            each.extend(plan.catalogue.indicators.iter().map(|declaration| (tenant, declaration)));
        }
        for (tenant, declaration) in each {
            if !anew && self.is_computed(tenant, declaration).await {
                continue;
            }
            let key = (tenant.clone(), declaration.id.as_str().into());
            shelf.forget(&key);
            if self.span(tenant, declaration).await.is_ok_and(|span| span.is_none()) {
                shelf.lacks.insert(key, Lack::Data);
                continue;
            }
            match self.whole(&mut hierarchies, tenant, declaration).await {
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

    /// Computes one indicator in full.
    async fn whole(
        &self,
        hierarchies: &mut HashMap<TenantName, Hierarchy>,
        tenant: &TenantName,
        declaration: &Declaration,
    ) -> Result<Progress, Problem> {
        let begun = Instant::now();
        let days = self.days_with_data(tenant, declaration).await?;
        if !days.is_empty() {
            let hierarchy = match hierarchies.entry(tenant.clone()) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => place.insert(Hierarchy::load(&self.hub, tenant).await?),
            };
            let mut book = Book::default();
            let published = self.one(&mut book, hierarchy, tenant, declaration, &days).await?;
            // Data that lie in no area give no figures: once there are areas, all of it is to be computed.
            let nothing = published == 0 && !book.is_published();
            if nothing && !self.is_computed(tenant, declaration).await {
                let seconds = begun.elapsed().as_secs_f64();
                return Ok(Progress { indicator: declaration.id.clone(), days: 0, seconds });
            }
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
        let mut hierarchies = HashMap::new();
        for declaration in &self.plan().catalogue.indicators {
            let wanted = ids.is_empty() || ids.contains(&declaration.id);
            if wanted && declaration.computed.is_some() {
                tell(self.whole(&mut hierarchies, &tenant, declaration).await?);
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

    /// All days from the first to the last value that an indicator reads.
    async fn days_with_data(
        &self,
        tenant: &TenantName,
        declaration: &Declaration,
    ) -> Result<BTreeSet<Date>, Problem> {
        let Some((first, last)) = self.span(tenant, declaration).await? else { return Ok(BTreeSet::new()) };
        Ok(first.series(1.day()).take_while(|day| *day <= last).take(100_000).collect())
    }

    /// The last day with a value that an indicator reads.
    pub(crate) async fn last_day(
        &self,
        tenant: &TenantName,
        declaration: &Declaration,
    ) -> Result<Option<Date>, Problem> {
        Ok(self.span(tenant, declaration).await?.map(|(_, last)| last))
    }

    /// The days of the first and of the last value that an indicator reads.
    async fn span(
        &self,
        tenant: &TenantName,
        declaration: &Declaration,
    ) -> Result<Option<(Date, Date)>, Problem> {
        let reads = declaration.computed.iter().flat_map(|computed| &computed.reads);
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
        let each = reads.map(|reads| {
            let attributes: Vec<String> =
                reads.attributes.iter().map(|attribute| quoted(attribute)).collect();
            format!("(type = {} AND attribute IN ({}))", quoted(&reads.kind), attributes.join(", "))
        });
        let conditions: Vec<String> = each.collect();
        if conditions.is_empty() {
            return Ok(None);
        }
        let sql = format!("SELECT min(first_at), max(last_at) FROM series WHERE {}", conditions.join(" OR "));
        let table = self.hub.sql(&service(tenant), &sql, 1).await?;
        let moment = |place: usize| {
            let text = table.rows.first()?.get(place).and_then(Json::as_str)?;
            Timestamp::parse(text).ok()
        };
        let Some((first, last)) = moment(0).zip(moment(1)) else { return Ok(None) };
        let last = last.min(Timestamp::now());
        Ok(Some((day(first, &self.zone), day(last, &self.zone))))
    }
}
