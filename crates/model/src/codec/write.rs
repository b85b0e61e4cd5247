//! Writing the compact form.

use super::{DELETED_AS_IT_WAS, EXPIRING, Names, UPDATED_FROM, VERSION, parts, tags};
use crate::{
    Attribute, AttributeValue, Change, ChangeKind, Effect, Entity, Instance, Json, Name, Operation, Quality,
    Timestamp, Track, Write,
};

pub(super) struct Writer<'a> {
    pub(super) out: &'a mut Vec<u8>,
    pub(super) names: &'a mut Names,
    /// The time that most times in the record equal.
    pub(super) base: Timestamp,
}

impl Writer<'_> {
    pub(super) fn entity(&mut self, entity: &Entity) {
        self.out.push(if entity.expires_at.is_some() { EXPIRING } else { VERSION });
        self.text(&entity.id);
        self.type_names(&entity.types);
        self.varint(entity.scopes.len() as u64);
        entity.scopes.iter().for_each(|scope| self.text(scope));
        self.signed(entity.modified_at.micros());
        self.signed(entity.created_at.micros() - entity.modified_at.micros());
        if let Some(at) = entity.expires_at {
            self.difference(at);
        }
        self.attributes(&entity.attributes);
    }

    pub(super) fn change(&mut self, change: &Change) {
        self.out.push(VERSION);
        self.signed(change.recorded_at.micros());
        self.text(&change.actor);
        self.text(&change.entity);
        self.type_names(&change.types);
        self.out.push(match change.kind {
            ChangeKind::Created => 0,
            ChangeKind::Updated => 1,
            ChangeKind::Deleted if change.before.is_some() => DELETED_AS_IT_WAS,
            ChangeKind::Deleted => 2,
            ChangeKind::Erased => 3,
        });
        if let (ChangeKind::Deleted, Some(before)) = (change.kind, &change.before) {
            self.texts(before.scopes.iter().map(|scope| &**scope), before.scopes.len());
            self.difference(before.created_at);
            self.difference(before.modified_at);
        }
        self.varint(change.attributes.len() as u64);
        for changed in &change.attributes {
            self.name(&changed.name);
            self.out.push(match changed.effect {
                Effect::Created => 0,
                Effect::Updated if changed.previous.is_some() => UPDATED_FROM,
                Effect::Updated => 1,
                Effect::Deleted => 2,
                Effect::Past => 3,
            });
            // What the tests remember belongs to the state, not to the log.
            self.instance(&changed.instance, false);
            if let (Effect::Updated, Some(previous)) = (changed.effect, &changed.previous) {
                self.instance(previous, false);
            }
        }
    }

    pub(super) fn dictionary(&mut self, names: &Names) {
        self.out.push(VERSION);
        let all = names.added_since(0);
        self.texts(all.iter().map(|name| &**name), all.len());
    }

    pub(super) fn writes(&mut self, writes: &[Write]) {
        self.varint(writes.len() as u64);
        for write in writes {
            self.text(&write.entity);
            self.operation(&write.operation);
            self.type_names(&write.types);
            self.varint(u64::from(write.scopes.is_some()));
            if let Some(scopes) = &write.scopes {
                self.texts(scopes.iter().map(|scope| &**scope), scopes.len());
            }
            self.attributes(&write.attributes);
            self.varint(u64::from(write.simulated) | (u64::from(write.expires_at.is_some()) << 1));
            if let Some(at) = write.expires_at {
                self.signed(at.unwrap_or(Timestamp::NEVER).micros());
            }
        }
    }

    fn operation(&mut self, operation: &Operation) {
        self.out.push(match operation {
            Operation::Create => 0,
            Operation::Replace => 1,
            Operation::CreateOrReplace => 2,
            Operation::CreateOrAppend => 3,
            Operation::Append { keep: false } => 4,
            Operation::Append { keep: true } => 5,
            Operation::Update => 6,
            Operation::Merge => 7,
            Operation::PartialUpdate => 8,
            Operation::ReplaceAttribute => 9,
            Operation::DeleteAttribute { .. } => 10,
            Operation::Delete => 11,
            Operation::Observe => 12,
            Operation::Expire => 13,
            Operation::Amend => 14,
        });
        if let Operation::DeleteAttribute { name, dataset_id, all } = operation {
            self.name(name);
            self.texts(dataset_id.iter().map(|iri| &**iri), usize::from(dataset_id.is_some()));
            self.varint(u64::from(*all));
        }
    }

    fn type_names(&mut self, types: &[Name]) {
        self.varint(types.len() as u64);
        types.iter().for_each(|name| self.name(name));
    }

    fn attributes(&mut self, attributes: &[Attribute]) {
        self.varint(attributes.len() as u64);
        for attribute in attributes {
            self.name(&attribute.name);
            self.varint(attribute.instances.len() as u64);
            attribute.instances.iter().for_each(|instance| self.instance(instance, true));
        }
    }

    fn instance(&mut self, instance: &Instance, with_track: bool) {
        let track = instance.track.as_ref().filter(|_| with_track);
        let has = |present: bool, bit: u64| if present { bit } else { 0 };
        let bits = has(instance.dataset_id.is_some(), parts::DATASET)
            | has(instance.observed_at.is_some(), parts::OBSERVED)
            | has(instance.unit_code.is_some(), parts::UNIT)
            | has(instance.quality != Quality::NOT_EVALUATED, parts::QUALITY)
            | has(track.is_some(), parts::TRACK)
            | has(!instance.sub_attributes.is_empty(), parts::SUB_ATTRIBUTES)
            | has(instance.created_at != self.base, parts::CREATED)
            | has(instance.modified_at != self.base, parts::MODIFIED)
            | has(instance.expires_at.is_some(), parts::EXPIRES);
        self.varint(bits);
        self.value(&instance.value);
        if let Some(dataset_id) = &instance.dataset_id {
            self.text(dataset_id);
        }
        if let Some(at) = instance.observed_at {
            self.difference(at);
        }
        if let Some(unit) = &instance.unit_code {
            self.name(unit);
        }
        if bits & parts::QUALITY != 0 {
            self.varint(u64::from(instance.quality.bits()));
        }
        if let Some(track) = track {
            self.track(track);
        }
        if !instance.sub_attributes.is_empty() {
            self.attributes(&instance.sub_attributes);
        }
        if bits & parts::CREATED != 0 {
            self.difference(instance.created_at);
        }
        if bits & parts::MODIFIED != 0 {
            self.difference(instance.modified_at);
        }
        if let Some(at) = instance.expires_at {
            self.difference(at);
        }
    }

    fn track(&mut self, track: &Track) {
        self.signed(track.newest_at.wrapping_sub(self.base.micros()));
        self.number(track.last_good);
        self.signed(track.last_good_at.wrapping_sub(track.newest_at));
        self.number(track.last);
        self.signed(track.unchanged_since.wrapping_sub(track.newest_at));
        self.varint(u64::from(track.jumped));
        self.varint(u64::from(track.failed));
        self.signed(track.recovering_since);
    }

    fn value(&mut self, value: &AttributeValue) {
        match value {
            AttributeValue::Property(json) => self.json(json),
            AttributeValue::Relationship { objects, object_type } => {
                self.out.push(tags::RELATIONSHIP);
                self.texts(objects.iter().map(|iri| &**iri), objects.len());
                self.varint(u64::from(object_type.is_some()));
                if let Some(object_type) = object_type {
                    self.name(object_type);
                }
            }
            AttributeValue::Geo(geometry) => match geometry.as_point() {
                Some((longitude, latitude)) if geometry.altitude().is_none() => {
                    self.out.push(tags::POINT);
                    self.out.extend_from_slice(&longitude.to_le_bytes());
                    self.out.extend_from_slice(&latitude.to_le_bytes());
                }
                _ => {
                    self.out.push(tags::GEO);
                    self.json(&geometry.to_geojson());
                }
            },
            AttributeValue::Language(map) => {
                self.out.push(tags::LANGUAGE);
                self.members(map);
            }
            AttributeValue::Vocab(terms) => {
                self.out.push(tags::VOCAB);
                self.texts(terms.iter().map(|iri| &**iri), terms.len());
            }
            AttributeValue::JsonProperty(json) => {
                self.out.push(tags::JSON);
                self.json(json);
            }
            AttributeValue::List(items) => {
                self.out.push(tags::LIST);
                self.items(items);
            }
            AttributeValue::ListRelationship(objects) => {
                self.out.push(tags::LIST_RELATIONSHIP);
                self.texts(objects.iter().map(|iri| &**iri), objects.len());
            }
        }
    }

    fn json(&mut self, json: &Json) {
        match json {
            Json::Null => self.out.push(tags::NULL),
            Json::Bool(false) => self.out.push(tags::FALSE),
            Json::Bool(true) => self.out.push(tags::TRUE),
            Json::Int(i) => {
                self.out.push(tags::INT);
                self.signed(*i);
            }
            Json::BigInt(digits) => {
                self.out.push(tags::BIG_INT);
                self.text(digits);
            }
            Json::Float(x) => self.number(*x),
            Json::Text(text) => {
                self.out.push(tags::TEXT);
                self.text(text);
            }
            Json::Array(items) => {
                self.out.push(tags::ARRAY);
                self.items(items);
            }
            Json::Object(members) => {
                self.out.push(tags::OBJECT);
                self.members(members);
            }
        }
    }

    /// A fraction; one with at most two decimals, as most sensors send, takes two to four bytes.
    fn number(&mut self, x: f64) {
        let hundredths = (x * 100.0).round();
        let exact = hundredths.abs() < 1e15 && (hundredths / 100.0).to_bits() == x.to_bits();
        if exact {
            self.out.push(tags::HUNDREDTHS);
            self.signed(hundredths as i64);
        } else {
            self.out.push(tags::FLOAT);
            self.out.extend_from_slice(&x.to_le_bytes());
        }
    }

    fn items(&mut self, items: &[Json]) {
        self.varint(items.len() as u64);
        items.iter().for_each(|item| self.json(item));
    }

    fn members(&mut self, members: &[(Box<str>, Json)]) {
        self.varint(members.len() as u64);
        for (name, value) in members {
            self.text(name);
            self.json(value);
        }
    }

    fn texts<'t>(&mut self, texts: impl Iterator<Item = &'t str>, count: usize) {
        self.varint(count as u64);
        texts.for_each(|text| self.text(text));
    }

    /// A name by its number, or 0 and the text when the dictionary is full.
    fn name(&mut self, name: &Name) {
        if let Some(number) = self.names.number_or_add(name) {
            self.varint(u64::from(number));
        } else {
            self.varint(0);
            self.text(name);
        }
    }

    fn text(&mut self, text: &str) {
        self.varint(text.len() as u64);
        self.out.extend_from_slice(text.as_bytes());
    }

    fn difference(&mut self, at: Timestamp) {
        self.signed(at.micros().wrapping_sub(self.base.micros()));
    }

    fn signed(&mut self, value: i64) {
        self.varint(((value << 1) ^ (value >> 63)) as u64);
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.out.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.out.push(value as u8);
    }
}
