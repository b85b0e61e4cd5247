//! Entities as an answer, with those that they link to when these are asked for.

use std::sync::Arc;

use axum::response::Response;
use senne_model::{Entity, ErrorKind, Problem};

use super::linked::gather;
use crate::{
    contexts::Terms,
    http::{Call, Join, JoinKind, Media, apply_preference, in_preferred_version, json_answer},
    write::{Pen, Shape, WITHIN_MAX, Within, write_collection_of, write_entity, write_feature},
};

/// How an answer looks.
pub(crate) struct Look<'a> {
    pub(crate) terms: &'a Terms,
    pub(crate) media: Media,
    pub(crate) shape: Shape,
    pub(crate) join: Option<Join>,
}

impl Look<'_> {
    /// An array of entities, or a feature collection.
    pub(crate) async fn many(&self, call: &Call, entities: &[Arc<Entity>]) -> Result<Response, Problem> {
        let mut shape = self.shape.clone();
        let mut beside = Vec::new();
        if let Some(join) = &self.join {
            let gathered = gather(call, entities, join, &shape.members).await?;
            match join.kind {
                JoinKind::Inline => shape.within = Some(within(gathered.linked)),
                JoinKind::Flat => beside = gathered.met,
            }
        }
        let mut pen = Pen::new(self.terms, 64 + 768 * (entities.len() + beside.len()));
        let own = |members| Shape { members, ..shape.clone() };
        let beside: Vec<_> = beside.into_iter().map(|(entity, members)| (entity, own(members))).collect();
        let all = entities.iter().map(|entity| (&**entity, &shape));
        let all = all.chain(beside.iter().map(|(entity, shape)| (&**entity, shape)));
        if self.media == Media::GeoJson {
            write_collection_of(&mut pen, all, &shape);
        } else {
            pen.open_array();
            all.for_each(|(entity, shape)| write_entity(&mut pen, entity, shape));
            pen.close_array();
        }
        check_room(&shape)?;
        Ok(self.answer(call, pen))
    }

    /// One entity; an array of it and what it links to, when these are to stand beside it.
    pub(crate) async fn one(&self, call: &Call, entity: &Arc<Entity>) -> Result<Response, Problem> {
        let mut shape = self.shape.clone();
        match &self.join {
            Some(Join { kind: JoinKind::Flat, .. }) => {
                return self.many(call, std::slice::from_ref(entity)).await;
            }
            Some(join) => {
                let gathered = gather(call, std::slice::from_ref(entity), join, &shape.members).await?;
                shape.within = Some(within(gathered.linked));
            }
            None => {}
        }
        let mut pen = Pen::new(self.terms, 1024);
        match self.media {
            Media::GeoJson => write_feature(&mut pen, entity, &shape),
            _ => write_entity(&mut pen, entity, &shape),
        }
        check_room(&shape)?;
        Ok(self.answer(call, pen))
    }

    fn answer(&self, call: &Call, pen: Pen<'_>) -> Response {
        let (status, body) = in_preferred_version(&call.headers, self.media, pen.finish());
        let mut response =
            json_answer(call, self.terms, self.media, self.shape.context_in_body.is_some(), body);
        *response.status_mut() = status;
        apply_preference(&mut response, &call.headers);
        response
    }
}

/// Refuses an answer in which there was no room for all that is linked to.
fn check_room(shape: &Shape) -> Result<(), Problem> {
    if !shape.within.as_ref().is_some_and(Within::overflowed) {
        return Ok(());
    }
    let detail = format!(
        "linked entities would stand more than {WITHIN_MAX} times in this answer, or make it larger than 64 MiB; ask for a smaller \
         page or level, or for join=flat"
    );
    Err(Problem::new(ErrorKind::TooComplex, detail).field("joinLevel"))
}

fn within(linked: crate::write::Linked) -> Within {
    Within { linked: Arc::new(linked), path: Vec::new() }
}
