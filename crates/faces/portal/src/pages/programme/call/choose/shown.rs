//! What more money would bring, as rows of a table and in sentences.

use std::collections::BTreeSet;

use senne_chart::interval;
use senne_programme::{
    ProjectId,
    selection::{FrontierPoint, Proof, ShadowPrice},
};

use super::{compute::STEPS, offer::Offer};
use crate::{
    format,
    pages::programme::{
        call::told::{money, project},
        decision::rule::listed,
    },
    words::Words,
};

/// The best choice for one budget.
pub(super) struct FrontierRow {
    pub(super) budget: String,
    /// Whether it is the budget that was asked for.
    pub(super) here: bool,
    pub(super) points: String,
    pub(super) picture: String,
    pub(super) cost: String,
    /// How many projects are chosen.
    pub(super) chosen: String,
    /// What comes and goes beside the row before.
    pub(super) change: String,
}

/// The rows, least money first.
pub(super) fn frontier(words: Words, offer: &Offer<'_>, points: &[FrontierPoint]) -> Vec<FrontierRow> {
    let most = points.iter().filter_map(|point| point.value).fold(0.0, f64::max);
    let middle = STEPS as usize / 2;
    let asked = points.get(middle).and_then(|point| point.value);
    let mut before: Option<&BTreeSet<ProjectId>> = None;
    let mut rows = Vec::with_capacity(points.len());
    for (at, point) in points.iter().enumerate() {
        let last = before.replace(&point.chosen);
        rows.push(FrontierRow {
            budget: money(words, point.budget),
            here: at == middle,
            points: value(words, point),
            picture: interval::svg(point.value, None, asked, (0.0, most)),
            cost: if point.value.is_some() { money(words, point.cost) } else { String::new() },
            chosen: if point.value.is_some() {
                format::amount(words.language, point.chosen.len() as u64)
            } else {
                String::new()
            },
            change: last.map_or_else(String::new, |last| change(words, offer, last, &point.chosen)),
        });
    }
    rows
}

/// The sum of scores; at least so much where it is not proved that there is no better.
fn value(words: Words, point: &FrontierPoint) -> String {
    let Some(value) = point.value else {
        let why =
            if point.infeasible { words.t("choice.frontier_none") } else { words.t("choice.frontier_open") };
        return why.to_owned();
    };
    let shown = format::number(words.language, value, 3);
    match point.proof {
        Some(Proof::Within { .. }) => words.fill("choice.at_least", [shown]),
        _ => shown,
    }
}

fn change(words: Words, offer: &Offer<'_>, last: &BTreeSet<ProjectId>, now: &BTreeSet<ProjectId>) -> String {
    let named = |ids: Vec<&ProjectId>| -> Vec<String> {
        ids.into_iter().map(|id| project(words, offer.programme, id)).collect()
    };
    let (come, gone) = (named(now.difference(last).collect()), named(last.difference(now).collect()));
    match (come.is_empty(), gone.is_empty()) {
        (true, true) => words.t("choice.frontier_same").to_owned(),
        (false, true) => words.fill("choice.frontier_comes", [listed(words, &come)]),
        (true, false) => words.fill("choice.frontier_goes", [listed(words, &gone)]),
        (false, false) => {
            words.fill("choice.frontier_comes_goes", [listed(words, &come), listed(words, &gone)])
        }
    }
}

/// What so much more money would bring, in one sentence or two.
pub(super) fn price(words: Words, price: &ShadowPrice) -> Vec<String> {
    let raise = price.raised_by.as_f64();
    let shown = |each: f64| format::number(words.language, each * raise, 3);
    let raised = money(words, price.raised_by);
    let whole = price.by_difference.map_or_else(
        || words.fill("choice.price_unknown", [raised.clone()]),
        |each| words.fill("choice.price_whole", [raised.clone(), shown(each)]),
    );
    let parts = price.by_relaxation.map(|each| words.fill("choice.price_parts", [shown(each)]));
    [Some(whole), parts].into_iter().flatten().collect()
}
