//! List and map: two views of one result, with the same filters in the address.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::Response;
use senne_chart::map::{self, MapPicture};
use senne_contract::Contract;
use senne_model::Problem;

use super::{
    region::Region,
    rows::{AreaRow, StationRow},
};
use crate::{
    address,
    assets::Assets,
    describe, format,
    frame::Frame,
    overview::{Overview, Station},
    visit::Visit,
};

/// How many stations stand on a page of the list, and on the drawn map.
const LIST_PAGE: usize = 25;
const MARKS_MAX: usize = 2_000;

#[derive(Template)]
#[template(path = "map.html")]
struct MapPage {
    frame: Frame,
    lead: String,
    simulated: bool,
    choices: Vec<Choice>,
    filtered: bool,
    list_title: String,
    stations: Vec<StationRow>,
    page: String,
    pages: usize,
    previous: Option<String>,
    next: Option<String>,
    picture: String,
    schematic: bool,
    legend_note: String,
    stations_url: String,
    areas_url: String,
    island_words: String,
}

/// A type that can be chosen.
struct Choice {
    term: String,
    title: String,
    symbol: String,
    count: String,
    chosen: bool,
}

/// `GET /{language}/map?type=…&type=…&page=2`
pub(crate) async fn show(visit: Visit) -> Response {
    let page = view(&visit).await;
    visit.answer(page)
}

/// The stations of the types that are asked for; all when none is.
pub(crate) fn chosen<'a>(visit: &Visit, overview: &'a Overview) -> Vec<&'a Station> {
    let terms = terms(visit);
    let fits = |station: &&Station| {
        let contract = describe::contract_of(visit.hub().contracts(), &station.entity);
        terms.is_empty() || contract.is_some_and(|c| terms.contains(&c.type_term.as_str()))
    };
    overview.stations.iter().filter(fits).collect()
}

fn terms(visit: &Visit) -> Vec<&str> {
    let types = visit.parameters.iter().filter(|(key, value)| key == "type" && !value.is_empty());
    types.map(|(_, value)| value.as_str()).collect()
}

async fn view(visit: &Visit) -> Result<MapPage, Problem> {
    let words = visit.w;
    let overview = visit.portal.overview(&visit.context()).await?;
    let region = Region::read(visit, &overview).await?;
    let found = chosen(visit, &overview);
    let contracts = visit.hub().contracts();
    let mut rows: Vec<(StationRow, &Station)> =
        found.iter().map(|s| (StationRow::new(words, contracts, &s.entity, visit.now), *s)).collect();
    rows.sort_by(|(a, _), (b, _)| (a.mark, &a.name).cmp(&(b.mark, &b.name)));
    let simulated = rows.iter().any(|(row, _)| row.simulated);
    let picture = picture(visit, region.as_ref(), &rows);
    let filter = filter(visit);
    let pages = rows.len().div_ceil(LIST_PAGE).max(1);
    let page = visit.parameter("page").and_then(|p| p.parse().ok()).unwrap_or(1).clamp(1, pages);
    let step = |to: usize| (1..=pages).contains(&to).then(|| visit.link(&format!("/map?{filter}page={to}")));
    let count = rows.len() as u64;
    let assets = Assets::get();
    let title = words.t("map.title");
    Ok(MapPage {
        frame: visit
            .frame()
            .titled(title, words.t("map.description"))
            .ending(words.t("frame.map"))
            .island(assets.map_script.as_ref(), assets.map_style.as_ref()),
        lead: words.t("map.lead").to_owned(),
        simulated,
        choices: choices(visit, &overview),
        filtered: !filter.is_empty(),
        list_title: words.count("count.stations", count),
        stations: rows.into_iter().skip((page - 1) * LIST_PAGE).take(LIST_PAGE).map(|(row, _)| row).collect(),
        page: words.fill("map.page", [page, pages].map(|n| format::amount(words.language, n as u64))),
        pages,
        previous: page.checked_sub(1).and_then(step),
        next: step(page + 1),
        picture,
        schematic: overview.schematic(),
        legend_note: region
            .map_or_else(String::new, |r| words.fill("map.legend", [format::day(words.language, &r.day)])),
        stations_url: format!("/portal/{}/stations.geojson?{}", words.language, filter.trim_end_matches('&')),
        areas_url: format!("/portal/{}/areas.geojson", words.language),
        island_words: island_words(visit),
    })
}

/// The chosen types as the start of a query, e.g. `type=Device&`.
fn filter(visit: &Visit) -> String {
    terms(visit)
        .iter()
        .flat_map(|term| ["type=".to_owned(), address::segment(term), "&".to_owned()])
        .collect()
}

fn choices(visit: &Visit, overview: &Overview) -> Vec<Choice> {
    let mut counts: BTreeMap<(usize, &str), (&Contract, u64)> = BTreeMap::new();
    for station in &overview.stations {
        if let Some(contract) = describe::contract_of(visit.hub().contracts(), &station.entity) {
            let key = (describe::mark_of(Some(contract)), contract.type_term.as_str());
            counts.entry(key).or_insert((contract, 0)).1 += 1;
        }
    }
    let terms = terms(visit);
    let choice = |((mark, term), (contract, count)): ((usize, &str), (&Contract, u64))| Choice {
        term: term.to_owned(),
        title: contract.title.get(visit.w.language.code()).to_owned(),
        symbol: map::symbol_inline(mark),
        count: format::amount(visit.w.language, count),
        chosen: terms.contains(&term),
    };
    counts.into_iter().map(choice).collect()
}

fn picture(visit: &Visit, region: Option<&Region>, rows: &[(StationRow, &Station)]) -> String {
    let words = visit.w;
    let areas = region.map(|r| r.areas.as_slice()).unwrap_or_default();
    let names: Vec<String> = areas.iter().map(|(a, _)| describe::name_of(a, words.language)).collect();
    let areas: Vec<map::Area<'_>> = areas
        .iter()
        .zip(&names)
        .filter_map(|((area, day), name)| AreaRow::on_map(words, area, name, day.as_ref()))
        .collect();
    let marks: Vec<map::Mark> = rows.iter().take(MARKS_MAX).map(|(row, s)| row.mark_at(words, s)).collect();
    let (title, description) = (words.t("map.title"), words.t("map.picture"));
    MapPicture { id: "map-picture", title, description, areas: &areas, marks: &marks, names: true }.svg()
}

/// What the island says, as JSON in an attribute: it has no texts of its own.
fn island_words(visit: &Visit) -> String {
    let w = visit.w;
    serde_json::json!({
        "map": w.t("map.title"), "zoomIn": w.t("map.zoom_in"), "zoomOut": w.t("map.zoom_out"),
        "north": w.t("map.pan_north"), "south": w.t("map.pan_south"), "west": w.t("map.pan_west"),
        "east": w.t("map.pan_east"), "reset": w.t("map.reset"), "close": w.t("map.close"),
        "open": w.t("map.open"), "simulated": w.t("simulated.word"), "help": w.t("map.help"),
        "wheel": w.t("map.wheel"), "wheelMac": w.t("map.wheel_mac"), "touch": w.t("map.touch"),
    })
    .to_string()
}
