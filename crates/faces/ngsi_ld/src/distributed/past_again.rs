//! Sums that several brokers told of the same entities, made anew of their values (clauses 4.5.19, 5.7.3.4, 5.7.4.4): sums are of what
//! was merged, in which one moment of a series has one value.
//!
//! Only entities that are shown are asked for again, and only those who gave them are asked. What is more than one answer may hold is
//! asked for in smaller parts; a single entity of which it is more is refused, as sums of a part of its values would be wrong.

use std::collections::HashSet;

use axum::{body::Body, extract::Request, middleware::Next};
use http::{HeaderValue, StatusCode, header, request::Parts};
use senne_model::{EntityId, ErrorKind, Json, Problem};

use super::{
    failure::Failure, forward::Share, names::is_attribute, parts::answer_of, past::Asked, past_merge::Form,
    past_met::entities, past_page::PastPage, past_sums::Summing, together::together, trip::Trip,
};
use crate::{
    face::Face,
    http::{MAP_HEADER, Media, object},
    registrations::{Matched, Mode},
};

/// How many entities are asked for at once: their names go in one address.
const STEP: usize = 50;

/// Parameters that have no part in a question for values: what is made of them, and what the first question has settled.
const OF_SUMS: [&str; 11] = [
    "aggrMethods",
    "aggrPeriodDuration",
    "count",
    "entityMap",
    "entityMapLifetime",
    "format",
    "idPattern",
    "lang",
    "orderBy",
    "timezone",
    "usableOnly",
];

/// Who told what, and how it is asked for again.
pub(super) struct Again<'a> {
    pub(super) face: &'a Face,
    pub(super) trip: &'a Trip,
    pub(super) asked: &'a Asked,
    pub(super) summing: Summing,
    pub(super) next: Next,
    /// The head of the request.
    pub(super) head: Parts,
    /// The entities that this broker gave.
    pub(super) here: HashSet<EntityId>,
    /// Those that sources gave, auxiliary ones last.
    pub(super) there: Vec<(&'a Matched, HashSet<EntityId>)>,
    /// Those of which several have sums that may be of the same values.
    pub(super) met: HashSet<EntityId>,
}

/// What a broker told of values.
enum Told {
    /// Held with its share of the memory for answers.
    Past(Json, Share),
    Nothing,
    /// More than it gives, or is taken in, at once.
    TooMany,
}

impl Again<'_> {
    /// Makes the sums of those entities anew whose values several brokers have.
    pub(super) async fn sum_up(&self, shown: &mut [Json]) -> Result<(), Problem> {
        let wanted: Vec<EntityId> = shown.iter().filter_map(|entity| self.met(entity)).collect();
        let mut left: Vec<&[EntityId]> = wanted.chunks(STEP).rev().collect();
        while let Some(some) = left.pop() {
            match (self.values(some).await?, some) {
                (Some(past), _) => self.put(&past, some, shown)?,
                (None, [only]) => return Err(too_many(only)),
                (None, some) => {
                    let (first, second) = some.split_at(some.len() / 2);
                    left.extend([second, first]);
                }
            }
        }
        Ok(())
    }

    /// Which entity this is, where several brokers have sums of it.
    fn met(&self, entity: &Json) -> Option<EntityId> {
        self.asked.id_of(entity).filter(|id| self.met.contains(id))
    }

    /// Puts the sums of some entities in the place of what each broker told of them.
    fn put(&self, past: &Json, some: &[EntityId], shown: &mut [Json]) -> Result<(), Problem> {
        for entity in shown {
            let Some(id) = self.met(entity).filter(|id| some.contains(id)) else { continue };
            let past = entities(past).iter().find(|past| self.asked.id_of(past).as_ref() == Some(&id));
            let sums = past.map(|past| self.summing.sum_up(past)).transpose()?;
            if let Json::Object(members) = entity {
                members.retain(|(name, _)| !is_attribute(name));
                members.extend(sums.unwrap_or_default());
            }
        }
        Ok(())
    }

    /// The instances that all brokers have of some entities; none when they are more than may be had at once.
    async fn values(&self, some: &[EntityId]) -> Result<Option<Json>, Problem> {
        let ours = self.ours(some).await?;
        if matches!(ours, Told::TooMany) {
            return Ok(None);
        }
        let theirs = together(self.there.iter().map(|source| self.theirs(source, some)).collect()).await;
        let (mut joined, mut shares) = (None, Vec::new());
        for (told, auxiliary) in std::iter::once((ours, false)).chain(theirs) {
            let past = match told {
                Told::TooMany => return Ok(None),
                Told::Nothing => continue,
                Told::Past(past, share) => {
                    shares.push(share);
                    past
                }
            };
            joined = Some(match joined {
                None => past,
                Some(there) => Form::Instances.merge(there, past, auxiliary),
            });
        }
        let mut joined = joined.unwrap_or_default();
        if let Some(count) = self.summing.last {
            Form::Instances.newest(&mut joined, count);
        }
        Ok(Some(joined))
    }

    async fn ours(&self, some: &[EntityId]) -> Result<Told, Problem> {
        let held = held(some, &self.here);
        if held.is_empty() {
            return Ok(Told::Nothing);
        }
        let Some(request) = self.asked.for_values(&held).request(&self.head, held.len()) else {
            return Ok(Told::TooMany);
        };
        let answer = self.next.clone().run(request).await;
        match answer.status() {
            StatusCode::NOT_FOUND => Ok(Told::Nothing),
            StatusCode::PARTIAL_CONTENT | StatusCode::FORBIDDEN => Ok(Told::TooMany),
            status if status.is_success() => match answer_of(answer.into_body()).await {
                Ok(past) => Ok(Told::Past(past, None)),
                Err(problem) if problem.kind == ErrorKind::TooComplex => Ok(Told::TooMany),
                Err(problem) => Err(problem),
            },
            status => {
                let detail = format!("the values that are to be summed up could not be read: {status}");
                Err(Problem::new(ErrorKind::Overloaded, detail))
            }
        }
    }

    /// What a source has, and whether it is an auxiliary one.
    async fn theirs(
        &self,
        (found, given): &(&Matched, HashSet<EntityId>),
        some: &[EntityId],
    ) -> (Told, bool) {
        let auxiliary = found.registration.mode == Mode::Auxiliary;
        let held = held(some, given);
        if held.is_empty() {
            return (Told::Nothing, auxiliary);
        }
        let (question, count) = (self.asked.for_values(&held), held.len());
        let page = question.one.is_none().then(|| PastPage::of_all(count, self.face));
        let told = match question.ask(self.face, self.trip, found, page).await {
            Ok(Some(version)) if version.range.is_some() => Told::TooMany,
            Ok(Some(version)) => Told::Past(version.json, version.share),
            Ok(None) => Told::Nothing,
            Err(Failure::TooLarge(_)) => Told::TooMany,
            Err(failure) => {
                self.trip.warn(&found.registration, &failure);
                Told::Nothing
            }
        };
        (told, auxiliary)
    }
}

fn held(some: &[EntityId], given: &HashSet<EntityId>) -> Vec<EntityId> {
    some.iter().filter(|id| given.contains(*id)).cloned().collect()
}

fn too_many(id: &EntityId) -> Problem {
    let detail = format!(
        "several brokers have values of `{id}`, more than can be summed up together; ask for a shorter time, or with local=true"
    );
    Problem::new(ErrorKind::TooComplex, detail).field("timeAt")
}

impl Asked {
    /// The same question for the values of some entities.
    fn for_values(&self, ids: &[EntityId]) -> Self {
        let (mut wide, mut query, mut received) =
            (self.wide.clone(), self.query.clone(), self.received.clone());
        wide.take_out(&OF_SUMS);
        // Times tell which of two values at one moment was changed later, and when each was recorded.
        wide.set("options", "sysAttrs".to_owned());
        if self.one.is_none() {
            (query.ids, query.id_pattern, query.selectors) = (ids.to_vec(), None, Vec::new());
            match &mut received.json {
                Some(document) => narrow(document, ids),
                None => wide.set("id", ids.iter().map(EntityId::as_str).collect::<Vec<_>>().join(",")),
            }
        }
        Self {
            parameters: wide.clone(),
            wide,
            members: self.members.clone(),
            path: self.path.clone(),
            received,
            query,
            wanted: self.wanted.clone(),
            one: self.one.clone(),
        }
    }

    /// As a request to this broker; none when it cannot be said in one address.
    fn request(&self, head: &Parts, count: usize) -> Option<Request> {
        let mut head = head.clone();
        head.uri = format!("{}?{}", head.uri.path(), self.wide.with_page(count, 0)).parse().ok()?;
        head.headers.remove(MAP_HEADER);
        head.headers.remove("prefer");
        head.headers.insert(header::ACCEPT, HeaderValue::from_static(Media::Json.text()));
        let request = Request::from_parts(head, Body::empty());
        Some(match &self.received.json {
            Some(document) => self.received.with_body(request, document.to_string().into()),
            None => request,
        })
    }
}

/// The document with these entities, and without what asks for sums.
fn narrow(document: &mut Json, ids: &[EntityId]) {
    let Json::Object(members) = document else { return };
    members.retain(|(name, _)| !matches!(&**name, "entities" | "aggrParams" | "lang" | "ordering"));
    for (_, times) in members.iter_mut().filter(|(name, _)| &**name == "temporalQ") {
        if let Json::Object(times) = times {
            times.retain(|(name, _)| !OF_SUMS.contains(&&**name));
        }
    }
    let selector = |id: &EntityId| object([("type", Json::text("*")), ("id", Json::text(id))]);
    members.push(("entities".into(), Json::Array(ids.iter().map(selector).collect())));
}
