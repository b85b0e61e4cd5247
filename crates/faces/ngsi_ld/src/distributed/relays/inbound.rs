//! `POST /remote-notify`: what a source tells of entities, passed on to the subscriber (clause 5.8.6).

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use http::HeaderMap;
use senne_language::Query;
use senne_model::{Entity, EntityId, ErrorKind, Json, Problem, Timestamp};

use super::conditions::conditions;
use crate::{
    contexts::Terms,
    distributed::{
        gather::{self, keep_registered},
        incoming::read_told,
        merge::merge,
        trip::Trip,
    },
    http::{Answer, Call, plain_json},
    read::read_json,
    registrations::{Matched, Mode},
};

/// How long the other sources of a split entity may take together.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) async fn notified(mut call: Call) -> Answer {
    let body = call.body().await?;
    let document = read_json(&body.bytes)?;
    let remote = document.get("subscriptionId").and_then(Json::as_str).unwrap_or_default();
    let unknown = || Problem::not_found("there is no subscription with a copy of this id");
    call.face.relays.load().await?;
    let (key, subscription, registration, copy) = call.face.relays.by_remote(remote).ok_or_else(unknown)?;
    // Who is no longer registered is not listened to.
    let source = call.face.registrations.find(&key.0, &registration).ok_or_else(unknown)?;
    let data = document.get("data").cloned().unwrap_or(Json::Array(Vec::new()));
    let gone = removals(&data);
    let told = read_told(data, &body.terms, &body.limits)
        .map_err(|failure| Problem::bad(failure.to_string()).field("data"))?;
    let mode = source.mode;
    let scope = Matched { infos: (0..source.infos.len()).collect(), registration: source };
    let filters_here = copy.filters_here(&subscription);
    let asked = match call.face.contexts.by_text(&subscription.context.to_string()).await {
        Ok(terms) => Some((conditions(&subscription.document, &terms)?, terms)),
        // The source has put the conditions; who is meant cannot be looked at now.
        Err(_) if !filters_here => None,
        Err(problem) => return Err(problem.into()),
    };
    if filters_here {
        let alias = call.face.alias(&key.0).await?;
        call.trip = Some(Trip::new(&HeaderMap::new(), alias, Instant::now() + PATIENCE));
        call.hub = senne_hub::Context::new(senne_hub::Principal::System, key.0.clone());
    }
    let mut passed = Vec::new();
    for mut version in told {
        let gone_at = gone.get(version.id.as_str()).copied();
        // What was not registered is not taken (clause 4.3.6.1), nor who was not subscribed to.
        let taken = keep_registered(&mut version, &scope)
            && asked.as_ref().is_none_or(|(query, _)| means(query, &version));
        if !taken {
            continue;
        }
        let Some((query, terms)) = asked.as_ref().filter(|_| filters_here) else {
            // The source has put the conditions, to the whole of an entity of which it may tell a part.
            passed.push((Arc::new(version), gone_at));
            continue;
        };
        let (entity, is_there) = whole(&call, terms, version, mode).await?;
        if query.matches(&entity) {
            passed.push((Arc::new(entity), gone_at.filter(|_| !is_there)));
        }
    }
    if !passed.is_empty() {
        // What cannot be given to the receiver now, the source tells again.
        call.face.subscriptions.pass_on(&key.0, &key.1, passed).await?;
    }
    Ok(plain_json(http::StatusCode::OK, &Json::Object(Vec::new())))
}

/// Whether an entity is of those that are meant, whatever it holds.
fn means(query: &Query, entity: &Entity) -> bool {
    let names = Query {
        types: query.types.clone(),
        ids: query.ids.clone(),
        id_pattern: query.id_pattern.clone(),
        selectors: query.selectors.clone(),
        ..Query::default()
    };
    names.matches(entity)
}

/// When those entities went that are told of as removed.
fn removals(data: &Json) -> HashMap<String, Timestamp> {
    let items = match data {
        Json::Array(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    let one = |item: &Json| {
        let at = item.get("deletedAt")?.as_str().and_then(|text| Timestamp::parse(text).ok())?;
        Some((EntityId::parse(item.get("id")?.as_str()?).ok()?.to_string(), at))
    };
    items.iter().filter_map(one).collect()
}

/// The entity with what is here and at other sources of it, and whether there is anything of it.
async fn whole(call: &Call, terms: &Terms, version: Entity, mode: Mode) -> Result<(Entity, bool), Problem> {
    match gather::entity(call, terms, &version.id).await {
        Ok(known) => {
            let mut merged = Entity::clone(&known);
            merge(&mut merged, version, mode);
            Ok((merged, true))
        }
        Err(problem) if matches!(problem.kind, ErrorKind::NotFound | ErrorKind::NoSuchTenant) => {
            Ok((version, false))
        }
        Err(problem) => Err(problem),
    }
}
