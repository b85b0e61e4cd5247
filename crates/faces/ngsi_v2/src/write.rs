//! From entities to the JSON of NGSI-v2.

use std::collections::HashSet;

use senne_context::Context as Terms;
use senne_model::{Attribute, AttributeValue, Entity, Instance, Iri, Json, Problem, Timestamp};

use crate::{
    metadata,
    names::{id_out, name_out},
    read::{EXPIRES, type_mark},
};

/// How entities are told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Form {
    #[default]
    Normalized,
    /// `options=keyValues`: values alone.
    KeyValues,
    /// `options=values`: values in the order of `attrs`.
    Values,
    /// `options=unique`: each of them once.
    Unique,
}

/// How an answer shall look.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shape {
    pub(crate) form: Form,
    /// The attributes to be shown, as the caller names them; empty means all. `*` stands for all, builtin ones are named.
    pub(crate) attrs: Vec<String>,
    /// The metadata to be shown; empty means all that are not builtin.
    pub(crate) metadata: Vec<String>,
    /// Attributes that are named and not there are shown as null.
    pub(crate) covered: bool,
    /// What befell the entity, where that is told.
    pub(crate) alteration: Option<&'static str>,
}

impl Shape {
    fn wants(&self, name: &str) -> bool {
        self.attrs.is_empty() || self.attrs.iter().any(|attr| attr == name || attr == "*")
    }

    fn names(&self, builtin: &str) -> bool {
        self.attrs.iter().any(|attr| attr == builtin)
    }
}

/// One entity.
pub(crate) fn entity(entity: &Entity, shape: &Shape, terms: &Terms) -> Json {
    if matches!(shape.form, Form::Values | Form::Unique) {
        return Json::Array(values(entity, shape, terms));
    }
    let kind = entity.types.first().map_or("Thing".into(), |kind| name_out(terms, kind));
    let mut members: Vec<(Box<str>, Json)> =
        vec![("id".into(), Json::text(&id_out(&entity.id))), ("type".into(), Json::text(&kind))];
    members.extend(attributes(entity, shape, terms));
    Json::Object(members)
}

/// The attributes of an entity as the body of an answer: an object, or an array of values.
pub(crate) fn alone(entity: &Entity, shape: &Shape, terms: &Terms) -> Json {
    match shape.form {
        Form::Values | Form::Unique => Json::Array(values(entity, shape, terms)),
        Form::Normalized | Form::KeyValues => Json::Object(attributes(entity, shape, terms)),
    }
}

/// The attributes of an entity.
fn attributes(entity: &Entity, shape: &Shape, terms: &Terms) -> Vec<(Box<str>, Json)> {
    let mut members: Vec<(Box<str>, Json)> = Vec::with_capacity(entity.attributes.len());
    for one in &entity.attributes {
        let name = name_out(terms, &one.name);
        if let Some(main) = one.main().filter(|_| shape.wants(&name)) {
            members.push((Box::from(&*name), shown(main, shape, terms)));
        }
    }
    let mut put = |name: &str, kind: &str, value: Json| {
        // What somebody wrote under the name of a builtin attribute goes before it.
        if members.iter().all(|(there, _)| **there != *name) {
            let plain = shape.form != Form::Normalized;
            members.push((name.into(), if plain { value } else { full(kind, value, empty()) }));
        }
    };
    for (name, kind, value) in builtin(entity, shape) {
        put(name, kind, value);
    }
    if shape.covered {
        let absent = shape.attrs.iter().filter(|name| *name != "*" && !BUILTIN.contains(&name.as_str()));
        absent.for_each(|name| put(name, "None", Json::Null));
    }
    members
}

/// The attributes that the broker keeps by itself; they are shown to whoever names them.
const BUILTIN: [&str; 5] = ["dateCreated", "dateModified", EXPIRES, "servicePath", "alterationType"];

/// The builtin attributes that are asked for and that there are, with their types.
fn builtin(entity: &Entity, shape: &Shape) -> Vec<(&'static str, &'static str, Json)> {
    let moment = |at: Timestamp| Json::from(at.to_string());
    let path = entity.scopes.first().map_or("/", |scope| &**scope);
    let each = [
        ("dateCreated", "DateTime", Some(moment(entity.created_at))),
        ("dateModified", "DateTime", Some(moment(entity.modified_at))),
        (EXPIRES, "DateTime", entity.expires_at.map(moment)),
        ("servicePath", "Text", Some(Json::text(path))),
        ("alterationType", "Text", shape.alteration.map(Json::text)),
    ];
    let asked = each.into_iter().filter(|(name, ..)| shape.names(name));
    asked.filter_map(|(name, kind, value)| Some((name, kind, value?))).collect()
}

/// One attribute.
pub(crate) fn attribute(attribute: &Attribute, shape: &Shape, terms: &Terms) -> Result<Json, Problem> {
    let main = attribute.main().ok_or_else(|| Problem::not_found("the attribute has no value"))?;
    Ok(shown(main, shape, terms))
}

fn shown(main: &Instance, shape: &Shape, terms: &Terms) -> Json {
    let (kind, value) = plain_type(main);
    if shape.form != Form::Normalized {
        return value;
    }
    let wanted: Vec<&str> = shape.metadata.iter().map(String::as_str).collect();
    full(&kind, value, metadata::of(main, terms, &wanted))
}

/// The values of an entity, in the order in which their attributes are named.
fn values(entity: &Entity, shape: &Shape, terms: &Terms) -> Vec<Json> {
    let members = attributes(entity, shape, terms);
    let place = |name: &str| shape.attrs.iter().position(|attr| attr == name);
    let others = place("*").unwrap_or(shape.attrs.len());
    let mut ranked: Vec<(usize, Json)> =
        members.into_iter().map(|(name, value)| (place(&name).unwrap_or(others), value)).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    let all = ranked.into_iter().map(|(_, value)| value);
    if shape.form != Form::Unique {
        return all.collect();
    }
    let mut seen = HashSet::new();
    all.filter(|value| seen.insert(value.to_string())).collect()
}

/// Type and value of an instance, as NGSI-v2 has them.
pub(crate) fn plain_type(instance: &Instance) -> (String, Json) {
    let kind = type_mark(instance).unwrap_or_else(|| told_by(&instance.value)).to_owned();
    (kind, value(&instance.value))
}

/// The type that a value tells (NGSI-v2 "Partial Representations").
pub(crate) fn told_by(value: &AttributeValue) -> &'static str {
    match value {
        AttributeValue::Property(json) => told_by_json(json),
        AttributeValue::JsonProperty(Json::Null) => "None",
        AttributeValue::JsonProperty(_) | AttributeValue::List(_) => "StructuredValue",
        AttributeValue::Relationship { .. } | AttributeValue::ListRelationship(_) => "Relationship",
        AttributeValue::Geo(_) => "geo:json",
        AttributeValue::Language(_) => "LanguageProperty",
        AttributeValue::Vocab(_) => "VocabProperty",
    }
}

/// The same for a value of JSON.
pub(crate) fn told_by_json(value: &Json) -> &'static str {
    match value {
        Json::Text(_) => "Text",
        Json::Int(_) | Json::BigInt(_) | Json::Float(_) => "Number",
        Json::Bool(_) => "Boolean",
        Json::Null => "None",
        Json::Array(_) | Json::Object(_) => "StructuredValue",
    }
}

fn value(value: &AttributeValue) -> Json {
    let iris = |iris: &[Iri]| match iris {
        [only] => Json::text(&id_out(only)),
        several => Json::Array(several.iter().map(|iri| Json::text(&id_out(iri))).collect()),
    };
    match value {
        AttributeValue::Property(json) | AttributeValue::JsonProperty(json) => json.clone(),
        AttributeValue::Geo(geometry) => geometry.to_geojson(),
        AttributeValue::List(items) => Json::Array(items.clone()),
        AttributeValue::Language(texts) => Json::Object(texts.clone()),
        AttributeValue::Relationship { objects, .. } | AttributeValue::Vocab(objects) => iris(objects),
        AttributeValue::ListRelationship(objects) => {
            Json::Array(objects.iter().map(|iri| Json::text(&id_out(iri))).collect())
        }
    }
}

/// An object with type and value.
pub(crate) fn typed(kind: &str, value: Json) -> Json {
    Json::Object(vec![("type".into(), Json::text(kind)), ("value".into(), value)])
}

/// An attribute with type, value and metadata.
pub(crate) fn full(kind: &str, value: Json, metadata: Json) -> Json {
    Json::Object(vec![
        ("type".into(), Json::text(kind)),
        ("value".into(), value),
        ("metadata".into(), metadata),
    ])
}

fn empty() -> Json {
    Json::Object(Vec::new())
}
