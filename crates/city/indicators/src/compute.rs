//! From touched days to figures that are new.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use jiff::{civil::Date, tz::TimeZone};
use senne_hub::{Hub, PastQuery, language::TimeFilter};
use senne_indicator::{Declaration, Figure, Frequency, Period, Status, Value, entity_of};
use senne_model::{EntityId, Problem, TenantName, Timestamp};

use crate::{
    book::Book,
    calendar::{day, is_over},
    cell::beside,
    entity::{SUPPRESSED, VALUE, figure, moment, term},
    hierarchy::Hierarchy,
    leaf::{Year, year_of},
    leaves::Leaves,
    question::{Asked, Row, ask, service},
    rows::{cells, whole_values},
    slot::Slot,
};

/// The most published values that are read at once.
const PUBLISHED_MAX: usize = 2_000_000;

/// Computes one indicator of one tenant.
pub(crate) struct Computation<'a> {
    pub(crate) hub: &'a Hub,
    pub(crate) tenant: &'a TenantName,
    pub(crate) declaration: &'a Declaration,
    pub(crate) hierarchy: &'a Hierarchy,
    pub(crate) zone: &'a TimeZone,
    pub(crate) now: Timestamp,
    /// Where years are that memory had no room for; nothing for who must not use them.
    pub(crate) leaves: Option<&'a Arc<Leaves>>,
}

impl Computation<'_> {
    /// The figures that differ from what is published, for the periods that hold some days.
    pub(crate) async fn update(
        &self,
        book: &mut Book,
        days: &BTreeSet<Date>,
    ) -> Result<Vec<Figure>, Problem> {
        let bases: BTreeSet<Period> =
            days.iter().map(|day| Period::of(*day, self.declaration.base())).collect();
        let periods = self.periods(&bases);
        let mut asked = BTreeSet::new();
        for year in book.lacks(&periods) {
            if !self.bring(book, year).await? {
                asked.insert(year);
            }
        }
        if self.declaration.adds_up() {
            // A year that was not known at all has just been asked for as a whole.
            let rest = bases.iter().copied().filter(|base| !asked.contains(&year_of(*base)));
            for (from, to) in runs(rest) {
                self.refresh(book, from, to).await?;
            }
        }
        let mut said = book.said(&periods);
        let mut found = Vec::new();
        for period in periods {
            let now = self.figures(book, period).await?;
            let gone = gone(said.remove(&period).unwrap_or_default(), &now);
            for (slot, value) in now.into_iter().chain(gone) {
                found.extend(self.news(book, slot, period, value));
            }
        }
        Ok(found)
    }

    /// What the base periods from one to another, both included, would have, without looking at what is published.
    pub(crate) async fn tried(&self, first: Period, last: Period) -> Result<Vec<Figure>, Problem> {
        let mut book = Book::of(self.declaration);
        for year in year_of(first)..=year_of(last) {
            book.open(year, HashMap::new());
        }
        if self.declaration.adds_up() {
            self.refresh(&mut book, first, last.next()).await?;
        }
        let mut found = Vec::new();
        for period in std::iter::successors(Some(first), |period| Some(period.next()))
            .take_while(|period| *period <= last)
        {
            for (area, value) in self.figures(&book, period).await? {
                found.extend(self.news(&mut book, area, period, value));
            }
        }
        Ok(found)
    }

    /// The periods of all frequencies that hold some base periods.
    fn periods(&self, bases: &BTreeSet<Period>) -> BTreeSet<Period> {
        let of = |base: &Period| {
            let first = base.first();
            self.declaration.frequencies.iter().map(move |frequency| Period::of(first, *frequency))
        };
        bases.iter().flat_map(of).collect()
    }

    /// Takes a civil year up again as it was left, else asks for it; gives whether it was there.
    pub(crate) async fn bring(&self, book: &mut Book, year: Year) -> Result<bool, Problem> {
        if let Some(leaves) = self.leaves {
            let key = (self.tenant.clone(), self.declaration.id.as_str().into());
            if let Some(leaf) = leaves.take(&key, book.formula(), year).await {
                book.put(year, leaf);
                return Ok(true);
            }
        }
        self.open(book, year).await?;
        Ok(false)
    }

    /// Reads a civil year: its parts, and what is published of it.
    pub(crate) async fn open(&self, book: &mut Book, year: Year) -> Result<(), Problem> {
        let first = Date::new(year, 1, 1).map_err(|error| Problem::bad(error.to_string()))?;
        let whole = Period::of(first, Frequency::Year);
        if !self.declaration.adds_up() {
            book.open(year, HashMap::new());
            let known = self.published(self.all_areas(), whole).await?;
            book.open(year, known);
            return Ok(());
        }
        let base = self.declaration.base();
        let (from, to) = (begins(first, base), begins(whole.next().first(), base));
        let rows = self.between(self.declaration.finest(), from, to, None).await?;
        let mut areas: BTreeSet<EntityId> = rows.iter().map(|row| row.area.clone()).collect();
        let holders: Vec<EntityId> = areas
            .iter()
            .flat_map(|area| {
                self.declaration.levels.iter().filter_map(|level| self.hierarchy.holder(area, level))
            })
            .collect();
        areas.extend(holders);
        // Those of which nothing is there any more have published values all the same.
        areas.extend(self.all_areas());
        book.open(year, self.published(areas, whole).await?);
        book.replace(from, to, cells(self.declaration, rows, self.zone));
        Ok(())
    }

    async fn refresh(&self, book: &mut Book, from: Period, to: Period) -> Result<(), Problem> {
        let rows = self.between(self.declaration.finest(), from, to, None).await?;
        book.replace(from, to, cells(self.declaration, rows, self.zone));
        Ok(())
    }

    /// All areas of the levels of the declaration.
    fn all_areas(&self) -> BTreeSet<EntityId> {
        self.declaration.levels.iter().flat_map(|level| self.hierarchy.of_level(level)).collect()
    }

    /// What each area and slice has in a period.
    async fn figures(&self, book: &Book, period: Period) -> Result<Vec<(Slot, Option<Value>)>, Problem> {
        let today = day(self.now, self.zone);
        let ended = is_over(self.declaration, period, today);
        if self.declaration.adds_up() {
            let now = Period::of(today, self.declaration.base());
            return Ok(book.figures(self.declaration, self.hierarchy, period, now, ended));
        }
        self.given(period, None, ended).await
    }

    /// What each area has in a period, for a measure that does not add up.
    pub(crate) async fn given(
        &self,
        period: Period,
        as_of: Option<senne_model::ChangeNo>,
        ended: bool,
    ) -> Result<Vec<(Slot, Option<Value>)>, Problem> {
        let mut found = Vec::new();
        for level in &self.declaration.levels {
            let rows = self.ask(level, period, as_of).await?;
            found.extend(whole_values(self.declaration, rows, period, self.zone, ended));
        }
        Ok(found)
    }

    /// Asks for one level over a period.
    async fn ask(
        &self,
        level: &str,
        period: Period,
        as_of: Option<senne_model::ChangeNo>,
    ) -> Result<Vec<Row>, Problem> {
        self.between(level, period, period.next(), as_of).await
    }

    /// Asks for one level from the first moment of a period to that of another.
    pub(crate) async fn between(
        &self,
        level: &str,
        from: Period,
        to: Period,
        as_of: Option<senne_model::ChangeNo>,
    ) -> Result<Vec<Row>, Problem> {
        let (from, to) = (from.moments(self.zone).0, to.moments(self.zone).0);
        ask(self.hub, self.tenant, self.declaration, &Asked { level, from, to, as_of }).await
    }

    /// A figure, when it differs from what is published.
    fn news(&self, book: &mut Book, slot: Slot, period: Period, value: Option<Value>) -> Option<Figure> {
        let leaf = book.leaf_mut(year_of(period))?;
        let known = leaf.published.get(&(slot.clone(), period));
        let mut value = match (value, known) {
            (Some(value), _) => value,
            // What was said cannot be taken back from those who read it; it is said that nothing stands there any more.
            (None, Some(known)) if known.number.is_some() => {
                Value { status: Status::Incomplete, coverage: 0.0, ..known.clone() }
            }
            (None, _) => return None,
        };
        value.status = beside(known, &value);
        if known.is_some_and(|known| known.alike(&value)) {
            return None;
        }
        leaf.published.insert((slot.clone(), period), value.clone());
        Some(Figure {
            area: slot.area,
            period,
            slice: slot.slice,
            value,
            formula: self.declaration.formula(),
            vintage: senne_model::ChangeNo::default(),
        })
    }

    /// What is published of some areas, for periods that begin in a year.
    async fn published(
        &self,
        areas: BTreeSet<EntityId>,
        year: Period,
    ) -> Result<HashMap<(Slot, Period), Value>, Problem> {
        if areas.is_empty() {
            return Ok(HashMap::new());
        }
        let by_entity: HashMap<EntityId, EntityId> =
            areas.into_iter().map(|area| (entity_of(&self.declaration.id, &area), area)).collect();
        let time =
            TimeFilter { from: Some(moment(year)), to: Some(moment(year.next())), ..TimeFilter::default() };
        let query = PastQuery {
            attributes: vec![term(VALUE), term(SUPPRESSED)],
            types: vec![term(crate::entity::KIND)],
            limit: PUBLISHED_MAX,
            ..PastQuery::of(by_entity.keys().cloned().collect(), time)
        };
        let mut known = HashMap::new();
        for past in self.hub.past(&service(self.tenant), &query).await? {
            let Some(area) = by_entity.get(&past.entity) else { continue };
            let points = past.series.iter().flat_map(|series| &series.points);
            for figure in points.filter_map(|point| figure(area, point)) {
                // Of a value and a suppression of the same period the one recorded last counts.
                let key = (Slot { area: area.clone(), slice: figure.slice.clone() }, figure.period);
                let newer = known.get(&key).is_none_or(|(vintage, _)| *vintage <= figure.vintage);
                if newer && figure.formula == self.declaration.formula() {
                    known.insert(key, (figure.vintage, figure.value));
                }
            }
        }
        Ok(known.into_iter().map(|(key, (_, value))| (key, value)).collect())
    }
}

/// The first period that begins in a year: a week that began in the year before is of that year.
fn begins(year: Date, base: Frequency) -> Period {
    let first = Period::of(year, base);
    if first.first() < year { first.next() } else { first }
}

/// The areas and slices of which a value is published and nothing is there any more.
fn gone(said: Vec<Slot>, now: &[(Slot, Option<Value>)]) -> Vec<(Slot, Option<Value>)> {
    let there: HashSet<&Slot> = now.iter().map(|(slot, _)| slot).collect();
    said.into_iter().filter(|slot| !there.contains(slot)).map(|slot| (slot, None)).collect()
}

/// Consecutive periods as ranges, from the first to the one after the last.
fn runs(periods: impl Iterator<Item = Period>) -> Vec<(Period, Period)> {
    let mut runs: Vec<(Period, Period)> = Vec::new();
    for period in periods {
        match runs.last_mut() {
            Some((_, to)) if *to == period => *to = period.next(),
            _ => runs.push((period, period.next())),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_in_a_row_are_asked_at_once() {
        let day = |text: &str| text.parse::<Period>().unwrap();
        let days = ["2024-02-28", "2024-02-29", "2024-03-01", "2024-03-05"].map(day);
        let found = runs(days.into_iter());
        assert_eq!(found, [(day("2024-02-28"), day("2024-03-02")), (day("2024-03-05"), day("2024-03-06"))]);
    }

    #[test]
    fn a_week_is_of_the_year_in_which_it_begins() {
        let begins = |year: i16, base| begins(Date::new(year, 1, 1).unwrap(), base).to_string();
        assert_eq!(begins(2024, Frequency::Week), "2024-W01");
        // The first of January 2023 is a Sunday: its week is the last of 2022.
        assert_eq!(begins(2023, Frequency::Week), "2023-W01");
        // The first week of 2025 begins in 2024, that of 2026 in 2025.
        assert_eq!([2025, 2026].map(|year| begins(year, Frequency::Week)), ["2025-W02", "2026-W02"]);
        assert_eq!(begins(2023, Frequency::Day), "2023-01-01");
        assert_eq!(begins(2023, Frequency::Month), "2023-01");
    }

    #[test]
    fn what_is_published_and_no_longer_there_is_gone() {
        let slot = |area: &str| Slot::all(EntityId::trusted(area));
        let now = [(slot("urn:a"), Some(Value::default())), (slot("urn:b"), None)];
        let gone = gone(vec![slot("urn:a"), slot("urn:b"), slot("urn:c")], &now);
        assert_eq!(gone, [(slot("urn:c"), None)]);
    }
}
