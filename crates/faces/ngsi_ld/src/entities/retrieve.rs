//! `GET /entities/{id}` (clause 6.5.3.1).

use senne_model::Problem;

use super::present::Look;
use crate::{
    distributed, entity_maps,
    http::{Answer, Call, Offer, check_links, read_join, read_shape},
};

pub(crate) async fn retrieve(call: Call) -> Answer {
    let media = call.media(Offer::WithGeo)?;
    let terms = call.terms().await?;
    let shape = read_shape(&call, &terms, media)?;
    let join = read_join(&call)?;
    check_links(join.as_ref(), None, &shape.members)?;
    let id = call.id()?;
    let entity = distributed::entity(&call, &terms, &id).await?;
    let missing = || Problem::not_found(format!("there is no entity `{id}` that fits"));
    if !call.fits_type(&terms, &entity)? {
        return Err(missing().into());
    }
    // `attrs` asks for entities that have one of them; `pick` only hides the rest (clauses 5.7.1, 4.21).
    let asked = call.parameters.list("attrs").unwrap_or_default();
    if !asked.is_empty() && !asked.iter().any(|term| entity.attribute(&terms.expand(term)).is_some()) {
        return Err(missing().into());
    }
    if !shape.members.leaves_something(&entity) {
        return Err(missing().into());
    }
    let mut response = Look { terms: &terms, media, shape, join }.one(&call, &entity).await?;
    entity_maps::one(&call, &id, &mut response).await?;
    Ok(response)
}
