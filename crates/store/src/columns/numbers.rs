//! The present numbers of one attribute.

use std::collections::BTreeMap;

use senne_model::{Attribute, AttributeValue, Json};

use super::CHUNK;

/// One number an entity, by the number of its row. Entities with several (instances, arrays) or with what is not easily
/// told stand beside it with the least and the greatest, so that they are candidates rather too often than too seldom.
#[derive(Default)]
pub(super) struct Numbers {
    chunks: Vec<Option<Box<Chunk>>>,
    several: BTreeMap<i64, (f64, f64)>,
}

struct Chunk {
    /// NaN: none.
    values: [f64; CHUNK],
    /// Wide enough for all values; numbers that went do not narrow it.
    low: f64,
    high: f64,
}

const EMPTY: Chunk = Chunk { values: [f64::NAN; CHUNK], low: f64::INFINITY, high: f64::NEG_INFINITY };

impl Numbers {
    pub(super) fn set(&mut self, no: i64, attribute: &Attribute) {
        match range(attribute) {
            Some((low, high)) if low.to_bits() == high.to_bits() => {
                self.several.remove(&no);
                self.put(no, low);
            }
            Some(several) => {
                self.put(no, f64::NAN);
                self.several.insert(no, several);
            }
            None => self.clear(no),
        }
    }

    pub(super) fn clear(&mut self, no: i64) {
        self.several.remove(&no);
        self.put(no, f64::NAN);
    }

    fn put(&mut self, no: i64, value: f64) {
        let Ok(no) = usize::try_from(no) else { return };
        let place = no / CHUNK;
        if self.chunks.len() <= place {
            if value.is_nan() {
                return;
            }
            self.chunks.resize_with(place + 1, || None);
        }
        let chunk = match &mut self.chunks[place] {
            Some(chunk) => chunk,
            None if value.is_nan() => return,
            none => none.insert(Box::new(EMPTY)),
        };
        chunk.values[no % CHUNK] = value;
        // NaN leaves both as they are.
        chunk.low = chunk.low.min(value);
        chunk.high = chunk.high.max(value);
    }

    /// Whether the entity may have a number in the range.
    pub(super) fn may_be(&self, no: i64, low: f64, high: f64) -> bool {
        let single = usize::try_from(no).ok().and_then(|no| {
            let chunk = self.chunks.get(no / CHUNK)?.as_ref()?;
            Some(chunk.values[no % CHUNK])
        });
        single.is_some_and(|value| value >= low && value <= high)
            || self.several.get(&no).is_some_and(|(least, most)| *least <= high && *most >= low)
    }

    /// The numbers of the entities after `from` that may have a number in the range, in order, until `each` says false.
    pub(super) fn each_between(&self, low: f64, high: f64, from: i64, mut each: impl FnMut(i64) -> bool) {
        let first = usize::try_from(from + 1).unwrap_or(0);
        let mut several = self.several.range(from + 1..).map(|(no, _)| *no).peekable();
        for (place, chunk) in self.chunks.iter().enumerate().skip(first / CHUNK) {
            let Some(chunk) = chunk.as_ref().filter(|chunk| chunk.low <= high && chunk.high >= low) else {
                continue;
            };
            let start = first.saturating_sub(place * CHUNK);
            for (offset, value) in chunk.values.iter().enumerate().skip(start) {
                if *value >= low && *value <= high {
                    let no = (place * CHUNK + offset) as i64;
                    while let Some(other) = several.next_if(|other| *other < no) {
                        if self.may_be(other, low, high) && !each(other) {
                            return;
                        }
                    }
                    if !each(no) {
                        return;
                    }
                }
            }
        }
        for other in several {
            if self.may_be(other, low, high) && !each(other) {
                return;
            }
        }
    }
}

/// The least and the greatest number of an attribute; everything for what may hold numbers somewhere inside.
fn range(attribute: &Attribute) -> Option<(f64, f64)> {
    let of_instance = |value: &AttributeValue| match value {
        AttributeValue::Property(json) | AttributeValue::JsonProperty(json) => of_json(json),
        AttributeValue::List(items) => of_items(items),
        AttributeValue::Language(_) => Some((f64::NEG_INFINITY, f64::INFINITY)),
        _ => None,
    };
    attribute.instances.iter().filter_map(|instance| of_instance(&instance.value)).reduce(wider)
}

fn of_json(json: &Json) -> Option<(f64, f64)> {
    match json {
        Json::Int(_) | Json::BigInt(_) | Json::Float(_) => json.as_f64().map(|x| (x, x)),
        Json::Array(items) => of_items(items),
        Json::Object(_) => Some((f64::NEG_INFINITY, f64::INFINITY)),
        Json::Null | Json::Bool(_) | Json::Text(_) => None,
    }
}

fn of_items(items: &[Json]) -> Option<(f64, f64)> {
    items.iter().filter_map(of_json).reduce(wider)
}

fn wider(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0.min(b.0), a.1.max(b.1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use senne_model::{Instance, Name};

    use super::*;

    fn attribute(values: &[f64]) -> Attribute {
        let value = |x: &f64| Instance::new(AttributeValue::Property(Json::Float(*x)));
        Attribute { name: Name::new("x"), instances: values.iter().map(value).collect() }
    }

    fn between(numbers: &Numbers, low: f64, high: f64, from: i64, most: usize) -> Vec<i64> {
        let mut found = Vec::new();
        numbers.each_between(low, high, from, |no| {
            found.push(no);
            found.len() < most
        });
        found
    }

    proptest! {
        /// Whatever was set and cleared before, what is found is what a plain list gives.
        #[test]
        fn a_column_finds_what_a_list_finds(
            steps in prop::collection::vec((1_i64..5000, prop::collection::vec(-9.0..9.0_f64, 0..3)), 1..200),
            low in -9.0..9.0_f64, width in 0.0..9.0_f64, from in 0_i64..5000, most in 1_usize..50,
        ) {
            let mut numbers = Numbers::default();
            let mut list = BTreeMap::new();
            for (no, values) in &steps {
                numbers.set(*no, &attribute(values));
                list.insert(*no, values.clone());
            }
            let high = low + width;
            let fits = |values: &Vec<f64>| {
                let least = values.iter().copied().fold(f64::INFINITY, f64::min);
                let greatest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                !values.is_empty() && least <= high && greatest >= low
            };
            let expected: Vec<i64> = list
                .iter()
                .filter(|(no, values)| **no > from && fits(values))
                .map(|(no, _)| *no)
                .take(most)
                .collect();
            prop_assert_eq!(between(&numbers, low, high, from, most), expected);
        }
    }

    #[test]
    fn what_may_hold_numbers_inside_is_always_a_candidate() {
        let mut numbers = Numbers::default();
        let object = Json::Object(vec![("inner".into(), Json::Int(7))]);
        let instance = Instance::new(AttributeValue::JsonProperty(object));
        numbers.set(3, &Attribute::new(Name::new("x"), instance));
        let text = Instance::new(AttributeValue::Property(Json::text("7")));
        numbers.set(4, &Attribute::new(Name::new("x"), text));
        assert_eq!(between(&numbers, 6.0, 8.0, 0, 9), [3]);
    }
}
