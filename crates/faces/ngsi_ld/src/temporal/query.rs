//! `GET /temporal/entities` (clause 6.18.3.2).

use senne_hub::Page;
use senne_language::Query;
use senne_model::Problem;

use super::{
    answer::{Found, mark_partial, pen_for, write_found},
    asked::{Asked, Form, types_of},
};
use crate::{
    contexts::Terms,
    http::{Answer, Call, Media, Offer, json_answer, page_links, read_page, read_query, read_shape},
    write::Shape,
};

pub(crate) async fn query(call: Call) -> Answer {
    let media = call.media(Offer::Plain)?;
    let terms = call.terms().await?;
    let query = read_query(&call, &terms)?;
    answer(&call, &terms, media, &query).await
}

/// Finds the entities as they are now, then asks for their past.
pub(super) async fn answer(call: &Call, terms: &Terms, media: Media, query: &Query) -> Answer {
    let shape = read_shape(call, terms, media)?;
    let (asked, page) = (Asked::read(call, terms, &shape)?, read_page(call)?);
    if asked.time.from.is_none() && asked.time.to.is_none() && asked.last_n.is_none() {
        return Err(Problem::bad("a temporal query needs timerel and timeAt, or lastN")
            .field("timerel")
            .into());
    }
    let entities = call.face.hub.query(&call.hub, query, &page).await?;
    let found = find(call, &entities, &asked, &shape, &page).await?;
    let mut pen = pen_for(terms, &found);
    pen.open_array();
    found.iter().for_each(|found| write_found(&mut pen, found, &asked, &shape));
    pen.close_array();
    let mut response = json_answer(call, terms, media, shape.context_in_body.is_some(), pen.finish());
    mark_partial(&mut response, &found, &asked);
    page_links(&mut response, call, media, &page, entities.more, entities.count);
    Ok(response)
}

/// The past of the entities of a page, in its order; those without any are left out.
async fn find(
    call: &Call,
    entities: &senne_hub::Found,
    asked: &Asked,
    shape: &Shape,
    page: &Page,
) -> Result<Vec<Found>, Problem> {
    if entities.entities.is_empty() || page.limit == 0 {
        return Ok(Vec::new());
    }
    let ids = entities.entities.iter().map(|entity| entity.id.clone()).collect();
    let types = types_of(entities.entities.iter().map(|entity| &**entity));
    let query = asked.past_query(ids, types, call.face.options.temporal_points_max, shape);
    let hub = &call.face.hub;
    if let Form::Aggregates(aggregation) = &asked.form {
        let all = hub.aggregate(&call.hub, &query, aggregation).await?;
        let of = |entity: &senne_model::Entity| {
            let series: Vec<_> = all.iter().filter(|series| series.entity == entity.id).cloned().collect();
            (!series.is_empty()).then(|| Found::Buckets {
                id: entity.id.clone(),
                types: entity.types.to_vec(),
                series,
            })
        };
        return Ok(entities.entities.iter().filter_map(|entity| of(entity)).collect());
    }
    let mut all = hub.past(&call.hub, &query).await?;
    let mut found = Vec::with_capacity(all.len());
    for entity in &entities.entities {
        if let Some(place) = all.iter().position(|past| past.entity == entity.id) {
            found.push(Found::Past(all.swap_remove(place)));
        }
    }
    Ok(found)
}
