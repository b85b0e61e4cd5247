//! Merging parts of attributes (GS CIM 009 clauses 5.5.12 and 5.6.4; RFC 7396 for JSON values).

use crate::{Attribute, AttributeValue, Instance, Json, Timestamp};

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
    let mut sub_attributes = there.sub_attributes.clone();
    for attribute in patch.sub_attributes {
        merge_sub_attribute(&mut sub_attributes, attribute);
    }
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

fn merge_sub_attribute(present: &mut Vec<Attribute>, patch: Attribute) {
    let remove = patch.main().is_some_and(|i| is_null_marker(&i.value));
    match present.iter_mut().find(|a| a.name == patch.name) {
        Some(_) if remove => present.retain(|a| a.name != patch.name),
        Some(there) => *there = patch,
        None if remove => {}
        None => present.push(patch),
    }
}

/// RFC 7396 with the NGSI-LD null marker in place of `null`.
fn merge_json(target: &Json, patch: &Json) -> Json {
    let Json::Object(changes) = patch else { return patch.clone() };
    let mut members = match target {
        Json::Object(members) => members.clone(),
        _ => Vec::new(),
    };
    for (name, change) in changes {
        let place = members.iter().position(|(n, _)| n == name);
        if change.as_str() == Some(NULL_MARKER) || *change == Json::Null {
            if let Some(place) = place {
                members.remove(place);
            }
            continue;
        }
        match place {
            Some(place) => members[place].1 = merge_json(&members[place].1, change),
            None => members.push((name.clone(), merge_json(&Json::Null, change))),
        }
    }
    Json::Object(members)
}
