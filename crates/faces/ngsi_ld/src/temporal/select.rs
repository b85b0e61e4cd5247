//! Which entities a temporal query means: chosen by what they were in the range, be they there now or not (clause 5.7.4.4).

use std::collections::HashMap;

use senne_hub::{EntityPast, FoundEntity, Page, PastQuery};
use senne_language::Query;
use senne_model::{Attribute, Entity, EntityId, ErrorKind, Instance, Name, Problem, SCOPE, Timestamp};
use smallvec::SmallVec;

use super::{
    asked::Asked,
    scoped::{self, Scoped},
};
use crate::http::Call;

/// How many entities are looked at in one step.
const STEP: usize = 64;

/// The entities of a page, in the order of their identifiers.
pub(super) struct Chosen {
    pub(super) entities: Vec<One>,
    pub(super) more: bool,
    pub(super) count: Option<u64>,
}

/// One of them.
pub(super) struct One {
    pub(super) id: EntityId,
    /// What its scopes allow to be shown, when scopes were asked for.
    pub(super) scoped: Option<Scoped>,
}

/// Chooses a page of entities; `among` bounds the choice to these.
pub(super) async fn select(
    call: &Call,
    query: &Query,
    asked: &Asked,
    page: &Page,
    among: Option<&[EntityId]>,
) -> Result<Chosen, Problem> {
    let chooser = Chooser { call, query, asked };
    let candidates = chooser.candidates(among).await?;
    let end = page.offset.saturating_add(page.limit);
    let mut found: Vec<One> = Vec::new();
    for step in candidates.chunks(STEP) {
        found.extend(chooser.passing(step).await?);
        if found.len() > end && !page.count {
            break;
        }
    }
    let (more, count) = (found.len() > end, page.count.then_some(found.len() as u64));
    let entities = found.into_iter().skip(page.offset).take(page.limit).collect();
    Ok(Chosen { entities, more, count })
}

/// The identifiers of all that are meant, at most `max` of them.
pub(crate) async fn every_id(
    call: &Call,
    query: &Query,
    asked: &Asked,
    max: usize,
) -> Result<Vec<EntityId>, Problem> {
    let page = Page::first(max.saturating_add(1));
    let chosen = select(call, query, asked, &page, None).await?;
    Ok(chosen.entities.into_iter().map(|one| one.id).collect())
}

struct Chooser<'a> {
    call: &'a Call,
    query: &'a Query,
    asked: &'a Asked,
}

impl Chooser<'_> {
    /// Those that have something in the range and whose names fit, in order.
    async fn candidates(&self, among: Option<&[EntityId]>) -> Result<Vec<FoundEntity>, Problem> {
        let entities = match among {
            Some(ids) => ids.to_vec(),
            None => self.query.ids.clone(),
        };
        if among.is_some() && entities.is_empty() {
            return Ok(Vec::new());
        }
        let question = PastQuery { entities, ..self.question(self.asked.attributes.clone()) };
        let mut found = self.call.face.hub.past_entities(&self.call.hub, &question).await?;
        let query = self.query;
        // What they are called and what they were; the other conditions are put to their values.
        let named = Query {
            types: query.types.clone(),
            ids: query.ids.clone(),
            id_pattern: query.id_pattern.clone(),
            selectors: query.selectors.clone(),
            ..Query::default()
        };
        found.retain(|one| {
            let mut entity = Entity::new(one.entity.clone(), Name::new(""));
            entity.types = one.types.iter().cloned().collect();
            named.matches(&entity)
        });
        if self.asked.descending {
            found.reverse();
        }
        Ok(found)
    }

    /// What was so in the range.
    fn question(&self, attributes: Vec<Name>) -> PastQuery {
        PastQuery {
            attributes,
            as_of: self.asked.as_of,
            limit: self.call.face.options.temporal_step_points,
            ..PastQuery::of(Vec::new(), self.asked.time)
        }
    }

    /// Those of some candidates whose values, places and scopes in the range fit. Where they have more values than are read at once,
    /// fewer of them are looked at.
    async fn passing(&self, step: &[FoundEntity]) -> Result<Vec<One>, Problem> {
        let (mut passing, mut left) = (Vec::new(), vec![step]);
        while let Some(some) = left.pop() {
            if let Some(found) = self.passing_at_once(some).await? {
                passing.extend(found);
            } else {
                let (first, second) = some.split_at(some.len() / 2);
                left.extend([second, first]);
            }
        }
        Ok(passing)
    }

    /// The same; none when several have more values together than are read at once.
    async fn passing_at_once(&self, step: &[FoundEntity]) -> Result<Option<Vec<One>>, Problem> {
        let (query, hub) = (self.query, &self.call.face.hub);
        let needs_values = query.filter.is_some() || query.geo.is_some() || query.scope.is_some();
        if !needs_values && !step.iter().any(|one| one.doubtful) {
            return Ok(Some(step.iter().map(|one| One { id: one.entity.clone(), scoped: None }).collect()));
        }
        let ids: Vec<EntityId> = step.iter().map(|one| one.entity.clone()).collect();
        let mut scopes = match &query.scope {
            Some(scope) => match scoped::in_range(self.call, &ids, self.asked, scope).await? {
                None => return Ok(None),
                found => found,
            },
            None => None,
        };
        let question = PastQuery { entities: ids, ..self.question(self.needed()) };
        let pasts = hub.past(&self.call.hub, &question).await?;
        let truncated = pasts.iter().any(|past| past.truncated);
        if truncated && step.len() > 1 {
            return Ok(None);
        }
        let mut pasts: HashMap<EntityId, EntityPast> =
            pasts.into_iter().map(|past| (past.entity.clone(), past)).collect();
        let mut passing = Vec::new();
        for one in step {
            let Some(mut past) = pasts.remove(&one.entity) else { continue };
            let mut scoped = match &mut scopes {
                None => None,
                Some(scopes) => match scopes.remove(&one.entity) {
                    Some(scoped) => Some(scoped),
                    None => continue,
                },
            };
            if let Some(scoped) = &mut scoped {
                scoped.leaves_out = scoped.narrow(&mut past, self.asked) || truncated;
            }
            if self.fits(&past) {
                passing.push(One { id: one.entity.clone(), scoped });
            } else if truncated {
                let (id, most) = (&one.entity, question.limit);
                let detail =
                    format!("`{id}` has more than {most} values in the range; ask for a shorter time");
                return Err(Problem::new(ErrorKind::TooComplex, detail).field("timeAt"));
            }
        }
        Ok(Some(passing))
    }

    /// The attributes to be looked at: all, or those asked for with those of the conditions.
    fn needed(&self) -> Vec<Name> {
        let (asked, query) = (&self.asked.attributes, self.query);
        if asked.is_empty() {
            return Vec::new();
        }
        let mut needed = asked.clone();
        needed.extend(query.filter.iter().flat_map(senne_language::Filter::attributes));
        needed.extend(query.geo.iter().map(|geo| geo.geoproperty().clone()));
        needed.sort();
        needed.dedup();
        needed
    }

    /// Whether there is something to show, and the conditions on values and places hold for what was in the range.
    fn fits(&self, past: &EntityPast) -> bool {
        let asked = &self.asked.attributes;
        let shown = past.series.iter().any(|series| {
            let wanted = asked.is_empty() || asked.contains(&series.attribute);
            wanted && !series.points.is_empty()
        });
        if !shown {
            return false;
        }
        if self.query.filter.is_none() && self.query.geo.is_none() {
            return true;
        }
        let entity = as_one(past);
        self.query.filter.as_ref().is_none_or(|filter| filter.matches(&entity))
            && self.query.geo.as_ref().is_none_or(|geo| geo.matches(&entity))
    }
}

/// An entity whose attributes have every value of a range as an instance: a condition holds when it holds for one of them.
fn as_one(past: &EntityPast) -> Entity {
    let mut entity = Entity::new(past.entity.clone(), Name::new(""));
    entity.types = past.types.iter().cloned().collect();
    let mut span = (Timestamp::MAX, Timestamp::MIN);
    for series in past.series.iter().filter(|series| &*series.attribute != SCOPE) {
        let instances: SmallVec<[Instance; 1]> = series
            .points
            .iter()
            .filter(|point| !point.deleted)
            .map(|point| {
                span = (span.0.min(point.created_at), span.1.max(point.modified_at));
                Instance {
                    dataset_id: series.dataset_id.clone(),
                    observed_at: point.observed_at,
                    unit_code: point.unit_code.clone(),
                    created_at: point.created_at,
                    modified_at: point.modified_at,
                    quality: point.quality,
                    sub_attributes: point.sub_attributes.clone(),
                    ..Instance::new(point.value.clone())
                }
            })
            .collect();
        match entity.attribute_mut(&series.attribute) {
            Some(attribute) => attribute.instances.extend(instances),
            None if instances.is_empty() => {}
            None => entity.attributes.push(Attribute { name: series.attribute.clone(), instances }),
        }
    }
    (entity.created_at, entity.modified_at) = span;
    entity
}
