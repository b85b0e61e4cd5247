//! What the projects of a pillar changed, put together by indicator without counting twice.

use std::collections::BTreeSet;

use senne_programme::{
    IndicatorId, Pillar, ProjectId,
    effect::{Contributions, EffectGroup, MeasuredEffect, ShareRule, contributions, measured_effects},
    says::Speaker,
};

use crate::{
    pages::programme::{
        portfolio::rows::signed_size,
        shared::{self, View, called},
    },
    words::Words,
};

/// So many overlaps are named for an indicator.
const OVERLAPS_MAX: usize = 5;

/// What projects of a pillar changed of an indicator.
pub(super) struct Row {
    pub(super) indicator: String,
    /// What is counted of the pillar.
    pub(super) counted: String,
    /// What its evaluations come to when overlaps are not looked at.
    pub(super) single: String,
    /// What is counted of the whole programme.
    pub(super) whole: String,
    /// Whether what is counted is the most that cannot have been counted twice, and not a measure.
    pub(super) bound: bool,
    pub(super) overlaps: Vec<Overlapping>,
    /// How many more overlaps there are; empty for none.
    pub(super) more: String,
}

/// Two projects whose effects cannot be told apart.
pub(super) struct Overlapping {
    pub(super) projects: [Named; 2],
    pub(super) areas: String,
}

/// A project by its name.
pub(super) struct Named {
    pub(super) name: String,
    pub(super) link: String,
}

/// The effects of a pillar.
#[derive(Default)]
pub(super) struct Together {
    pub(super) rows: Vec<Row>,
    pub(super) notes: Vec<String>,
}

/// What was measured on indicators that projects of the pillar were measured on, put together over all pillars.
pub(super) fn together(words: Words, view: &View, speaker: Speaker<'_>, pillar: &Pillar) -> Together {
    let (effects, without) = measured(view, pillar);
    let mut notes = Vec::new();
    if without > 0 {
        notes.push(words.count("portfolio.without_error", without as u64));
    }
    let Ok(found) = contributions(&effects, &[]) else {
        notes.push(words.t("portfolio.not_together").to_owned());
        return Together { rows: Vec::new(), notes };
    };
    let own = found.pillars.iter().filter(|total| total.pillar == pillar.id);
    let rows = own.map(|total| {
        let asked = Asked { pillar, indicator: &total.indicator, counted: total.effect, found: &found };
        row(words, view, speaker, asked)
    });
    Together { rows: rows.collect(), notes }
}

/// The effects on the indicators that the pillar was measured on. Beside them how many of the pillar have no standard error.
fn measured(view: &View, pillar: &Pillar) -> (Vec<MeasuredEffect>, usize) {
    let all = measured_effects(&view.programme);
    let ours = all.iter().filter(|effect| effect.pillar == pillar.id);
    let own: BTreeSet<IndicatorId> = ours.map(|effect| effect.indicator.clone()).collect();
    let of_pillar = view.lines.iter().filter(|line| line.pillar == pillar.id && !line.attributed.is_empty());
    let evaluations = of_pillar.flat_map(|line| view.programme.evaluations_of(&line.id));
    let lacks = evaluations.filter(|one| {
        one.own_indicator().is_some()
            && one.measured.as_ref().is_some_and(|found| found.standard_error.is_none())
    });
    (all.into_iter().filter(|effect| own.contains(&effect.indicator)).collect(), lacks.count())
}

/// What a row is of.
#[derive(Clone, Copy)]
struct Asked<'a> {
    pillar: &'a Pillar,
    indicator: &'a IndicatorId,
    counted: f64,
    found: &'a Contributions,
}

fn row(words: Words, view: &View, speaker: Speaker<'_>, asked: Asked<'_>) -> Row {
    let Asked { pillar, indicator, counted, found } = asked;
    let unit = speaker.unit(indicator);
    let ours = |group: &&EffectGroup| {
        group.indicator == *indicator && group.contributions.iter().any(|one| one.pillar == pillar.id)
    };
    let groups: Vec<&EffectGroup> = found.groups.iter().filter(ours).collect();
    let parts = groups.iter().flat_map(|group| &group.contributions);
    let single: f64 = parts.filter(|one| one.pillar == pillar.id).map(|one| one.measured).sum();
    let whole = found.indicators.iter().find(|total| total.indicator == *indicator);
    let named = view.programme.indicators.get(indicator).map(|one| &one.name);
    let overlaps: Vec<_> = groups.iter().flat_map(|group| &group.overlaps).collect();
    let shown = overlaps.iter().take(OVERLAPS_MAX).map(|overlap| Overlapping {
        projects: [&overlap.one, &overlap.other].map(|id| project(words, view, id)),
        areas: overlap
            .areas
            .iter()
            .map(|area| called(words, view.programme.areas.get(area), area.as_str()))
            .collect::<Vec<_>>()
            .join(", "),
    });
    Row {
        indicator: called(words, named, indicator.as_str()),
        counted: signed_size(words, counted, unit),
        single: signed_size(words, single, unit),
        whole: signed_size(words, whole.map_or(counted, |total| total.effect), unit),
        bound: groups.iter().any(|group| group.rule == ShareRule::LargestApart),
        overlaps: shown.collect(),
        more: match overlaps.len().saturating_sub(OVERLAPS_MAX) {
            0 => String::new(),
            more => words.count("portfolio.more_overlaps", more as u64),
        },
    }
}

fn project(words: Words, view: &View, id: &ProjectId) -> Named {
    let found = view.programme.projects.get(id);
    Named {
        name: called(words, found.map(|one| &one.name), id.as_str()),
        link: shared::link(words, "project", id.as_str()),
    }
}
