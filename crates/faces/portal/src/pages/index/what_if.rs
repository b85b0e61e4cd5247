//! The same index made otherwise, by who reads it: other weights of dimensions, the other mean. Works without scripts: a form that is sent.

use senne_indicator::{CompositeIndex, IndexAggregation, IndexChoice, IndexQuery, IndexRow, IndexTable};
use senne_model::Problem;

use super::{Names, between};
use crate::{
    format,
    visit::Visit,
    words::{Words, key},
};

/// The form, and what comes of it.
pub(super) struct WhatIf {
    /// Where the form is sent.
    pub(super) action: String,
    pub(super) period: String,
    pub(super) weights: Vec<WeightInput>,
    pub(super) means: Vec<MeanInput>,
    pub(super) error: String,
    /// Whether something other than what is declared was chosen.
    pub(super) chosen: bool,
    pub(super) finding: String,
    pub(super) rows: Vec<Altered>,
    pub(super) json: String,
}

/// The weight of a dimension.
pub(super) struct WeightInput {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) value: String,
    pub(super) wrong: bool,
}

/// A way to the mean.
pub(super) struct MeanInput {
    pub(super) value: &'static str,
    pub(super) label: &'static str,
    pub(super) here: bool,
}

/// An area as declared and as chosen.
pub(super) struct Altered {
    pub(super) name: String,
    pub(super) before: String,
    pub(super) before_places: String,
    pub(super) after: String,
    pub(super) after_places: String,
    pub(super) moves: String,
    /// Whether the new place lies outside of those that were possible before.
    pub(super) beyond: bool,
}

impl WhatIf {
    pub(super) async fn read(
        visit: &Visit,
        index: &CompositeIndex,
        table: Option<&IndexTable>,
        names: &Names,
    ) -> Result<Self, Problem> {
        let words = visit.w;
        let mut form = form(visit, index);
        let Ok(choice) = choice(visit, index) else {
            words.t("index.choice_wrong").clone_into(&mut form.error);
            return Ok(form);
        };
        let Some(table) = table.filter(|_| choice.changes(index)) else { return Ok(form) };
        let asked = IndexQuery { period: Some(table.period), choice: choice.clone(), as_of: None };
        let Some(altered) = visit.portal.index(&visit.context(), index, &asked).await? else {
            words.t("index.empty").clone_into(&mut form.error);
            return Ok(form);
        };
        form.chosen = true;
        form.rows = altered
            .rows
            .iter()
            .filter(|row| row.score.is_some())
            .map(|row| one(words, table, row, names))
            .collect();
        form.finding = finding(words, &form.rows);
        form.json = address(index, table, &choice);
        Ok(form)
    }
}

fn address(index: &CompositeIndex, table: &IndexTable, choice: &IndexChoice) -> String {
    let mean = choice.aggregation.unwrap_or(index.aggregation).word();
    let weights = choice.weights_text();
    format!("/indices/{}?period={}&weights={weights}&aggregation={mean}", index.id, table.period)
}

fn parameter(group: &str) -> String {
    format!("weight-{group}")
}

/// A number as people of the three languages write it.
fn number(text: &str) -> Option<f64> {
    text.trim().replace(',', ".").parse().ok()
}

/// What is asked for; what is not there stays as declared.
fn choice(visit: &Visit, index: &CompositeIndex) -> Result<IndexChoice, ()> {
    let mut choice = IndexChoice::default();
    for group in &index.groups {
        let Some(text) = visit.parameter(&parameter(&group.id)).filter(|text| !text.is_empty()) else {
            continue;
        };
        choice.weights.push((group.id.clone(), number(text).ok_or(())?));
    }
    if let Some(text) = visit.parameter("aggregation").filter(|text| !text.is_empty()) {
        choice.aggregation = Some(IndexAggregation::parse(text).ok_or(())?);
    }
    choice.applied(index).map(|_| choice).map_err(|_| ())
}

/// The form as it was sent: nothing that was typed is lost.
fn form(visit: &Visit, index: &CompositeIndex) -> WhatIf {
    let words = visit.w;
    let weights = index.groups.iter().map(|group| {
        let name = parameter(&group.id);
        let sent = visit.parameter(&name).filter(|text| !text.is_empty());
        let sound = |text: &str| number(text).is_some_and(|weight| (0.0..=1000.0).contains(&weight));
        WeightInput {
            label: group.title.get(words.language.code()).to_owned(),
            value: sent.map_or_else(|| group.weight.to_string(), str::to_owned),
            wrong: sent.is_some_and(|text| !sound(text)),
            name,
        }
    });
    let here = visit.parameter("aggregation").and_then(IndexAggregation::parse).unwrap_or(index.aggregation);
    let mean = |of: IndexAggregation, label| MeanInput { value: of.word(), label, here: of == here };
    WhatIf {
        action: visit.link(&format!("/index/{}#what-if", index.id)),
        period: visit.parameter("period").unwrap_or_default().to_owned(),
        weights: weights.collect(),
        means: vec![
            mean(IndexAggregation::Arithmetic, words.t(key!("index.arithmetic"))),
            mean(IndexAggregation::Geometric, words.t(key!("index.geometric"))),
        ],
        error: String::new(),
        chosen: false,
        finding: String::new(),
        rows: Vec::new(),
        json: String::new(),
    }
}

fn one(words: Words, declared: &IndexTable, row: &IndexRow, names: &Names) -> Altered {
    let before = declared.rows.iter().find(|other| other.area == row.area);
    let rank = |row: Option<&IndexRow>| row.and_then(|row| row.rank);
    let shown = |row: Option<&IndexRow>| {
        rank(row).map_or_else(String::new, |rank| format::amount(words.language, rank as u64))
    };
    let moves = rank(before).zip(row.rank).map(|(before, after)| before as i64 - after as i64);
    let outside =
        |(low, high): (f64, f64)| row.rank.is_some_and(|rank| !(low..=high).contains(&(rank as f64)));
    Altered {
        name: names.get(&row.area).cloned().unwrap_or_else(|| row.area.as_str().to_owned()),
        before: shown(before),
        before_places: before.map_or_else(String::new, |before| between(words, before)),
        after: shown(Some(row)),
        after_places: between(words, row),
        moves: match moves {
            Some(0) | None => words.t("index.stays").to_owned(),
            Some(up) if up > 0 => words.count("index.rises", up.unsigned_abs()),
            Some(down) => words.count("index.falls", down.unsigned_abs()),
        },
        beyond: before.and_then(|before| before.places).is_some_and(outside),
    }
}

fn finding(words: Words, rows: &[Altered]) -> String {
    let stays = words.t("index.stays");
    let moved = rows.iter().filter(|row| row.moves != stays).count();
    let beyond = rows.iter().filter(|row| row.beyond).count();
    words.fill(
        "index.choice_finding",
        [moved, rows.len(), beyond].map(|n| format::amount(words.language, n as u64)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_with_comma_and_point() {
        assert_eq!((number("1,5"), number(" 2.25 "), number("much")), (Some(1.5), Some(2.25), None));
    }
}
