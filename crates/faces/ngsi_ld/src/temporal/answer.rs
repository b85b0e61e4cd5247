//! The past on its way out, and 206 when there is more of it than fits (clause 6.3.10).

use axum::response::Response;
use http::{StatusCode, header};
use senne_hub::{EntityPast, SeriesBuckets};
use senne_model::{EntityId, Name, SCOPE, Timestamp};

use super::asked::{Asked, Form};
use crate::{
    contexts::Terms,
    http::put,
    write::{Evolution, Pen, Shape, TemporalForm, write_evolution},
};

/// What was found for one entity.
pub(super) enum Found {
    Past(EntityPast),
    Buckets { id: EntityId, types: Vec<Name>, series: Vec<SeriesBuckets> },
}

impl Found {
    fn points(&self) -> impl Iterator<Item = Timestamp> {
        let series = match self {
            Self::Past(past) => past.series.as_slice(),
            Self::Buckets { .. } => &[],
        };
        series.iter().flat_map(|series| series.points.iter().map(senne_hub::Point::moment))
    }

    pub(super) fn truncated(&self) -> bool {
        matches!(self, Self::Past(past) if past.truncated)
    }
}

pub(super) fn write_found(pen: &mut Pen<'_>, found: &Found, asked: &Asked, shape: &Shape) {
    let evolution = match (found, &asked.form) {
        (Found::Past(past), Form::Values) => Evolution {
            id: &past.entity,
            types: &past.types,
            form: TemporalForm::Values(&past.series, asked.time.property),
        },
        (Found::Past(past), _) => {
            Evolution { id: &past.entity, types: &past.types, form: TemporalForm::Instances(&past.series) }
        }
        (Found::Buckets { id, types, series }, form) => {
            let methods = match form {
                Form::Aggregates(aggregation) => aggregation.methods.as_slice(),
                _ => &[],
            };
            Evolution { id, types, form: TemporalForm::Aggregates(series, methods) }
        }
    };
    write_evolution(pen, &evolution, shape);
}

pub(super) fn pen_for<'t>(terms: &'t Terms, found: &[Found]) -> Pen<'t> {
    let points: usize = found.iter().map(|found| found.points().count()).sum();
    Pen::new(terms, 1024 + 96 * points)
}

/// Whether anything of a past is shown at all.
pub(super) fn shows_something(past: &EntityPast, shape: &Shape) -> bool {
    let members = &shape.members;
    let wanted = |name: &Name| if **name == *SCOPE { members.keeps_scope() } else { members.keeps(name) };
    members.keeps_id()
        || members.keeps_type()
        || past.series.iter().any(|series| !series.points.is_empty() && wanted(&series.attribute))
}

/// Leaves at most so many values of an entity, over all its attributes: the newest when `lastN` was asked for, else the oldest
/// (clause 6.3.10).
pub(super) fn cut(mut past: EntityPast, values_max: Option<usize>, asked: &Asked) -> EntityPast {
    let Some(max) = values_max else { return past };
    let mut times: Vec<Timestamp> =
        past.series.iter().flat_map(|series| &series.points).map(senne_hub::Point::moment).collect();
    if times.len() <= max || max == 0 {
        return past;
    }
    times.sort_unstable();
    let newest = asked.last_n.is_some();
    let edge = if newest { times[times.len() - max] } else { times[max - 1] };
    for series in &mut past.series {
        series.points.retain(|point| if newest { point.moment() >= edge } else { point.moment() <= edge });
    }
    past.truncated = true;
    past
}

/// 206 with the range that the answer covers, when it was cut.
pub(super) fn mark_partial(response: &mut Response, found: &[Found], asked: &Asked) {
    if !found.iter().any(Found::truncated) {
        return;
    }
    let points = || found.iter().flat_map(Found::points);
    let (Some(least), Some(most)) = (points().min(), points().max()) else { return };
    let (start, end, size) = match asked.last_n {
        Some(n) => (asked.time.to.unwrap_or(most), least, n.to_string()),
        None => (asked.time.from.unwrap_or(least), most, "*".to_owned()),
    };
    *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    put(response, header::CONTENT_RANGE, &format!("date-time {start}-{end}/{size}"));
}
