//! `GET /entities` (clause 6.4.3.2).

use crate::http::{Answer, Call, Offer, entities_answer, read_page, read_query, read_shape};

pub(crate) async fn query(call: Call) -> Answer {
    let media = call.media(Offer::WithGeo)?;
    let terms = call.terms().await?;
    let (query, page, shape) =
        (read_query(&call, &terms)?, read_page(&call)?, read_shape(&call, &terms, media)?);
    let found = call.face.hub.query(&call.hub, &query, &page).await?;
    Ok(entities_answer(&call, &terms, media, &shape, &page, &found))
}
