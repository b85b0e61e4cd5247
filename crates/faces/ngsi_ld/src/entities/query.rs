//! `GET /entities` (clause 6.4.3.2).

use super::{export, present::Look};
use crate::{
    entity_maps,
    http::{
        Answer, Call, Media, Offer, check_links, entity_links, narrow, read_entity_page, read_join,
        read_query, read_shape,
    },
};

pub(crate) async fn query(call: Call) -> Answer {
    let media = call.media(Offer::Entities)?;
    let terms = call.terms().await?;
    let (mut query, shape) = (read_query(&call, &terms)?, read_shape(&call, &terms, media)?);
    narrow(&mut query, &shape.members);
    let join = read_join(&call)?;
    check_links(join.as_ref(), query.filter.as_ref(), &shape.members)?;
    if media == Media::Lines {
        return export::export(call, terms, query, shape);
    }
    let asked = read_entity_page(&call, &terms)?;
    let (found, mapped) = entity_maps::find(&call, &terms, &query, &asked.page).await?;
    let look = Look { terms: &terms, media, shape, join };
    let mut response = look.many(&call, &found.entities).await?;
    entity_links(&mut response, &call, media, &asked, &found);
    if let Some(mapped) = &mapped {
        mapped.mark(&mut response);
    }
    Ok(response)
}
