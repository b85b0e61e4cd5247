//! The weather in columns: of each period, and of the ordinary year.

use std::collections::{BTreeMap, HashMap};

use crate::{Figure, Frequency, Period, season::standing, weather::DAYS_AROUND};

/// Days colder than this count by how much, in °C: the Belgian convention of degree-days 16.5/16.5.
const BASE: f64 = 16.5;
/// The part of a period whose days must be known for its degree-days to be.
const DAYS_NEEDED: f64 = 0.75;
/// A year as days are placed in it.
const YEAR: i32 = 366;

/// One covariate.
pub(super) struct Column {
    /// What it is called: the indicator, or `degree-days:` and the indicator.
    pub(super) name: String,
    values: BTreeMap<Period, f64>,
    ordinary: HashMap<i32, f64>,
}

impl Column {
    /// Values as they are.
    pub(super) fn plain(id: &str, figures: &[Figure]) -> Self {
        let values = standing(figures).into_iter().map(|(figure, value)| (figure.period, value)).collect();
        Self::of(id.to_owned(), values)
    }

    /// Degree-days of periods from the mean temperatures of days; days that are not known are taken to be as those that are.
    pub(super) fn degree_days(id: &str, days: &[Figure], frequency: Frequency) -> Self {
        let mut sums: BTreeMap<Period, (f64, f64)> = BTreeMap::new();
        for (figure, temperature) in standing(days) {
            let (sum, count) = sums.entry(Period::of(figure.period.first(), frequency)).or_default();
            *sum += (BASE - temperature).max(0.0);
            *count += 1.0;
        }
        let whole = |(period, (sum, count)): (Period, (f64, f64))| {
            let days = period.length() as f64;
            (count >= days * DAYS_NEEDED).then(|| (period, sum / count * days))
        };
        Self::of(format!("degree-days:{id}"), sums.into_iter().filter_map(whole).collect())
    }

    fn of(name: String, values: BTreeMap<Period, f64>) -> Self {
        let mut sums: HashMap<i32, (f64, f64)> = HashMap::new();
        for (period, value) in &values {
            let (sum, count) = sums.entry(place(*period)).or_default();
            *sum += value;
            *count += 1.0;
        }
        let daily = values.keys().next().is_some_and(|period| period.frequency() == Frequency::Day);
        let around = if daily { DAYS_AROUND } else { 0 };
        let mean = |at: i32| {
            let near = (at - around..=at + around).filter_map(|place| sums.get(&place.rem_euclid(YEAR)));
            let (sum, count) = near.fold((0.0, 0.0), |all, one| (all.0 + one.0, all.1 + one.1));
            (at, sum / count)
        };
        let ordinary = sums.keys().map(|place| mean(*place)).collect();
        Self { name, values, ordinary }
    }

    /// The weather of a period.
    pub(super) fn at(&self, period: Period) -> Option<f64> {
        self.values.get(&period).copied()
    }

    /// The weather of the same calendar period in an ordinary year.
    pub(super) fn ordinary(&self, period: Period) -> f64 {
        self.ordinary.get(&place(period)).copied().unwrap_or_default()
    }
}

/// Where a period stands in its year: the month from 1, or the day from 0; the 29th of February has a place of its own.
fn place(period: Period) -> i32 {
    let first = period.first();
    match period.frequency() {
        Frequency::Day => {
            let day = i32::from(first.day_of_year());
            let leap = first.in_leap_year();
            if !leap && first.month() > 2 { day } else { day - 1 }
        }
        _ => i32::from(first.month()),
    }
}

/// How much of the year has gone in the middle of a period, 0 to 1.
pub(super) fn part_of_year(period: Period) -> f64 {
    let first = period.first();
    let middle = f64::from(first.day_of_year() - 1) + period.length() as f64 / 2.0;
    middle / f64::from(first.days_in_year())
}

/// The number of a period, so that the next has the next.
pub(super) fn step(period: Period) -> i64 {
    let first = period.first();
    let (year, month) = (i64::from(first.year()), i64::from(first.month()));
    match period.frequency() {
        Frequency::Day => i64::from((first - jiff::civil::date(1970, 1, 1)).get_days()),
        Frequency::Quarter => year * 4 + (month - 1) / 3,
        _ => year * 12 + month,
    }
}
