//! Merging parts of attributes (GS CIM 009 clauses 5.5.12 and 5.6.4; RFC 7396 for JSON values).

use std::collections::HashMap;

use crate::{Attribute, AttributeValue, Instance, Json, Timestamp, apply::places::pays};

/// The value that means "remove this" in a merge (GS CIM 009 clause 4.5.0).
const NULL_MARKER: &str = "urn:ngsi-ld:null";

/// Whether a value as a whole says "remove this".
pub fn is_null_marker(value: &AttributeValue) -> bool {
    let is_marker = |json: &Json| json.as_str() == Some(NULL_MARKER);
    match value {
        AttributeValue::Property(value) | AttributeValue::JsonProperty(value) => is_marker(value),
        AttributeValue::Relationship { objects, .. } | AttributeValue::ListRelationship(objects) => {
            matches!(objects.as_slice(), [only] if only.as_str() == NULL_MARKER)
        }
        AttributeValue::Language(map) => {
            matches!(map.as_slice(), [(tag, text)] if &**tag == "@none" && is_marker(text))
        }
        AttributeValue::Vocab(terms) => matches!(terms.as_slice(), [only] if only.as_str() == NULL_MARKER),
        AttributeValue::List(items) => matches!(items.as_slice(), [only] if is_marker(only)),
        AttributeValue::Geo(_) => false,
    }
}

/// The instance that a merge makes: JSON objects and language maps are merged member by member, all else is
/// replaced by what is given. `None` when there is nothing to set.
pub(crate) fn merge_instance(there: Option<&Instance>, patch: Instance) -> Option<Instance> {
    let Some(there) = there else { return (!patch.value.is_absent()).then_some(patch) };
    let value = match (&there.value, &patch.value) {
        (AttributeValue::Property(old), AttributeValue::Property(new @ Json::Object(_))) => {
            AttributeValue::Property(merge_json(old, new))
        }
        (AttributeValue::JsonProperty(old), AttributeValue::JsonProperty(new)) => {
            AttributeValue::JsonProperty(merge_json(old, new))
        }
        (AttributeValue::Language(old), AttributeValue::Language(new)) => {
            let (old, new) = (Json::Object(old.clone()), Json::Object(new.clone()));
            match merge_json(&old, &new) {
                Json::Object(members) => AttributeValue::Language(members),
                _ => return None,
            }
        }
        (old, new) if new.is_absent() => old.clone(),
        (_, new) => new.clone(),
    };
    Some(join(there, patch, value))
}

/// The instance that a partial update makes: what is given replaces, what is not stays.
pub(crate) fn replace_parts(there: &Instance, patch: Instance) -> Instance {
    let value = if patch.value.is_absent() { there.value.clone() } else { patch.value.clone() };
    join(there, patch, value)
}

fn join(there: &Instance, patch: Instance, value: AttributeValue) -> Instance {
    let sub_attributes = merge_sub_attributes(&there.sub_attributes, patch.sub_attributes);
    Instance {
        value,
        observed_at: given(patch.observed_at, there.observed_at),
        expires_at: given(patch.expires_at, there.expires_at),
        unit_code: match patch.unit_code {
            Some(unit) if &*unit == NULL_MARKER => None,
            Some(unit) => Some(unit),
            None => there.unit_code.clone(),
        },
        sub_attributes,
        ..there.clone()
    }
}

/// What a patch says of a time; what it does not say stays.
fn given(patch: Option<Timestamp>, there: Option<Timestamp>) -> Option<Timestamp> {
    patch.or(there).filter(|at| *at != Timestamp::NEVER)
}

fn merge_sub_attributes(present: &[Attribute], patch: Vec<Attribute>) -> Vec<Attribute> {
    let mut places = Places::of(present.iter().map(|one| &*one.name), patch.len());
    let mut merged: Vec<Option<Attribute>> = present.iter().cloned().map(Some).collect();
    for attribute in patch {
        let remove = attribute.main().is_some_and(|i| is_null_marker(&i.value));
        let is_it = |one: &Attribute| one.name == attribute.name;
        match places.find(&attribute.name, &merged, is_it) {
            Some(place) => merged[place] = (!remove).then_some(attribute),
            None if remove => {}
            None => {
                places.note(&attribute.name, merged.len());
                merged.push(Some(attribute));
            }
        }
    }
    merged.into_iter().flatten().collect()
}

/// Where parts that have names stand, noted when many are looked for.
struct Places(Option<HashMap<Box<str>, usize>>);

impl Places {
    fn of<'a>(there: impl ExactSizeIterator<Item = &'a str>, wanted: usize) -> Self {
        let noted = pays(there.len(), wanted);
        Self(noted.then(|| there.enumerate().map(|(place, name)| (name.into(), place)).collect()))
    }

    /// The place of a part; where it was taken out it is found no more.
    fn find<T>(&self, name: &str, parts: &[Option<T>], is_it: impl Fn(&T) -> bool) -> Option<usize> {
        match &self.0 {
            Some(places) => {
                places.get(name).copied().filter(|place| parts[*place].as_ref().is_some_and(&is_it))
            }
            None => parts.iter().position(|part| part.as_ref().is_some_and(&is_it)),
        }
    }

    fn note(&mut self, name: &str, place: usize) {
        if let Some(places) = &mut self.0 {
            places.insert(name.into(), place);
        }
    }
}

/// RFC 7396 with the NGSI-LD null marker in place of `null`.
fn merge_json(target: &Json, patch: &Json) -> Json {
    let Json::Object(changes) = patch else { return patch.clone() };
    let old = target.as_object().unwrap_or_default();
    let mut places = Places::of(old.iter().map(|(name, _)| &**name), changes.len());
    let mut members: Vec<Option<(Box<str>, Json)>> = old.iter().cloned().map(Some).collect();
    for (name, change) in changes {
        let place = places.find(name, &members, |(there, _)| there == name);
        let there = place.and_then(|place| members[place].take()).map(|(_, value)| value);
        if change.as_str() == Some(NULL_MARKER) || *change == Json::Null {
            continue;
        }
        let merged = Some((name.clone(), merge_json(&there.unwrap_or_default(), change)));
        if let Some(place) = place {
            members[place] = merged;
        } else {
            places.note(name, members.len());
            members.push(merged);
        }
    }
    Json::Object(members.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same patch, all at once and member by member.
    #[test]
    fn a_merge_of_many_members_is_a_merge_of_each() {
        let object = |members: Vec<(String, Json)>| {
            Json::Object(members.into_iter().map(|(name, value)| (name.into(), value)).collect())
        };
        let target = object((0..300).map(|i| (format!("m{i}"), Json::Int(i))).collect());
        let change = |i: i64| match i % 3 {
            0 => Json::text(NULL_MARKER),
            1 => Json::Int(-i),
            _ => object(vec![("inner".to_owned(), Json::Int(i))]),
        };
        let changes = (100..400).map(|i| (format!("m{i}"), change(i))).collect::<Vec<_>>();
        let step = |merged: Json, one: &(String, Json)| merge_json(&merged, &object(vec![one.clone()]));
        let each = changes.iter().fold(target.clone(), step);
        assert_eq!(merge_json(&target, &object(changes)), each);
    }
}
