//! One indicator: what it is, how it stands here and elsewhere, how it came about.

pub(crate) mod among;
pub(crate) mod series;
pub(crate) mod told;

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::Path, response::Response};
use senne_indicator::{Declaration, Figure, Frequency, SeriesQuery};
use senne_model::{EntityId, Problem};

use self::{
    among::{Among, Legend},
    told::Told,
};
use super::indicators::{Choice, Places};
use crate::{
    address, format,
    frame::Frame,
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
    from: String,
    id: String,
    areas: Vec<Choice>,
    lengths: Vec<Choice>,
    frequency: &'static str,
    chart: String,
    sentence: String,
    rows: Vec<Row>,
    among: Option<Among>,
    legend: Vec<Legend>,
    how: How,
}

/// A period in the table.
struct Row {
    told: Told,
}

/// What stands behind the figures.
struct How {
    sql: String,
    computed: bool,
    facts: Vec<(String, String)>,
    codes: Vec<String>,
    entity: String,
    csv: String,
    sdmx: String,
    json: String,
    reproduce: Option<String>,
}

/// `GET /{language}/indicator/{id}?area=21009&frequency=month`
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Response {
    let page = view(&visit, &id).await;
    visit.answer(page)
}

async fn view(visit: &Visit, id: &str) -> Result<IndicatorPage, Problem> {
    let words = visit.w;
    let figures = &visit.portal.options.figures;
    let declaration =
        figures.catalogue().indicator(id).ok_or_else(|| Problem::not_found("there is no such indicator"))?;
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
    let here = &here[here.len().saturating_sub(PERIODS_MAX)..];
    let newest = told::newest(here);
    let title = declaration.title.get(words.language.code()).to_owned();
    let finding = newest.map_or_else(
        || words.fill("indicator.none", [&title, &places.name]),
        |figure| finding(words, declaration, figure, &title, &places.name),
    );
    let before = newest.and_then(|figure| Some((figure, told::previous_year(here, figure)?)));
    let chart_title = words.fill("indicator.chart", [&title, &places.name]);
    let (chart, sentence) = series::chart(words, declaration, &chart_title, here).unwrap_or_default();
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
        from: declaration.entered.as_ref().map_or_else(String::new, |entered| {
            words.fill("indicator.usual", [entered.from.get(words.language.code())])
        }),
        lengths: lengths(visit, declaration, frequency, &places),
        frequency: frequency.word(),
        rows: here.iter().rev().map(|figure| Row { told: Told::of(words, declaration, figure) }).collect(),
        legend: among.as_ref().map(|among| among.legend.clone()).unwrap_or_default(),
        among,
        how: how(words, declaration, newest, frequency, &places),
        id: declaration.id.clone(),
        areas: places.choices,
        chart,
        sentence,
        finding,
        title,
    })
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
            words.fill("indicator.finding", [title.to_owned(), place.to_owned(), period, value])
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

fn how(
    words: Words,
    declaration: &Declaration,
    newest: Option<&Figure>,
    frequency: Frequency,
    places: &Places,
) -> How {
    let fact = |key: &'static str, text: String| (words.t(key).to_owned(), text);
    let quality = words.t(match declaration.data_quality {
        senne_indicator::DataQuality::Measured => key!("indicator.quality_measured"),
        senne_indicator::DataQuality::Survey => key!("indicator.quality_survey"),
        senne_indicator::DataQuality::Extrapolated => key!("indicator.quality_extrapolated"),
        senne_indicator::DataQuality::Estimated => key!("indicator.quality_estimated"),
        senne_indicator::DataQuality::Opinion => key!("indicator.quality_opinion"),
        senne_indicator::DataQuality::Untraceable => key!("indicator.quality_untraceable"),
    });
    let mut facts = vec![
        fact(key!("indicator.owner"), declaration.owner.clone()),
        fact(key!("indicator.data_quality"), quality.to_owned()),
        fact(key!("indicator.licence"), declaration.licence.replace('_', " ")),
        fact(key!("indicator.version"), declaration.version.to_string()),
    ];
    if declaration.completeness > 0.0 {
        facts.push(fact(key!("indicator.needs"), format::percent(words.language, declaration.completeness)));
    }
    if let Some(figure) = newest {
        facts.push(fact(key!("indicator.coverage"), format::percent(words.language, figure.value.coverage)));
        facts.extend(parts(words, figure));
        facts.push(fact(key!("indicator.formula"), figure.formula.clone()));
        facts.push(fact(key!("indicator.vintage"), format::amount(words.language, figure.vintage.0)));
    }
    let values =
        format!("/indicators/{}/values?area=all&frequency={}&format=", declaration.id, frequency.word());
    let computed = declaration.computed.as_ref();
    let reproduce = newest.filter(|_| computed.is_some()).map(|figure| {
        format!("/indicators/{}/reproduction?area={}&period={}", declaration.id, places.code, figure.period)
    });
    let entity = format!("urn:ngsi-ld:Indicator:{}", declaration.id);
    How {
        sql: computed.map_or_else(String::new, |computed| computed.sql.trim().to_owned()),
        computed: computed.is_some(),
        facts,
        codes: declaration
            .codes
            .iter()
            .map(|code| format!("{} {}", code.framework.to_uppercase(), code.code))
            .collect(),
        entity: format!("/ngsi-ld/v1/entities/{}", address::segment(&entity)),
        csv: format!("{values}csv"),
        sdmx: format!("{values}sdmx"),
        json: format!("{values}json"),
        reproduce,
    }
}

/// What the value is put together from.
fn parts(words: Words, figure: &Figure) -> Vec<(String, String)> {
    let parts = &figure.value.parts;
    let shown = |key: &'static str, x: f64| (words.t(key).to_owned(), format::value(words.language, x));
    let mut facts = Vec::new();
    if parts.denominator != 0.0 {
        facts.push(shown(key!("indicator.numerator"), parts.numerator));
        facts.push(shown(key!("indicator.denominator"), parts.denominator));
    }
    if parts.count != 0.0 {
        facts.push(shown(key!("indicator.count"), parts.count));
    }
    facts
}
