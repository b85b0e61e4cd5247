//! The profile as a file (RFC 4180): what the page says, with dots for decimals.

use std::fmt::Write as _;

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use senne_indicator::Figure;
use senne_model::Problem;

use super::{
    Place,
    standing::{Beside, Standing, Verdict},
};
use crate::{pages::csv::cell, visit::Visit};

const HEAD: &str = "area,code,pillar,indicator,title,unit,direction,period,value,low,high,status,coverage,simulated,before_period,before_value,change,region_value,region_low,region_high,beside_region,best_place,worst_place,places_of,formula,vintage\r\n";

/// `GET /{language}/profile/{area}/data.csv`
pub(crate) async fn show(visit: Visit, Path(area): Path<String>) -> Response {
    match read(&visit, &area).await {
        Ok((code, text)) => {
            let plain = code.chars().all(|c| c.is_ascii_alphanumeric());
            let name = if plain { code.as_str() } else { "area" };
            let headers = [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present".to_owned()),
                (header::CONTENT_DISPOSITION, format!("attachment; filename=\"profile-{name}.csv\"")),
            ];
            (headers, text).into_response()
        }
        Err(problem) => visit.refuse(&problem),
    }
}

async fn read(visit: &Visit, area: &str) -> Result<(String, String), Problem> {
    let place = Place::find(visit, area).await?;
    let beside = Beside::read(visit, &place).await?;
    let mut text = String::from(HEAD);
    for standing in beside.standings(&place) {
        line(&mut text, visit, &place, &standing);
    }
    Ok((place.code, text))
}

fn line(text: &mut String, visit: &Visit, place: &Place, standing: &Standing<'_>) {
    let (declaration, figure) = (standing.declaration, standing.figure);
    let number = |x: Option<f64>| x.map_or_else(String::new, |x| x.to_string());
    let ends = |figure: Option<&Figure>| {
        let interval = figure.and_then(|figure| figure.value.interval);
        (number(interval.map(|ends| ends.0)), number(interval.map(|ends| ends.1)))
    };
    let value = |figure: Option<&Figure>| number(figure.and_then(|figure| figure.value.number));
    let place_of = |of: fn(&senne_indicator::Places) -> usize| {
        standing.places.as_ref().map_or_else(String::new, |places| of(places).to_string())
    };
    let (low, high) = ends(Some(figure));
    let (region_low, region_high) = ends(standing.region);
    let before = standing.before.map_or_else(String::new, |before| before.period.to_string());
    let cells = [
        cell(&place.id),
        cell(&place.code),
        cell(&declaration.pillar),
        cell(&declaration.id),
        cell(declaration.title.get(visit.w.language.code())),
        cell(declaration.unit_shown(visit.w.language.code())),
        declaration.direction.word().to_owned(),
        figure.period.to_string(),
        value(Some(figure)),
        low,
        high,
        figure.value.status.word().to_owned(),
        figure.value.coverage.to_string(),
        figure.value.simulated.to_string(),
        before,
        value(standing.before),
        word(standing.changed).to_owned(),
        value(standing.region),
        region_low,
        region_high,
        word(standing.against).to_owned(),
        place_of(|places| places.best),
        place_of(|places| places.worst),
        place_of(|places| places.of),
        cell(&figure.formula),
        figure.vintage.to_string(),
    ];
    let _ = write!(text, "{}\r\n", cells.join(","));
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Better => "better",
        Verdict::Worse => "worse",
        Verdict::Different => "different",
        Verdict::Unclear => "unclear",
        Verdict::Untested => "untested",
        Verdict::Alone => "",
    }
}
