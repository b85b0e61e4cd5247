//! Where a subscription stands in the index, and the values by which it is looked up.

use senne_language::{Comparison, Literal, Operand, Test};
use senne_model::{Attribute, AttributeValue, EntityId, Json, Name};

use super::{
    cells::{Cell, cells_of},
    compiled::Compiled,
};

/// A subscription with a longer list of ids, values or attributes than this is not looked up by them.
const SPOTS_MAX: usize = 64;

/// Where a subscription stands.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Spot {
    Id(EntityId),
    Equal(Name, Key),
    Cell(Name, Cell),
    /// Values from here on.
    Above(Name, Number),
    /// Values up to here.
    Below(Name, Number),
    Attribute(Name),
    /// It is asked of every change of the type.
    Rest,
}

/// A value that is compared for equality.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Key {
    Number(Number),
    Text(Box<str>),
    Bool(bool),
}

/// A finite number by its bits, in the order of numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) struct Number(i64);

impl Number {
    fn new(x: f64) -> Option<Self> {
        // Adding nothing makes minus zero zero.
        let bits = (x + 0.0).to_bits().cast_signed();
        // Negative numbers have their bits in the opposite order.
        let ordered = if bits < 0 { i64::MIN.wrapping_sub(bits) } else { bits };
        x.is_finite().then_some(Self(ordered))
    }

    fn of_literal(literal: &Literal) -> Option<Self> {
        match literal {
            Literal::Integer(n) => Self::new(*n as f64),
            Literal::Decimal(x) => Self::new(*x),
            _ => None,
        }
    }
}

impl Key {
    fn of_literal(literal: &Literal) -> Option<Self> {
        match literal {
            Literal::Bool(value) => Some(Self::Bool(*value)),
            Literal::Integer(_) | Literal::Decimal(_) => Number::of_literal(literal).map(Self::Number),
            Literal::Text(word) if word.expanded.is_none() => Some(Self::Text(word.text.clone())),
            _ => None,
        }
    }

    /// The number that it is.
    pub(super) fn number(&self) -> Option<Number> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// All values of an attribute, elements of arrays too; `None` when it has values that are no plain ones.
    pub(super) fn of(attribute: &Attribute) -> Option<Vec<Self>> {
        let mut keys = Vec::with_capacity(attribute.instances.len());
        for instance in &attribute.instances {
            match &instance.value {
                AttributeValue::Property(Json::Object(_)) => return None,
                AttributeValue::Property(json) => Self::add(json, &mut keys)?,
                _ => return None,
            }
        }
        Some(keys)
    }

    fn add(json: &Json, keys: &mut Vec<Self>) -> Option<()> {
        match json {
            Json::Null => {}
            Json::Bool(value) => keys.push(Self::Bool(*value)),
            Json::Text(text) => keys.push(Self::Text(text.clone())),
            Json::Int(_) | Json::BigInt(_) | Json::Float(_) => {
                keys.extend(json.as_f64().and_then(Number::new).map(Self::Number));
            }
            Json::Array(items) => items.iter().try_for_each(|item| Self::add(item, keys))?,
            Json::Object(_) => return None,
        }
        Some(())
    }
}

/// Where a subscription stands: in all of the spots that come back, which are of one kind.
pub(super) fn spots(compiled: &Compiled) -> Vec<Spot> {
    if compiled.interval.is_some() {
        return Vec::new();
    }
    by_id(compiled)
        .or_else(|| by_equal_value(compiled))
        .or_else(|| by_place(compiled))
        .or_else(|| by_threshold(compiled))
        .or_else(|| by_attribute(compiled))
        .unwrap_or_else(|| vec![Spot::Rest])
}

fn by_id(compiled: &Compiled) -> Option<Vec<Spot>> {
    let mut ids = Vec::new();
    for selector in &compiled.selectors {
        if selector.ids.is_empty() {
            return None;
        }
        ids.extend(selector.ids.iter().cloned());
    }
    ids.sort();
    ids.dedup();
    (!ids.is_empty() && ids.len() <= SPOTS_MAX).then(|| ids.into_iter().map(Spot::Id).collect())
}

/// What every entity that meets the condition passes.
fn comparisons(compiled: &Compiled) -> Vec<Comparison> {
    compiled.condition.filter.as_ref().map(senne_language::Filter::indexable).unwrap_or_default()
}

fn by_equal_value(compiled: &Compiled) -> Option<Vec<Spot>> {
    comparisons(compiled).iter().find_map(|comparison| {
        let Test::Equal(Operand::OneOf(literals)) = &comparison.test else { return None };
        let mut keys: Vec<Key> = literals.iter().map(Key::of_literal).collect::<Option<_>>()?;
        keys.dedup();
        let name = comparison.path.attribute();
        (keys.len() <= SPOTS_MAX)
            .then(|| keys.into_iter().map(|key| Spot::Equal(name.clone(), key)).collect())
    })
}

fn by_place(compiled: &Compiled) -> Option<Vec<Spot>> {
    let geo = compiled.condition.geo.as_ref()?;
    let cells = cells_of(geo.bounds()?)?;
    Some(cells.into_iter().map(|cell| Spot::Cell(geo.geoproperty().clone(), cell)).collect())
}

fn by_threshold(compiled: &Compiled) -> Option<Vec<Spot>> {
    comparisons(compiled).iter().find_map(|comparison| {
        let name = comparison.path.attribute().clone();
        match &comparison.test {
            Test::Greater(literal) | Test::GreaterOrEqual(literal) => {
                Number::of_literal(literal).map(|x| vec![Spot::Above(name, x)])
            }
            Test::Less(literal) | Test::LessOrEqual(literal) => {
                Number::of_literal(literal).map(|x| vec![Spot::Below(name, x)])
            }
            Test::Equal(Operand::Range(from, _)) => {
                Number::of_literal(from).map(|x| vec![Spot::Above(name, x)])
            }
            _ => None,
        }
    })
}

/// A removal of an entity names the attributes that it had; of one without any only those hear that watch none.
fn by_attribute(compiled: &Compiled) -> Option<Vec<Spot>> {
    let mut watched = compiled.watched.clone();
    watched.sort();
    watched.dedup();
    (!watched.is_empty() && watched.len() <= SPOTS_MAX)
        .then(|| watched.into_iter().map(Spot::Attribute).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_keep_their_order(a in -1.0e12..1.0e12_f64, b in -1.0e12..1.0e12_f64) {
            let (x, y) = (Number::new(a).unwrap(), Number::new(b).unwrap());
            prop_assert_eq!(a.partial_cmp(&b).unwrap(), x.cmp(&y));
        }
    }

    #[test]
    fn zero_is_zero() {
        assert_eq!(Number::new(-0.0), Number::new(0.0));
        assert_eq!(Number::new(f64::NAN), None);
    }
}
