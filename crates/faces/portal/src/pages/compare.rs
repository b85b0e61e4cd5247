//! Series beside each other: one chart below the other, over the same time, with one scale for what has one unit.

mod chosen;
mod offers;

use askama::Template;
use axum::response::Response;
use senne_chart::{
    Trust,
    line::{LineChart, extremes},
};
use senne_hub::{CHART_SERIES_MAX, ChartSeries};
use senne_model::Problem;

pub(super) use self::chosen::link;
use self::{chosen::Chosen, offers::Offers};
use super::{
    panel::{self, Subject},
    past::{
        self,
        span::{Move, Span},
    },
    rows, window,
};
use crate::{
    address, describe, format,
    frame::Frame,
    sentence,
    series::{Series, Summary},
    visit::Visit,
    words::{Words, key},
};

#[derive(Template)]
#[template(path = "compare.html")]
struct ComparePage {
    frame: Frame,
    title: String,
    finding: String,
    notes: Vec<&'static str>,
    window: String,
    moves: Vec<Move>,
    presets: Vec<Move>,
    charts: Vec<Beside>,
    json: String,
    /// The series that are there, for the form that adds one.
    kept: Vec<String>,
    span: Span,
    full: bool,
    offers: Offers,
}

/// One of the series.
struct Beside {
    title: String,
    link: String,
    past: String,
    without: String,
    simulated: bool,
    svg: String,
    sentence: String,
    resolution: String,
    hollow: bool,
    /// Mean, lowest, highest, values, doubtful ones.
    figures: [String; 5],
    csv: String,
    sql: String,
}

/// A series as it was read.
struct Read<'a> {
    chosen: &'a Chosen,
    subject: Subject<'a>,
    chart: &'a ChartSeries,
    series: Series,
    summary: Option<Summary>,
}

/// `GET /{language}/compare?series=ENTITY~ATTRIBUTE&series=…&from=…&to=…&q=…`
pub(crate) async fn show(visit: Visit) -> Response {
    let page = view(&visit).await;
    visit.answer(page)
}

async fn view(visit: &Visit) -> Result<ComparePage, Problem> {
    let words = visit.w;
    let chosen = Chosen::all(visit).await?;
    let newest = chosen.iter().filter_map(|one| window::newest(&one.entity)).max();
    let span = Span::asked(visit, newest)?;
    let questions: Vec<_> =
        chosen.iter().map(|one| past::question(visit, &one.entity, &one.attribute, span)).collect();
    let charts = if questions.is_empty() {
        Vec::new()
    } else {
        visit.hub().charts(&visit.context(), &questions).await?
    };
    let mut read = Vec::with_capacity(chosen.len());
    for (one, chart) in chosen.iter().zip(&charts) {
        read.push(Read::new(visit, one, chart, span)?);
    }
    let all = charts.iter().filter_map(|chart| chart.extent);
    let extent = all.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)));
    let title = words.t("compare.title");
    let here = link(words, chosen.iter().map(Chosen::key), None);
    let full = chosen.len() >= CHART_SERIES_MAX;
    Ok(ComparePage {
        frame: visit.frame().titled(title, words.t("compare.lead")).ending(title),
        title: title.to_owned(),
        finding: finding(words, &read),
        notes: notes(words, &read),
        window: span.text(words),
        moves: span.moves(words, &here, extent, visit.now),
        presets: span.presets(words, &here, extent, visit.now),
        charts: (0..read.len()).map(|index| beside(visit, &read, index, span)).collect(),
        json: json(&chosen, span),
        kept: chosen.iter().map(|one| chosen::value(&one.entity.id, &one.attribute)).collect(),
        span,
        full,
        offers: if full {
            Offers { asked: String::new(), series: Vec::new() }
        } else {
            Offers::of(visit, &chosen, span).await?
        },
    })
}

impl<'a> Read<'a> {
    fn new(
        visit: &'a Visit,
        chosen: &'a Chosen,
        chart: &'a ChartSeries,
        span: Span,
    ) -> Result<Self, Problem> {
        let subject = past::subject(visit, &chosen.entity, &chosen.attribute)?;
        let series = Series::of_chart(chart, |x| panel::shown(&subject, x));
        let window = series.awaited((span.from.micros(), span.to.micros()), visit.now.micros());
        let summary = series.summary(series.gap_after.unwrap_or(i64::MAX), window);
        Ok(Self { chosen, subject, chart, series, summary })
    }

    fn label(&self, words: Words) -> String {
        words.fill(
            "past.title",
            [&self.subject.title, &describe::name_of(&self.chosen.entity, words.language)],
        )
    }
}

/// Which mean is the highest and which the lowest, of those that can be compared.
fn finding(words: Words, read: &[Read<'_>]) -> String {
    let Some(first) = read.iter().find(|one| one.summary.is_some()) else { return String::new() };
    let unit = &first.subject.unit;
    let mut means: Vec<(f64, &Read<'_>)> = read
        .iter()
        .filter(|one| one.subject.unit == *unit && one.subject.title == first.subject.title)
        .filter_map(|one| Some((one.summary.as_ref()?.mean, one)))
        .collect();
    means.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    let (Some((low, lowest)), Some((high, highest))) = (means.first(), means.last()) else {
        return String::new();
    };
    if means.len() < 2 {
        return if read.len() < 2 { String::new() } else { words.t("compare.nothing").to_owned() };
    }
    let name = |one: &Read<'_>| describe::name_of(&one.chosen.entity, words.language);
    let [low, high] = [low, high].map(|mean| sentence::with_unit(words, *mean, unit));
    if low == high {
        return words.fill("compare.same", [&first.subject.title, &high]);
    }
    words.fill("compare.finding", [&first.subject.title, &name(highest), &high, &name(lowest), &low])
}

/// What must be known to read the charts.
fn notes(words: Words, read: &[Read<'_>]) -> Vec<&'static str> {
    let mut notes = Vec::new();
    let Some(first) = read.first().filter(|_| read.len() > 1) else { return notes };
    let one_unit = read.iter().all(|one| one.subject.unit == first.subject.unit);
    notes.push(words.t(if one_unit { key!("compare.one_scale") } else { key!("compare.scales") }));
    if read.iter().any(|one| one.chart.period != first.chart.period) {
        notes.push(words.t("compare.steps"));
    }
    notes
}

fn beside(visit: &Visit, read: &[Read<'_>], index: usize, span: Span) -> Beside {
    let words = visit.w;
    let one = &read[index];
    let same = read.iter().filter(|other| other.subject.unit == one.subject.unit);
    let both = |a: (f64, f64), b: (f64, f64)| (a.0.min(b.0), a.1.max(b.1));
    let scale_of = same.filter_map(|other| extremes(&other.series.dots)).reduce(both);
    let said = sentence::of_series(words, &one.series, one.summary.as_ref(), &one.subject.unit);
    let title = one.label(words);
    let svg = LineChart {
        id: &format!("compare-{index}"),
        title: &title,
        description: &said,
        unit: &one.subject.unit,
        words: &words,
        from: span.from.micros(),
        to: span.to.micros(),
        dots: &one.series.dots,
        gap_after: one.series.gap_after.unwrap_or(i64::MAX),
        guideline: None,
        scale_of,
        beside: &[],
        begins: None,
    }
    .svg();
    let others = read.iter().enumerate().filter(|(other, _)| *other != index);
    let sql = one.chart.sql(one.subject.contract.and_then(|c| c.shown.as_ref()).map_or(1.0, |s| s.factor));
    Beside {
        link: rows::entity_link(words, &one.chosen.entity.id),
        past: span.link(&past::link(words, &one.chosen.entity.id, &one.chosen.attribute)),
        without: link(words, others.map(|(_, other)| other.chosen.key()), Some(span)),
        simulated: one.subject.simulated,
        svg: if one.series.dots.is_empty() { String::new() } else { svg },
        sentence: said,
        resolution: past::resolution(words, one.chart),
        hollow: one.series.dots.iter().any(|d| d.trust != Trust::Usable),
        figures: figures(words, one),
        csv: format!("/sql?format=csv&query={}", address::segment(&sql)),
        sql,
        title,
    }
}

fn figures(words: Words, one: &Read<'_>) -> [String; 5] {
    let amount = |n| format::amount(words.language, n);
    let Some(summary) = &one.summary else {
        let none = || "–".to_owned();
        return [none(), none(), none(), amount(one.series.count), amount(one.series.count)];
    };
    let value = |x| sentence::with_unit(words, x, &one.subject.unit);
    [
        value(summary.mean),
        value(summary.lowest.0),
        value(summary.highest.0),
        amount(summary.count),
        amount(summary.count - summary.usable),
    ]
}

/// The address of the data of all charts.
fn json(chosen: &[Chosen], span: Span) -> String {
    let series = chosen.iter().map(|one| {
        let [entity, attribute] = [one.entity.id.as_str(), &one.attribute].map(address::segment);
        format!("entity={entity}&attribute={attribute}&")
    });
    let series: String = series.collect();
    format!("/charts/series?{series}from={}&to={}&pixels={}", span.from, span.to, past::PIXELS)
}
