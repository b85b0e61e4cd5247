//! The first screen.

use askama::Template;
use axum::response::Response;
use senne_model::Problem;

use super::{
    home_words::{self, Card, Line},
    indicators,
    region::Region,
    rows::AreaRow,
};
use crate::{frame::Frame, visit::Visit};

/// How many areas stand on the first screen.
const AREAS_SHOWN: usize = 5;

/// How many indicators stand on the first screen.
const INDICATORS_SHOWN: usize = 6;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
    simulated: bool,
    region: Option<RegionView>,
    indicators: Vec<indicators::Card>,
    cards: Vec<Card>,
    changes: Vec<Line>,
}

struct RegionView {
    title: String,
    sentence: String,
    caption: String,
    simulated: bool,
    highest: Vec<AreaRow>,
    map: String,
    schematic: bool,
}

/// `GET /{language}/`
pub(crate) async fn show(visit: Visit) -> Response {
    let page = view(&visit).await;
    visit.answer(page)
}

async fn view(visit: &Visit) -> Result<HomePage, Problem> {
    let overview = visit.portal.overview(&visit.context()).await?;
    let region = Region::read(visit, &overview).await?;
    let mut frame = visit.frame().titled(visit.w.t("home.page_title"), visit.w.t("home.lead"));
    frame.home = true;
    Ok(HomePage {
        frame,
        simulated: overview.simulated(),
        region: region.map(|region| summary(visit, &region, overview.schematic())),
        indicators: indicators::chosen(visit, INDICATORS_SHOWN).await?,
        cards: home_words::cards(visit, &overview),
        changes: home_words::changes(visit, &overview),
    })
}

/// The areas with the highest figure, and the map of all.
fn summary(visit: &Visit, region: &Region, schematic: bool) -> RegionView {
    let mut rows = region.rows(visit);
    rows.retain(|row| row.order.0.is_some());
    rows.sort_by(|a, b| b.order.0.unwrap_or(0.0).total_cmp(&a.order.0.unwrap_or(0.0)));
    rows.truncate(AREAS_SHOWN);
    RegionView {
        title: region.title(visit),
        sentence: region.sentence(visit),
        caption: visit.w.t("region.highest").to_owned(),
        simulated: region.simulated(),
        highest: rows,
        map: region.map(visit, "region-map", false),
        schematic,
    }
}
