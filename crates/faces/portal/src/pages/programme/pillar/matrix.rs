//! Projects by indicators: an outline for what was expected, a fill for what was measured.

use senne_chart::{
    Head, figure,
    matrix::{Effect, Link, Matrix, Project, Way},
};
use senne_programme::{
    Answer, Direction, IndicatorId, Sign,
    portfolio::{Attributed, Cell, Expected, Line, MatrixRow, matrix},
    says::{self, Speaker},
};

use crate::{
    pages::programme::{
        portfolio::rows::{found, signed_size, spoken},
        project::pairs::said_apart,
        shared::{self, View, called},
    },
    words::Words,
};

/// So many projects, and so many indicators, stand in the picture.
const ROWS_MAX: usize = 60;
const COLUMNS_MAX: usize = 12;

/// The picture, and what it leaves out.
#[derive(Default)]
pub(super) struct Picture {
    /// Empty where no project says what it should move.
    pub(super) figure: String,
    pub(super) notes: Vec<String>,
}

/// An effect in words: which way, and how large.
type Told = Option<(Way, String)>;

/// A project with what it was expected to do, and what was measured, indicator by indicator.
struct Drawn {
    name: String,
    link: String,
    cells: Vec<(Told, Told)>,
}

/// The matrix of lines: those that were measured come first.
pub(super) fn picture(words: Words, view: &View, speaker: Speaker<'_>, lines: &[&Line]) -> Picture {
    let mut all = matrix(lines.iter().copied());
    if all.rows.is_empty() {
        return Picture::default();
    }
    let columns: Vec<&IndicatorId> =
        all.columns.iter().take(COLUMNS_MAX).map(|column| &column.indicator).collect();
    let measured = |row: &MatrixRow| row.cells.iter().flatten().any(|cell| cell.measured.is_some());
    all.rows.sort_by_key(|row| !measured(row));
    let mut rows: Vec<Drawn> =
        all.rows.iter().map(|row| drawn(words, view, speaker, row, &columns)).collect();
    rows.retain(|row| row.cells.iter().any(|(expected, measured)| expected.is_some() || measured.is_some()));
    let mut notes = Vec::new();
    let left = all.rows.len() - rows.len().min(ROWS_MAX);
    if left > 0 {
        notes.push(words.count("portfolio.matrix_rows", left as u64));
    }
    let left = all.columns.len() - columns.len();
    if left > 0 {
        notes.push(words.count("portfolio.matrix_columns", left as u64));
    }
    rows.truncate(ROWS_MAX);
    let named = |id: &&IndicatorId| {
        let found = view.programme.indicators.get(*id);
        called(words, found.map(|one| &one.name), id.as_str())
    };
    let names: Vec<String> = columns.iter().map(named).collect();
    Picture { figure: chart(words, &names, &rows), notes }
}

fn chart(words: Words, names: &[String], rows: &[Drawn]) -> String {
    let links: Vec<Vec<Link<'_>>> = rows.iter().map(|row| row.cells.iter().map(link).collect()).collect();
    let projects: Vec<Project<'_>> = rows
        .iter()
        .zip(&links)
        .map(|(row, links)| Project { name: &row.name, link: &row.link, links })
        .collect();
    let indicators: Vec<&str> = names.iter().map(String::as_str).collect();
    figure(&Matrix {
        head: Head { id: "pillar-matrix", title: words.t("portfolio.matrix_name"), words: &words },
        indicators: &indicators,
        projects: &projects,
    })
}

fn link((expected, measured): &(Told, Told)) -> Link<'_> {
    Link { expected: effect(expected.as_ref()), measured: effect(measured.as_ref()) }
}

fn effect(told: Option<&(Way, String)>) -> Option<Effect<'_>> {
    told.map(|(way, size)| Effect { way: *way, size })
}

fn drawn(
    words: Words,
    view: &View,
    speaker: Speaker<'_>,
    row: &MatrixRow,
    columns: &[&IndicatorId],
) -> Drawn {
    let cell = |(cell, _): (&Option<Cell>, &&IndicatorId)| match cell {
        Some(cell) => (
            cell.expected.as_ref().map(|one| expected(words, view, speaker, one, cell)),
            cell.measured.as_ref().map(|one| measured(words, view, speaker, one)),
        ),
        None => (None, None),
    };
    Drawn {
        name: called(words, Some(&row.name), row.project.as_str()),
        link: shared::link(words, "project", row.project.as_str()),
        cells: row.cells.iter().zip(columns).map(cell).collect(),
    }
}

/// What is expected is for the better where nobody said which way is. What was measured and cannot be compared has no fill: that is said.
fn expected(words: Words, view: &View, speaker: Speaker<'_>, one: &Expected, cell: &Cell) -> (Way, String) {
    let better = if one.outcome.is_none() {
        view.programme.indicators.get(&one.indicator).and_then(|indicator| indicator.better)
    } else {
        // Which way is better may be another one than that of the indicator.
        let measured = cell.measured.as_ref().map(|one| &one.evaluation);
        measured.and_then(|id| view.programme.evaluations.get(id)).map(|one| one.better)
    };
    let way = match (one.sign, better) {
        (Sign::Increase, Some(Direction::Lower)) | (Sign::Decrease, Some(Direction::Higher)) => Way::Worse,
        _ => Way::Better,
    };
    let sign = if one.sign == Sign::Increase { 1.0 } else { -1.0 };
    let unit = speaker.unit_of(one.quantity());
    let [low, high] = [one.low, one.high].map(|size| says::figure(spoken(words), size));
    let size = if low == high {
        signed_size(words, sign * one.high, unit)
    } else {
        let low = signed_size(words, sign * one.low, "");
        words.fill("portfolio.range", [low, signed_size(words, sign * one.high, unit)])
    };
    let size = match cell.apart {
        Some(why) => words.fill("portfolio.with_why", [size.as_str(), said_apart(words, why)]),
        None => size,
    };
    (way, size)
}

fn measured(words: Words, view: &View, speaker: Speaker<'_>, one: &Attributed) -> (Way, String) {
    let way = match one.answer {
        Answer::Better => Way::Better,
        Answer::Worse => Way::Worse,
        Answer::NotDetectable | Answer::TooSmallToMatter => Way::NoEffect,
    };
    (way, found(words, view, speaker, one))
}
