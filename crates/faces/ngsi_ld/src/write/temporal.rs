//! The temporal evolution of entities: normalized, as values, as aggregates (clauses 4.5.6–4.5.9, 4.5.19).

use senne_hub::{Point, SeriesBuckets, SeriesPast};
use senne_language::{Method, TimeProperty};
use senne_model::{AttributeValue, EntityId, Instance, Iri, Json, Name, SCOPE};

use super::{
    Format, Pen, Shape,
    instance::{write_members, write_value},
};
use crate::{
    kind::{Kind, NULL_MARKER},
    temporal::instance_id,
};

/// One entity with part of its past.
pub(crate) struct Evolution<'a> {
    pub(crate) id: &'a EntityId,
    pub(crate) types: &'a [Name],
    pub(crate) form: TemporalForm<'a>,
}

/// In which form the past is told.
pub(crate) enum TemporalForm<'a> {
    /// Every instance with its members.
    Instances(&'a [SeriesPast]),
    /// Pairs of value and time.
    Values(&'a [SeriesPast], TimeProperty),
    /// Triples of result, start and end, per method.
    Aggregates(&'a [SeriesBuckets], &'a [Method]),
}

/// Writes one evolution.
pub(crate) fn write_evolution(pen: &mut Pen<'_>, evolution: &Evolution<'_>, shape: &Shape) {
    pen.open();
    if shape.members.keeps_id() {
        pen.key("id");
        pen.text(evolution.id);
    }
    if shape.members.keeps_type() {
        pen.key("type");
        match evolution.types {
            [only] => pen.name(only),
            several => {
                pen.open_array();
                several.iter().for_each(|kind| pen.name(kind));
                pen.close_array();
            }
        }
    }
    match &evolution.form {
        TemporalForm::Instances(series) => write_instances(pen, series, shape),
        TemporalForm::Values(series, time) => {
            let groups = series.chunk_by(|a, b| a.attribute == b.attribute);
            groups.for_each(|group| write_values(pen, group, *time, shape));
        }
        TemporalForm::Aggregates(series, methods) => {
            let groups = series.chunk_by(|a, b| a.attribute == b.attribute);
            groups.for_each(|group| write_aggregates(pen, group, methods, shape));
        }
    }
    pen.context(shape.context_in_body.as_deref());
    pen.close();
}

fn wanted(shape: &Shape, attribute: &Name, dataset: Option<&Iri>) -> bool {
    let kept =
        if &**attribute == SCOPE { shape.members.keeps_scope() } else { shape.members.keeps(attribute) };
    kept && shape.datasets.as_ref().is_none_or(|sets| sets.iter().any(|set| set.as_ref() == dataset))
}

fn write_instances(pen: &mut Pen<'_>, series: &[SeriesPast], shape: &Shape) {
    for group in series.chunk_by(|a, b| a.attribute == b.attribute) {
        let mut shown =
            group.iter().filter(|s| wanted(shape, &s.attribute, s.dataset_id.as_ref())).peekable();
        let Some(first) = shown.peek() else { continue };
        pen.name_key(&first.attribute);
        pen.open_array();
        for series in shown {
            series.points.iter().for_each(|point| write_point(pen, series, point, shape));
        }
        pen.close_array();
    }
}

fn write_point(pen: &mut Pen<'_>, series: &SeriesPast, point: &Point, shape: &Shape) {
    let kind = Kind::of(&point.value);
    let value = if point.deleted { marker(kind) } else { point.value.clone() };
    let instance = Instance {
        value,
        dataset_id: series.dataset_id.clone(),
        observed_at: point.observed_at,
        expires_at: None,
        unit_code: point.unit_code.clone(),
        created_at: point.created_at,
        modified_at: point.modified_at,
        quality: point.quality,
        track: None,
        sub_attributes: point.sub_attributes.clone(),
    };
    pen.open();
    write_members(pen, &instance, shape, (shape.format != Format::Concise).then_some(kind));
    // The scopes have no members but times (clause 4.5.6).
    if &*series.attribute != SCOPE {
        pen.key("instanceId");
        pen.text(&instance_id(point.key));
    }
    if point.deleted {
        pen.key("deletedAt");
        pen.time(point.recorded_at);
    }
    pen.close();
}

/// A removed value of each kind (clauses 4.5.7 and 4.5.8).
fn marker(kind: Kind) -> AttributeValue {
    let text = || Json::text(NULL_MARKER);
    match kind {
        Kind::Property | Kind::Geo => AttributeValue::Property(text()),
        Kind::Relationship => {
            AttributeValue::Relationship { objects: vec![Iri::new(NULL_MARKER)], object_type: None }
        }
        Kind::Language => AttributeValue::Language(vec![("@none".into(), text())]),
        Kind::Vocab => AttributeValue::Vocab(vec![Iri::new(NULL_MARKER)]),
        Kind::Json => AttributeValue::JsonProperty(text()),
        Kind::List => AttributeValue::List(vec![text()]),
        Kind::ListRelationship => AttributeValue::ListRelationship(vec![Iri::new(NULL_MARKER)]),
    }
}

fn write_values(pen: &mut Pen<'_>, group: &[SeriesPast], time: TimeProperty, shape: &Shape) {
    let shown: Vec<&SeriesPast> = group
        .iter()
        .filter(|s| wanted(shape, &s.attribute, s.dataset_id.as_ref()) && !s.points.is_empty())
        .collect();
    let Some(first) = shown.first() else { return };
    pen.name_key(&first.attribute);
    if shown.len() > 1 {
        pen.open_array();
    }
    for series in &shown {
        let kind = series.points.last().map_or(Kind::Property, |point| Kind::of(&point.value));
        pen.open();
        pen.key("type");
        pen.text(kind.word());
        if let Some(dataset) = &series.dataset_id {
            pen.key("datasetId");
            pen.text(dataset);
        }
        pen.key(kind.series_member());
        pen.open_array();
        for point in &series.points {
            pen.open_array();
            let value = if point.deleted { marker(kind) } else { point.value.clone() };
            write_pair_value(pen, &value);
            pen.time(match time {
                TimeProperty::ObservedAt => point.moment(),
                TimeProperty::CreatedAt => point.created_at,
                TimeProperty::ModifiedAt | TimeProperty::DeletedAt => point.modified_at,
            });
            pen.close_array();
        }
        pen.close_array();
        pen.close();
    }
    if shown.len() > 1 {
        pen.close_array();
    }
}

/// A value as it stands beside its time: some kinds keep the name of their member (clause 4.5.9).
fn write_pair_value(pen: &mut Pen<'_>, value: &AttributeValue) {
    let kind = Kind::of(value);
    match value {
        AttributeValue::Language(_) | AttributeValue::Vocab(_) | AttributeValue::JsonProperty(_) => {
            pen.open();
            pen.key(kind.member());
            write_value(pen, value);
            pen.close();
        }
        AttributeValue::ListRelationship(objects) => {
            pen.open_array();
            objects.iter().for_each(|object| pen.text(object));
            pen.close_array();
        }
        _ => write_value(pen, value),
    }
}

fn write_aggregates(pen: &mut Pen<'_>, group: &[SeriesBuckets], methods: &[Method], shape: &Shape) {
    let shown: Vec<&SeriesBuckets> =
        group.iter().filter(|s| wanted(shape, &s.attribute, s.dataset_id.as_ref())).collect();
    let Some(first) = shown.first() else { return };
    pen.name_key(&first.attribute);
    if shown.len() > 1 {
        pen.open_array();
    }
    for series in &shown {
        pen.open();
        pen.key("type");
        pen.text(if series.relationship { Kind::Relationship } else { Kind::Property }.word());
        if let Some(dataset) = &series.dataset_id {
            pen.key("datasetId");
            pen.text(dataset);
        }
        for (place, method) in methods.iter().enumerate() {
            pen.key(method.word());
            pen.open_array();
            for bucket in &series.buckets {
                pen.open_array();
                let number = bucket.values.get(place).copied().flatten();
                match bucket.text(*method).filter(|_| number.is_none()) {
                    Some(text) => pen.json(text),
                    None => pen.number(number),
                }
                pen.time(bucket.from);
                pen.time(bucket.to);
                pen.close_array();
            }
            pen.close_array();
        }
        pen.close();
    }
    if shown.len() > 1 {
        pen.close_array();
    }
}
