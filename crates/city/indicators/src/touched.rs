//! Which days of which indicators changes touch, and which periods of composite indices.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use jiff::{ToSpan, civil::Date, tz::TimeZone};
use senne_indicator::{Catalogue, Period};
use senne_model::{Change, ChangeKind, ChangeNo, Name, TenantName};

use crate::{
    calendar::day,
    entity::{KIND, SUPPRESSED, VALUE, indicator_of, term, value_of},
    question::ACTOR,
    spans,
};

/// The most days of one indicator, or periods of an index, the newest: as many as are computed in full, more than two centuries.
const DAYS_MAX: usize = spans::DAYS_MAX as usize;

/// An indicator of a tenant.
pub(crate) type Key = (TenantName, Arc<str>);

/// What has been touched since it was last taken.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    /// Days by tenant and indicator.
    pub(crate) days: HashMap<Key, BTreeSet<Date>>,
    /// Periods by tenant and composite index.
    pub(crate) indices: HashMap<Key, BTreeSet<Period>>,
    /// Indicators of whose published values somebody else wrote, or removed, any.
    pub(crate) foreign: HashSet<Key>,
    /// Tenants of which something was erased.
    pub(crate) erased: HashSet<TenantName>,
    /// Changes up to here are in.
    pub(crate) up_to: ChangeNo,
    looked: Looked,
}

/// Of indicators that look back, the days whose later days are in `days` already: a load brings many values of a day, and each would add
/// a year of days again.
#[derive(Debug, Default)]
struct Looked {
    /// Until this day later days were added.
    today: Date,
    days: HashMap<Key, HashSet<Date>>,
}

impl Looked {
    /// Whether a day has not been looked at yet.
    fn is_new(&mut self, key: &Key, day: Date, today: Date) -> bool {
        if self.today != today {
            *self = Self { today, days: HashMap::new() };
        }
        let Some(days) = self.days.get_mut(key) else {
            self.days.insert(key.clone(), HashSet::from([day]));
            return true;
        };
        if days.len() >= DAYS_MAX {
            days.clear();
        }
        days.insert(day)
    }
}

/// Who reads what: type and attribute to the indicators that read it.
#[derive(Debug)]
pub(crate) struct Readers {
    /// The type of published values.
    kind: Name,
    by: HashMap<Name, Vec<(Name, Reader)>>,
    /// The indices that an indicator is part of.
    indices: HashMap<String, Vec<Arc<str>>>,
    /// The type and the attributes of published values.
    values: Option<(Name, [Name; 2])>,
}

/// An indicator, and the days after its own that a value also enters.
#[derive(Clone, Debug)]
struct Reader {
    indicator: Arc<str>,
    later: Option<(u16, u16)>,
}

impl Readers {
    pub(crate) fn of(catalogue: &Catalogue) -> Self {
        let mut by: HashMap<Name, Vec<(Name, Reader)>> = HashMap::new();
        for declaration in &catalogue.indicators {
            let reads = declaration.computed.iter().flat_map(|computed| &computed.reads);
            let later = declaration.computed.as_ref().and_then(|computed| computed.later_days);
            let reader = Reader { indicator: declaration.id.as_str().into(), later };
            for (kind, attribute) in
                reads.flat_map(|reads| reads.attributes.iter().map(move |a| (&reads.kind, a)))
            {
                by.entry(term(kind)).or_default().push((term(attribute), reader.clone()));
            }
        }
        let mut indices: HashMap<String, Vec<Arc<str>>> = HashMap::new();
        for index in &catalogue.composites {
            for member in index.members() {
                indices.entry(member.id.clone()).or_default().push(index.id.as_str().into());
            }
        }
        let values = Some((term(KIND), [term(VALUE), term(SUPPRESSED)])).filter(|_| !indices.is_empty());
        Self { by, indices, values, kind: term(KIND) }
    }
}

impl Touched {
    /// Takes a change in: its values touch the days at which they were observed, else recorded, and of the days after those that
    /// look back to it, until today.
    pub(crate) fn take(&mut self, change: &Change, readers: &Readers, zone: &TimeZone, today: Date) {
        self.up_to = self.up_to.max(change.no);
        if change.kind == ChangeKind::Erased {
            self.erased.insert(change.tenant.clone());
            return;
        }
        if change.types.contains(&readers.kind) && *change.actor != *ACTOR {
            let indicator = indicator_of(&change.entity);
            self.foreign.extend(indicator.map(|indicator| (change.tenant.clone(), indicator.into())));
        }
        // Most values of a change are of one moment.
        let mut last = None;
        for (attribute, reader) in change.types.iter().filter_map(|kind| readers.by.get(kind)).flatten() {
            for changed in change.attributes.iter().filter(|changed| changed.name == *attribute) {
                let at = changed.instance.observed_at.unwrap_or(change.recorded_at);
                let (_, day) = last.filter(|(of, _)| *of == at).unwrap_or_else(|| (at, day(at, zone)));
                last = Some((at, day));
                self.add(&change.tenant, reader, day, today);
            }
        }
    }

    fn add(&mut self, tenant: &TenantName, reader: &Reader, day: Date, today: Date) {
        let key = (tenant.clone(), Arc::clone(&reader.indicator));
        if reader.later.is_some() && !self.looked.is_new(&key, day, today) {
            return;
        }
        let days = self.days.entry(key).or_default();
        let after = |n: u16| day.saturating_add(i64::from(n).days());
        let later = reader.later.into_iter().flat_map(|(from, to)| (from..=to).map(after));
        for day in std::iter::once(day).chain(later.take_while(|later| *later <= today)) {
            keep_newest(days, day);
        }
    }

    /// Takes in what a change says of published values: those of which an index is made touch it in their period.
    pub(crate) fn take_values(&mut self, change: &Change, readers: &Readers) {
        let of_values = readers.values.as_ref().filter(|(kind, _)| change.types.contains(kind));
        let Some((_, names)) = of_values else { return };
        for changed in change.attributes.iter().filter(|changed| names.contains(&changed.name)) {
            let Some((indicator, period)) = value_of(&change.entity, &changed.instance) else { continue };
            for index in readers.indices.get(indicator).into_iter().flatten() {
                let periods = self.indices.entry((change.tenant.clone(), Arc::clone(index))).or_default();
                keep_newest(periods, period);
            }
        }
    }

    /// Takes the days out, to be worked off.
    pub(crate) fn take_days(&mut self) -> HashMap<Key, BTreeSet<Date>> {
        self.looked = Looked::default();
        std::mem::take(&mut self.days)
    }

    /// Puts back what could not be worked off.
    pub(crate) fn put_back(&mut self, key: Key, days: BTreeSet<Date>) {
        self.days.entry(key).or_default().extend(days);
    }
}

/// Adds one; where there are too many, what is oldest goes.
fn keep_newest<T: Ord>(known: &mut BTreeSet<T>, one: T) {
    known.insert(one);
    if known.len() > DAYS_MAX {
        known.pop_first();
    }
}

#[cfg(test)]
mod tests {
    use senne_model::{AttributeValue, ChangedAttribute, Effect, EntityId, Instance, Json, Timestamp};

    use super::*;

    fn value_at(at: &str) -> Change {
        let at = Timestamp::parse(at).unwrap();
        let instance = Instance::new(AttributeValue::Property(Json::Float(1.0))).at(at);
        Change {
            no: ChangeNo(7),
            tenant: TenantName::default(),
            actor: "test".into(),
            recorded_at: at,
            entity: EntityId::trusted("urn:s"),
            types: [term("AirQualityObserved")].into_iter().collect(),
            kind: ChangeKind::Updated,
            before: None,
            attributes: vec![ChangedAttribute {
                name: term("no2"),
                effect: Effect::Updated,
                instance,
                previous: None,
            }],
        }
    }

    #[test]
    fn a_value_touches_its_day_and_the_days_that_look_back_to_it() {
        let readers = Readers {
            by: HashMap::from([(
                term("AirQualityObserved"),
                [("0", None), ("1", Some((2, 3))), ("2", Some((364, 364)))]
                    .map(|(id, later)| (term("no2"), Reader { indicator: id.into(), later }))
                    .into(),
            )]),
            ..Readers::of(&Catalogue::default())
        };
        let zone = crate::calendar::zone().unwrap();
        let mut touched = Touched::default();
        let date = |text: &str| text.parse::<Date>().unwrap();
        // Half past eleven in the evening in UTC is the next day in Brussels.
        touched.take(&value_at("2024-01-01T23:30:00Z"), &readers, &zone, date("2024-01-04"));
        let days =
            |id: &str| touched.days[&(TenantName::default(), id.into())].iter().copied().collect::<Vec<_>>();
        assert_eq!(days("0"), [date("2024-01-02")]);
        assert_eq!(days("1"), [date("2024-01-02"), date("2024-01-04")]);
        assert_eq!(days("2"), [date("2024-01-02")]);
        touched.take(&value_at("2024-01-01T12:00:00Z"), &readers, &zone, date("2025-06-01"));
        let year_after = &touched.days[&(TenantName::default(), "2".into())];
        assert!(year_after.contains(&date("2024-12-30")) && touched.up_to == ChangeNo(7));
        // A day that has been there already: once the days have been taken, or when a day has begun since, its later days come again.
        let again = value_at("2024-01-01T13:00:00Z");
        let two = (TenantName::default(), Arc::from("1"));
        touched.take_days();
        touched.take(&again, &readers, &zone, date("2024-01-03"));
        assert_eq!(
            touched.days[&two].iter().copied().collect::<Vec<_>>(),
            [date("2024-01-01"), date("2024-01-03")]
        );
        touched.take(&again, &readers, &zone, date("2024-01-03"));
        touched.take(&again, &readers, &zone, date("2024-01-04"));
        assert_eq!(touched.days[&two].last(), Some(&date("2024-01-04")));
    }

    #[test]
    fn of_too_many_days_the_newest_are_kept() {
        let mut days = BTreeSet::new();
        let all = DAYS_MAX as i32 + 50_000;
        for day in (0..all).rev() {
            keep_newest(&mut days, day);
        }
        assert_eq!((days.len(), days.first(), days.last()), (DAYS_MAX, Some(&50_000), Some(&(all - 1))));
    }

    #[test]
    fn published_values_that_another_wrote_make_what_is_known_wrong() {
        let zone = crate::calendar::zone().unwrap();
        let readers = Readers::of(&Catalogue::default());
        let today = "2024-01-04".parse().unwrap();
        let mut touched = Touched::default();
        let change = |actor: &str, entity: &str| Change {
            actor: actor.into(),
            entity: EntityId::trusted(entity),
            types: [term(KIND)].into_iter().collect(),
            ..value_at("2024-01-01T12:00:00Z")
        };
        let of = "urn:ngsi-ld:KeyPerformanceIndicator:no2-mean:BE-1";
        touched.take(&change(ACTOR, of), &readers, &zone, today);
        touched.take(&change("somebody", "urn:else"), &readers, &zone, today);
        assert!(touched.foreign.is_empty() && touched.erased.is_empty());
        touched.take(&change("somebody", of), &readers, &zone, today);
        assert_eq!(touched.foreign, HashSet::from([(TenantName::default(), "no2-mean".into())]));
        touched.take(&value_at("2024-01-01T12:00:00Z").erased(), &readers, &zone, today);
        assert_eq!(touched.erased, HashSet::from([TenantName::default()]));
    }
}
