//! The page of one commune: its indicator, the days behind it, the stations inside.

use std::sync::Arc;

use askama::Template;
use axum::{extract::Path, response::Response};
use senne_chart::{
    Dot, Trust,
    line::{Guideline, LineChart, Side},
    map::MapPicture,
};
use senne_model::{Entity, EntityId, Problem};

use super::{
    facts, region,
    rows::{AreaRow, Fact, StationRow},
};
use crate::{
    address, describe,
    figures::AreaDay,
    format,
    frame::Frame,
    overview::{self, Overview, Station},
    sentence,
    series::Series,
    visit::Visit,
};

const DAYS_BACK: i64 = 89;
const STATIONS_MAX: usize = 40;
const DAY: i64 = 86_400_000_000;

#[derive(Template)]
#[template(path = "area.html")]
struct AreaPage {
    frame: Frame,
    name: String,
    id: String,
    id_path: String,
    finding: String,
    simulated: bool,
    indicator: Option<Today>,
    chart: String,
    sentence: String,
    days: Vec<DayRow>,
    inside_title: String,
    stations: Vec<StationRow>,
    more_stations: Option<String>,
    facts: Vec<Fact>,
    map: String,
    schematic: bool,
    api: String,
    profile: String,
}

/// The indicator on the last whole day.
struct Today {
    value: String,
    known: bool,
    above: bool,
    against: String,
    certainty: String,
}

struct DayRow {
    iso: String,
    day: String,
    mean: String,
    observed: String,
    flagged: String,
    stations: String,
}

/// `GET /{language}/area/{id}`
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    let page = view(&visit, &id).await;
    visit.answer(page)
}

async fn view(visit: &Visit, id: &str) -> Result<AreaPage, Problem> {
    let words = visit.w;
    let missing = || Problem::not_found("no such area");
    let id = EntityId::parse(id).map_err(|_| missing())?;
    let overview = visit.portal.overview(&visit.context()).await?;
    let area = Arc::clone(overview.area(&id).ok_or_else(missing)?);
    let contract = describe::contract_of(visit.hub().contracts(), &area);
    let name = describe::name_of(&area, words.language);
    let inside = overview.inside(&area);
    let days = days(visit, &overview, &area, &inside).await?;
    let latest = days.iter().rev().find(|d| d.mean.is_some()).or(days.last());
    let finding =
        latest.map_or_else(|| words.t("area.no_indicator").to_owned(), |d| sentence::area_finding(words, d));
    let (chart, said) = chart(visit, &name, &days);
    let codes = visit.portal.codes(&visit.context()).await?;
    let code = codes.code(&area.id).unwrap_or(area.id.as_str());
    let mut stations: Vec<StationRow> = inside
        .iter()
        .map(|s| StationRow::new(words, visit.hub().contracts(), &s.entity, visit.now))
        .collect();
    stations.sort_by(|a, b| (a.mark, &a.name).cmp(&(b.mark, &b.name)));
    let frame = visit
        .frame()
        .titled(format!("{name}: {finding}"), words.fill("area.description", [&name]))
        .under(words.t("frame.areas"), "/areas")
        .ending(name.clone());
    Ok(AreaPage {
        frame,
        simulated: days.iter().any(|d| d.simulated),
        indicator: latest.map(|day| today(visit, day)),
        chart,
        sentence: said,
        days: days.iter().rev().map(|day| row(visit, day)).collect(),
        inside_title: words.count("area.inside", stations.len() as u64),
        more_stations: stations
            .len()
            .checked_sub(STATIONS_MAX + 1)
            .map(|n| words.count("area.more", n as u64 + 1)),
        stations: stations.into_iter().take(STATIONS_MAX).collect(),
        facts: facts::facts_of(words, contract, &area, &overview, true),
        map: map(visit, &area, &inside, latest),
        schematic: describe::schematic(&area),
        api: format!("/ngsi-ld/v1/entities/{}", address::segment(&area.id)),
        profile: super::profile::link(words, code),
        id_path: address::segment(&area.id),
        id: area.id.to_string(),
        finding,
        name,
    })
}

/// The days of this area up to the last whole day that one of its stations observed, oldest first.
async fn days(
    visit: &Visit,
    overview: &Overview,
    area: &Entity,
    inside: &[&Station],
) -> Result<Vec<AreaDay>, Problem> {
    let here = overview::newest(inside.iter().copied(), crate::NO2);
    let newest = here.or_else(|| overview::newest(&overview.stations, crate::NO2));
    let Some((from, to)) = newest.and_then(|at| region::days_until(at, visit.now, DAYS_BACK)) else {
        return Ok(Vec::new());
    };
    let all = visit.portal.areas(&visit.context(), &from, &to).await?;
    let mut days: Vec<AreaDay> = all.iter().filter(|d| d.area == area.id).cloned().collect();
    days.sort_by(|a, b| a.day.cmp(&b.day));
    if days.iter().all(|d| d.mean.is_none() && d.stations == 0) {
        days.clear();
    }
    Ok(days)
}

fn today(visit: &Visit, day: &AreaDay) -> Today {
    let words = visit.w;
    let limit = sentence::with_unit(words, day.guideline, "µg/m³");
    let against = match day.mean {
        Some(mean) if mean > day.guideline => {
            let more = format::percent(words.language, mean / day.guideline - 1.0);
            words.fill("area.against_above", [more, limit])
        }
        Some(mean) => {
            let less = format::percent(words.language, 1.0 - mean / day.guideline);
            words.fill("area.against_below", [less, limit])
        }
        None => words.t("area.against_unknown").to_owned(),
    };
    Today {
        value: day.mean.map_or_else(
            || words.t("value.not_measured").to_owned(),
            |mean| format::number(words.language, mean, 1),
        ),
        known: day.mean.is_some(),
        above: day.mean.is_some_and(|mean| mean > day.guideline),
        against,
        certainty: sentence::area_certainty(words, day),
    }
}

/// Noon of a civil day in Brussels, in microseconds UTC.
fn noon(day: &str) -> Option<i64> {
    let date: jiff::civil::Date = day.parse().ok()?;
    let here = date.at(12, 0, 0, 0).in_tz(format::ZONE).ok()?;
    Some(here.timestamp().as_microsecond())
}

fn chart(visit: &Visit, name: &str, days: &[AreaDay]) -> (String, String) {
    let words = visit.w;
    let dots: Vec<Dot> = days
        .iter()
        .filter_map(|day| {
            Some(Dot { at: noon(&day.day)?, value: day.mean?, spread: None, trust: Trust::Usable })
        })
        .collect();
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Default::default() };
    let (Some(from), Some(to)) = (noon(&first.day), noon(&last.day)) else { return Default::default() };
    if dots.is_empty() {
        return Default::default();
    }
    let guideline = last.guideline;
    let above = dots.iter().filter(|d| d.value > guideline).count() as u64;
    let [known, all] = [dots.len(), days.len()].map(|n| format::amount(words.language, n as u64));
    let limit = sentence::with_unit(words, guideline, "µg/m³");
    let said =
        words.fill("area.chart_sentence", [format::amount(words.language, above), known, all, limit.clone()]);
    let series = Series::of_values(dots, false);
    let title = words.fill("area.chart_title", [name]);
    let svg = LineChart {
        id: "no2-days",
        title: &title,
        description: &said,
        unit: "µg/m³",
        words: &words,
        from: from - DAY / 2,
        to: to + DAY / 2,
        dots: &series.dots,
        gap_after: DAY * 3 / 2,
        guideline: Some(Guideline {
            value: guideline,
            label: words.fill("area.guideline", [limit]),
            shaded: Side::Above,
        }),
        scale_of: None,
        beside: &[],
        begins: None,
    }
    .svg();
    (svg, said)
}

fn row(visit: &Visit, day: &AreaDay) -> DayRow {
    let words = visit.w;
    DayRow {
        iso: day.day.clone(),
        day: format::day(words.language, &day.day),
        mean: day.mean.map_or_else(
            || words.t("value.not_measured").to_owned(),
            |mean| format!("{}\u{a0}µg/m³", format::number(words.language, mean, 1)),
        ),
        observed: format::percent(words.language, day.share_observed),
        flagged: format::percent(words.language, day.share_flagged),
        stations: format::amount(words.language, day.stations as u64),
    }
}

/// The area alone with its stations.
fn map(visit: &Visit, area: &Entity, inside: &[&Station], day: Option<&AreaDay>) -> String {
    let words = visit.w;
    let name = describe::name_of(area, words.language);
    let areas: Vec<_> = AreaRow::on_map(words, area, &name, day).into_iter().collect();
    let marks: Vec<_> = inside
        .iter()
        .map(|s| StationRow::new(words, visit.hub().contracts(), &s.entity, visit.now).mark_at(words, s))
        .collect();
    let description = words.t("map.picture");
    MapPicture { id: "area-map", title: &name, description, areas: &areas, marks: &marks, names: false }.svg()
}

#[cfg(test)]
mod tests {
    use senne_model::Timestamp;

    use super::*;

    #[test]
    fn noon_follows_the_clock_of_brussels() {
        let at = |day| Timestamp::from_micros(noon(day).unwrap()).to_string();
        assert_eq!(at("2024-01-31"), "2024-01-31T11:00:00Z");
        assert_eq!(at("2024-07-01"), "2024-07-01T10:00:00Z");
        assert_eq!(noon("31/01/2024"), None);
    }
}
