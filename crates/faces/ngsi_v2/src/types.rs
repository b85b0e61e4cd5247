//! `/v2/types` and `/v2/types/{type}`.

use std::collections::BTreeMap;

use http::{HeaderName, StatusCode};
use senne_hub::{Page, TypeCount};
use senne_language::{Query, TypeExpression};
use senne_model::{Json, Name, Problem};

use crate::{
    call::{Answer, Call, answer, put},
    names::{name_in, name_out},
    query,
    write::plain_type,
};

/// The attributes of a type are found by looking at so many of its entities.
const LOOKED_AT: usize = 1_000;

/// `GET /v2/types`; with `options=values` the names alone.
pub(crate) async fn list(call: Call) -> Answer {
    let types = types(&call).await?;
    let page = query::page(&call)?;
    let total = types.len();
    let mut list = Vec::new();
    for one in types.into_iter().skip(page.offset).take(page.limit) {
        let name = name_out(&call.face.terms, &one.name).into_owned();
        list.push(if call.option("values") {
            Json::Text(name.into())
        } else {
            let mut members = vec![("type".into(), Json::Text(name.into()))];
            members.extend(described(&call, &one.name, one.count).await?);
            Json::Object(members)
        });
    }
    let mut response = answer(StatusCode::OK, &Json::Array(list));
    if page.count {
        put(&mut response, HeaderName::from_static("fiware-total-count"), &total.to_string());
    }
    Ok(response)
}

/// `GET /v2/types/{type}`.
pub(crate) async fn one(call: Call) -> Answer {
    let name = name_in(&call.face.terms, call.path("type"), "type")?;
    let missing = || Problem::not_found("Entity type not found");
    let one = types(&call).await?.into_iter().find(|one| one.name == name).ok_or_else(missing)?;
    Ok(answer(StatusCode::OK, &Json::Object(described(&call, &one.name, one.count).await?)))
}

/// The types of the entities in the service path of the request.
async fn types(call: &Call) -> Result<Vec<TypeCount>, Problem> {
    let all = call.face.hub.types(&call.hub).await?;
    if call.service_path.is_none() {
        return Ok(all);
    }
    let page = Page { count: true, ..Page::first(1) };
    let mut found = Vec::new();
    for one in all {
        let count = call.face.hub.query(&call.hub, &of_type(call, &one.name)?, &page).await?.count;
        found.extend(count.filter(|count| *count > 0).map(|count| TypeCount { name: one.name, count }));
    }
    Ok(found)
}

/// The entities of a type in the service path of the request.
fn of_type(call: &Call, name: &Name) -> Result<Query, Problem> {
    let types = TypeExpression::one_of([name.clone()]);
    Ok(Query { types, scope: query::scope(call)?, ..Query::default() })
}

/// Attributes with the types of their values, and how many entities there are.
async fn described(call: &Call, name: &Name, count: u64) -> Result<Vec<(Box<str>, Json)>, Problem> {
    let found = call.face.hub.query(&call.hub, &of_type(call, name)?, &Page::first(LOOKED_AT)).await?;
    let mut attrs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for attribute in found.entities.iter().flat_map(|entity| &entity.attributes) {
        let kinds = attrs.entry(name_out(&call.face.terms, &attribute.name).into_owned()).or_default();
        if let Some(main) = attribute.main() {
            let kind = plain_type(main).0;
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
    }
    let each = |(name, kinds): (String, Vec<String>)| {
        let kinds = kinds.iter().map(|kind| Json::text(kind)).collect();
        (Box::from(name), Json::Object(vec![("types".into(), Json::Array(kinds))]))
    };
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    Ok(vec![
        ("attrs".into(), Json::Object(attrs.into_iter().map(each).collect())),
        ("count".into(), Json::Int(count)),
    ])
}
