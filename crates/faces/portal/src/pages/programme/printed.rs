//! The report and the one page on sheets of paper: the same words as on the pages, as PDF.

use axum::{body::Bytes, response::Response};
use senne_model::Problem;
use senne_print::{Align, Block, Document, Table};

use super::{
    brief,
    report::{self, Cell, Grid, ReportPage},
    shared::view,
};
use crate::{visit::Visit, words::Words};

/// `GET /{language}/programme/report.pdf?pillar=mobility`
pub(super) async fn report(visit: Visit) -> Response {
    let made = async {
        let page = report::page(&visit).await?;
        let document = Document {
            contents: visit.w.t("paper.contents").to_owned(),
            blocks: of_report(visit.w, &page),
            lead: format!("{} {}", page.as_of, visit.w.t("paper.report_lead")),
            ..sheet(&visit, &page.title, &page.address).await?
        };
        print(&visit, document).await
    };
    send(&visit, "report", made.await)
}

/// `GET /{language}/programme/brief.pdf?pillar=mobility`
pub(super) async fn brief(visit: Visit) -> Response {
    let made = async {
        let page = brief::page(&visit).await?;
        let document = Document {
            blocks: brief::blocks(visit.w, &page),
            sheets: Some(1),
            lead: page.as_of.clone(),
            ..sheet(&visit, &page.title, &page.address).await?
        };
        print(&visit, document).await
    };
    send(&visit, "brief", made.await)
}

fn send(visit: &Visit, name: &str, made: Result<Bytes, Problem>) -> Response {
    match made {
        Ok(bytes) => {
            let file = format!("inline; filename=\"programme-{name}-{}.pdf\"", visit.w.language);
            visit.file("application/pdf", Some(&file), bytes)
        }
        Err(problem) => visit.refuse(&problem),
    }
}

/// A sheet without anything on it.
async fn sheet(visit: &Visit, title: &str, address: &str) -> Result<Document, Problem> {
    let today = view(visit).await?.today;
    Ok(Document {
        language: visit.w.language.code().to_owned(),
        title: title.to_owned(),
        lead: String::new(),
        // What is cited is the page, where it can be read again and followed further.
        foot: address.replacen(".pdf", "", 1),
        contents: String::new(),
        date: (i32::from(today.year()), today.month().unsigned_abs(), today.day().unsigned_abs()),
        sheets: None,
        blocks: Vec::new(),
    })
}

async fn print(visit: &Visit, document: Document) -> Result<Bytes, Problem> {
    let change = view(visit).await?.change;
    let key =
        format!("{} {} {} {:?}", visit.w.language, document.title, document.foot, (change, document.date));
    visit.portal.papers.print(&key, document).await
}

pub(super) fn heading(level: u8, text: &str) -> Block {
    Block::Heading { level, text: text.to_owned() }
}

fn paragraphs(texts: &[String]) -> impl Iterator<Item = Block> + '_ {
    texts.iter().map(|text| Block::Paragraph { text: text.clone() })
}

/// Where the figures come from.
pub(super) fn origin(words: Words, source: &str) -> [Block; 2] {
    let text = format!("{source} {}", words.t("paper.three"));
    [heading(1, words.t("paper.from")), Block::Small { text }]
}

fn of_report(words: Words, page: &ReportPage) -> Vec<Block> {
    let mut blocks = Vec::new();
    for chapter in &page.chapters {
        blocks.push(heading(1, &chapter.heading));
        blocks.extend(paragraphs(&chapter.paragraphs));
        blocks.extend(chapter.tables.iter().map(table));
        for part in &chapter.parts {
            blocks.push(heading(2, &part.heading));
            blocks.extend(paragraphs(&part.paragraphs));
            blocks.extend(part.tables.iter().map(table));
        }
    }
    blocks.extend(origin(words, &page.source));
    blocks
}

fn table(grid: &Grid) -> Block {
    let texts = |cells: &Vec<Cell>| cells.iter().map(|cell| cell.text.clone()).collect();
    let head = grid.head.iter().map(|cell| (cell.text.clone(), side(cell.number))).collect();
    Block::Table(Table { caption: grid.caption.clone(), head, rows: grid.rows.iter().map(texts).collect() })
}

pub(super) fn side(number: bool) -> Align {
    if number { Align::End } else { Align::Start }
}
