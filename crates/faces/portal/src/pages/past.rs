//! The past of one series: a chart from single values to years, its table, its files and the question in SQL that gives the same.

pub(super) mod span;
mod table;

use askama::Template;
use axum::{extract::Path, response::Response};
use senne_chart::{Trust, line::LineChart};
use senne_contract::{AttributeContract, Class, Contract};
use senne_hub::{ChartQuery, ChartSeries};
use senne_model::{Entity, Name, Problem, Test, Timestamp};

use self::span::{Move, Span};
use super::{
    compare, contract as promises, entity as page, facts,
    panel::{self, Subject},
    rows::{self, Fact},
};
use crate::{
    address, charts, describe, format,
    frame::Frame,
    sentence,
    series::Series,
    visit::Visit,
    words::{Words, key},
};

/// The width for which the chart is read; its table has at most twice as many rows.
pub(super) const PIXELS: u16 = 480;

#[derive(Template)]
#[template(path = "past.html")]
struct PastPage {
    frame: Frame,
    title: String,
    name: String,
    entity_link: String,
    simulated: bool,
    finding: String,
    window: String,
    moves: Vec<Move>,
    presets: Vec<Move>,
    /// The range in microseconds, for the island.
    from: i64,
    to: i64,
    svg: String,
    sentence: String,
    hollow: bool,
    resolution: String,
    notes: Vec<&'static str>,
    gaps: Vec<String>,
    gaps_more: String,
    table: table::Table,
    facts: Vec<Fact>,
    contract_link: String,
    sql: String,
    csv: String,
    parquet: String,
    json: String,
    compare: String,
}

/// `GET /{language}/entity/{id}/past/{attribute}?from=…&to=…`
pub(crate) async fn show(visit: Visit, Path((id, attribute)): Path<(String, String)>) -> Response {
    let page = view(&visit, &id, &attribute).await;
    visit.answer(page)
}

/// The address of the page of a series.
pub(crate) fn link(words: Words, entity: &senne_model::EntityId, attribute: &Name) -> String {
    // A term is shorter, but only one of the default context stands for itself.
    let plain = attribute.strip_prefix("https://uri.etsi.org/ngsi-ld/default-context/");
    format!("{}/past/{}", rows::entity_link(words, entity), address::segment(plain.unwrap_or(attribute)))
}

async fn view(visit: &Visit, id: &str, attribute: &str) -> Result<PastPage, Problem> {
    let entity = page::find(visit, id).await?;
    let attribute = charts::attribute_name(visit.hub(), Some(&entity), attribute);
    let contract = describe::contract_of(visit.hub().contracts(), &entity);
    let subject = subject(visit, &entity, &attribute)?;
    let span = Span::asked(visit, super::window::newest(&entity))?;
    let chart = read(visit, &entity, &attribute, span).await?;
    Ok(page_of(visit, &entity, contract, &subject, span, &chart))
}

/// What is known of a series before its past is read; refused where the entity neither has nor promises it.
pub(super) fn subject<'a>(
    visit: &'a Visit,
    entity: &'a Entity,
    attribute: &'a Name,
) -> Result<Subject<'a>, Problem> {
    let words = visit.w;
    let held = entity.attributes.iter().find(|a| a.name == *attribute);
    let contract = describe::contract_of(visit.hub().contracts(), entity);
    let promised = contract.and_then(|c| c.attribute(attribute));
    if held.is_none() && promised.is_none() {
        return Err(Problem::not_found("no such series"));
    }
    let instance = held.and_then(|held| held.main());
    Ok(Subject {
        name: attribute,
        dataset: instance.and_then(|instance| instance.dataset_id.clone()),
        contract: promised,
        title: held
            .map_or_else(|| title(promised, attribute, words), |held| facts::title_of(words, contract, held)),
        unit: match instance {
            Some(instance) => describe::unit_of(promised, instance),
            None => promised.map_or("", AttributeContract::symbol).to_owned(),
        },
        simulated: instance.is_some_and(|i| i.quality.has(Test::Simulated)),
    })
}

fn title(promised: Option<&AttributeContract>, attribute: &Name, words: Words) -> String {
    promised.map_or_else(|| attribute.local().to_owned(), |p| p.title.get(words.language.code()).to_owned())
}

/// The question for the chart of a series; of parallel ones, of that which is shown of now.
pub(super) fn question(visit: &Visit, entity: &Entity, attribute: &Name, span: Span) -> ChartQuery {
    let instance = entity.instance(attribute);
    ChartQuery {
        entity: entity.id.clone(),
        attribute: attribute.clone(),
        dataset_id: instance.and_then(|instance| instance.dataset_id.clone()),
        from: span.from,
        to: span.to,
        pixels: PIXELS,
        zone: format::ZONE.to_owned(),
        cadence: None,
        now: visit.now,
    }
}

async fn read(visit: &Visit, entity: &Entity, attribute: &Name, span: Span) -> Result<ChartSeries, Problem> {
    let query = question(visit, entity, attribute, span);
    let mut charts = visit.hub().charts(&visit.context(), &[query]).await?;
    charts.pop().ok_or_else(|| Problem::internal("a chart without an answer"))
}

fn page_of(
    visit: &Visit,
    entity: &Entity,
    contract: Option<&Contract>,
    subject: &Subject<'_>,
    span: Span,
    chart: &ChartSeries,
) -> PastPage {
    let words = visit.w;
    let series = Series::of_chart(chart, |x| panel::shown(subject, x));
    let gap_after = series.gap_after.unwrap_or(i64::MAX);
    let (from, to) = (span.from.micros(), span.to.micros());
    let summary = series.summary(gap_after, series.awaited((from, to), visit.now.micros()));
    let said = sentence::of_series(words, &series, summary.as_ref(), &subject.unit);
    let name = describe::name_of(entity, words.language);
    let title = words.fill("past.title", [&subject.title, &name]);
    let svg = LineChart {
        id: "past-chart",
        title: &title,
        description: &said,
        unit: &subject.unit,
        words: &words,
        from,
        to,
        dots: &series.dots,
        gap_after,
        guideline: None,
        scale_of: None,
        beside: &[],
        begins: None,
    }
    .svg();
    let factor = subject.contract.and_then(|c| c.shown.as_ref()).map_or(1.0, |shown| shown.factor);
    let sql = chart.sql(factor);
    let file = |form: &str| format!("/sql?format={form}&query={}", address::segment(&sql));
    let entity_link = rows::entity_link(words, &entity.id);
    let link = link(words, &entity.id, subject.name);
    let (gaps, gaps_more) = gaps(words, chart);
    let dataset = subject.dataset.as_ref();
    let dataset = dataset.map_or_else(String::new, |id| format!("&dataset={}", address::segment(id)));
    PastPage {
        frame: visit
            .frame()
            .titled(title.clone(), said.clone())
            .under(words.t("frame.map"), "/map")
            .under(name.clone(), &format!("/entity/{}", address::segment(&entity.id)))
            .ending(subject.title.clone())
            .island(crate::assets::Assets::get().past_script.as_ref(), None),
        finding: summary.map_or_else(String::new, |s| {
            words.fill("entity.finding", [sentence::with_unit(words, s.mean, &subject.unit)])
        }),
        window: span.text(words),
        moves: span.moves(words, &link, chart.extent, visit.now),
        presets: span.presets(words, &link, chart.extent, visit.now),
        from,
        to,
        svg: if series.dots.is_empty() { String::new() } else { svg },
        sentence: said,
        hollow: series.dots.iter().any(|d| d.trust != Trust::Usable),
        resolution: resolution(words, chart),
        notes: notes(words, chart),
        gaps,
        gaps_more,
        table: table::Table::new(words, subject, chart),
        facts: promise(words, contract, subject, chart),
        contract_link: contract
            .map_or_else(|| visit.link("/data"), |c| visit.link(&format!("/contract/{}", c.type_term))),
        csv: file("csv"),
        parquet: file("parquet"),
        json: format!(
            "/charts/series?entity={}&attribute={}{dataset}&from={}&to={}&pixels={PIXELS}",
            address::segment(&entity.id),
            address::segment(subject.name),
            span.from,
            span.to
        ),
        sql,
        compare: compare::link(words, [(&entity.id, subject.name)], Some(span)),
        simulated: subject.simulated,
        title: subject.title.clone(),
        name,
        entity_link,
    }
}

/// What a point of the chart is.
pub(super) fn resolution(words: Words, chart: &ChartSeries) -> String {
    let Some(period) = chart.period else { return words.t("past.raw").to_owned() };
    let length = match period {
        "P1D" => words.t("past.day").to_owned(),
        "P7D" => words.t("past.week").to_owned(),
        "P1M" => words.t("past.month").to_owned(),
        "P3M" => words.t("past.quarter").to_owned(),
        "P1Y" => words.t("past.year").to_owned(),
        other => senne_hub::language::Period::parse(other)
            .map_or_else(|_| other.to_owned(), |p| format::duration(words.language, p.approximate_micros())),
    };
    words.fill("past.summed", [length])
}

fn notes(words: Words, chart: &ChartSeries) -> Vec<&'static str> {
    let mut notes = Vec::new();
    if chart.truncated {
        notes.push(words.t("sentence.truncated"));
    }
    if chart.kept_from.is_some() {
        notes.push(words.t("past.let_go"));
    }
    notes
}

/// The longest gaps in words, and how many more there are.
fn gaps(words: Words, chart: &ChartSeries) -> (Vec<String>, String) {
    const SHOWN: usize = 8;
    let mut longest = chart.gaps.clone();
    longest.sort_by_key(|(a, b)| std::cmp::Reverse(b.micros() - a.micros()));
    let more = longest.len().saturating_sub(SHOWN) as u64;
    longest.truncate(SHOWN);
    longest.sort_unstable();
    let line = |(a, b): &(Timestamp, Timestamp)| {
        let moment = |at| format::moment_short(words.language, at);
        words.fill(
            "past.gap",
            [moment(*a), moment(*b), format::duration(words.language, b.micros() - a.micros())],
        )
    };
    let more = if more == 0 { String::new() } else { words.count("past.gaps_more", more) };
    (longest.iter().map(line).collect(), more)
}

/// What the contract promises about the series.
fn promise(
    words: Words,
    contract: Option<&Contract>,
    subject: &Subject<'_>,
    chart: &ChartSeries,
) -> Vec<Fact> {
    let fact = |title: &'static str, text: String| Fact { title: title.to_owned(), text };
    let none = || "–".to_owned();
    let class = contract.map(|c| c.class_of_attribute(subject.name));
    let access = words.t(match class {
        Some(Class::Open) => key!("class.open"),
        _ => key!("class.closed"),
    });
    let known = chart.extent.map_or_else(none, |(first, last)| {
        words.fill("past.extent", [format::date(words.language, first), format::date(words.language, last)])
    });
    let promised = subject.contract;
    vec![
        fact(words.t("contract.unit"), if subject.unit.is_empty() { none() } else { subject.unit.clone() }),
        fact(words.t("contract.plausible"), promises::range(words, promised.and_then(|p| p.plausible))),
        fact(words.t("contract.usual"), promises::range(words, promised.and_then(|p| p.usual))),
        fact(
            words.t("contract.cadence"),
            promised.and_then(|p| p.cadence).map_or_else(none, |c| promises::long(words, c)),
        ),
        fact(words.t("contract.class"), access.to_owned()),
        fact(words.t("past.known"), known),
    ]
}
