//! Entities, in each format.

use std::sync::Arc;

use senne_model::Entity;

use super::{Pen, Shape, instance::write_attribute, linked::on_the_way};

/// An array of entities; each carries the context when the body shall.
pub(crate) fn write_entities(pen: &mut Pen<'_>, entities: &[Arc<Entity>], shape: &Shape) {
    pen.open_array();
    entities.iter().for_each(|entity| write_entity(pen, entity, shape));
    pen.close_array();
}

/// One entity.
pub(crate) fn write_entity(pen: &mut Pen<'_>, entity: &Entity, shape: &Shape) {
    pen.open();
    if shape.members.keeps_id() {
        pen.key("id");
        pen.text(&entity.id);
    }
    write_body(pen, entity, shape);
    pen.context(shape.context_in_body.as_deref());
    pen.close();
}

/// Everything of an entity but its id and its context.
pub(super) fn write_body(pen: &mut Pen<'_>, entity: &Entity, shape: &Shape) {
    let on_the_way = on_the_way(shape, entity);
    let shape = on_the_way.as_ref().unwrap_or(shape);
    if shape.members.keeps_type() {
        pen.key("type");
        write_types(pen, entity);
    }
    if shape.members.keeps_scope() && !entity.scopes.is_empty() {
        pen.key("scope");
        match entity.scopes.as_slice() {
            [only] => pen.text(only),
            several => pen.texts(several.iter().map(|scope| &**scope)),
        }
    }
    for attribute in &entity.attributes {
        if shape.members.keeps(&attribute.name) {
            write_attribute(pen, attribute, shape);
        }
    }
    if shape.sys_attrs {
        pen.key("createdAt");
        pen.time(entity.created_at);
        pen.key("modifiedAt");
        pen.time(entity.modified_at);
        if let Some(at) = entity.expires_at {
            pen.key("expiresAt");
            pen.time(at);
        }
    }
}

fn write_types(pen: &mut Pen<'_>, entity: &Entity) {
    match entity.types.as_slice() {
        [only] => pen.name(only),
        several => {
            pen.open_array();
            several.iter().for_each(|kind| pen.name(kind));
            pen.close_array();
        }
    }
}
