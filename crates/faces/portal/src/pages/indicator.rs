//! One indicator: what it is, how it stands here and elsewhere, how it came about.

pub(crate) mod among;
mod beside;
mod pictures;
pub(crate) mod series;
mod slices;
pub(crate) mod told;

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::Path, response::Response};
use senne_indicator::{Declaration, Figure, Frequency, SeriesQuery};
use senne_model::{EntityId, Problem};

use self::{
    among::Among,
    beside::Beside,
    slices::{Dimension, dimensions},
    told::Told,
};
use super::indicators::{Choice, Places};
use crate::{
    address, format,
    frame::Frame,
    provenance::Provenance,
    visit::Visit,
    words::{Words, key},
};

/// The most periods of a chart and its table.
const PERIODS_MAX: usize = 400;

#[derive(Template)]
#[template(path = "indicator.html")]
struct IndicatorPage {
    frame: Frame,
    title: String,
    definition: String,
    finding: String,
    change: String,
    target: String,
    direction: &'static str,
    told: Option<Told>,
    usual: String,
    id: String,
    may: bool,
    areas: Vec<Choice>,
    lengths: Vec<Choice>,
    frequency: &'static str,
    chart: String,
    sentence: String,
    rows: Vec<Row>,
    beside: Option<Beside>,
    dimensions: Vec<Dimension>,
    among: Option<Among>,
    days: String,
    from: Option<Provenance>,
    files: Files,
}

/// A period in the table.
struct Row {
    told: Told,
    /// The value of the line beside, or nothing.
    beside: String,
}

/// What the indicator is called elsewhere, and its values as files.
struct Files {
    codes: Vec<String>,
    entity: String,
    csv: String,
    sdmx: String,
    json: String,
}

/// `GET /{language}/indicator/{id}?area=21009&frequency=month`
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    let page = view(&visit, &id).await;
    visit.answer(page)
}

async fn view(visit: &Visit, id: &str) -> Result<IndicatorPage, Problem> {
    let words = visit.w;
    let figures = &visit.portal.options.figures;
    let catalogue = figures.catalogue();
    let declaration =
        catalogue.indicator(id).ok_or_else(|| Problem::not_found("there is no such indicator"))?;
    let places = Places::read(visit).await?;
    let frequency = visit
        .parameter("frequency")
        .and_then(Frequency::parse)
        .filter(|frequency| declaration.frequencies.contains(frequency))
        .or(declaration.frequencies.first().copied())
        .unwrap_or(Frequency::Year);
    let all = all(visit, declaration, frequency, &places).await?;
    let empty = Vec::new();
    let here = places.area.as_ref().and_then(|area| all.get(area)).unwrap_or(&empty);
    let beside = beside(visit, declaration, here, frequency, &places).await?;
    let here = &here[here.len().saturating_sub(PERIODS_MAX)..];
    let newest = told::newest(here);
    let title = declaration.title.get(words.language.code()).to_owned();
    let finding = newest.map_or_else(
        || words.fill("indicator.none", [&title, &places.name]),
        |figure| finding(words, declaration, figure, &title, &places.name),
    );
    let before = newest.and_then(|figure| Some((figure, told::previous_year(here, figure)?)));
    let chart_title = words.fill("indicator.chart", [&title, &places.name]);
    let (chart, sentence) =
        series::chart(words, declaration, &chart_title, here, beside.as_ref()).unwrap_or_default();
    let period = newest.map(|figure| figure.period);
    let among = match period {
        Some(period) => Among::of(visit, declaration, &all, period, &places).await?,
        None => None,
    };
    Ok(IndicatorPage {
        frame: visit
            .frame()
            .titled(title.clone(), finding.clone())
            .under(words.t("frame.indicators"), "/indicators")
            .ending(title.clone()),
        definition: declaration.definition.get(words.language.code()).to_owned(),
        change: before
            .map_or_else(String::new, |(now, before)| told::change(words, declaration, now, before)),
        target: newest.map_or_else(String::new, |figure| told::target(words, declaration, figure)),
        direction: told::direction(words, declaration),
        told: newest.map(|figure| Told::of(words, declaration, figure)),
        usual: declaration.entered.as_ref().map_or_else(String::new, |entered| {
            words.fill("indicator.usual", [entered.from.get(words.language.code())])
        }),
        lengths: lengths(visit, declaration, frequency, &places),
        frequency: frequency.word(),
        rows: here.iter().rev().map(|figure| row(words, declaration, figure, beside.as_ref())).collect(),
        days: pictures::days(words, declaration, &chart_title, here),
        dimensions: dimensions(visit, declaration, places.area.as_ref(), frequency, newest).await?,
        beside,
        among,
        from: newest
            .map(|figure| Provenance::of_indicator(visit, declaration, figure, (&places.name, &places.code))),
        files: files(declaration, frequency),
        id: declaration.id.clone(),
        may: visit.administers(),
        areas: places.choices,
        chart,
        sentence,
        finding,
        title,
    })
}

/// The line beside the values of an area.
async fn beside(
    visit: &Visit,
    declaration: &Declaration,
    figures: &[Figure],
    frequency: Frequency,
    places: &Places,
) -> Result<Option<Beside>, Problem> {
    let (Some(area), false) = (&places.area, figures.is_empty()) else { return Ok(None) };
    let series = BTreeMap::from([(area.clone(), figures.to_vec())]);
    let all = visit.portal.options.figures.derived(&visit.context(), declaration, &series).await?;
    let Some(derived) = all.get(area) else { return Ok(None) };
    let code = if places.whole { String::new() } else { format!("&area={}", places.code) };
    let link = |word: &str| {
        let frequency = frequency.word();
        visit.link(&format!("/indicator/{}?frequency={frequency}{code}&beside={word}", declaration.id))
    };
    Ok(Beside::of(visit.w, derived, visit.parameter("beside"), link))
}

fn row(words: Words, declaration: &Declaration, figure: &Figure, beside: Option<&Beside>) -> Row {
    let cell = |beside: &Beside| beside.cell(words, declaration, figure.period);
    Row { told: Told::of(words, declaration, figure), beside: beside.map(cell).unwrap_or_default() }
}

/// The values of all areas.
async fn all(
    visit: &Visit,
    declaration: &Declaration,
    frequency: Frequency,
    places: &Places,
) -> Result<BTreeMap<EntityId, Vec<Figure>>, Problem> {
    let areas = places.codes.codes.iter().map(|(area, _)| area.clone()).collect();
    let wanted = SeriesQuery { areas, frequency, from: None, to: None, as_of: None };
    visit.portal.options.figures.series(&visit.context(), declaration, &wanted).await
}

fn finding(words: Words, declaration: &Declaration, figure: &Figure, title: &str, place: &str) -> String {
    let period = format::period(words.language, figure.period);
    match (figure.value.number, figure.value.interval) {
        (Some(value), Some((low, high))) => {
            let [low, high] = [low, high].map(|x| told::number(words, declaration, x));
            let value = told::with_unit(words, declaration, value);
            words.fill(
                "indicator.finding_interval",
                [title.to_owned(), place.to_owned(), period, value, low, high],
            )
        }
        (Some(value), None) => {
            let value = told::with_unit(words, declaration, value);
            let said = [title.to_owned(), place.to_owned(), period, value];
            if told::is_unsure(declaration, &figure.value) {
                words.fill("indicator.finding_alone", said)
            } else {
                words.fill("indicator.finding", said)
            }
        }
        (None, _) => words.fill("indicator.finding_suppressed", [title.to_owned(), place.to_owned(), period]),
    }
}

fn lengths(visit: &Visit, declaration: &Declaration, here: Frequency, places: &Places) -> Vec<Choice> {
    let each = declaration.frequencies.iter().map(|frequency| {
        let word = frequency.word();
        let area = if places.whole { String::new() } else { format!("&area={}", places.code) };
        Choice {
            label: length_name(visit.w, *frequency).to_owned(),
            value: word.to_owned(),
            link: visit.link(&format!("/indicator/{}?frequency={word}{area}", declaration.id)),
            here: *frequency == here,
        }
    });
    each.collect()
}

fn length_name(words: Words, frequency: Frequency) -> &'static str {
    words.t(match frequency {
        Frequency::Day => key!("indicator.days"),
        Frequency::Week => key!("indicator.weeks"),
        Frequency::Month => key!("indicator.months"),
        Frequency::Quarter => key!("indicator.quarters"),
        Frequency::Year => key!("indicator.years"),
    })
}

fn files(declaration: &Declaration, frequency: Frequency) -> Files {
    let values =
        format!("/indicators/{}/values?area=all&frequency={}&format=", declaration.id, frequency.word());
    let entity = format!("urn:ngsi-ld:Indicator:{}", declaration.id);
    let code = |code: &senne_indicator::Code| format!("{} {}", code.framework.to_uppercase(), code.code);
    Files {
        codes: declaration.codes.iter().map(code).collect(),
        entity: format!("/ngsi-ld/v1/entities/{}", address::segment(&entity)),
        csv: format!("{values}csv"),
        sdmx: format!("{values}sdmx"),
        json: format!("{values}json"),
    }
}
