//! The indicators of a group beside each other: each starts from 100, so that all have one axis.

use senne_chart::{Axis, Band, Dot, Head, Series, Trust, figure as drawn, multiples::Multiples};
use senne_indicator::{Declaration, Figure, Frequency};

use super::Places;
use crate::{
    pages::indicator::{
        series::{dot, length},
        told::direction,
    },
    words::Words,
};

/// Where each series starts.
const START: f64 = 100.0;
/// Fewer values make no course.
const VALUES_LEAST: usize = 3;

/// A series from its start.
struct Course {
    name: String,
    link: String,
    dots: Vec<Dot>,
    gap_after: i64,
}

/// The figure of a group; empty where fewer than two indicators can be set beside each other. Only indicators of the most frequent length of
/// period are, and only those whose values are above zero: others have no start that can be called 100.
pub(super) fn figure(
    words: Words,
    id: &str,
    group: &str,
    shown: &[(&Declaration, &[Figure])],
    places: &Places,
) -> String {
    let candidates: Vec<(&Declaration, Vec<Dot>, i64)> = of_one_length(shown)
        .into_iter()
        .filter_map(|(declaration, figures)| {
            let dots: Vec<Dot> =
                figures.iter().filter_map(dot).filter(|dot| dot.trust == Trust::Usable).collect();
            let positive = dots.len() >= VALUES_LEAST && dots.iter().all(|dot| dot.value > 0.0);
            positive.then_some((declaration, dots, length(figures.first()?.period) * 3 / 2))
        })
        .collect();
    let Some(start) = candidates.iter().filter_map(|(_, dots, _)| dots.first()).map(|dot| dot.at).max()
    else {
        return String::new();
    };
    let course = |(declaration, dots, gap_after): (&Declaration, Vec<Dot>, i64)| {
        let dots = from_start(&dots, start)?;
        Some(Course {
            name: format!(
                "{} ({})",
                declaration.title.get(words.language.code()),
                direction(words, declaration)
            ),
            link: format!("/{}/indicator/{}{}", words.language, declaration.id, places.query()),
            dots,
            gap_after,
        })
    };
    let courses: Vec<Course> = candidates.into_iter().filter_map(course).collect();
    let end = courses.iter().filter_map(|course| course.dots.last()).map(|dot| dot.at).max();
    let (Some(end), true) = (end, courses.len() > 1) else { return String::new() };
    let series: Vec<Series<'_>> = courses
        .iter()
        .map(|course| Series {
            name: &course.name,
            link: &course.link,
            dots: &course.dots,
            gap_after: course.gap_after,
            here: false,
        })
        .collect();
    let title = words.fill("indicators.multiples", [group]);
    drawn(&Multiples {
        head: Head { id: &format!("multiples-{id}"), title: &title, words: &words },
        axis: Axis::default(),
        from: start,
        to: end,
        series: &series,
        band: Some(Band { low: Some(START), high: Some(START) }),
    })
}

/// Those of the length of period that most have; the shorter of two that as many have.
fn of_one_length<'a>(shown: &[(&'a Declaration, &'a [Figure])]) -> Vec<(&'a Declaration, &'a [Figure])> {
    let frequency = |figures: &[Figure]| figures.first().map(|figure| figure.period.frequency());
    let count = |wanted: Frequency| shown.iter().filter(|(_, f)| frequency(f) == Some(wanted)).count();
    let lengths = shown.iter().filter_map(|(_, figures)| frequency(figures));
    let most = lengths.max_by(|a, b| count(*a).cmp(&count(*b)).then(b.cmp(a)));
    shown.iter().filter(|(_, figures)| most.is_some() && frequency(figures) == most).copied().collect()
}

/// The values from a moment on as shares of the first of them, in per cent; nothing when too few are left.
fn from_start(dots: &[Dot], start: i64) -> Option<Vec<Dot>> {
    let left: Vec<&Dot> = dots.iter().filter(|dot| dot.at >= start).collect();
    let first = left.first().filter(|dot| dot.at == start)?.value;
    let share = |dot: &&Dot| Dot { value: dot.value / first * START, spread: None, ..**dot };
    (left.len() >= VALUES_LEAST).then(|| left.iter().map(share).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use senne_indicator::{Catalogue, Parts, Period, Status, Value};
    use senne_model::{ChangeNo, EntityId};

    use super::*;
    use crate::language::Language;

    fn declared() -> Catalogue {
        let pillars = "id: pillars
title: { fr: a, nl: b, en: c }
description: { fr: a, nl: b, en: c }
groups: [{ id: economy, title: { fr: a, nl: b, en: c } }]
";
        let one = |id: &str, direction: &str| {
            format!(
                "id: {id}
version: 1
title: {{ fr: a, nl: b, en: {id} }}
definition: {{ fr: a, nl: b, en: c }}
pillar: economy
unit: P1
direction: {direction}
measure: {{ ratio: {{ factor: 100 }} }}
uncertainty: share
levels: [region]
frequencies: [year]
entered: {{ from: {{ fr: a, nl: b, en: c }} }}
data_quality: survey
owner: Statbel
"
            )
        };
        let files = [
            ("frameworks/pillars.yaml".to_owned(), pillars.to_owned()),
            ("jobs.yaml".to_owned(), one("jobs", "up")),
            ("debts.yaml".to_owned(), one("debts", "down")),
        ];
        Catalogue::parse(&files).unwrap()
    }

    fn years(values: &[f64]) -> Vec<Figure> {
        let first: Period = "2020".parse().unwrap();
        let periods = std::iter::successors(Some(first), |period| Some(period.next()));
        let figure = |(period, value): (Period, &f64)| Figure {
            area: EntityId::trusted("urn:ngsi-ld:AdministrativeArea:BE:04000"),
            period,
            slice: None,
            value: Value {
                number: Some(*value),
                interval: None,
                coverage: 1.0,
                status: Status::Final,
                parts: Parts::of_ratio(1.0, 1.0),
                simulated: false,
            },
            formula: String::new(),
            vintage: ChangeNo(1),
        };
        periods.zip(values).map(figure).collect()
    }

    #[test]
    fn indicators_of_one_group_share_an_axis_and_those_at_zero_stay_out() {
        let catalogue = declared();
        let (jobs, debts) = (catalogue.indicator("jobs").unwrap(), catalogue.indicator("debts").unwrap());
        let places = Places {
            area: None,
            code: String::new(),
            name: String::new(),
            whole: true,
            choices: Vec::new(),
            codes: Arc::default(),
        };
        let drawn = |jobs_values: &[f64], debts_values: &[f64]| {
            let (a, b) = (years(jobs_values), years(debts_values));
            let shown: [(&Declaration, &[Figure]); 2] = [(jobs, &a), (debts, &b)];
            figure(Words::new(Language::En), "economy", "Economy", &shown, &places)
        };
        let both = drawn(&[50.0, 60.0, 75.0], &[8.0, 4.0, 2.0, 1.0]);
        assert!(
            both.contains("2 series over the same time: 1 end higher than they began, 1 lower."),
            "{both}"
        );
        assert!(both.contains("jobs (higher is better)") && both.contains("/en/indicator/debts"), "{both}");
        assert!(both.contains("150") && both.contains("Courses side by side: Economy"), "{both}");
        assert_eq!(drawn(&[50.0, 60.0, 75.0], &[0.0, 4.0, 2.0]), "");
        assert_eq!(drawn(&[50.0, 60.0], &[3.0, 4.0, 2.0]), "");
    }

    #[test]
    fn a_course_starts_at_a_hundred_where_all_have_a_value() {
        let dot = |at, value| Dot { at, value, spread: None, trust: Trust::Usable };
        let dots = [dot(0, 5.0), dot(1, 4.0), dot(2, 6.0), dot(3, 2.0)];
        let values = |start| Some(from_start(&dots, start)?.iter().map(|dot| dot.value).collect::<Vec<_>>());
        assert_eq!(values(1), Some(vec![100.0, 150.0, 50.0]));
        assert_eq!(values(2), None);
        assert_eq!(from_start(&[dot(0, 1.0), dot(2, 1.0), dot(3, 1.0), dot(4, 1.0)], 1), None);
    }
}
