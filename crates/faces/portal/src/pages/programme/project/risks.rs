//! What could go wrong, and what is done about it.

use senne_programme::{Risk, RiskState};

use super::{Subject, ground::Ground};
use crate::{
    pages::{programme::shared::called, rows::Linked},
    words::{Words, key},
};

/// So many risks are listed, the heaviest first.
const ROWS_MOST: usize = 50;

pub(super) struct RiskRow {
    pub(super) name: String,
    pub(super) state: &'static str,
    /// Whether it still weighs on the project.
    pub(super) open: bool,
    pub(super) probability: String,
    pub(super) severity: String,
    /// Empty when nobody wrote one.
    pub(super) response: String,
    /// Empty when no day is set.
    pub(super) due: String,
    pub(super) owner: Option<Linked>,
}

/// Those that still weigh first, the heaviest of them before others.
pub(super) fn of(subject: Subject<'_>) -> Vec<RiskRow> {
    let Subject { ground, project, .. } = subject;
    let mut risks: Vec<&Risk> = ground.view.programme.risks.of(&project.id).iter().collect();
    risks.sort_by_key(|risk| (!risk.is_open(), std::cmp::Reverse(risk.weight())));
    risks.truncate(ROWS_MOST);
    risks.into_iter().map(|risk| row(ground, risk)).collect()
}

fn row(ground: Ground<'_>, risk: &Risk) -> RiskRow {
    let words = ground.words;
    let response = ground.view.programme.responses.get(&risk.id);
    RiskRow {
        name: called(words, Some(&risk.name), risk.id.as_str()),
        state: state(words, risk.state),
        open: risk.is_open(),
        probability: ground.grade(risk.probability),
        severity: ground.grade(risk.severity),
        response: response.and_then(|text| text.get(words.language.code())).unwrap_or_default().to_owned(),
        due: risk.due_on.map_or_else(String::new, |day| ground.day(Some(day))),
        owner: risk.owner.as_ref().map(|id| ground.organisation(id)),
    }
}

fn state(words: Words, state: RiskState) -> &'static str {
    words.t(match state {
        RiskState::Open => key!("project.risk_open"),
        RiskState::Mitigated => key!("project.risk_mitigated"),
        RiskState::Occurred => key!("project.risk_occurred"),
        RiskState::Closed => key!("project.risk_closed"),
    })
}
