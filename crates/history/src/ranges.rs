//! From which entity to which each type has values: whether one entity may stand under several types. An entity may get another type,
//! and a correction then stands under another one than what it corrects.

use std::collections::BTreeMap;

use datafusion::arrow::{
    array::{Array, AsArray, RecordBatch},
    datatypes::Int32Type,
};

use crate::schema::observation::{ENTITY, TYPE};

/// The least and the greatest entity of each type; `None` where that is not known.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Ranges(BTreeMap<String, Option<(String, String)>>);

impl Ranges {
    /// Of the rows of a batch of observations.
    pub(crate) fn of(batch: &RecordBatch) -> Self {
        let mut ranges = Self::default();
        let column = |index: usize| batch.column(index).as_dictionary_opt::<Int32Type>();
        let (Some(types), Some(entities)) = (column(TYPE), column(ENTITY)) else { return ranges };
        let texts = (types.values().as_string_opt::<i32>(), entities.values().as_string_opt::<i32>());
        let (Some(type_texts), Some(entity_texts)) = texts else { return ranges };
        // By the key of the type in its dictionary.
        let mut found: Vec<Option<(&str, &str)>> = vec![None; type_texts.len()];
        let mut last = None;
        for keys in types.keys().iter().zip(entities.keys()) {
            let (Some(of_type), Some(entity)) = keys else { continue };
            // Rows of one entity follow one another.
            if last.replace((of_type, entity)) == Some((of_type, entity)) {
                continue;
            }
            let text = entity_texts.value(entity as usize);
            let range = found[of_type as usize].get_or_insert((text, text));
            *range = (range.0.min(text), range.1.max(text));
        }
        for (name, range) in type_texts.iter().zip(found) {
            if let (Some(name), Some(range)) = (name, range) {
                ranges.add(name, Some(range));
            }
        }
        ranges
    }

    /// Takes a further part of a type.
    pub(crate) fn add(&mut self, type_name: &str, part: Option<(&str, &str)>) {
        let owned = |(least, most): (&str, &str)| (least.to_owned(), most.to_owned());
        let Some(range) = self.0.get_mut(type_name) else {
            self.0.insert(type_name.to_owned(), part.map(owned));
            return;
        };
        let (Some((least, most)), Some(part)) = (range.as_mut(), part) else {
            *range = None;
            return;
        };
        if part.0 < least.as_str() {
            part.0.clone_into(least);
        }
        if part.1 > most.as_str() {
            part.1.clone_into(most);
        }
    }

    /// Takes further parts.
    pub(crate) fn join(&mut self, other: &Self) {
        for (name, range) in &other.0 {
            self.add(name, range.as_ref().map(|(least, most)| (least.as_str(), most.as_str())));
        }
    }

    /// Whether certainly no entity has values under two types.
    pub(crate) fn are_apart(&self) -> bool {
        if self.0.len() < 2 {
            return true;
        }
        let known: Option<Vec<_>> = self.0.values().map(Option::as_ref).collect();
        known.is_some_and(|mut ranges| {
            ranges.sort_unstable();
            ranges.windows(2).all(|pair| pair[0].1 < pair[1].0)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(parts: &[(&str, Option<(&str, &str)>)]) -> Ranges {
        let mut ranges = Ranges::default();
        parts.iter().for_each(|(name, part)| ranges.add(name, *part));
        ranges
    }

    #[test]
    fn types_are_apart_when_none_reaches_into_another() {
        let own = [("A", Some(("a1", "a5"))), ("B", Some(("b1", "b9")))];
        assert!(ranges(&[]).are_apart() && ranges(&own[..1]).are_apart() && ranges(&own).are_apart());
        assert!(ranges(&[("A", None)]).are_apart(), "there is but one");
        assert!(!ranges(&[own[0], ("B", None)]).are_apart());
        assert!(!ranges(&[own[0], own[1], ("A", Some(("b5", "b5")))]).are_apart());
        assert!(!ranges(&[own[0], ("B", Some(("a5", "a5")))]).are_apart());
        let mut joined = ranges(&own[..1]);
        joined.join(&ranges(&own[1..]));
        assert_eq!(joined, ranges(&own));
        joined.join(&ranges(&[("B", None)]));
        assert!(!joined.are_apart());
    }
}
