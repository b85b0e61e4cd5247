//! Attributes and their instances, in each format.

use senne_model::{Attribute, AttributeValue, Instance, Iri, Json, Name, Quality};

use super::{
    Format, LanguageChoice, Pen, Shape,
    linked::{write_linked, write_linked_simplified},
};
use crate::kind::{Kind, QUALITY, QUALITY_TESTS, is_plain_text};

/// Writes `"name": …` with those instances that are wanted; nothing when none is.
pub(super) fn write_attribute(pen: &mut Pen<'_>, attribute: &Attribute, shape: &Shape) {
    let mut wanted = attribute.instances.iter().filter(|instance| shape.wants(instance));
    let Some(first) = wanted.next() else { return };
    let rest: Vec<&Instance> = wanted.collect();
    pen.name_key(&attribute.name);
    write_set(pen, &attribute.name, first, &rest, shape);
}

/// Writes what stands behind the name of an attribute, with its context when that stands in the body.
pub(crate) fn write_attribute_alone(pen: &mut Pen<'_>, attribute: &Attribute, shape: &Shape) {
    let mut wanted = attribute.instances.iter().filter(|instance| shape.wants(instance));
    let Some(first) = wanted.next() else { return };
    let rest: Vec<&Instance> = wanted.collect();
    let context = shape.context_in_body.as_deref();
    if let (Some(_), true, false) = (context, rest.is_empty(), shape.format == Format::Simplified) {
        pen.open();
        write_members(pen, first, shape, (shape.format != Format::Concise).then(|| Kind::of(&first.value)));
        pen.context(context);
        return pen.close();
    }
    write_set(pen, &attribute.name, first, &rest, shape);
}

/// The instances of an attribute that are wanted.
fn write_set(pen: &mut Pen<'_>, name: &Name, first: &Instance, rest: &[&Instance], shape: &Shape) {
    if shape.format == Format::Simplified {
        return write_simplified_set(pen, name, first, rest, shape);
    }
    if rest.is_empty() {
        if shape.format == Format::Concise && is_bare(first, shape) {
            return write_value(pen, &first.value);
        }
        return write_instance(pen, name, first, shape);
    }
    pen.open_array();
    for instance in std::iter::once(first).chain(rest.iter().copied()) {
        write_instance(pen, name, instance, shape);
    }
    pen.close_array();
}

fn write_simplified_set(pen: &mut Pen<'_>, name: &Name, first: &Instance, rest: &[&Instance], shape: &Shape) {
    let one = |pen: &mut Pen<'_>, instance: &Instance| {
        if !write_linked_simplified(pen, name, instance, shape) {
            write_simplified(pen, &instance.value, shape);
        }
    };
    if rest.is_empty() {
        return one(pen, first);
    }
    pen.open();
    pen.key("dataset");
    pen.open();
    for instance in std::iter::once(first).chain(rest.iter().copied()) {
        pen.any_key(instance.dataset_id.as_deref().unwrap_or("@none"));
        one(pen, instance);
    }
    pen.close();
    pen.close();
}

/// The value alone, wrapped where plain JSON could not be told from another kind (clause 4.5.4).
fn write_simplified(pen: &mut Pen<'_>, value: &AttributeValue, shape: &Shape) {
    if let AttributeValue::ListRelationship(objects) = value {
        pen.open_array();
        objects.iter().for_each(|iri| pen.text(iri));
        return pen.close_array();
    }
    let bare = matches!(
        value,
        AttributeValue::Property(_)
            | AttributeValue::Geo(_)
            | AttributeValue::Relationship { .. }
            | AttributeValue::List(_)
    );
    if let (AttributeValue::Language(map), Some(choice)) = (value, &shape.language) {
        return pen.json(choice.choose(map).map_or(&Json::Null, |(_, text)| text));
    }
    if bare {
        return write_value(pen, value);
    }
    pen.open();
    pen.key(Kind::of(value).member());
    write_value(pen, value);
    pen.close();
}

/// One instance as an object, normalized or concise.
fn write_instance(pen: &mut Pen<'_>, name: &Name, instance: &Instance, shape: &Shape) {
    pen.open();
    write_members(pen, instance, shape, (shape.format != Format::Concise).then(|| Kind::of(&instance.value)));
    write_linked(pen, name, instance, shape);
    pen.close();
}

/// Whether a concise instance is its value and nothing else. Arrays and objects keep their wrapper, so that
/// they cannot be mistaken for instances when they are read back.
fn is_bare(instance: &Instance, shape: &Shape) -> bool {
    let simple = match &instance.value {
        AttributeValue::Property(value) => !matches!(value, Json::Array(_) | Json::Object(_)),
        AttributeValue::Geo(_) => true,
        _ => false,
    };
    simple
        && (!shape.sys_attrs || (shape.part_of_instance && instance.expires_at.is_none()))
        && instance.dataset_id.is_none()
        && instance.observed_at.is_none()
        && instance.unit_code.is_none()
        && instance.sub_attributes.is_empty()
        && instance.quality == Quality::NOT_EVALUATED
}

/// The members of an instance without its braces; with its `type` when a kind is given.
pub(super) fn write_members(pen: &mut Pen<'_>, instance: &Instance, shape: &Shape, kind: Option<Kind>) {
    let choice = match (&instance.value, &shape.language) {
        (AttributeValue::Language(map), Some(choice)) => Some((map, choice)),
        _ => None,
    };
    if let Some(kind) = kind {
        pen.key("type");
        pen.text(if choice.is_some() { Kind::Property } else { kind }.word());
    }
    if let Some((map, choice)) = choice {
        write_chosen_language(pen, map, choice);
    } else {
        pen.key(Kind::of(&instance.value).member());
        write_value(pen, &instance.value);
    }
    if let AttributeValue::Relationship { object_type: Some(name), .. } = &instance.value {
        pen.key("objectType");
        pen.name(name);
    }
    if let Some(unit) = &instance.unit_code {
        pen.key("unitCode");
        pen.text(unit);
    }
    if let Some(at) = instance.observed_at {
        pen.key("observedAt");
        pen.time(at);
    }
    if let Some(dataset) = &instance.dataset_id {
        pen.key("datasetId");
        pen.text(dataset);
    }
    for attribute in &instance.sub_attributes {
        write_sub_attribute(pen, attribute, shape);
    }
    write_quality(pen, instance.quality, shape.format);
    if shape.sys_attrs && !shape.part_of_instance {
        pen.key("createdAt");
        pen.time(instance.created_at);
        pen.key("modifiedAt");
        pen.time(instance.modified_at);
    }
    if let (true, Some(at)) = (shape.sys_attrs, instance.expires_at) {
        pen.key("expiresAt");
        pen.time(at);
    }
}

fn write_sub_attribute(pen: &mut Pen<'_>, attribute: &Attribute, shape: &Shape) {
    if let (true, Some(text)) =
        (is_plain_text(&attribute.name), attribute.main().and_then(|i| i.value.as_text()))
    {
        pen.key(attribute.name.local());
        return pen.text(text);
    }
    // Parts of an instance carry no times of their own but the one of their end, and are never filtered by data set.
    let inner = Shape {
        format: shape.format,
        language: shape.language.clone(),
        part_of_instance: true,
        sys_attrs: shape.sys_attrs,
        ..Shape::default()
    };
    write_attribute(pen, attribute, &inner);
}

fn write_chosen_language(pen: &mut Pen<'_>, map: &[(Box<str>, Json)], choice: &LanguageChoice) {
    let chosen = choice.choose(map);
    pen.key("value");
    pen.json(chosen.map_or(&Json::Null, |(_, text)| text));
    if let Some((tag, _)) = chosen.filter(|(tag, _)| !tag.starts_with('@')) {
        pen.key("lang");
        pen.text(tag);
    }
}

/// What the contract's tests said: shown once they have said something (docs/ngsi-ld.md, "Quality").
fn write_quality(pen: &mut Pen<'_>, quality: Quality, format: Format) {
    if quality == Quality::NOT_EVALUATED {
        return;
    }
    let property = |pen: &mut Pen<'_>, name: &str, value: &Json| {
        pen.name_key(&Name::new(name));
        if format == Format::Concise && !matches!(value, Json::Array(_)) {
            return pen.json(value);
        }
        pen.open();
        if format == Format::Normalized {
            pen.key("type");
            pen.text(Kind::Property.word());
        }
        pen.key("value");
        pen.json(value);
        pen.close();
    };
    property(pen, QUALITY, &Json::text(quality.flag().word()));
    let tests: Vec<Json> = quality.tests().map(|test| Json::text(test.word())).collect();
    if !tests.is_empty() {
        property(pen, QUALITY_TESTS, &Json::Array(tests));
    }
}

/// The value alone, as JSON.
pub(crate) fn value_json(value: &AttributeValue, context: &senne_context::Context) -> Json {
    let mut pen = Pen::new(context, 64);
    write_value(&mut pen, value);
    // What was written is JSON.
    Json::parse(&pen.finish()).unwrap_or(Json::Null)
}

/// What stands in the member that holds the value.
pub(super) fn write_value(pen: &mut Pen<'_>, value: &AttributeValue) {
    match value {
        AttributeValue::Property(json) | AttributeValue::JsonProperty(json) => pen.json(json),
        AttributeValue::Geo(geometry) => pen.json(&geometry.to_geojson()),
        AttributeValue::Relationship { objects, .. } => {
            write_one_or_many(pen, objects, |pen, iri| pen.text(iri));
        }
        AttributeValue::Vocab(terms) => write_one_or_many(pen, terms, |pen, iri| pen.name(&Name::new(iri))),
        AttributeValue::List(items) => {
            pen.open_array();
            items.iter().for_each(|item| pen.json(item));
            pen.close_array();
        }
        AttributeValue::ListRelationship(objects) => {
            pen.open_array();
            for iri in objects {
                pen.open();
                pen.key("object");
                pen.text(iri);
                pen.close();
            }
            pen.close_array();
        }
        AttributeValue::Language(map) => {
            pen.open();
            for (tag, text) in map {
                pen.any_key(tag);
                pen.json(text);
            }
            pen.close();
        }
    }
}

fn write_one_or_many(pen: &mut Pen<'_>, items: &[Iri], mut write: impl FnMut(&mut Pen<'_>, &Iri)) {
    if let [only] = items {
        return write(pen, only);
    }
    pen.open_array();
    items.iter().for_each(|item| write(pen, item));
    pen.close_array();
}
