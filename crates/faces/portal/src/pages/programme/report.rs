//! The full report of the programme, or of a pillar: sections and tables to read, to print and to keep as a PDF (`printed`).

mod part;

use std::sync::Arc;

use askama::Template;
use axum::response::Response;
use senne_model::Problem;
use senne_programme::{
    PillarId,
    says::{Align, Report, ReportTable, Section, report},
};

use super::{
    brief::{Choice, absolute, as_of, asked, choices, is_empty, name, parameter, source, spoken},
    shared::{View, view},
};
use crate::{frame::Frame, visit::Visit, words::Words};

/// What the sentences of a report write where nothing is known.
const UNKNOWN: &str = "–";
/// A table of more rows begins its section on a new sheet.
const ROWS_SHORT: usize = 12;

#[derive(Template)]
#[template(path = "programme/report.html")]
pub(super) struct ReportPage {
    frame: Frame,
    pub(super) title: String,
    pub(super) as_of: String,
    empty: bool,
    pillars: Vec<Choice>,
    pub(super) chapters: Vec<Chapter>,
    pub(super) source: String,
    pub(super) address: String,
    brief: String,
    pdf: String,
}

/// A section with those below it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Chapter {
    id: String,
    pub(super) heading: String,
    pub(super) paragraphs: Vec<String>,
    pub(super) tables: Vec<Grid>,
    pub(super) parts: Vec<Part>,
    /// Whether it begins a new sheet of paper.
    long: bool,
}

/// A section below another.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    id: String,
    pub(super) heading: String,
    pub(super) paragraphs: Vec<String>,
    pub(super) tables: Vec<Grid>,
}

/// A table.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Grid {
    id: String,
    /// What it is called among all tables: its section and its caption.
    label: String,
    pub(super) caption: String,
    pub(super) head: Vec<Cell>,
    pub(super) rows: Vec<Vec<Cell>>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) number: bool,
    known: bool,
}

/// `GET /{language}/programme/report?pillar=mobility`
pub(super) async fn show(visit: Visit) -> Response {
    let page = page(&visit).await;
    visit.answer(page)
}

pub(super) async fn page(visit: &Visit) -> Result<ReportPage, Problem> {
    let words = visit.w;
    let view = view(visit).await?;
    let pillar = asked(visit, &view.programme)?;
    let id = pillar.map(|pillar| pillar.id.clone());
    let made = made(words, &view, id).await?;
    let (title, here) = match pillar {
        Some(pillar) => {
            (words.fill("paper.report_of", [name(words, pillar)]), format!("?pillar={}", parameter(pillar)))
        }
        None => (made.title, String::new()),
    };
    let as_of = as_of(words, &view);
    let frame = visit
        .frame()
        .titled(title.clone(), words.t("paper.report_lead"))
        .under(words.t("frame.programme"), "/programme")
        .ending(words.t("paper.report"));
    Ok(ReportPage {
        title,
        as_of,
        empty: is_empty(&view.programme),
        pillars: choices(visit, "report", &view.programme, pillar),
        chapters: chapters(made.sections),
        source: source(words, &view),
        address: absolute(visit, &frame),
        brief: visit.link(&format!("/programme/brief{here}")),
        pdf: visit.link(&format!("/programme/report.pdf{here}")),
        frame,
    })
}

/// The report; thousands of projects are told beside the requests of others, not before them.
async fn made(words: Words, view: &Arc<View>, pillar: Option<PillarId>) -> Result<Report, Problem> {
    let (view, language) = (Arc::clone(view), spoken(words));
    aside(move || {
        let whole = report(&view.programme, &view.lines, language, view.today);
        match pillar.as_ref().and_then(|id| view.programme.pillars.get(id)) {
            Some(pillar) => part::of(whole, &view, language, pillar),
            None => whole,
        }
    })
    .await
}

/// Work that takes longer than a breath is done on a thread of its own.
pub(super) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Problem::internal(error.to_string()))
}

/// Sections in the order of the report, those of depth 2 below the one before them.
fn chapters(sections: Vec<Section>) -> Vec<Chapter> {
    let mut chapters: Vec<Chapter> = Vec::new();
    for section in sections {
        match chapters.last_mut() {
            Some(chapter) if section.depth > 1 => {
                let id = format!("{}-{}", chapter.id, chapter.parts.len() + 1);
                let tables = grids(&id, section.tables);
                let Section { heading, paragraphs, .. } = section;
                chapter.parts.push(Part { id, heading, paragraphs, tables });
                chapter.long = true;
            }
            _ => {
                let id = format!("part-{}", chapters.len() + 1);
                let tables = grids(&id, section.tables);
                let Section { heading, paragraphs, .. } = section;
                let long = tables.iter().any(|table| table.rows.len() > ROWS_SHORT);
                chapters.push(Chapter { id, heading, paragraphs, tables, parts: Vec::new(), long });
            }
        }
    }
    chapters
}

fn grids(id: &str, tables: Vec<ReportTable>) -> Vec<Grid> {
    let each = tables.into_iter().enumerate();
    each.map(|(place, table)| grid(id, place, table)).collect()
}

fn grid(section: &str, place: usize, table: ReportTable) -> Grid {
    let numbers: Vec<bool> = table.head.iter().map(|(_, align)| *align == Align::Number).collect();
    let cells = |texts: Vec<String>| {
        let cell = |(text, number): (String, &bool)| Cell { known: text != UNKNOWN, number: *number, text };
        texts.into_iter().zip(&numbers).map(cell).collect::<Vec<Cell>>()
    };
    let rows = table.rows.into_iter().map(cells).collect();
    let head = cells(table.head.into_iter().map(|(text, _)| text).collect());
    let id = format!("{section}-table-{}", place + 1);
    Grid { label: format!("{section} {id}"), id, caption: table.caption, head, rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(depth: u8, heading: &str, rows: usize) -> Section {
        let table = ReportTable {
            caption: "c".into(),
            head: vec![("a".into(), Align::Text), ("b".into(), Align::Number)],
            rows: vec![vec!["x".into(), UNKNOWN.into()]; rows],
        };
        let tables = if rows > 0 { vec![table] } else { Vec::new() };
        Section { depth, heading: heading.into(), paragraphs: vec!["p".into()], tables }
    }

    #[test]
    fn sections_hang_below_the_one_before_them() {
        let sections =
            vec![section(2, "lost", 0), section(1, "a", 13), section(1, "b", 1), section(2, "b1", 0)];
        let found = chapters(sections);
        let told: Vec<_> = found.iter().map(|one| (one.id.as_str(), one.long, one.parts.len())).collect();
        assert_eq!(told, [("part-1", false, 0), ("part-2", true, 0), ("part-3", true, 1)]);
        assert_eq!(found[2].parts[0].id, "part-3-1");
        let cell = &found[1].tables[0].rows[0][1];
        assert!(cell.number && !cell.known);
        assert_eq!(found[1].tables[0].label, "part-2 part-2-table-1");
    }
}
