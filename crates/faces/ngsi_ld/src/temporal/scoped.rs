//! The scopes of entities in a range of the past (clauses 4.18, 4.19 and C.5.16): a scope is valid from the moment when it was set until
//! it is replaced or removed.

use std::collections::HashMap;

use senne_hub::{EntityPast, PastQuery, Point, SeriesPast};
use senne_language::{ScopeExpression, TimeFilter};
use senne_model::{EntityId, ErrorKind, Name, Problem, SCOPE, Timestamp, scopes_of};

use super::asked::{Asked, time_of};
use crate::http::Call;

/// When the scopes of an entity fitted, and the changes of them that say so.
#[derive(Debug, Default)]
pub(super) struct Scoped {
    pub(super) spans: Vec<(Timestamp, Timestamp)>,
    points: Vec<Point>,
    /// There are values in the range beside these spans, or may be.
    pub(super) leaves_out: bool,
}

impl Scoped {
    /// Leaves what lies in a span in which the scopes fitted; whether there was more.
    pub(super) fn narrow(&self, past: &mut EntityPast, asked: &Asked) -> bool {
        let within = |point: &Point| {
            let at = time_of(point, asked.time.property);
            // They are in order, and no two of them touch.
            let next = self.spans.partition_point(|(from, _)| *from <= at);
            next.checked_sub(1).is_some_and(|place| at < self.spans[place].1)
        };
        let mut left_out = false;
        for series in &mut past.series {
            if &*series.attribute != SCOPE {
                let before = series.points.len();
                series.points.retain(within);
                left_out |= series.points.len() < before;
            }
        }
        past.series.retain(|series| !series.points.is_empty());
        left_out
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

/// Of these entities those whose scopes fitted at some time in the range; none when several have had more scopes together than are
/// looked at in one step.
pub(super) async fn in_range(
    call: &Call,
    ids: &[EntityId],
    asked: &Asked,
    wanted: &ScopeExpression,
) -> Result<Option<HashMap<EntityId, Scoped>>, Problem> {
    let most = call.face.options.temporal_step_points;
    let question = PastQuery {
        attributes: vec![Name::new(SCOPE)],
        as_of: asked.as_of,
        limit: most,
        ..PastQuery::of(ids.to_vec(), TimeFilter::default())
    };
    let pasts = call.face.hub.past(&call.hub, &question).await?;
    if pasts.iter().any(|past| past.truncated) {
        let [only] = ids else { return Ok(None) };
        let detail = format!("`{only}` has had more than {most} scopes; ask without scopeQ");
        return Err(Problem::new(ErrorKind::TooComplex, detail).field("scopeQ"));
    }
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
    Ok(Some(found))
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
            // Other scopes that fit too go on from the ones before.
            match scoped.spans.last_mut().filter(|last| last.1 == span.0) {
                Some(last) => last.1 = span.1,
                None => scoped.spans.push(span),
            }
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
    Ok(Scoped { spans, ..Scoped::default() })
}
