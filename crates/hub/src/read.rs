//! The read path for what is so now.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use senne_language::{Order, Query};
use senne_model::{Entity, EntityId, Name, Problem};
use senne_policy::{Action, Grant, Visible, decide};
use senne_store::{AttributeUse, Place, Selected, Selection, Survey};

use crate::{Context, Hub};

/// Which page of a result.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// At most this many entities.
    pub limit: usize,
    /// Leave out this many first.
    pub offset: usize,
    /// Go on after this entity (keyset; stable while data change).
    pub after: Option<EntityId>,
    /// Count all that match.
    pub count: bool,
    /// Where to begin, when `after` does not say (keyset; stable while data change).
    pub place: Place,
    /// In this order; the one of creation when `None`. What compares equal comes by its id.
    pub order: Option<Order>,
}

impl Page {
    /// The first `limit` entities.
    pub fn first(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }
}

/// A page of entities, in the order in which they were created unless another was asked for.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The entities.
    pub entities: Vec<Arc<Entity>>,
    /// How many match in all, when asked.
    pub count: Option<u64>,
    /// Whether there are more.
    pub more: bool,
    /// Whether there are more before these.
    pub less: bool,
    /// Where the page before ends and where the next one begins; none in an order of its own.
    pub span: Option<(i64, i64)>,
}

/// A type and how many entities have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeCount {
    /// The type.
    pub name: Name,
    /// How many entities.
    pub count: u64,
}

/// Whoever waits for an answer. Dropped when they have it, when they have gone, or when their time is over.
struct Caller {
    gone: Arc<AtomicBool>,
}

impl Drop for Caller {
    fn drop(&mut self) {
        self.gone.store(true, Ordering::Relaxed);
    }
}

impl Hub {
    /// An entity as it stands now; not found when it is not there or may not be seen.
    pub async fn entity(&self, context: &Context, id: &EntityId) -> Result<Arc<Entity>, Problem> {
        let grant = decide(&context.principal, &context.tenant, Action::Read)?;
        let missing = || Problem::not_found(format!("there is no entity `{id}` here"));
        // A look by key takes microseconds: shorter than handing it to another thread.
        let entity = self.inner.store.entity(&context.tenant, id)?.ok_or_else(missing)?;
        self.show(grant, entity).ok_or_else(missing)
    }

    /// The entities that match, a page of them. Looking for them ends soon after the call does.
    pub async fn query(&self, context: &Context, query: &Query, page: &Page) -> Result<Found, Problem> {
        let grant = decide(&context.principal, &context.tenant, Action::Read)?;
        let (hub, tenant, query, page) = (self.clone(), context.tenant.clone(), query.clone(), page.clone());
        let gone = Arc::new(AtomicBool::new(false));
        let _caller = Caller { gone: Arc::clone(&gone) };
        let work = tokio::task::spawn_blocking(move || {
            let waited_for = || !gone.load(Ordering::Relaxed);
            let see = |entity: Arc<Entity>| hub.show(grant, entity);
            let selection = Selection {
                query: &query,
                limit: page.limit,
                offset: page.offset,
                after: page.after.as_ref(),
                place: page.place,
                order: page.order.as_ref(),
                count: page.count,
                // A hidden attribute must not be found out by asking for it in a condition: the query is put to
                // what the caller may see.
                see: (grant != Grant::Everything)
                    .then_some(&see as &(dyn Fn(Arc<Entity>) -> Option<Arc<Entity>> + Sync)),
                waited_for: Some(&waited_for),
            };
            let Selected { entities, count, more, less, span } =
                hub.inner.store.select(&tenant, &selection)?;
            Ok(Found { entities, count, more, less, span })
        });
        context.within(async { work.await.map_err(|e| Problem::internal(e.to_string()))? }).await
    }

    /// Those of some entities that are there and may be seen, in the order asked for; each is looked up by its id.
    pub async fn entities(&self, context: &Context, ids: Vec<EntityId>) -> Result<Vec<Arc<Entity>>, Problem> {
        let grant = decide(&context.principal, &context.tenant, Action::Read)?;
        let (hub, tenant) = (self.clone(), context.tenant.clone());
        let work = tokio::task::spawn_blocking(move || {
            let mut found = Vec::with_capacity(ids.len());
            for id in &ids {
                let entity = hub.inner.store.entity(&tenant, id)?;
                found.extend(entity.and_then(|entity| hub.show(grant, entity)));
            }
            Ok(found)
        });
        context.within(async { work.await.map_err(|e| Problem::internal(e.to_string()))? }).await
    }

    /// Which attributes there are, of all entities and of the entities of each type, counted exactly.
    pub async fn survey(&self, context: &Context) -> Result<Survey, Problem> {
        let grant = decide(&context.principal, &context.tenant, Action::Read)?;
        self.sweep_expired().await?;
        let (hub, tenant) = (self.clone(), context.tenant.clone());
        let work = tokio::task::spawn_blocking(move || Ok(hub.inner.store.survey(&tenant)?));
        let whole =
            context.within(async { work.await.map_err(|e| Problem::internal(e.to_string()))? }).await?;
        Ok(if grant == Grant::Everything { whole } else { self.seen(grant, whole) })
    }

    /// What may be seen of a survey. An entity of several types is counted under each of those that may be seen.
    fn seen(&self, grant: Grant, whole: Survey) -> Survey {
        let contracts = &self.inner.contracts;
        let mut seen = Survey::default();
        for (kind, mut uses) in whole.types {
            let types = std::slice::from_ref(&kind);
            if !grant.allows_types(types, contracts) {
                continue;
            }
            uses.retain(|used| grant.allows_attribute(types, &used.name, contracts));
            uses.iter().for_each(|used| add(&mut seen.attributes, used));
            seen.types.push((kind, uses));
        }
        seen.attributes.sort_by(|a, b| a.name.cmp(&b.name));
        seen
    }

    /// The types that there are, with how many entities each has.
    pub async fn types(&self, context: &Context) -> Result<Vec<TypeCount>, Problem> {
        let grant = decide(&context.principal, &context.tenant, Action::Read)?;
        self.sweep_expired().await?;
        let types = self.inner.store.types(&context.tenant)?;
        let seen = types
            .into_iter()
            .filter(|(name, _)| grant.allows_types(std::slice::from_ref(name), &self.inner.contracts));
        Ok(seen.map(|(name, count)| TypeCount { name, count }).collect())
    }

    /// The entity less what the grant hides; `None` when it hides all.
    pub(crate) fn show(&self, grant: Grant, entity: Arc<Entity>) -> Option<Arc<Entity>> {
        match grant.visible(&entity, &self.inner.contracts) {
            Visible::Whole => Some(entity),
            Visible::Nothing => None,
            Visible::Without(hidden) => {
                let mut shown = Entity::clone(&entity);
                shown.attributes.retain(|a| !hidden.contains(&a.name));
                Some(Arc::new(shown))
            }
        }
    }
}

fn add(uses: &mut Vec<AttributeUse>, used: &AttributeUse) {
    let Some(there) = uses.iter_mut().find(|there| there.name == used.name) else {
        uses.push(used.clone());
        return;
    };
    there.entities += used.entities;
    for (kind, count) in &used.kinds {
        match there.kinds.iter_mut().find(|(known, _)| known == kind) {
            Some((_, sum)) => *sum += count,
            None => there.kinds.push((kind, *count)),
        }
    }
}
