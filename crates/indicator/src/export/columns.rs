//! Figures in columns: CSV and SDMX-CSV 2.0.

use super::{CodeOf, bounds, lines, optional, quoted};
use crate::{Declaration, Shown, TOTAL};

/// The structure that SDMX files name.
const STRUCTURE: &str = "SENNE:INDICATORS(1.0)";

/// CSV with a header line (RFC 4180); what [`crate::read_entered`] reads comes first.
pub fn figures_csv(declaration: &Declaration, shown: &[Shown], code: CodeOf<'_>) -> String {
    let mut header = "area,period,value,low,high,status,coverage,count,sum,sum_of_squares,numerator,denominator,formula,vintage".to_owned();
    for dimension in &declaration.disaggregations {
        header.push_str(&format!(",{}", dimension.id));
    }
    if declaration.seasonal_adjustment.is_some() {
        header.push_str(
            ",seasonally_adjusted,seasonally_adjusted_low,seasonally_adjusted_high,trend,seasonal_adjustment",
        );
    }
    if declaration.weather_normalisation.is_some() {
        header.push_str(
            ",weather_normalised,weather_normalised_low,weather_normalised_high,weather_r_squared,weather_normalisation",
        );
    }
    let rows = shown.iter().map(|one| {
        let figure = &one.figure;
        let value = &figure.value;
        let (low, high) = bounds(value.interval);
        let parts =
            value.parts_rounded().map(|part| if part == 0.0 { String::new() } else { part.to_string() });
        let head =
            [quoted(&code(&figure.area)), figure.period.to_string(), optional(value.number), low, high];
        let tail = [value.status.word().to_owned(), value.coverage.to_string()];
        let end = [figure.formula.clone(), figure.vintage.to_string()];
        let cells = head.into_iter().chain(tail).chain(parts).chain(end).chain(slices(declaration, one));
        let cells = cells.chain(season(declaration, one)).chain(weather(declaration, one));
        cells.collect::<Vec<_>>().join(",")
    });
    lines(&header, rows)
}

/// What a value is of, for each dimension: the code of the total, where it is of all.
fn slices(declaration: &Declaration, one: &Shown) -> impl Iterator<Item = String> {
    declaration.disaggregations.iter().map(|dimension| {
        let slice = one.figure.slice.as_ref().filter(|slice| *slice.dimension == *dimension.id);
        slice.map_or(TOTAL, |slice| &slice.value).to_owned()
    })
}

/// The cells of a value without its season; none where that is not declared.
fn season(declaration: &Declaration, one: &Shown) -> Vec<String> {
    let empty = String::new;
    match &one.season {
        _ if declaration.seasonal_adjustment.is_none() => Vec::new(),
        None => [empty(), empty(), empty(), empty(), empty()].into(),
        Some(Err(refusal)) => [empty(), empty(), empty(), empty(), refusal.word().to_owned()].into(),
        Some(Ok(point)) => {
            let (low, high) = bounds(point.interval);
            [point.adjusted.to_string(), low, high, point.trend.to_string(), "stl".to_owned()].into()
        }
    }
}

/// The cells of a value in reference weather; none where that is not declared.
fn weather(declaration: &Declaration, one: &Shown) -> Vec<String> {
    let empty = String::new;
    match &one.weather {
        _ if declaration.weather_normalisation.is_none() => Vec::new(),
        None => [empty(), empty(), empty(), empty(), empty()].into(),
        Some(Err(refusal)) => [empty(), empty(), empty(), empty(), refusal.word().to_owned()].into(),
        Some(Ok(point)) => {
            let (low, high) = bounds(Some(point.interval));
            [point.normalised.to_string(), low, high, point.r_squared.to_string(), "regression".to_owned()]
                .into()
        }
    }
}

/// SDMX-CSV 2.0 (SDMX 3.0, part 6): codes of CL_FREQ and CL_OBS_STATUS. Where it is declared, a row for the value as it is is followed by one for that
/// without its season (`SEASONAL_ADJUST`: `N`, `S` of CL_SEASONAL_ADJUST) and one for that in reference weather (`WEATHER_ADJUST`: `N`, `Y`). Each
/// dimension of the declaration is one here; a value of all has `_T`.
pub fn figures_sdmx(declaration: &Declaration, shown: &[Shown], code: CodeOf<'_>) -> String {
    let (seasonal, weather) =
        (declaration.seasonal_adjustment.is_some(), declaration.weather_normalisation.is_some());
    let named = [(seasonal, ",SEASONAL_ADJUST"), (weather, ",WEATHER_ADJUST")];
    let sliced: String =
        declaration.disaggregations.iter().flat_map(|one| [",".to_owned(), one.sdmx()]).collect();
    let dimensions: String = named.iter().filter(|(there, _)| *there).map(|(_, name)| *name).collect();
    let header = format!(
        "STRUCTURE,STRUCTURE_ID,ACTION,INDICATOR,FREQ,REF_AREA{sliced}{dimensions},TIME_PERIOD,OBS_VALUE,LOWER_BOUND,UPPER_BOUND,OBS_STATUS,UNIT_MEASURE,DECIMALS"
    );
    let rows = shown.iter().flat_map(|one| {
        let value = &one.figure.value;
        let adjusted = one.season.as_ref().and_then(|season| season.as_ref().ok());
        let normalised = one.weather.as_ref().and_then(|weather| weather.as_ref().ok());
        let observations = [
            Some(("N", "N", value.number, value.interval)),
            adjusted.map(|point| ("S", "N", Some(point.adjusted), point.interval)),
            normalised.map(|point| ("N", "Y", Some(point.normalised), Some(point.interval))),
        ];
        observations.into_iter().flatten().map(move |(season, in_weather, number, interval)| {
            let adjustments = [(seasonal, season), (weather, in_weather)];
            let adjustments = adjustments.into_iter().filter(|(there, _)| *there).map(|(_, code)| code);
            sdmx_row(declaration, one, code, adjustments, (number, interval))
        })
    });
    lines(&header, rows)
}

fn sdmx_row<'a>(
    declaration: &Declaration,
    one: &Shown,
    code: CodeOf<'_>,
    adjustments: impl Iterator<Item = &'a str>,
    (number, interval): (Option<f64>, Option<(f64, f64)>),
) -> String {
    let figure = &one.figure;
    let (low, high) = bounds(interval);
    let series = [
        "dataflow".to_owned(),
        STRUCTURE.to_owned(),
        "I".to_owned(),
        declaration.id.clone(),
        figure.period.frequency().sdmx().to_string(),
        quoted(&code(&figure.area)),
    ];
    let observation = [
        figure.period.to_string(),
        optional(number),
        low,
        high,
        figure.value.status.sdmx().to_owned(),
        declaration.unit.clone(),
        declaration.decimals.to_string(),
    ];
    let cells = series.into_iter().chain(slices(declaration, one)).chain(adjustments.map(str::to_owned));
    let cells = cells.chain(observation);
    cells.collect::<Vec<_>>().join(",")
}
