//! What the map island draws, as GeoJSON (RFC 7946) with texts in the language of the page.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use senne_chart::centre;
use senne_model::{Json, Problem};
use serde_json::{Value, json};

use super::{
    map,
    region::Region,
    rows::{AreaRow, StationRow},
};
use crate::{describe, visit::Visit};

/// `GET /portal/{language}/stations.geojson?type=…`
pub(crate) async fn stations(visit: Visit) -> Response {
    let collection = read_stations(&visit).await;
    send(&visit, collection)
}

/// `GET /portal/{language}/areas.geojson`
pub(crate) async fn areas(visit: Visit) -> Response {
    let collection = read_areas(&visit).await;
    send(&visit, collection)
}

fn send(visit: &Visit, collection: Result<Value, Problem>) -> Response {
    let headers =
        [(header::CONTENT_TYPE, "application/geo+json"), (header::CACHE_CONTROL, "public, max-age=10")];
    match collection {
        Ok(collection) => (headers, collection.to_string()).into_response(),
        Err(problem) => visit.refuse(&problem),
    }
}

async fn read_stations(visit: &Visit) -> Result<Value, Problem> {
    let overview = visit.portal.overview(&visit.context()).await?;
    let contracts = visit.hub().contracts();
    let features: Vec<Value> = map::chosen(visit, &overview)
        .into_iter()
        .map(|station| {
            let row = StationRow::new(visit.w, contracts, &station.entity, visit.now);
            let doubt = row.now.as_ref().is_some_and(|now| now.doubt);
            json!({
                "type": "Feature",
                "id": station.entity.id.as_str(),
                "geometry": { "type": "Point", "coordinates": [station.at.0, station.at.1] },
                "properties": {
                    "id": station.entity.id.as_str(),
                    "name": row.name,
                    "what": row.what,
                    "mark": row.mark,
                    "value": row.now.as_ref().map(|now| now.value.as_str()),
                    "quality": row.now.as_ref().map(|now| now.quality),
                    "doubt": doubt,
                    "time": row.time.as_ref().map(|time| time.text.as_str()),
                    "simulated": row.simulated,
                    "link": row.link,
                },
            })
        })
        .collect();
    Ok(json!({ "type": "FeatureCollection", "features": features }))
}

async fn read_areas(visit: &Visit) -> Result<Value, Problem> {
    let overview = visit.portal.overview(&visit.context()).await?;
    let Some(region) = Region::read(visit, &overview).await? else {
        return Ok(json!({ "type": "FeatureCollection", "features": [] }));
    };
    let mut features = Vec::new();
    for (area, day) in &region.areas {
        let name = describe::name_of(area, visit.w.language);
        let Some(shape) = area.location() else { continue };
        let Some(shown) = AreaRow::on_map(visit.w, area, &name, day.as_ref()) else { continue };
        let (east, north) = centre::of(shown.shape);
        features.push(json!({
            "type": "Feature",
            "id": area.id.as_str(),
            "geometry": to_value(&shape.to_geojson()),
            "properties": {
                "id": area.id.as_str(),
                "name": name,
                "class": shown.class,
                "says": shown.says,
                "link": shown.link,
                "middle": [east, north],
                "mean": day.as_ref().and_then(|d| d.mean),
                "simulated": day.as_ref().is_some_and(|d| d.simulated),
                "schematic": describe::schematic(area),
            },
        }));
    }
    Ok(json!({ "type": "FeatureCollection", "features": features }))
}

fn to_value(json: &Json) -> Value {
    serde_json::to_value(json).unwrap_or(Value::Null)
}
