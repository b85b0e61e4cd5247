//! What a pillar promised: its objectives, their targets, and where their indicators stand.

use senne_programme::{
    Objective,
    portfolio::{Standing, objective_line},
    says::Speaker,
};

use crate::{
    pages::programme::shared::{self, View, called},
    words::{Words, key},
};

/// An objective.
pub(super) struct Promised {
    pub(super) name: String,
    pub(super) link: String,
    /// Where the indicator should be by when, and where it began.
    pub(super) target: String,
    /// Where the indicator stands, whoever moved it.
    pub(super) level: String,
    pub(super) verdict: &'static str,
    /// How many projects serve it, and whether any effect on it was measured.
    pub(super) served: String,
}

/// An objective with where it stands.
pub(super) fn promised(words: Words, view: &View, speaker: Speaker<'_>, objective: &Objective) -> Promised {
    let id = objective.id.as_str();
    let line = objective_line(&view.programme, objective);
    let served = if line.projects == 0 {
        words.t("portfolio.served_none").to_owned()
    } else {
        let projects = words.count("portfolio.served", line.projects as u64);
        let measured = match line.measured {
            0 => words.t("portfolio.served_unmeasured").to_owned(),
            n => words.count("portfolio.served_measured", n as u64),
        };
        format!("{projects} {measured}")
    };
    Promised {
        name: called(words, Some(&objective.name), id),
        link: shared::link(words, "objective", id),
        target: speaker.target(objective),
        level: speaker.standing(objective, &line),
        verdict: verdict(words, line.standing),
        served,
    }
}

/// Where an indicator stands, in few words.
fn verdict(words: Words, standing: Standing) -> &'static str {
    words.t(match standing {
        Standing::Within => key!("portfolio.standing_within"),
        Standing::Towards { .. } => key!("portfolio.standing_towards"),
        Standing::Beyond => key!("portfolio.standing_beyond"),
        Standing::Unmoved => key!("portfolio.standing_unmoved"),
        Standing::Away => key!("portfolio.standing_away"),
        Standing::Outside => key!("portfolio.standing_outside"),
        Standing::Unknown => key!("portfolio.standing_unknown"),
    })
}
