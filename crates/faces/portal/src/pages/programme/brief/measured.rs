//! What was measured of projects, the surest first.

use std::cmp::Reverse;

use senne_programme::{Programme, portfolio::Line};

use super::super::shared::{called, link, speaker};
use crate::{address, format, words::Words};

/// So many measured projects are shown.
const EFFECTS_MOST: usize = 3;

/// What was measured.
pub(super) struct Measured {
    /// How many there are, or that there are none.
    pub(super) said: String,
    pub(super) effects: Vec<Effect>,
}

/// What was measured of a project.
pub(super) struct Effect {
    pub(super) project: String,
    pub(super) link: String,
    pub(super) text: String,
    pub(super) evaluation: String,
}

impl Measured {
    pub(super) fn of(words: Words, programme: &Programme, lines: &[&Line]) -> Self {
        let mut found: Vec<&Line> =
            lines.iter().copied().filter(|line| !line.attributed.is_empty()).collect();
        found.sort_by_key(|line| (Reverse(line.attributed.first().map(|one| one.grade)), &line.id));
        let effects: Vec<Effect> =
            found.iter().filter_map(|line| effect(words, programme, line)).take(EFFECTS_MOST).collect();
        let said = if effects.is_empty() {
            words.t("paper.none_measured").to_owned()
        } else {
            let counts = [effects.len(), found.len()];
            words.fill("paper.measured_of", counts.map(|n| format::amount(words.language, n as u64)))
        };
        Self { said, effects }
    }
}

fn effect(words: Words, programme: &Programme, line: &Line) -> Option<Effect> {
    let evaluation = programme.evaluations.get(&line.attributed.first()?.evaluation)?;
    Some(Effect {
        project: called(words, Some(&line.name), line.id.as_str()),
        link: link(words, "project", line.id.as_str()),
        text: speaker(programme, words).measured(evaluation, &line.expected),
        evaluation: format!("/{}/evaluation/{}", words.language, address::segment(evaluation.id.as_str())),
    })
}
