//! What makes the place of each area: what lifts it above the mean of all, what draws it below.

use senne_indicator::{IndexAssumption, IndexPart, IndexTable};

use super::Names;
use crate::{
    format,
    visit::Visit,
    words::{Words, key},
};

/// So many indicators are named on each side.
const NAMED: usize = 3;
/// What moves an index by less than so many points is not named.
const POINTS_LEAST: f64 = 0.5;

/// An area, and what makes its place.
pub(super) struct Made {
    pub(super) name: String,
    /// By how many points it stands above the mean.
    pub(super) beside: String,
    pub(super) lifts: String,
    pub(super) draws: String,
    /// What the place hangs on most.
    pub(super) hangs_on: String,
}

/// The areas in the order of the index; those without one are left out.
pub(super) fn made(visit: &Visit, table: &IndexTable, names: &Names) -> Vec<Made> {
    let words = visit.w;
    let ranked = table.rows.iter().filter(|row| row.score.is_some());
    let one = |row: &senne_indicator::IndexRow| {
        let beside: f64 = row.indicators.iter().filter_map(|part| part.beside).sum();
        let (lifts, draws) = standing_apart(visit, &row.indicators);
        let none = |all: Vec<String>| {
            if all.is_empty() { words.t("value.none").to_owned() } else { all.join(", ") }
        };
        Made {
            name: names.get(&row.area).cloned().unwrap_or_else(|| row.area.as_str().to_owned()),
            beside: signed(words, beside),
            lifts: none(lifts),
            draws: none(draws),
            hangs_on: row.hangs_on.map_or_else(
                || words.t("index.never_moves").to_owned(),
                |(on, _)| assumption(words, on).to_owned(),
            ),
        }
    };
    ranked.map(one).collect()
}

/// The indicators that clearly lift an index and those that clearly draw it down, the strongest first: «Nitrogen dioxide (+4.2)».
pub(crate) fn standing_apart(visit: &Visit, indicators: &[IndexPart]) -> (Vec<String>, Vec<String>) {
    let words = visit.w;
    let catalogue = visit.portal.options.figures.catalogue();
    let mut apart: Vec<(&IndexPart, f64)> = indicators
        .iter()
        .filter(|part| part.clear)
        .filter_map(|part| Some((part, part.beside.filter(|points| points.abs() >= POINTS_LEAST)?)))
        .collect();
    apart.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    let said = |(part, points): &(&IndexPart, f64)| {
        let title = catalogue.indicator(&part.id)?.title.get(words.language.code());
        Some(format!("{title} ({})", signed(words, *points)))
    };
    let side = |up: bool| apart.iter().filter(move |(_, points)| (*points > 0.0) == up).take(NAMED);
    (side(true).filter_map(said).collect(), side(false).filter_map(said).collect())
}

fn signed(words: Words, points: f64) -> String {
    let number = format::number(words.language, points, 1);
    if points > 0.0 { format!("+{number}") } else { number }
}

/// What places hang on, in words.
pub(super) fn assumption(words: Words, of: IndexAssumption) -> &'static str {
    words.t(match of {
        IndexAssumption::Values => key!("index.on_values"),
        IndexAssumption::Weights => key!("index.on_weights"),
        IndexAssumption::Mean => key!("index.on_mean"),
    })
}
