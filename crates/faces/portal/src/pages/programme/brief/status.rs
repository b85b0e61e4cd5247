//! How the money stands in projects that are chosen or under way, by computed confidence.

use senne_chart::stacked;
use senne_programme::{
    Colour, Euros, Programme, ProjectState,
    following::Share,
    portfolio::{Line, Totals},
    says::{euros, share},
};

use super::{
    super::shared::{Mark, mark},
    spoken,
};
use crate::{format, words::Words};

/// The status of the portfolio.
pub(super) struct Status {
    /// A row for each colour; none where no project is chosen or under way.
    pub(super) rows: Vec<StatusRow>,
    pub(super) progress: String,
    /// What the figures leave out or count otherwise.
    pub(super) notes: Vec<String>,
}

pub(super) struct StatusRow {
    pub(super) mark: Mark,
    pub(super) projects: String,
    pub(super) money: String,
    pub(super) part: String,
    pub(super) bar: String,
    /// How many projects a person signed this colour of.
    pub(super) signed: String,
}

/// Whether a project is followed: chosen or under way.
pub(super) fn is_active(line: &Line) -> bool {
    matches!(line.state, ProjectState::Chosen | ProjectState::Running)
}

impl Status {
    pub(super) fn of(words: Words, programme: &Programme, totals: &Totals, lines: &[&Line]) -> Self {
        if totals.active() == 0 {
            return Self { rows: Vec::new(), progress: String::new(), notes: Vec::new() };
        }
        let language = spoken(words);
        let status = &totals.status;
        let with_money = status.money > Euros::ZERO;
        let row = |held: &Share| {
            let part = with_money.then_some(held.part);
            StatusRow {
                mark: mark(words, Some(held.colour)),
                projects: format::amount(words.language, u64::from(held.projects)),
                money: euros(language, held.money),
                part: part.map_or_else(|| words.t("value.none").to_owned(), |part| share(language, part)),
                bar: stacked::svg(part.as_ref().map(std::slice::from_ref), 1.0),
                signed: format::amount(words.language, signed(programme, lines, Some(held.colour))),
            }
        };
        let progress = match status.progress {
            Some(part) => words.fill("paper.progress", [share(language, part)]),
            None => words.t("paper.no_progress").to_owned(),
        };
        Self {
            rows: status.shares.iter().map(row).collect(),
            progress,
            notes: notes(words, programme, totals, lines),
        }
    }
}

/// How many projects that are followed have this signed judgement, or none.
fn signed(programme: &Programme, lines: &[&Line], colour: Option<Colour>) -> u64 {
    let judged = |line: &Line| Some(programme.projects.get(&line.id)?.judgement.as_ref()?.colour);
    lines.iter().filter(|line| is_active(line) && judged(line) == colour).count() as u64
}

fn notes(words: Words, programme: &Programme, totals: &Totals, lines: &[&Line]) -> Vec<String> {
    let uncomputed = lines.iter().filter(|line| is_active(line) && line.confidence.is_none()).count() as u64;
    let without_money = totals.status.without_money.len() as u64;
    let differ = totals.differ as u64;
    let mut notes = Vec::new();
    if uncomputed > 0 {
        notes.push(words.count("paper.uncomputed", uncomputed));
    }
    if without_money > 0 {
        notes.push(words.count("paper.without_money", without_money));
    }
    if differ > 0 {
        notes.push(words.count("paper.differ", differ));
    }
    let unsigned = signed(programme, lines, None);
    if unsigned > 0 {
        notes.push(words.count("paper.without_judgement", unsigned));
    }
    notes
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use senne_programme::{
        Project,
        portfolio::{LineLimits, line, totals},
    };

    use super::*;
    use crate::language::Language;

    #[test]
    fn without_money_no_part_is_drawn_as_nothing() {
        let words = Words::new(Language::En);
        let project = Project { id: "urn:p".into(), state: ProjectState::Running, ..Project::default() };
        let programme = Programme::default();
        let one = line(&programme, &project, LineLimits::default(), date(2026, 11, 30));
        let lines = [&one];
        let status = Status::of(words, &programme, &totals(lines), &lines);
        assert!(status.rows.iter().all(|row| row.part == "no value" && row.bar.contains("meter-unknown")));
        assert_eq!(status.rows.iter().map(|row| row.projects.as_str()).collect::<String>(), "010");
        assert!(status.rows.iter().all(|row| row.signed == "0"));
        assert_eq!(status.notes.len(), 2);
        let none: [&Line; 0] = [];
        assert!(Status::of(words, &programme, &totals(none), &none).rows.is_empty());
    }
}
