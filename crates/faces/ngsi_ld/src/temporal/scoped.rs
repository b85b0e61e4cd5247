//! The scopes of entities in a range of the past (clauses 4.18, 4.19 and C.5.16): a scope is valid from the moment when it was set until
//! it is replaced or removed.

use std::collections::HashMap;

use senne_hub::{EntityPast, PastQuery, Point, SeriesPast};
use senne_language::{ScopeExpression, TimeFilter};
use senne_model::{EntityId, ErrorKind, Name, Problem, SCOPE, Timestamp, scopes_of};

use super::asked::{Asked, time_of};
use crate::http::Call;

/// How many changes of scopes are looked at in one step.
const POINTS_MAX: usize = 100_000;

/// When the scopes of an entity fitted, and the changes of them that say so.
#[derive(Debug, Default)]
pub(super) struct Scoped {
    spans: Vec<(Timestamp, Timestamp)>,
    points: Vec<Point>,
}

impl Scoped {
    /// Leaves what lies in a span in which the scopes fitted.
    pub(super) fn narrow(&self, past: &mut EntityPast, asked: &Asked) {
        let within = |point: &Point| {
            let at = time_of(point, asked.time.property);
            self.spans.iter().any(|(from, to)| *from <= at && at < *to)
        };
        for series in &mut past.series {
            if &*series.attribute != SCOPE {
                series.points.retain(within);
            }
        }
        past.series.retain(|series| !series.points.is_empty());
    }

    /// Shows the scopes that fitted, also when they were set before the range begins.
    pub(super) fn show(&self, past: &mut EntityPast) {
        past.series.retain(|series| &*series.attribute != SCOPE);
        if !self.points.is_empty() {
            let series =
                SeriesPast { attribute: Name::new(SCOPE), dataset_id: None, points: self.points.clone() };
            past.series.push(series);
            past.series.sort_by(|a, b| (&a.attribute, &a.dataset_id).cmp(&(&b.attribute, &b.dataset_id)));
        }
    }
}

/// Of these entities those whose scopes fitted at some time in the range.
pub(super) async fn in_range(
    call: &Call,
    ids: &[EntityId],
    asked: &Asked,
    wanted: &ScopeExpression,
) -> Result<HashMap<EntityId, Scoped>, Problem> {
    let question = PastQuery {
        attributes: vec![Name::new(SCOPE)],
        as_of: asked.as_of,
        limit: POINTS_MAX,
        ..PastQuery::of(ids.to_vec(), TimeFilter::default())
    };
    let pasts = call.face.hub.past(&call.hub, &question).await?;
    let mut pasts: HashMap<EntityId, EntityPast> =
        pasts.into_iter().map(|past| (past.entity.clone(), past)).collect();
    let mut found = HashMap::new();
    for id in ids {
        let scoped = match pasts.remove(id) {
            Some(past) => fitting(past, asked, wanted),
            None => by_state(call, id, wanted).await?,
        };
        if !scoped.spans.is_empty() {
            found.insert(id.clone(), scoped);
        }
    }
    Ok(found)
}

/// The spans in the range in which scopes fitted.
fn fitting(past: EntityPast, asked: &Asked, wanted: &ScopeExpression) -> Scoped {
    let range = (asked.time.from.unwrap_or(Timestamp::MIN), asked.time.to.unwrap_or(Timestamp::MAX));
    let points: Vec<Point> = past.series.into_iter().flat_map(|series| series.points).collect();
    let mut scoped = Scoped::default();
    for (place, point) in points.iter().enumerate() {
        let until = points.get(place + 1).map_or(Timestamp::MAX, Point::moment);
        let span = (point.moment().max(range.0), until.min(range.1));
        if span.0 < span.1 && wanted.matches(&scopes_of(&point.value)) {
            scoped.spans.push(span);
            scoped.points.push(point.clone());
        }
    }
    scoped
}

/// An entity whose scopes were set by an older build has no past of them: those of now count.
async fn by_state(call: &Call, id: &EntityId, wanted: &ScopeExpression) -> Result<Scoped, Problem> {
    let fits = match call.face.hub.entity(&call.hub, id).await {
        Ok(entity) => !entity.scopes.is_empty() && wanted.matches(&entity.scopes),
        Err(problem) if problem.kind == ErrorKind::NotFound => false,
        Err(problem) => return Err(problem),
    };
    let spans = if fits { vec![(Timestamp::MIN, Timestamp::MAX)] } else { Vec::new() };
    Ok(Scoped { spans, points: Vec::new() })
}
