//! The indicator of all areas on the last whole day that was observed.

use std::sync::Arc;

use jiff::{ToSpan, Zoned};
use senne_chart::{
    Dot, Trust,
    map::{Area, MapPicture},
    spark,
};
use senne_model::{Entity, Problem};

use super::rows::AreaRow;
use crate::{
    describe,
    figures::AreaDay,
    format,
    overview::{self, Overview},
    visit::Visit,
};

/// How many days back the last known day is looked for.
const DAYS_BACK: i64 = 7;

/// The areas and what is known of each on one day.
pub(crate) struct Region {
    /// The civil day, `2024-01-31`.
    pub(crate) day: String,
    /// Areas by name, with their figure.
    pub(crate) areas: Vec<(Arc<Entity>, Option<AreaDay>)>,
    pub(crate) guideline: f64,
    /// The days before, of all areas.
    days: Arc<Vec<AreaDay>>,
}

/// The last whole day before a moment on the clocks of Brussels, and the one `back` days before it.
pub(crate) fn days_until(
    at: senne_model::Timestamp,
    now: senne_model::Timestamp,
    back: i64,
) -> Option<(String, String)> {
    let here: Zoned = format::local(at);
    let today = format::local(now).date();
    // The day under way is not whole yet.
    let last = if here.date() < today { here.date() } else { today.checked_sub(1.day()).ok()? };
    let first = last.checked_sub(back.days()).ok()?;
    Some((first.to_string(), last.to_string()))
}

impl Region {
    /// `None` when no area is known, or nothing was ever observed.
    pub(crate) async fn read(visit: &Visit, overview: &Overview) -> Result<Option<Self>, Problem> {
        if overview.areas.is_empty() {
            return Ok(None);
        }
        let newest = overview::newest(&overview.stations, crate::NO2).unwrap_or(visit.now);
        let Some((from, to)) = days_until(newest, visit.now, DAYS_BACK) else { return Ok(None) };
        let days = visit.portal.areas(&visit.context(), &from, &to).await?;
        let day =
            days.iter().filter(|d| d.mean.is_some()).map(|d| d.day.as_str()).max().unwrap_or(&to).to_owned();
        let guideline = days.first().map_or(crate::NO2_GUIDELINE, |d| d.guideline);
        let on_day = |area: &Entity| days.iter().find(|d| d.day == day && d.area == area.id).cloned();
        let mut areas: Vec<_> = overview.areas.iter().map(|area| (Arc::clone(area), on_day(area))).collect();
        areas.sort_by_cached_key(|(area, _)| describe::name_of(area, visit.w.language));
        Ok(Some(Self { day, areas, guideline, days }))
    }

    pub(crate) fn known(&self) -> usize {
        self.areas.iter().filter(|(_, day)| day.as_ref().is_some_and(|d| d.mean.is_some())).count()
    }

    pub(crate) fn above(&self) -> usize {
        let above = |day: &AreaDay| day.mean.is_some_and(|mean| mean > day.guideline);
        self.areas.iter().filter(|(_, day)| day.as_ref().is_some_and(above)).count()
    }

    pub(crate) fn simulated(&self) -> bool {
        self.areas.iter().any(|(_, day)| day.as_ref().is_some_and(|d| d.simulated))
    }

    /// The rows of a table on one common scale.
    pub(crate) fn rows(&self, visit: &Visit) -> Vec<AreaRow> {
        let means = self.areas.iter().filter_map(|(_, day)| day.as_ref()?.mean);
        let high = means.fold(self.guideline, f64::max) * 1.1;
        let row = |(area, day): &(Arc<Entity>, Option<AreaDay>)| {
            AreaRow::new(visit.w, area, day.as_ref(), self.guideline, high, self.spark(area))
        };
        self.areas.iter().map(row).collect()
    }

    /// The days of one area as a small line; empty when there are fewer than two.
    fn spark(&self, area: &Entity) -> String {
        let known = self.days.iter().filter(|d| d.area == area.id && d.day <= self.day);
        let mut dots: Vec<Dot> = known
            .filter_map(|d| {
                let date: jiff::civil::Date = d.day.parse().ok()?;
                let at = i64::from(date.duration_since(jiff::civil::Date::ZERO).as_hours() as i32);
                Some(Dot { at, value: d.mean?, spread: None, trust: Trust::Usable })
            })
            .collect();
        dots.sort_by_key(|d| d.at);
        if dots.len() < 2 { String::new() } else { spark::svg(&dots, 36) }
    }

    /// What the region shows, as the title of a page or section.
    pub(crate) fn title(&self, visit: &Visit) -> String {
        let words = visit.w;
        let [above, known, all] =
            [self.above(), self.known(), self.areas.len()].map(|n| format::amount(words.language, n as u64));
        let day = format::day(words.language, &self.day);
        match (self.known(), self.above()) {
            (0, _) => words.fill("region.unknown", [day]),
            (_, 0) => words.fill("region.none_above", [known, all, day]),
            (_, 1) => words.fill("region.one_above", [known, day]),
            _ => words.fill("region.above", [above, known, day]),
        }
    }

    /// What it means, and of how many areas nothing is known.
    pub(crate) fn sentence(&self, visit: &Visit) -> String {
        let words = visit.w;
        let limit = format::value(words.language, self.guideline);
        let unknown = (self.areas.len() - self.known()) as u64;
        let mut text = words.fill("region.meaning", [limit]);
        if unknown > 0 {
            text = format!("{text} {}", words.count("region.not_measured", unknown));
        }
        text
    }

    /// The areas as a map; empty when there is nothing to draw.
    pub(crate) fn map(&self, visit: &Visit, id: &str, names: bool) -> String {
        let titles: Vec<String> =
            self.areas.iter().map(|(a, _)| describe::name_of(a, visit.w.language)).collect();
        let areas: Vec<Area<'_>> = self
            .areas
            .iter()
            .zip(&titles)
            .filter_map(|((area, day), name)| AreaRow::on_map(visit.w, area, name, day.as_ref()))
            .collect();
        let (title, description) = (self.title(visit), visit.w.t("region.map_text"));
        MapPicture { id, title: &title, description, areas: &areas, marks: &[], names }.svg()
    }
}

#[cfg(test)]
mod tests {
    use senne_model::Timestamp;

    use super::*;

    #[test]
    fn the_day_under_way_is_left_out() {
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let now = at("2024-02-02T23:30:00Z");
        // Half past midnight of the third in Brussels.
        assert_eq!(
            days_until(at("2024-02-02T23:20:00Z"), now, 1).unwrap(),
            ("2024-02-01".into(), "2024-02-02".into())
        );
        assert_eq!(
            days_until(at("2023-03-01T12:00:00Z"), now, 0).unwrap(),
            ("2023-03-01".into(), "2023-03-01".into())
        );
    }
}
