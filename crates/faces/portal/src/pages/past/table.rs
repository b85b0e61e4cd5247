//! The same values as the chart, for those who cannot see it.

use senne_hub::{ChartBucket, ChartPoint, ChartSeries};
use senne_model::Timestamp;

use crate::{
    format,
    pages::panel::{self, Subject},
    sentence,
    words::Words,
};

/// All points or buckets, newest first.
pub(super) struct Table {
    pub(super) caption: String,
    pub(super) value_title: String,
    /// Whether rows are buckets, with lowest, highest and counts.
    pub(super) stepped: bool,
    pub(super) rows: Vec<Row>,
}

pub(super) struct Row {
    pub(super) iso: String,
    pub(super) time: String,
    pub(super) numbers: Vec<String>,
    pub(super) quality: String,
    /// The flag as a class of the style sheet; empty for buckets.
    pub(super) class: &'static str,
}

impl Table {
    pub(super) fn new(words: Words, subject: &Subject<'_>, chart: &ChartSeries) -> Self {
        let number = |x: Option<f64>| {
            x.map_or_else(|| "–".to_owned(), |x| format::value(words.language, panel::shown(subject, x)))
        };
        let value = |point: &ChartPoint| Row {
            iso: point.at.to_string(),
            time: format::moment_short(words.language, point.at),
            numbers: vec![number(point.value)],
            quality: quality(words, point),
            class: point.quality.flag().word(),
        };
        let days = chart.period.is_some_and(|period| !period.contains('T'));
        let bucket = |bucket: &ChartBucket| Row {
            iso: bucket.from.to_string(),
            time: start(words, bucket.from, days),
            numbers: vec![number(bucket.mean), number(bucket.min), number(bucket.max)],
            quality: counts(words, bucket),
            class: "",
        };
        let stepped = chart.period.is_some();
        let rows: Vec<Row> = if stepped {
            chart.buckets.iter().rev().map(bucket).collect()
        } else {
            chart.points.iter().rev().map(value).collect()
        };
        Self {
            caption: words.fill(
                "past.table_caption",
                [&subject.title, &format::amount(words.language, rows.len() as u64)],
            ),
            value_title: if subject.unit.is_empty() {
                words.t("entity.value").to_owned()
            } else {
                words.fill("entity.value_in", [&subject.unit])
            },
            stepped,
            rows,
        }
    }
}

/// When a bucket begins; a day has no hour.
fn start(words: Words, at: Timestamp, days: bool) -> String {
    if days { format::date(words.language, at) } else { format::moment_short(words.language, at) }
}

fn quality(words: Words, point: &ChartPoint) -> String {
    let flag = sentence::quality(words, point.quality);
    let reasons = sentence::reasons(words, point.quality);
    if reasons.is_empty() { flag.to_owned() } else { format!("{flag} – {reasons}") }
}

/// How many values there are and how many of them do not count.
fn counts(words: Words, bucket: &ChartBucket) -> String {
    let amount = |n| format::amount(words.language, n);
    let doubtful = bucket.count() - bucket.usable();
    if doubtful == 0 {
        return amount(bucket.count());
    }
    words.fill("past.counts", [amount(bucket.count()), amount(doubtful)])
}
