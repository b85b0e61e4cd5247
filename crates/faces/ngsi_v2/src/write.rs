//! From entities to the JSON of NGSI-v2.

use senne_context::Context as Terms;
use senne_model::{Attribute, AttributeValue, Entity, Instance, Iri, Json, Problem};

use crate::{
    metadata,
    names::{id_out, name_out},
    read::type_mark,
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

/// The attributes of an entity.
pub(crate) fn attributes(entity: &Entity, shape: &Shape, terms: &Terms) -> Vec<(Box<str>, Json)> {
    let mut members = Vec::with_capacity(entity.attributes.len());
    for one in &entity.attributes {
        let name = name_out(terms, &one.name);
        if let Some(main) = one.main().filter(|_| shape.wants(&name)) {
            members.push((Box::from(&*name), shown(main, shape, terms)));
        }
    }
    for (name, at) in [("dateCreated", entity.created_at), ("dateModified", entity.modified_at)] {
        if shape.names(name) {
            let value = Json::from(at.to_string());
            let plain = shape.form != Form::Normalized;
            members.push((name.into(), if plain { value } else { full("DateTime", value, empty()) }));
        }
    }
    members
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

fn values(entity: &Entity, shape: &Shape, terms: &Terms) -> Vec<Json> {
    let mut all: Vec<Json> = if shape.attrs.is_empty() {
        entity.attributes.iter().filter_map(Attribute::main).map(|main| plain_type(main).1).collect()
    } else {
        let of = |name: &String| {
            entity.attribute(&terms.expand(name)).and_then(Attribute::main).map(|main| plain_type(main).1)
        };
        shape.attrs.iter().filter_map(of).collect()
    };
    if shape.form == Form::Unique {
        let mut once: Vec<Json> = Vec::with_capacity(all.len());
        for value in all {
            if !once.contains(&value) {
                once.push(value);
            }
        }
        all = once;
    }
    all
}

/// Type and value of an instance, as NGSI-v2 has them.
pub(crate) fn plain_type(instance: &Instance) -> (String, Json) {
    let kind = type_mark(instance).unwrap_or_else(|| told_by(&instance.value)).to_owned();
    (kind, value(&instance.value))
}

/// The type that a value tells (NGSI-v2 "Partial Representations").
pub(crate) fn told_by(value: &AttributeValue) -> &'static str {
    match value {
        AttributeValue::Property(Json::Text(_)) => "Text",
        AttributeValue::Property(Json::Int(_) | Json::BigInt(_) | Json::Float(_)) => "Number",
        AttributeValue::Property(Json::Bool(_)) => "Boolean",
        AttributeValue::Property(Json::Null) | AttributeValue::JsonProperty(Json::Null) => "None",
        AttributeValue::Property(_) | AttributeValue::JsonProperty(_) | AttributeValue::List(_) => {
            "StructuredValue"
        }
        AttributeValue::Relationship { .. } | AttributeValue::ListRelationship(_) => "Relationship",
        AttributeValue::Geo(_) => "geo:json",
        AttributeValue::Language(_) => "LanguageProperty",
        AttributeValue::Vocab(_) => "VocabProperty",
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

fn full(kind: &str, value: Json, metadata: Json) -> Json {
    Json::Object(vec![
        ("type".into(), Json::text(kind)),
        ("value".into(), value),
        ("metadata".into(), metadata),
    ])
}

fn empty() -> Json {
    Json::Object(Vec::new())
}
