//! Who applied to a call: the projects with what people scored them, what they would cost and how far they have come.

use senne_programme::{
    CallCriterion, CallForProjects, Euros, Programme, View,
    portfolio::{Filter, Line, Query, SortBy, page},
};

use super::{
    paging::{Pages, paged},
    told::{money, state},
};
use crate::{
    format,
    pages::programme::shared::{called, link},
    visit::Visit,
    words::{Words, key},
};

/// So many projects are shown at once.
const SHOWN: usize = 100;

/// What the table may be sorted by, by its word in the address.
const SORTS: [(&str, SortBy, bool, &str); 3] = [
    ("name", SortBy::Name, false, key!("choice.sort_name")),
    ("planned", SortBy::Planned, true, key!("choice.sort_planned")),
    ("state", SortBy::State, false, key!("choice.sort_state")),
];

pub(super) struct Applied {
    pub(super) finding: String,
    pub(super) sorts: Vec<Sort>,
    /// The names of the criteria.
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Row>,
    pub(super) pages: Option<Pages>,
    /// How many have not been scored in full; empty when all have.
    pub(super) unscored: String,
}

pub(super) struct Sort {
    pub(super) label: &'static str,
    pub(super) link: String,
    pub(super) here: bool,
}

pub(super) struct Row {
    pub(super) name: String,
    pub(super) link: String,
    /// One a criterion.
    pub(super) scores: Vec<String>,
    pub(super) cost: String,
    pub(super) state: &'static str,
}

impl Applied {
    pub(super) fn of(visit: &Visit, view: &View, call: &CallForProjects) -> Self {
        let words = visit.w;
        let asked = visit.parameter("sort").unwrap_or_default();
        let (sort_word, sort, descending, _) =
            SORTS.into_iter().find(|(word, ..)| *word == asked).unwrap_or(SORTS[0]);
        let all: Vec<&Line> = view.lines.iter().filter(|line| line.call.as_ref() == Some(&call.id)).collect();
        let here = visit.frame().here();
        let (range, pages) = paged(words, &here, all.len(), SHOWN);
        let query = Query {
            filter: Filter { call: Some(call.id.clone()), ..Filter::default() },
            sort,
            descending,
            language: words.language.code().to_owned(),
            offset: range.start,
            size: SHOWN,
        };
        let own = link(words, "call", call.id.as_str());
        let choice = |(word, _, _, label): (&'static str, SortBy, bool, &'static str)| Sort {
            label: words.t(label),
            link: format!("{own}?sort={word}"),
            here: word == sort_word,
        };
        let criteria = call.criteria.iter();
        let columns = criteria.map(|criterion| called(words, Some(&criterion.name), criterion.id.as_str()));
        let lines = page(&view.lines, &query).lines;
        Self {
            finding: finding(words, &all),
            sorts: SORTS.into_iter().map(choice).collect(),
            columns: columns.collect(),
            rows: lines.into_iter().map(|line| row(words, &view.programme, call, line)).collect(),
            pages,
            unscored: unscored(words, &view.programme, call, &all),
        }
    }
}

fn finding(words: Words, all: &[&Line]) -> String {
    if all.is_empty() {
        return words.t("choice.nobody_applied").to_owned();
    }
    let cost: Euros = all.iter().map(|line| line.money.planned).sum();
    words
        .fill("choice.applied_finding", [words.count("choice.applied", all.len() as u64), money(words, cost)])
}

fn row(words: Words, programme: &Programme, call: &CallForProjects, line: &Line) -> Row {
    let scores = programme.projects.get(&line.id).map(|project| &project.scores);
    let score = |criterion: &CallCriterion| {
        let found = scores.and_then(|scores| scores.get(&criterion.id));
        found.map_or_else(|| words.t("value.none").to_owned(), |score| format::value(words.language, *score))
    };
    let planned = !programme.money.of(&line.id).is_empty();
    Row {
        name: called(words, Some(&line.name), line.id.as_str()),
        link: link(words, "project", line.id.as_str()),
        scores: call.criteria.iter().map(score).collect(),
        cost: if planned { money(words, line.money.planned) } else { words.t("value.none").to_owned() },
        state: state(words, line.state),
    }
}

fn unscored(words: Words, programme: &Programme, call: &CallForProjects, all: &[&Line]) -> String {
    let lacks = |line: &&&Line| {
        let scores = programme.projects.get(&line.id).map(|project| &project.scores);
        !call.criteria.iter().all(|criterion| scores.is_some_and(|scores| scores.contains_key(&criterion.id)))
    };
    match all.iter().filter(lacks).count() {
        0 => String::new(),
        count => words.count("choice.unscored", count as u64),
    }
}
