//! How projects under way stand by the money in them: what is computed beside what people signed.

use senne_chart::stacked;
use senne_programme::{
    Euros,
    following::{self, ConfidenceLimits, Held, PortfolioLimits, Share},
    portfolio::{Line, Totals},
};

use super::rows::euros;
use crate::{
    format,
    pages::programme::shared::{Mark, View, mark},
    words::Words,
};

/// The status of the projects that are chosen or under way.
pub(super) struct Status {
    /// The colour of all together, as computed.
    pub(super) whole: Mark,
    pub(super) rows: Vec<Row>,
    /// What the table leaves out, and where both judge otherwise.
    pub(super) notes: Vec<String>,
    /// How it is computed, a sentence each.
    pub(super) rules: Vec<String>,
}

/// A colour.
pub(super) struct Row {
    pub(super) mark: Mark,
    /// Nothing for what was not signed.
    pub(super) computed: Option<Part>,
    pub(super) signed: Part,
}

/// A part of the projects, and of their money.
pub(super) struct Part {
    pub(super) projects: String,
    pub(super) money: String,
    pub(super) share: String,
    pub(super) picture: String,
}

/// Nothing while no project is chosen or under way.
pub(super) fn status(words: Words, view: &View, totals: &Totals) -> Option<Status> {
    let active = totals.active();
    if active == 0 {
        return None;
    }
    let whole = totals.status.money;
    let held: Vec<Held> = view.lines.iter().filter_map(|line| signed(view, line)).collect();
    let signed = following::portfolio(&held, PortfolioLimits::default());
    let part = |projects: usize, money: Euros| Part::of(words, projects, money, whole);
    let of = |share: Share| part(share.projects as usize, share.money);
    let beside = totals.status.shares.into_iter().zip(signed.shares).rev();
    let mut rows: Vec<Row> = beside
        .map(|(computed, signed)| Row {
            mark: mark(words, Some(computed.colour)),
            computed: Some(of(computed)),
            signed: of(signed),
        })
        .collect();
    if held.len() < active {
        rows.push(Row {
            mark: Mark { word: words.t("portfolio.unsigned"), ..mark(words, None) },
            computed: None,
            signed: part(active - held.len(), whole - signed.money),
        });
    }
    Some(Status {
        whole: mark(words, Some(totals.status.colour)),
        rows,
        notes: notes(words, view, totals),
        rules: rules(words),
    })
}

/// What a person signed of a project that is chosen or under way.
fn signed(view: &View, line: &Line) -> Option<Held> {
    let judgement = view.programme.projects.get(&line.id)?.judgement.as_ref()?;
    is_active(line).then(|| Held {
        project: line.id.clone(),
        money: line.money.planned,
        colour: judgement.colour,
        progress: line.progress,
    })
}

/// Whether a project is chosen or under way.
fn is_active(line: &Line) -> bool {
    use senne_programme::ProjectState::{Chosen, Running};
    matches!(line.state, Chosen | Running)
}

impl Part {
    fn of(words: Words, projects: usize, money: Euros, whole: Euros) -> Self {
        let share = if whole > Euros::ZERO { money.as_f64() / whole.as_f64() } else { 0.0 };
        Self {
            projects: format::amount(words.language, projects as u64),
            money: euros(words, money),
            share: format::percent(words.language, share),
            picture: stacked::svg(Some(&[share]), 1.0),
        }
    }
}

fn notes(words: Words, view: &View, totals: &Totals) -> Vec<String> {
    let circles = view.lines.iter().filter(|line| is_active(line) && line.fault.is_some()).count();
    let mut notes = vec![if totals.differ == 0 {
        words.t("portfolio.differ_none").to_owned()
    } else {
        words.count("portfolio.differ", totals.differ as u64)
    }];
    let without = totals.status.without_money.len();
    if without > 0 {
        notes.push(words.count("portfolio.without_money", without as u64));
    }
    if circles > 0 {
        notes.push(words.count("portfolio.circles", circles as u64));
    }
    notes
}

/// From where on a project, and all together, are to be watched or at risk.
fn rules(words: Words) -> Vec<String> {
    let limits = ConfidenceLimits::default();
    let all = PortfolioLimits::default();
    let day = |days: i64| format::amount(words.language, days.unsigned_abs());
    let part = |part: f64| format::percent(words.language, part);
    let weight = |weight: u8| format::amount(words.language, u64::from(weight));
    let values = [
        day(limits.drift_days.0),
        day(limits.drift_days.1),
        part(limits.overspend.0),
        part(limits.overspend.1),
        weight(limits.risk.0),
        weight(limits.risk.1),
        day(limits.gate_days.0),
        day(limits.gate_days.1),
        day(limits.stale_days.0),
        day(limits.stale_days.1),
    ];
    vec![
        words.fill("portfolio.rule_project", values),
        words.fill("portfolio.rule_all", [part(all.red_from), part(all.amber_from)]),
        words.t("portfolio.rule_signed").to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn a_part_of_no_money_is_nothing() {
        let words = Words::new(Language::En);
        assert_eq!(Part::of(words, 2, Euros::ZERO, Euros::ZERO).share, "0%");
        let part = Part::of(words, 1, Euros(250), Euros(1000));
        assert_eq!((part.share.as_str(), part.money.as_str()), ("25%", "250\u{a0}euros"));
    }

    #[test]
    fn without_projects_there_is_no_status() {
        let view = View::default();
        let totals = senne_programme::portfolio::totals(&view.lines);
        assert!(status(Words::new(Language::Fr), &view, &totals).is_none());
    }
}
