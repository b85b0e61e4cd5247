//! The programme for other programs: a table for every type, a calendar and a feed of news.

mod feeds;
mod tables;

use askama::Template;
use axum::{extract::Path, response::Response};
use senne_model::Problem;
use senne_programme::feeds::open_data;

pub(super) use self::feeds::{calendar, news};
use self::tables::{Form, TableRow};
use super::{
    brief::{is_empty, source},
    report::aside,
    shared::{missing, view},
};
use crate::{format, frame::Frame, visit::Visit};

#[derive(Template)]
#[template(path = "programme/data.html")]
struct DataPage {
    frame: Frame,
    title: &'static str,
    empty: bool,
    caption: String,
    tables: Vec<TableRow>,
    calendar: String,
    news: String,
    source: String,
}

/// `GET /{language}/programme/data`
pub(super) async fn show(visit: Visit) -> Response {
    let page = page(&visit).await;
    visit.answer(page)
}

async fn page(visit: &Visit) -> Result<DataPage, Problem> {
    let words = visit.w;
    let view = view(visit).await?;
    let (empty, source) = (is_empty(&view.programme), source(words, &view));
    let tables = aside(move || open_data(&view.programme)).await?;
    let tables: Vec<TableRow> = tables.iter().map(|table| TableRow::of(visit, table)).collect();
    let title = words.t("paper.data_title");
    Ok(DataPage {
        frame: visit
            .frame()
            .titled(title, words.t("paper.data_lead"))
            .under(words.t("frame.programme"), "/programme")
            .ending(words.t("paper.data")),
        title,
        empty,
        caption: words.fill("paper.tables_caption", [format::amount(words.language, tables.len() as u64)]),
        tables,
        calendar: visit.link("/programme/calendar.ics"),
        news: visit.link("/programme/news.atom"),
        source,
    })
}

/// `GET /{language}/programme/data/{Type}.csv` or `….json`
pub(super) async fn file(visit: Visit, Path(file): Path<String>) -> Response {
    match read(&visit, &file).await {
        Ok((form, text)) => {
            visit.file(form.media_type(), Some(&format!("attachment; filename=\"{file}\"")), text)
        }
        Err(problem) => visit.refuse(&problem),
    }
}

/// The text of a file; a name that is none of ours never comes as far as a header.
async fn read(visit: &Visit, file: &str) -> Result<(Form, String), Problem> {
    let unknown = || missing("table", file);
    let (name, form) = tables::asked(file).ok_or_else(unknown)?;
    let (view, name) = (view(visit).await?, name.to_owned());
    let made = aside(move || {
        let table = open_data(&view.programme).into_iter().find(|table| table.name == name)?;
        Some(form.write(&table))
    });
    let text = made.await?.ok_or_else(unknown)?;
    Ok((form, text))
}
