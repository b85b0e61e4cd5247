//! `GET /entities/{id}` (clause 6.5.3.1).

use senne_language::TypeExpression;
use senne_model::Problem;

use crate::http::{Answer, Call, Offer, entity_answer, read_shape};

pub(crate) async fn retrieve(call: Call) -> Answer {
    let media = call.media(Offer::WithGeo)?;
    let terms = call.terms().await?;
    let shape = read_shape(&call, &terms, media)?;
    let id = call.id()?;
    let missing = || Problem::not_found(format!("there is no entity `{id}` that fits"));
    let entity = call.face.hub.entity(&call.hub, &id).await?;
    if let Some(text) = call.parameters.get("type") {
        let types = TypeExpression::parse(text, &|term| terms.expand(term))?;
        types.matches(&entity.types).then_some(()).ok_or_else(missing)?;
    }
    // `attrs` asks for entities that have one of them; `pick` only hides the rest (clauses 5.7.1, 4.21).
    let asked = call.parameters.list("attrs").unwrap_or_default();
    if !asked.is_empty() && !asked.iter().any(|term| entity.attribute(&terms.expand(term)).is_some()) {
        return Err(missing().into());
    }
    Ok(entity_answer(&call, &terms, media, &shape, &entity))
}
