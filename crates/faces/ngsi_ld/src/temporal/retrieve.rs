//! `GET /temporal/entities/{id}` (clause 6.19.3.1).

use senne_model::{EntityId, ErrorKind, Problem};

use super::{
    answer::{Found, cut, mark_partial, pen_for, shows_something, write_found},
    asked::{Asked, Form},
};
use crate::{
    entity_maps,
    http::{Answer, Call, Offer, check_links, json_answer, read_shape},
    write::Shape,
};

pub(crate) async fn retrieve(call: Call) -> Answer {
    let media = call.media(Offer::Plain)?;
    let terms = call.terms().await?;
    let shape = read_shape(&call, &terms, media)?;
    check_links(None, None, &shape.members)?;
    let (id, asked) = (call.id()?, Asked::read(&call, &terms, &shape)?);
    let found = [find(&call, &id, &asked, &shape).await?];
    let mut pen = pen_for(&terms, &found);
    write_found(&mut pen, &found[0], &asked, &shape);
    let mut response = json_answer(&call, &terms, media, shape.context_in_body.is_some(), pen.finish());
    mark_partial(&mut response, &found, &asked);
    entity_maps::one(&call, &id, &mut response).await?;
    Ok(response)
}

/// The past of one entity; not found when nothing of it is in the range.
async fn find(call: &Call, id: &EntityId, asked: &Asked, shape: &Shape) -> Result<Found, Problem> {
    let hub = &call.face.hub;
    let now = match hub.entity(&call.hub, id).await {
        Ok(entity) => Some(entity),
        Err(problem) if problem.kind == ErrorKind::NotFound => None,
        Err(problem) => return Err(problem),
    };
    let missing = || Problem::not_found(format!("there is no entity `{id}`, and never was"));
    let query = asked.past_query(vec![id.clone()], call.face.options.temporal_points_max, shape);
    if let Form::Aggregates(aggregation) = &asked.form {
        let types = match &now {
            Some(entity) => entity.types.to_vec(),
            None => hub.past(&call.hub, &query).await?.into_iter().next().ok_or_else(missing)?.types,
        };
        let aggregation = asked.aligned(call, &query, aggregation).await?;
        let mut series = hub.aggregate(&call.hub, &query, &aggregation).await?;
        series.retain(|series| series.tells(&aggregation.methods));
        return Ok(Found::Buckets { id: id.clone(), types, series });
    }
    let past = hub.past(&call.hub, &query).await?.into_iter().next();
    // What has nothing in the range is not told (clause 5.7.3.4), nor is what shows nothing of itself (clause 4.21).
    let past = past.filter(|past| shows_something(past, shape));
    let nothing = || match &now {
        Some(_) => Problem::not_found(format!("the past of `{id}` has nothing of what is asked for")),
        None => missing(),
    };
    past.map(|past| Found::Past(cut(past, call.face.options.temporal_page_values, asked))).ok_or_else(nothing)
}
