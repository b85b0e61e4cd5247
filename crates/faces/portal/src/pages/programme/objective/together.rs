//! What all that was measured on the indicator comes to, each effect counted once.

use senne_programme::{
    Objective,
    effect::{
        Contribution, EffectGroup, MeasuredEffect, Overlap, ShareRule, contributions, measured_effects,
    },
};

use crate::{
    pages::{programme::project::ground::Ground, rows::Linked},
    words::key,
};

/// So many contributions are listed.
const ROWS_MOST: usize = 100;

pub(super) struct Together {
    /// The total beside what counting twice would give.
    pub(super) sentence: String,
    pub(super) rows: Vec<Part>,
    /// How many contributions are not listed, in words.
    pub(super) more: String,
    /// Which projects cannot be told apart.
    pub(super) overlaps: Vec<String>,
}

/// What one project contributes.
pub(super) struct Part {
    pub(super) project: Linked,
    pub(super) measured: String,
    pub(super) counted: String,
    pub(super) rule: &'static str,
}

/// Nothing when no effect on the indicator was measured with its standard error.
pub(super) fn of(ground: Ground<'_>, objective: &Objective) -> Option<Together> {
    let found = contributions(&measured(ground, objective), &[]).ok()?;
    let total = found.indicators.first()?;
    let words = ground.words;
    let unit = ground.speaker.unit(&objective.indicator);
    let said = [total.effect, total.sum_of_single].map(|effect| ground.change(effect, unit));
    let count: usize = found.groups.iter().map(|group| group.contributions.len()).sum();
    let overlaps = found.groups.iter().flat_map(|group| &group.overlaps).take(ROWS_MOST);
    let more = count.saturating_sub(ROWS_MOST);
    Some(Together {
        sentence: words.fill("project.counted_once", said),
        rows: found.groups.iter().flat_map(|group| parts(ground, group, unit)).take(ROWS_MOST).collect(),
        more: if more > 0 { words.count("project.more_projects", more as u64) } else { String::new() },
        overlaps: overlaps.map(|overlap| shared(ground, overlap)).collect(),
    })
}

/// What was measured on the indicator.
fn measured(ground: Ground<'_>, objective: &Objective) -> Vec<MeasuredEffect> {
    let all = measured_effects(&ground.view.programme).into_iter();
    all.filter(|effect| effect.indicator == objective.indicator).collect()
}

fn parts(ground: Ground<'_>, group: &EffectGroup, unit: &str) -> Vec<Part> {
    let rule = ground.words.t(match group.rule {
        ShareRule::Alone => key!("project.rule_alone"),
        ShareRule::Measured => key!("project.rule_measured"),
        ShareRule::LargestApart => key!("project.rule_apart"),
    });
    let part = |one: &Contribution| Part {
        project: ground.project(&one.project),
        measured: ground.change(one.measured, unit),
        counted: ground.change(one.counted, unit),
        rule,
    };
    group.contributions.iter().map(part).collect()
}

/// Two projects that act in the same areas at the same time.
fn shared(ground: Ground<'_>, overlap: &Overlap) -> String {
    let words = ground.words;
    let [one, other] = [&overlap.one, &overlap.other].map(|id| ground.project(id).name);
    let places = match overlap.areas.as_slice() {
        [] => words.t("project.whole_city").to_owned(),
        areas => ground.places(areas),
    };
    words.fill("project.overlap", [one, other, places])
}
