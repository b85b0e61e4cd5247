//! Types and attributes of all brokers together (clauses 5.7.5–5.7.11).

use std::collections::{BTreeMap, HashSet};

use axum::{body::Body, extract::Request, middleware::Next, response::Response};
use http::{Method, StatusCode, header};
use senne_model::{Json, Name};

use super::{
    dressed::Dress,
    failure::Failure,
    forward::{Outgoing, Share},
    operation::Operation,
    parts::answer_of,
    provision::refused,
    together::together,
    trip::Trip,
};
use crate::{
    contexts::Terms,
    face::Face,
    http::{BASE, Parameters, context_link},
    registrations::{Matched, Serves, Wanted, WantedTypes},
};

/// Joins what is here with what sources list.
pub(super) async fn discover(
    face: &Face,
    trip: &Trip,
    caller: &senne_hub::Context,
    serves: Serves,
    request: Request,
    next: Next,
) -> Response {
    let (headers, uri) = (request.headers().clone(), request.uri().clone());
    let answer = next.run(request).await;
    if !answer.status().is_success() && answer.status() != StatusCode::NOT_FOUND {
        return answer;
    }
    let (Ok(link), Ok(parameters)) = (context_link(&headers), Parameters::parse(uri.query())) else {
        return answer;
    };
    let terms = match link {
        Some(url) => face.contexts.by_url(&url).await,
        None => Ok(Terms::default_core()),
    };
    let Ok(terms) = terms else { return answer };
    let details = parameters.flag("details").unwrap_or(false);
    let serves = match (serves, details) {
        (Serves::RetrieveEntityTypes, true) => Serves::RetrieveEntityTypeDetails,
        (Serves::RetrieveAttrTypes, true) => Serves::RetrieveAttrTypeDetails,
        (plain, _) => plain,
    };
    let path = uri.path();
    let term = term_of(path.strip_prefix(BASE).unwrap_or(path));
    let matched = matching(face, trip, caller, serves, term.as_deref().map(|term| terms.expand(term)));
    let asked = matched.iter().map(|found| list(face, trip, &terms, found, serves, details, term.as_deref()));
    let told: Vec<(Json, Share)> = together(asked.collect()).await.into_iter().flatten().collect();
    if told.is_empty() {
        return answer;
    }
    // Until the whole is there, what sources gave is in memory.
    let (lists, _shares): (Vec<Json>, Vec<Share>) = told.into_iter().unzip();
    let absent = !answer.status().is_success();
    let (mut head, body) = answer.into_parts();
    let mut ours: Option<Json> = None;
    if !absent {
        match answer_of(body).await {
            Ok(there) => ours = Some(there),
            Err(problem) => return refused(problem),
        }
    }
    let mut joined = ours.into_iter().chain(lists).reduce(|a, b| join(a, &b)).unwrap_or(Json::Null);
    let dress = Dress { face, headers: &headers, terms: &terms };
    if absent {
        dress.found(&mut head);
    }
    dress.contexts(&head, &mut joined);
    head.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(head, Body::from(joined.to_string()))
}

/// The type or attribute that the path names.
fn term_of(path: &str) -> Option<String> {
    // The operation's own reading of paths decodes them.
    match Operation::of(&Method::GET, path)? {
        Operation::Discover(Serves::RetrieveEntityTypeInfo | Serves::RetrieveAttrTypeInfo) => {
            let encoded = path.trim_matches('/').split('/').nth(1)?;
            Some(
                url::form_urlencoded::parse(format!("t={}", encoded.replace('+', "%2B")).as_bytes())
                    .next()?
                    .1
                    .into_owned(),
            )
        }
        _ => None,
    }
}

fn matching(
    face: &Face,
    trip: &Trip,
    caller: &senne_hub::Context,
    serves: Serves,
    name: Option<Name>,
) -> Vec<Matched> {
    let mut wanted = Wanted { place_may_be_unknown: true, ..Wanted::default() };
    match (serves, name) {
        (Serves::RetrieveEntityTypeInfo, Some(name)) => wanted.types = WantedTypes::Of(vec![name]),
        (Serves::RetrieveAttrTypeInfo, Some(name)) => wanted.attributes = vec![name],
        _ => {}
    }
    let mut matched = face.registrations.matching(&caller.tenant, &wanted);
    matched.retain(|found| found.registration.operations.has(serves));
    trip.passable(matched)
}

/// What one source lists, in the caller's names and within what it registered.
async fn list(
    face: &Face,
    trip: &Trip,
    terms: &Terms,
    found: &Matched,
    serves: Serves,
    details: bool,
    term: Option<&str>,
) -> Option<(Json, Share)> {
    let registration = &found.registration;
    let naming = face.forwarder.naming(registration, terms).await;
    let of_types = matches!(
        serves,
        Serves::RetrieveEntityTypes | Serves::RetrieveEntityTypeDetails | Serves::RetrieveEntityTypeInfo
    );
    let mut path = vec![if of_types { "types" } else { "attributes" }.to_owned()];
    path.extend(term.map(|term| naming.term(term, terms)));
    let query = if details { vec![("details".to_owned(), "true".to_owned())] } else { Vec::new() };
    let outgoing = Outgoing { method: Method::GET, path, query, ..Outgoing::default() };
    let sent = face.forwarder.send(trip, registration, &naming, outgoing).await;
    let checked = sent.and_then(|reply| {
        let json = reply.json()?;
        let shape = json.as_object().is_some() || json.as_array().is_some();
        if shape { Ok((json, reply.share)) } else { Err(Failure::Invalid("a list is needed".to_owned())) }
    });
    match checked {
        Ok((mut json, share)) => {
            Registered::of(found, &naming.terms).reduce(&mut json);
            if naming.renames {
                translate(&mut json, &naming.terms, terms);
            }
            Some((json, share))
        }
        Err(failure) => {
            trip.warn(registration, &failure);
            None
        }
    }
}

/// What of a listing is of what the source registered; the rest is not taken from it (clause 4.3.6.1).
struct Registered<'a> {
    terms: &'a Terms,
    /// None stands for any.
    types: Option<HashSet<&'a Name>>,
    attributes: Option<HashSet<Name>>,
}

impl<'a> Registered<'a> {
    fn of(found: &'a Matched, terms: &'a Terms) -> Self {
        let open = found.infos().any(|info| {
            info.entities.is_empty() || info.entities.iter().any(|entity| entity.types.is_empty())
        });
        let types = found.infos().flat_map(|info| &info.entities).flat_map(|entity| &entity.types);
        let names = found.names();
        Self {
            terms,
            types: (!open).then(|| types.collect()),
            attributes: (!names.is_empty()).then(|| names.into_iter().collect()),
        }
    }

    fn has_type(&self, name: &Json) -> bool {
        let name = name.as_str().map(|text| self.terms.expand(text));
        name.is_none_or(|name| self.types.as_ref().is_none_or(|types| types.contains(&name)))
    }

    fn has_attribute(&self, name: &Json) -> bool {
        let name = name.as_str().map(|text| self.terms.expand(text));
        name.is_none_or(|name| self.attributes.as_ref().is_none_or(|names| names.contains(&name)))
    }

    fn reduce(&self, listing: &mut Json) {
        match listing {
            Json::Array(items) => {
                items.retain(|item| {
                    item.get("typeName").is_none_or(|name| self.has_type(name))
                        && item.get("attributeName").is_none_or(|name| self.has_attribute(name))
                });
                items.iter_mut().for_each(|item| self.reduce(item));
            }
            Json::Object(members) => {
                for (name, value) in members {
                    match (&**name, value) {
                        ("typeList" | "typeNames", Json::Array(items)) => {
                            items.retain(|item| self.has_type(item));
                        }
                        ("attributeList" | "attributeNames", Json::Array(items)) => {
                            items.retain(|item| self.has_attribute(item));
                        }
                        ("attributeDetails", details) => self.reduce(details),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}

/// Members that hold names.
const NAMES: [&str; 7] =
    ["typeList", "attributeList", "typeName", "attributeName", "attributeNames", "typeNames", "typeNameList"];

fn translate(json: &mut Json, from: &Terms, to: &Terms) {
    let one = |text: &str| to.compact(&from.expand(text)).into_owned();
    match json {
        Json::Array(items) => items.iter_mut().for_each(|item| translate(item, from, to)),
        Json::Object(members) => {
            for (name, value) in members {
                match value {
                    Json::Text(text) if NAMES.contains(&&**name) => *value = Json::from(one(text)),
                    Json::Array(items) if NAMES.contains(&&**name) => {
                        for item in items {
                            if let Json::Text(text) = item {
                                *item = Json::from(one(text));
                            }
                        }
                    }
                    inner => translate(inner, from, to),
                }
            }
        }
        _ => {}
    }
}

/// One listing of two: lists united, counts added, elements with the same id joined.
fn join(a: Json, b: &Json) -> Json {
    match (a, b) {
        (Json::Object(mut members), Json::Object(others)) => {
            for (name, other) in others.iter().filter(|(name, _)| &**name != "@context") {
                match members.iter_mut().find(|(there, _)| there == name) {
                    None => members.push((name.clone(), other.clone())),
                    Some((_, there)) => {
                        let before = std::mem::replace(there, Json::Null);
                        *there = match (before, other) {
                            (Json::Int(a), Json::Int(b)) => Json::Int(a.saturating_add(*b)),
                            (list @ Json::Array(_), Json::Array(_)) => join(list, other),
                            (first, _) => first,
                        };
                    }
                }
            }
            Json::Object(members)
        }
        (Json::Array(items), Json::Array(others)) => unite(items, others),
        (first, _) => first,
    }
}

fn unite(items: Vec<Json>, others: &[Json]) -> Json {
    let key = |item: &Json| item.get("id").or(Some(item)).map(ToString::to_string).unwrap_or_default();
    let mut order: Vec<String> = Vec::new();
    let mut by_key: BTreeMap<String, Json> = BTreeMap::new();
    for item in items.into_iter().chain(others.iter().cloned()) {
        let key = key(&item);
        let joined = if let Some(there) = by_key.remove(&key) {
            join(there, &item)
        } else {
            order.push(key.clone());
            item
        };
        by_key.insert(key, joined);
    }
    Json::Array(order.iter().filter_map(|key| by_key.remove(key)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listings_are_united() {
        let parse = |text: &str| serde_json::from_str::<Json>(text).unwrap();
        let a = parse(r#"{"id":"urn:x","typeList":["A","B"]}"#);
        let b = parse(r#"{"id":"urn:y","typeList":["B","C"]}"#);
        assert_eq!(join(a, &b).to_string(), r#"{"id":"urn:x","typeList":["A","B","C"]}"#);
        let a = parse(
            r#"{"id":"urn:T","entityCount":2,"attributeDetails":[{"id":"p","attributeTypes":["Property"]}]}"#,
        );
        let b = parse(
            r#"{"id":"urn:T","entityCount":3,"attributeDetails":[{"id":"p","attributeTypes":["GeoProperty"]},{"id":"q"}]}"#,
        );
        assert_eq!(
            join(a, &b).to_string(),
            r#"{"id":"urn:T","entityCount":5,"attributeDetails":[{"id":"p","attributeTypes":["Property","GeoProperty"]},{"id":"q"}]}"#
        );
    }
}
