//! `GET /temporal/entities/{id}` (clause 6.19.3.1).

use senne_hub::EntityPast;
use senne_model::{EntityId, ErrorKind, Problem};

use super::{
    answer::{Found, mark_partial, pen_for, write_found},
    asked::{Asked, Form, types_of},
};
use crate::{
    http::{Answer, Call, Offer, json_answer, read_shape},
    write::Shape,
};

pub(crate) async fn retrieve(call: Call) -> Answer {
    let media = call.media(Offer::Plain)?;
    let terms = call.terms().await?;
    let shape = read_shape(&call, &terms, media)?;
    let (id, asked) = (call.id()?, Asked::read(&call, &terms, &shape)?);
    let found = [find(&call, &id, &asked, &shape).await?];
    let mut pen = pen_for(&terms, &found);
    write_found(&mut pen, &found[0], &asked, &shape);
    let mut response = json_answer(&call, &terms, media, shape.context_in_body.is_some(), pen.finish());
    mark_partial(&mut response, &found, &asked);
    Ok(response)
}

/// The past of one entity. One that is there without any past in the range is found with none.
async fn find(call: &Call, id: &EntityId, asked: &Asked, shape: &Shape) -> Result<Found, Problem> {
    let hub = &call.face.hub;
    let now = match hub.entity(&call.hub, id).await {
        Ok(entity) => Some(entity),
        Err(problem) if problem.kind == ErrorKind::NotFound => None,
        Err(problem) => return Err(problem),
    };
    let types = types_of(now.iter().map(|entity| &**entity));
    let missing = || Problem::not_found(format!("there is no entity `{id}`, and never was"));
    let query =
        asked.past_query(vec![id.clone()], types.clone(), call.face.options.temporal_points_max, shape);
    if let Form::Aggregates(aggregation) = &asked.form {
        let types = match (now, types.is_empty()) {
            (Some(entity), _) => entity.types.to_vec(),
            (None, _) => hub.past(&call.hub, &query).await?.into_iter().next().ok_or_else(missing)?.types,
        };
        let series = hub.aggregate(&call.hub, &query, aggregation).await?;
        return Ok(Found::Buckets { id: id.clone(), types, series });
    }
    let past = hub.past(&call.hub, &query).await?.into_iter().next();
    match (past, now) {
        (Some(past), _) => Ok(Found::Past(past)),
        (None, Some(entity)) => Ok(Found::Past(EntityPast {
            entity: id.clone(),
            types: entity.types.to_vec(),
            series: Vec::new(),
            truncated: false,
        })),
        (None, None) => Err(missing()),
    }
}
