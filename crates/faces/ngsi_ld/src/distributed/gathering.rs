//! A page of entities that are here or at sources, put together from what each of them has.

use std::{collections::HashMap, sync::Arc};

use senne_hub::{Found, Page};
use senne_language::Query;
use senne_model::{Entity, EntityId, ErrorKind, Problem};

use super::{forward::Share, gather::Answered, merge::merge};
use crate::{http::Call, registrations::Mode};

/// An entity as far as the caller may see it.
pub(super) fn visible(call: &Call, entity: Entity) -> Option<Entity> {
    let grant = senne_policy::decide(&call.hub.principal, &call.hub.tenant, senne_hub::Action::Read).ok()?;
    match grant.visible(&entity, call.face.hub.contracts()) {
        senne_policy::Visible::Whole => Some(entity),
        senne_policy::Visible::Nothing => None,
        senne_policy::Visible::Without(hidden) => {
            let mut shown = entity;
            shown.attributes.retain(|attribute| !hidden.contains(&attribute.name));
            Some(shown)
        }
    }
}

/// The work of putting a page together.
pub(super) struct Gathering<'a> {
    pub(super) call: &'a Call,
    pub(super) query: &'a Query,
    /// The query is put to whole entities here.
    pub(super) split: bool,
    /// Whether the caller may see everything: who may not is not told how many more there are of what is hidden.
    pub(super) sees_all: bool,
}

/// The versions that sources have of entities, in the order in which they came.
#[derive(Default)]
struct Versions {
    order: Vec<EntityId>,
    by_id: HashMap<EntityId, Vec<(Mode, Entity)>>,
}

impl Versions {
    fn of(answers: Vec<Answered>) -> Self {
        let mut versions = Self::default();
        let (last, first): (Vec<_>, Vec<_>) =
            answers.into_iter().partition(|answer| answer.mode == Mode::Auxiliary);
        for answer in first.into_iter().chain(last) {
            for entity in answer.entities {
                let there = versions.by_id.entry(entity.id.clone()).or_default();
                if there.is_empty() {
                    versions.order.push(entity.id.clone());
                }
                there.push((answer.mode, entity));
            }
        }
        versions
    }

    /// The entity with all that sources know of it.
    fn merged(&self, id: &EntityId, here: Option<&Entity>) -> Option<Entity> {
        let mut merged = here.cloned();
        for (mode, version) in self.by_id.get(id).into_iter().flatten() {
            match &mut merged {
                Some(entity) => merge(entity, version.clone(), *mode),
                None => merged = Some(version.clone()),
            }
        }
        merged
    }
}

impl Gathering<'_> {
    pub(super) async fn page(&self, page: &Page, mut answers: Vec<Answered>) -> Result<Found, Problem> {
        // Until the page is there, what sources gave is in memory.
        let _shares: Vec<Share> =
            answers.iter_mut().flat_map(|answer| std::mem::take(&mut answer.shares)).collect();
        let unfetched: u64 = if self.sees_all { answers.iter().map(Answered::unfetched).sum() } else { 0 };
        let more_there = answers.iter().any(|answer| answer.more);
        let versions = Versions::of(answers);
        let (call, hub) = (self.call, &self.call.face.hub);
        let only_there = self.only_there(&versions).await?;
        let after = page.after.as_ref().and_then(|id| only_there.iter().position(|e| e.id == *id));
        let here = if after.is_some() {
            Found { count: None, ..Found::default() }
        } else {
            let counted = Page { count: true, ..page.clone() };
            match hub.query(&call.hub, self.query, &counted).await {
                Err(problem) if problem.kind == ErrorKind::NoSuchTenant => {
                    Found { count: Some(0), ..Found::default() }
                }
                other => other?,
            }
        };
        let held = here.count.unwrap_or(0);
        let skip = match after {
            Some(place) => place + 1,
            None if page.after.is_some() => 0,
            None => page.offset.saturating_sub(usize::try_from(held).unwrap_or(usize::MAX)),
        };
        let room = if here.more { 0 } else { page.limit.saturating_sub(here.entities.len()) };
        let mut entities: Vec<Arc<Entity>> = here
            .entities
            .iter()
            .filter_map(|entity| self.fitting(versions.merged(&entity.id, Some(entity))?))
            .collect();
        let left = only_there.len().saturating_sub(skip);
        entities.extend(only_there.iter().skip(skip).take(room).cloned());
        let count = page.count.then(|| held + only_there.len() as u64 + unfetched);
        let more = here.more || left > room || (more_there && left >= room);
        // Only our own entities have places; pages of many brokers are counted.
        Ok(Found { entities, count, more, less: page.offset > 0, span: None })
    }

    fn fitting(&self, entity: Entity) -> Option<Arc<Entity>> {
        let entity = visible(self.call, entity)?;
        (!self.split || self.query.matches(&entity)).then(|| Arc::new(entity))
    }

    /// The entities that do not fit by what is here alone: those have their places among our own.
    async fn only_there(&self, versions: &Versions) -> Result<Vec<Arc<Entity>>, Problem> {
        let mut only = Vec::new();
        for id in &versions.order {
            let here = match self.call.face.hub.entity(&self.call.hub, id).await {
                Ok(entity) => Some(entity),
                Err(problem) if matches!(problem.kind, ErrorKind::NotFound | ErrorKind::NoSuchTenant) => None,
                Err(problem) => return Err(problem),
            };
            if here.as_ref().is_some_and(|entity| self.query.matches(entity)) {
                continue;
            }
            let merged = versions.merged(id, here.as_deref());
            only.extend(merged.and_then(|entity| self.fitting(entity)));
        }
        Ok(only)
    }
}
