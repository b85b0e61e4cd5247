//! Where a proposed project acts: drawn on a map, told as text, and the areas that it touches.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use senne_model::{Geometry, Problem};
use senne_programme::{AreaId, Programme};
use serde_json::{Value, json};

use super::proposal::Proposal;
use crate::{
    pages::programme::{place, report::aside},
    visit::Visit,
    words::Words,
};

/// The map of the form.
#[derive(Default)]
pub(super) struct Drawn {
    /// The areas with the place, for who has no scripts.
    pub(super) picture: String,
    /// The place in words; empty while there is none.
    pub(super) said: String,
    /// Where the outlines of areas are, and where it is asked which ones a place touches.
    pub(super) areas: String,
    pub(super) touched: String,
    /// What the island says, as JSON.
    pub(super) words: String,
}

/// A place, its map, and the areas that are ticked.
pub(super) struct Placed {
    pub(super) map: Drawn,
    pub(super) areas: Vec<AreaId>,
}

/// Takes the areas that a place touches for those of the proposal, where none was ticked.
pub(super) async fn placed(
    visit: &Visit,
    programme: &Programme,
    proposal: &mut Proposal,
) -> Result<Placed, Problem> {
    let words = visit.w;
    let overview = visit.portal.overview(&visit.context()).await?;
    let own = proposal.place.clone();
    let (picture, said, touched) = aside(move || {
        let touched = own.as_ref().map(|own| place::touched(words, &overview, own)).unwrap_or_default();
        let picture = place::picture("place", words, &overview, own.as_ref(), &touched, false);
        let said = own.map_or_else(String::new, |own| place::said(words, &own, &touched));
        let ids: Vec<AreaId> = touched.iter().map(|area| AreaId::from(area.id.as_str())).collect();
        (picture, said, ids)
    })
    .await?;
    if proposal.areas.is_empty() {
        proposal.areas = touched.into_iter().filter(|id| programme.areas.contains_key(id)).collect();
    }
    let map = Drawn {
        picture,
        said,
        areas: format!("/portal/{}/areas.geojson", words.language),
        touched: visit.link("/programme/place"),
        words: island(words),
    };
    Ok(Placed { map, areas: proposal.areas.clone() })
}

/// `POST /{language}/programme/place`: the text of a place; answers with the areas that it touches, or with what is wrong. Nothing is saved.
pub(in crate::pages::programme) async fn touched(visit: Visit, body: String) -> Response {
    match answer(&visit, body).await {
        Ok(found) => {
            let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
            (headers, found.to_string()).into_response()
        }
        Err(problem) => visit.refuse(&problem),
    }
}

async fn answer(visit: &Visit, text: String) -> Result<Value, Problem> {
    let words = visit.w;
    let own: Geometry = match place::read(words, &text) {
        Ok(Some(own)) => own,
        Ok(None) => return Ok(json!({ "areas": [], "said": "" })),
        Err(fault) => return Ok(json!({ "areas": [], "fault": fault })),
    };
    let overview = visit.portal.overview(&visit.context()).await?;
    aside(move || {
        let touched = place::touched(words, &overview, &own);
        let ids: Vec<&str> = touched.iter().map(|area| area.id.as_str()).collect();
        let place = serde_json::to_value(own.to_geojson()).unwrap_or_default();
        json!({ "areas": ids, "place": place, "said": place::said(words, &own, &touched) })
    })
    .await
}

/// What the island says: it has no texts of its own.
fn island(w: Words) -> String {
    json!({
        "map": w.t("place.map"), "help": w.t("place.help"), "shape": w.t("place.shape"),
        "point": w.t("place.shape_point"), "line": w.t("place.shape_line"), "area": w.t("place.shape_area"),
        "add": w.t("place.add"), "back": w.t("place.back"), "clear": w.t("place.clear"),
        "corners": w.t("place.corners"), "more": w.t("place.more"), "most": w.t("place.most"),
        "empty": w.t("place.none_drawn"), "foreign": w.t("place.foreign"),
        "zoomIn": w.t("map.zoom_in"), "zoomOut": w.t("map.zoom_out"), "reset": w.t("map.reset"),
        "north": w.t("map.pan_north"), "south": w.t("map.pan_south"), "west": w.t("map.pan_west"),
        "east": w.t("map.pan_east"), "wheel": w.t("map.wheel"), "wheelMac": w.t("map.wheel_mac"),
        "touch": w.t("map.touch"),
    })
    .to_string()
}
