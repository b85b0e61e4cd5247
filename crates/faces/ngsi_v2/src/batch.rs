//! `POST /v2/op/update`, `POST /v2/op/notify` and `POST /v2/op/query`.

use http::StatusCode;
use senne_hub::WriteOptions;
use senne_language::Query;
use senne_model::{ErrorKind, Json, Problem};

use crate::{
    before::Before,
    call::{Answer, Call, bare},
    change::{Action, write_of},
    entities::list::shown,
    expression, query,
    read::{self, EntityIn},
    write::Shape,
};

/// The most entities of one update.
const ENTITIES_MAX: usize = 10_000;

/// All entities of an update, or none: 204, or the first problem.
pub(crate) async fn update(call: Call) -> Answer {
    call.writes()?;
    let body = call.json().await?;
    let word = query::text_in(Some(&body), "actionType")?.unwrap_or_default();
    let action = Action::parse(word).ok_or_else(|| {
        Problem::bad("an action is append, appendStrict, update, replace or delete").field("actionType")
    })?;
    carry_out(&call, action, &body, "entities").await?;
    Ok(bare(StatusCode::NO_CONTENT))
}

/// What another broker tells in a notification is taken over as if it were appended.
pub(crate) async fn notify(call: Call) -> Answer {
    call.writes()?;
    let body = call.json().await?;
    carry_out(&call, Action::Append, &body, "data").await?;
    Ok(bare(StatusCode::OK))
}

async fn carry_out(call: &Call, action: Action, body: &Json, field: &str) -> Result<(), Problem> {
    let list = body.get(field).and_then(Json::as_array).filter(|list| !list.is_empty());
    let list = list.ok_or_else(|| Problem::bad("an array of entities is needed here").field(field))?;
    if list.len() > ENTITIES_MAX {
        let detail = format!("at most {ENTITIES_MAX} entities go in one update");
        return Err(Problem::bad(detail).field(field));
    }
    call.scope()?;
    let plain = call.option("keyValues");
    let at = |place: usize, problem: Problem| problem.within(&format!("[{place}]")).within(field);
    let one = |(place, json): (usize, &Json)| {
        read::entity(json, plain, &call.face.terms).map_err(|problem| at(place, problem))
    };
    let entities: Vec<EntityIn> = list.iter().enumerate().map(one).collect::<Result<_, _>>()?;
    let mut before = Before::new(call, entities.iter().map(|entity| &entity.id));
    let mut writes = Vec::with_capacity(entities.len());
    for (place, entity) in entities.into_iter().enumerate() {
        let there = before.entity(&entity.id).await?;
        let fresh = write_of(call, action, entity, there.as_deref());
        drop(there);
        for write in fresh.map_err(|problem| at(place, problem))? {
            before.will_be(&write);
            writes.push(write);
        }
    }
    let options = WriteOptions { all_or_nothing: true, ..WriteOptions::default() };
    let results = call.face.hub.write(&call.hub, writes, options).await?;
    let refused: Vec<Problem> = results.into_iter().filter_map(Result::err).collect();
    // Of the others it is said that one was refused, and not why.
    let told = refused.iter().find(|problem| problem.kind != ErrorKind::Conflict).or(refused.first());
    told.map_or(Ok(()), |problem| Err(problem.clone()))
}

/// A query as a document: `entities`, `attrs`, `expression`, `metadata`.
pub(crate) async fn query(call: Call) -> Answer {
    let body = call.json().await?;
    if body.as_object().is_none() {
        return Err(Problem::bad("a JSON object is needed here: a query").into());
    }
    let texts = |name: &str| -> Result<Vec<String>, Problem> {
        let wrong = || Problem::bad("an array of texts is needed here").field(name);
        let Some(list) = body.get(name) else { return Ok(Vec::new()) };
        let each = list.as_array().ok_or_else(wrong)?.iter();
        each.map(|text| text.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
    };
    let entities: &[Json] = match body.get("entities") {
        None => &[],
        Some(list) => list
            .as_array()
            .ok_or_else(|| Problem::bad("an array of objects is needed here").field("entities"))?,
    };
    let asked = asked(&call, entities, body.get("expression")).await?;
    let page = query::page_near(&call, asked.geo.as_ref())?;
    let shape = Shape { attrs: texts("attrs")?, metadata: texts("metadata")?, ..query::shape(&call) };
    Ok(shown(&call, &asked, &page, &shape).await?)
}

async fn asked(call: &Call, entities: &[Json], expression: Option<&Json>) -> Result<Query, Problem> {
    let terms = &call.face.terms;
    let part = |name: &str| expression::part(expression, name);
    let (meant, id_pattern) = query::selectors(entities, terms)?;
    Ok(Query {
        selectors: query::resolved(call, meant).await?,
        id_pattern,
        filter: expression::both(part("q")?, part("mq")?, terms)?,
        geo: query::geo(part("georel")?, part("geometry")?, part("coords")?, terms)?,
        scope: query::scope(call)?,
        ..Query::default()
    })
}
