//! Notifications that tell more than the entity as it stands: what was removed, what was before, and linked entities
//! (clauses 4.5.23 and 5.8.6).
//!
//! These are rare beside plain ones, so they are made on a tree of JSON: the entity is written as always, read back,
//! and what goes beyond it is put in its place.

use std::{cell::Cell, collections::HashMap, sync::Arc};

use senne_model::{
    Attribute, AttributeValue, Change, ChangeKind, ChangedAttribute, Effect, Entity, Instance, Json, Name,
};

use super::{
    compiled::{Compiled, Join},
    document::member_mut,
    notification::{Notification, Told},
};
use crate::{
    http::Media,
    kind::{Kind, NULL_MARKER},
    write::{Format, Pen, Shape, write_collection, write_entity, write_feature},
};

/// So often entities are put within others in one notification: those that link to each other would stand there in every order.
const EMBEDDED_MAX: usize = 10_000;

/// Writes the data of a notification.
pub(super) fn write_told(pen: &mut Pen<'_>, notification: &Notification, compiled: &Compiled) {
    let by_id: HashMap<&str, &Arc<Entity>> =
        notification.linked.iter().map(|entity| (entity.id.as_str(), entity)).collect();
    let room = Cell::new(EMBEDDED_MAX);
    let mut items: Vec<Json> =
        notification.entities.iter().map(|told| one(told, compiled, &by_id, &room)).collect();
    if let Join::Flat(_) = compiled.join {
        items.extend(
            notification.linked.iter().map(|entity| plain(entity, compiled, &linked_shape(compiled))),
        );
    }
    if compiled.endpoint.media != Media::GeoJson {
        pen.open_array();
        items.iter().for_each(|item| pen.json(item));
        return pen.close_array();
    }
    // An empty collection, with its features put in.
    let mut empty = Pen::new(&compiled.terms, 256);
    write_collection(&mut empty, &[], &compiled.shape);
    let mut collection = parse(&empty.finish());
    if let Some(features) = member_mut(&mut collection, "features") {
        *features = Json::Array(items);
    }
    pen.json(&collection);
}

/// One entity with its changes.
fn one(told: &Told, compiled: &Compiled, linked: &HashMap<&str, &Arc<Entity>>, room: &Cell<usize>) -> Json {
    let Some(change) = &told.change else {
        let mut item = plain(&told.entity, compiled, &compiled.shape);
        if let Join::Inline(level) = compiled.join {
            embed(&mut item, &told.entity, level, compiled, (linked, room));
        }
        return item;
    };
    if change.kind == ChangeKind::Deleted {
        return removed(&told.entity, change, compiled);
    }
    let mut item = plain(&told.entity, compiled, &compiled.shape);
    if let Join::Inline(level) = compiled.join {
        embed(&mut item, &told.entity, level, compiled, (linked, room));
    }
    let members = if compiled.endpoint.media == Media::GeoJson {
        member_mut(&mut item, "properties")
    } else {
        Some(&mut item)
    };
    if let Some(Json::Object(members)) = members {
        for (place, changed) in change.attributes.iter().enumerate() {
            if is_told_once(told, change, place, compiled) {
                show(members, changed, change, compiled);
            }
        }
    }
    item
}

/// Of an attribute that was removed with all its instances it is enough to say so once, unless more is asked for.
fn is_told_once(told: &Told, change: &Change, place: usize, compiled: &Compiled) -> bool {
    let changed = &change.attributes[place];
    let gone = |other: &ChangedAttribute| other.effect == Effect::Deleted && other.name == changed.name;
    let whole = changed.effect == Effect::Deleted && told.entity.attribute(&changed.name).is_none();
    let main = change.attributes.iter().position(|other| gone(other) && other.instance.dataset_id.is_none());
    match main {
        Some(main) if whole && !compiled.shows_changes => place == main,
        _ => true,
    }
}

/// An entity as it would be written without its changes.
fn plain(entity: &Arc<Entity>, compiled: &Compiled, shape: &Shape) -> Json {
    let mut pen = Pen::new(&compiled.terms, 1024);
    match compiled.endpoint.media {
        // The context stands once, at the end of the collection.
        Media::GeoJson => write_feature(&mut pen, entity, &Shape { context_in_body: None, ..shape.clone() }),
        _ => write_entity(&mut pen, entity, shape),
    }
    parse(&pen.finish())
}

/// What this crate wrote is JSON; anything else would be a fault in the pen.
fn parse(bytes: &[u8]) -> Json {
    serde_json::from_slice(bytes).unwrap_or(Json::Null)
}

/// An entity that was removed: its id, its types and when it went, and of its attributes what is asked for.
fn removed(entity: &Entity, change: &Change, compiled: &Compiled) -> Json {
    let shape = &compiled.shape;
    let bare = Entity { attributes: Vec::new(), scopes: Vec::new(), ..entity.clone() };
    let mut item = plain(&Arc::new(bare), compiled, shape);
    let at = Json::from(change.recorded_at.to_string());
    let members = if compiled.endpoint.media == Media::GeoJson {
        member_mut(&mut item, "properties")
    } else {
        Some(&mut item)
    };
    let Some(Json::Object(members)) = members else { return item };
    let context =
        members.iter().position(|(name, _)| &**name == "@context").map(|place| members.remove(place));
    members.push(("deletedAt".into(), at));
    for changed in &change.attributes {
        let told = compiled.watched.is_empty() || compiled.watched.contains(&changed.name);
        if told && (compiled.shows_changes || compiled.triggers.attribute_deleted) {
            show(members, changed, change, compiled);
        }
    }
    members.extend(context);
    item
}

/// Puts what a change says of one attribute into the members of its entity.
fn show(
    members: &mut Vec<(Box<str>, Json)>,
    changed: &ChangedAttribute,
    change: &Change,
    compiled: &Compiled,
) {
    let shape = &compiled.shape;
    if !shape.members.keeps(&changed.name) || !shape.wants(&changed.instance) {
        return;
    }
    let term = compiled.terms.compact(&changed.name);
    match changed.effect {
        Effect::Deleted => {
            let node = gone(changed, change, compiled);
            let dataset = changed.instance.dataset_id.as_deref();
            if shape.format == Format::Simplified {
                return put_simplified(members, &term, dataset, node);
            }
            put_instance(members, &term, node);
        }
        Effect::Updated if compiled.shows_changes => {
            if let Some(previous) = changed.previous.as_deref().filter(|_| changed.is_news()) {
                add_previous(members, &term, changed, previous, compiled);
            }
        }
        _ => {}
    }
}

/// What stands in the place of an instance that was removed.
fn gone(changed: &ChangedAttribute, change: &Change, compiled: &Compiled) -> Json {
    let (shape, instance) = (&compiled.shape, &changed.instance);
    let null = Json::text(NULL_MARKER);
    if shape.format == Format::Simplified {
        return null;
    }
    let more = shape.sys_attrs || compiled.shows_changes || instance.dataset_id.is_some();
    if shape.format == Format::Concise && !more && Kind::of(&instance.value) != Kind::Language {
        return null;
    }
    let kind = Kind::of(&instance.value);
    let mut members: Vec<(Box<str>, Json)> = Vec::new();
    if shape.format == Format::Normalized {
        members.push(("type".into(), Json::text(kind.word())));
    }
    let value = match kind {
        Kind::Language => Json::Object(vec![("@none".into(), null)]),
        _ => null,
    };
    members.push((kind.member().into(), value));
    if let Some(dataset) = &instance.dataset_id {
        members.push(("datasetId".into(), Json::text(dataset)));
    }
    if compiled.shows_changes {
        members.push((previous_member(kind).into(), value_of(instance, compiled)));
    }
    if shape.sys_attrs {
        members.push(("createdAt".into(), Json::from(instance.created_at.to_string())));
        members.push(("modifiedAt".into(), Json::from(instance.modified_at.to_string())));
        members.push(("deletedAt".into(), Json::from(change.recorded_at.to_string())));
    }
    Json::Object(members)
}

/// The member that holds what a value was before (clause 4.5.2 and those after it).
fn previous_member(kind: Kind) -> &'static str {
    match kind {
        Kind::Property | Kind::Geo => "previousValue",
        Kind::Relationship => "previousObject",
        Kind::Language => "previousLanguageMap",
        Kind::Vocab => "previousVocab",
        Kind::Json => "previousJson",
        Kind::List => "previousValueList",
        Kind::ListRelationship => "previousObjectList",
    }
}

/// The value of an instance as it stands on the wire.
fn value_of(instance: &Instance, compiled: &Compiled) -> Json {
    let attribute = Attribute::new(Name::new("urn:senne:value"), Instance::new(instance.value.clone()));
    let mut entity =
        Entity::new(senne_model::EntityId::trusted("urn:senne:value"), Name::new("urn:senne:value"));
    entity.attributes.push(attribute);
    let mut pen = Pen::new(&compiled.terms, 256);
    write_entity(&mut pen, &entity, &Shape::default());
    let written = parse(&pen.finish());
    let value = written.get("urn:senne:value").and_then(|node| node.get(Kind::of(&instance.value).member()));
    value.cloned().unwrap_or(Json::Null)
}

/// Puts an instance beside those that are there.
fn put_instance(members: &mut Vec<(Box<str>, Json)>, term: &str, node: Json) {
    match members.iter_mut().find(|(name, _)| &**name == term) {
        None => members.push((term.into(), node)),
        Some((_, Json::Array(instances))) if instances.iter().all(|i| i.as_object().is_some()) => {
            instances.push(node);
        }
        Some((_, there)) => {
            let first = std::mem::replace(there, Json::Null);
            *there = Json::Array(vec![first, node]);
        }
    }
}

/// Puts a value beside those of other data sets (clause 4.5.4).
fn put_simplified(members: &mut Vec<(Box<str>, Json)>, term: &str, dataset: Option<&str>, node: Json) {
    let place = members.iter_mut().find(|(name, _)| &**name == term);
    let Some((_, there)) = place else {
        let node = match dataset {
            None => node,
            Some(dataset) => in_data_sets(vec![(dataset.into(), node)]),
        };
        return members.push((term.into(), node));
    };
    if let Some(Json::Object(sets)) = member_mut(there, "dataset") {
        return sets.push((dataset.unwrap_or("@none").into(), node));
    }
    let first = std::mem::replace(there, Json::Null);
    let sets = vec![("@none".into(), first), (dataset.unwrap_or("@none").into(), node)];
    *there = in_data_sets(sets);
}

fn in_data_sets(sets: Vec<(Box<str>, Json)>) -> Json {
    Json::Object(vec![("dataset".into(), Json::Object(sets))])
}

/// Adds what an updated instance was before.
fn add_previous(
    members: &mut [(Box<str>, Json)],
    term: &str,
    changed: &ChangedAttribute,
    previous: &Instance,
    compiled: &Compiled,
) {
    let Some((_, there)) = members.iter_mut().find(|(name, _)| &**name == term) else { return };
    let dataset = changed.instance.dataset_id.as_deref();
    let before = (previous_member(Kind::of(&previous.value)).into(), value_of(previous, compiled));
    let is_instance =
        |json: &Json| json.as_object().is_some() && json.get("datasetId").and_then(Json::as_str) == dataset;
    match there {
        Json::Array(instances) if instances.iter().any(is_instance) => {
            if let Some(Json::Object(node)) = instances.iter_mut().find(|json| is_instance(json)) {
                node.push(before);
            }
        }
        Json::Object(node)
            if !matches!(changed.instance.value, AttributeValue::Geo(_))
                || compiled.shape.format == Format::Normalized =>
        {
            node.push(before);
        }
        bare => {
            // A concise value that stood alone.
            let value = std::mem::replace(bare, Json::Null);
            *bare = Json::Object(vec![(Kind::of(&changed.instance.value).member().into(), value), before]);
        }
    }
}

/// The shape of linked entities: what the projection says of the linking attribute belongs to the linking entity.
fn linked_shape(compiled: &Compiled) -> Shape {
    Shape { members: senne_language::Projection::default(), datasets: None, ..compiled.shape.clone() }
}

/// Puts linked entities into the relationships that link to them, as long as there is room.
fn embed(
    item: &mut Json,
    entity: &Entity,
    level: u8,
    compiled: &Compiled,
    (linked, room): (&HashMap<&str, &Arc<Entity>>, &Cell<usize>),
) {
    if level == 0 {
        return;
    }
    for attribute in &entity.attributes {
        let term = compiled.terms.compact(&attribute.name);
        let inner = compiled.shape.members.linked(&attribute.name);
        for instance in &attribute.instances {
            let targets: Vec<Json> = objects(&instance.value)
                .filter_map(|iri| linked.get(iri))
                .take_while(|_| take_one(room))
                .map(|target| {
                    let shape = Shape { members: inner.clone(), ..linked_shape(compiled) };
                    let mut written = plain(target, compiled, &Shape { context_in_body: None, ..shape });
                    embed(&mut written, target, level - 1, compiled, (linked, room));
                    written
                })
                .collect();
            if targets.is_empty() {
                continue;
            }
            let holder = if compiled.endpoint.media == Media::GeoJson {
                member_mut(item, "properties").and_then(|properties| member_mut(properties, &term))
            } else {
                member_mut(item, &term)
            };
            if let Some(holder) = holder {
                place(holder, instance, targets, compiled.shape.format);
            }
        }
    }
}

/// Takes one off what there is room for; whether there was any.
fn take_one(room: &Cell<usize>) -> bool {
    let left = room.get();
    room.set(left.saturating_sub(1));
    left > 0
}

/// The ids that a value links to.
pub(super) fn objects(value: &AttributeValue) -> impl Iterator<Item = &str> {
    let list: &[senne_model::Iri] = match value {
        AttributeValue::Relationship { objects, .. } | AttributeValue::ListRelationship(objects) => objects,
        _ => &[],
    };
    list.iter().map(|iri| &**iri)
}

/// Puts linked entities beside the object of a relationship; in the simplified form in its place.
fn place(holder: &mut Json, instance: &Instance, mut targets: Vec<Json>, format: Format) {
    let list = matches!(instance.value, AttributeValue::ListRelationship(_));
    let whole = match targets.len() {
        1 if !list => targets.remove(0),
        _ => Json::Array(targets),
    };
    if format == Format::Simplified {
        *holder = whole;
        return;
    }
    let member = if list { "entityList" } else { "entity" };
    let dataset = instance.dataset_id.as_deref();
    let node = match holder {
        Json::Array(nodes) => {
            nodes.iter_mut().find(|node| node.get("datasetId").and_then(Json::as_str) == dataset)
        }
        node => Some(node),
    };
    if let Some(Json::Object(members)) = node {
        members.push((member.into(), whole));
    }
}
