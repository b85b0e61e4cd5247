//! The pillars as cards: how many projects, how many objectives are met, what money.

use std::collections::BTreeMap;

use senne_programme::{
    Pillar, PillarId,
    portfolio::{Line, totals},
};

use super::{
    rows::money,
    said::{met, objectives},
};
use crate::{
    pages::programme::shared::{self, View, called},
    words::Words,
};

/// A pillar as a card.
pub(super) struct Card {
    pub(super) name: String,
    pub(super) link: String,
    pub(super) what: String,
    pub(super) projects: String,
    pub(super) active: String,
    pub(super) met: String,
    pub(super) money: String,
}

/// The pillars as people count them.
pub(super) fn cards(words: Words, view: &View) -> Vec<Card> {
    let mut lines: BTreeMap<&PillarId, Vec<&Line>> = BTreeMap::new();
    for line in &view.lines {
        lines.entry(&line.pillar).or_default().push(line);
    }
    let of = |pillar: &Pillar| lines.get(&pillar.id).map(Vec::as_slice).unwrap_or_default();
    view.programme.pillars_in_order().into_iter().map(|one| card(words, view, one, of(one))).collect()
}

fn card(words: Words, view: &View, pillar: &Pillar, lines: &[&Line]) -> Card {
    let id = pillar.id.as_str();
    let totals = totals(lines.iter().copied());
    let what = view.programme.descriptions.get(id).and_then(|words_of| words_of.get(words.language.code()));
    Card {
        name: called(words, Some(&pillar.name), id),
        link: shared::link(words, "pillar", id),
        what: what.unwrap_or_default().to_owned(),
        projects: words.count("portfolio.projects", totals.projects as u64),
        active: words.count("portfolio.of_them_active", totals.active() as u64),
        met: met(words, view, &objectives(view, pillar)),
        money: money(words, totals.money),
    }
}
