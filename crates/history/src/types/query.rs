//! Questions about the past and their answers.

use std::{cmp::Ordering, fmt};

use senne_language::{Method, Period, TimeFilter};
use senne_model::{Attribute, AttributeValue, ChangeNo, EntityId, Iri, Json, Name, Quality, Timestamp};

use crate::others::order;

/// Which part of the past is asked for.
#[derive(Clone, Debug)]
pub struct PastQuery {
    /// The entities; empty = all.
    pub entities: Vec<EntityId>,
    /// A hint that saves reading: only rows that were recorded while the entity's first type was one of these.
    /// Empty = no condition.
    pub types: Vec<Name>,
    /// The attributes; empty = all.
    pub attributes: Vec<Name>,
    /// `Some(None)`: the default instance alone; `Some(Some(iri))`: that data set alone; `None`: all.
    pub dataset_id: Option<Option<Iri>>,
    /// The time range. On `observedAt` with a bound, values without that time do not match; on the other
    /// properties the moment of recording counts.
    pub time: TimeFilter,
    /// Only the newest so many points of each series.
    pub last_n: Option<usize>,
    /// What was known at this moment: only rows recorded at or before it.
    pub as_of: Option<Timestamp>,
    /// `true`: every recorded version; `false`: of each (series, `observed_at`) the one recorded last.
    pub every_version: bool,
    /// The most points in all; when there are more, the answer is cut and says so.
    pub limit: usize,
}

impl PastQuery {
    /// Everything of these entities in a time range, newest version, at most 100,000 points.
    pub fn of(entities: Vec<EntityId>, time: TimeFilter) -> Self {
        Self {
            entities,
            types: Vec::new(),
            attributes: Vec::new(),
            dataset_id: None,
            time,
            last_n: None,
            as_of: None,
            every_version: false,
            limit: 100_000,
        }
    }
}

/// The past of one entity.
#[derive(Clone, Debug, PartialEq)]
pub struct EntityPast {
    /// The entity.
    pub entity: EntityId,
    /// Its types when the newest of these points was recorded.
    pub types: Vec<Name>,
    /// Its series, ordered by attribute and data set id.
    pub series: Vec<SeriesPast>,
    /// Whether the limit cut points of this entity away.
    pub truncated: bool,
}

/// The past of one series: one attribute, one data set id.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesPast {
    /// The attribute, expanded.
    pub attribute: Name,
    /// The data set id; `None` is the default instance.
    pub dataset_id: Option<Iri>,
    /// The points, oldest first.
    pub points: Vec<Point>,
}

/// One value of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// When it was so in the world.
    pub observed_at: Option<Timestamp>,
    /// When it was recorded here.
    pub recorded_at: Timestamp,
    /// When the instance was first recorded here: before `recorded_at` when it was corrected since.
    pub created_at: Timestamp,
    /// When it was last recorded or corrected here.
    pub modified_at: Timestamp,
    /// The value. A whole number comes back as an integer, whether it was sent as `5` or `5.0`.
    pub value: AttributeValue,
    /// The unit, a UN/CEFACT common code.
    pub unit_code: Option<Name>,
    /// What the tests of the contract said of it.
    pub quality: Quality,
    /// Attributes of the attribute.
    pub sub_attributes: Vec<Attribute>,
    /// The change that brought it.
    pub change: ChangeNo,
    /// What it is known by, through all corrections.
    pub key: InstanceKey,
    /// The attribute was removed at `recorded_at`; `value` is the one that was there.
    pub deleted: bool,
}

/// What one value of the past is known by. Corrections keep it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct InstanceKey {
    /// The change that first brought it.
    pub change: ChangeNo,
    /// Its place among the values of that change.
    pub position: u32,
    /// Its place on the time line when it was first recorded.
    pub moment: Timestamp,
}

impl fmt::Display for InstanceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.change, self.position, self.moment.micros())
    }
}

impl InstanceKey {
    /// Reads what `Display` wrote; `None` when it is something else.
    pub fn parse(text: &str) -> Option<Self> {
        let (change, rest) = text.split_once('-')?;
        let (position, moment) = rest.split_once('-')?;
        Some(Self {
            change: ChangeNo(change.parse().ok()?),
            position: position.parse().ok()?,
            moment: Timestamp::from_micros(moment.parse().ok()?),
        })
    }
}

impl Point {
    /// The moment on the time line: `observed_at`, or `recorded_at` where there is none.
    pub fn moment(&self) -> Timestamp {
        self.observed_at.unwrap_or(self.recorded_at)
    }
}

/// How to sum up a range.
#[derive(Clone, Debug)]
pub struct Aggregation {
    /// What to compute, of each value as far as its kind lets it (GS CIM 009 clause 4.5.19.1).
    pub methods: Vec<Method>,
    /// The length of a bucket; a whole period is one bucket over the range.
    pub period: Period,
    /// The IANA time zone in which days and months begin; `None` = UTC.
    pub zone: Option<String>,
    /// Where the first bucket begins; `None` = at a round moment of the zone.
    pub origin: Option<Timestamp>,
    /// Leave out what is flagged suspect, fail or missing.
    pub usable_only: bool,
}

/// The buckets of one series.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesBuckets {
    /// The entity.
    pub entity: EntityId,
    /// The attribute, expanded.
    pub attribute: Name,
    /// The data set id; `None` is the default instance.
    pub dataset_id: Option<Iri>,
    /// Whether the values are targets of relationships.
    pub relationship: bool,
    /// Whether there are numbers among the values, be they usable or not.
    pub numbers: bool,
    /// The buckets that have values, oldest first.
    pub buckets: Vec<Bucket>,
}

impl SeriesBuckets {
    /// Whether any of the methods that were asked for can be told of one of these values.
    pub fn tells(&self, methods: &[Method]) -> bool {
        let told = |bucket: &Bucket| {
            let mut results = methods.iter().zip(&bucket.values);
            results.any(|(method, value)| value.is_some() || bucket.text(*method).is_some())
        };
        self.numbers || self.buckets.iter().any(told)
    }
}

/// One bucket: `from` ≤ moment < `to`.
#[derive(Clone, Debug, PartialEq)]
pub struct Bucket {
    /// Its start, inclusive.
    pub from: Timestamp,
    /// Its end, exclusive.
    pub to: Timestamp,
    /// How many values it has.
    pub count: u64,
    /// How many of them are good or not evaluated.
    pub usable: u64,
    /// How many numbers sums and means are of; lists count by their sizes.
    pub summed: u64,
    /// One value per method, in the order asked; `None` where there is nothing to compute from.
    pub values: Vec<Option<f64>>,
    /// Results that are no numbers, where `values` has none: the least and the greatest of texts, dates, times and moments, and the mean
    /// of times of the day.
    pub texts: Vec<(Method, Json)>,
}

impl Bucket {
    /// The result of a method where it is no number.
    pub fn text(&self, method: Method) -> Option<&Json> {
        self.texts.iter().find(|(of, _)| *of == method).map(|(_, value)| value)
    }

    /// Takes in what a method gives for other values of the same bucket. Gives `false` where both cannot be joined to one.
    pub fn join_text(&mut self, method: Method, other: &Json) -> bool {
        let Some((_, there)) = self.texts.iter_mut().find(|(of, _)| *of == method) else {
            self.texts.push((method, other.clone()));
            return true;
        };
        let further = match method {
            Method::Minimum => Ordering::Less,
            Method::Maximum => Ordering::Greater,
            _ => return false,
        };
        if order(other, there) == further {
            *there = other.clone();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_back_from_its_text() {
        for moment in [-5, 0, 1_700_000_000_000_000] {
            let key =
                InstanceKey { change: ChangeNo(12), position: 3, moment: Timestamp::from_micros(moment) };
            assert_eq!(InstanceKey::parse(&key.to_string()), Some(key));
        }
        assert_eq!(InstanceKey::parse("12-x-3"), None);
    }
}
