//! `POST /v2/op/update` and `POST /v2/op/query`.

use std::collections::HashSet;

use http::StatusCode;
use senne_hub::WriteOptions;
use senne_language::Query;
use senne_model::{EntityId, ErrorKind, Json, Operation, Problem, Write};

use crate::{
    call::{Answer, Call, bare},
    entities::list::shown_as,
    expression, query,
    read::{self, EntityIn},
    write::Shape,
};

/// The most entities of one update.
const ENTITIES_MAX: usize = 10_000;

/// What is to be done with the entities of an update.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Append,
    AppendStrict,
    Update,
    Replace,
    Delete,
}

impl Action {
    /// The words of NGSI-v2, and those of NGSI-v1 that are still met.
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "append" | "APPEND" => Self::Append,
            "appendStrict" | "APPEND_STRICT" => Self::AppendStrict,
            "update" | "UPDATE" => Self::Update,
            "replace" | "REPLACE" => Self::Replace,
            "delete" | "DELETE" => Self::Delete,
            _ => return None,
        })
    }
}

/// All entities of an update, or none: 204, or the first problem.
pub(crate) async fn update(call: Call) -> Answer {
    let body = call.json().await?;
    let word = body.get("actionType").and_then(Json::as_str).unwrap_or_default();
    let action = Action::parse(word).ok_or_else(|| {
        Problem::bad("an action is append, appendStrict, update, replace or delete").field("actionType")
    })?;
    let list = body.get("entities").and_then(Json::as_array).filter(|list| !list.is_empty());
    let list = list.ok_or_else(|| Problem::bad("an array of entities is needed here").field("entities"))?;
    if list.len() > ENTITIES_MAX {
        let detail = format!("at most {ENTITIES_MAX} entities go in one update");
        return Err(Problem::bad(detail).field("entities").into());
    }
    let scope = call.scope()?;
    let (mut writes, mut made) = (Vec::with_capacity(list.len()), HashSet::new());
    for (place, json) in list.iter().enumerate() {
        let at = |problem: Problem| problem.within(&format!("[{place}]")).within("entities");
        let entity = read::entity(json, call.option("keyValues"), &call.face.terms).map_err(at)?;
        let operation = match action {
            Action::Append => Operation::CreateOrAppend,
            Action::AppendStrict => strictly(&call, &entity.id, &mut made).await?,
            Action::Update => Operation::ReplaceAttribute,
            Action::Replace => Operation::CreateOrReplace,
            Action::Delete => {
                writes.extend(deletions(entity));
                continue;
            }
        };
        writes.push(entity.into_write(operation, scope.clone(), &call.face.terms));
    }
    let options = WriteOptions { all_or_nothing: true, ..WriteOptions::default() };
    for result in call.face.hub.write(&call.hub, writes, options).await? {
        result?;
    }
    Ok(bare(StatusCode::NO_CONTENT))
}

/// How attributes are appended that must be new: to the entity that is there, else they make one. `made` has those that the same
/// request makes.
async fn strictly(call: &Call, id: &EntityId, made: &mut HashSet<EntityId>) -> Result<Operation, Problem> {
    if made.contains(id) {
        return Ok(Operation::Append { keep: true });
    }
    match call.face.hub.entity(&call.hub, id).await {
        Ok(_) => Ok(Operation::Append { keep: true }),
        Err(problem) if matches!(problem.kind, ErrorKind::NotFound | ErrorKind::NoSuchTenant) => {
            made.insert(id.clone());
            Ok(Operation::Create)
        }
        Err(problem) => Err(problem),
    }
}

/// Without attributes the entity goes, else these of its attributes.
fn deletions(entity: EntityIn) -> Vec<Write> {
    let EntityIn { id, attributes, .. } = entity;
    if attributes.is_empty() {
        return vec![Write::new(id, Operation::Delete)];
    }
    let one = |name| Write::new(id.clone(), Operation::DeleteAttribute { name, dataset_id: None, all: true });
    attributes.into_iter().map(|attribute| attribute.name).map(one).collect()
}

/// A query as a document: `entities`, `attrs`, `expression`, `metadata`.
pub(crate) async fn query(call: Call) -> Answer {
    let body = call.json().await?;
    let page = query::page(&call)?;
    let texts = |name: &str| -> Result<Vec<String>, Problem> {
        let wrong = || Problem::bad("an array of texts is needed here").field(name);
        let Some(list) = body.get(name) else { return Ok(Vec::new()) };
        let each = list.as_array().ok_or_else(wrong)?.iter();
        each.map(|text| text.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
    };
    let selectors = body.get("entities").and_then(Json::as_array).unwrap_or_default();
    let expression = body.get("expression");
    let part = |name: &str| expression.and_then(|expression| expression.get(name)).and_then(Json::as_str);
    let (selectors, id_pattern) = query::selectors(selectors, &call.face.terms)?;
    let asked = Query {
        selectors,
        id_pattern,
        filter: expression::both(part("q"), part("mq"), &call.face.terms)?,
        geo: query::geo(part("georel"), part("geometry"), part("coords"), &call.face.terms)?,
        scope: query::scope(&call)?,
        ..Query::default()
    };
    let found = call.face.hub.query(&call.hub, &asked, &page).await?;
    let shape = Shape { attrs: texts("attrs")?, metadata: texts("metadata")?, ..query::shape(&call) };
    Ok(shown_as(&call, &found, &shape))
}
