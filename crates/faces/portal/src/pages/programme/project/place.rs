//! Where exactly a project is, where that was drawn: a small map, and the same in words.

use senne_model::{EntityId, ErrorKind, Problem};

use crate::{
    pages::programme::{place, report::aside},
    visit::Visit,
};

/// The place of a project; empty where none was drawn.
#[derive(Default)]
pub(super) struct Place {
    pub(super) picture: String,
    pub(super) said: String,
}

pub(super) async fn of(visit: &Visit, id: &str) -> Result<Place, Problem> {
    let words = visit.w;
    let Ok(id) = EntityId::parse(id) else { return Ok(Place::default()) };
    let entity = match visit.hub().entity(&visit.own_context(), &id).await {
        Ok(entity) => entity,
        Err(problem) if problem.kind == ErrorKind::NotFound => return Ok(Place::default()),
        Err(problem) => return Err(problem),
    };
    let Some(own) = entity.location().cloned() else { return Ok(Place::default()) };
    let overview = visit.portal.overview(&visit.context()).await?;
    aside(move || {
        let touched = place::touched(words, &overview, &own);
        Place {
            picture: place::picture("place", words, &overview, Some(&own), &touched, true),
            said: place::said(words, &own, &touched),
        }
    })
    .await
}
