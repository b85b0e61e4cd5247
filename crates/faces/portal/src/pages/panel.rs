//! One numeric attribute over a window: the chart, its sentence, and the table behind it.

use senne_chart::{Dot, Trust, line::LineChart};
use senne_contract::AttributeContract;
use senne_hub::{CHART_SERIES_MAX, ChartQuery};
use senne_model::{EntityId, Iri, Name, Problem, Timestamp};

use super::window::Window;
use crate::{format, sentence, series::Series, visit::Visit, words::Words};

/// The width for which charts are read: that of a desk, so that one answer serves every screen.
const PIXELS: u16 = 1000;
/// How many rows the tables show.
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
    /// The page of the series alone.
    pub(crate) past: String,
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
    /// Which of parallel series it is: the one that is shown of now.
    pub(crate) dataset: Option<Iri>,
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
    let mut found = Vec::with_capacity(subjects.len());
    for some in subjects.chunks(CHART_SERIES_MAX) {
        let query = |subject: &Subject<'_>| ChartQuery {
            entity: entity.clone(),
            attribute: subject.name.clone(),
            dataset_id: subject.dataset.clone(),
            from: Timestamp::from_micros(window.from),
            to: Timestamp::from_micros(window.to),
            pixels: PIXELS,
            zone: format::ZONE.to_owned(),
            cadence: None,
            now: visit.now,
        };
        let queries: Vec<ChartQuery> = some.iter().map(query).collect();
        let charts = visit.hub().charts(&visit.context(), &queries).await?;
        let pairs = some.iter().zip(&charts);
        found.extend(pairs.map(|(subject, chart)| Series::of_chart(chart, |x| shown(subject, x))));
    }
    Ok(found)
}

pub(crate) fn shown(subject: &Subject<'_>, value: f64) -> f64 {
    subject.contract.map_or(value, |c| c.shown_number(value))
}

impl Panel {
    pub(crate) fn new(
        visit: &Visit,
        subject: &Subject<'_>,
        series: &Series,
        window: Window,
        csv: String,
        past: String,
    ) -> Self {
        let words = visit.w;
        let gap_after = series.gap_after.unwrap_or(i64::MAX);
        let summary = series.summary(gap_after, series.awaited((window.from, window.to), visit.now.micros()));
        let said = sentence::of_series(words, series, summary.as_ref(), &subject.unit);
        let anchor = format!("past-{}", anchor(subject.name));
        let chart = LineChart {
            id: &anchor,
            title: &subject.title,
            description: &said,
            unit: &subject.unit,
            words: &words,
            from: window.from,
            to: window.to,
            dots: &series.dots,
            gap_after,
            guideline: None,
            scale_of: None,
            beside: &[],
            begins: None,
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
            how: how(words, series),
            csv,
            past,
            title: subject.title.clone(),
            anchor,
        }
    }
}

/// The part of a name that may stand in an anchor.
pub(crate) fn anchor(name: &Name) -> String {
    name.local().chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
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

fn how(words: Words, series: &Series) -> String {
    let length = |micros| format::duration(words.language, micros);
    match (series.step, series.gap_after) {
        (None, None) => words.t("how.values_alone").to_owned(),
        (None, Some(gap)) => words.fill("how.values", [length(gap)]),
        (Some(step), gap) => words.fill("how.steps", [length(step), length(gap.unwrap_or(step))]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn where_nobody_can_tell_a_gap_none_is_named() {
        let words = Words::new(Language::En);
        let of = |step, gap_after| how(words, &Series { step, gap_after, ..Series::default() });
        assert_eq!(of(None, None), words.t("how.values_alone"));
        assert!(of(None, Some(1_800_000_000)).contains(&format::duration(Language::En, 1_800_000_000)));
    }
}
