//! The read path for what is so now.

use std::sync::Arc;

use senne_language::Query;
use senne_model::{Entity, EntityId, Name, Problem};
use senne_policy::{Action, Grant, Visible, decide};
use senne_store::{Selected, Selection};

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
}

impl Page {
    /// The first `limit` entities.
    pub fn first(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }
}

/// A page of entities, in the order in which they were created.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The entities.
    pub entities: Vec<Arc<Entity>>,
    /// How many match in all, when asked.
    pub count: Option<u64>,
    /// Whether there are more.
    pub more: bool,
}

/// A type and how many entities have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeCount {
    /// The type.
    pub name: Name,
    /// How many entities.
    pub count: u64,
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

    /// The entities that match, a page of them.
    pub async fn query(&self, context: &Context, query: &Query, page: &Page) -> Result<Found, Problem> {
        let grant = decide(&context.principal, &context.tenant, Action::Read)?;
        let (hub, tenant, query, page) = (self.clone(), context.tenant.clone(), query.clone(), page.clone());
        let work = tokio::task::spawn_blocking(move || {
            let may_see = |entity: &Entity| hub.may_match(grant, entity, &query);
            let selection = Selection {
                query: &query,
                limit: page.limit,
                offset: page.offset,
                after: page.after.as_ref(),
                count: page.count,
                may_see: (grant != Grant::Everything)
                    .then_some(&may_see as &(dyn Fn(&Entity) -> bool + Sync)),
            };
            let Selected { entities, count, more } = hub.inner.store.select(&tenant, &selection)?;
            let entities = entities.into_iter().filter_map(|entity| hub.show(grant, entity)).collect();
            Ok(Found { entities, count, more })
        });
        context.within(async { work.await.map_err(|e| Problem::internal(e.to_string()))? }).await
    }

    /// The types that there are, with how many entities each has.
    pub async fn types(&self, context: &Context) -> Result<Vec<TypeCount>, Problem> {
        let grant = decide(&context.principal, &context.tenant, Action::Read)?;
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

    /// A hidden attribute must not be found out by asking for it in a condition: the query is put to what
    /// the caller may see.
    fn may_match(&self, grant: Grant, entity: &Entity, query: &Query) -> bool {
        match grant.visible(entity, &self.inner.contracts) {
            Visible::Whole => true,
            Visible::Nothing => false,
            Visible::Without(hidden) => {
                let mut shown = entity.clone();
                shown.attributes.retain(|a| !hidden.contains(&a.name));
                query.matches(&shown)
            }
        }
    }
}
