//! One numeric attribute over a window: the chart, its sentence, and the table behind it.

use std::time::Duration;

use senne_contract::AttributeContract;
use senne_hub::{
    Aggregation, Bucket, PastQuery, Point,
    language::{Method, Period, TimeFilter, TimeProperty},
};
use senne_model::{EntityId, Name, Problem, Timestamp};

use super::window::Window;
use crate::{
    chart::{Dot, Trust, line::LineChart},
    format, sentence,
    series::{self, Series},
    visit::Visit,
    words::Words,
};

/// How many values are read for the charts of a page, and how many rows its tables show.
const POINTS_MAX: usize = 100_000;
const ROWS_MAX: usize = 48;

/// A chart with all that belongs to it.
pub(crate) struct Panel {
    pub(crate) anchor: String,
    pub(crate) title: String,
    pub(crate) finding: String,
    pub(crate) svg: String,
    pub(crate) sentence: String,
    /// Whether hollow marks stand in the chart.
    pub(crate) hollow: bool,
    pub(crate) simulated: bool,
    pub(crate) table_title: String,
    pub(crate) table_caption: String,
    pub(crate) value_title: String,
    /// Whether the rows are means of steps, with lowest, highest and count.
    pub(crate) stepped: bool,
    pub(crate) rows: Vec<PanelRow>,
    pub(crate) how: String,
    pub(crate) csv: String,
}

pub(crate) struct PanelRow {
    pub(crate) iso: String,
    pub(crate) time: String,
    pub(crate) numbers: Vec<String>,
    pub(crate) quality: String,
}

/// What is known of the attribute before its past is read.
pub(crate) struct Subject<'a> {
    pub(crate) name: &'a Name,
    pub(crate) contract: Option<&'a AttributeContract>,
    pub(crate) title: String,
    pub(crate) unit: String,
    pub(crate) simulated: bool,
}

/// The past of the attributes within the window, in the order asked; an attribute without a past is empty.
pub(crate) async fn read(
    visit: &Visit,
    entity: &EntityId,
    subjects: &[Subject<'_>],
    window: Window,
) -> Result<Vec<Series>, Problem> {
    let time = TimeFilter {
        property: TimeProperty::ObservedAt,
        from: Some(Timestamp::from_micros(window.from)),
        to: Some(Timestamp::from_micros(window.to)),
    };
    let mut query = PastQuery::of(vec![entity.clone()], time);
    query.attributes = subjects.iter().map(|s| s.name.clone()).collect();
    query.limit = POINTS_MAX;
    match window.range.step() {
        None => single_values(visit, &query, subjects).await,
        Some(step) => steps(visit, &query, subjects, step).await,
    }
}

async fn single_values(
    visit: &Visit,
    query: &PastQuery,
    subjects: &[Subject<'_>],
) -> Result<Vec<Series>, Problem> {
    let past = visit.hub().past(&visit.context(), query).await?;
    let find = |subject: &Subject<'_>| {
        let entity = past.first()?;
        let series = entity.series.iter().find(|s| s.attribute == *subject.name)?;
        let dots = series.points.iter().filter(|p| !p.deleted).filter_map(|p| dot(subject, p)).collect();
        Some(Series::of_values(dots, entity.truncated))
    };
    Ok(subjects.iter().map(|s| find(s).unwrap_or_default()).collect())
}

fn shown(subject: &Subject<'_>, value: f64) -> f64 {
    subject.contract.map_or(value, |c| c.shown_number(value))
}

fn dot(subject: &Subject<'_>, point: &Point) -> Option<Dot> {
    let value = shown(subject, point.value.as_number()?);
    Some(Dot { at: point.moment().micros(), value, spread: None, trust: series::trust(point.quality) })
}

async fn steps(
    visit: &Visit,
    query: &PastQuery,
    subjects: &[Subject<'_>],
    step: i64,
) -> Result<Vec<Series>, Problem> {
    const DAY: i64 = 86_400_000_000;
    // Days are civil days: on the two nights when the clock changes they have 23 and 25 hours.
    let period = if step == DAY { Period::DAY } else { Period { months: 0, days: 0, micros: step } };
    let mut aggregation = Aggregation {
        methods: vec![Method::Average, Method::Minimum, Method::Maximum],
        period,
        zone: Some(format::ZONE.to_owned()),
        usable_only: true,
    };
    let context = visit.context();
    let usable = visit.hub().aggregate(&context, query, &aggregation).await?;
    let nothing_usable = |bucket: &Bucket| bucket.usable == 0 && bucket.count > 0;
    let doubtful = if usable.iter().flat_map(|s| &s.buckets).any(nothing_usable) {
        aggregation.usable_only = false;
        visit.hub().aggregate(&context, query, &aggregation).await?
    } else {
        Vec::new()
    };
    let of = |subject: &Subject<'_>| {
        let buckets = |found: &'_ [senne_hub::SeriesBuckets]| {
            found.iter().find(|s| s.attribute == *subject.name).map(|s| s.buckets.clone()).unwrap_or_default()
        };
        let (usable, doubtful) = (buckets(&usable), buckets(&doubtful));
        let mut dots: Vec<Dot> = usable.iter().filter_map(|b| step_dot(subject, b, Trust::Usable)).collect();
        let no_other = doubtful.iter().filter(|b| nothing_usable(b));
        dots.extend(no_other.filter_map(|b| step_dot(subject, b, Trust::Failed)));
        dots.sort_by_key(|d| d.at);
        Series {
            dots,
            count: usable.iter().map(|b| b.count).sum(),
            usable: usable.iter().map(|b| b.usable).sum(),
            step: Some(step),
            truncated: false,
        }
    };
    Ok(subjects.iter().map(of).collect())
}

/// The mean of a step, in its middle.
fn step_dot(subject: &Subject<'_>, bucket: &Bucket, trust: Trust) -> Option<Dot> {
    let number = |index: usize| bucket.values.get(index).copied().flatten().map(|x| shown(subject, x));
    let at = bucket.from.micros().midpoint(bucket.to.micros());
    Some(Dot { at, value: number(0)?, spread: number(1).zip(number(2)), trust })
}

impl Panel {
    pub(crate) fn new(
        visit: &Visit,
        subject: &Subject<'_>,
        series: &Series,
        window: Window,
        csv: String,
    ) -> Self {
        let words = visit.w;
        let gap_after = gap_after(subject.contract, series);
        let summary = series.summary(gap_after, (window.from, window.to));
        let said = sentence::of_series(words, series, summary.as_ref(), &subject.unit);
        let anchor = format!("past-{}", anchor(subject.name));
        let chart = LineChart {
            id: &anchor,
            title: &subject.title,
            description: &said,
            unit: &subject.unit,
            language: words.language,
            from: window.from,
            to: window.to,
            dots: &series.dots,
            gap_after,
            guideline: None,
        };
        let svg = if series.dots.is_empty() { String::new() } else { chart.svg() };
        let rows = rows(words, series);
        let total = format::amount(words.language, series.dots.len() as u64);
        let kept = format::amount(words.language, rows.len() as u64);
        Self {
            finding: summary.map_or_else(String::new, |s| {
                words.fill("entity.finding", [sentence::with_unit(words, s.mean, &subject.unit)])
            }),
            svg,
            sentence: said,
            hollow: series.dots.iter().any(|d| d.trust != Trust::Usable),
            simulated: subject.simulated,
            table_title: words.t("entity.table").to_owned(),
            table_caption: words.fill("entity.table_caption", [subject.title.clone(), kept, total]),
            value_title: if subject.unit.is_empty() {
                words.t("entity.value").to_owned()
            } else {
                words.fill("entity.value_in", [&subject.unit])
            },
            stepped: series.step.is_some(),
            rows,
            how: how(words, series, gap_after),
            csv,
            title: subject.title.clone(),
            anchor,
        }
    }
}

/// The part of a name that may stand in an anchor.
pub(crate) fn anchor(name: &Name) -> String {
    name.local().chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
}

/// Two values further apart than this are not joined: three times the cadence that the contract promises, else three
/// times the usual distance of the values themselves.
pub(crate) fn gap_after(contract: Option<&AttributeContract>, series: &Series) -> i64 {
    let micros = |d: Duration| i64::try_from(d.as_micros()).unwrap_or(i64::MAX);
    let promised = contract.and_then(|c| c.cadence).map(|c| micros(c).saturating_mul(3));
    let usual = promised.unwrap_or_else(|| {
        let mut distances: Vec<i64> = series.dots.windows(2).map(|pair| pair[1].at - pair[0].at).collect();
        distances.sort_unstable();
        distances.get(distances.len() / 2).map_or(i64::MAX, |d| d.saturating_mul(3))
    });
    // Middles of neighbouring days are up to 25 hours apart.
    series.step.map_or(usual, |step| usual.max(step.saturating_mul(3) / 2))
}

/// The newest values first.
fn rows(words: Words, series: &Series) -> Vec<PanelRow> {
    let number = |x: f64| format::value(words.language, x);
    let row = |dot: &Dot| {
        let at = Timestamp::from_micros(dot.at);
        let mut numbers = vec![number(dot.value)];
        if series.step.is_some() {
            let (low, high) = dot.spread.unwrap_or((dot.value, dot.value));
            numbers.extend([number(low), number(high), trust(words, dot.trust).to_owned()]);
        }
        let time = format::moment_short(words.language, at);
        PanelRow { iso: at.to_string(), time, numbers, quality: trust(words, dot.trust).to_owned() }
    };
    series.dots.iter().rev().take(ROWS_MAX).map(row).collect()
}

fn trust(words: Words, trust: Trust) -> &'static str {
    match trust {
        Trust::Usable => words.t("trust.usable"),
        Trust::Suspect => words.t("quality.suspect"),
        Trust::Failed => words.t("quality.fail"),
    }
}

fn how(words: Words, series: &Series, gap_after: i64) -> String {
    let gap = format::duration(words.language, gap_after);
    match series.step {
        None => words.fill("how.values", [gap]),
        Some(step) => words.fill("how.steps", [format::duration(words.language, step), gap]),
    }
}
