//! What is said of a programme or a pillar before any figure: the finding, and five sentences.

use senne_programme::{
    Euros, Objective, Pillar,
    portfolio::{Standing, Totals, objective_line},
    says::Speaker,
};

use crate::{format, pages::programme::shared::View, words::Words};

/// A sentence, and what it is about.
pub(crate) struct Said {
    pub(crate) about: &'static str,
    pub(crate) text: String,
}

/// The first of five sentences, and the others with what each is about: work, level and effect are told apart.
pub(crate) fn said(
    words: Words,
    speaker: Speaker<'_>,
    view: &View,
    pillar: Option<&Pillar>,
) -> (String, Vec<Said>) {
    let [what, money, work, level, effect] = speaker.one_pager(&view.lines, pillar);
    let rest = [
        (words.t("portfolio.about_money"), money),
        (words.t("portfolio.about_work"), work),
        (words.t("portfolio.about_level"), level),
        (words.t("portfolio.about_effect"), effect),
    ];
    (what, rest.into_iter().map(|(about, text)| Said { about, text }).collect())
}

/// The programme in one line: how much is under way, how much of the money is at risk, what was measured.
pub(super) fn finding(words: Words, totals: &Totals) -> String {
    let measured: usize = totals.measured.iter().map(|(_, projects)| projects).sum();
    let measured = if measured == 0 {
        words.t("portfolio.measured_none").to_owned()
    } else {
        words.count("portfolio.measured", measured as u64)
    };
    if totals.active() == 0 {
        return words.fill("portfolio.finding_idle", [words.t("portfolio.active_none"), &measured]);
    }
    let active = words.count("portfolio.active", totals.active() as u64);
    words.fill("portfolio.finding", [active, risk(words, totals), measured])
}

/// How much of the money is in projects at risk, as computed.
fn risk(words: Words, totals: &Totals) -> String {
    let [_, _, red] = totals.status.shares;
    if totals.status.money == Euros::ZERO {
        return words.t("portfolio.risk_unknown").to_owned();
    }
    if red.money == Euros::ZERO {
        return words.t("portfolio.risk_none").to_owned();
    }
    words.fill("portfolio.risk", [format::percent(words.language, red.part)])
}

/// The objectives of a pillar, in the order of identifiers.
pub(crate) fn objectives<'a>(view: &'a View, pillar: &Pillar) -> Vec<&'a Objective> {
    let ids = view.programme.links.objectives_by_pillar.get(&pillar.id);
    ids.into_iter().flatten().filter_map(|id| view.programme.objectives.get(id)).collect()
}

/// How many objectives are met: that their indicator lies within its band, whoever brought it there.
pub(crate) fn met(words: Words, view: &View, objectives: &[&Objective]) -> String {
    let standings: Vec<Standing> =
        objectives.iter().map(|one| objective_line(&view.programme, one).standing).collect();
    met_of(words, &standings, objectives.iter().any(|one| one.target_on >= view.today))
}

/// The same of where indicators stand to their bands; `yet` when there is time left for an objective.
fn met_of(words: Words, standings: &[Standing], yet: bool) -> String {
    let count = |fits: fn(&Standing) -> bool| standings.iter().filter(|one| fits(one)).count();
    let within = count(|one| matches!(one, Standing::Within));
    let unknown = count(|one| matches!(one, Standing::Unknown));
    let all = standings.len();
    let shown = |n: usize| format::amount(words.language, n as u64);
    if all == 0 {
        words.t("portfolio.no_objective").to_owned()
    } else if unknown == all {
        words.t("portfolio.met_unknown").to_owned()
    } else if all == 1 && within == 1 {
        words.t("portfolio.met_single").to_owned()
    } else if all == 1 && yet {
        words.t("portfolio.unmet_yet").to_owned()
    } else if all == 1 {
        words.t("portfolio.unmet_single").to_owned()
    } else if unknown > 0 {
        words.fill("portfolio.met_partly", [within, all, unknown].map(shown))
    } else {
        words.fill("portfolio.met", [within, all].map(shown))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn what_is_not_known_is_not_told_as_missed() {
        let words = Words::new(Language::En);
        let (within, unknown) = (Standing::Within, Standing::Unknown);
        assert_eq!(met_of(words, &[], false), "no objective is set");
        assert_eq!(met_of(words, &[unknown, unknown], false), "whether its objectives are met is not known");
        assert_eq!(
            met_of(words, &[within, unknown, Standing::Away], false),
            "1 of 3 objectives met, 1 not known"
        );
        assert_eq!(met_of(words, &[Standing::Away], false), "its objective is not met");
        assert_eq!(met_of(words, &[Standing::Away], true), "its objective is not met yet");
        assert_eq!(met_of(words, &[within, within], true), "2 of 2 objectives met");
    }

    #[test]
    fn the_finding_of_nothing_promises_nothing() {
        let totals = senne_programme::portfolio::totals(&[]);
        let said = finding(Words::new(Language::En), &totals);
        assert_eq!(said, "No project is chosen or under way; no effect measured yet");
    }
}
