//! Which days of which indicators changes touch.

use std::collections::{BTreeSet, HashMap};

use jiff::{civil::Date, tz::TimeZone};
use senne_indicator::Catalogue;
use senne_model::{Change, ChangeKind, ChangeNo, Name, TenantName, Timestamp};

use crate::{calendar::day, entity::term};

/// More days of one indicator than this are a load; they are kept as what they are, days, but a load touches years.
const DAYS_MAX: usize = 40_000;

/// What has been touched since it was last taken.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    /// Days by tenant and the place of the indicator in the catalogue.
    pub(crate) days: HashMap<(TenantName, usize), BTreeSet<Date>>,
    /// Changes up to here are in.
    pub(crate) up_to: ChangeNo,
}

/// Who reads what: type and attribute to the places of indicators.
#[derive(Debug, Default)]
pub(crate) struct Readers {
    by: HashMap<Name, Vec<(Name, usize)>>,
}

impl Readers {
    pub(crate) fn of(catalogue: &Catalogue) -> Self {
        let mut by: HashMap<Name, Vec<(Name, usize)>> = HashMap::new();
        for (place, declaration) in catalogue.indicators.iter().enumerate() {
            let reads = declaration.computed.iter().flat_map(|computed| &computed.reads);
            for (kind, attribute) in
                reads.flat_map(|reads| reads.attributes.iter().map(move |a| (&reads.kind, a)))
            {
                by.entry(term(kind)).or_default().push((term(attribute), place));
            }
        }
        Self { by }
    }
}

impl Touched {
    /// Takes a change in: its values touch the days at which they were observed, else recorded.
    pub(crate) fn take(&mut self, change: &Change, readers: &Readers, zone: &TimeZone) {
        self.up_to = self.up_to.max(change.no);
        if change.kind == ChangeKind::Erased {
            return;
        }
        for (attribute, place) in change.types.iter().filter_map(|kind| readers.by.get(kind)).flatten() {
            for changed in change.attributes.iter().filter(|changed| changed.name == *attribute) {
                let at = changed.instance.observed_at.unwrap_or(change.recorded_at);
                self.add(&change.tenant, *place, at, zone);
            }
        }
    }

    fn add(&mut self, tenant: &TenantName, place: usize, at: Timestamp, zone: &TimeZone) {
        let days = self.days.entry((tenant.clone(), place)).or_default();
        if days.len() < DAYS_MAX {
            days.insert(day(at, zone));
        }
    }

    /// Puts back what could not be worked off.
    pub(crate) fn put_back(&mut self, key: (TenantName, usize), days: BTreeSet<Date>) {
        self.days.entry(key).or_default().extend(days);
    }
}
