//! What a changed file says that is not known already.

use std::collections::HashMap;

use senne_model::{AttributeValue, EntityId, Name, Timestamp, Write};

use crate::{KnownPart, KnownValue};

/// The part of the past that some writes touch; `None` when nothing in them has a time.
pub(crate) fn part_of<'w>(writes: impl IntoIterator<Item = &'w Write>) -> Option<KnownPart> {
    let mut entities: Vec<EntityId> = Vec::new();
    let mut attributes: Vec<Name> = Vec::new();
    let mut range: Option<(Timestamp, Timestamp)> = None;
    for write in writes {
        let mut timed = false;
        for attribute in &write.attributes {
            for at in attribute.instances.iter().filter_map(|i| i.observed_at) {
                timed = true;
                range = Some(range.map_or((at, at), |(from, to)| (from.min(at), to.max(at))));
                if !attributes.contains(&attribute.name) {
                    attributes.push(attribute.name.clone());
                }
            }
        }
        if timed {
            entities.push(write.entity.clone());
        }
    }
    entities.sort();
    entities.dedup();
    range.map(|(from, to)| KnownPart { entities, attributes, from, to })
}

type Key = (EntityId, Name, Timestamp);

/// Takes out of the writes what is known already; answers how many values that were. Of several values for one
/// moment the last one counts: it must equal the newest known one, while the others must merely be known.
pub(crate) fn only_news(writes: &mut Vec<Write>, lines: &mut Vec<u64>, known: &[KnownValue]) -> u64 {
    let mut held: HashMap<Key, Vec<&AttributeValue>> = HashMap::new();
    for k in known {
        held.entry((k.entity.clone(), k.attribute.clone(), k.observed_at)).or_default().push(&k.value);
    }
    let mut last: HashMap<Key, usize> = HashMap::new();
    for (i, write) in writes.iter().enumerate() {
        for attribute in &write.attributes {
            if let Some(at) = attribute.instances.first().and_then(|i| i.observed_at) {
                last.insert((write.entity.clone(), attribute.name.clone(), at), i);
            }
        }
    }
    let mut left_out = 0;
    for (i, write) in writes.iter_mut().enumerate() {
        let entity = &write.entity;
        write.attributes.retain(|attribute| {
            let Some(instance) = attribute.instances.first() else { return true };
            let Some(at) = instance.observed_at else { return true };
            let key = (entity.clone(), attribute.name.clone(), at);
            let Some(values) = held.get(&key) else { return true };
            let known = if last.get(&key) == Some(&i) {
                values.last().is_some_and(|value| same(value, &instance.value))
            } else {
                values.iter().any(|value| same(value, &instance.value))
            };
            left_out += u64::from(known);
            !known
        });
    }
    let mut kept = writes.iter().map(|write| !write.attributes.is_empty() || write.scopes.is_some());
    lines.retain(|_| kept.next().unwrap_or(true));
    writes.retain(|write| !write.attributes.is_empty() || write.scopes.is_some());
    left_out
}

/// Equal as values: 20 and 20.0 are one number, whoever kept it.
pub(crate) fn same(a: &AttributeValue, b: &AttributeValue) -> bool {
    match (a.as_number(), b.as_number()) {
        (Some(x), Some(y)) => x == y,
        _ => a == b,
    }
}
