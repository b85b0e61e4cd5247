//! The data sets and how to get them.

use askama::Template;
use axum::response::Response;
use senne_chart::map;
use senne_contract::{Class, Contract};
use senne_model::Problem;

use crate::{describe, format, frame::Frame, visit::Visit};

#[derive(Template)]
#[template(path = "data.html")]
struct DataPage {
    frame: Frame,
    sets: Vec<Set>,
}

struct Set {
    title: String,
    description: String,
    link: String,
    symbol: String,
    count: String,
    licence: String,
    api: String,
    geojson: String,
}

/// `GET /{language}/data`
pub(crate) async fn show(visit: Visit) -> Response {
    let page = view(&visit).await;
    visit.answer(page)
}

async fn view(visit: &Visit) -> Result<DataPage, Problem> {
    let words = visit.w;
    let types = visit.hub().types(&visit.context()).await?;
    let code = words.language.code();
    let set = |contract: &Contract| {
        let count = types.iter().find(|t| t.name == contract.type_name).map_or(0, |t| t.count);
        let term = &contract.type_term;
        Set {
            title: contract.title.get(code).to_owned(),
            description: contract.description.get(code).to_owned(),
            link: visit.link(&format!("/contract/{term}")),
            symbol: map::symbol_inline(describe::mark_of(Some(contract))),
            count: format::amount(words.language, count),
            licence: licence(contract),
            api: format!("/ngsi-ld/v1/entities?type={term}&limit=100"),
            geojson: format!("/portal/{code}/stations.geojson?type={term}"),
        }
    };
    let mut sets: Vec<Set> =
        visit.hub().contracts().iter().filter(|c| c.class == Class::Open).map(set).collect();
    sets.sort_by(|a, b| a.title.cmp(&b.title));
    let title = words.t("data.title");
    Ok(DataPage {
        frame: visit.frame().titled(title, words.t("data.lead")).ending(words.t("frame.data")),
        sets,
    })
}

/// The licence as people write it: `CC_BY_4_0` or the IRI's last part becomes `CC BY 4.0`.
pub(crate) fn licence(contract: &Contract) -> String {
    let Some(publication) = &contract.publication else { return "–".to_owned() };
    let code = publication.licence.rsplit('/').find(|part| !part.is_empty()).unwrap_or_default();
    match code {
        "CC_BY_4_0" => "CC BY 4.0".to_owned(),
        "CC0" | "CC0_1_0" => "CC0 1.0".to_owned(),
        other => other.replace('_', " "),
    }
}
