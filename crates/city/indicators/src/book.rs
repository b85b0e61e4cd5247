//! The parts of one indicator in memory, by civil year: what values are put together from without asking again.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use senne_indicator::{Declaration, Frequency, Period, Value};

use crate::{
    cell::Cell,
    hierarchy::Hierarchy,
    leaf::{Leaf, Year, year_of},
    slices::complementary,
    slot::Slot,
};

/// Parts by year, area and base period, and what is published.
#[derive(Debug, Default)]
pub(crate) struct Book {
    /// The digest of the declaration that it was made by.
    formula: String,
    years: BTreeMap<Year, Leaf>,
    /// Whether anything was published in years that are closed.
    published: bool,
}

impl Book {
    /// An empty one.
    pub(crate) fn of(declaration: &Declaration) -> Self {
        Self { formula: declaration.formula(), ..Self::default() }
    }

    /// The digest of the declaration that it was made by.
    pub(crate) fn formula(&self) -> &str {
        &self.formula
    }

    /// Whether a year is known.
    pub(crate) fn has(&self, year: Year) -> bool {
        self.years.contains_key(&year)
    }

    /// The years that are not known of those that some periods need.
    pub(crate) fn lacks(&self, periods: &BTreeSet<Period>) -> BTreeSet<Year> {
        let ends = |period: &Period| [year_of(*period), period.next().previous_day_year()];
        periods.iter().flat_map(ends).filter(|year| !self.has(*year)).collect()
    }

    /// Opens a year, with what is published of it.
    pub(crate) fn open(&mut self, year: Year, published: HashMap<(Slot, Period), Value>) {
        self.put(year, Leaf { published, ..Leaf::default() });
    }

    /// Puts a year in that was taken out before.
    pub(crate) fn put(&mut self, year: Year, leaf: Leaf) {
        self.years.insert(year, leaf);
    }

    /// Replaces what is known of base periods from `from` to before `to`. What a question gives of others is left out: it was not asked for them,
    /// and has but part of what they are.
    pub(crate) fn replace(
        &mut self,
        from: Period,
        to: Period,
        cells: impl Iterator<Item = (Slot, Period, Cell)>,
    ) {
        for leaf in self.years.values_mut() {
            for known in leaf.cells.values_mut() {
                let mut rest = known.split_off(&from);
                let mut after = rest.split_off(&to);
                known.append(&mut after);
            }
        }
        for (slot, period, cell) in cells.filter(|(_, period, _)| (from..to).contains(period)) {
            if let Some(leaf) = self.years.get_mut(&year_of(period)) {
                leaf.cells.entry(slot).or_default().entry(period).or_default().add(&cell);
            }
        }
    }

    /// All areas with their values in a period, those of all levels of the declaration, and of each its slices. `now` is the base period that the
    /// present falls into.
    pub(crate) fn figures(
        &self,
        declaration: &Declaration,
        hierarchy: &Hierarchy,
        period: Period,
        now: Period,
        ended: bool,
    ) -> Vec<(Slot, Option<Value>)> {
        let base = declaration.base();
        let (first, last) = (Period::of(period.first(), base), Period::of(period.next().first(), base));
        let expected = base_periods(first, last.min(now.next())) as f64;
        let mut sums: BTreeMap<Slot, (Cell, f64)> = BTreeMap::new();
        for (slot, cell) in self.slots(first, last) {
            for level in &declaration.levels {
                let Some(holder) = hierarchy.holder(&slot.area, level) else { continue };
                let (sum, areas) = sums.entry(slot.of(holder)).or_default();
                sum.add(&cell);
                *areas += 1.0;
            }
        }
        // Nothing of a kind is not nothing observed: what was there to be seen is known of all kinds together.
        let seen: HashMap<Slot, (f64, f64)> =
            sums.iter().map(|(slot, (cell, areas))| (slot.clone(), (cell.covered, *areas))).collect();
        let value = |(slot, (mut cell, mut areas)): (Slot, (Cell, f64))| {
            if slot.slice.is_some() {
                (cell.covered, areas) = seen.get(&Slot::all(slot.area.clone())).copied().unwrap_or_default();
            }
            let value = cell.value(declaration, (&slot.area, period), expected * areas, ended);
            (slot, value)
        };
        complementary(sums.into_iter().map(value).collect())
    }

    /// What each area and slice has from `first` to before `last`; those that have anything in those years, even nothing then.
    fn slots(&self, first: Period, last: Period) -> impl Iterator<Item = (&Slot, Cell)> {
        let mut sums: BTreeMap<&Slot, Cell> = BTreeMap::new();
        let years = year_of(first)..=last.previous_day_year();
        for leaf in self.years.range(years).map(|(_, leaf)| leaf) {
            for (slot, known) in &leaf.cells {
                let sum = sums.entry(slot).or_default();
                known.range(first..last).for_each(|(_, cell)| sum.add(cell));
            }
        }
        sums.into_iter()
    }

    /// Of which areas and slices a value is published, for some periods.
    pub(crate) fn said(&self, periods: &BTreeSet<Period>) -> HashMap<Period, Vec<Slot>> {
        let mut said: HashMap<Period, Vec<Slot>> = HashMap::new();
        for ((slot, period), value) in self.years.values().flat_map(|leaf| &leaf.published) {
            if value.number.is_some() && periods.contains(period) {
                said.entry(*period).or_default().push(slot.clone());
            }
        }
        said
    }

    /// Whether anything is published, as far as that was asked.
    pub(crate) fn is_published(&self) -> bool {
        self.published || self.years.values().any(|leaf| !leaf.published.is_empty())
    }

    /// Takes the years before one out.
    pub(crate) fn close_before(&mut self, year: Year) -> BTreeMap<Year, Leaf> {
        self.published = self.is_published();
        let rest = self.years.split_off(&year);
        std::mem::replace(&mut self.years, rest)
    }

    /// All years.
    pub(crate) fn close(self) -> BTreeMap<Year, Leaf> {
        self.years
    }

    /// A year that is known.
    pub(crate) fn leaf_mut(&mut self, year: Year) -> Option<&mut Leaf> {
        self.years.get_mut(&year)
    }

    /// How many cells, pieces of them and values it holds.
    pub(crate) fn size(&self) -> usize {
        self.years.values().map(Leaf::size).sum()
    }
}

/// How many base periods there are from one to before another.
fn base_periods(first: Period, last: Period) -> usize {
    if first.frequency() == Frequency::Day {
        return first.days_until(last);
    }
    std::iter::successors(Some(first), |period| Some(period.next()))
        .take_while(|period| *period < last)
        .count()
}

#[cfg(test)]
mod tests {
    use senne_indicator::{Parts, read};
    use senne_model::EntityId;

    use super::*;

    const WEEKLY: &str = "id: visits
version: 1
title: { fr: a, nl: b, en: c }
definition: { fr: a, nl: b, en: c }
pillar: mobility
unit: C62
direction: up
measure: sum
levels: [region]
frequencies: [week]
computed:
  reads: [{ type: Counter, attributes: [visits] }]
  sql: SELECT area, at, sum FROM x WHERE $from < $to AND level = $level
data_quality: measured
owner: Somebody
";

    fn cell(sum: f64) -> Cell {
        Cell { parts: Parts { sum, ..Parts::default() }, covered: 1.0, ..Cell::default() }
    }

    fn slot() -> Slot {
        Slot::all(EntityId::trusted("urn:a"))
    }

    #[test]
    fn what_was_not_asked_for_is_not_added_to_what_is_known() {
        let declaration = read("a", WEEKLY).unwrap();
        let week = |text: &str| text.parse::<Period>().unwrap();
        let mut book = Book::of(&declaration);
        book.open(2024, HashMap::new());
        let all = [(slot(), week("2024-W10"), cell(5.0)), (slot(), week("2024-W11"), cell(7.0))];
        book.replace(week("2024-W10"), week("2024-W12"), all.clone().into_iter());
        // A question that looks back gives the week before, too.
        book.replace(week("2024-W11"), week("2024-W12"), all.into_iter());
        let sums: Vec<f64> = book.years[&2024].cells[&slot()].values().map(|cell| cell.parts.sum).collect();
        assert_eq!(sums, [5.0, 7.0]);
    }

    #[test]
    fn what_is_published_is_known_by_its_period() {
        let value = |number| Value { number, ..Value::default() };
        let period = |text: &str| text.parse::<Period>().unwrap();
        let mut book = Book::default();
        let published = [("2024-W10", Some(1.0)), ("2024-W11", None), ("2024-W12", Some(2.0))];
        let published = published.map(|(text, number)| ((slot(), period(text)), value(number)));
        book.open(2024, published.into());
        let asked = BTreeSet::from([period("2024-W10"), period("2024-W11")]);
        assert_eq!(book.said(&asked), HashMap::from([(period("2024-W10"), vec![slot()])]));
    }
}
