//! Ordering of entities (GS CIM 009 clause 4.23, `orderBy`).

use std::{cmp::Ordering, sync::Arc};

use senne_model::{AttributeValue, Entity, Geometry, Json, Name, Problem, Timestamp};

use crate::{
    Collation, Expand, Literal, Path, distance, effort,
    filter::{Target, path, values},
    scan::check_length,
};

/// The most terms in one order.
const TERMS_MAX: usize = 16;

/// By what entities are ordered, first term first. The default has no terms and leaves the order as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Order {
    /// The terms.
    pub terms: Vec<OrderTerm>,
    /// The geometry from which distances are taken (`orderFrom`).
    pub from: Option<Geometry>,
    /// The order of texts.
    pub collation: Collation,
}

/// What entities are compared by: made once for each, compared often.
pub struct OrderKey(Vec<Key>);

/// One term of an order.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderTerm {
    /// What is compared.
    pub by: OrderBy,
    /// In which direction.
    pub direction: Direction,
}

/// What is compared.
#[derive(Clone, Debug, PartialEq)]
pub enum OrderBy {
    /// The id of the entity.
    Id,
    /// The first of its types.
    Type,
    /// The first of its scopes.
    Scope,
    /// What a path leads to.
    Path(Path),
}

/// The direction of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Least first.
    Ascending,
    /// Greatest first.
    Descending,
    /// Nearest first.
    Nearest,
    /// Farthest first.
    Farthest,
}

impl Order {
    /// Reads e.g. `name,age;desc,location;dist-asc`; the distance directions need `from`.
    pub fn parse(order_by: &str, from: Option<Geometry>, expand: Expand) -> Result<Self, Problem> {
        check_length(order_by, "orderBy")?;
        let terms =
            order_by.split(',').map(|term| OrderTerm::parse(term, expand)).collect::<Result<Vec<_>, _>>()?;
        if terms.len() > TERMS_MAX {
            return Err(Problem::bad(format!("orderBy has more than {TERMS_MAX} terms")).field("orderBy"));
        }
        let by_distance =
            |term: &OrderTerm| matches!(term.direction, Direction::Nearest | Direction::Farthest);
        if from.is_none() && terms.iter().any(by_distance) {
            return Err(Problem::bad("dist-asc and dist-desc need orderFrom, e.g. orderFrom=[4.35,50.85]")
                .field("orderFrom"));
        }
        Ok(Self { terms, from, collation: Collation::root() })
    }

    /// Nearest first from a geometry, by one GeoProperty.
    pub fn nearest(from: Geometry, geoproperty: Name) -> Self {
        let term: Box<str> = geoproperty.local().into();
        let path = Path {
            links: Vec::new(),
            steps: vec![crate::Step { term, name: geoproperty }],
            member: Vec::new(),
        };
        Self {
            terms: vec![OrderTerm { by: OrderBy::Path(path), direction: Direction::Nearest }],
            from: Some(from),
            collation: Collation::root(),
        }
    }

    /// With another order of texts.
    pub fn collated(self, collation: Collation) -> Self {
        Self { collation, ..self }
    }

    /// How two entities stand to one another. Numbers come before texts, objects, arrays, truth values, times, dates,
    /// date-times, nulls, and entities without the attribute (clause 4.23.2).
    pub fn compare(&self, a: &Entity, b: &Entity) -> Ordering {
        self.compare_keys(&self.key_of(a), &self.key_of(b))
    }

    /// What an entity is compared by.
    pub fn key_of(&self, entity: &Entity) -> OrderKey {
        OrderKey(self.terms.iter().map(|term| self.key(term, entity)).collect())
    }

    /// How the entities of two keys stand to one another.
    pub fn compare_keys(&self, a: &OrderKey, b: &OrderKey) -> Ordering {
        let pairs = self.terms.iter().zip(a.0.iter().zip(&b.0));
        pairs
            .map(|(term, (a, b))| term.order(a, b, &self.collation))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }

    /// Sorts entities; what compares equal keeps its order. Every key is made once.
    pub fn sort(&self, entities: &mut Vec<Arc<Entity>>) {
        if self.terms.is_empty() {
            return;
        }
        let mut keyed: Vec<_> = entities.drain(..).map(|entity| (self.key_of(&entity), entity)).collect();
        keyed.sort_by(|(a, _), (b, _)| self.compare_keys(a, b));
        entities.extend(keyed.into_iter().map(|(_, entity)| entity));
    }

    fn key(&self, term: &OrderTerm, entity: &Entity) -> Key {
        let path = match &term.by {
            OrderBy::Id => return Key::Text(entity.id.as_str().into()),
            OrderBy::Type => {
                return entity.types.first().map_or(Key::Absent, |kind| Key::Text(kind.as_str().into()));
            }
            OrderBy::Scope => return entity.scopes.first().map_or(Key::Absent, |s| Key::Text(s.clone())),
            OrderBy::Path(path) => path,
        };
        if matches!(term.direction, Direction::Nearest | Direction::Farthest)
            && let Some(from) = &self.from
            && let Some(attribute) = entity.attribute(path.attribute())
            && let Some(AttributeValue::Geo(target)) = attribute.main().map(|instance| &instance.value)
            && effort::can_measure(from.shape(), target.shape())
        {
            return Key::Distance(distance::metres(from.shape(), target.shape()));
        }
        let found = std::cell::RefCell::new(Key::Absent);
        values(path, entity, &|target| {
            found.replace(Key::of(target));
            true
        });
        found.into_inner()
    }
}

impl OrderTerm {
    fn order(&self, a: &Key, b: &Key, collation: &Collation) -> Ordering {
        match self.direction {
            Direction::Ascending | Direction::Nearest => a.compare(b, collation),
            // Entities without the attribute stay last in either direction.
            Direction::Descending | Direction::Farthest => match (a.is_absent(), b.is_absent()) {
                (false, false) => b.compare(a, collation),
                (absent, other) => absent.cmp(&other),
            },
        }
    }

    fn parse(text: &str, expand: Expand) -> Result<Self, Problem> {
        let (what, direction) = text.split_once(';').unwrap_or((text, "asc"));
        let direction = match direction.trim() {
            "asc" => Direction::Ascending,
            "desc" => Direction::Descending,
            "dist-asc" => Direction::Nearest,
            "dist-desc" => Direction::Farthest,
            _ => return Err(Problem::bad("after `;` use asc, desc, dist-asc or dist-desc").field("orderBy")),
        };
        let by = match what.trim() {
            "id" => OrderBy::Id,
            "type" => OrderBy::Type,
            "scope" => OrderBy::Scope,
            what => {
                let path = path(what, "orderBy", expand)?;
                if !path.links.is_empty() {
                    let detail =
                        "an order does not follow relationships; name an attribute of the entity itself";
                    return Err(Problem::bad(detail).field("orderBy"));
                }
                OrderBy::Path(path)
            }
        };
        Ok(Self { by, direction })
    }
}

/// What is compared, with its kind in the order of the clause.
enum Key {
    Distance(f64),
    Number(f64),
    Text(Box<str>),
    Other(u8, Box<str>),
    Moment(Timestamp),
    Absent,
}

impl Key {
    fn of(target: &Target) -> Self {
        match target {
            Target::Value(value) => Self::of_json(value),
            Target::Made(value) => Self::of_json(value),
            Target::Moment(at) => Self::Moment(*at),
            Target::Word(word) => Self::Text((*word).into()),
            Target::Objects(iris) | Target::Vocabulary(iris) => {
                iris.first().map_or(Self::Absent, |iri| Self::Text(iri.as_str().into()))
            }
            Target::List(items) => items.first().map_or(Self::Absent, Self::of_json),
            Target::Languages(texts) => texts.first().map_or(Self::Absent, |text| Self::of_json(text)),
        }
    }

    fn of_json(value: &Json) -> Self {
        match value {
            Json::Int(_) | Json::BigInt(_) | Json::Float(_) => {
                Self::Number(value.as_f64().unwrap_or_default())
            }
            Json::Text(text) => match Literal::token(text, None) {
                Some(Literal::Moment(at)) => Self::Moment(at),
                Some(Literal::DateOrTime(text)) if text.as_bytes().get(2) == Some(&b':') => {
                    Self::Other(5, text)
                }
                Some(Literal::DateOrTime(text)) => Self::Other(6, text),
                _ => Self::Text(text.clone()),
            },
            Json::Object(_) => Self::Other(2, value.to_string().into()),
            Json::Array(_) => Self::Other(3, value.to_string().into()),
            Json::Bool(b) => Self::Other(4, b.to_string().into()),
            Json::Null => Self::Other(8, "".into()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Distance(_) | Self::Number(_) => 0,
            Self::Text(_) => 1,
            Self::Other(rank, _) => *rank,
            Self::Moment(_) => 7,
            Self::Absent => 9,
        }
    }

    fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    fn compare(&self, other: &Self, collation: &Collation) -> Ordering {
        match (self, other) {
            (Self::Distance(a), Self::Distance(b)) | (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Distance(_), _) => Ordering::Less,
            (_, Self::Distance(_)) => Ordering::Greater,
            (Self::Text(a), Self::Text(b)) => collation.compare(a, b),
            (Self::Moment(a), Self::Moment(b)) => a.cmp(b),
            (Self::Other(rank, a), Self::Other(other, b)) => rank.cmp(other).then_with(|| a.cmp(b)),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

#[cfg(test)]
#[path = "order_tests.rs"]
mod tests;
