//! Entities that sources answer with, from JSON to the model. Everything is checked as if it were written here.

use senne_model::{Attribute, Entity, EntityId, Instance, Json, Name, Problem, Timestamp};

use super::{failure::Failure, names::is_attribute};
use crate::{
    contexts::Terms,
    read::{Limits, Mode, Names, read_member},
};

/// How many entities one answer may hold.
const ENTITIES_MAX: usize = 10_000;

/// Reads an answer that is one entity, or several.
pub(crate) fn read_entities(body: Json, terms: &Terms, limits: &Limits) -> Result<Vec<Entity>, Failure> {
    read_all(body, Mode::whole(), terms, limits)
}

/// Reads what a notification tells: a marker may stand for an attribute that is gone (clause 5.8.6).
pub(crate) fn read_told(body: Json, terms: &Terms, limits: &Limits) -> Result<Vec<Entity>, Failure> {
    read_all(body, Mode::update(), terms, limits)
}

fn read_all(body: Json, mode: Mode, terms: &Terms, limits: &Limits) -> Result<Vec<Entity>, Failure> {
    let invalid = |problem: Problem| Failure::Invalid(problem.to_string());
    let mut names = Names::new(terms.clone());
    let items = match body {
        Json::Array(items) if items.len() <= ENTITIES_MAX => items,
        Json::Array(_) => {
            return Err(Failure::Invalid(format!("it holds more than {ENTITIES_MAX} entities")));
        }
        one => vec![one],
    };
    let now = Timestamp::now();
    let mut entities = Vec::with_capacity(items.len());
    for item in items {
        let mut entity = read_one(item, mode, &mut names, limits).map_err(invalid)?;
        // What has expired there is not there any more (clause 5.7.1.4).
        if !entity.is_expired(now) {
            entity.strip_expired(now);
            entities.push(entity);
        }
    }
    Ok(entities)
}

fn read_one(entity: Json, mode: Mode, names: &mut Names, limits: &Limits) -> Result<Entity, Problem> {
    let Json::Object(members) = entity else { return Err(Problem::bad("an entity is a JSON object")) };
    let text = |wanted: [&str; 2]| {
        let found = members.iter().find(|(name, _)| wanted.contains(&&**name));
        found.map(|(_, value)| value)
    };
    let id = text(["id", "@id"]).and_then(Json::as_str);
    let id = EntityId::parse(id.ok_or_else(|| Problem::bad("an entity needs an `id`").field("id"))?)?;
    let kinds = strings(text(["type", "@type"]));
    let mut types = kinds.iter().map(|kind| names.expand(kind)).collect::<Result<Vec<Name>, _>>()?;
    let Some(first) = types.first().cloned() else {
        return Err(Problem::bad("an entity needs a `type`").field("type"));
    };
    let mut read = Entity::new(id, first);
    read.types.extend(types.drain(1..));
    for (name, value) in members {
        match &*name {
            "scope" => read.scopes = strings(Some(&value)).into_iter().map(String::into_boxed_str).collect(),
            "createdAt" => read.created_at = moment(Some(&value)).unwrap_or_default(),
            "modifiedAt" => read.modified_at = moment(Some(&value)).unwrap_or_default(),
            "expiresAt" => read.expires_at = moment(Some(&value)),
            member if is_attribute(member) => {
                read.attributes.push(attribute(member, value, mode, names, limits)?);
            }
            _ => {}
        }
    }
    Ok(read)
}

fn attribute(
    member: &str,
    value: Json,
    mode: Mode,
    names: &mut Names,
    limits: &Limits,
) -> Result<Attribute, Problem> {
    let times = times(&value);
    let mut attribute = read_member(member, value, mode, names, limits)?;
    for (instance, (created, modified)) in attribute.instances.iter_mut().zip(times) {
        set_times(instance, created, modified);
    }
    Ok(attribute)
}

fn set_times(instance: &mut Instance, created: Option<Timestamp>, modified: Option<Timestamp>) {
    instance.created_at = created.unwrap_or_default();
    instance.modified_at = modified.unwrap_or_default();
}

/// When each instance was created and changed at the source, when it says so.
fn times(value: &Json) -> Vec<(Option<Timestamp>, Option<Timestamp>)> {
    let of = |instance: &Json| (moment(instance.get("createdAt")), moment(instance.get("modifiedAt")));
    match value {
        Json::Array(items) => items.iter().map(of).collect(),
        one => vec![of(one)],
    }
}

fn moment(value: Option<&Json>) -> Option<Timestamp> {
    Timestamp::parse(value?.as_str()?).ok()
}

fn strings(value: Option<&Json>) -> Vec<String> {
    match value {
        Some(Json::Text(text)) => vec![text.to_string()],
        Some(Json::Array(items)) => items.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}
