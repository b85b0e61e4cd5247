//! A composite index: areas beside each other, never without what the index is made of and how sure the places are.

mod doubt;
pub(crate) mod parts;
mod what_if;

use std::collections::HashMap;

use askama::Template;
use axum::{extract::Path, response::Response};
use senne_chart::{interval, stacked};
use senne_indicator::{CompositeIndex, IndexQuery, IndexRow, IndexTable, Influence};
use senne_model::{EntityId, Problem};

use self::{doubt::Doubt, parts::Made, what_if::WhatIf};
use super::indicator::{among::Legend, told::number};
use crate::{
    address, describe, format,
    frame::Frame,
    provenance::Provenance,
    visit::Visit,
    words::{Words, key},
};

/// The best that can be had.
const MOST: f64 = 100.0;
/// A place that may be so many others is told to be unsure.
const UNSURE: f64 = 3.0;

#[derive(Template)]
#[template(path = "index.html")]
struct IndexPage {
    frame: Frame,
    title: String,
    definition: String,
    finding: String,
    unsure: String,
    simulated: bool,
    provisional: bool,
    caption: String,
    legend: Vec<Legend>,
    groups: Vec<String>,
    rows: Vec<Row>,
    members: Vec<Member>,
    made: Vec<Made>,
    doubt: Option<Doubt>,
    what_if: WhatIf,
    from: Option<Provenance>,
    parts_mean: &'static str,
    json: String,
}

/// What areas are called.
pub(super) type Names = HashMap<EntityId, String>;

/// An area.
struct Row {
    name: String,
    link: String,
    score: String,
    parts: String,
    place: String,
    places: String,
    picture: String,
    groups: Vec<String>,
}

/// An indicator of the index.
struct Member {
    title: String,
    link: String,
    group: String,
    goalposts: String,
    weight: String,
    correlation: String,
    /// By how many places areas shift on average without it.
    without: String,
    /// Whose place shifts most.
    most: String,
}

/// `GET /{language}/index/{id}?period=2026-10&weight-air=2&aggregation=geometric`
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    let page = view(&visit, &id).await;
    visit.answer(page)
}

async fn view(visit: &Visit, id: &str) -> Result<IndexPage, Problem> {
    let words = visit.w;
    let code = words.language.code();
    let catalogue = visit.portal.options.figures.catalogue();
    let index = catalogue
        .composite(id)
        .ok_or_else(|| Problem::not_found(format!("there is no composite index `{id}`")).field("index"))?;
    let period = visit.parameter("period").filter(|text| !text.is_empty());
    let period = period
        .and_then(|text| text.parse().ok())
        .filter(|period: &senne_indicator::Period| period.frequency() == index.frequency);
    let asked = IndexQuery { period, ..IndexQuery::default() };
    let table = visit.portal.index(&visit.context(), index, &asked).await?;
    let overview = visit.portal.overview(&visit.context()).await?;
    let names: Names = overview
        .areas
        .iter()
        .map(|area| (area.id.clone(), describe::name_of(area, words.language)))
        .collect();
    let title = index.title.get(code).to_owned();
    let groups: Vec<String> = index.groups.iter().map(|group| group.title.get(code).to_owned()).collect();
    let what_if = WhatIf::read(visit, index, table.as_deref(), &names).await?;
    let table = table.as_deref();
    let ranked = rows(table).filter(|row| row.rank.is_some()).count();
    let finding = finding(words, table, &names);
    Ok(IndexPage {
        frame: visit
            .frame()
            .titled(title.clone(), finding.clone())
            .under(words.t("frame.indicators"), "/indicators")
            .ending(title.clone()),
        title,
        definition: index.definition.get(code).to_owned(),
        finding,
        unsure: table.map_or_else(String::new, |table| unsure(words, table)),
        simulated: rows(table).any(|row| row.simulated),
        provisional: rows(table).any(|row| row.provisional),
        caption: table.map_or_else(String::new, |table| {
            words.fill("index.caption", [format::period(words.language, table.period)])
        }),
        legend: legend(&groups),
        rows: rows(table).map(|row| shown(visit, index, row, &names, ranked)).collect(),
        groups,
        members: members(visit, index, table, &names),
        made: table.map(|table| parts::made(visit, table, &names)).unwrap_or_default(),
        doubt: table.and_then(|table| Doubt::of(words, table)),
        what_if,
        from: table.map(|table| Provenance::of_index(visit, index, table, "")),
        parts_mean: words.t(if table.is_some_and(|table| table.exact) {
            key!("index.parts_exact")
        } else {
            key!("index.parts_near")
        }),
        json: format!("/indices/{id}"),
    })
}

fn rows(table: Option<&IndexTable>) -> impl Iterator<Item = &IndexRow> {
    table.into_iter().flat_map(|table| &table.rows)
}

/// The first and the last, in a sentence.
fn finding(words: Words, table: Option<&IndexTable>, names: &Names) -> String {
    let mut ranked = rows(table).filter_map(|row| Some((names.get(&row.area)?, row.score?)));
    let (first, last) = (ranked.next(), ranked.last());
    let (Some(table), Some(first), Some(last)) = (table, first, last) else {
        return words.t("index.empty").to_owned();
    };
    let shown = |score: f64| format::number(words.language, score, 0);
    let period = format::period(words.language, table.period);
    words.fill("index.finding", [period, first.0.clone(), shown(first.1), last.0.clone(), shown(last.1)])
}

/// For how many areas the place says little.
fn unsure(words: Words, table: &IndexTable) -> String {
    let wide = |row: &&IndexRow| row.places.is_some_and(|(low, high)| high - low >= UNSURE);
    let count = |n: usize| format::amount(words.language, n as u64);
    let ranked = table.rows.iter().filter(|row| row.rank.is_some());
    words.fill("index.unsure", [count(ranked.clone().filter(wide).count()), count(ranked.count())])
}

fn legend(groups: &[String]) -> Vec<Legend> {
    let part = |(place, text): (usize, &String)| Legend { class: stacked::class(place), text: text.clone() };
    groups.iter().enumerate().map(part).collect()
}

fn shown(visit: &Visit, index: &CompositeIndex, row: &IndexRow, names: &Names, ranked: usize) -> Row {
    let words = visit.w;
    let score = |score: Option<f64>| match score {
        Some(score) => format::number(words.language, score, 1),
        None => words.t("value.none").to_owned(),
    };
    let part = |id: &str| row.groups.iter().find(|part| part.id == id).map_or(0.0, |part| part.part);
    let parts: Vec<f64> = index.groups.iter().map(|group| part(&group.id)).collect();
    // The first place stands to the right, as the best does in the other pictures.
    let turned = |place: f64| -place;
    Row {
        name: names.get(&row.area).cloned().unwrap_or_else(|| row.area.as_str().to_owned()),
        link: visit.link(&format!("/area/{}", address::segment(&row.area))),
        score: score(row.score),
        parts: stacked::svg(row.score.map(|_| parts.as_slice()), MOST),
        place: row.rank.map_or_else(String::new, |rank| format::amount(words.language, rank as u64)),
        places: between(words, row),
        picture: interval::svg(
            row.rank.map(|rank| turned(rank as f64)),
            row.places.map(|(low, high)| (turned(high), turned(low))),
            None,
            (turned(ranked as f64), turned(1.0)),
        ),
        groups: index
            .groups
            .iter()
            .map(|group| {
                score(row.groups.iter().find(|part| part.id == group.id).and_then(|part| part.score))
            })
            .collect(),
    }
}

/// The possible places of an area: «2 to 5».
fn between(words: Words, row: &IndexRow) -> String {
    let whole = |x: f64| format::number(words.language, x, 0);
    match row.places.map(|(low, high)| (whole(low), whole(high))) {
        Some((low, high)) if low == high => low,
        Some((low, high)) => words.fill("indicator.interval", [low, high]),
        None => String::new(),
    }
}

fn members(visit: &Visit, index: &CompositeIndex, table: Option<&IndexTable>, names: &Names) -> Vec<Member> {
    let words = visit.w;
    let catalogue = visit.portal.options.figures.catalogue();
    let code = words.language.code();
    let influence = |id: &str| table?.influence.iter().find(|each| each.id == id);
    let mut found = Vec::new();
    for group in &index.groups {
        for member in &group.indicators {
            let Some(declaration) = catalogue.indicator(&member.id) else { continue };
            let known: Option<&Influence> = influence(&member.id);
            let (without, most) = doubt::without(words, table, &member.id, names);
            let ends = [member.low, member.high].map(|end| number(words, declaration, end));
            let unit = declaration.unit_shown(code);
            found.push(Member {
                title: declaration.title.get(code).to_owned(),
                link: format!("/{}/indicator/{}", words.language, member.id),
                group: group.title.get(code).to_owned(),
                goalposts: format!("{} {unit}", words.fill("indicator.interval", ends)).trim_end().to_owned(),
                weight: known.map_or_else(String::new, |each| format::percent(words.language, each.weight)),
                correlation: known.and_then(|each| each.correlation).map_or_else(
                    || words.t("value.none").to_owned(),
                    |r| format::number(words.language, r, 2),
                ),
                without,
                most,
            });
        }
    }
    found
}
